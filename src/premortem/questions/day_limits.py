"""What the answer of a day rests on: how far each assumption looks, and how much of the law was known."""

import re
from collections.abc import Sequence
from datetime import date

from premortem.propositions.assumption import Assumption
from premortem.study import Study
from premortem.text.numbers import count_noun, day_in_words, listing

# A year in the margin of a condition.
YEAR = re.compile(r"\b(20\d\d)(?=\b|Q|H|M)")


def judged_to(a: Assumption) -> int:
    """The last year that the conditions of an assumption look at."""
    return max(int(year) for c in a.condition for year in YEAR.findall(c.margin))


def looks_to(assumptions: Sequence[Assumption]) -> str:
    """`X1 and X2 are judged by the end of 2028, X3 by that of 2032`: a horizon that is rolled on moves none of these."""
    years: dict[int, list[str]] = {}
    for a in assumptions:
        years.setdefault(judged_to(a), []).append(a.id)
    parts: list[str] = []
    for year, ids in sorted(years.items()):
        verb = "" if parts else (" is judged" if len(ids) == 1 else " are judged")
        parts.append(f"{listing(ids)}{verb} by {'that' if parts else 'the end'} of {year}")
    return ", ".join(parts)


def law_known(study: Study, day: date) -> tuple[str, ...]:
    """That what became of the law is taken as it was known on a day, and for what of it no day is known; nothing where all of it was known."""
    told = []
    for policy in sorted(study.cut):
        book = study.law(policy).policy
        begun = sum(len(steps) for steps in book.steps.values())
        told.append(
            f"‘{book.title}’ is the law as it was known on {day_in_words(day)}: what was published later is not in it, and futures were "
            f"simulated under it. The data do not say when its {count_noun(begun, 'effort')} and moves of places between groups were "
            "published: each counts from the day on which it began."
        )
    return tuple(told)
