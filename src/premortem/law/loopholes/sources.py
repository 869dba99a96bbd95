"""Transactions from which the search sets out: made of the words, numbers and days of the clauses, so that each clause, an edited
one too, is come to.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from premortem.law.book import Book
from premortem.law.clauses.candidate_clauses import operative
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.clause_values import days_tested, values_tested
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.tested_values import Tested
from premortem.law.fields import items
from premortem.law.fields.named_fields import FieldValue
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.loopholes.substance import Substance
from premortem.law.parties import lists as party_lists
from premortem.law.transactions import frame_of

SEED = 11
# Transactions made for each clause in a round, so many times more of one that the policy changes or adds.
TRIES, OFTEN = 24, 12
# The chance that a field which the clause tests is told, that it is told to miss, and that a quantity is one that it tests: an
# order may be far larger than a line on it.
APT, OTHER, SMALL = 0.8, 0.25, 0.5
# The chance that a place, a fact, or what went before is told though the clause does not ask for it.
TOLD = 0.15
# Column of the clause for which a transaction was made.
MADE_FOR = "_for"


def sources(book: Book, told: Substance, spoken: Mapping[str, Sequence[Any]], turn: int) -> pl.DataFrame:
    """A frame of transactions for a round, the same for the same book and number; `spoken` are texts worth trying by field."""
    words = book.vocabulary
    clauses = operative(book, words.first, words.last)
    made = {c.id: [*_made(c, book, told, spoken, turn)] for c in clauses}
    frame = frame_of([row for rows in made.values() for row in rows], book.case)
    return frame.with_columns(pl.Series(MADE_FOR, [clause for clause, rows in made.items() for _ in rows]))


def _made(
    clause: Clause, book: Book, told: Substance, spoken: Mapping[str, Sequence[Any]], turn: int
) -> Iterator[dict[str, FieldValue]]:
    """Transactions made to meet a clause, or to miss it by a word."""
    words, dice = book.vocabulary, random.Random(f"{SEED} {turn} {clause.id}")
    days, before, listed = _days(clause, words), _before(book), _listed(clause, book)
    own = clause.total.start if clause.total else ""
    apt = {name: [_typed(v, name, words) for v in values] for name, values in values_tested(clause, words).items()}
    apt = {name: [*spoken[name]] for name in _places_behind(clause, words)} | apt
    worked_out = Tested(
        [clause], words
    ).whole  # compared with what other fields come to: its own numbers say nothing of it
    apt |= {name: [*told.tried[name]] for name in apt if name in told.tried and name in worked_out}
    for _ in range(TRIES * (OFTEN if clause.id in book.edited else 1)):
        row: dict[str, FieldValue] = {words.asked or "date": dice.choice(days)}
        if "item" in words.given:
            row |= _shipped(dice, words, told)
        row |= {name: dice.choice(v) for name, v in told.tried.items() if dice.random() < APT}
        row |= {name: dice.choice(v) for name, v in before.items() if dice.random() < (APT if name == own else TOLD)}
        for name, values in apt.items():
            if dice.random() < (SMALL if name == "quantity" else APT):
                missed = spoken.get(name) if dice.random() < OTHER else None
                row[name] = _typed(dice.choice(missed), name, words) if missed else dice.choice(values)
        row |= dice.choice(listed) if listed else {}
        yield _of_an_item(row, dice, words) if "item" in words.given else row


def _places_behind(clause: Clause, words: Vocabulary) -> Iterator[str]:
    """Places of which what a clause tests is worked out, such as seats of the parties."""
    for name in identifiers(f"{clause.applies} {clause.within}"):
        behind = words.fields[name].of if name in words.fields else ()
        yield from (field for field in behind if words.fields[field].type == "country")


def _typed(value: Any, name: str, words: Vocabulary) -> Any:
    """A word of a clause as its field holds it."""
    kind = words.fields[name].type if name in words.fields else ""
    return (
        date.fromisoformat(value) if kind == "date" and isinstance(value, str) else [value] if kind == "set" else value
    )


def _shipped(dice: random.Random, words: Vocabulary, told: Substance) -> dict[str, FieldValue]:
    """An item, how many, and where to."""
    probes = transfers(words.case).probes
    places = [name for name in words.countries if name == "destination" or name not in told.kept]
    row: dict[str, FieldValue] = {
        "quantity": dice.choice((told.units, told.units, told.units / 10)),
        "item": dice.choice(probes.items or words.kinds),
    }
    row |= {
        name: dice.choice(probes.places)
        for name in places
        if name in words.given and probes.places and (name == "destination" or dice.random() < TOLD)
    }
    return row | {name: value for name, value in probes.facts.items() if dice.random() < TOLD}


def _of_an_item(row: dict[str, FieldValue], dice: random.Random, words: Vocabulary) -> dict[str, FieldValue]:
    """The row with an item of its kind; one whose numbers are told is none of the catalogue, of which nobody may say otherwise."""
    of = transfers(words.case)
    kind = row.pop("kind", None)
    if kind:
        row["item"] = dice.choice(of.probes.items) if kind == of.items.usual and of.probes.items else kind
    if {*of.items.columns} & {*row} and row["item"] not in words.kinds:
        row["item"] = of.items.usual
    if row["item"] in {*words.kinds} - {*of.items.computing}:
        row["quantity"] = 1.0  # units are those of things that are counted by a measure
    return row


def _days(clause: Clause, words: Vocabulary) -> list[date]:
    """Days on which a clause is tried: also the last of the first year of a yearly total, not the last for which rules are held."""
    days = [day for day in days_tested(clause, words) if day != words.last]
    if clause.total and clause.total.window == "year" and days:
        days.append(min(date(days[0].year, 12, 31), clause.ends or words.last))
    return days or [words.last]


def _before(book: Book) -> dict[str, list[float]]:
    """What went before a transaction, as the totals of the book count it: their limits, and a little less."""
    found: dict[str, list[float]] = {}
    for c in book.clauses:
        if c.total and c.begins:
            limits = [d.value for key in c.numbers if key in identifiers(c.within) for d in c.numbers[key]]
            found.setdefault(c.total.start, []).extend(v * share for v in limits for share in (1.0, 0.95))
    return found


def _listed(clause: Clause, book: Book) -> list[dict[str, str]]:
    """A named, listed party for a clause that asks about one: no list is a field that anybody gives."""
    flags = transfers(book.case).parties
    asked = {*identifiers(clause.applies)}
    lists = {name for name, flag in flags.lists.items() if flag in asked}
    notes = {note for flag, note in flags.footnotes.items() if flag in asked}
    if not (lists or notes) or not items.catalogued(book.case):
        return []
    rows = (r for r in party_lists.index(book.case).rows if r.list in lists or (r.footnote and r.footnote in notes))
    return [{"consignee": row.name} for row, _ in zip(rows, range(3), strict=False)]
