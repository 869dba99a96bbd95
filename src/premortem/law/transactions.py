"""Transactions as a person gives them: each field read in its type, every fault told at once; and frames of them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import polars as pl

from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law.field_values import day_asked, typed
from premortem.law.fields import item_values, items
from premortem.law.fields.named_fields import Fields, FieldValue, flag_of, text_of
from premortem.law.fields.places import could_be
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import TYPES, Vocabulary, vocabulary
from premortem.law.parties.fields import CONTRADICTS, owner_contradicted, owner_fields
from premortem.text.numbers import listing


def parse(given: Fields, case: Case) -> dict[str, FieldValue]:
    """One transaction's fields from texts or values, typed. Raises every fault at once."""
    words = vocabulary(case)
    errors: list[BadInput] = []
    row: dict[str, FieldValue] = {}
    unread: set[str] = set()
    for name, value in given.items():
        if value is None or value == "":
            continue
        try:
            row[name] = typed(name, value, words, "transaction")
        except BadInput as error:
            errors.append(error)
            unread.add(name)
    raise_all(
        errors + item_values.contradictions(row, case) + _owner_contradicted(row, case) + _missing(row, unread, words)
    )
    return row


def _owner_contradicted(row: Fields, case: Case) -> list[BadInput]:
    if not (both := owner_fields(row, case)) or not owner_contradicted(row, case):
        return []
    unknown, share = both
    return [
        BadInput(
            "transaction", unknown, CONTRADICTS.format(share=share), got="yes", allowed=f"{unknown}=0, or no {share}"
        )
    ]


def _missing(row: Fields, unread: Collection[str], words: Vocabulary) -> list[BadInput]:
    """What a transaction lacks; a field that was given and could not be read is not missing."""
    errors = (
        [BadInput("transaction", "destination", "is missing", allowed="ISO 3166 code or name")]
        if "destination" in words.given and "destination" not in {*row, *unread}
        else []
    )
    item = text_of(row, "item")
    if "item" in unread or "item" not in words.given:
        return errors
    if not item:
        if words.measure.one not in {*row, *unread}:
            allowed = f"a chip by name, a kind of item, or --{words.measure.one}"
            errors.append(BadInput("transaction", "item", "is missing", allowed=allowed))
    elif not items.is_known(item, words.case):
        errors.append(
            BadInput(
                "transaction",
                "item",
                f"no such item: {item}",
                got=item,
                allowed="a name in the catalogue, or a kind of item",
                hint=items.near(item, words.case),
            )
        )
    return errors


def parse_date(value: Any, case: Case) -> date:
    """A day within the years for which rules are held. Raises `BadInput`."""
    return day_asked("date", value, vocabulary(case), "transaction")


def which(item: str, case: Case, told: bool | None = None) -> tuple[str, str]:
    """The field to ask for where an item's spelling could mean several, "" where the flag that parts them, `told`, settles
    it; and the item that it then is.

    That flag is asked first where it parts them: the seller knows it, and the law hangs on it.
    """
    parts, flags = transfers(case).items.parts, items.parting_flags(case)
    left = could_mean(item, case, told)
    if told is not None and len(left) == 1:
        return "", left[0]
    return (parts if len({flags[name] for name in left}) > 1 else "item"), ""


def could_mean(item: str, case: Case, told: bool | None = None) -> tuple[str, ...]:
    """The items that a spelling of several could mean, where the flag that parts them is `told`; none for one that is clear."""
    flags = items.parting_flags(case)
    return tuple(name for name in items.could_be(item, case) or () if name in flags and told in (None, flags[name]))


def question(fields: Fields, case: Case) -> str:
    """What to ask of a transaction whose item or country could mean several, with the choices; "" where none does."""
    asked, words, parts = [], vocabulary(case), transfers(case).items.parts
    for name, value in fields.items():
        offered = could_be(str(value), case) if name in words.countries else None
        if name == "item" and words.measure.one not in fields and which(str(value), case, flag_of(fields, parts))[0]:
            offered = items.could_be(str(value), case)
        if offered is not None:
            asked.append(
                f"the {name.replace('_', ' ')} {value} may be {listing(offered, 'or') if offered else 'several'}"
            )
    return "; ".join(asked)


def frame_of(rows: Sequence[Fields], case: Case) -> pl.DataFrame:
    """Parsed transactions as a frame with typed columns."""
    used: set[str] = set().union(*rows)
    words = vocabulary(case)
    types = {f: TYPES[words.fields[f].type] for f in words.given if f in used}
    return pl.DataFrame({f: pl.Series([row.get(f) for row in rows], dtype=kind) for f, kind in types.items()})
