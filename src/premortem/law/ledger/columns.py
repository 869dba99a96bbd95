"""Ledgers as tables: every column in its type, every row that cannot be read with its reason."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.law.field_values import FALSE, MOST_UNITS, TRUE, such_as
from premortem.law.fields import items, numbers
from premortem.law.fields.item_values import contradicting_rows
from premortem.law.fields.places import could_be, country_codes, found
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Field, Vocabulary
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.unfit import marked
from premortem.law.parties.clearing import as_text, clearings
from premortem.law.parties.fields import CONTRADICTS, owner_contradicted, owner_fields

# Most names of which each is told that it is wrong.
MOST_TOLD = 8
# Distinct unknown items of which each is told what is near it: to look takes a millisecond each.
MOST_HINTED = 200
# Distinct values of a column that are parsed once each.
MOST_DISTINCT = 200_000
# What is said before a text that cannot be read, where more can be said than that.
UNREAD = {
    "item": "no such item: ",
    "cleared": "cleared must be NAME=reason, several separated by semicolons, and name somebody: ",
}
NEEDED = ("destination", "quantity", "date")
# Columns that a ledger may carry for its own use, or that link a row to an earlier one.
OWN = ("id", "returns", "amends", "note", "reference", "case_id")
# What an answer rests on.
GROUNDS = {"may_go": pl.Boolean, "rests_on": pl.String, "confidence": pl.String}


@cache
def gained(words: Vocabulary) -> dict[str, type[pl.DataType]]:
    """Columns that a ledger gains where it is decided; the class stands under the name of the field that holds it."""
    classed = {field: pl.String for field in (words.classes.field,) if field}
    return (
        {"outcome": pl.String, "clause": pl.String}
        | classed
        | {words.headroom: pl.Float64}
        | GROUNDS
        | {"hits": pl.String}
    )


@cache
def passed(words: Vocabulary) -> frozenset[str]:
    """Columns that are no field and that a ledger may carry all the same: its own, and those of one that was decided."""
    return frozenset((*OWN, *gained(words), "rejected"))


def needed(words: Vocabulary) -> tuple[str, ...]:
    """Columns without which a ledger of a case cannot be decided."""
    return tuple(name for name in NEEDED if name in words.given)


def check_columns(given: pl.DataFrame, file: str, words: Vocabulary) -> pl.DataFrame:
    """The ledger with columns under their full names. Raises `BadInput` for a column that is no field or is missing."""
    if "parent" in given.columns and {"parent_headquarters", "parent_name"}.isdisjoint(given.columns):
        which = "parent_name where it holds names, or parent_headquarters where it holds seats"
        raise BadInput(file, "parent", "may be the parent's name or its seat", got="parent", allowed=which)
    short = transfers(words.case).columns
    moved = {c: short[c] for c in given.columns if c in short and short[c] not in given.columns}
    moved |= {c: short[c] for c in given.columns if short.get(c) in moved}  # into a place that was left
    renamed = given.rename(moved)
    columns = renamed.columns
    unknown = [c for c in columns if c not in words.given and not c.startswith("_") and c not in passed(words)]
    errors = each_or_all(unknown, "no such column", words.given, file, such_as(words))
    lacking = {c: "a column of this name" for c in needed(words) if c not in columns}
    if "item" in words.given and "item" not in columns and words.measure.one not in columns:
        lacking["item"] = f"a column item, or {words.measure.one}"
    hint = _unread(columns, words)
    errors += [
        BadInput(file, c, "is missing", allowed=f'{what}, or --map "COLUMN={c}"', hint=hint)
        for c, what in lacking.items()
    ]
    raise_all(errors)
    return renamed


def _unread(columns: Sequence[str], words: Vocabulary) -> str:
    """Which columns no field was found for: a missing one may be among them."""
    unread = [c.removeprefix("_") for c in columns if c.startswith("_") and c not in passed(words)]
    shown = ", ".join(c[:40] for c in unread[:MOST_TOLD])
    return f"not read: {shown}{', ...' if len(unread) > MOST_TOLD else ''}" if unread else ""


def each_or_all(names: Sequence[str], what: str, known: Sequence[str], file: str, allowed: str = "") -> list[BadInput]:
    """A line for each name that is wrong, or one short line for all where there are many: then the whole file is another."""
    if len(names) <= MOST_TOLD:
        return [BadInput(file, n[:60], what, got=n[:60], allowed=allowed, hint=nearest(n[:60], known)) for n in names]
    first = ", ".join(n[:20] for n in names[:3])
    return [BadInput(file, "", f"{what} {len(names):,} times: {first}, ...", allowed=allowed)]


def type_columns(frame: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """Every field column in its type, with `_row`, and why a row cannot be decided in `rejected` (null when it can)."""
    fields, held_to = [c for c in frame.columns if c in words.fields], transfers(words.case).items.held_to
    frame = marked(frame, fields)
    values = frame.select(_read_column(name, frame[name], words) for name in fields).with_row_index("_row")
    suspect = [values[c].is_null() & (True if c in NEEDED else frame[c].is_not_null()) for c in fields]
    if MISSHAPEN in frame.columns:
        suspect.append(frame[MISSHAPEN].is_not_null())
    suspect.append(_nameless(frame, words))
    if "item" in fields:
        suspect.append(~_listed(values["item"], words) & values["item"].is_not_null())
        suspect += [contradicting_rows(name, values, words.case).is_not_null() for name in held_to if name in fields]
    if owner_fields(fields, words.case):
        suspect.append(owner_contradicted(values, words.case).fill_null(False))
    wrong = values.select(pl.any_horizontal(suspect)).to_series()
    if not wrong.any():
        return values.with_columns(rejected=pl.lit(None, pl.String))
    why = _why(frame.filter(wrong), values.filter(wrong), fields, words)
    return values.join(why, on="_row", how="left", maintain_order="left")


def _why(frame: pl.DataFrame, values: pl.DataFrame, fields: list[str], words: Vocabulary) -> pl.DataFrame:
    """The faults of each of these rows, all of them."""
    nameless = f"item is missing, and no {words.measure.one} is given"
    faults = [pl.when(_nameless(frame, words)).then(pl.lit(nameless))]
    if MISSHAPEN in frame.columns:
        faults = [pl.when(frame[MISSHAPEN].is_not_null()).then(pl.lit(frame[MISSHAPEN])), *faults]
    for name in fields:
        text = frame[name].cast(pl.String).str.strip_chars().replace("", None)
        unread = text.is_not_null() & values[name].is_null()
        if name == "item":  # a measure makes no chip of a name that the catalogue lacks
            unread = text.is_not_null() & ~_listed(values["item"], words)
        missing = text.is_null() if name in NEEDED else pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
        if MISSHAPEN in frame.columns:  # what is unfit of this column is told already
            told_of = frame[MISSHAPEN].str.contains(rf"(^|; ){name} ").fill_null(False)
            unread, missing = unread & ~told_of, missing & ~told_of
        said = UNREAD.get(name, f"{name} cannot be read: ")
        faults += [
            pl.when(missing).then(pl.lit(f"{name} is missing")),
            pl.when(unread).then(
                _refused(name, text, words.fields[name].unit in words.large)
                if words.fields[name].type == "number"
                else pl.concat_str(
                    pl.lit(said), text, _near(text.filter(unread), text, words) if name == "item" else pl.lit("")
                )
            ),
        ]
    if "item" in fields:
        held_to = [name for name in transfers(words.case).items.held_to if name in fields]
        against = [(name, contradicting_rows(name, values, words.case)) for name in held_to]
        faults += [pl.when(why.is_not_null()).then(pl.concat_str(pl.lit(f"{name} "), why)) for name, why in against]
    if both := owner_fields(fields, words.case):
        why = f"{both[0]} {CONTRADICTS.format(share=both[1])}"
        faults.append(pl.when(owner_contradicted(values, words.case)).then(pl.lit(why)))
    told = [fault.otherwise(pl.lit(None, pl.String)) for fault in faults]
    return values.select("_row", rejected=pl.concat_str(told, separator="; ", ignore_nulls=True).replace("", None))


def _refused(name: str, texts: pl.Series, large: bool) -> pl.Series:
    """Why each of a column's numbers cannot be read."""
    distinct = texts.unique().drop_nulls()
    why = pl.Series([numbers.why_not(name, text, large) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, why, default=None, return_dtype=pl.String)


def _near(lost: pl.Series, texts: pl.Series, words: Vocabulary) -> pl.Series:
    """What each item that is not known may mean, as `check` asks it, for the first few; nothing for the others."""
    first = lost.unique(maintain_order=True).head(MOST_HINTED)
    hints = [f"; {near}" if (near := items.near(text, words.case, "")) else "" for text in first]
    return texts.replace_strict(first, pl.Series(hints, dtype=pl.String), default="", return_dtype=pl.String)


def _listed(names: pl.Series, words: Vocabulary) -> pl.Series:
    """Whether each item has a name of its own, is a kind, or asks which; false where there is none."""
    known = [name for name in names.unique().drop_nulls() if items.is_known(name, words.case)]
    return names.is_in(known).fill_null(False)


def _nameless(frame: pl.DataFrame, words: Vocabulary) -> pl.Series:
    """Rows that name neither an item nor its measure, where the case has items."""
    if "item" not in words.given:
        return pl.repeat(False, frame.height, dtype=pl.Boolean, eager=True)
    naming = [c for c in ("item", words.measure.one) if c in frame.columns]
    told = [frame[c].cast(pl.String).str.strip_chars().fill_null("") != "" for c in naming]
    return ~(told[0] | told[-1])


def _read_column(name: str, column: pl.Series, words: Vocabulary) -> pl.Expr:
    """A column's parsed value. Distinct values are parsed once: a ledger has few of them."""
    field = words.fields[name]
    if column.dtype.is_numeric() and field.type == "number":
        return _counted(name, pl.col(name).cast(pl.Float64), field).alias(name)
    if field.type in ("country", "number") or name in ("item", "cleared"):
        return pl.lit(_by_value(name, column, words)).alias(name)
    text = pl.col(name).cast(pl.String).str.strip_chars().replace("", None)
    if column.dtype == pl.Date:
        return _parsed(name, text, column.dtype, words).alias(name)
    table = column.unique().to_frame().select(raw=pl.col(name), value=_parsed(name, text, column.dtype, words))
    if table.height > MOST_DISTINCT:
        return _parsed(name, text, column.dtype, words).alias(name)
    return pl.col(name).replace_strict(table["raw"], table["value"], return_dtype=table["value"].dtype)


def _by_value(name: str, column: pl.Series, words: Vocabulary) -> pl.Series:
    """A column whose texts need more than a pattern, each distinct one read once."""
    raw, field = column.cast(pl.String), words.fields[name]
    distinct = raw.unique().drop_nulls()
    texts = distinct.str.strip_chars().replace("", None)
    if field.type == "number":
        # plain digits, nearly all of a ledger, need no second look
        plain = texts.str.contains(r"^\d+(\.\d{1,2})?$").fill_null(True)
        values = texts.set(~plain, None).cast(pl.Float64)
        slow = [numbers.number(text, field.unit in words.large) for text in texts.filter(~plain)]
        values = values.scatter(plain.not_().arg_true(), pl.Series(slow, dtype=pl.Float64))
        new = pl.select(_counted(name, pl.lit(values), field)).to_series()
    else:
        means = {"item": items.item, "cleared": _reasoned}.get(name, _place)
        new = pl.Series([text and means(text, words.case) for text in texts], dtype=pl.String)
    return raw.replace_strict(distinct, new, default=None, return_dtype=new.dtype)


def _reasoned(text: str, _: Case) -> str | None:
    """A text that clears names, None where a name in it has no reason or names nobody."""
    try:
        return as_text(clearings(text))
    except BadInput:
        return None


def _place(text: str, case: Case) -> str | None:
    """A place's code; the text itself where it could mean several; None where it means none."""
    places = country_codes(case)
    return found(text, case) or (text if not places or could_be(text, case) is not None else None)


def _parsed(name: str, text: pl.Expr, schema: Any, words: Vocabulary) -> pl.Expr:
    field = words.fields[name]
    kind = field.type
    if kind == "flag":
        low = text.str.to_lowercase()
        return pl.when(low.is_in(list(TRUE))).then(True).when(low.is_in(list(FALSE))).then(False)
    if kind == "date":
        written = text.str.extract(r"^(\d{4}-\d{2}-\d{2})(?:[T ]\d.*)?$")
        timed = schema in (pl.Date, pl.Datetime)
        day = pl.col(name).cast(pl.Date) if timed else written.str.to_date("%Y-%m-%d", strict=False)
        return pl.when(day.is_between(words.first, words.last)).then(day)
    if kind == "number":
        return _counted(name, text.cast(pl.Float64, strict=False), field)
    folded = text.str.to_lowercase() if field.folded else text
    spelt = folded.replace(dict(field.spelt)) if field.spelt else folded
    return pl.when(spelt.is_in(field.choices)).then(spelt) if field.choices else spelt


def _counted(name: str, number: pl.Expr, field: Field) -> pl.Expr:
    """A number within its field's bounds, else null."""
    fine = number.is_finite() & (number >= 0) & (number <= field.most)
    if name == "quantity":
        fine = fine & (number == number.floor()) & (number >= 1) & (number <= MOST_UNITS)
    return pl.when(fine).then(number)
