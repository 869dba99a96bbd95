"""What the answer of a day cannot say: how far each assumption looks, and how much of the law lay ahead of the day."""

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


def lay_ahead(study: Study, policy: str, day: date) -> str:
    """How much of a policy came only after a day, whose answer so knows more of the law than the day did; empty where nothing did, and for a
    policy that could be chosen.
    """
    if policy != study.case.settings.record:
        return ""
    book, base = study.law(policy), study.law(study.case.settings.baseline)
    made = [c.published for c in book.clauses]
    made += [step.start for steps in book.policy.steps.values() for step in steps]
    # an end that lies beyond all that was made was set before: it is known, and only to come
    ends = [c.ends for c in book.clauses if c.id not in base.by_id or base.by_id[c.id].ends != c.ends]
    days = [d for d in (*made, *(e for e in ends if e and e <= max(made))) if d > day]
    if not days:
        return ""
    return (
        f"‘{book.policy.title}’ is taken whole: {count_noun(len(days), 'change')} of its law came only after {day_in_words(day)}, the next on "
        f"{day_in_words(min(days))}, so that these shares know more of the law than that day did."
    )
