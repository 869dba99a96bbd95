"""Values that a person gives of an item, against what the catalogue, or its kind, says of it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from premortem.case import Case
from premortem.errors import BadInput
from premortem.law.fields import items
from premortem.law.fields.named_fields import Fields, FieldValue, text_of
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.text.numbers import plain

# How far a value may be from the catalogue's and still be a rounding of it.
ROUNDED = 0.02


def contradictions(row: Fields, case: Case) -> list[BadInput]:
    """Faults of values that are not those of the chip that a transaction names."""
    kinds = vocabulary(case).kinds
    return [
        BadInput(
            "transaction",
            name,
            _contradicted(text_of(row, "item"), known, kinds),
            got=_shown(row[name]),
            allowed=f"none, or {_shown(known)}"
            if row["item"] in kinds
            else f"none, or the catalogue's value; {_other_item(case)}",
        )
        for name in transfers(case).items.held_to
        if name in row and (known := _values_of(name, case).get(str(row.get("item", "")))) is not None
        if _differs(name, row[name], known, case)
    ]


def _other_item(case: Case) -> str:
    """How to give an item that the catalogue does not hold."""
    return f"for another chip, --item {transfers(case).items.usual} with its --{vocabulary(case).measure.one}"


def contradicting_rows(name: str, values: pl.DataFrame, case: Case) -> pl.Series:
    """For a column of a ledger: why each row's value is not that of the chip that it names, null where it may be."""
    known = _values_of(name, case)
    said = [_contradicted(item, value, vocabulary(case).kinds) for item, value in known.items()]
    named, told = values["item"], values[name]
    catalogued = named.replace_strict([*known], [*known.values()], default=None, return_dtype=told.dtype)
    why = named.replace_strict([*known], said, default=None, return_dtype=pl.String)
    differs = _differs(name, pl.lit(told), pl.lit(catalogued), case)
    return pl.select(pl.when(differs).then(pl.lit(why))).to_series()


@cache
def _values_of(name: str, case: Case) -> Mapping[str, FieldValue]:
    """What the catalogue, or its kind, says of a field, by item; items of which neither says anything are left out."""
    told, words = transfers(case).items, vocabulary(case)
    table, column = items.named_items(case), f"c_{name}"
    held = table.select("item", column).drop_nulls().iter_rows() if column in table.columns else ()
    nothing = {kind: 0.0 for kind in words.kinds if name == words.measure.one and kind not in told.computing}
    return dict(held) | dict(told.kinds_say.get(name, {})) | nothing


def _contradicted(item: str, known: Any, kinds: Sequence[str]) -> str:
    return f"is not that of {item}: {'it is' if item in kinds else 'the catalogue says'} {_shown(known)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else plain(value)


def _differs(name: str, told: Any, known: Any, case: Case) -> Any:
    """Whether a value, or a column of them, is not the catalogue's; of a flag only a laxer one differs, of one
    that kinds of item say any other.
    """
    kind = vocabulary(case).fields[name].type
    if kind == "country":
        return told != known
    if kind == "flag":
        return told != known if name in transfers(case).items.kinds_say else known > told
    return abs(told - known) > ROUNDED * known
