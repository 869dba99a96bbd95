"""A study: the shipped rulebook, policies, assumptions and priors, with a folder of the user's own files over them."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import jax
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts, world
from premortem.ensemble import bands, correlation, priors, read, store
from premortem.ensemble import run as ensemble
from premortem.ensemble.part import FUTURES
from premortem.ensemble.priors import Priors
from premortem.errors import BadInput, BadInputs, MissingData, PremortemError, nearest, raise_all
from premortem.regime import book as rules
from premortem.regime.levers import Levers, levers
from premortem.stress import propositions, score
from premortem.stress.propositions import Assumption
from premortem.stress.simulator import Function, Simulator, of_function
from premortem.stress.simulator import read as read_outcomes
from premortem.watch import observations, signposts
from premortem.watch import quantities as known_quantities
from premortem.watch.observations import Readings
from premortem.watch.quantities import Observer, Quantity
from premortem.watch.signposts import Signpost

PARTS = ("policies", "assumptions")
PARAMETERS, SIGNPOSTS, READINGS = "params.csv", "signposts.toml", "readings.csv"
CORRELATIONS, OUTCOMES, README = "correlations.csv", "outcomes.toml", "README.md"
# What a new study's table of outcomes shows: nothing is defined until the marks are taken off.
EXAMPLE = """# Outcomes of your own, as expressions over time. Take the marks off for an example:
# [hardware_ratio]
# says = "US-aligned additions over all that China gains"
# unit = "ratio"
# value = "us_supply@quarter / cn_total@quarter"
"""
# What a study's folder is known by.
MARK = "study.toml"
DEFAULT_OUT = "out"

Array = NDArray[Any]


class Study:
    """`Study()` is the shipped case; `Study("my-study/")` puts the files of a folder of the user's over it."""

    def __init__(self, folder: str | Path | None = None, simulator: Function | None = None) -> None:
        """`simulator` puts a model of your own in the world's place: see `docs/own.md`."""
        self.folder = Path(folder) if folder is not None else None
        self._function = simulator
        if self.folder is not None and not (self.folder / MARK).is_file():
            raise BadInput(
                str(folder),
                "",
                "is not a study folder",
                allowed=f"a folder with {MARK}",
                hint=f"premortem init {folder}",
            )
        raise_all(problems(self.folder, of_world=simulator is None))

    @cached_property
    def priors(self) -> Priors:
        """The uncertainties: shipped rows, with the study's own in their place."""
        shipped = priors.read(world.PARAMS)
        if self.folder is None:
            return shipped
        own, together = self.folder / PARAMETERS, self.folder / CORRELATIONS
        ours = shipped.override(own) if own.is_file() else shipped
        return ours.correlated(together) if together.is_file() else ours

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions under test, A1 first; with a model of the user's own, those of the study's folder alone."""
        folder = self.folder / "assumptions" if self.folder else None
        found = propositions.of_study(folder)
        if self._function is None:
            return found
        ours = {propositions.read(path).id for path in folder.glob("*.toml")} if folder else set()
        if not ours:
            what = (
                "a model of your own needs an assumption of your own, since the shipped ones speak of the shipped world"
            )
            raise BadInput("assumptions", "", what, allowed="assumptions/*.toml in the study's folder")
        return tuple(a for a in found if a.id in ours)

    @cached_property
    def simulate(self) -> Simulator:
        """Values (parameter, future) and levers to every series by name: the world with the study's own outcomes."""
        if self._function:
            return of_function(self._function, np.tile(self.priors.central, (1, 2)), self.levers(self.policies[0]))
        own = self.folder / OUTCOMES if self.folder else None
        base = outcome_names()
        return Simulator(base, read_outcomes(own, base) if own and own.is_file() else ())

    @cached_property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies: the shipped ones, then the study's new ones."""
        own = sorted(path.stem for path in (self.folder / "policies").glob("*.toml")) if self.folder else []
        return (*rules.policies(), *(name for name in own if name not in rules.policies()))

    @cached_property
    def scorer(self) -> score.Scorer:
        """The compiled propositions."""
        return score.Scorer(self.assumptions, self.simulate.names, world.quarter_labels())

    @cached_property
    def signposts(self) -> Mapping[str, Signpost]:
        """What to watch: the shipped signposts, with the study's own in their place and after them."""
        own = self.folder / SIGNPOSTS if self.folder else None
        return {**signposts.shipped(), **(signposts.read(own) if own and own.is_file() else {})}

    @cached_property
    def readings(self) -> Readings:
        """What was observed: the shipped record and the study's own readings."""
        own = self.folder / READINGS if self.folder else None
        record = observations.shipped()
        return record.joined(observations.read(own)) if own and own.is_file() else record

    @cached_property
    def observer(self) -> Observer:
        """What a run keeps of each future to be weighed and watched: what was read, and what signposts will read."""
        return Observer(self._asked, self.simulate.names, world.quarter_labels())

    @property
    def _asked(self) -> tuple[tuple[Quantity, date], ...]:
        if self._function:
            return ()  # what was read is read of the shipped world
        known = known_quantities.shipped()
        read = [(known[r.quantity], r.on) for r in self.readings.mapped]
        watched = [(known[s.quantity], s.by) for s in self.signposts.values() if s.quantity]
        return (*read, *watched)

    def book(self, policy: str) -> rules.Book:
        """The rulebook under a policy of the study. Raises `BadInput` with the nearest name for an unknown one."""
        if policy not in self.policies:
            raise BadInput(
                "command line",
                "--policy",
                f"no such policy: {policy}",
                got=policy,
                allowed=", ".join(self.policies),
                hint=nearest(policy, self.policies),
            )
        own = self.folder / "policies" / f"{policy}.toml" if self.folder else None
        return rules.load(own if own and own.is_file() else policy)

    def levers(self, policy: str) -> Levers:
        """The policy as arrays over quarters."""
        return levers(self.book(policy), facts.read("regions"))

    def run(
        self,
        policies: Sequence[str] | None = None,
        futures: int = 20_000,
        seed: int = 7,
        out: str | Path | None = None,
        *,
        resume: bool = False,
        progress: ensemble.Progress | None = None,
        cluster: str | None = None,
        memory: int | None = None,
    ) -> "Run":
        """Simulate and score `futures` futures under each policy into a run folder; same bits for the same seed.

        `cluster` is a Dask scheduler's address or `local:N`; `memory` a ceiling in bytes.
        """
        chosen = tuple(dict.fromkeys(policies or self.policies))
        folder = self.run_folder(out)
        began = time.perf_counter()
        pulled = {name: (self.levers(name), self.scorer.thresholds) for name in chosen}
        timing = ensemble.run(
            self.model(),
            self.priors,
            pulled,
            futures,
            seed,
            folder,
            inputs=self.hashes(chosen),
            resume=resume,
            progress=progress,
            cluster=cluster,
            most_memory=memory,
        )
        made = Run(self, folder, timing)
        began_scoring = time.perf_counter()
        made.board()
        made.seconds |= {"score": time.perf_counter() - began_scoring, "total": time.perf_counter() - began}
        _remember(self.folder, folder)
        return made

    @property
    def has_run(self) -> bool:
        """Whether a finished run of the study is stored where it would be looked for."""
        return store.is_finished(_last(self.folder))

    def run_folder(self, out: str | Path | None = None) -> Path:
        """Where a run goes: the given folder, or `out/` of the study."""
        return Path(out) if out else (self.folder or Path()) / DEFAULT_OUT

    def stored(self, folder: Path | None = None) -> "Run":
        """A stored run: the given folder, or the study's last. Raises `BadInput` when there is none or inputs
        changed.
        """
        return Run(self, folder or _last(self.folder))

    def model(self) -> ensemble.Model:
        """Values and (levers, thresholds) to what a run keeps; pure, compiled once for every policy."""
        return partial(simulate_and_score, self.simulate, self.assumptions, self._asked)

    def hashes(self, policies: Sequence[str]) -> dict[str, str]:
        """SHA-256 of everything that a run's bits rest on, by kind."""
        assumed = [a.model_dump(mode="json") for a in self.assumptions]
        pulled = [np.concatenate([x.ravel() for x in self.levers(p)]).tobytes().hex() for p in policies]
        together = [list(pair) for pair in self.priors.copula.pairs] if self.priors.copula else []
        code = [p.read_bytes().hex() for p in sorted((Path(__file__).parent / "world").glob("*.py"))]
        return {
            "parameters": _sha([row.model_dump(mode="json") for row in self.priors.rows] + together),
            "assumptions": _sha(assumed),
            "rules": _sha(pulled),
            "world": _sha(code + self.simulate.texts),
            "readings": _sha({name: expression.text for name, (expression, _) in self.observer.expressions.items()}),
        }


@dataclass
class Run:
    """A run folder under a study: the board, outcomes, bands, and what it was made of."""

    study: Study
    folder: Path
    timing: ensemble.Timing | None = None

    def __post_init__(self) -> None:
        self.manifest = store.read_manifest(self.folder)
        self.seconds: dict[str, float] = {}
        if self.timing:
            self.seconds = {
                "compile": self.timing.compile,
                "simulate": self.timing.simulate,
            }

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies of the run, in order."""
        return tuple(self.manifest["inputs"]["policies"])

    @property
    def futures(self) -> int:
        """How many futures were asked for."""
        return int(self.manifest["inputs"]["futures"])

    @property
    def seed(self) -> int:
        """Seed of the design."""
        return int(self.manifest["inputs"]["seed"])

    @property
    def replicates(self) -> int:
        """Independent replicates of the design; 0 for plain Monte Carlo."""
        return int(self.manifest["replicates"])

    def columns(self, policy: str, names: Sequence[str] | None = None, first: int | None = None) -> dict[str, Array]:
        """Scalars of every future, or of the `first`, under a policy, by column, each of shape (future,)."""
        return read.read_columns(self.folder, policy, names, first)

    def parts(self, policy: str, names: Sequence[str] | None = None) -> Iterator[dict[str, Array]]:
        """The same part by part, in order, in the memory of one part; `futures` in place of a policy gives the
        uncertainties.
        """
        return read.read_parts(self.folder, policy, names)

    def margin_names(self) -> list[str]:
        """Columns that hold the margins of assumptions and conditions."""
        return [f"margin.{n}" for a in self.study.assumptions for n in (a.id, *(f"{a.id}.{c.id}" for c in a.condition))]

    def margins(self, policy: str) -> dict[str, Array]:
        """Margins of assumptions and conditions under a policy."""
        return self.columns(policy, self.margin_names())

    def parameters(self, names: Sequence[str] | None = None, first: int | None = None) -> Array:
        """Values of the uncertainties, shape (parameter, future); of the `first` futures only, where given."""
        wanted = list(names or self.study.priors.names)
        found = read.read_columns(self.folder, FUTURES, wanted, first)
        return np.stack([found.pop(name) for name in wanted])

    def verify(self) -> None:
        """Check every byte of the run against its checksums. Raises `MissingData` naming the files that are damaged."""
        wrong = store.damaged(self.folder)
        if wrong:
            raise MissingData(
                f"{self.folder}: damaged: {', '.join(wrong)}; make them again with `premortem run --resume`"
            )

    def board(self) -> pl.DataFrame:
        """Assumption by policy: the share of futures that holds, its interval, what fails first and alone."""
        if not hasattr(self, "_board"):
            streams = {p: self.parts(p, self.margin_names()) for p in self.policies}
            self._board = score.board_of_parts(streams, self.study.assumptions, self.replicates)
        return self._board

    def board_rows(self) -> list[dict[str, Any]]:
        """The board as plain rows; causes of failure without the conditions of other assumptions."""
        return plain_rows(self.board())

    def bands(self, policy: str) -> pl.DataFrame:
        """Bands of every series over all futures: series, quarter, p5, p25, p50, p75, p95."""
        return bands.read_bands(self.folder, policy, world.quarter_labels())

    def paths(self, policy: str) -> pl.DataFrame:
        """Whole series of the first futures: future, quarter (0 to 39) and a column a series."""
        return bands.read_paths(self.folder, policy)

    def regional(self, policy: str, names: Sequence[str]) -> dict[str, Array]:
        """Regional series of the first futures, which a run does not keep and which are simulated again: each of shape
        (quarter, region, future).
        """
        design, count = self.manifest["inputs"]["design"], min(bands.THIN, self.futures)
        values = ensemble.draw(self.study.priors, design, self.seed, 0, bands.THIN)
        found = _simulate(values, self.study.levers(policy))
        return {name: np.asarray(found[name])[..., :count] for name in names}

    @cached_property
    def outcomes(self) -> Any:
        """Scalars of every future as an `xarray.Dataset` with dimensions policy and future."""
        import xarray as xr

        held = {policy: self.columns(policy) for policy in self.policies}
        names = [n for n in next(iter(held.values())) if n != "future"]
        data = {n: (("policy", "future"), np.stack([held[p][n] for p in self.policies])) for n in names}
        return xr.Dataset(data, coords={"policy": list(self.policies), "future": np.arange(self.futures)})

    def summary(self, **more: Any) -> dict[str, Any]:
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
            "non_finite": {k: len(v) for k, v in self.manifest.get("non_finite", {}).items() if v},
            "board": self.board_rows(),
        } | more


def plain_rows(board: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of a board; causes of failure without the conditions of other assumptions."""
    return [
        row | {key: {k: v for k, v in row[key].items() if v is not None} for key in ("fails_on", "alone")}
        for row in board.to_dicts()
    ]


def simulate_and_score(
    simulator: Simulator,
    assumptions: tuple[Assumption, ...],
    asked: tuple[tuple[Quantity, date], ...],
    values: jax.Array,
    pulled: Any,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """What a run keeps of futures, from values and (levers, thresholds); at home in a module, so that workers find it."""
    names, labels = simulator.names, world.quarter_labels()
    outcomes = simulator(values, pulled[0])
    scalars, series = score.Scorer(assumptions, names, labels).reduce(outcomes, pulled[1])
    return scalars | Observer(asked, names, labels)(outcomes), series


def open_run(folder: str | Path, study: "Study | None" = None) -> "Run":
    """A stored run by its folder; of the study whose folder it lies in, unless one is given.

    Raises `BadInput` where there is no run, or one that another version wrote.
    """
    path = Path(folder)
    own = path.resolve().parent
    return Run(study or Study(own if (own / MARK).is_file() else None), path)


@cache
def _simulator() -> Any:
    ensemble.use_compilation_cache()
    return jax.jit(world.simulate)


def _simulate(values: Array, pulled: Levers) -> dict[str, Any]:
    """Every outcome of the world, compiled once for futures of one number."""
    return dict(_simulator()(values, pulled))


def outcome_names() -> frozenset[str]:
    """Names of the world's national outcomes, which propositions may speak of."""
    example = jax.eval_shape(
        world.simulate,
        jax.ShapeDtypeStruct((len(world.parameter_names()), 1), np.float32),
        levers(rules.load("as-written"), facts.read("regions")),
    )
    return frozenset(name for name, array in example.items() if len(array.shape) == 2)


def problems(folder: Path | None, *, of_world: bool = True) -> list[BadInput]:
    """Every fault of a study's files, all at once; of the shipped files when there is no folder.

    Margins are left to the model when they do not speak of the shipped world (`of_world`).
    """
    found: list[BadInput] = []
    if folder is not None and not (folder / MARK).is_file():
        return [
            BadInput(
                str(folder),
                "",
                "is not a study folder",
                allowed=f"a folder with {MARK}",
                hint=f"premortem init {folder}",
            )
        ]
    checks: list[Any] = []
    shipped = priors.read(world.PARAMS)
    if folder is None:
        checks = [lambda name=name: rules.load(name) for name in rules.policies()] + [propositions.shipped]
    else:
        known = {MARK, PARAMETERS, CORRELATIONS, OUTCOMES, SIGNPOSTS, READINGS, *PARTS, DEFAULT_OUT, README}
        found += [
            BadInput(
                folder.name,
                p.name,
                "no such part of a study",
                allowed=", ".join(sorted(known)),
                hint=nearest(p.name, [*known]),
            )
            for p in sorted(folder.iterdir())
            if p.name not in known and not p.name.startswith(".")
        ]
        if (folder / PARAMETERS).is_file():
            checks.append(lambda: shipped.override(folder / PARAMETERS))
        if (folder / CORRELATIONS).is_file():
            checks.append(lambda: shipped.correlated(folder / CORRELATIONS))
        if (folder / OUTCOMES).is_file():
            checks.append(lambda: read_outcomes(folder / OUTCOMES, outcome_names()))
        if (folder / SIGNPOSTS).is_file():
            checks.append(lambda: signposts.read(folder / SIGNPOSTS))
        if (folder / READINGS).is_file():
            checks.append(lambda: observations.check_own(folder / READINGS))
        checks += [lambda path=path: rules.load(path) for path in sorted((folder / "policies").glob("*.toml"))]
        checks += [
            lambda path=path: _check_assumption(path, of_world)
            for path in sorted((folder / "assumptions").glob("*.toml"))
        ]
    for check in checks:
        try:
            check()
        except BadInputs as several:
            found += several.errors
        except BadInput as one:
            found.append(one)
    return found


def _check_assumption(path: Path, of_world: bool) -> None:
    read = propositions.read(path)
    raise_all(propositions.check_binds(read, path.name, world.parameter_names(), Levers._fields))
    if not of_world:
        return
    own = path.parent.parent / OUTCOMES
    try:
        named = {outcome.name for outcome in read_outcomes(own, outcome_names())} if own.is_file() else set()
    except PremortemError:
        named = set()  # told by the check of that file
    score.Scorer([read], outcome_names() | named, world.quarter_labels())


def make_study(folder: Path) -> Path:
    """A folder with copies of what may be edited, empty tables of what may be added, and a README that says how. Raises `BadInput` when it exists and is not
    empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(str(folder), "", "is there already and not empty", allowed="a new or empty folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PARAMETERS).write_text(world.PARAMS.read_text("utf-8"), "utf-8")
        (folder / SIGNPOSTS).write_text(signposts.SHIPPED.read_text("utf-8"), "utf-8")
        (folder / README).write_text((files("premortem") / "study_readme.md").read_text("utf-8"), "utf-8")
        (folder / CORRELATIONS).write_text(",".join(correlation.COLUMNS) + "\n", "utf-8")
        (folder / OUTCOMES).write_text(EXAMPLE, "utf-8")
        (folder / READINGS).write_text(",".join(observations.COLUMNS) + "\n", "utf-8")
        for part, home in (("policies", rules.POLICIES), ("assumptions", propositions.SHIPPED)):
            (folder / part).mkdir()
            for source in home.iterdir():
                if source.name.endswith(".toml"):
                    (folder / part / source.name).write_bytes(source.read_bytes())
        (folder / MARK).write_text(
            "# A study of premortem: edit the files here; delete what you do not change.\nformat = 1\n", "utf-8"
        )
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BadInput(
            str(folder), "", f"cannot be written ({error.strerror})", allowed="a folder you may write"
        ) from error
    return folder


def _sha(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _pointer(study: Path | None) -> Path:
    key = hashlib.sha256(str((study or Path()).resolve()).encode()).hexdigest()[:16]
    return Path.home() / ".cache" / "premortem" / "last" / key


def _remember(study: Path | None, folder: Path) -> None:
    try:
        _pointer(study).parent.mkdir(parents=True, exist_ok=True)
        _pointer(study).write_text(str(folder.resolve()), "utf-8")
    except OSError:
        return  # a home that cannot be written only costs the shortcut to the last run


def _last(study: Path | None) -> Path:
    default = (study or Path()) / DEFAULT_OUT
    if _pointer(study).is_file() and (held := Path(_pointer(study).read_text("utf-8"))).is_dir():
        return held
    return default
