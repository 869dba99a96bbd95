"""`Study`: the shipped rulebook, policies, assumptions and priors, with a folder of the user's own files over them."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from premortem.case import DEFAULT, Case, Levers
from premortem.ensemble import priors, store
from premortem.ensemble import run as ensemble
from premortem.ensemble.priors import Prior, Priors
from premortem.errors import BadInput, each, nearest, raise_all, unknown
from premortem.files.toml import read_toml
from premortem.law import book as rules
from premortem.propositions import assumption, score
from premortem.propositions.assumption import Assumption
from premortem.study import folder as own_files
from premortem.study import last
from premortem.study.model import Forward, Model, outcome_names
from premortem.study.run import Run
from premortem.study.simulator import Function, Simulator, of_function
from premortem.study.simulator import read as read_outcomes
from premortem.text.numbers import counted
from premortem.watch import observations, signposts, timeline
from premortem.watch import quantities as known_quantities
from premortem.watch.observations import Readings
from premortem.watch.quantities import Observer, Quantity
from premortem.watch.signposts import Signpost

# Futures on which a model of the user's own is tried.
TRIED = 8


class Study:
    """`Study()` is the shipped case; `Study("my-study/")` puts the files of a folder of the user's over it."""

    def __init__(
        self,
        folder: str | Path | None = None,
        simulator: Function | None = None,
        *,
        version: str = "",
        case: Case | str | Path | None = None,
        forms: Mapping[str, str] | None = None,
    ) -> None:
        """`case` is one that ships, by its name, or a folder; by default that of the study's folder, else the leading one.

        `simulator` puts a model of your own in the world's place: see `docs/own.md`. A run is of one model: its code and what it
        closes over, or the `version` that you give. `forms` fixes forms of the world, by name, at one of their values.
        """
        self.folder = Path(folder) if folder is not None else None
        self.case = own_files.case_of(self.folder, case)
        self._function, self._version = simulator, str(version)
        self._pulled: dict[str, Levers] = {}
        self._books: dict[str, rules.Book] = {}
        self.forms = dict(forms or {})
        raise_all(own_files.problems(self.folder, self.case, of_world=simulator is None))
        if self.forms:
            self._check_forms()

    def __repr__(self) -> str:
        held = {"assumption": self.assumptions, "uncertainty": self.priors.names, "policy": self.policies}
        parts = ", ".join(counted(len(of), thing) for thing, of in held.items())
        return f"Study of {parts}: {self.folder or 'the shipped case'}"

    @cached_property
    def priors(self) -> Priors:
        """The uncertainties: shipped rows, with the study's own in their place, and forms that are fixed."""
        fixed = (row.fixed_at(self.forms[row.name]) if row.name in self.forms else row for row in self._free.rows)
        return Priors(tuple(fixed), self._free.copula) if self.forms else self._free

    @cached_property
    def _free(self) -> Priors:
        """The same with no form fixed."""
        shipped = priors.read(self.case / own_files.PARAMETERS)
        if self.folder is None:
            return shipped
        own, together = self.folder / own_files.PARAMETERS, self.folder / own_files.CORRELATIONS
        ours = shipped.override(own) if own.is_file() else shipped
        return ours.correlated(together) if together.is_file() else ours

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
        found = assumption.of_study(self.case, folder)
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
            return of_function(self.case, self._function, few, self.levers(self.policies[0]), self._version)
        own = self.folder / own_files.OUTCOMES if self.folder else None
        base = outcome_names(self.case)
        return Simulator(self.case, base, read_outcomes(own, base, self.steps) if own and own.is_file() else ())

    @property
    def series(self) -> tuple[str, ...]:
        """Names of the national series that margins and outcomes of one's own may speak of."""
        return tuple(sorted(self.simulate.names))

    @property
    def steps(self) -> tuple[str, ...]:
        """Names of the steps of the clock, such as 2030Q4."""
        return self.case.world.steps()

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies: the shipped ones, then the study's new ones."""
        own = sorted(path.stem for path in (self.folder / "policies").glob("*.toml")) if self.folder else []
        return (*rules.policies(self.case), *(name for name in own if name not in rules.policies(self.case)))

    @cached_property
    def scorer(self) -> score.Scorer:
        """The compiled propositions."""
        return score.Scorer(self.assumptions, self.simulate.names, self.steps)

    @cached_property
    def signposts(self) -> Mapping[str, Signpost]:
        """What to watch: the shipped signposts, with the study's own in their place and after them."""
        own = self.folder / own_files.SIGNPOSTS if self.folder else None
        return {**signposts.shipped(self.case), **(signposts.read(own, self.case) if own and own.is_file() else {})}

    @cached_property
    def readings(self) -> Readings:
        """What was observed: the shipped record and the study's own readings."""
        own = self.folder / own_files.READINGS if self.folder else None
        record = observations.shipped(self.case)
        return record.joined(observations.read(own, self.case)) if own and own.is_file() else record

    @cached_property
    def observer(self) -> Observer:
        """What a run keeps of each future to be weighed and watched: what was read, and what signposts will read."""
        return Observer(self._asked, self.simulate.names, self.steps)

    @property
    def _asked(self) -> tuple[tuple[Quantity, date], ...]:
        if self._function is not None:
            return ()  # what was read is read of the shipped world
        known = known_quantities.shipped(self.case)
        read = [(known[r.quantity], r.on) for r in self.readings.mapped]
        watched = [(known[s.quantity], s.by) for s in self.signposts.values() if s.quantity]
        return (*read, *watched)

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the study's own policies is read as an older version wrote it, a sentence a file: strengths, where the world of
        the case has instruments.
        """
        if self.folder is None or not (self.case / own_files.INSTRUMENTS).is_file():
            return ()
        policies = sorted((self.folder / "policies").glob("*.toml"))
        return tuple(
            f"policies/{path.name}: strength is read as the effort of an instrument, which takes time, works in part and costs something; "
            "write [[instrument.NAME]] and effort"
            for path in policies
            if "strength" in read_toml(path)
        )

    def unknown_policy(self, asked: str, policy: str) -> BadInput:
        """What is said of a policy that the study has not, asked for by an option: those that it has, and which case has it."""
        hint = nearest(policy, self.policies) or self.case.elsewhere("policies", policy)
        return unknown(asked, f"no such policy of {self.case.name}", policy, self.policies, hint)

    def book(self, policy: str) -> rules.Book:
        """The rulebook under a policy of the study. Raises `BadInput` with the nearest name for an unknown one."""
        if policy not in self.policies:
            raise self.unknown_policy("--policy", policy)
        if policy not in self._books:
            own = self.folder / "policies" / f"{policy}.toml" if self.folder else None
            self._books[policy] = rules.load(own if own and own.is_file() else policy, self.case)
        return self._books[policy]

    def events(self, assumption: str | None = None, until: date | None = None) -> pl.DataFrame:
        """Dated events, of one assumption and up to a day if given: date, title, summary, assumptions, source, confidence."""
        columns = ("title", "summary", "assumptions", "source", "confidence")
        found = timeline.timeline(self.case, self.assumptions, assumption, until)
        rows = [{"date": e.on} | {name: getattr(e, name) for name in columns} for e in found]
        return pl.DataFrame(rows).with_columns(pl.col("assumptions").list.join(", "))

    def levers(self, policy: str) -> Levers:
        """The policy as arrays over quarters, made once."""
        if policy not in self._pulled:
            self._pulled[policy] = self.case.world.levers(self.book(policy))
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
        whole: Callable[[Run], object] | None = None,
    ) -> Run:
        """Simulate and score `futures` futures under each policy into a run folder; same bits for the same seed.

        `cluster` is a Dask scheduler's address or `local:N`; `memory` a ceiling in bytes; `replace` lets a finished run
        in the same folder make way, of which futures, policies or assumptions would be lost. `whole` adds to the scored
        run, such as its brief, before it takes the place of an older one, which stays where this fails.
        """
        chosen = tuple(dict.fromkeys(listed(policies) or self.policies))
        each(self.book, chosen)
        folder = self.run_folder(out)
        began = time.perf_counter()
        pulled = {name: (self.levers(name), self.scorer.thresholds) for name in chosen}
        held: list[Run] = []

        def scored(place: Path, timing: ensemble.Timing) -> None:
            held.append(made := Run(self, place, timing, memory))
            began_scoring = time.perf_counter()
            made.board()
            made.seconds["score"] = time.perf_counter() - began_scoring
            if whole:
                whole(made)

        ensemble.run(
            self.model(),
            self.priors,
            pulled,
            futures,
            seed,
            folder,
            inputs=self.hashes(chosen),
            kept=self.compiled.forward.kept,
            assumptions=[a.id for a in self.assumptions],
            case=self.case.reference,
            forms=self.forms,
            resume=resume,
            replace=replace,
            progress=progress,
            cluster=cluster,
            most_memory=memory,
            whole=scored,
        )
        made = held[0]
        made.folder = folder  # where it lies now
        made.seconds["total"] = time.perf_counter() - began
        last.remember(self.folder, folder)
        return made

    @property
    def has_run(self) -> bool:
        """Whether a finished run of the study is stored where it would be looked for."""
        return store.is_finished(last.folder(self.folder))

    def run_folder(self, out: str | Path | None = None) -> Path:
        """Where a run goes: the given folder, or `out/` of the study."""
        return Path(out) if out else (self.folder or Path()) / own_files.DEFAULT_OUT

    def stored(self, folder: Path | None = None, memory: int | None = None) -> Run:
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
        """SHA-256 of everything that a run's bits rest on, by kind."""
        assumed = [a.model_dump(mode="json") for a in self.assumptions]
        pulled = [np.concatenate([x.ravel() for x in self.levers(p)]).tobytes().hex() for p in policies]
        together = [list(pair) for pair in self.priors.copula.pairs] if self.priors.copula else []
        code = [p.read_bytes().hex() for p in self.case.code]
        return {
            "parameters": _sha([row.as_dict() for row in self.priors.rows] + together),
            "assumptions": _sha(assumed),
            "rules": _sha(pulled),
            "world": _sha(code + self.simulate.texts),
            "readings": _sha({name: expression.text for name, (expression, _) in self.observer.expressions.items()}),
        }


def listed(names: str | Sequence[str] | None) -> tuple[str, ...]:
    """Names that were given: one by itself is that one, and not its letters."""
    return (names,) if isinstance(names, str) else tuple(names or ())


def open_run(folder: str | Path, study: Study | None = None) -> Run:
    """A stored run by its folder; of the study whose folder it lies in, unless one is given, else of the run's own case.

    Raises `BadInput` where there is no run, or one that another version wrote.
    """
    path = Path(folder)
    own = path.resolve().parent
    if study is None:
        within = own if (own / own_files.MARK).is_file() else None
        study = Study(within, case=None if within else case_of_run(path), forms=forms_of_run(path))
    return Run(study, path)


def forms_of_run(folder: Path) -> dict[str, str]:
    """Forms that were fixed in a stored run, each at its value. Raises `BadInput` where there is no run."""
    return dict(store.read_manifest(folder).get("forms") or {})


def case_of_run(folder: Path) -> str:
    """By what the case of a stored run is found again. Raises `BadInput` where there is no run."""
    return str(store.read_manifest(folder).get("case") or DEFAULT)


def _sha(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
