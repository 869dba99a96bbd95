"""What a law says whose answers are of several kinds at once: a status, duties, a time, powers.

A case has such a law where its vocabulary names `[answers.KIND]`. Clauses of the stage `define` set flags in their order, and
they and clauses of the stage `answer` speak with what they `gives`. A test on a field that is missing is neither met nor
unmet: where an answer hangs on it, it says which field it needs. A field whose value means that it is not settled is answered
under each other reading: where readings of one answer differ it is the outcome marked `open`, and of several what all share.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import product

import polars as pl

from premortem.errors import each
from premortem.law.book import Book
from premortem.law.clauses.binding import figures
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import condition, identifiers
from premortem.law.field_values import typed
from premortem.law.fields.named_fields import Fields, FieldValue, day_of, flag_of
from premortem.law.fields.vocabulary import NEEDS, TYPES, Field, Vocabulary
from premortem.text.result import Shown

Said = str | tuple[str, ...]
_TOLD_OF_NULL = re.compile(r"(\w+) is (?:not )?null")


@dataclass(frozen=True, repr=False)
class Answer(Shown):
    """What is said of one question: by kind one outcome or several, which clause says each, and what is needed to say more."""

    outcomes: Mapping[str, Said]
    by: Mapping[str, str]  # clause by outcome; none for an outcome that holds where no clause speaks
    needs: tuple[str, ...] = ()
    # what an outcome works out to, in its unit; None where that hangs on a field
    amounts: Mapping[str, float | None] = field(default_factory=dict)
    flags: Mapping[str, bool | None] = field(default_factory=dict)
    met: Mapping[str, bool | None] = field(
        default_factory=dict
    )  # by clause: whether it applies, None where it hangs on a field


def parse(given: Fields, words: Vocabulary) -> dict[str, FieldValue]:
    """A question's fields from texts or values, typed; an empty one is missing. Raises `BadInput`, every fault at once."""
    told = {name: value for name, value in given.items() if value not in (None, "")}
    return dict(zip(told, each(lambda name: typed(name, told[name], words, "question"), told), strict=True))


def complete(row: Fields, words: Vocabulary) -> dict[str, FieldValue]:
    """Every field that may be given: what is missing stands at its default, at that of a field like it, or is None."""
    full = {name: row.get(name, _default(words.fields[name])) for name in words.given}
    like = {name: f.like for name, f in words.fields.items() if f.like}
    return full | {name: full[other] for name, other in like.items() if full[name] is None}


def answers(rows: Sequence[Fields], book: Book) -> list[Answer]:
    """Answers to complete questions, in their order; a value that is not settled is taken as it stands."""
    words = book.vocabulary
    speaking = [c for c in book.clauses if c.stage in ("define", "answer")]
    worked = _worked(_frame(rows, words), speaking, words).to_dicts()
    says = {
        kind: [(c, given) for c in speaking if (given := [o for o in c.gives if words.outcomes[o].kind == kind])]
        for kind in words.answers
    }
    return [_Row(row, speaking, says, words).answer() for row in worked]


def readings(row: Fields, words: Vocabulary) -> list[dict[str, FieldValue]]:
    """The ways in which the unsettled fields of a complete question can be read: each as fields and values; `[{}]` for none."""
    unsettled = {n: f for n, f in words.fields.items() if f.open and row.get(n) in f.open}
    ways = [[(name, value) for value in f.choices if value not in f.open] for name, f in unsettled.items()]
    return [dict(way) for way in product(*ways)]


def merged_answers(rows: Sequence[Fields], book: Book) -> list[Answer]:
    """The answer to each complete question, with what the readings of what is not settled have in common."""
    ways = [readings(row, book.vocabulary) for row in rows]
    found = iter(answers([{**row, **way} for row, each in zip(rows, ways, strict=True) for way in each], book))
    return [merged([next(found) for _ in each], book.vocabulary) for each in ways]


def merged(found: Sequence[Answer], words: Vocabulary) -> Answer:
    """What answers under several readings have in common: see the head of this module."""
    if len(found) == 1:
        return found[0]
    outcomes: dict[str, Said] = {}
    for kind in words.answers:
        said = [answer.outcomes[kind] for answer in found]
        if isinstance(said[0], tuple):
            outcomes[kind] = tuple(o for o in said[0] if all(o in other for other in said))
        else:
            outcomes[kind] = said[0] if len({*said}) == 1 else words.unsettled
    shared = [dict(answer.by) for answer in found]
    by = {o: clause for o, clause in shared[0].items() if all(other.get(o) == clause for other in shared)}
    needs = tuple(dict.fromkeys(n for answer in found for n in answer.needs))
    return Answer(outcomes, by, needs, found[0].amounts, found[0].flags, found[0].met)


def _default(told: Field) -> FieldValue:
    if told.today:
        return date.today()
    return (str(told.default),) if told.type == "set" and told.default is not None else told.default


def _frame(rows: Sequence[Fields], words: Vocabulary) -> pl.DataFrame:
    """Complete questions as a typed frame, with `date`, the day asked about, and every flag down."""
    schema = {name: TYPES[words.fields[name].type] for name in words.given}
    held = [{k: [*v] if isinstance(v, tuple) else v for k, v in row.items()} for row in rows]
    frame = pl.DataFrame(held, schema=schema)
    return frame.with_columns(pl.lit(False).alias(flag) for flag in words.defined).with_columns(
        date=pl.col(words.asked)
    )


def _worked(frame: pl.DataFrame, clauses: Sequence[Clause], words: Vocabulary) -> pl.DataFrame:
    """The frame with a column a clause, whether it applies, and one an amount; clauses that define go first, each on what the
    ones before it set.
    """
    for c in (c for c in clauses if c.stage == "define"):
        holds = _in_force(c) & _applies(c, words)
        frame = frame.with_columns(_applies(c, words).alias(c.id), (pl.col(c.then) | holds).alias(c.then))
    last = [_applies(c, words).alias(c.id) for c in clauses if c.stage == "answer"]
    return frame.with_columns(*last, *(_amount(c, words) for c in clauses if c.amount))


def _applies(c: Clause, words: Vocabulary) -> pl.Expr:
    """Whether a clause applies; not on a day for which one of its numbers says nothing."""
    own = figures(c)
    said = [own[key].is_not_null() for key in own if key in identifiers(c.applies)]
    return pl.all_horizontal(condition(c.applies, own, words), *said)


def _in_force(c: Clause) -> pl.Expr:
    return pl.col("date").is_between(c.begins, c.ends or date.max) if c.begins else pl.lit(False)


def _amount(c: Clause, words: Vocabulary) -> pl.Expr:
    worth = [condition(text, figures(c), words) for text in c.amount]
    return pl.max_horizontal(*worth).alias(f"amount.{c.id}")


@dataclass(frozen=True)
class _Row:
    """One worked row, and what its clauses say."""

    row: Fields
    clauses: Sequence[Clause]
    # by kind of answer: its clauses, each with the outcomes that it gives
    says: Mapping[str, Sequence[tuple[Clause, Sequence[str]]]]
    words: Vocabulary

    def answer(self) -> Answer:
        outcomes: dict[str, Said] = {}
        by: dict[str, str] = {}
        needs: list[str] = []
        for kind in self.words.answers:
            said, missing = self._kind(kind)
            needs += missing
            by |= {o: c.id for o, c in said.items() if c}
            several = tuple(o for o in self.words.outcomes if o in said)
            asks = f"{NEEDS}{missing[0]}" if missing else ""
            if self.words.answers[kind].combine == "all":
                # nothing said is not nothing to do, where what the kind hangs on is not known
                outcomes[kind] = several or ((asks,) if asks else ())
            else:
                outcomes[kind] = next(iter(said), asks)
        amounts = {
            o: self._amount(c) for o, c in by.items() if f"amount.{c}" in self.row and self.words.outcomes[o].unit
        }
        flags = {name: flag_of(self.row, name) for name in self.words.defined}
        return Answer(outcomes, by, tuple(dict.fromkeys(needs)), amounts, flags, self._met)

    def _amount(self, clause: str) -> float | None:
        amount = self.row[f"amount.{clause}"]
        assert amount is None or isinstance(amount, int | float)
        return amount

    def _kind(self, name: str) -> tuple[dict[str, Clause | None], list[str]]:
        """Outcomes of a kind with the clause that says each, and fields that are needed to say more."""
        kind = self.words.answers[name]
        reached = self.row[kind.where] if kind.where else True
        if reached is False:
            return {}, []
        said: dict[str, Clause | None] = {}
        # where that is not known, what else its clauses hang on is asked for too, after what decides it
        needs = [*self._missing_of(kind.where)] if reached is None else []
        for c, given in self.says[name]:
            met = self._met.get(c.id, False)
            if met is None:
                needs += self._missing(c)
            elif met and reached:
                said |= {o: c for o in given if o not in said}
            if kind.combine == "first" and met is not False:
                break
        if not said and not needs and kind.otherwise:
            said[kind.otherwise] = None
        return said, needs

    @cached_property
    def _met(self) -> dict[str, bool | None]:
        """By clause in force: whether it applies, None where that hangs on a field."""
        return {c.id: flag_of(self.row, c.id) for c in self.clauses if c.in_force(day_of(self.row))}

    def _missing(self, c: Clause) -> Iterator[str]:
        """Fields on which a clause hangs that nobody gave."""
        told_of = {*_TOLD_OF_NULL.findall(c.applies)}
        for name in dict.fromkeys(identifiers(c.applies)):
            if name in c.numbers or name in told_of or self.row[name] is not None:
                continue
            yield from self._missing_of(name) if name in self.words.defined else (self.words.fields[name].like or name,)

    def _missing_of(self, flag: str) -> Iterator[str]:
        """Fields on which a flag hangs."""
        for c in self.clauses:
            if c.stage == "define" and c.then == flag and self._met.get(c.id, False) is None:
                yield from self._missing(c)
