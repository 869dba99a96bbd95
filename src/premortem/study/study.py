"""`Study`: the shipped rulebook, policies, assumptions and priors, with a folder of the user's own files over them; and
`Run`: a stored run under a study. One module, since each makes the other.
"""

import copy
import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.argument_types import checked, checked_methods
from premortem.case import DEFAULT, Case, Levers, default, instruments
from premortem.ensemble import bands, layout, priors, read, replace_run, store
from premortem.ensemble import run as ensemble
from premortem.ensemble.compiled import Device, Kept
from premortem.ensemble.design import check_seed
from premortem.ensemble.layout import FUTURES
from premortem.ensemble.manifest import FINISHED, Manifest
from premortem.ensemble.priors import Prior, Priors
from premortem.errors import BadInput, MissingData, each, nearest, raise_all, unknown
from premortem.files import writer
from premortem.files.reader import read_bytes
from premortem.files.toml import read_toml
from premortem.law import book as rules
from premortem.law.known_on import known_by
from premortem.law.notebook import Rulebook
from premortem.propositions import assumption, interpretations, score
from premortem.propositions.assumption import Assumption
from premortem.propositions.board_cells import BoardCell, board_table, cells
from premortem.study import folder as own_files
from premortem.study import last
from premortem.study._hashes import hashes, with_words
from premortem.study.forward import Forward
from premortem.study.model import Model
from premortem.study.of_run import case_of_run, forms_of_run, policy_files_of_run, pulled_of_run
from premortem.study.outcome_names import outcome_names
from premortem.study.simulator import Function, Simulator, from_function
from premortem.study.simulator import read as read_outcomes
from premortem.text.layout import fit
from premortem.text.numbers import count_noun
from premortem.text.result import Document
from premortem.text.tables import Table
from premortem.watch import pulled, reading_files, signposts, timeline
from premortem.watch import quantities as known_quantities
from premortem.watch.quantities import Observer, Quantity, When
from premortem.watch.readings import Readings
from premortem.watch.signposts import Signpost

Array = NDArray[Any]
# Futures on which a model of the user's own is tried.
TRIED = 8
# What a run keeps of what was read of it: bands of a policy, its board, and values where its futures are at most so many, some 20 MB.
HELD, MOST_HELD = 64, 32_768


@checked_methods
class Study:
    """`Study()` is the shipped case; `Study("my-study/")` puts the files of a folder of the user's over it."""

    @checked
    def __init__(
        self,
        folder: str | Path | None = None,
        simulator: Function | None = None,
        *,
        version: str = "",
        case: Case | str | Path | None = None,
        forms: Mapping[str, str] | None = None,
        pulled: bool = False,
        policy_files: Sequence[Path] = (),
    ) -> None:
        """`case` is one that ships, by its name, or a folder; by default that of the study's folder, else the leading one.

        `simulator` puts a model of your own in the world's place: see `docs/own.md`. A run is of one model: its code and what it
        closes over, or the `version` that you give. `forms` fixes forms of the world, by name, at one of their values. With
        `pulled`, readings made of the tables that were pulled take the place of the record's for the same period. `policy_files` are
        further policies, each named as its file.
        """
        self.folder = Path(folder) if folder is not None else None
        self.case = own_files.case_of(self.folder, case)
        self._function, self._version = simulator, str(version)
        self._pulled: dict[str, Levers] = {}
        self._books: dict[str, rules.Book] = {}
        self._hashes: dict[tuple[str, ...], dict[str, str]] = {}
        self._on: dict[date, Study] = {}
        self.cut: frozenset[str] = frozenset()  # policies of which only a part is held: see `on`
        self.forms, self.pulled = dict(forms or {}), pulled
        self._files = {path.stem: path for path in policy_files}
        raise_all(own_files.problems(self.folder, self.case, of_world=simulator is None))
        if self.forms:
            self._check_forms()
        raise_all([_taken(path) for path in policy_files if path.stem in self._named or self._files[path.stem] != path])

    def __repr__(self) -> str:
        held = {"assumption": self.assumptions, "uncertainty": self.priors.names, "policy": self.policies}
        parts = ", ".join(count_noun(len(of), thing) for thing, of in held.items())
        return fit(f"Study of {parts}: {self.folder or 'the shipped case'}")

    @property
    def options(self) -> str:
        """Options by which a command finds the study: none for the shipped one of the case that leads."""
        if self.folder is not None:
            return shlex.join(["--study", str(self.folder)])
        return "" if self.case == default() else shlex.join(["--case", self.case.reference])

    @cached_property
    def priors(self) -> Priors:
        """The uncertainties: shipped rows, with the study's own in their place, and forms that are fixed."""
        fixed = (row.fixed_at(self.forms[row.name]) if row.name in self.forms else row for row in self._free.rows)
        return Priors(tuple(fixed), self._free.copula) if self.forms else self._free

    @cached_property
    def _free(self) -> Priors:
        """The same with no form fixed."""
        shipped = priors.read(self.case / own_files.PARAMETERS)
        own, together = self._own(own_files.PARAMETERS), self._own(own_files.CORRELATIONS)
        ours = shipped.override(own, of_world=self._function is None) if own else shipped
        return ours.correlated(together) if together else ours

    def _own(self, name: str) -> Path | None:
        """A file of the study's own by its name in the folder; None where it has none."""
        own = self.folder / name if self.folder else None
        return own if own and own.is_file() else None

    @property
    def form_priors(self) -> tuple[Prior, ...]:
        """Priors of the forms of the world, in the order of the case; none with a model of the user's own."""
        if self._function is not None:
            return ()
        return tuple(self.priors[name] for name in self.case.settings.forms)

    def _check_forms(self) -> None:
        """Raises `BadInput`, all at once, for a form that the case has not, and for a value that a form has not."""
        errors, known = [], self.case.settings.forms
        for name, value in self.forms.items():
            if name not in known:
                errors.append(unknown("--form", f"no such form of {self.case.name}", name, known, nearest(name, known)))
            elif value not in (values := [category.name for category in self._free[name].categories]):
                errors.append(unknown("--form", f"no such value of {name}", value, values, nearest(value, values)))
        raise_all(errors)

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions under test, in the order of their ids; with a model of the user's own, those of the study's folder alone."""
        folder = self.folder / "assumptions" if self.folder else None
        found = assumption.study_assumptions(self.case, folder)
        if self._function is None:
            return found
        ours = {assumption.read(path).id for path in folder.glob("*.toml")} if folder else set()
        if not ours:
            what = (
                "a model of your own needs an assumption of your own, since the shipped ones speak of the shipped world"
            )
            raise BadInput("assumptions", "", what, allowed="assumptions/*.toml in the study's folder")
        return tuple(a for a in found if a.id in ours)

    @cached_property
    def simulate(self) -> Simulator:
        """Values (parameter, future) and levers to every series by name: the world with the study's own outcomes."""
        if self._function is not None:
            few = ensemble.draw(self.priors, "sobol", 0, 0, TRIED)
            return from_function(self.case, self._function, few, self.levers(self.policies[0]), self._version)
        own, base = self._own(own_files.OUTCOMES), outcome_names(self.case)
        return Simulator(self.case, base, read_outcomes(own, base, self.steps) if own else ())

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the national series that margins and outcomes of one's own may speak of."""
        return tuple(sorted(self.simulate.names))

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps of the clock, such as 2030Q4."""
        return self.case.world.steps()

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies: the shipped ones, the study's new ones, and those of files that were given."""
        return (*self._named, *self._files)

    @cached_property
    def _named(self) -> tuple[str, ...]:
        own = [path.stem for path in self._own_policies]
        return (*rules.policies(self.case), *(name for name in own if name not in rules.policies(self.case)))

    @cached_property
    def scorer(self) -> score.Scorer:
        """The compiled propositions."""
        return score.Scorer(self.assumptions, self.simulate.names, self.steps)

    @cached_property
    def signposts(self) -> Mapping[str, Signpost]:
        """What to watch: the shipped signposts, with the study's own in their place and after them."""
        own = self._own(own_files.SIGNPOSTS)
        return {**signposts.shipped_signposts(self.case), **(signposts.read(own, self.case) if own else {})}

    @cached_property
    def readings(self) -> Readings:
        """What was observed: the shipped record and the study's own readings."""
        own, record = self._own(own_files.READINGS), reading_files.shipped_readings(self.case)
        if self.pulled:
            record = record.joined(pulled.pulled_readings(self.case))
        return record.joined(reading_files.read(own, self.case)) if own else record

    @cached_property
    def observer(self) -> Observer:
        """What a run keeps of each future to be weighed and watched: what was read, and what signposts will read."""
        return Observer(self._asked, self.simulate.names, self.steps)

    @property
    def _asked(self) -> tuple[tuple[Quantity, When], ...]:
        if self._function is not None:
            return ()  # what was read is read of the shipped world
        known = known_quantities.shipped_quantities(self.case)
        read = [(known[r.quantity], r.over) for r in self.readings.mapped]
        watched = [(known[s.quantity], s.by) for s in self.signposts.values() if s.quantity]
        return (*read, *watched)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the user's own policies, in the folder or given as files, is read as an older version wrote it, a sentence a file:
        strengths, where the world of the case has instruments.
        """
        if not instruments(self.case):
            return ()
        own = {f"policies/{path.name}": path for path in self._own_policies} | {
            path.name: path for path in self._files.values()
        }
        return tuple(
            f"{name}: strength is read as the effort of an instrument, which takes time, works in part and costs something; "
            "write [[instrument.NAME]] and effort"
            for name, path in own.items()
            if "strength" in read_toml(path)
        )

    @property
    def _own_policies(self) -> tuple[Path, ...]:
        return tuple(sorted((self.folder / "policies").glob("*.toml"))) if self.folder else ()

    def unknown_policy(self, asked: str, policy: str) -> BadInput:
        """What is said of a policy that the study has not, asked for by an option: those that it has, and which case has it."""
        hint = nearest(policy, self.policies) or self.case.elsewhere("policies", policy)
        return unknown(asked, f"no such policy of {self.case.name}", policy, self.policies, hint)

    def book(self, policy: str) -> Rulebook:
        """The rulebook under a policy of the study: the object that `premortem.book` gives. Raises `BadInput` as `law` does."""
        return Rulebook(self.law(policy))

    def law(self, policy: str) -> rules.Book:
        """Clauses and levers under a policy of the study. Raises `BadInput` with the nearest name for an unknown one."""
        if policy not in self.policies:
            raise self.unknown_policy("--policy", policy)
        if policy not in self._books:
            self._books[policy] = rules.load(self._file_of(policy) or policy, self.case)
        return self._books[policy]

    def on(self, day: date) -> "Study":
        """The study with what became of the law as it was known on a day, for who asks as of that day; itself where nothing of it came
        later, and on the day of the case, whose boards show what came of the law beside the policies that could be chosen.
        """
        if day not in self._on:
            record = self.case.settings.record
            known = known_by(self.law(record), day) if record and day != self.case.settings.day else None
            if known is None or known is self.law(record):
                return self
            made = self._on[day] = copy.copy(self)
            made._books, made._on, made._hashes, made.cut = {**self._books, record: known}, {}, {}, frozenset({record})
            made._pulled = {name: levers for name, levers in self._pulled.items() if name != record}
        return self._on[day]

    def _file_of(self, policy: str) -> Path | None:
        """The file of the user's own that a policy stands in; None for one that ships."""
        return self._files.get(policy) or self._own(f"{own_files.POLICIES}/{policy}.toml")

    def events(self, assumption: str | None = None, until: date | None = None) -> pl.DataFrame:
        """Dated events, of one assumption and up to a day if given: date, title, summary, assumptions, source, confidence."""
        columns = ("title", "summary", "assumptions", "source", "confidence")
        found = timeline.timeline(self.case, self.assumptions, assumption, until)
        rows = [{"date": e.on} | {name: getattr(e, name) for name in columns} for e in found]
        return pl.DataFrame(rows).with_columns(pl.col("assumptions").list.join(", "))

    def levers(self, policy: str) -> Levers:
        """The policy as arrays over steps, made once."""
        if policy not in self._pulled:
            self._pulled[policy] = self.case.world.levers(self.law(policy))
        return self._pulled[policy]

    def run(
        self,
        policies: str | Sequence[str] | None = None,
        futures: int = 20_000,
        seed: int = 7,
        out: str | Path | None = None,
        *,
        resume: bool = False,
        replace: bool = False,
        progress: ensemble.Progress | None = None,
        cluster: str | None = None,
        memory: int | None = None,
        whole: "Callable[[Run], object] | None" = None,
        given: Array | None = None,
        device: Device = "cpu",
    ) -> "Run":
        """Simulate and score `futures` futures under each policy into a run folder; same bits for the same seed.

        `cluster` is a Dask scheduler's address or `local:N`; `memory` a ceiling in bytes; `replace` lets a finished run
        in the same folder make way, of which futures, policies or assumptions would be lost. `whole` adds to the scored
        run, such as its brief, before it takes the place of an older one, which stays where this fails. `given` are values of the
        uncertainties, (parameter, future), in place of drawn ones; such a run is not remembered as the last one.
        `device` is the processor, or a `gpu`, on which futures have other bits and hardly another verdict.
        """
        check_seed(seed)
        chosen = chosen_of("run", policies, self.policies)
        each(self.book, chosen)
        if device != "cpu" and self.compiled.forward.outside:
            what = "runs on the processor, where this study's own model is called in Python"
            raise BadInput("command line", "--device", what, got=device, allowed="cpu")
        folder, began = self.run_folder(out), time.perf_counter()
        pulled = {name: (self.levers(name), self.scorer.thresholds) for name in chosen}
        held: list[Run] = []

        def scored(place: Path, timing: ensemble.Timing) -> None:
            held.append(made := self._scored(place, timing, memory, chosen))
            if whole:
                whole(made)

        ensemble.run(
            self.model(), self.priors, pulled, futures if given is None else given.shape[1], seed, folder,
            inputs=self.hashes(chosen), kept=self.compiled.forward.kept, reread=self.compiled.interpreted,
            assumptions=[a.id for a in self.assumptions], case=self.case.reference, forms=self.forms,
            given=None if given is None else np.asarray(given, np.float32), resume=resume, replace=replace,
            progress=progress, cluster=cluster, most_memory=memory, whole=scored, device=device,
        )  # fmt: skip
        made = held[0]
        made.folder = folder  # where it lies now
        made.seconds["total"] = time.perf_counter() - began
        if given is None:
            last.remember(self.folder, folder)
        return made

    def _scored(self, place: Path, timing: ensemble.Timing, memory: int | None, policies: Sequence[str]) -> "Run":
        """A run that was simulated just now, scored, with the policy files that it is of, so that it is opened without them."""
        made, began = Run(self, place, timing, memory), time.perf_counter()
        made.board()
        made.seconds["score"] = time.perf_counter() - began
        for name in (name for name in policies if name in self._files):
            text = read_bytes(self._files[name], "a policy")
            writer.write(place / own_files.POLICIES / f"{name}.toml", text, parents=True)
        return made

    @property
    def has_run(self) -> bool:
        """Whether a finished run of the study is stored where it would be looked for."""
        return store.is_finished(last.folder(self.folder))

    def run_folder(self, out: str | Path | None = None) -> Path:
        """Where a run goes: the given folder, or `out/` of the study."""
        return Path(out) if out else (self.folder or Path()) / own_files.DEFAULT_OUT

    def stored(self, folder: Path | None = None, memory: int | None = None) -> "Run":
        """A stored run: the given folder, or the study's last; `memory` is a ceiling in bytes on analyses of it.

        Raises `BadInput` when there is none or inputs changed.
        """
        return Run(self, folder or last.folder(self.folder), memory=memory)

    def model(self) -> ensemble.Model:
        """Values and (levers, thresholds) to what a run keeps; pure, compiled once for every policy."""
        return self.compiled.forward

    @cached_property
    def compiled(self) -> Model:
        """Margins, outcomes and gradients of any futures, by the one program that runs, questions and the app share."""
        forward = Forward(self.simulate, self.assumptions, self._asked)
        return Model(forward, self.priors, self.scorer.thresholds, self.levers(self.policies[0]))

    def hashes(self, policies: Sequence[str]) -> dict[str, str]:
        """SHA-256 of everything that a run's numbers rest on, by kind, and of no word beside; of the same policies worked out once."""
        key = tuple(policies)
        if key not in self._hashes:
            self._hashes[key] = self._hashed(key)
        return dict(self._hashes[key])

    def hashes_with_words(self) -> dict[str, str]:
        """Those of them that runs of version 0.2.0 and before hold, in which a word counted as a number does."""
        return with_words(self.priors, self.assumptions, self.case.code, self.simulate.texts)

    def _hashed(self, policies: Sequence[str]) -> dict[str, str]:
        levers = [self.levers(policy) for policy in policies]
        found = hashes(self.priors, self.assumptions, levers, self.case.code, self.simulate.texts, self.observer)
        return (
            found | {f"pulled.{name}": sha for name, sha in pulled.hashes(self.case).items()} if self.pulled else found
        )


@checked_methods
@dataclass
class Run:
    """A run folder under a study: the board, outcomes, bands, and what it was made of."""

    study: Study
    folder: Path
    timing: ensemble.Timing | None = None
    memory: int | None = None  # ceiling on what analyses of it hold [bytes]
    first: int | None = None  # how many of its futures are looked at, from the first one on: all of them by default

    def __post_init__(self) -> None:
        replace_run.recover(self.folder)
        self.manifest = store.read_manifest(self.folder)
        _check_case(self.folder, self.manifest)
        if self.manifest["status"] != FINISHED:
            what = "is not finished: it was stopped, or is still being made"
            raise BadInput(str(self.folder), "", what, allowed="a finished run", hint="premortem run --resume")
        case = self.manifest.get("case") or DEFAULT
        if case != self.study.case.reference:
            what = f"is a run of the case {case}, not of {self.study.case.name}"
            raise BadInput(str(self.folder), "case", what, got=case, hint=f"--case {case}")
        self.seconds: dict[str, float] = {}
        if self.timing:
            self.seconds = {
                "compile": self.timing.compile,
                "simulate": self.timing.simulate,
            }
        self._held = Kept(HELD)

    def __repr__(self) -> str:
        futures = count_noun(self.futures, "future")
        return fit(f"Run of {futures} under {', '.join(self.policies)}; seed {self.seed}; {self.folder}")

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies of the run, in order."""
        return tuple(self.manifest["inputs"]["policies"])

    @property
    def futures(self) -> int:
        """How many futures are looked at."""
        return self.stored if self.first is None else min(self.first, self.stored)

    @property
    def stored(self) -> int:
        """How many futures the folder holds."""
        return int(self.manifest["inputs"]["futures"])

    def head(self, first: int) -> "Run":
        """The run as if it held its first futures only, which are a design of their own."""
        return Run(self.study, self.folder, self.timing, self.memory, min(first, self.futures))

    @property
    def seed(self) -> int:
        """Seed of the design."""
        return int(self.manifest["inputs"]["seed"])

    @property
    def given(self) -> bool:
        """Whether its futures were given, and not drawn from the priors by a design."""
        return bool(self.manifest["inputs"]["design"] == ensemble.GIVEN)

    @property
    def replicates(self) -> int:
        """Independent replicates of the design; 0 for plain Monte Carlo."""
        return int(self.manifest["replicates"])

    @property
    def non_finite(self) -> dict[str, list[int]]:
        """Futures with a result that is not finite, by policy; one with such a margin has failed: it is in no share."""
        found = self.manifest.get("non_finite", {})
        return {policy: list(found[policy]) for policy in self.policies if found.get(policy)}

    def columns(self, policy: str, names: Sequence[str] | None = None, first: int | None = None) -> dict[str, Array]:
        """Scalars of every future, or of the `first`, under a policy, by column, each of shape (future,)."""
        return read.read_columns(self.folder, policy, names, self._most(first))

    def parts(self, policy: str, names: Sequence[str] | None = None) -> Iterator[dict[str, Array]]:
        """The same part by part, in order, in the memory of one part; `futures` in place of a policy gives the
        uncertainties.
        """
        return read.read_parts(self.folder, policy, names, self.first)

    def margin_names(self) -> list[str]:
        """Columns that hold the margins of assumptions and conditions, and of assumptions by other interpretations."""
        of = self.study.assumptions
        shipped = [f"margin.{n}" for a in of for n in (a.id, *(f"{a.id}.{c.id}" for c in a.condition))]
        return [*shipped, *interpretations.columns(of)]

    def margins(self, policy: str) -> dict[str, Array]:
        """Margins of assumptions and conditions under a policy."""
        return self.columns(policy, self.margin_names())

    def parameters(self, names: Sequence[str] | None = None, first: int | None = None) -> Array:
        """Values of the uncertainties, shape (parameter, future); of the `first` futures only, where given."""
        wanted = list(names or self.study.priors.names)
        found = read.read_columns(self.folder, FUTURES, wanted, self._most(first))
        return np.stack([found.pop(name) for name in wanted])

    def values(self, first: int | None = None) -> Array:
        """The same of every uncertainty, to be read only: those of a run as it comes are kept, since many questions ask for them."""
        if self.futures > MOST_HELD:
            return self.parameters(first=first)
        return cast(Array, self._held.get("values", lambda: _to_read(self.parameters())))[:, : self._most(first)]

    def _most(self, first: int | None) -> int:
        return self.futures if first is None else min(first, self.futures)

    def verify(self) -> None:
        """Check every byte of the run against its checksums. Raises `MissingData` naming the files that are damaged."""
        wrong = store.damaged_files(self.folder)
        if wrong:
            raise MissingData(
                f"{self.folder}: damaged: {', '.join(wrong)}; make them again with `premortem run --resume`"
            )

    def board(self) -> pl.DataFrame:
        """Assumption by policy: the share of futures that holds, its interval, what fails first and alone."""
        return cast(pl.DataFrame, self._held.get("board", self._counted))

    def _counted(self) -> pl.DataFrame:
        streams = {p: self._scored(p) for p in self.policies}
        return score.board_of_parts(streams, self.study.assumptions, self.replicates, forms=self.study.form_priors)

    def _scored(self, policy: str) -> Iterator[dict[str, Array]]:
        """Margins under a policy part by part, with the forms that the futures are in."""
        forms = [form.name for form in self.study.form_priors]
        margins = self.parts(policy, self.margin_names())
        yield from (a | b for a, b in zip(margins, self.parts(FUTURES, forms), strict=True)) if forms else margins

    def board_rows(self) -> tuple[BoardCell, ...]:
        """The cells of the board; causes of failure without the conditions of other assumptions."""
        return cast(tuple[BoardCell, ...], self._held.get("cells", lambda: cells(self.board())))

    def table(self) -> Table:
        """The board for people: a row an assumption, a column a policy, shares of futures with their 95% intervals."""
        names = {a.id: f"{a.id} {a.name}" for a in self.study.assumptions}
        return board_table(self.board(), names, self.futures, self.seed)

    def bands(self, policy: str) -> pl.DataFrame:
        """Bands of every series over all futures: `series`, `quarter`, p5, p25, p50, p75, p95."""
        return cast(
            pl.DataFrame,
            self._held.get(("bands", policy), lambda: bands.read_bands(self.folder, policy, self.study.steps)),
        )

    def paths(self, policy: str) -> pl.DataFrame:
        """Whole series of the first futures: `future`, `quarter` (the step, from 0) and a column a series."""
        return bands.read_paths(self.folder, policy)

    def regional(self, policy: str, names: Sequence[str]) -> dict[str, Array]:
        """Regional series of the first futures, which a run does not keep and which are simulated again: each of shape
        (step, region, future). Raises `MissingData` with a model of the user's own.
        """
        if self.study.simulate.function is not None:
            raise MissingData(f"{self.folder}: regional series are of the shipped world; a model of your own has none")
        count = min(bands.THIN, self.futures)
        values = self.parameters(first=count)
        found = self.study.compiled.regional(values, self.study.levers(policy))
        return {name: np.asarray(found[name])[..., :count] for name in names}

    def by_region(self, policy: str, name: str, first: str = "", last: str = "") -> pl.DataFrame:
        """A regional series, such as `additions` or `unmet` [in the unit of the series], summed from one step to another,
        by default over all of the clock: region, name, and p5, p50, p95 over the first futures.

        Raises `BadInput` for a step or a series that is not there, `MissingData` for a case without places.
        """
        labels = self.study.steps
        first, last = first or labels[0], last or labels[-1]
        raise_all(
            [
                unknown(key, "no such step", step, labels)
                for key, step in (("first", first), ("last", last))
                if step not in labels
            ]
        )
        held = self.regional(policy, [name])[name][labels.index(first) : labels.index(last) + 1].sum(0)
        low, middle, high = np.quantile(held, [0.05, 0.5, 0.95], axis=-1)
        places = facts.read("regions", self.study.case).select(region="id", name="name")
        return places.with_columns(p5=pl.Series(low), p50=pl.Series(middle), p95=pl.Series(high))

    @cached_property
    def outcomes(self) -> Any:
        """Scalars of every future as an `xarray.Dataset` with dimensions policy and future."""
        import xarray as xr

        held = {policy: self.columns(policy) for policy in self.policies}
        names = [n for n in next(iter(held.values())) if n != "future"]
        data = {n: (("policy", "future"), np.stack([held[p][n] for p in self.policies])) for n in names}
        return xr.Dataset(data, coords={"policy": list(self.policies), "future": np.arange(self.futures)})

    def summary(self, **more: Any) -> Document:
        """What `premortem run --json` prints."""
        seconds = {k: round(self.seconds.get(k, 0.0), 3) for k in ("compile", "simulate", "score")}
        seconds["report"] = round(float(more.pop("report_seconds", 0.0)), 3)
        simulated = self.timing.simulated if self.timing else 0
        rate = simulated / self.seconds["simulate"] if simulated else 0.0
        return {
            "run": str(self.folder),
            "brief": str(more.pop("brief", "")),
            "futures": self.futures,
            "policies": list(self.policies),
            "seed": self.seed,
            "seconds": seconds,
            "futures_per_second": round(rate, 1),
            "peak_mb": round(ensemble.peak_mb(), 1),
            "non_finite": {policy: len(futures) for policy, futures in self.non_finite.items()},
            "board": [cell.as_dict() for cell in self.board_rows()],
        } | more


def as_names(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Names that were given: one by itself is that one, and not its letters."""
    return (names,) if isinstance(names, str) else tuple(names or ())


def chosen_of(name: str, policies: str | Sequence[str] | None, usual: Sequence[str]) -> tuple[str, ...]:
    """Policies that were given to a function of a name, or the usual ones where none were said. Raises `BadInput` for an empty list."""
    if policies is not None and not policies:
        raise BadInput(name, "policies", "are none", got=policies, allowed="one policy or more, or None for all")
    return tuple(dict.fromkeys(as_names(policies) or usual))


def open_run(folder: str | Path, study: Study | None = None) -> Run:
    """A stored run by its folder; of the study whose folder it lies in, unless one is given, else of the run's own case.

    Raises `BadInput` where there is no run, or one that another version wrote.
    """
    path = Path(folder)
    own = path.resolve().parent
    if study is None:
        within = own if (own / own_files.MARK).is_file() else None
        case, files = None if within else case_of_run(path), policy_files_of_run(path)
        study = Study(within, case=case, forms=forms_of_run(path), pulled=pulled_of_run(path), policy_files=files)
    return Run(study, path)


def _check_case(folder: Path, manifest: Manifest) -> None:
    """Raises `BadInput` for the run of a problem of somebody's own, whose model no folder holds."""
    if layout.PROBLEM in manifest["inputs"]:
        what = f"holds a run of the problem {manifest['inputs'][layout.PROBLEM]}, not of a case"
        raise BadInput(str(folder), "", what, allowed="a run of a case", hint=f'in Python: problem.stored("{folder}")')


def _taken(path: Path) -> BadInput:
    return BadInput("command line", "--policy", "there is a policy of this name", got=str(path), allowed="another name")


def _to_read(values: Array) -> Array:
    values.flags.writeable = False
    return values
