"""What a run rests on and was provably known on the day of its case: the strict build."""

from dataclasses import dataclass
from datetime import date

from premortem import facts
from premortem.ensemble import evidence
from premortem.errors import BadInput, raise_all
from premortem.study import Study
from premortem.text.result import Result
from premortem.watch import quantities

TABLE = "quantities"


@dataclass(frozen=True, repr=False)
class StrictKnown(Result):
    """How many rows of each kind were checked, and can be proved known by the day: the key `strict_known` of `premortem run --json`."""

    day: date
    checked: dict[str, int]


def strict_known(study: Study) -> StrictKnown:
    """Every prior, the quantities that it rests on, and by what readings are compared, each with the day on which it was known.

    The world needs each of them, so that none can be left out. Raises `BadInput`, or all of them at once, for each that cannot be proved
    known by the day of the case.
    """
    day, case = study.case.settings.day, study.case
    errors = [
        BadInput("params.csv", row.name, f"was known on {row.known_on}, after the day", got=str(row.known_on), allowed=f"up to {day}")
        for row in study.priors.rows
        if row.known_on > day
    ]  # fmt: skip
    rests = evidence.evidence(case) if (case / evidence.EVIDENCE).is_file() else ()
    known = {str(row["number"]): row["known_on"] for row in facts.rows(TABLE, case)}
    used = [(row.name, number.strip()) for row in rests for number in row.quantity.split(";") if number.strip()]
    errors += [
        BadInput(evidence.EVIDENCE, name, f"rests on quantity {number}, which cannot be proved known by {day}", got=str(known.get(number)),
                 allowed=f"a quantity known by {day}, or a reason and no number")
        for name, number in used
        if (on := known.get(number)) is None or on > day
    ]  # fmt: skip
    # one that was mapped after the day is read of nothing before it
    mapped = [q for q in quantities.shipped_quantities(case).values() if q.mapped_on is None or q.mapped_on <= day]
    judged = [(q.id, part) for q in mapped for part in (q.discrepancy, q.map) if part]
    errors += [
        BadInput("watch/quantities.toml", name, f"was judged on {part.known_on}, after the day", got=str(part.known_on), allowed=f"up to {day}")
        for name, part in judged
        if part.known_on > day
    ]  # fmt: skip
    raise_all(errors)
    counts = {"priors": len(study.priors.rows), "quantities": len(used), "readings": len(judged)}
    return StrictKnown(day, counts)
