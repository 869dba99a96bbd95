"""What is said of a decided ledger as a whole: the keys of `premortem ledger --json`."""

from typing import NamedTuple, NotRequired, TypedDict

import polars as pl

from premortem.case import Case
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.rulebook_version import VersionTold, shipped_version


class RejectedRow(TypedDict):
    """A row that cannot be read, from 1 in the table, why, and its line of the file where that is known."""

    row: int
    why: str
    line: NotRequired[int]


class LeftOut(TypedDict):
    """A row of the file that is no shipment, why, and what it holds."""

    row: int
    why: str
    text: str


class MayGo(TypedDict):
    """Decided rows that may go, that may not, and for which that hangs on something."""

    true: int
    false: int
    null: int


class HitInRows(TypedDict):
    """A listed name to which a party of some rows is equal or near (`lookup.Hit`), and how many rows name it."""

    party: str
    given: str
    name: str
    list: str
    date: str | None
    score: float
    source: str
    policy: str
    equal: bool
    cleared: str
    owner: str
    asks: str
    rows: int


class Counts(TypedDict):
    """What is counted of the decided rows, and what their answers do not cover."""

    rows: int
    seconds: float
    outcomes: dict[str, int]
    rejected_count: int
    rejected: list[RejectedRow]
    headroom: dict[str, float]  # by place, in `headroom_unit`
    headroom_unit: str
    allocations: dict[str, float]
    may_go: MayGo
    hits: list[HitInRows]
    not_checked: list[str]
    rulebook: VersionTold
    stale: int


class Consignees(TypedDict):
    """Consignees that count as one, and those that only look alike; groups of names."""

    consignees_merged: list[list[str]]
    consignees_near: list[list[str]]


class Reading(TypedDict):
    """How the columns of the file were read, which were not, and which of its rows are no shipments."""

    mapping: dict[str, str]  # fields by heading
    unread: list[str]
    left_out: list[LeftOut]
    notes: list[str]


class Summary(Counts, Consignees, Reading):
    """All that is said of a desk's file when it is decided."""

    not_law: str
    joined: str | None  # the table whose rejected rows were put back mended


class Layout(TypedDict):
    """Where the layout of a file is kept, None where it is not; and the notes on the file, with why it is not."""

    profile: str | None
    notes: list[str]


class Written(Summary):
    """The same of one whose table and layout are written where its user asked."""

    rejected_file: str | None
    profile: str | None


class Whole(NamedTuple):
    """What is said of a ledger as a whole."""

    room: dict[str, tuple[float, float]]  # by country, room left under its limit and that limit [unit of the total]
    hits: list[HitInRows]
    stale: int  # rows of days after the last to which the rulebook was verified
    not_checked: list[str]


def counts_of(decided: pl.DataFrame, whole: Whole, seconds: float, case: Case) -> Counts:
    """Counts by outcome and by `may_go`, rejected rows with reasons, room left, and what the answers do not cover."""
    counts = (
        decided.filter(pl.col("outcome").is_not_null())
        .group_by("outcome")
        .len()
        .sort("len", "outcome", descending=[True, False])
    )
    wrong = decided.select("rejected").with_row_index("row", offset=1).filter(pl.col("rejected").is_not_null())
    return {
        "rows": decided.height,
        "seconds": round(seconds, 3),
        "outcomes": dict(counts.rows()),
        "rejected_count": wrong.height,
        "rejected": [{"row": row, "why": why} for row, why in wrong.rows()],
        "headroom": {place: left for place, (left, _) in whole.room.items()},
        "headroom_unit": vocabulary(case).total_unit,
        "allocations": {place: limit for place, (_, limit) in whole.room.items()},
        "may_go": _counted(decided),
        "hits": whole.hits,
        "not_checked": whole.not_checked,
        "rulebook": shipped_version(case).as_dict(),
        "stale": whole.stale,
    }


def _counted(decided: pl.DataFrame) -> MayGo:
    """Decided rows that may go, that may not, and for which that hangs on something."""
    said = decided.filter(pl.col("outcome").is_not_null())["may_go"]
    return {"true": int(said.sum()), "false": int((~said).sum()), "null": said.null_count()}
