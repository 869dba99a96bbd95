"""What would change an answer, as actions: wait, certify, a status, a smaller quantity, a licence.

Another product, another place, another party, a day that is past and another end use are never among them: advice to
change those reads as advice to evade.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from premortem.law import parties
from premortem.law.binding import limit_number
from premortem.law.candidate_clauses import announced, operative
from premortem.law.clause import Clause, Rulebook
from premortem.law.conditions import parts
from premortem.law.items import named
from premortem.law.rulebook_version import verified
from premortem.law.syntax import Compare, Missing, Name, Node, Not, parse
from premortem.law.transactions import LATEST
from premortem.law.vocabulary import DENIED, FIELDS, RANK, READS, SCREENING
from premortem.text.numbers import plain, small

MOST_CHANGES = 8
# Kinds of action, the nearest first.
NEAREST = ("quantity", "certify", "status", "date")
# What an exporter or a consignee can bring about and certify.
CERTIFIED = (
    "certified", "storage_14_15_18", "prc_equipment", "military_ties", "uvl_statement", "tier1_share_after",
    "country_share_after", "us_share_after", "us_share", "notice_given",
)  # fmt: skip
STATUSES = {"uveu": "universal validated end user status", "nveu": "national validated end user status"}
# Answers to which a licence is an answer in turn.
LICENSED = {
    "licence:presumption_of_approval": "apply to BIS for a licence: approval is presumed",
    "licence:case_by_case": "apply to BIS for a licence: it is judged case by case",
}


class Try(NamedTuple):
    """One action: its kind, in words, and the transaction after it."""

    kind: str
    words: str
    row: dict[str, Any]


class Change(NamedTuple):
    """An action that changes the answer, as a sentence, and the transaction after it; none where it is a licence."""

    says: str
    row: dict[str, Any] | None = None


def tries(given: Mapping[str, Any], book: Rulebook) -> list[Try]:
    """Actions worth asking about."""
    clauses = operative(book, given["date"], given["date"])
    return [*_quantities(given, clauses), *_certificates(given, clauses), *_statuses(given), *_days(given, book)]


def changes(asked: Sequence[Try], outcomes: Sequence[str], now: str, question: str = "") -> tuple[Change, ...]:
    """The actions that give another answer, each answer once a kind; what helps first, then what a later day worsens. `question` is
    what must be asked where a word given could mean several things.
    """
    found: dict[tuple[str, str], tuple[bool, int, int, Change]] = {}
    for i, (t, outcome) in enumerate(zip(asked, outcomes, strict=True)):
        asks = now.startswith("needs:")
        if t.kind == "date" and asks and outcome not in DENIED:
            continue  # waiting answers no question
        worse = RANK.get(outcome, 0) > RANK.get(now, len(RANK)) or (asks and t.kind == "date")
        if outcome != now and outcome in READS and (not worse or t.kind == "date"):
            wait = "wait, " if t.kind == "date" and not worse else ""
            told = f"{wait}{t.words}: {small(READS[outcome])}"
            found.setdefault((t.kind, outcome), (worse, NEAREST.index(t.kind), i, Change(told, t.row)))
    ranked = [change for *_, change in sorted(found.values(), key=lambda f: f[:3])]
    return (*_asking(now, question), *ranked)[:MOST_CHANGES]


def _asking(now: str, question: str) -> Iterator[Change]:
    """What the answer itself asks for: a licence, a look at a name, a fact."""
    if now in LICENSED:
        yield Change(LICENSED[now])
    elif now == SCREENING:
        yield Change("name each party, look at each name shown, and if it is another firm, give --clear NAME=REASON")
    elif now.startswith("needs:") and question:
        yield Change(f"say which one is meant ({question.replace(': say which', '')})")
    elif now.startswith("needs:"):
        yield Change(f"say {now.removeprefix('needs:').replace('_', ' ')}")


def _quantities(given: Mapping[str, Any], clauses: Sequence[Clause]) -> Iterator[Try]:
    """The largest quantities, smaller than the one asked about, that limits in force would still take."""
    tpp = given.get("tpp") or _catalogue_tpp().get(given.get("item", ""))
    for c in clauses:
        if c.total and tpp:
            limit = c.number(limit_number(c), given["date"])
            raised = 1 + given.get("country_raise", 0.0) if "country_raise" in c.within else 1.0
            less = given.get(c.total.less, 0.0) if c.total.less else 0.0
            room = limit * raised - given.get(c.total.start, 0.0) + less
            # NaN: the clause says no number that day
            if room == room and 1 <= (units := int(room // tpp)) < given.get("quantity", 1):
                yield Try("quantity", f"with a quantity of {units:,}", {**given, "quantity": float(units)})


@cache
def _catalogue_tpp() -> dict[str, float | None]:
    """TPP of one unit of each item that has a name."""
    return dict(named().select("item", pl.col("c_tpp") * pl.col("chips_held")).iter_rows())


def _certificates(given: Mapping[str, Any], clauses: Sequence[Clause]) -> Iterator[Try]:
    """What some clause in force asks to be certified, or kept to, and is not."""
    seen = set()
    for c in clauses:
        for name, value in _asked(c, given["date"]):
            if given.get(name, value) != value and (name, value) not in seen:
                seen.add((name, value))
                yield Try("certify", _words(c, name, value), {**given, name: value})


def _words(clause: Clause, name: str, value: bool | float) -> str:
    """An action in words; a notice with the days that its clause asks."""
    if name == "notice_given" and "notice" in clause.numbers:
        return f"with {clause.number('notice'):.0f} days' notice to BIS, and no objection ({clause.citation})"
    return f"with {name.replace('_', ' ')} {plain(value)}"


@lru_cache(4096)
def _asked(clause: Clause, day: date) -> tuple[tuple[str, bool | float], ...]:
    """What a clause asks to be certified or kept to on a day: fields, with values that meet it."""
    texts = [*parts(clause.applies), *parts(clause.within)]
    found = (met for text in texts for met in _meets(parse(text), clause, day))
    return tuple((name, value) for name, value in found if name in CERTIFIED)


def _meets(test: Node, clause: Clause, day: date) -> Iterator[tuple[str, bool | float]]:
    """Values of fields that meet a test or one of its alternatives, and those by which a closing condition is not met."""
    match test:
        case Name(name) if name in FIELDS and FIELDS[name].type == "flag":
            yield name, clause.stage not in ("condition", "requires")
        case Not(Name(name)) if name in FIELDS and FIELDS[name].type == "flag":
            yield name, clause.stage in ("condition", "requires")
        case Not(Missing()):
            return
        case Compare("<=" | ">=", Name(name), Name(number)) if number in clause.numbers:
            yield name, clause.number(number, day)
        case _ if tests := getattr(test, "tests", ()):
            for part in tests:
                yield from _meets(part, clause, day)


def _statuses(given: Mapping[str, Any]) -> Iterator[Try]:
    for status, word in STATUSES.items():
        if given.get("status", "none") == "none":
            yield Try("status", f"with {word}", {**given, "status": status})


def _days(given: Mapping[str, Any], book: Rulebook) -> Iterator[Try]:
    """Later days on which the tables announce a change, the nearest first; one after the last verified day says so."""
    named = any(given.get(role) for role in parties.ROLES)
    turns = {*announced(book, given["date"]), *(parties.turning_days() if named else ())}
    for day in sorted(turns):
        if given["date"] < day <= LATEST:
            beyond = (
                f" (as announced: the rulebook is verified to {verified().news} only)" if verified().stale(day) else ""
            )
            yield Try("date", f"from {day}{beyond}", {**given, "date": day})
