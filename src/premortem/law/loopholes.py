"""Pairs of transactions that are alike in substance and decided differently: each can be checked again by hand.

The pairs are data of the case, in `loopholes.toml`; a case without the file has none.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import Field as Key

from premortem.case import Case
from premortem.files.typed import Strict, read_entries
from premortem.law.book import Book
from premortem.law.diff import h100e
from premortem.law.engine import decide
from premortem.law.items import catalogue, measures
from premortem.law.transactions import frame_of
from premortem.law.transfers import transfers
from premortem.law.worked_cases import command

FILE = "loopholes.toml"
# How a transaction of a pair speaks of the number of its clause.
NUMBER = "number"


class _Told(Strict):
    """A pair as its file has it."""

    id: str
    name: str
    says: str = Key(description="what the pair shows, with {fields} that the catalogue holds of the second item")
    clause: str = Key(default="", description="the pair counts only where the policy holds it")
    number: str = Key(default="", description="of that clause, of which the transactions speak")
    on: date | None = Key(default=None, description="the day of that number")
    per: str = Key(default="", description="the item in whole units of which the number is counted")
    moves: Literal["a", "b"] = Key(default="b", description="the transaction whose equivalents could move")
    a: Mapping[str, Any]
    b: Mapping[str, Any]


class Pair(NamedTuple):
    """Two transactions alike in substance, and what the pair shows."""

    name: str
    says: str
    a: dict[str, Any]
    b: dict[str, Any]
    moves: float  # yardstick equivalents that the difference could move, a year or in total as `says` tells


def tried(book: Book) -> int:
    """How many pairs a case states of clauses that the book holds: 0 says that nothing was looked for."""
    return sum(1 for _ in _pairs(book))


def loopholes(book: Book) -> list[dict[str, Any]]:
    """Pairs that the book decides differently, with the compute that each could move; most compute first."""
    pairs = list(_pairs(book))
    if not pairs:
        return []
    rows = [p.a for p in pairs] + [p.b for p in pairs]
    answers = decide(frame_of(rows, book.case), book).select("outcome", "clause").rows()
    found = []
    for i, p in enumerate(pairs):
        (outcome_a, clause_a), (outcome_b, clause_b) = answers[i], answers[len(pairs) + i]
        if outcome_a != outcome_b:
            found.append(
                {
                    "name": p.name,
                    "says": p.says,
                    "a": _shown(p.a),
                    "b": _shown(p.b),
                    "outcome_a": outcome_a,
                    "outcome_b": outcome_b,
                    "check_a": command(p.a, book.name, book.case),
                    "check_b": command(p.b, book.name, book.case),
                    "h100e": round(p.moves, 1),
                    "clause": clause_b or clause_a or "",
                }
            )
    return sorted(found, key=lambda row: -row["h100e"])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, date) else v for k, v in row.items()}


def told_pairs(case: Case) -> dict[str, _Told]:
    """The pairs of a case as its file has them; none where it has no such file. Raises `BadInput`, every fault at once."""
    return read_entries(case / FILE, _Told, missing_ok=True)


def _pairs(book: Book) -> Iterator[Pair]:
    """The case's pairs, of clauses that the book holds."""
    stats = {row["item"]: row for row in catalogue(book.case).to_dicts()}
    for told in told_pairs(book.case).values():
        if not told.clause or told.clause in book.by_id:
            number = _number(told, book)
            a, b = ({k: _filled(v, number) for k, v in side.items()} for side in (told.a, told.b))
            held = {k.removeprefix("c_"): v for k, v in stats.get(b["item"], {}).items()}
            yield Pair(told.name, told.says.format_map(held), a, b, _moved(a if told.moves == "a" else b, book))


def _number(told: _Told, book: Book) -> float:
    """The number of which a pair's transactions speak, in whole units of an item where it is counted so."""
    if not told.number:
        return 0.0
    number = book.number(told.clause, told.number, told.on)
    return float(number // (measures(book.case)[told.per] or 1.0)) if told.per else number


def _filled(value: Any, number: float) -> Any:
    """A value of a transaction: the pair's number, or so many times it, where it says so."""
    if not isinstance(value, str) or not value.endswith(NUMBER):
        return value
    times = value.removesuffix(NUMBER).strip()
    return (float(times) if times else 1.0) * number


def _moved(row: Mapping[str, Any], book: Book) -> float:
    """Yardstick equivalents of a transaction, by the measure that it gives where it gives one."""
    given = row.get(book.vocabulary.measure.one)
    if given is None:
        return h100e(row["item"], row["quantity"], book.case)
    yardstick = measures(book.case).get(transfers(book.case).items.yardstick)
    return float(row["quantity"] * given / yardstick) if yardstick else 0.0
