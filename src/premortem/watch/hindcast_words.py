"""A hindcast in sentences: each stands here once, for the terminal, the brief, the app and the docs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import isnan

from premortem.case import Case
from premortem.text.numbers import capital, day_in_words, listing, lower_first, number, share
from premortem.watch import quantities
from premortem.watch.event_scores import NO_EVENT, NOBODY, ByChains, EventScored
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_kinds import KINDS, apart, outcomes_inside
from premortem.watch.reading_scores import Scored

# Share of outcomes that ranges from 5 to 95% should hold.
RIGHT = 0.9
# Fewest groups of outcomes with a baseline before a share of wins says anything.
FEW = 5
# How a unit begins of which less than a thousandth is told in single ones.
MILLION = "million "


def verdict(found: Hindcast) -> str:
    """`Standing on 2026-01-31: 4 of 5 groups (8 of 9 outcomes) inside the 90% range, where 90% would be 4 or 5; ...`."""
    return f"Standing on {found.as_of}: {outcomes_inside(found.kinds)} inside the 90% range{due(found)}{apart(found.kinds)}"


def title(found: Hindcast) -> str:
    """`Against what came later: 4 of 5 groups inside the 90% range of futures, where 90% would be 5; 3 of 5 events called right,
    and 2 by the view that nothing changes`.
    """
    right = sum(not e.missed for e in found.events)
    events = f"; {right} of {len(found.events)} events called right, and {found.unchanged[0]} by the view that nothing changes"
    return f"Against what came later: {outcomes_inside(found.kinds)} inside the 90% range of futures{due(found)}{events if found.events else ''}"


def due(found: Hindcast) -> str:
    """`, where 90% would be 19`: how many groups a model whose ranges are right has inside; empty without groups."""
    _, of = found.groups_inside
    return f", where 90% would be {round(RIGHT * of)}" if of else ""


def beside(found: Hindcast) -> str:
    """What a headline of the record leaves out: how all outcomes lie as one, and which simple rules do better; empty where there is neither."""
    parts = []
    if found.joint:
        parts.append(f"Taken as one, the outcomes lie {further_out(found.joint.place)}.")
    better = sorted(
        (kind for kind, w in found.wins.items() if w.crps_ratio > 1), key=lambda k: -found.wins[k].crps_ratio
    )
    if better:
        verb = "is" if len(better) == 1 else "are"
        parts.append(
            f"On the whole nearer than the model {verb}: {listing(better)}, of {len(found.wins)} kinds of forecasts held beside it."
        )
    return " ".join(parts)


def further_out(place: float) -> str:
    """Than what share of futures the record lies further from the others.

    >>> further_out(1.0), further_out(0.42)
    ('further out than every future', 'further out than 42% of futures')
    """
    return f"further out than {'every future' if place >= 1 else f'{share(place)} of futures'}"


def misses(found: Hindcast, case: Case) -> list[str]:
    """A sentence for each reading and event that was missed, the worst of readings first, each fact once."""
    events = sorted((e for e in found.events if e.missed), key=lambda e: -e.brier)
    return [*(_missed(s, count, case) for s, count in found.misses_by_group), *(event(e, found.as_of) for e in events)]


def _missed(s: Scored, count: int, case: Case) -> str:
    says = quantities.shipped_quantities(case)[s.quantity].says
    more = f", the furthest out of {count} readings" if count > 1 else ""
    kind = f" ({s.kind})" if s.kind != KINDS[0] else ""
    return f"{says}{kind}: {observed(s)} on {day_in_words(s.date)}{more}; nine in ten futures say {span(s)}."


def measured(s: Scored) -> str:
    """What was read, in words."""
    return capital(s.measures or s.quantity.replace("_", " "))


def observed(s: Scored) -> str:
    """What was read, with its unit."""
    return amount(s.observed, s.unit, 3)


def span(s: Scored) -> str:
    """The 5 to 95% of futures, with their unit."""
    return f"{amount_alone(s.p5, s.unit)} to {amount(s.p95, s.unit)}"


def amount(value: float, unit: str, digits: int = 2) -> str:
    """A reading with its unit; a share of what is measured in percent.

    >>> amount(0.045, "share"), amount(199.2, "TWh", 3), amount(0.000024, "million H100e")
    ('4.5%', '199 TWh', '24 H100e')
    """
    if unit.startswith(MILLION) and 0 < abs(value) < 0.001:
        return f"{number(1e6 * value, digits)} {unit.removeprefix(MILLION)}"
    return f"{number(100 * value, digits)}%" if unit == "share" else f"{number(value, digits)} {unit}"


def amounts_alone(values: Sequence[float], unit: str, digits: int = 2) -> str:
    """Several readings beside one another, all told in one unit, which is said once where it is not the one that stands before them.

    >>> amounts_alone([10.9, 15.9, 24.9], "million H100e", 3), amounts_alone([0.000024, 0.0439, 0.145], "million H100e", 3)
    ('10.9, 15.9, 24.9', '24.0, 43,900, 145,000 H100e')
    """
    if unit.startswith(MILLION) and any(0 < abs(value) < 0.001 for value in values):
        told = [number(1e6 * value, digits) for value in values]
        return f"{', '.join(told)} {unit.removeprefix(MILLION)}"
    return ", ".join(amount_alone(value, unit, digits) for value in values)


def amount_alone(value: float, unit: str, digits: int = 2) -> str:
    """The same beside others of its unit, which is said once: without it, unless it is told in another.

    >>> amount_alone(199.2, "TWh", 3), amount_alone(0.000024, "million H100e")
    ('199', '24 H100e')
    """
    return amount(value, unit, digits).removesuffix(f" {unit}")


def event(e: EventScored, known: date) -> str:
    """An event, whether it came, and in how many futures it had come by then, weighted by what was `known` on a day."""
    verb = "came" if e.happened else "did not come"
    narrower = f" Its title is {e.narrower}." if e.narrower else ""
    return f"\u2018{lower_first(e.title)}\u2019 {verb} by {day_in_words(e.date)}; {share(e.share)} of futures, by what was known on {day_in_words(known)}, had it by then.{narrower}"


def against(found: Hindcast) -> list[str]:
    """A sentence for each kind of forecast that outcomes have, the hardest to beat first."""
    said = []
    for kind, w in sorted(found.wins.items(), key=lambda pair: -pair[1].crps_ratio):
        few = " (too few to tell)" if w.groups < FEW else ""
        side = "nearer" if w.crps_ratio < 1 else "further off"
        said.append(
            f"{kind}: the model is closer in {w.won} of {w.groups} {_groups(w.groups)}{few}; its error is {number(w.crps_ratio)} times theirs, so on the whole {side}"
        )
    return said


def calibration(found: Hindcast) -> str:
    """How outcomes lie within their predictions, and all of them together; empty without outcomes."""
    bins, together = found.calibration, found.joint
    if not bins:
        return ""
    fifths = ", ".join(number(b.groups, 2) for b in bins)
    expected = (
        f"{number(bins[0].expected, 2)} in each, {number(bins[0].least, 2)} to {number(bins[0].most, 2)} by chance"
    )
    said = f"Groups of outcomes by fifths of what futures said, lowest first: {fifths}; a right model has {expected}."
    if together:
        said += (
            f" The {together.readings} outcomes are worth {number(together.effective_readings, 2)} independent ones by the model's own correlations. "
            f"Taken as one they lie {further_out(together.place)}."
        )
    return said


def events(found: Hindcast) -> str:
    """How the events were scored, beside base rates and the view that nothing changes; empty without events."""
    parts = found.brier_parts
    if parts is None:
        return ""
    chains = found.by_chains
    assert chains is not None
    base = "" if isnan(chains.base_rates) else f"base rates of the record alone get {chains.base_rates:.3f}, "
    return (
        f"{events_right(found)} "
        f"By chains, each counted once, the mean Brier score is {chains.model:.3f}{_beside_a_coin(chains)}; "
        f"{base}nothing changes {chains.unchanged:.3f}. By events it is {found.events_brier:.3f}. "
        f"{parts.score:.2f} = reliability {parts.reliability:.2f} - resolution {parts.resolution:.2f} + uncertainty {parts.uncertainty:.2f} "
        f"{'+' if parts.within >= 0 else '-'} {abs(parts.within):.2f} within bins."
    )


def _beside_a_coin(chains: ByChains) -> str:
    """` (standard error 0.08): worse than one half for all, which gets 0.25, by less than so few chains can tell`."""
    off, error = chains.model - chains.one_half, chains.model_error
    side = "worse than" if off > 0 else "better than" if off < 0 else "as"
    said = f" (standard error {error:.2f})" if not isnan(error) else ""
    unsure = ", by less than so few chains can tell" if off and not abs(off) > 2 * error else ""
    return f"{said}: {side} one half for all, which gets {chains.one_half:.2f}{unsure}"


def events_right(found: Hindcast) -> str:
    """How many events the model called right, beside the view that nothing changes; empty without events."""
    if not found.events:
        return ""
    chains, ours = len({e.group for e in found.events}), sum(not e.missed for e in found.events)
    by = found.by_chains
    rates = f"; base rates call {by.right_base_rates}" if by and not isnan(by.base_rates) else ""
    said = f"{ours} of {len(found.events)} events ({chains} chains) called right"
    return f"{said} (more than even odds for what came, less for what did not){rates}; the view that nothing changes gets {found.unchanged[0]} right."


def mapped_after(found: Hindcast) -> str:
    """Which quantities were given to the model after their readings had been seen; empty where none."""
    names = sorted({lower_first(s.measures) or s.quantity for s in found.observables if s.mapped_after})
    if not names:
        return ""
    return f"Mapped after their readings had been seen, and so no blind test: {'; '.join(names)}."


def left_out(found: Hindcast) -> list[str]:
    """What could not be scored: events counted by reason, readings by name."""
    counts = Counter(left["why"] for left in found.not_scored)
    said = [f"{counts[why]} dated events: {why}" for why in (NO_EVENT, NOBODY) if counts[why]]
    readings = [left for left in found.not_scored if left["why"] not in (NO_EVENT, NOBODY)]
    return [*said, *dict.fromkeys(f"{_called(left)}, {left['date']}: {left['why']}" for left in readings)]


def _called(left: Mapping[str, str]) -> str:
    """What was read, in the words of its file; the name of its quantity where the file has none."""
    return left.get("says") or capital(left["quantity"].replace("_", " "))


def sentences(found: Hindcast) -> dict[str, str | list[str]]:
    """All of them by what they tell: the key `sentences` of `premortem hindcast --json`."""
    return {
        "verdict": verdict(found),
        "title": title(found),
        "beside": beside(found),
        "against": against(found),
        "calibration": calibration(found),
        "events": events(found),
        "mapped_after": mapped_after(found),
        "left_out": left_out(found),
    }


def _groups(count: int) -> str:
    return "group" if count == 1 else "groups"
