"""What two rulebooks differ in: the keys of `premortem regime diff --json`, as `diff` finds them."""

from typing import Any, Literal, NotRequired, TypedDict

# What differs between two sides: a clause that is `new`, `gone` or `reworded`, a `number`, a `place` that moved, a `strength`.
Difference = TypedDict(
    "Difference",
    {
        "kind": str,
        "clause": NotRequired[str],
        "place": NotRequired[str],
        "field": NotRequired[str],
        "says": NotRequired[str],
        "parameter": NotRequired[str],
        "from": NotRequired[Any],  # a number, a tier, or whether a place is in a group
        "to": NotRequired[Any],
        "text": str,
    },
)


class OfLaw(Difference):
    """A change of the law: how many of the compared shipments have another answer by it, and how many it touches."""

    of: Literal["law"]
    weight: int
    touches: int


class OfStrengths(Difference):
    """A strength that differs, which no clause says, and by how much."""

    of: Literal["strengths"]
    weight: float


# An instrument that came and went in between: whether it was ever in force, and to how many of the compared shipments it applied.
CameAndWent = TypedDict(
    "CameAndWent",
    {
        "kind": str,
        "instrument": str,
        "clauses": list[str],
        "from": str,
        "to": str,
        "in_force": bool,
        "weight": int,
        "text": str,
    },
)


# Places of which the answer for an item goes from one outcome to another, and what that rests on.
Winner = TypedDict(
    "Winner",
    {"chip": str, "from": str, "to": str, "places": list[str], "count": int, "rests_on": str, "text": str},
)


class Who(TypedDict):
    """Places and items whose outcome differs, by direction, and a sentence on each."""

    gain: list[Winner]
    lose: list[Winner]
    words: list[str]


class Differences(Who):
    """What `diff` finds."""

    changes: list[OfLaw | OfStrengths]
    between: list[CameAndWent]


class Side(TypedDict):
    """One of two rulebooks that are compared: a policy on a day."""

    policy: str
    day: str


class Comparison(Differences):
    """What `between` finds."""

    sides: list[Side]
