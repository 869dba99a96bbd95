"""A run of a problem: planned, made part by part, and kept in a run folder of the ensemble's form, so that it is gone on with bit by bit.

out/futures/part-00000.parquet    the uncertainties of each future, by index
out/POLICY/part-00000.parquet     its outcomes and series under a policy, and why it failed where it did
"""

import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from premortem.ensemble import layout, manifest, store
from premortem.ensemble.layout import FUTURES, part_name
from premortem.errors import BadInput, NotReproducible
from premortem.problem import identity, samplers
from premortem.problem.answers import Answers, joined
from premortem.problem.calls import future_seeds
from premortem.problem.definition import Definition
from premortem.problem.draws import values_at
from premortem.problem.evaluate import Evaluator, Work
from premortem.problem.model_values import Known, LeverValues
from premortem.problem.samplers import Sampler
from premortem.propositions.tally import Share
from premortem.text.numbers import count_noun

Array = NDArray[Any]
Progress = Callable[[int, int, float], None]
# Futures in a part: of a model that takes many at once, and of one that takes one a call and may be slow.
MANY, FEW = 4096, 256
FAILED = "failed"
# Seconds between two lines that say how far a run is.
OFTEN = 0.25


@dataclass(frozen=True)
class Plan:
    """What a run follows from: the problem, policies by name, how many futures of which design, and the seed."""

    definition: Definition
    policies: Mapping[str, LeverValues]
    futures: int
    seed: int
    sampler: Sampler

    @cached_property
    def chances(self) -> Array:
        """Chances of all futures, (uncertainty, future)."""
        return samplers.chances(self.sampler, self.definition.uncertainties, self.seed, self.futures)

    @cached_property
    def values(self) -> dict[str, Array]:
        """Values by uncertainty, (future,)."""
        return values_at(self.definition, self.chances)

    @property
    def replicates(self) -> int:
        """Independent parts of the design."""
        return samplers.replicates(self.sampler)

    def known(self, policy: str, values: Mapping[str, Array], answers: Answers) -> Known:
        """Everything that a proposition may name under a policy: outcomes and uncertainties (future,), series (future, time), levers, constants."""
        held = self.definition.constants, self.policies[policy]
        return {k: v for part in (*held, values, answers.outcomes, answers.series) for k, v in part.items()}

    @property
    def made(self) -> str:
        """How the futures came about."""
        return f"by a {self.sampler} design"

    @property
    def redrawn(self) -> bool:
        """Whether they follow other laws than the priors."""
        return False

    @property
    def centre(self) -> int | None:
        """The future in the middle of all, where that is not the one of the priors' medians."""
        return None

    def share(self, holds: Array, failed: Array) -> tuple[float, float, float]:
        """Share that holds, of the futures that did not fail, with its 95% interval; NaN where all failed."""
        counted = Share(self.replicates)
        counted.add(holds, failed=failed)
        return counted.interval()

    def work(self, policy: str, start: int, stop: int) -> Work:
        """Some futures under a policy."""
        values = {n: v[start:stop] for n, v in self.values.items()}
        return Work(values, self.policies[policy], future_seeds(self.seed, start, stop - start))

    def manifest(self, part: int) -> manifest.Manifest:
        """What a run folder says of the run."""
        d = self.definition
        asked = {
            "futures": self.futures,
            "seed": self.seed,
            "design": self.sampler,
            "policies": list(self.policies),
            "part": part,
        }
        versions = {name: version(name) for name in ("premortem", "numpy", "scipy")}
        return {
            "format": manifest.FORMAT,
            "status": "running",
            "inputs": asked | {layout.PROBLEM: d.name} | identity.inputs(d, self.policies) | {"versions": versions},
            "machine": {
                "processor": platform.machine(),
                "system": platform.system(),
                "python": platform.python_version(),
            },
            "uncertainties": list(d.names),
            "replicates": self.replicates,
            "assumptions": [p.name for p in d.propositions],
            "levers": {name: {k: _plain(v) for k, v in levers.items()} for name, levers in self.policies.items()},
        }


@dataclass
class _Count:
    """How far a run is, told as it goes."""

    total: int
    progress: Progress | None
    began: float = field(default_factory=time.perf_counter)
    done: int = 0

    def add(self, futures: int) -> None:
        self.done += futures
        if self.progress:
            self.progress(self.done, self.total, time.perf_counter() - self.began)


def make(
    plan: Plan, evaluator: Evaluator, out: Path | None, resume: bool, replace: bool, progress: Progress | None
) -> dict[str, Answers]:
    """Answers of every policy; stored in a folder where one is given, of which with `resume` what is whole is kept."""
    size = MANY if evaluator.batched else FEW
    spans = [(start, min(start + size, plan.futures)) for start in range(0, plan.futures, size)]
    asked = [(number, policy) for number in range(len(spans)) for policy in plan.policies]
    count = _Count(plan.futures * len(plan.policies), progress)
    if out is None:
        found = _run(plan, evaluator, [(policy, spans[number]) for number, policy in asked], count)
        return _gathered(plan, {key: next(found) for key in asked})
    described = plan.manifest(size)
    key = manifest.identity(described["inputs"])
    if not resume and not replace:
        _check_begun(out)
    with store.open_store(out, described, resume, replace) as held:
        there = {
            pair: _read(held.folder, key, plan, *pair)
            for pair in asked
            if held.has(part_name(pair[1], "part", pair[0]))
        }
        for answers in there.values():
            count.add(len(answers))
        for number, span in enumerate(spans):
            if not held.has(part_name(FUTURES, "part", number)):
                held.record([_write_futures(held.folder, key, plan, number, span)])
        missing = [pair for pair in asked if pair not in there]
        made = _run(plan, evaluator, [(policy, spans[number]) for number, policy in missing], count)
        for pair, answers in zip(missing, made, strict=True):
            there[pair] = answers
            held.record([_write(held.folder, key, *pair, spans[pair[0]], answers)])
        held.finish(described)
    return _gathered(plan, there)


def _check_begun(out: Path) -> None:
    """Raises `BadInput` for a folder with parts of a run that is not finished, which would be begun anew."""
    there = manifest.own_manifest(out) if out.is_dir() else None
    if there is None or there["status"] == manifest.FINISHED:
        return
    made = sum(len([*(out / policy).glob("*.parquet")]) for policy in there["inputs"]["policies"])
    if made:
        what = f"holds a run that is not finished, with {count_noun(made, 'part')} of it"
        raise BadInput(
            str(out), "", what, allowed="resume=True to go on with it, replace=True to begin anew, or another out="
        )


def read(
    definition: Definition, folder: Path, policies: Callable[[Any], tuple[Mapping[str, LeverValues], tuple[str, ...]]]
) -> tuple[Plan, dict[str, Answers]]:
    """A finished run and its plan. Raises `BadInput` where there is none, `NotReproducible` where it is of another model."""
    told = manifest.read_manifest(folder)
    inputs = told["inputs"]
    if layout.PROBLEM not in inputs:
        raise BadInput(
            str(folder), "", "holds a run of a case, not of a problem", allowed="a folder that a Problem's run wrote"
        )
    if told["status"] != manifest.FINISHED:
        raise BadInput(
            str(folder), "", "holds a run that is not finished", hint="go on with it: run(..., out=..., resume=True)"
        )
    chosen, _ = policies(told["levers"])
    plan = Plan(definition, chosen, inputs["futures"], inputs["seed"], inputs["design"])
    other = [k for k, v in plan.manifest(inputs["part"])["inputs"].items() if inputs.get(k) != v]
    if other:
        raise NotReproducible(
            f"{folder}: made with other {', '.join(other)}; run again, or open it with the problem that made it"
        )
    parts = range(-(-plan.futures // inputs["part"]))
    return plan, _gathered(plan, {(n, p): _read(folder, told["run"], plan, n, p) for n in parts for p in chosen})


def progress_of(given: Progress | bool | None) -> Progress | None:
    """What is called as a run goes on; `True` is a line on the screen."""
    return (_Line() if given else None) if isinstance(given, bool) or given is None else given


class _Line:
    """A line on the screen that says how far a run is, a few times a second."""

    def __init__(self) -> None:
        self._last = -OFTEN

    def __call__(self, done: int, total: int, seconds: float) -> None:
        if done < total and seconds < self._last + OFTEN:
            return
        self._last, left = seconds, seconds * (total - done) / max(done, 1)
        said = f"\r{done:,} of {total:,} runs, {seconds:.0f} s, about {left:.0f} s to go "
        print(said, end="\n" if done >= total else "", file=sys.stderr, flush=True)


def _run(
    plan: Plan, evaluator: Evaluator, asked: list[tuple[str, tuple[int, int]]], count: _Count
) -> Iterator[Answers]:
    futures = sum(stop - start for _, (start, stop) in asked)
    for answers in evaluator.run_all((plan.work(policy, *span) for policy, span in asked), futures):
        count.add(len(answers))
        yield answers


def _gathered(plan: Plan, parts: Mapping[tuple[int, str], Answers]) -> dict[str, Answers]:
    return {policy: joined([parts[key] for key in sorted(parts) if key[1] == policy]) for policy in plan.policies}


def _write_futures(folder: Path, run: str, plan: Plan, number: int, span: tuple[int, int]) -> store.Written:
    columns = {n: _column(v[slice(*span)]) for n, v in plan.values.items()}
    return store.write_table(folder, run, part_name(FUTURES, "part", number), {"future": np.arange(*span)} | columns)


def _write(folder: Path, run: str, number: int, policy: str, span: tuple[int, int], answers: Answers) -> store.Written:
    columns: dict[str, Any] = {"future": np.arange(*span)} | dict(answers.outcomes)
    for name, rows in answers.series.items():
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), rows.shape[1])
    columns[FAILED] = pa.array([str(why) for why in answers.failed], pa.string())
    lost = tuple(int(i) + span[0] for i in np.flatnonzero(answers.failed != ""))
    return store.write_table(folder, run, part_name(policy, "part", number), columns, lost)


def _column(values: Array) -> Array:
    """Values that a column can hold: of mixed levels their names."""
    return np.array([str(v) for v in values]) if values.dtype == object else values


def _read(folder: Path, run: str, plan: Plan, number: int, policy: str) -> Answers:
    table = store.open_table(folder, run, part_name(policy, "part", number)).read()
    d = plan.definition
    failed = np.empty(table.num_rows, object)
    failed[:] = table[FAILED].to_pylist()
    series = {s.name: table[s.name].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1) for s in d.series}
    return Answers({o.name: table[o.name].to_numpy().copy() for o in d.outcomes}, series, failed)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value
