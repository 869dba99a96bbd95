"""A run after readings: its futures are those that what was read leaves possible, so that every question to a run can be asked anew.

Where enough of the run's own futures agree with the readings they are drawn among themselves, each as often as it agrees; else the
model is run to draw futures by sequential Monte Carlo.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, MissingData, raise_all
from premortem.problem.answers import Answers
from premortem.problem.draws import EDGE, chances_of, scores_at, values_at
from premortem.problem.evaluate import Evaluator
from premortem.problem.margins import Proposition
from premortem.problem.model_values import Known
from premortem.problem.quantities import quantity
from premortem.problem.stored import Plan
from premortem.propositions.tally import wilson
from premortem.questions.tables.worth import Worths, value_of_information
from premortem.text.numbers import count_noun
from premortem.watch import smc
from premortem.watch.weights import FLOOR, IMPOSSIBLE, effective, resample

Array = NDArray[Any]
# What is read, its value, and its standard error.
Reading: TypeAlias = tuple[Proposition, float, float]
# Independent futures from which a run's own are enough; how many are drawn where they are not.
ENOUGH, COUNT = 1000, 2048
# Runs of the model a future that drawing takes, as far as one knows before; seconds that they may take unasked.
PASSES, SECONDS = 40, 120.0


class Asked(Protocol):
    """A run that is asked."""

    plan: Plan
    evaluator: Evaluator
    answers: dict[str, Answers]

    def known(self, policy: str) -> Known:
        """Everything that a proposition may name."""

    def margins(self, assumption: str, policy: str | None = None) -> Array:
        """Of a proposition."""


@dataclass(frozen=True)
class Drawn(Plan):
    """A plan of futures that were drawn by readings: `drawn` their chances (uncertainty, future), `roots` the future that each comes from,
    those of one root counting together as far as they agree; `alike` the correlation of futures with their roots that is left; `by` the
    readings in words.
    """

    drawn: Array
    roots: Array
    alike: float
    by: str

    @property
    def chances(self) -> Array:
        """Chances of all futures."""
        return self.drawn

    @property
    def made(self) -> str:
        """How the futures came about."""
        return f"drawn by {self.by}"

    @property
    def redrawn(self) -> bool:
        """Whether they follow other laws than the priors."""
        return True

    @property
    def centre(self) -> int:
        """The future nearest to the middle of all: the priors' is none of what is left possible."""
        z = scores_at(self.definition, self.drawn)
        spread = np.maximum(z.std(1, keepdims=True), EDGE)
        return int((((z - np.median(z, axis=1, keepdims=True)) / spread) ** 2).sum(0).argmin())

    def share(self, holds: Array, failed: Array) -> tuple[float, float, float]:
        """Share that holds, of the futures that did not fail, with its 95% interval by how many independent futures they are worth."""
        known = ~failed
        if not known.any():
            return np.nan, np.nan, np.nan
        found = float(holds[known].mean())
        return found, *wilson(found, _independent(holds[known], self.roots[known], self.alike))


def given(
    run: Asked, readings: Mapping[str, tuple[float, float]], under: str, futures: int | None, seed: int
) -> tuple[Drawn, dict[str, Answers], str]:
    """The plan of the futures left possible, their answers by policy, and what must be said of them. See `Run.given`."""
    quantities = _read(run, readings)
    by = ", ".join(f"{name} {value:g} ± {error:g}" for name, (_, value, error) in quantities.items())
    off = _misfits(quantities.values(), run.known(under), run.plan.futures, run.answers[under].failed != "")
    level = -0.5 * (off**2).sum(0)
    if not np.isfinite(level).any():
        raise MissingData(f"no future of the run has a value for {', '.join(quantities)}")
    weights = np.exp(level - level.max())
    own = effective(weights)
    if futures is None and own < ENOUGH and _seconds(run, COUNT) > SECONDS:
        if own < FLOOR:
            raise MissingData(
                f"cannot answer: the run's futures that agree with {by} are worth {own:.1f}, fewer than {FLOOR:g}, and drawing others would take "
                f"some {_seconds(run, COUNT):,.0f} s; give futures= to do it, or a run of more futures"
            )
        futures = 0
    if futures == 0 or (futures is None and own >= ENOUGH):
        at = resample(weights / weights.sum(), run.plan.futures, seed)
        chances, roots, alike = run.plan.chances[:, at], at, 0.0
        values, answers = values_at(run.plan.definition, chances), {p: a.part(at) for p, a in run.answers.items()}
        how = f"{count_noun(len(at), 'future')} of the run, each as often as it agrees with the readings"
    else:
        drawn = smc.draw(_misfits_of_scores(run, quantities, under), len(run.plan.chances), futures or COUNT, seed)
        chances, roots, alike = chances_of(drawn.z), drawn.roots, drawn.alike
        values = values_at(run.plan.definition, chances)
        answers = {p: run.evaluator.run(values, levers, run.plan.seed) for p, levers in run.plan.policies.items()}
        how = f"{count_noun(len(roots), 'future')} drawn anew by the readings"
    _check_near(run, quantities, values, answers[under], under)
    plan = Drawn(
        run.plan.definition,
        run.plan.policies,
        len(roots),
        run.plan.seed,
        run.plan.sampler,
        chances,
        roots,
        alike,
        f"readings of {by}",
    )
    numbers = [each for each in values.values() if each.dtype.kind in "iuf"]
    worth = min(_independent(each, roots, alike) for each in numbers) if values else len(roots)
    return plan, answers, f"After readings of {by} under {under}: {how}, worth {worth:,.0f} independent ones"


def value_of_readings(run: Asked, of: str, readings: Any, under: str) -> Worths:
    """What readings would be worth before a policy is chosen. See `Run.value_of_information`."""
    d, answers = run.plan.definition, run.answers
    names = [u.name for u in d.uncertainties if u.varies] if readings is None else [*readings]
    known = run.known(under)
    columns = {
        n: run.plan.values[n]
        if n in run.plan.values
        else quantity(d, n, "value_of_information", of_values=True).of(known, run.plan.futures)
        for n in names
    }
    errors = dict(readings) if isinstance(readings, Mapping) else names
    better = {o.name: -1.0 if o.better == "min" else 1.0 for o in d.outcomes if o.better != "info"}
    if of in better:
        told: Any = {p: np.where(a.failed == "", better[of] * a.outcomes[of], np.nan) for p, a in answers.items()}
        if len(told) < 2:
            raise BadInput(
                "value_of_information",
                of,
                "needs two policies or more to choose from",
                got=len(told),
                allowed="a run of more, or a proposition",
            )
    else:
        held = {p: run.margins(of, p) for p in answers}
        told = {p: np.where(np.isnan(m), np.nan, m > 0) for p, m in held.items()}
        told = told if len(told) > 1 else next(iter(told.values()))
    plain = {n: v if v.dtype.kind in "biuf" else v.astype(str) for n, v in columns.items()}
    return value_of_information(plain, told, errors)


def _read(run: Asked, readings: Mapping[str, tuple[float, float]]) -> dict[str, Reading]:
    """Readings by name: what is read, its value and its standard error. Raises `BadInput`, all faults at once."""
    errors: list[BadInput] = []
    found = {}
    allowed = '{"NAME": (VALUE, STANDARD ERROR)}, an error above 0'
    if not isinstance(readings, Mapping) or not readings:
        raise BadInput("readings", "", "are none" if not readings else "cannot be read", got=readings, allowed=allowed)
    for name, pair in readings.items():
        try:
            value, error = (float(x) for x in pair)
            if not (np.isfinite(value) and np.isfinite(error) and error > 0):
                raise ValueError
        except (TypeError, ValueError):
            errors.append(BadInput("readings", str(name), f"is {pair!r}", got=pair, allowed=allowed))
            continue
        try:
            found[str(name)] = (quantity(run.plan.definition, str(name), "readings", of_values=True), value, error)
        except BadInput as fault:
            errors.append(fault)
    raise_all(errors)
    return found


def _check_near(
    run: Asked, quantities: Mapping[str, Reading], values: Mapping[str, Array], answers: Answers, under: str
) -> None:
    """Raises `MissingData` for readings that no future comes near: the problem knows no future in which they are read."""
    lost, known, far = answers.failed != "", run.plan.known(under, values, answers), []
    for name, (of, value, error) in quantities.items():
        found = np.where(lost, np.nan, of.of(known, len(lost)))
        nearest = float(found[np.nanargmin(np.abs(found - value))])
        if abs(nearest - value) > IMPOSSIBLE * error:
            far.append(f"{name} {value:g} ± {error:g}, the nearest is {nearest:.4g}")
    if far:
        raise MissingData(
            f"no future under {under} comes near what was read: {'; '.join(far)}; leave it out, or widen the uncertainties behind it"
        )


def _misfits(quantities: Iterable[Reading], known: Known, futures: int, failed: Array) -> Array:
    """How many standard errors each reading lies off, (reading, future); infinite where the model failed."""
    found = np.stack([(q.of(known, futures) - value) / error for q, value, error in quantities])
    return np.where(failed | ~np.isfinite(found), np.inf, found)


def _misfits_of_scores(run: Asked, quantities: Mapping[str, Reading], under: str) -> smc.Misfits:
    levers = run.plan.policies[under]
    run.evaluator.check()

    def of(z: Array) -> Array:
        values = values_at(run.plan.definition, chances_of(z))
        answers = run.evaluator.run(values, levers, run.plan.seed)
        return _misfits(quantities.values(), run.plan.known(under, values, answers), z.shape[1], answers.failed != "")

    return of


def _seconds(run: Asked, futures: int) -> float:
    return futures * PASSES * run.evaluator.seconds


def _independent(flags: Array, roots: Array, alike: float) -> float:
    """How many independent futures a mean is worth, by families and by what futures still have of their ancestors; where nothing varies, as
    many as there are roots.
    """
    found = smc.worth(flags, roots, alike)
    return float(len(np.unique(roots))) if np.isnan(found) else max(found, 1.0)
