"""Controls: a slider with its number field, its usual value, its ends and its unit; made here, drawn by one macro."""

from dataclasses import dataclass
from datetime import date

from premortem.app import clause_dates, labels
from premortem.app.view_state import STRENGTH, State, ends, legal_value
from premortem.ensemble.priors import Prior
from premortem.law.book import Book
from premortem.law.clauses.clause import Clause
from premortem.law.fields.number_names import number_names
from premortem.propositions.assumption import Assumption
from premortem.study import Study
from premortem.text import units
from premortem.text.numbers import capital

# Steps of a slider, and how far beyond its legal value a clause number can be dragged (it can be typed further).
STEPS, STRENGTH_STEPS, TIMES = 100, 20, 4


@dataclass(frozen=True)
class Control:
    """One number that a person may move."""

    key: str
    label: str
    value: float
    usual: float
    low: float
    high: float
    step: float
    unit: str
    note: str = ""

    @property
    def changed(self) -> bool:
        """Whether it stands elsewhere than usual."""
        return self.value != self.usual

    @property
    def said(self) -> str:
        """Its value in words."""
        return units.quantity(self.value, self.unit)

    @property
    def beside(self) -> str:
        """What stands beside its number field."""
        return labels.side_label(self.value, self.unit)

    @property
    def usual_said(self) -> str:
        """Its usual value in words."""
        return units.quantity(self.usual, self.unit)


@dataclass(frozen=True)
class Span:
    """The first day on which a clause is in force, and its last, each of which a person may move; None where no day is set."""

    key: str
    complies: date | None
    ends: date | None
    usual_complies: date | None
    usual_ends: date | None
    low: date
    high: date

    @property
    def changed(self) -> bool:
        """Whether either stands elsewhere than usual."""
        return (self.complies, self.ends) != (self.usual_complies, self.usual_ends)


def clause_number(book: Book, clause: str, key: str, state: State) -> Control:
    """A clause number from 0 to four times its legal value, or to 1 for a share."""
    legal, unit = book.number(clause, key), book.by_id[clause].numbers[key][0].unit
    high = 1.0 if unit == "share" else (legal or 1.0) * TIMES
    name = f"{clause}.{key}"
    said = number_names(book.case).get((clause, key), capital(key.replace("_", " ")))
    return Control(f"l.{name}", said, dict(state.levers).get(name, legal), legal, 0.0, high, high / STEPS, unit)


def strength(book: Book, name: str, state: State) -> Control:
    """The strength of an instrument, between its ends."""
    key = f"{STRENGTH}.{name}"
    usual, told = legal_value(book, key), book.vocabulary.instruments[name]
    return Control(
        f"l.{key}",
        capital(told.says),
        dict(state.levers).get(key, usual),
        usual,
        told.low,
        told.high,
        (told.high - told.low) / STRENGTH_STEPS,
        "strength",
        told.ends,  # without ends its name alone says what it is
    )


def thresholds(a: Assumption, state: State) -> list[Control]:
    """The thresholds of an assumption's conditions, within the range that a reader may try."""
    held = dict(state.thresholds)
    return [
        Control(
            f"t.{a.id}.{c.id}", capital(c.says), held.get(f"{a.id}.{c.id}", c.limit.value), c.limit.value,
            c.limit.low, c.limit.high, (c.limit.high - c.limit.low) / STEPS, c.limit.unit, c.limit.basis,
        )
        for c in a.condition
    ]  # fmt: skip


@dataclass(frozen=True)
class Belief:
    """A range that a person may narrow: the row of the prior, its ends, what is believed, and a slider's step."""

    row: Prior
    low: float
    high: float
    first: float
    last: float
    step: float
    changed: bool

    @property
    def key(self) -> str:
        """Its key in an address."""
        return f"p.{self.row.name}"


@dataclass(frozen=True)
class ClauseControls:
    """A clause with a control for each of its numbers, its days, and whether it binds."""

    clause: Clause
    controls: tuple[Control, ...]
    span: Span
    binds: bool


@dataclass(frozen=True)
class InstrumentControls:
    """The clauses of an instrument, and the days that move all of them."""

    instrument: str
    title: str
    clauses: tuple[ClauseControls, ...]
    span: Span


@dataclass(frozen=True)
class StrengthControl:
    """What no clause says, with why the policy sets it so."""

    control: Control
    why: str


def belief(study: Study, name: str, state: State) -> Belief:
    """A range: ends of the prior, what is believed, and what the table says of it."""
    row = study.priors[name]
    low, high = ends(study, name)
    held = {k: (a, b) for k, a, b in state.beliefs}.get(name, (low, high))
    changed = any(key == name for key, *_ in state.beliefs)
    return Belief(row, low, high, *held, (high - low) / STEPS, changed)


def span(book: Book, yours: Book, subject: str) -> Span:
    """The days of a clause, or of all of an instrument, in the policy's book and in yours."""
    low, high = clause_dates.ends(book, clause_dates.clauses_named(book, subject))
    complies, last = (f"{subject}.{kind}" for kind in clause_dates.KINDS)
    return Span(
        f"d.{subject}", clause_dates.stands(yours, complies), clause_dates.stands(yours, last),
        clause_dates.stands(book, complies), clause_dates.stands(book, last), low, high,
    )  # fmt: skip


def instruments(book: Book, state: State) -> list[InstrumentControls]:
    """Clauses by instrument: what each says, whether it binds, its days, and a control for each number."""
    groups: dict[str, list[ClauseControls]] = {}
    yours = clause_dates.book_with_dates(book, state.days)
    for c in book.clauses:
        numbers = tuple(clause_number(book, c.id, k, state) for k in c.numbers)
        binds = yours.in_force(c.id, book.case.settings.binding)
        groups.setdefault(c.instrument, []).append(ClauseControls(c, numbers, span(book, yours, c.id), binds))
    order = sorted(groups, key=lambda g: (g != book.case.settings.instrument, g))
    return [InstrumentControls(g, book.title_of(g), tuple(groups[g]), span(book, yours, g)) for g in order]


def strengths(book: Book, state: State) -> list[StrengthControl]:
    """What no clause says, with why the policy sets it so."""
    why = {name: "; ".join(s.why for s in steps if s.why) for name, steps in book.policy.steps.items()}
    return [StrengthControl(strength(book, name, state), why.get(name, "")) for name in book.vocabulary.instruments]
