"""What a question may be asked of by name: rows of a table of the case, which fill its fields."""

from dataclasses import dataclass, field
from typing import Any

from premortem import facts
from premortem.errors import BadInput, nearest
from premortem.law.field_values import typed
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.parties.spelling import key

# The field by which one is named; it is none of the vocabulary's.
ITEM = "item"


@dataclass(frozen=True)
class Row:
    """What a question is asked of: its name, the fields that the table fills, and what is to be known of them."""

    name: str = ""
    fields: Fields = field(default_factory=dict)
    caution: str = ""


def named(given: Fields, words: Vocabulary) -> Row:
    """The row of the table that a question names; an empty one where it names none. A cell that cannot be read as its field, such
    as several countries, fills nothing.

    Raises `BadInput` with the nearest name for one that is not there.
    """
    told = words.known
    if not told.table or given.get(ITEM) in (None, ""):
        return Row()
    rows = {str(row[told.name]): row for row in facts.read(told.table, words.case).to_dicts()}
    asked = str(given[ITEM])
    name = next((name for name in rows if name == asked or key(name) == key(asked)), "")
    if not name:
        allowed = f"a name in facts/{told.table}.csv"
        raise BadInput(
            "question", ITEM, f"no such name: {asked}", got=asked, allowed=allowed, hint=nearest(asked, [*rows])
        )
    row, table = rows[name], facts.catalogue(words.case)[told.table]
    found = {f: value for f, column in told.fields.items() if (value := _read(f, row[column], words)) is not None}
    sure = f"confidence there: {str(row[told.doubt]).lower()}; " if told.doubt else ""
    caution = f"Whether the figures of {name} are right: they are those of the table {told.table} of {table.date} ({sure}{table.source})."
    return Row(name, found, caution)


def _read(name: str, cell: Any, words: Vocabulary) -> Any:
    if cell is None:
        return None
    try:
        return typed(name, cell if isinstance(cell, float) else str(cell), words, "question")
    except BadInput:
        return None
