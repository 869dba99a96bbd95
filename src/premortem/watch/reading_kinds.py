"""What a reading is: an outcome tests the model; a nowcast or a projection does not, and is counted apart."""

from collections.abc import Iterable, Mapping
from datetime import date

from premortem.errors import BadInput, nearest

# An outcome speaks of a period that is over; a nowcast mixes in a forecast or reaches far back; a projection is known before.
KINDS = ("outcome", "nowcast", "projection")
Counts = Mapping[str, Mapping[str, int]]


def given_kind(given: str, on: date, known_on: date, file: str, place: str) -> str:
    """The kind of a reading as its file gives it, else by its days.

    Raises `BadInput` for another word, and for an outcome that was known before its period was over.
    """
    if not given:
        return "outcome" if known_on >= on else "projection"
    if given not in KINDS:
        allowed, hint = ", ".join(KINDS), nearest(given, KINDS)
        raise BadInput(file, f"{place}: kind", "no such kind", got=given, allowed=allowed, hint=hint)
    if given == "outcome" and known_on < on:
        what = f"an outcome of {on} cannot have been known on {known_on}"
        raise BadInput(file, f"{place}: known_on", what, got=str(known_on), allowed=f"from {on}, or kind projection")
    return given


def kind_on_day(kind: str, on: date, as_of: date) -> str:
    """What a reading is to who stands on a day: of a period that was over by then it only tells what already was."""
    return "nowcast" if kind == "outcome" and on <= as_of else kind


def count_inside(readings: Iterable[tuple[str, bool, str]]) -> dict[str, dict[str, int]]:
    """From kind, whether inside, and group of each reading: by kind, how many lie inside, of how many, in how many groups, and how many
    groups lie inside with all of theirs.
    """
    known = list(readings)
    found = {}
    for kind in KINDS:
        of_kind = [(inside, group) for k, inside, group in known if k == kind]
        groups, missed = {group for _, group in of_kind}, {group for inside, group in of_kind if not inside}
        found[kind] = {
            "inside": sum(inside for inside, _ in of_kind),
            "of": len(of_kind),
            "groups": len(groups),
            "groups_inside": len(groups - missed),
        }
    return found


def outcomes_inside(counts: Counts) -> str:
    """`4 of 5 groups (8 of 9 outcomes)`: a group of readings that tell of one fact counts once, and lies inside with all that it holds; groups
    may still move together.
    """
    count = counts["outcome"]
    said = f"{count['inside']} of {count['of']} {_many('outcome', count['of'])}"
    groups = f"{count['groups_inside']} of {count['groups']} {_many('group', count['groups'])}"
    return f"{groups} ({said})" if count["of"] > 1 else said


def apart(counts: Counts) -> str:
    """`; apart from that 5 of 5 nowcasts and 3 of 3 projections, which do not test the model`; empty where there are none."""
    others = [(kind, counts[kind]) for kind in KINDS[1:] if counts[kind]["of"]]
    said = [f"{c['inside']} of {c['of']} {_many(kind, c['of'])}" for kind, c in others]
    return f"; apart from that {' and '.join(said)}, which do not test the model" if said else ""


def _many(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"
