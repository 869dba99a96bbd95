"""What the instruments of a policy cost, and whom: no rank of a policy is told without what it leaves out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from premortem.case import instruments
from premortem.study import Study
from premortem.text.numbers import listing
from premortem.text.result import Result


@dataclass(frozen=True, repr=False)
class InstrumentCost(Result):
    """An instrument into which a policy puts effort: the most that it puts, the uncertainties that size its costs and who bears them;
    not `modelled` where the world charges nothing for it, so that its effect comes free.
    """

    instrument: str
    effort: float
    costs: tuple[str, ...]
    falls_on: str
    modelled: bool


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
        InstrumentCost(name, most[name], told.cost, told.falls_on, bool(told.cost))
        for name, told in instruments(study.case).items()
        if name in most and most[name] != rests.get(name, 0.0)
    )


def unpriced(costs: Mapping[str, Sequence[InstrumentCost]]) -> tuple[str, ...]:
    """Sentences of policies some of whose instruments come free, so that no rank hides it."""
    free = {policy: [c.instrument.replace("_", " ") for c in rows if not c.modelled] for policy, rows in costs.items()}
    return tuple(
        f"{policy} also rests on {listing(names, 'and')}, for which no cost is modelled: what it gains by that comes free in every rank"
        for policy, names in free.items()
        if names
    )
