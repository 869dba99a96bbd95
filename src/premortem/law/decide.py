"""One decision, explained: the outcome, what it rests on, what was assumed and not checked, and what would change it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from premortem.argument_types import checked
from premortem.case import Case, default
from premortem.errors import BadInput
from premortem.law import memo, unchecked, verdict
from premortem.law.ambiguous_items import one_answer, possible
from premortem.law.assumed_facts import Assumed, Other, assumed_fields, others, with_sources
from premortem.law.cautions import doubtful_places, elsewhere
from premortem.law.clauses.binding import limit_of
from premortem.law.clauses.candidate_clauses import addressees, naming, operative, seats
from premortem.law.clauses.citations import Citation, citation
from premortem.law.clauses.clause import QUESTION, Clause, Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.decision_data import NOT_KNOWN, Decided
from premortem.law.engine import judged
from premortem.law.fields.named_fields import Fields, day_of, number_of, text_of
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ladder import ASKING, Step, ladder
from premortem.law.numbers_and_limits import figures
from premortem.law.parties.clearing import as_text, check_reasons, clearings
from premortem.law.parties.lookup import named_parties, screen, unscreened_names
from premortem.law.parties.spelling import key
from premortem.law.parties.unnamed import with_listed
from premortem.law.permission import as_good, deciding_fields, resting_on
from premortem.law.row_defaults import completed
from premortem.law.rulebook_version import shipped_version
from premortem.law.transactions import frame_of, parse, question
from premortem.law.would_change import Try, changes, tries
from premortem.text.layout import fit
from premortem.text.result import Document


@dataclass(frozen=True, repr=False)
class Transaction:
    """A shipment, or another transfer, by the fields of a case's vocabulary (by default the leading one); one without a
    date goes today.

    `Transaction(item=ITEM, quantity=2000, destination=PLACE, date="2025-06-01")`. Raises `BadInput`, every fault
    at once.
    """

    fields: Fields
    case: Case

    @checked
    def __init__(self, given: Fields | None = None, /, case: Case | None = None, **fields: Any) -> None:
        object.__setattr__(self, "case", case or default())
        object.__setattr__(self, "fields", parse({**(given or {}), **fields}, self.case))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={_plain(value)!r}" for name, value in self.fields.items())
        return fit(f"Transaction({told})")

    def on(self, day: date) -> "Transaction":
        """The same on another day."""
        return self._but(date=day)

    def of(self, item: str) -> "Transaction":
        """The same of another item of the catalogue, whatever else was told of it."""
        return self._but(item=item)

    def _but(self, **changed: Any) -> "Transaction":
        other = object.__new__(Transaction)
        object.__setattr__(other, "case", self.case)
        object.__setattr__(other, "fields", {**self.fields, **changed})
        return other


@dataclass(frozen=True, repr=False)
class Decision(Decided):
    """What the rulebook says of one transaction."""

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What the answer does not cover, as sentences."""
        return unchecked.not_checked(self)

    @property
    def sentence(self) -> str:
        """The answer as a sentence, with what it hangs on and how sure it is."""
        return verdict.sentence(self)

    def as_dict(self) -> Document:
        """The keys that the command line and the app print; the class stands under the name of the field that holds it."""
        words = self.vocabulary
        steps = [
            {
                "clause": s.clause,
                "says": s.says,
                "applies": s.applies,
                "reached": s.reached,
                "tests": [t.__dict__ for t in s.tests],
            }
            for s in self.trace
        ]
        met = [t for s in self.trace if s.clause == self.clause for t in s.tests if t.met]
        return {
            "outcome": self.outcome,
            "may_go": self.may_go,
            "clause": self.clause,
            "citation": self.citation,
            "citations": [c._asdict() for c in self.citations],
            "confidence": self.confidence,
            "sentence": self.sentence,
            "question": verdict.question(self),
            "policy": self.policy,
            **{field: self.own_class for field in (words.classes.field,) if field},
            "classed": self.classed,
            "conditions_met": [f"{t.test} (assumed)" if t.assumed else t.test for t in met],
            words.headroom: self.headroom_tpp,
            "asked": list(self.asked),
            "assumed": [_assumed(a) for a in self.assumed],
            "unscreened": list(self.unscreened),
            "unnamed": self.unnamed,
            "cleared": [c._asdict() | {"says": c.says} for c in self.cleared],
            "other_lists": self.other_lists,
            "hits": [{k: _plain(v) for k, v in h.__dict__.items()} for h in self.hits],
            "not_checked": list(self.not_checked),
            "trace": steps,
            "would_change": list(self.would_change),
            "checklists": [c.model_dump(mode="json") for c in self.checklists],
            "red_flags": [f.model_dump(mode="json", exclude={"kinds"}) for f in self.red_flags],
            "transaction": {k: _plain(v) for k, v in self.transaction.items()},
            "rulebook": shipped_version(self.case).as_dict(),
            "stale": self.stale,
        }

    def __repr__(self) -> str:
        return fit(memo.text(self))

    def _repr_html_(self) -> str:
        return memo.html(self)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def explain(
    transaction: Transaction, book: Rulebook, policy: str = "", cleared: Mapping[str, str] | None = None
) -> Decision:
    """The decision on one transaction under a book, with its ladder and the nearest changes that would flip it.

    `cleared` are names that are near a listed one and were looked at, each with the reason.
    """
    given = {"date": date.today(), **transaction.fields} | _cleared(transaction.fields, cleared or {})
    if several := possible(given, book):
        one = _explained(transaction.of(several[0]), book, policy, cleared, several[1:])
        if one:
            return replace(one, transaction=given, any_of=several)
    found = _explained(transaction, book, policy, cleared)
    assert found
    return found


def _explained(
    transaction: Transaction,
    book: Rulebook,
    policy: str,
    cleared: Mapping[str, str] | None,
    or_items: Sequence[str] = (),
) -> Decision | None:
    """The same of an item that is clear, or asks; None where the answer to one of `or_items` is another."""
    case, words = book.case, book.vocabulary
    given = {"date": date.today(), **transaction.fields} | _cleared(transaction.fields, cleared or {})
    day, (nearby, unsaid, listed) = day_of(given), _tried(given, book)
    also = [{**given, "item": item} for item in or_items]
    tried = [*(t.row for t in nearby), *(o.row for o in unsaid), *([listed] if listed else [])]
    rows = frame_of([given, *tried, *also], case)
    fields = completed(rows, book)
    told = judged(fields, book)
    if also and not one_answer([told.answers[:1], *told.answers[-len(also) :].iter_slices(1)], book)[0]:
        return None
    answer, outcomes = told.answers.row(0, named=True), told.answers["outcome"].to_list()[1:]
    worked_out = fields.row(0, named=True)
    clause = next((c for c in book.clauses if c.id == answer["clause"]), None)
    steps = ladder(fields, told, book)
    otherwise = outcomes[len(nearby) : len(nearby) + len(unsaid)]
    rests = deciding_fields(answer["outcome"], unsaid, otherwise, words)
    tests = [t.test for s in steps if s.reached and s.applies for t in s.tests]
    found = with_sources(assumed_fields(transaction.fields, tests, rests, worked_out, words), given, case)
    resting, unsaid_fields = resting_on(answer["outcome"], clause, unsaid, otherwise, words), {a.field for a in found}
    reasons = clearings(text_of(given, "cleared")) | dict(cleared or {})
    return Decision(
        transaction=given,
        policy=policy or str(getattr(book, "name", "")),
        outcome=answer["outcome"],
        clause=clause.id if clause else "",
        citation=clause.citation if clause else "",
        says=clause.says if clause else "",
        eccn=answer.get(words.classes.field, words.classes.none) or NOT_KNOWN,
        headroom_tpp=_headroom(answer, clause, given, words),
        trace=tuple(step.marked(unsaid_fields, words) for step in steps),
        changes=changes(nearby, outcomes[: len(nearby)], answer["outcome"], words, question(given, case)),
        vocabulary=words,
        citations=citations_of(clause, steps, book, classed=answer.get(words.classes.field) is not None),
        asked=tuple(c.id for c in operative(book, day, day) if c.stage in ASKING),
        assumed=found,
        rests_on=tuple(a for a in found if a.field in resting),
        hits=screen(named_parties(given), day, case, reasons),
        day_given="date" in transaction.fields,
        begins=clause.begins if clause else None,
        doubted=doubtful_places(rows[:1], fields[:1], [answer["outcome"]], book)[0],
        elsewhere=(*elsewhere(given, worked_out, book), *_open(answer["outcome"], steps, book)),
        unscreened=unscreened_names(named_parties(given), case, reasons, day)
        if answer["outcome"] in words.free
        else (),
        unnamed=bool(listed)
        and answer["outcome"] in words.free
        and not as_good(outcomes[len(tried) - 1], answer["outcome"], words),
        kind=worked_out.get("kind") or "",
        chips_held=worked_out.get("chips_held") or 1.0,
        policy_title=str(getattr(getattr(book, "policy", None), "title", "")),
        figures=figures(_lines(clause, steps, day, book), worked_out, words),
    )


def _tried(given: Fields, book: Rulebook) -> tuple[list[Try], list[Other], Fields | None]:
    """What is decided beside a transaction: after each action that may change its answer, with another value of each field that nobody
    gave, and to a listed party where nobody is named.
    """
    words, standing = book.vocabulary, [c for c in naming(book) if c.in_force(day_of(given))]
    unsaid = others(given, book.case, addressees(standing, words), seats(standing, given, words))
    return tries(given, book), unsaid, with_listed(given, book.case)


def _open(outcome: str, steps: Sequence[Step], book: Rulebook) -> Iterator[str]:
    """What the book leaves open of a permission: a sentence on each question that applies."""
    asked = {c.id: c for c in book.clauses if c.stage == QUESTION} if outcome in book.vocabulary.free else {}
    applying = (asked[s.clause] for s in steps if s.applies and s.clause in asked)
    return (f"{c.says} ({c.citation})." for c in applying)


def _lines(clause: Clause | None, steps: Sequence[Step], day: date, book: Rulebook) -> list[Clause]:
    """Clauses whose lines the numbers of an answer lie by: the one that classifies, or where it draws none all that could have, then
    those that it rests on.
    """
    known = {c.id: c for c in operative(book, day, day)}
    applying = [known[s.clause] for s in steps if s.applies and s.clause in known]
    classing = [c for c in applying if c.stage == "classify" and c.numbers][:1]
    classing = classing or [c for c in known.values() if c.stage == "classify"]
    binding = [c for c in applying if c.stage in ("requires", QUESTION)]
    return [*{c.id: c for c in (*classing, *([clause] if clause else []), *binding)}.values()]


def _assumed(a: Assumed) -> Document:
    told = {"field": a.field, "value": _plain(a.value)}
    return told | ({"source": a.source} if a.source else {})


def _cleared(fields: Fields, cleared: Mapping[str, str]) -> dict[str, str]:
    """The names that the user cleared, as the transaction holds them. Raises `BadInput` for one that is no party of it."""
    parties = named_parties(fields).values()
    for name in cleared:
        if key(name) not in {key(party) for party in parties}:
            allowed = ", ".join(parties) or "a name given with --party or --consignee"
            raise BadInput("command line", "--clear", f"no party is named {name}", got=name, allowed=allowed)
    reasons = clearings(text_of(fields, "cleared")) | check_reasons(cleared, "--clear", "command line")
    return {"cleared": as_text(reasons)} if reasons else {}


def citations_of(
    clause: Clause | None, steps: Sequence[Step], book: Rulebook, classed: bool = True
) -> tuple[Citation, ...]:
    """What the answer rests on: the clause that decides, the requirements that bind, the clause that classifies, where the
    item could be `classed`.
    """
    by_id = {c.id: c for c in book.clauses}
    applying = [by_id[s.clause] for s in steps if s.applies]
    binding = [c for c in applying if c.stage == "requires"]
    classing = [c for c in applying if c.stage == "classify"][:1] if classed else []
    reviewing = [by_id[s.clause] for s in steps if s.applies and s.reached and by_id[s.clause].stage == "review"]
    missed = [by_id[s.clause] for s in steps if not s.applies and by_id[s.clause].stage == "classify"]
    looked_at = {
        name for c in [*binding, *reviewing, *classing, *missed] for name in identifiers(f"{c.applies} {c.within}")
    }
    defining = [c for c in applying if c.stage == "define" and c.then in looked_at]
    used = [*([clause] if clause else []), *binding, *reviewing, *classing, *defining]
    return tuple(citation(c, shipped_version(book.case)) for c in {c.id: c for c in used}.values())


def _headroom(answer: Fields, clause: Clause | None, given: Fields, words: Vocabulary) -> float | None:
    """What the limit of the deciding clause leaves after the shipment [unit of the measure]; None where no total decides."""
    if clause is None or clause.total is None or answer.get(clause.total.into) is None:
        return None
    return float(limit_of(clause, given, words) - number_of(answer, clause.total.into))
