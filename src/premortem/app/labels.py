"""Sentences and labels of the screens, made from the rows that they stand above."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from premortem.ensemble.priors import Prior
from premortem.law.book import Book
from premortem.law.decide import Decision
from premortem.propositions.tally import most_often
from premortem.propositions.verdicts import BANDS as BANDS  # the heads of a table of them
from premortem.propositions.verdicts import MARK as MARK
from premortem.propositions.verdicts import NO_VERDICT as NO_VERDICT
from premortem.questions import describe
from premortem.text import phrases, units
from premortem.text.numbers import LOG_GROWTH, LOG_RATE, LOGIT, a_year
from premortem.text.result import Document
from premortem.watch.signposts import Signpost
from premortem.watch.weights import is_noise

ALL = "all"
# The unit of a field whose log rate sentences tell as a fall: 29.7% is what goes in a year, a factor of 1/(1 - 0.297).
FALL = "ln/yr, as a fall"
# What stands beside a field of a unit that is held as a logarithm, and how one types it.
HELD = {
    "ln": "times",
    "ln/yr": "times a year",
    "logit/yr": "times a year, of odds",
    LOGIT: "",
    LOG_GROWTH: "a year",
    FALL: "less a year",
}
TYPED = {
    "ln": "times: 2 is twice",
    "ln/yr": "times a year: 2 is twice a year, and so is 100%",
    "logit/yr": "times a year, of odds: 2 is odds twice a year",
    LOGIT: "percent",
    LOG_GROWTH: "percent a year",
    FALL: "percent less a year: 50% is half as much each year",
}
# How a change of less than a point reads.
UNDER_A_POINT = ("0", "<1")


def headline(rows: Sequence[Document], title: str, edits: int = 0, known_on: str = "") -> str:
    """`As written, X5 is the weakest assumption: it holds in 23% of futures; all five together in about 3%.`"""
    if any(r["holds"] is None for r in rows):
        return f"{title}: cannot answer: too few futures are left to tell how often the assumptions hold."
    shares = {r["assumption"]: r["holds"] for r in rows}
    every = shares.pop(ALL)
    who = f"{title}, changed by you" if edits else title
    of = f"of futures, by what was known on {known_on}" if known_on else "of futures"
    return f"{phrases.headline(who, shares, every, of)}."


def cell(row: Document) -> str:
    """The interval of a share: `91% to 93%`; nothing where there is none to give."""
    if row["low"] is None or row["high"] is None:
        return ""
    low, high = (phrases.share(row[k]).removeprefix("about ") for k in ("low", "high"))
    return low if low == high else f"{low} to {high}"


def delta(row: Document, base: Document | None) -> str:
    """The change of a share against what it is shown against, in points: `+11`, `\u22123`; nothing where there is none."""
    if base is None or base["holds"] is None or row["holds"] is None:
        return ""
    change = row["holds"] - base["holds"]
    points = round(100 * change)
    if not points:
        return "<1" if change else "0"
    return f"{points:+d}".replace("-", "\u2212")


def noise(row: Document, base: Document) -> bool:
    """Whether a change lies within the sampling of both sides."""
    return is_noise(*((side["holds"], side["low"], side["high"]) for side in (base, row)))


def moves(rows: Sequence[Document], base: Sequence[Document]) -> str:
    """What a view changes in each share: `Change in points: X1 +2, X4 +11; all at once +3.`; `No share changes by a point.` where none
    does, and nothing where it is shown against nothing.
    """
    before = {r["assumption"]: r for r in base}
    told = [(r["assumption"], delta(r, before.get(r["assumption"]))) for r in rows]
    each = ", ".join(f"{name} {change}" for name, change in told if name != ALL and change not in ("", "0"))
    every = next((change for name, change in told if name == ALL), "")
    if not every:
        return ""
    if all(change in ("", *UNDER_A_POINT) for _, change in told):
        return "No share changes by a point."
    return f"Change in points: {each or 'no share'}; all at once {every}."


def verdict(row: Document, fails: Mapping[str, str]) -> str:
    """`X2 holds in 69% of futures (67% to 71%); what fails first in 58% of its breaks: rivals catch up.`"""
    if row["holds"] is None:
        return f"{row['assumption']}: cannot answer, since too few futures are left to tell."
    interval = f" ({cell(row)})" if row["low"] is not None else ""
    text = f"{row['assumption']} {phrases.holds(row['holds'])}{interval}"
    if most := most_often(row["fails_on"]):
        text += phrases.fails_first(most[1], fails[most[0]])
    return f"{text}."


def lawful(change: Document, side: str) -> str:
    """A side of a changed lever: a quantity, or a day."""
    value = change[side]
    if change["unit"] == "day":
        return str(value or ("the clauses differ" if change["differ"] else "none"))
    return units.quantity(value, change["unit"])


def field(value: float, unit: str = "") -> str:
    """A number as it stands in a field: three significant digits, whole numbers from 100 on, years to a tenth; of a logarithm what people
    say, the factor or per cents.

    >>> field(0.334, "ln/yr"), field(0.334, FALL), field(-2.07, "logit"), field(0.2, "0-1")
    ('1.4', '28.4%', '11.2%', '0.2')
    """
    if unit == FALL:
        return f"{field(100 * a_year(value, falls=True))}%"
    if unit in units.FOLDS:
        return field(math.exp(value))
    if unit == LOGIT:
        return f"{field(100 / (1 + math.exp(-value)))}%"
    if unit == LOG_GROWTH:
        return f"{field(100 * a_year(value))}%"
    if abs(value) >= 1e15:
        return f"{value:.10g}".replace("e+", "e")
    shown = float(f"{value:.3g}") if abs(value) < 100 else round(value, 1 if unit == "year" else 0)
    return np.format_float_positional(shown, trim="-")


def field_unit(row: Prior) -> str:
    """The unit in which the fields of an uncertainty hold it: its own, but of a log rate that takes away what goes in a year."""
    return FALL if row.unit in describe.LOG_RATES and describe.takes_away(row) else row.unit


def side_label(value: float, unit: str) -> str:
    """What stands beside a number field: the number in words where that is shorter to read, else its unit in words.

    >>> side_label(0.25, "0-1"), side_label(0.334, "ln/yr"), side_label(7.07, "million stacks/yr2")
    ('25%', 'times a year', 'million stacks a year more each year')
    """
    if unit in HELD:
        return HELD[unit]
    return units.quantity(value, unit) if units.read_whole(unit) or abs(value) >= 1e6 else units.after(unit).strip()


def typed_in(unit: str) -> str:
    """What is typed into a field of a unit, in words."""
    return TYPED.get(unit) or units.unit_name(unit)


def range_label(low: float, high: float, unit: str) -> str:
    """What stands beside the two fields of a range: both ends in words where they have any, else the unit once."""
    ends = side_label(low, unit), side_label(high, unit)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def limit(signpost: Signpost) -> str:
    """The threshold of a signpost as a person reads it: of a log rate what it makes of a year."""
    assert signpost.threshold is not None
    value = signpost.threshold.value
    if signpost.unit == LOG_RATE:
        return f"{units.quantity(a_year(value, 'falls' in signpost.when), 'share')} a year"
    return units.quantity(value, signpost.unit)


def step_words(decision: Decision, book: Book) -> dict[str, str]:
    """How each clause of the ladder stands, by its id: of those that would classify the item only the first that applies does."""
    words, classified = {}, False
    for step in decision.trace:
        classifies = step.applies and step.reached and book.by_id[step.clause].stage == "classify"
        if not step.reached:
            words[step.clause] = "Not reached"
        elif classifies and classified:
            words[step.clause] = "Classified above"
        else:
            words[step.clause] = "Applies" if step.applies else "Does not apply"
        classified |= classifies
    return words
