"""Controls: a slider with its number field, its usual value, its ends and its unit; made here, drawn by one macro."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from premortem.app import clause_dates, labels
from premortem.app.view_state import STRENGTH, State, ends, legal_value
from premortem.law.book import Book
from premortem.propositions.assumption import Assumption
from premortem.study import Study

# Steps of a slider, and how far beyond its legal value a clause number can be dragged (it can be typed further).
STEPS, TIMES = 100, 4
# A day on which the framework binds where it binds at all.
BINDING = date(2026, 6, 1)
# What the two ends of each strength stand for.
STRENGTH_ENDS = {
    "allied_servicing": "0: allies service advanced tools in China; 1: none does",
    "coercion": "0: no pressure on partners; 1: tariffs and long-arm rules in full",
    "deals": "0: no government deals; 1: all of Tier 2 under deals with conditions",
    "compute_governance": "0: no reporting or chip tracking; 1: location and use checked everywhere",
    "open_weights_limits": "0: open weights free; 1: withheld as far as the US can",
    "api_limits": "0: anybody may call US models; 1: Chinese users and distillers shut out",
    "chinese_model_limits": "0: Chinese models welcome abroad; 1: barred in the US and by partners",
    "huawei_blocking": "0: no blocking sanctions; 1: full, with secondary sanctions",
    "permitting": "0: no faster permits; 1: power projects permitted at once",
}


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
        return labels.quantity(self.value, self.unit)

    @property
    def beside(self) -> str:
        """What stands beside its number field."""
        return labels.beside(self.value, self.unit)

    @property
    def usual_said(self) -> str:
        """Its usual value in words."""
        return labels.quantity(self.usual, self.unit)


@dataclass(frozen=True)
class Span:
    """From when exporters comply with a clause, and its last day, each of which a person may move; None where no day is set."""

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
    return Control(
        f"l.{name}", key.replace("_", " "), dict(state.levers).get(name, legal), legal, 0.0, high, high / STEPS, unit
    )


def strength(book: Book, name: str, state: State) -> Control:
    """A strength between 0 and 1."""
    key = f"{STRENGTH}.{name}"
    usual = legal_value(book, key)
    return Control(
        f"l.{key}",
        labels.lever(key),
        dict(state.levers).get(key, usual),
        usual,
        0.0,
        1.0,
        0.05,
        "strength",
        STRENGTH_ENDS.get(name, ""),
    )


def thresholds(a: Assumption, state: State) -> list[Control]:
    """The thresholds of an assumption's conditions, within the range that a reader may try."""
    held = dict(state.thresholds)
    return [
        Control(
            f"t.{a.id}.{c.id}", c.says, held.get(f"{a.id}.{c.id}", c.limit.value), c.limit.value,
            c.limit.low, c.limit.high, (c.limit.high - c.limit.low) / STEPS, c.limit.unit, c.limit.basis,
        )
        for c in a.condition
    ]  # fmt: skip


def belief(study: Study, name: str, state: State) -> dict[str, Any]:
    """A range: ends of the prior, what is believed, and what the table says of it."""
    row = study.priors[name]
    low, high = ends(study, name)
    held = {k: (a, b) for k, a, b in state.beliefs}.get(name, (low, high))
    return {
        "row": row,
        "key": f"p.{name}",
        "low": low,
        "high": high,
        "from": held[0],
        "to": held[1],
        "step": (high - low) / STEPS,
        "changed": name in dict((k, 1) for k, *_ in state.beliefs),
    }


def span(book: Book, yours: Book, subject: str) -> Span:
    """The days of a clause, or of all of an instrument, in the policy's book and in yours."""
    low, high = clause_dates.ends(book, clause_dates.of(book, subject))
    complies, last = (f"{subject}.{kind}" for kind in clause_dates.KINDS)
    return Span(
        f"d.{subject}", clause_dates.stands(yours, complies), clause_dates.stands(yours, last),
        clause_dates.stands(book, complies), clause_dates.stands(book, last), low, high,
    )  # fmt: skip


def instruments(book: Book, state: State) -> list[dict[str, Any]]:
    """Clauses by instrument: what each says, whether it binds, its days, and a control for each number."""
    groups: dict[str, list[dict[str, Any]]] = {}
    yours = clause_dates.moved(book, state.days)
    for c in book.clauses:
        row = {
            "clause": c,
            "controls": [clause_number(book, c.id, k, state) for k in c.numbers],
            "span": span(book, yours, c.id),
            "binds": yours.in_force(c.id, BINDING),
        }
        groups.setdefault(c.instrument, []).append(row)
    order = sorted(groups, key=lambda g: (g != "diffusion", g))
    return [{"instrument": g, "clauses": groups[g], "span": span(book, yours, g)} for g in order]


def strengths(book: Book, state: State) -> list[dict[str, Any]]:
    """What no clause says, with why the policy sets it so."""
    why = {name: "; ".join(s.why for s in steps if s.why) for name, steps in book.policy.strength.items()}
    return [{"control": strength(book, name, state), "why": why.get(name, "")} for name in book.vocabulary.instruments]
