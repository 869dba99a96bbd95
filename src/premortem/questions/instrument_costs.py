"""What the instruments of a policy cost, and whom: no rank of a policy is told without what it leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from premortem.case import instruments
from premortem.ensemble.priors import Prior
from premortem.questions import describe
from premortem.study import Study
from premortem.text.numbers import in_words, listing
from premortem.text.result import Result


@dataclass(frozen=True, repr=False)
class CostAmount(Result):
    """What an uncertainty that sizes a cost is, by its prior: 5, 50 and 95% in its unit, and in words."""

    name: str
    meaning: str
    unit: str
    p5: float
    p50: float
    p95: float
    says: str


@dataclass(frozen=True, repr=False)
class InstrumentCost(Result):
    """An instrument into which a policy puts effort: the most that it puts, the uncertainties that size its costs and who bears them;
    not `modelled` where the world charges nothing for it, so that its effect comes free. `amounts` says what each of `costs` is.
    """

    instrument: str
    effort: float
    costs: tuple[str, ...]
    falls_on: str
    modelled: bool
    called: str = ""
    amounts: tuple[CostAmount, ...] = ()


def instrument_costs(study: Study, policy: str) -> tuple[InstrumentCost, ...]:
    """Instruments of a policy that differ from rest, in the order of the case; none for a case whose instruments cost nothing."""
    book = study.law(policy)
    rests = {name: words.rest for name, words in book.vocabulary.instruments.items()}
    most = {
        name: max((abs(step.value), step.value) for step in steps)[1]
        for name, steps in book.policy.steps.items()
        if steps
    }
    return tuple(
        InstrumentCost(
            instrument=name,
            effort=most[name],
            costs=told.cost,
            falls_on=told.falls_on,
            modelled=bool(told.cost),
            called=in_words(book.vocabulary.called(name), study.case.text.capitals),
            amounts=tuple(_amount(study.priors[cost]) for cost in told.cost),
        )
        for name, told in instruments(study.case).items()
        if name in most and most[name] != rests.get(name, 0.0)
    )


def _amount(prior: Prior) -> CostAmount:
    low, middle, high = map(float, prior.quantile(np.array([0.05, 0.5, 0.95])))
    told, *ends = (
        describe.amount(prior, value, more=-1) for value in (middle, low, high)
    )  # two digits: priors have no more
    unit = told.partition(" ")[2]
    says = f"{prior.meaning}, {told} ({' to '.join(end.removesuffix(unit).strip() for end in ends)})"
    return CostAmount(prior.name, prior.meaning, prior.unit, low, middle, high, says)


def unpriced(costs: Mapping[str, Sequence[InstrumentCost]]) -> tuple[str, ...]:
    """Sentences of policies some of whose instruments come free, so that no rank hides it: one for those with the same instruments."""
    resting: dict[tuple[str, ...], list[str]] = {}
    for policy, rows in costs.items():
        if free := tuple((cost.called or cost.instrument) for cost in rows if not cost.modelled):
            resting.setdefault(free, []).append(policy)
    return tuple(
        f"{listing(policies, 'and')} also {'rests' if len(policies) == 1 else 'rest'} on {listing(names, 'and')}, for which no cost is modelled: "
        f"what {'it gains' if len(policies) == 1 else 'they gain'} by that comes free in every rank"
        for names, policies in resting.items()
    )
