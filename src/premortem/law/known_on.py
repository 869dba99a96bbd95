"""The law as it was known on a day: a rulebook without what became public later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from premortem.law import book as rules
from premortem.law.book import Book
from premortem.law.clauses.clause import Clause, Dated
from premortem.law.clauses.policy import Effort, Policy, Strength
from premortem.law.fields.places import last_move
from premortem.text.numbers import day_in_words

Begun = TypeVar("Begun", Effort, Strength)


def known_by(book: Book, day: date) -> Book:
    """The book without clauses, ends and numbers of clauses that became public after a day, and without efforts, moves of tiers and moves
    of places between groups that began after it: of these nobody wrote down when they were first known. Itself where nothing came later.
    """
    policy = _policy(book.policy, day)
    written = book if policy == book.policy else rules.overlay(policy, "", replace(book.case, known_by=None))
    known = tuple(_clause(c, day) for c in written.clauses if (c.announced or c.published) <= day)
    moved = last_move(book.case)
    nothing_came = policy == book.policy and known == book.clauses and (moved is None or moved <= day)
    if nothing_came and (book.case.known_by or day) <= day:  # what was cut by a later day says that day
        return book
    says = f"What had become of the law by {day_in_words(day)}, as far as it was published then."
    return Book(policy.model_copy(update={"says": says}), known, replace(book.case, known_by=day))


def _policy(policy: Policy, day: date) -> Policy:
    """What of a policy was public: ends of clauses that it sets by their own day."""
    return policy.model_copy(
        update={
            "clause": {k: change for k, change in policy.clause.items() if change.get("ends_published", day) <= day},
            "tier": tuple(move for move in policy.tier if move.start <= day),
            "instrument": {name: begun for name, steps in policy.instrument.items() if (begun := _begun(steps, day))},
            "strength": {name: held for name, steps in policy.strength.items() if (held := _begun(steps, day))},
        }
    )


def _begun(steps: Sequence[Begun], day: date) -> tuple[Begun, ...]:
    return tuple(step for step in steps if step.start <= day)


def _clause(clause: Clause, day: date) -> Clause:
    numbers = {key: _numbers(dated, day) for key, dated in clause.numbers.items()}
    later = {"ends": None} if clause.ends_published and clause.ends_published > day else {}
    if numbers == clause.numbers and not later:
        return clause
    return clause.model_copy(update={"numbers": numbers, **later})


def _numbers(dated: tuple[Dated, ...], day: date) -> tuple[Dated, ...]:
    """Values of a number that were public; the last of them stands for good where one that took its place was not."""
    known = tuple(d for d in dated if d.published is None or d.published <= day)
    if len(known) == len(dated):
        return dated
    return (*known[:-1], known[-1].model_copy(update={"end": None}))
