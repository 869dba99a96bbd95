"""Turns a user's own table into a ledger: headings are matched, days and numbers read, and rows without a transaction set apart.

Nothing is guessed: what could be read two ways is asked, with the option that answers it, or leaves its row rejected.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import cast

import polars as pl

from premortem.errors import BadInput, call_all, nearest, raise_all
from premortem.law.field_values import FALSE, TRUE
from premortem.law.fields import items, numbers
from premortem.law.fields.days import Order
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger import field_guesses, files
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.day_columns import day_columns, with_days
from premortem.law.ledger.headers import Raw
from premortem.law.ledger.matching import Headings, Match, bears, match, to_be_asked
from premortem.law.ledger.rows import SHOWN, set_apart
from premortem.law.ledger.summary import LeftOut, Reading

# Distinct values by which it is seen whether a column holds items, or a field's choices.
LOOKED_AT = 500
# What may follow a count: it says that units are counted.
COUNTED = re.compile(r"(?i)([\d.,' \u00a0]*\d)\s*(?:pcs?|pieces?|ea|each|units?|nos?|sets?|stk|st)\.?")


@dataclass(frozen=True)
class Convention:
    """How a desk writes its tables: what a profile keeps."""

    columns: Mapping[str, str] = field(default_factory=dict)  # the field of a heading, "" to leave it unread
    sheet: str = ""
    dates: Order | None = None
    decimal: numbers.Decimal | None = None
    profile: str = ""  # the name under which it is kept
    old: frozenset[str] = field(default=frozenset(), compare=False)  # headings of which a profile alone tells

    def over(self, kept: "Convention") -> "Convention":
        """This one, with what a kept one says where this one says nothing."""
        return Convention(
            {**kept.columns, **self.columns}, self.sheet or kept.sheet, self.dates or kept.dates,
            self.decimal or kept.decimal, self.profile or kept.profile, frozenset(kept.columns.keys() - self.columns.keys()),
        )  # fmt: skip


# Of a table of which nothing was told.
AS_IT_IS = Convention()


@dataclass(frozen=True)
class Taken:
    """A table under fields' names, and what was made of the one that it is from."""

    frame: pl.DataFrame
    mapping: dict[str, str]  # fields by heading
    unread: list[str]
    left_out: list[LeftOut]  # rows that are no shipments: their row in the file, why, and what they hold
    notes: list[str]
    lines: pl.Series | None  # row of the file of each row, where it is known
    convention: Convention  # what was asked and found

    def told(self) -> Reading:
        """What the summary of a ledger says of it."""
        return {"mapping": self.mapping, "unread": self.unread, "left_out": self.left_out, "notes": self.notes}


def take(path: Path, words: Vocabulary, how: Convention = AS_IT_IS) -> Taken:
    """A file's table, ready to be decided. Raises `BadInput`, all at once, for what must be asked or cannot be read."""
    raw = _raw(path, words, how)
    held = raw.frame.drop(MISSHAPEN, strict=False)
    told, lost = _told(held.columns, how, path.name)
    matched, doubts = match(_headings(held, raw, told, how, path.name, words), words)
    doubts = [*lost, *doubts, *_not_choices(held, matched, path.name, words)]
    if doubts:  # what else would be asked once these are answered is told with them
        call_all(
            partial(raise_all, doubts),
            partial(field_guesses.rename_columns, held, _to_rename(matched), path.name, words),
            partial(with_days, day_columns(held, matched, words), how.dates, raw, matched, path.name, words),
        )
    frame = field_guesses.rename_columns(raw.frame, _to_rename(matched), path.name, words)
    frame, left_out = set_apart(
        _unmerged(frame, raw, words).with_row_index("_line", offset=raw.first),
        {f: h for h, f in matched.mapping.items()},
        words,
    )
    above: list[LeftOut] = [{"row": row, "why": "above the headings", "text": text[:SHOWN]} for row, text in raw.above]
    left_out = above + left_out
    frame = frame.drop([f"_{h}" for h in held.columns if _empty_and_bare(h, held)], strict=False)
    frame, order = with_days(frame, how.dates, raw, matched, path.name, words)
    frame = _with_numbers(frame, how.decimal, matched, words)
    lines = frame["_line"] if raw.sheet or raw.first > 2 or left_out else None
    mapping = {h: f for h, f in matched.mapping.items() if f != h}
    unread = [h for h in matched.unread if not h.startswith("_") and not _empty_and_bare(h, held)]
    used = replace(how, columns=dict(matched.fields) if matched.guessed or told else {}, dates=order)
    return Taken(frame.drop("_line"), mapping, unread, left_out, [*raw.notes], lines, used)


def look(path: Path, words: Vocabulary, how: Convention = AS_IT_IS) -> tuple[pl.DataFrame, Match, dict[str, str]]:
    """A file's table as it stands, what each column is taken for, and, by heading, what must be asked of it first.

    Raises `BadInput` for what cannot be read, and for a profile that no longer fits.
    """
    raw = _raw(path, words, how)
    held = raw.frame.drop(MISSHAPEN, strict=False)
    told, lost = _told(held.columns, how, path.name)
    raise_all(lost)
    found, doubts = to_be_asked(_headings(held, raw, told, how, path.name, words), words)
    doubts += _not_choices(held, found, path.name, words)
    asks = {h: e.what for e in doubts for h in held.columns if h == e.key or (e.key in raw.doubles and bears(h, e.key))}
    return held, found, asks


def _raw(path: Path, words: Vocabulary, how: Convention) -> Raw:
    wanted = {field_guesses.fold_heading(heading) for heading in how.columns}
    sheet = "" if how.profile and path.suffix.lower() not in files.WORKBOOKS else how.sheet
    return files.read_raw(
        path,
        lambda heading: field_guesses.known(heading, words) or field_guesses.fold_heading(heading) in wanted,
        sheet,
    )


def _told(headings: list[str], how: Convention, file: str) -> tuple[dict[str, str], list[BadInput]]:
    """The fields that were told, under the headings as they stand, and faults of headings that are not there.

    Raises `BadInput` for a profile that no longer fits.
    """
    folded = {field_guesses.fold_heading(h): h for h in headings}
    found = {c: c if c in headings else folded.get(field_guesses.fold_heading(c), "") for c in how.columns}
    lost = [c for c, h in found.items() if not h and (how.columns[c] or not how.profile)]
    if lost and how.profile:
        allowed = f"the headings that it was kept for, or --map anew without --profile {how.profile}"
        what = f"profile {how.profile} no longer fits: no such column"
        raise BadInput(file, lost[0], what, got=lost[0], allowed=allowed, hint=nearest(lost[0], headings))
    faults = [BadInput(file, c, "no such column", got=c, allowed=", ".join(headings[:12]), hint=nearest(c, headings)) for c in lost]  # fmt: skip
    return {h: how.columns[c] for c, h in found.items() if h}, faults


def _headings(
    held: pl.DataFrame, raw: Raw, told: Mapping[str, str], how: Convention, file: str, words: Vocabulary
) -> Headings:
    return Headings(held.columns, raw.doubles, told, lambda h: _known_items(held[h], words), file, _kept(told, how))


def _kept(told: Mapping[str, str], how: Convention) -> set[str]:
    """Of the headings that were told those of which a profile alone tells."""
    old = {field_guesses.fold_heading(heading) for heading in how.old}
    return {heading for heading in told if field_guesses.fold_heading(heading) in old}


def _to_rename(matched: Match) -> dict[str, str]:
    """What is renamed: fields that bear their own name, and columns that begin with `_`, stay."""
    return {h: f for h, f in matched.fields.items() if f != h and not (h.startswith("_") and not f)}


def _empty_and_bare(heading: str, held: pl.DataFrame) -> bool:
    """Whether a column has neither a heading nor a value."""
    return heading.startswith("column ") and held[heading].null_count() == held.height


def _known_items(column: pl.Series, words: Vocabulary) -> float:
    """The share of a column's distinct values that are known items."""
    distinct = column.cast(pl.String).drop_nulls().unique(maintain_order=True).head(LOOKED_AT)
    known = [items.is_known(items.item(text.strip(), words.case), words.case) for text in distinct]
    return sum(known) / len(known) if known else 0.0


def _not_choices(held: pl.DataFrame, matched: Match, file: str, words: Vocabulary) -> list[BadInput]:
    """Columns whose heading is a field's of a few values, none of which they hold: an order's status is no user's."""
    errors = []
    for heading in matched.guessed - {*words.given}:
        told = words.fields.get(matched.fields[heading])
        if told is None or not (told.choices or told.type == "flag"):
            continue
        allowed = {*told.choices, *told.spelt} if told.choices else TRUE | FALSE
        distinct = held[heading].cast(pl.String).str.strip_chars().drop_nulls().unique(maintain_order=True)
        seen = [text for text in distinct.head(LOOKED_AT) if text]
        if seen and not any(text.lower() in allowed for text in seen):
            field = matched.fields[heading]
            what = f"may be {field}, of whose values it holds none: {seen[0][:60]}"
            ways = f'{", ".join(told.choices[:14]) or "yes or no"}; --map "{heading}=" leaves it unread'
            ways += ", and no row that fills it a plain yes" if field == transfers(words.case).unread.use_field else ""
            errors.append(BadInput(file, heading, what, got=seen[0][:60], allowed=ways))
    return errors


def _unmerged(frame: pl.DataFrame, raw: Raw, words: Vocabulary) -> pl.DataFrame:
    """The table with what stands in one cell over several rows in each of them; a number there leaves its rows rejected."""
    why = frame[MISSHAPEN].to_list() if MISSHAPEN in frame.columns else [None] * frame.height
    above = raw.first - 1
    for top, column, bottom, _ in raw.merged:
        first, last = max(top - above, 0), min(bottom - above, frame.height - 1)
        if bottom <= top or last <= first or top < above or column >= frame.width:
            continue
        name = frame.columns[column]
        if name in words.fields and words.fields[name].type == "number":
            said = f"{name} is one cell over rows {top + 1} to {bottom + 1}: give each row its own"
            why[first : last + 1] = [said] * (last + 1 - first)
        else:
            rows = pl.int_range(first, last + 1, eager=True)
            frame = frame.with_columns(frame[name].scatter(rows, frame[name][first]))
    return frame.with_columns(pl.Series(MISSHAPEN, why, pl.String)) if any(why) else frame


def _with_numbers(
    frame: pl.DataFrame, decimal: numbers.Decimal | None, matched: Match, words: Vocabulary
) -> pl.DataFrame:
    """The table with the numbers that a told decimal mark settles written plainly, and counts without the word for units."""
    if not decimal and all(h == f for h, f in matched.mapping.items()):  # a table of ours says its numbers plainly
        return frame
    for name in (c for c in frame.columns if c in words.fields and words.fields[c].type == "number"):
        if frame[name].dtype != pl.String:
            continue
        texts = frame[name].drop_nulls().unique()
        plain = {text: new for text in texts if (new := _plainly(text, name, decimal, words)) != text}
        frame = frame.with_columns(pl.col(name).replace(plain)) if plain else frame
    return frame


def _plainly(text: str, name: str, decimal: numbers.Decimal | None, words: Vocabulary) -> str:
    counted = COUNTED.fullmatch(text.strip()) if name == "quantity" else None
    told = counted[1].strip() if counted else text
    if not decimal:
        return told
    value = numbers.number(told, words.fields[name].unit in words.large, decimal)
    return told if value is None else f"{value:.15g}"


def convention(
    columns: Sequence[str],
    sheet: str | None,
    dates: str | None,
    decimal: str | None,
    profile: str | None,
    kept: Convention | None,
) -> Convention:
    """How a table is written, from the options of the command line over what was kept. Raises `BadInput`, all at once."""
    errors, told = [], {}
    for text in columns:
        heading, equals, field = text.rpartition("=")
        if not equals or not heading.strip():
            errors.append(BadInput("command line", "--map", "is no COLUMN=FIELD", got=text, allowed='"Ship-To Country=destination"'))  # fmt: skip
        told[heading.strip()] = field.strip()
    for option, value, allowed in (("--dates", dates, ("DMY", "MDY")), ("--decimal", decimal, ("point", "comma"))):
        if value is not None and value not in allowed:
            errors.append(BadInput("command line", option, "no such convention", got=value, allowed=" or ".join(allowed)))  # fmt: skip
    raise_all(errors)
    given = Convention(told, sheet or "", cast(Order | None, dates), cast(numbers.Decimal | None, decimal), profile or "")  # fmt: skip
    return given.over(kept) if kept else given
