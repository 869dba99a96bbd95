"""Two transactions alike in substance that are decided differently: made as small as they can be, and told in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from premortem.errors import BadInput, BadInputs
from premortem.law import transactions
from premortem.law.answers import parse
from premortem.law.book import Book
from premortem.law.fields.field_words import called
from premortem.law.fields.field_words import told as value_in_words
from premortem.law.fields.named_fields import FieldValue
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.loopholes.answers import answered
from premortem.law.loopholes.forms import DATE, ITEM, LINE, PARTS, SHARED, Form
from premortem.law.loopholes.substance import Substance
from premortem.law.transactions import frame_of
from premortem.law.worked_cases import command
from premortem.text.numbers import listing
from premortem.text.result import Document

Row = dict[str, FieldValue]
# Fields that a pair always tells.
ALWAYS_TOLD = ("item", "quantity", "destination")
# What is done where a change has no name of its own in the case.
CALLED = {
    ITEM: "another item, more or fewer of it",
    PARTS: "in parts",
    SHARED: "split among affiliates",
    DATE: "a few days sooner or later",
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """Two transactions, the change of form that parts them, and how each is decided."""

    form: Form
    kind: tuple[
        str, ...
    ]  # change, sort of item, file of the clause that is got round, clause that frees, and what parts holes besides
    a: Row
    b: Row
    outcomes: tuple[str, str]
    clauses: tuple[str, str]
    size: float


@dataclass(frozen=True)
class Loophole:
    """Two transactions alike in substance, how each is decided, and the commands that check it again."""

    name: str
    says: str
    a: Row
    b: Row
    outcome_a: str
    outcome_b: str
    check_a: str
    check_b: str
    h100e: float  # what slips through, in units of the case's yardstick
    clause: str  # the clause that is got round
    freed_by: str  # the clause that lets the second go; empty where none speaks
    kind: tuple[str, ...]

    def as_dict(self) -> Document:
        """The keys that the command line prints."""
        told = {k: v for k, v in self.__dict__.items() if k != "kind"}
        return told | {side: {k: _plain(v) for k, v in told[side].items()} for side in ("a", "b")}


def smallest(pairs: Sequence[Pair], book: Book, told: Substance) -> list[Pair]:
    """The pairs without the fields that neither answer needs, of those that a person can ask about."""
    found = [pair for pair in pairs if _can_be_asked(pair, book)]
    kept = {book.vocabulary.asked or "date", book.vocabulary.measure.one, told.size.field, *ALWAYS_TOLD}
    for field in (f for f in book.vocabulary.given if f not in kept):
        less = [_without(pair, field) for pair in found]
        tried = [(i, pair) for i, pair in enumerate(less) if pair]
        same = _same([pair for _, pair in tried], book)
        for (i, pair), stands in zip(tried, same, strict=True):
            if stands and _can_be_asked(pair, book):
                found[i] = pair
    return [pair for pair, stands in zip(found, _same(found, book), strict=True) if stands]


def _without(pair: Pair, field: str) -> Pair | None:
    """A pair without a field that does not part it; None where it does, or where neither side tells it."""
    if pair.a.get(field) != pair.b.get(field) or field not in pair.a:
        return None
    a, b = ({k: v for k, v in side.items() if k != field} for side in (pair.a, pair.b))
    return replace(pair, a=a, b=b)


def _same(pairs: Sequence[Pair], book: Book) -> list[bool]:
    """Whether each pair is decided as it says, and by which clause: of the first one of the same file will do."""
    if not pairs:
        return []
    rows = [pair.a for pair in pairs] + [pair.b for pair in pairs]
    found = answered(frame_of(rows, book.case), book).rows(named=True)
    both = zip(pairs, found[: len(pairs)], found[len(pairs) :], strict=True)
    return [
        (a["outcome"], b["outcome"], b["clause"] or "") == (*pair.outcomes, pair.clauses[1])
        and (a["clause"] or "").split(".")[0] == pair.kind[2]
        for pair, a, b in both
    ]


def _can_be_asked(pair: Pair, book: Book) -> bool:
    """Whether a person may give these fields: what an item is known to be, nobody may say otherwise."""
    try:
        for side in (pair.a, pair.b):
            if book.vocabulary.answers:
                parse(side, book.vocabulary)
            else:
                transactions.parse(side, book.case)
    except (BadInput, BadInputs):
        return False
    return True


def told_of(pair: Pair, book: Book, told: Substance, options: Sequence[str]) -> Loophole:
    """A pair in words, with the commands that check it again."""
    change = pair.kind[0]
    reads = [book.vocabulary.reads.get(o, o) for o in pair.outcomes]
    how = told.change[change].says if change in told.change else _difference(pair, book.vocabulary)
    return Loophole(
        name=_name(pair, told, book.vocabulary),
        says=f"{reads[0]}; but {how}: {reads[1]}",
        a=pair.a,
        b=pair.b,
        outcome_a=pair.outcomes[0],
        outcome_b=pair.outcomes[1],
        check_a=command(pair.a, book.name, book.case, options),
        check_b=command(pair.b, book.name, book.case, options),
        h100e=round(pair.size, 1),
        clause=pair.clauses[0],
        freed_by=pair.clauses[1],
        kind=pair.kind,
    )


def _name(pair: Pair, told: Substance, words: Vocabulary) -> str:
    """The name of a kind: as the case calls it, by change and file or sort of item, else by the change alone."""
    change, sort, file, freed_by, *_ = pair.kind
    for key in (f"{change} > {freed_by}", f"{change} @ {file}", f"{change} @ {sort}", change):
        if key in told.called:
            return told.called[key]
    if change.startswith(f"{LINE} "):
        return f"just off a line of {called(change.removeprefix(LINE).strip(), words)}"
    return CALLED.get(change, f"another {called(change, words)}")


def _difference(pair: Pair, words: Vocabulary) -> str:
    """`with quantity 1,699 instead of 10,000`, or `without memory bandwidth`."""
    changed = [f for f in pair.form.fields if pair.a.get(f) != pair.b.get(f)]
    other = [_instead(f, pair.a.get(f), pair.b[f], words) for f in changed if pair.b.get(f) is not None]
    left_out = [called(f, words) for f in changed if pair.b.get(f) is None]
    parts = [f"{way} {listing(fields)}" for way, fields in (("with", other), ("without", left_out)) if fields]
    return ", ".join(parts)


def _instead(field: str, old: Any, new: Any, words: Vocabulary) -> str:
    before = "" if old is None else f" instead of {value_in_words(field, _plain(old), words)}"
    return f"{called(field, words)} {value_in_words(field, _plain(new), words)}{before}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return "; ".join(value)
    return str(value) if isinstance(value, date) else value
