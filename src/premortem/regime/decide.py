"""One decision, explained: the outcome, the clause, the ladder of clauses with their tests, and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Any

import polars as pl

from premortem import facts
from premortem.regime.book import Book, Clause
from premortem.regime.engine import NOT_REQUIRED, decide, force, names, number_expr, operative
from premortem.regime.expressions import compiled, identifiers, parts
from premortem.regime.transactions import catalogue, complete, frame_of, parse
from premortem.regime.vocabulary import DENIED, FIELDS

# How each outcome reads.
READS = {
    "no_licence_required": "No licence needed",
    "exception:AIA": "No licence needed: exception AIA covers it",
    "exception:ACM": "No licence needed: exception ACM covers it",
    "exception:LPP": "No licence needed: exception LPP covers it, until the consignee reaches its yearly limit",
    "exception:NAC": "May go under exception NAC, after notice to BIS",
    "exception:ACA": "No licence needed: exception ACA covers it",
    "exception:HBM": "May go under exception HBM",
    "veu:universal": "May go under the consignee's universal VEU status",
    "veu:national": "May go under the consignee's national VEU status",
    "licence:presumption_of_approval": "A licence is needed; approval is presumed",
    "licence:case_by_case": "A licence is needed; it is judged case by case",
    "licence:presumption_of_denial": "A licence is needed; denial is presumed",
    "licence:policy_of_denial": "A licence is needed; denial is the policy, since the allocation is used up",
    "prohibited": "Prohibited",
}
# Rank of outcomes from free to barred, to say which changes help.
RANK = {name: i for i, name in enumerate(READS)}
MOST_CHANGES = 8
# Fields by how near a change of them lies: an order's size first, another country last.
NEAREST = ("quantity", "status", "end_use", "date", "parent", "headquarters", "item", "destination")


@dataclass(frozen=True)
class Transaction:
    """A shipment: `Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")`; any field may
    follow.
    """

    fields: Mapping[str, Any]

    def __init__(self, **fields: Any) -> None:
        object.__setattr__(self, "fields", parse({"date": date.today(), **fields}))


@dataclass(frozen=True)
class Test:
    """One test of a clause: its text, the values that it looked at, and whether it was met."""

    test: str
    value: str
    met: bool


@dataclass(frozen=True)
class Step:
    """A clause on the ladder: whether it applies, and its tests."""

    clause: str
    says: str
    applies: bool
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Decision:
    """What the rulebook says of one transaction."""

    transaction: Mapping[str, Any]
    policy: str
    outcome: str
    clause: str
    citation: str
    says: str
    eccn: str
    headroom_tpp: float | None
    trace: tuple[Step, ...]
    would_change: tuple[str, ...]

    @property
    def may_go(self) -> bool:
        """Whether it may go now or is likely to be let go."""
        return self.outcome not in DENIED and not self.outcome.startswith("needs:")

    @property
    def sentence(self) -> str:
        """The answer as a sentence."""
        if self.outcome.startswith("needs:"):
            field = self.outcome.removeprefix("needs:")
            return f"Cannot be decided without {field}: {FIELDS[field].says} (give it with --set {field}=VALUE)"
        return f"{READS[self.outcome]}."

    def as_dict(self) -> dict[str, Any]:
        """The keys that the command line and the app print."""
        steps = [
            {"clause": s.clause, "says": s.says, "applies": s.applies, "tests": [t.__dict__ for t in s.tests]}
            for s in self.trace
        ]
        met = [t.test for s in self.trace if s.clause == self.clause for t in s.tests if t.met]
        return {
            "outcome": self.outcome,
            "clause": self.clause,
            "citation": self.citation,
            "sentence": self.sentence,
            "policy": self.policy,
            "eccn": self.eccn,
            "conditions_met": met,
            "headroom_tpp": self.headroom_tpp,
            "trace": steps,
            "would_change": list(self.would_change),
            "transaction": {k: str(v) if isinstance(v, date) else v for k, v in self.transaction.items()},
        }

    def __repr__(self) -> str:
        """A memo in a few lines."""
        lines = [
            self.sentence,
            f"  {self.outcome}, by {self.clause or 'no clause'} ({self.citation or 'none applies'}), policy {self.policy}, ECCN {self.eccn}",
        ]
        if self.headroom_tpp is not None:
            lines.append(f"  headroom after it: {self.headroom_tpp:,.0f} TPP")
        lines += [f"  would change it: {change}" for change in self.would_change[:3]]
        return "\n".join([*lines, "  Not legal advice."])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(s.clause)}</td><td>{escape(s.says)}</td><td>{'applies' if s.applies else 'does not apply'}</td></tr>"
            for s in self.trace
        )
        return f"<p><b>{escape(self.sentence)}</b> {escape(self.citation)}</p><table>{rows}</table>"


def explain(transaction: Transaction, book: Book) -> Decision:
    """The decision on one transaction under a book, with its ladder and the nearest changes that would flip it."""
    given = dict(transaction.fields)
    frame = frame_of([given])
    answer = decide(frame, book).row(0, named=True)
    steps = ladder(frame, answer, book)
    clause = _deciding(answer, steps, book)
    return Decision(
        transaction=given,
        policy=book.name,
        outcome=answer["outcome"],
        clause=clause.id if clause else "",
        citation=clause.citation if clause else "",
        says=clause.says if clause else "",
        eccn=answer["eccn"],
        headroom_tpp=_headroom(answer, clause, given),
        trace=steps,
        would_change=would_change(given, answer, book),
    )


def _deciding(answer: Mapping[str, Any], steps: Sequence[Step], book: Book) -> Clause | None:
    """The clause that decided; where no licence is needed, the one that came nearest to asking for one."""
    if answer["clause"]:
        return book.by_id[answer["clause"]]
    asking = [s for s in steps if book.by_id[s.clause].stage in ("classify", "requires")]
    return book.by_id[min(asking, key=lambda s: sum(not t.met for t in s.tests)).clause] if asking else None


def ladder(frame: pl.DataFrame, answer: Mapping[str, Any], book: Book) -> tuple[Step, ...]:
    """Every clause in force that day, in order, with its tests and the values they looked at."""
    day = frame["date"][0]
    whole = complete(frame, book).with_columns(eccn=pl.lit(answer["eccn"]))
    known = [c for c in operative(book) if c.in_force(day)]
    totals = {
        name: pl.lit(answer.get(name), pl.Float64)
        for name in ("country_tpp_after", "consignee_tpp_after", "installed_tpp_after")
    }
    whole = whole.with_columns(**totals).with_columns(
        [number_expr(c, k).alias(f"{c.id}.{k}") for c in known for k in c.numbers]
    )
    steps = []
    for c in known:
        applies = bool(whole.select(force(c) & compiled(c.applies, names(c))).item())
        tests = tuple(_test(text, whole, c) for text in [*parts(c.applies), *parts(c.within)])
        if applies or _near(tests):
            steps.append(Step(c.id, c.says, applies, tests))
    return tuple(steps)


def _near(tests: Sequence[Test]) -> bool:
    """Whether a clause missed by one test only: worth showing; the rest would bury the reader."""
    return sum(not t.met for t in tests) <= 1


def _test(text: str, frame: pl.DataFrame, clause: Clause) -> Test:
    met = bool(frame.select(compiled(text, names(clause))).item())
    shown = []
    for word in dict.fromkeys(identifiers(text)):
        column = names(clause).get(word, word)
        if column in frame.columns:
            shown.append(f"{word} = {_plain(frame[column][0])}")
    return Test(text, ", ".join(shown), met)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return "not given" if value is None else str(value)


def _headroom(answer: Mapping[str, Any], clause: Clause | None, given: Mapping[str, Any]) -> float | None:
    """What the limit of the deciding clause leaves after the shipment [TPP]; None where no total decides."""
    if clause is None or clause.total is None or answer.get(clause.total.into) is None:
        return None
    key = next(k for k in clause.numbers if k in clause.within.split("<=")[1])
    limit = clause.number(key, given["date"])
    if "country_raise" in clause.within:
        limit *= 1 + given.get("country_raise", 0.0)
    return float(limit - answer[clause.total.into])


def would_change(given: Mapping[str, Any], answer: Mapping[str, Any], book: Book) -> tuple[str, ...]:
    """Nearest changes of one field that give another outcome, as sentences; improvements first."""
    tries = [*_quantities(given, book), *_places(given), *_statuses(given), *_days(given, book), *_items(given)]
    if not tries:
        return ()
    outcomes = decide(frame_of([row for _, row in tries]), book)["outcome"].to_list()
    found: dict[tuple[str, str], tuple[bool, int, str]] = {}
    for (text, _row), outcome in zip(tries, outcomes, strict=True):
        if outcome != answer["outcome"] and not outcome.startswith("needs:"):
            field = text.split(":")[0]
            sentence = f"{text.split(':', 1)[1].strip()}: {READS[outcome][0].lower()}{READS[outcome][1:]}"
            worse = RANK[outcome] > RANK.get(answer["outcome"], 0)
            found.setdefault((field, outcome), (worse, NEAREST.index(field.split()[0]), sentence))
    return tuple(sentence for _, _, sentence in sorted(found.values())[:MOST_CHANGES])


Try = tuple[str, dict[str, Any]]


def _quantities(given: Mapping[str, Any], book: Book) -> list[Try]:
    """The largest quantities that limits in force would still take, and one unit more than each."""
    tpp = given.get("tpp") or _catalogue_tpp(given.get("item", ""))
    if not tpp:
        return []
    tries = []
    for c in operative(book):
        if c.total and c.in_force(given["date"]):
            key = next(k for k in c.numbers if k in c.within.split("<=")[1])
            room = (
                c.number(key, given["date"])
                - given.get(c.total.start, 0.0)
                + (given.get(c.total.less, 0.0) if c.total.less else 0.0)
            )
            for units in (int(room // tpp), int(room // tpp) + 1):
                if 1 <= units <= 1_000_000_000:
                    tries.append((f"quantity:with a quantity of {units:,}", {**given, "quantity": float(units)}))
    return tries


def _catalogue_tpp(item: str) -> float | None:
    found = catalogue().filter(pl.col("item") == item)["c_tpp"]
    return found[0] if len(found) else None


def _places(given: Mapping[str, Any]) -> list[Try]:
    tries: list[Try] = []
    here = given["destination"]
    for code in (here, "USA", "GBR", "ARE", "CHN"):
        if code != given.get("headquarters", here):
            tries.append(
                (
                    f"headquarters:with the consignee and its parent headquartered in {code}",
                    {**given, "headquarters": code, "parent_headquarters": code},
                )
            )
        if code != given.get("parent_headquarters", given.get("headquarters", here)):
            tries.append(
                (f"parent:with the ultimate parent headquartered in {code}", {**given, "parent_headquarters": code})
            )
    tries += [
        (
            f"destination:shipped to {code}",
            {**given, "destination": code, "headquarters": given.get("headquarters", here)},
        )
        for code in ("GBR", "MYS", "ARE", "CHN")
        if code != here
    ]
    return tries


def _statuses(given: Mapping[str, Any]) -> list[Try]:
    now, use = given.get("status", "none"), given.get("end_use", "data_centre")
    tries = [
        (f"status:with {word} validated end user status", {**given, "status": status})
        for status, word in (("uveu", "universal"), ("nveu", "national"))
        if status != now
    ]
    if use != "production":
        tries.append(("end_use:for production rather than a data centre", {**given, "end_use": "production"}))
    return tries


def _days(given: Mapping[str, Any], book: Book) -> list[Try]:
    """The next and the last day on which anything in the rulebook changes."""
    changes = {d for c in operative(book) for d in (c.complies, c.ends + timedelta(1) if c.ends else None) if d}
    changes |= {n.start for c in operative(book) for dated in c.numbers.values() for n in dated if n.start}
    later = sorted(d for d in changes if d and d > given["date"])
    earlier = sorted((d - timedelta(1) for d in changes if d and d <= given["date"]), reverse=True)
    return [
        (f"date {when}:on {d}", {**given, "date": d})
        for when, days in (("later", later), ("earlier", earlier))
        for d in days
    ]


def _items(given: Mapping[str, Any]) -> list[Try]:
    """Chips of the same vendor below the one asked for."""
    item = given.get("item", "")
    rows = facts.read("chips").filter(pl.col("name") == item)
    if not rows.height:
        return []
    ours = facts.read("chips").filter(
        (pl.col("vendor") == rows["vendor"][0]) & (pl.col("name") != item) & pl.col("tpp").is_not_null()
    )
    return [(f"item:for {name} instead", {**given, "item": name}) for name in ours.sort("tpp", descending=True)["name"]]


def outcome_needs_nothing(outcome: str) -> bool:
    """Whether an outcome lets the shipment go without asking anybody."""
    return outcome == NOT_REQUIRED or outcome.startswith(("exception:", "veu:"))
