"""What the next reading of a signpost is worth: readings tried on weighted futures under the policies of a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from premortem.case import Levers
from premortem.questions.futures_under_policies import Array, Futures
from premortem.questions.margins import margins_of
from premortem.questions.robustness import performance
from premortem.study import Study
from premortem.watch import quantities, readings, signposts, value, weights
from premortem.watch.readings import Reading
from premortem.watch.signposts import Signpost
from premortem.watch.value import Shift, Worth
from premortem.watch.weights import Weights

# Most futures in which events are tried, those with most weight: each needs every policy simulated again.
TRIED = 2048
# What is said of a signpost where too few futures are left to value a reading.
CANNOT = "Cannot answer: too few futures agree with the readings to value the next one."
# Worth of a reading, share of doubt, shifts, and the sentence that tells them.
Valued = tuple[Worth | None, float, tuple[Shift, ...], str]


@dataclass(frozen=True)
class Watched:
    """A signpost with what it says, what its next reading is worth, and how it would move the shares."""

    signpost: Signpost
    standing: signposts.Standing
    informs: tuple[str, ...]
    worth: Worth | None  # None where nothing in the model answers to it
    doubt: float  # share of all doubt about the assumptions that the reading would take away
    shifts: tuple[Shift, ...]
    sentence: str

    @property
    def voi(self) -> float | None:
        """Mean of two shares: of the regret that knowing the future would save, and of the doubt about assumptions; None where it cannot
        be told.
        """
        if self.sentence == CANNOT:
            return None
        return 0.0 if self.worth is None else (self.worth.clear_regret_share + self.doubt) / 2


def rank(found: Futures, as_of: date, view: str, by: Weights) -> list[Watched]:
    """Every signpost of the study with its worth under a policy in view, the worthiest first; none has a worth where the weights have
    collapsed.
    """
    study, known = found.study, found.known()
    if by.collapsed or not known.any():
        return [_watched(study, s, as_of, (None, 0.0, (), CANNOT)) for s in study.signposts.values()]
    # futures that failed under any policy tell nothing of the choice between them
    weight = by.values * known
    trial = _Trial(found, as_of, view, weight / weight.sum())
    watched = [_watched(study, s, as_of, trial.of(s, seed)) for seed, s in enumerate(study.signposts.values())]
    return sorted(watched, key=lambda w: -(w.voi or 0.0))


def _watched(study: Study, signpost: Signpost, as_of: date, worth: Valued) -> Watched:
    said = signposts.standing(signpost, study.readings, as_of)
    return Watched(signpost, said, signposts.informs(signpost, study.assumptions), *worth)


class _Trial:
    """What readings are tried on: measures of policies, verdicts under the policy in view, paths of policy."""

    def __init__(self, found: Futures, as_of: date, view: str, weight: Array) -> None:
        self.found, self.as_of, self.view, self.weight = found, as_of, view, weight
        self.ids = [a.id for a in found.study.assumptions]
        # a future that failed has no weight: its margins are any number
        stacked = {p: np.stack([m[f"margin.{k}"] for k in self.ids]) for p, m in found.margins.items()}
        self.margins = {p: np.where(np.isfinite(m), m, 0.0) for p, m in stacked.items()}
        # what happened is no choice
        self._chosen = [p for p in self.margins if p != found.study.case.settings.record] or [*self.margins]
        self.paths = found.paths(as_of, found.study.readings.happened(as_of, found.study.case))
        self.few, self.few_weight = weights.thinned(weight, TRIED, found.seed)

    def of(self, signpost: Signpost, seed: int) -> Valued:
        """Worth, share of doubt, shifts and sentence of a signpost."""
        if signpost.is_event:
            return self._of_event(signpost)
        reading = self._reading(signpost, seed)
        if reading is None:
            return None, 0.0, (), ""
        holds = self._holds(self.margins)
        worth = value.worth(reading, self._alike, holds, self.weight)
        shifts = tuple(value.shifts(reading, signpost, holds, self.weight))
        said = (
            value.sentence(signpost, _told(shifts, signpost), self.as_of)
            if shifts
            else value.sure_sentence(reading, signpost, self.weight)
        )
        return worth, self._doubt(worth, holds, self.weight), shifts, said

    @cached_property
    def _alike(self) -> dict[str, Array]:
        """Measures of the policies in every future, the same for whatever is read."""
        return self._measures(self.margins)

    def _reading(self, signpost: Signpost, seed: int) -> Array | None:
        if signpost.quantity:
            quantity = quantities.shipped_quantities(self.found.study.case)[signpost.quantity]
            outcome = self.found.columns[self.view].get(quantity.column(signpost.by))
            nobody = Reading(quantity.id, signpost.by, 1.0, None, None, signpost.by, "", "")
            return None if outcome is None else readings.simulate_reading(outcome, nobody, quantity, seed)
        if signpost.reads:
            place = self.found.study.priors.names.index(signpost.reads)
            return value.parameter_reading(self.found.values[place], signpost.error, seed)
        return None

    def _of_event(self, signpost: Signpost) -> Valued:
        """An event changes policy itself: futures in which it has come count with its lever on, the others without."""
        came, weight = self.paths.by(signpost.event, signpost.by)[self.few], self.few_weight
        without = {p: m[:, self.few] for p, m in self.margins.items() if p in (*self._chosen, self.view)}
        # what an event does to the shares is told under the policy in view; the others are asked only where it has come
        tried = {p: np.ones_like(came) if p == self.view else came for p in without}
        after = {p: self._with(signpost, p, m, tried[p]) for p, m in without.items()}
        mixed = {p: np.where(came, after[p], m) for p, m in without.items()}
        holds = self._holds(mixed)
        worth = value.worth(came.astype(float), self._measures(mixed), holds, weight)
        share = float(weight.sum(where=came))
        before, later = self._holds(without), self._holds(after)
        moved = value.sort_by_size([_paired(k, before[k], later[k], share, weight) for k in self.ids])
        said = value.event_sentence(signpost, _told(moved, signpost), self.as_of)
        return worth, self._doubt(worth, holds, weight), tuple(moved), said

    def _with(self, signpost: Signpost, policy: str, margins: Array, tried: Array) -> Array:
        """Margins under a policy once the event has come, in the futures that are `tried`: under the policy that it leads to, or
        with its lever on.
        """
        if signpost.policy:
            led = self.margins.get(signpost.policy) if policy == self.view else None
            return margins if led is None else led[:, self.few]
        if not signpost.strength:
            return margins
        pulled = turned_on(self.found.study, policy, signpost.strength, self.as_of)
        made, at = margins.copy(), np.flatnonzero(tried)
        if len(at):
            made[:, at] = margins_of(self.found.study, self.found.values[:, self.few[at]], pulled)
        return made

    def _holds(self, margins: dict[str, Array]) -> dict[str, Array]:
        return {k: margins[self.view][i] > 0 for i, k in enumerate(self.ids)}

    def _measures(self, margins: dict[str, Array]) -> dict[str, Array]:
        """Measures of the policies that can be chosen."""
        return {p: performance(dict(zip(self.ids, margins[p], strict=True))) for p in self._chosen}

    def _doubt(self, worth: Worth, holds: dict[str, Array], weight: Array) -> float:
        whole = sum(float(value.entropy(float(weight.sum(where=flags)))) for flags in holds.values())
        return sum(worth.entropy.values()) / whole if whole > 0 else 0.0


def _told(shifts: Sequence[Shift], signpost: Signpost) -> Shift:
    """The move to speak of: the largest that is clear, else that of the signpost's own assumption."""
    own = next((s for s in shifts if s.assumption == signpost.assumption), shifts[0])
    return shifts[0] if shifts[0].clear else own


def _paired(name: str, before: Array, after: Array, passed: float, weight: Array) -> Shift:
    """The move of a share between two verdicts on the same futures, with the error of their difference."""
    change = after.astype(float) - before
    mean = float(np.dot(weight, change))
    error = float(np.sqrt(np.dot(weight**2, (change - mean) ** 2)))
    return Shift(name, float(weight.sum(where=before)), float(weight.sum(where=after)), passed, error)


def turned_on(study: Study, policy: str, strength: str, after: date) -> Levers:
    """A policy with a strength at full from the step after the one that a day lies in."""
    clock, pulled = study.case.clock, study.levers(policy)
    later = np.array([clock.middle(step) > clock.middle(clock.on(after)) for step in clock.labels])
    held = getattr(pulled, strength)
    return pulled._replace(**{strength: np.where(later, np.maximum(held, 1.0), held).astype(held.dtype)})
