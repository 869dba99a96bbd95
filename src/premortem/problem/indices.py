"""Sensitivities of a problem's outcome: of a Saltelli sample or trajectories simulated for them, and of a run's own futures."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from premortem.problem import samplers
from premortem.problem.answers import Answers
from premortem.problem.calls import future_seeds
from premortem.problem.draws import values_at
from premortem.problem.evaluate import Evaluator, Work
from premortem.problem.margins import Proposition
from premortem.problem.model_values import Known
from premortem.problem.samplers import Sampler
from premortem.problem.stored import Plan
from premortem.problem.words import called
from premortem.questions.tables.frame import frame, inputs
from premortem.questions.tables.indices import Sensitivities
from premortem.questions.tables.sensitivity import named, of_inputs

Array = NDArray[Any]
# Base samples of Sobol indices and trajectories of Morris; seconds that simulating them may take; the fewest that are worth it.
BASE, TRAJECTORIES, SECONDS, FEWEST = 1024, 64, 90.0, 64
DESIGNED: dict[str, Sampler] = {"sobol": "saltelli", "morris": "morris"}


class Asked(Protocol):
    """A run that is asked."""

    plan: Plan
    evaluator: Evaluator
    answers: dict[str, Answers]
    designed: dict[tuple[str, str, int, int], tuple[dict[str, Array], Answers]]

    def inputs(self) -> dict[str, Array]:
        """Uncertainties that vary."""

    def margins(self, assumption: str, policy: str | None = None) -> Array:
        """Of a proposition."""


def sensitivity(
    run: Asked,
    measured: Proposition,
    name: str,
    policy: str,
    methods: str | Sequence[str],
    samples: int | None,
    seed: int,
) -> Sensitivities:
    """Sensitivities of what is measured, by each method; see `Run.sensitivity`."""
    asked = named(methods)
    parts, notes = [], []
    given = [m for m in asked if m not in DESIGNED]
    for method in (m for m in asked if m in DESIGNED):
        many = _affordable(run, method, samples)
        if many:
            parts.append(_simulated(run, measured, name, policy, method, many, seed))
            notes.append(f"{method}: from {parts[-1].rows:,} further runs of the model under {called(policy)}")
        else:
            given.append(method)
            notes.append(
                f"{method}: from the run's own futures"
                + (
                    ", since readings tell which are possible"
                    if run.plan.redrawn
                    else ", since uncertainties are correlated"
                    if run.plan.definition.copula
                    else ", since the model is slow"
                )
            )
    if given or not parts:
        values = np.where(
            run.answers[policy].failed == "",
            measured.of(_known(run, policy, run.plan.values, run.answers[policy]), run.plan.futures),
            np.nan,
        )
        parts.append(_of(run, run.inputs(), values, name, given, seed))
    return _joined(parts, notes)


def _affordable(run: Asked, method: str, samples: int | None) -> int:
    """Futures that a method's own design may have; 0 where it has none that is worth it."""
    d = run.plan.definition
    varying = sum(u.varies for u in d.uncertainties)
    if d.copula or not varying or run.plan.redrawn:
        return 0
    each = 2 * varying + 2 if method == "sobol" else varying + 1
    base = samples or (BASE if method == "sobol" else TRAJECTORIES)
    while samples is None and base >= FEWEST and base * each * run.evaluator.seconds > SECONDS:
        base //= 2
    return base * each if samples or base >= (FEWEST if method == "sobol" else 8) else 0


def _simulated(
    run: Asked, measured: Proposition, name: str, policy: str, method: str, futures: int, seed: int
) -> Sensitivities:
    d = run.plan.definition
    run.evaluator.check()
    count = samplers.size(DESIGNED[method], futures, d.uncertainties)
    key = (method, policy, count, seed)
    if key not in run.designed:  # one sample serves every outcome
        values = values_at(d, samplers.chances(DESIGNED[method], d.uncertainties, seed, count))
        work = Work(values, run.plan.policies[policy], future_seeds(run.plan.seed, 0, count))
        run.designed[key] = (values, next(run.evaluator.run_all([work], count)))
    values, answers = run.designed[key]
    found = np.where(answers.failed == "", measured.of(_known(run, policy, values, answers), count), np.nan)
    varying = {u.name: u for u in d.uncertainties if u.varies}
    columns = {n: values[n] if u.ordered else np.array([str(v) for v in values[n]]) for n, u in varying.items()}
    return _of(run, columns, found, name, [method], seed)


def _of(
    run: Asked, columns: dict[str, Array], values: Array, name: str, methods: Sequence[str], seed: int
) -> Sensitivities:
    read = inputs(frame(columns), "uncertainties", nominal=[n for n in run.plan.definition.nominal if n in columns])
    return of_inputs(read, np.where(np.isfinite(values), values, np.nan), name, methods, None, seed)  # type: ignore[arg-type]


def _known(run: Asked, policy: str, values: dict[str, Array], answers: Answers) -> Known:
    return {
        **run.plan.definition.constants,
        **run.plan.policies[policy],
        **values,
        **answers.outcomes,
        **answers.series,
    }


def _joined(parts: Sequence[Sensitivities], notes: Sequence[str]) -> Sensitivities:
    first = parts[0]
    return replace(
        first,
        failed=max(p.failed for p in parts),
        sensitivity=tuple(row for p in parts for row in p.sensitivity),
        second=tuple(row for p in parts for row in p.second),
        notes=tuple(dict.fromkeys([*notes, *(n for p in parts for n in p.notes)])),
    )
