"""Faults of a rulebook that loads without errors: clauses that can never apply, and clauses that contradict each other.

Both are found by trying: thousands of transactions are made from the values that the clauses themselves speak of, on
days on which they are in force, and decided. The same seed makes the same transactions.
"""

import itertools
import random
import re
from collections.abc import Iterator, Sequence

import polars as pl

from premortem.errors import BadInput
from premortem.law.clauses.binding import binds, laid_down
from premortem.law.clauses.candidate_clauses import operative
from premortem.law.clauses.clause import DECIDING, Clause, Rulebook
from premortem.law.clauses.clause_values import QUOTED, days_tested, values_tested
from premortem.law.clauses.conditions import identifiers, parts
from premortem.law.engine import decide
from premortem.law.fields.named_fields import FieldValue
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.row_defaults import complete
from premortem.law.transactions import frame_of

# Transactions made for each clause, and the chance that one of its fields takes a value that the clause speaks of.
TRIES, APT = 400, 0.8
SEED = 7
# A test that a field is not told, or is another than a word: a value that the clause speaks of never meets it.
OTHER = re.compile(r"(\w+) (?:is null|<> '([^']*)')")
# Stages whose clauses bind together, so that one need not be the one that is told.
BINDING = ("define", "requires", "condition", "question")


def unsound(book: Rulebook, only: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """Faults as (clause, what is wrong): clauses that no transaction reaches, pairs that contradict each other; none in a law
    that names no items and places to try.

    With `only`, the clauses to answer for.
    """
    words, probes = book.vocabulary, transfers(book.case).probes
    if not (probes.items and probes.places):
        return []
    clauses = [c for c in operative(book, words.first, words.last) if only is None or c.id in only]
    made = frame_of(list(itertools.chain.from_iterable(_made(c, words) for c in clauses)), book.case)
    if not made.height:
        return []
    answers = decide(made, book)
    return [*_unreached(clauses, made, answers, book), *_contradictions(clauses, made, answers, book)]


def check_sound(book: Rulebook, file: str, only: frozenset[str]) -> list[BadInput]:
    """The same as errors of a policy file, for the clauses that it changes."""
    return [BadInput(file, f"clause.{clause}", why) for clause, why in unsound(book, only)]


def _unreached(
    clauses: Sequence[Clause], made: pl.DataFrame, answers: pl.DataFrame, book: Rulebook
) -> Iterator[tuple[str, str]]:
    """Clauses that decide, classify or ask for a licence for none of the transactions made for them."""
    spoken = {*answers["clause"], *answers["required_by"]}
    for i, c in enumerate(clauses):
        own = answers[i * TRIES : (i + 1) * TRIES]
        if c.id not in spoken and not (c.stage == "classify" and c.then in own[book.vocabulary.classes.field]):
            (applies,) = _applied(made[i * TRIES : (i + 1) * TRIES], own, [c], [binds(c, book.vocabulary)], book)
            if c.stage in BINDING and applies.any():
                continue  # it binds, though a stricter one, or another, is what is told
            first = own.filter(applies.fill_null(False))["clause"].drop_nulls().mode().to_list()[:1]
            ahead = f"; where it might, {first[0]} speaks first" if first else "; its conditions exclude each other"
            yield c.id, f"is reached by none of {TRIES} transactions made to meet it{ahead}"


def _applied(
    made: pl.DataFrame, answers: pl.DataFrame, held: Sequence[Clause], asked: Sequence[pl.Expr], book: Rulebook
) -> list[pl.Series]:
    """Conditions of the held clauses, row by row of the transactions made, with parties on the lists that they ask about;
    `answers` are what was decided of them.
    """
    words, classed = book.vocabulary, book.vocabulary.classes.field
    definitions = [c for c in operative(book, words.first, words.last) if c.stage == "define" and c not in held]
    listed = {name: value for c in held for name, value in _listed(c, words).items()}
    frame = complete(made, book).with_columns(pl.lit(value).alias(name) for name, value in listed.items())
    frame = frame.with_columns(laid_down([*definitions, *held], words))
    frame = frame.with_columns(pl.lit(answers[classed]).alias(classed)) if classed else frame
    return frame.select(e.alias(f"{i}") for i, e in enumerate(asked)).collect().get_columns()


def _listed(clause: Clause, words: Vocabulary) -> dict[str, FieldValue]:
    """What lists say of the parties, as a clause asks it: no list that is shipped holds a name for each."""
    told = transfers(words.case).parties
    policy = [text.strip("'") for name, text in QUOTED.findall(clause.applies) if name == told.policy]
    said = {told.policy: policy[0] if policy and "'" not in policy[0] else told.unread}
    asked = set(identifiers(clause.applies))
    return {name: True for name in words.listed if name in asked} | {k: v for k, v in said.items() if k in asked}


def _contradictions(
    clauses: Sequence[Clause], made: pl.DataFrame, answers: pl.DataFrame, book: Rulebook
) -> Iterator[tuple[str, str]]:
    """Pairs of one stage and one order that both speak to a transaction and say different things."""
    words = book.vocabulary
    rivals = [
        (a, b)
        for a in clauses
        for b in operative(book, words.first, words.last)
        if a.stage == b.stage and a.stage in ("classify", *DECIDING) and a.order == b.order
        if a.id != b.id and (a.then, a.otherwise) != (b.then, b.otherwise)
    ]
    if not rivals:
        return
    held = tuple({c.id: c for pair in rivals for c in pair}.values())
    both = _applied(made, answers, held, [binds(a, words) & binds(b, words) for a, b in rivals], book)
    for (a, b), clash in zip(rivals, both, strict=True):
        if clash.any():
            yield a.id, f"and {b.id} decide the same case differently and both state order {a.order}; give one another"


def _made(clause: Clause, words: Vocabulary) -> Iterator[dict[str, FieldValue]]:
    """Transactions made to meet a clause: its own words and numbers, and places and chips of every kind."""
    dice = random.Random(f"{SEED} {clause.id}")
    apt, days, probes = values_tested(clause, words), days_tested(clause, words), transfers(words.case).probes
    barred = {match[1]: [match[2]] for test in parts(clause.applies) if (match := OTHER.fullmatch(test))}
    apt = {name: values for name, values in apt.items() if barred.get(name) not in ([None], values)}
    places = [name for name in words.countries if words.fields[name].given]
    for _ in range(TRIES):
        row: dict[str, FieldValue] = {
            **probes.facts,
            "quantity": float(dice.choice((1, 100, 2000))),
            "date": dice.choice(days),
        }
        row |= {name: dice.choice(probes.places) for name in places if name == "destination" or dice.random() < 0.3}
        row["item"] = dice.choice(probes.items)
        row |= {name: dice.choice(values) for name, values in apt.items() if dice.random() < APT}
        if "kind" in row:
            kind = row.pop("kind")
            row["item"] = dice.choice(probes.items) if kind == transfers(words.case).items.usual else kind
        yield row
