"""The memo that is signed, as parts in the order in which it is read: the answer, what it rests on, what was assumed and not
given, what must be answered first, what was not checked, what would change it, what the rule asks for, and, where asked for,
the ladder. Text, HTML and PDF are set from it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from premortem.case import Case
from premortem.law import memo
from premortem.law.checklists import Checklist
from premortem.law.clauses.citations import Citation, Piece, linked, weakest
from premortem.law.decision_data import NOT_KNOWN, Decided
from premortem.law.fields.field_words import called, told, untyped
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ladder import Step
from premortem.law.numbers_and_limits import Figure
from premortem.law.opinion import Opinion, Rung
from premortem.law.rulebook_version import shipped_version
from premortem.law.unchecked import not_checked
from premortem.law.verdict import answer as verdict
from premortem.law.verdict import not_law, question
from premortem.text.numbers import capital, count_noun, day_in_words, days_in_words

# The part that names every clause that was asked where none decides: the last but the ladder.
ASKED = "Clauses that were asked"
# What is said above the numbers.
NUMBERS = "By the catalogue, or as whoever asked gave them. The lines are those of the day; which of them count together the paragraph says."


@dataclass(frozen=True)
class Line:
    """A line of a part: what it says, in pieces of which some lead to a page; a mark before it; notes under it."""

    pieces: tuple[Piece, ...]
    mark: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What it says, plain."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Part:
    """A heading, what it means where that needs saying, and its lines; `look` is how they are set."""

    title: str
    lines: tuple[Line, ...]
    note: tuple[Piece, ...] = ()
    look: str = "list"  # or "boxes", to be ticked


@dataclass(frozen=True)
class Memo:
    """An answer as a document to be signed."""

    title: str
    asked: str
    answer: str
    alarm: str  # that it is stale, or not the law; empty where neither
    made: str
    parts: tuple[Part, ...]
    advice: str = memo.ADVICE
    to_sign: tuple[str, ...] = (
        "Matter number",
        "Prepared by: name and capacity",
        "Signed by: name and capacity",
        "Signature",
        "Date",
    )


def of(answer: Decided | Opinion, trace: bool = False) -> Memo:
    """The memo of an answer; with `trace` its ladder too."""
    return of_opinion(answer, trace) if isinstance(answer, Opinion) else of_decision(answer, trace)


def of_decision(d: Decided, trace: bool = False) -> Memo:
    """The memo of a decision; with `trace` its ladder too. A hypothetical policy is called by its title."""
    d = replace(d, policy=f"“{d.policy_title}”") if d.hypothetical and d.policy_title else d
    # that it is stale is said above all else, and once
    old = shipped_version(d.case).warning(d.day) if d.stale else ""
    parts = (
        Part("What it rests on", tuple(_grounds(d))),
        Part("Numbers and their lines", _plain(_figure(f, d) for f in d.figures), _noted(NUMBERS)),
        Part("Given", _plain(map(capital, memo.given(d))), _noted("As whoever asked gave it; nothing of it was looked at.")),
        Part("Assumed, not given", _plain(memo.assumptions(d), "assumed"), _noted("Give any of these, and the answer may be another.")),
        Part("To be answered first", _plain(d.elsewhere, "open")),
        Part("Not checked", _plain(s for s in not_checked(d) if s not in (*d.elsewhere, old))),
        Part("What would change it", _plain(map(capital, memo.changes(d)))),
        *(_checklist(c, d.case) for c in d.checklists),
        _red_flags(d),
        Part(ASKED, () if d.clause else (_asked(d),)),
        Part("The ladder", tuple(_step(step, d.vocabulary) for step in (d.trace if trace else ())), _noted("Clauses in force that day that apply or miss by one test, in order.")),
    )  # fmt: skip
    return Memo("Export control memo", days_in_words(question(d)), untyped(verdict(d)), _alarm(d.case, d.stale, d.policy), _made(d.case), _told(parts))  # fmt: skip


def of_opinion(o: Opinion, trace: bool = False) -> Memo:
    """The memo of an answer of several kinds; with `trace` its ladder too."""
    case, words = o.book.case, o.book.vocabulary
    kinds = [f"{capital(asked)}: {said}." for asked, said in o.kinds()]
    more = ", ".join(called(name, words) for name in o.answer.needs)
    needs = [f"More can be said with: {more}."] if more else []
    assumed = [f"{capital(called(name, words))}: {told(name, o.row[name], words)}" for name in o.assumed]
    changes = [
        f"If {called(c.field, words)} were {told(c.field, c.value, words)}: {o.reads(c.outcome)}." for c in o.changes
    ]
    parts = (
        Part("What is said of each kind", _plain(kinds)),
        Part("What it rests on", (*(_cited(c, case, o.hypothetical) for c in o.citations), *_plain([_sure(o.citations, case)]))),
        Part("Assumed, not given", _plain(assumed, "assumed"), _noted("The answer hangs on each of these.")),
        Part("To be answered first", _plain(needs, "open")),
        Part("Not checked", _plain(o.not_checked)),
        Part("What would change it", _plain(changes)),
        Part("The ladder", tuple(_rung(step) for step in (o.trace() if trace else ()))),
    )  # fmt: skip
    stale = shipped_version(case).stale(o.day)
    return Memo("Memo on a question of law", days_in_words(o.question), days_in_words(o.sentence), _alarm(case, stale, o.book.name), _made(case), _told(parts))  # fmt: skip


def _noted(text: str) -> tuple[Piece, ...]:
    return (Piece(text),)


def _told(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.lines)


def _alarm(case: Case, stale: bool, policy: str) -> str:
    """What must be seen before anything else."""
    old = f"Stale: nothing after {day_in_words(shipped_version(case).news)} is in this answer." if stale else ""
    return " ".join(filter(None, (not_law(policy, case), old)))


def _made(case: Case) -> str:
    return f"{days_in_words(memo.current(case))}."


def _plain(lines: Iterator[str] | Sequence[str], mark: str = "") -> tuple[Line, ...]:
    return tuple(Line((Piece(untyped(line)),), mark) for line in lines)


def _grounds(d: Decided) -> Iterator[Line]:
    """The clauses, the deciding one first; limits, named parties on lists, and how sure it is."""
    if not d.clause:
        yield from _plain(
            [
                f"{memo.reaching(d)}, of {count_noun(len(d.asked), 'clause')} in force that day that were asked; they are listed at the end."
            ]
        )
    for c in d.citations:
        yield _cited(c, d.case, d.hypothetical, decides=c.clause == d.clause)
    if d.headroom_tpp is not None:
        yield from _plain([f"{memo.headroom(d)}."])
    yield from _plain([f"{memo.hit(h)}." for h in d.hits])
    yield from _plain([f"{line}." for line in memo.listed_elsewhere(d)])
    yield from _plain([c.says for c in d.cleared])
    classed = f"Classified as {d.classed}. " if d.classed else ""
    if d.eccn == NOT_KNOWN and d.classed:
        classed = "Not classified: a fact that this takes was not given. "
    yield Line((Piece(f"{classed}The answer as scripts read it: "), Piece(d.outcome, code=True), Piece(".")))
    left = "; it tells how well the clauses are read, and nothing of what is left open below" if d.elsewhere else ""
    yield from _plain([_sure(d.citations, d.case, f"{d.confidence}{left}" if d.confidence else "")])


def _figure(f: Figure, d: Decided) -> str:
    """A number of the item, or of who receives it, and a clause's lines through it."""
    words = d.vocabulary
    unit = words.fields[f.field].unit
    lines = "; ".join(f"{reads} {_number(line)}" for reads, line in f.lines)
    return f"{capital(called(f.field, words))}: {_number(f.value)}{f' {unit}' if unit else ''}. Lines in [{f.clause}]: {lines}."


def _number(value: float) -> str:
    return f"{value:,.12g}" if value == int(value) else f"{value:,.4g}"


def _asked(d: Decided) -> Line:
    """The clauses in force that could have asked, by name."""
    names = [piece for name in sorted(d.asked) for piece in (Piece(name, code=True), Piece(", "))][:-1]
    return Line((Piece("Asked, of those in force that day: "), *names, Piece(".")))


def _named(clause: str) -> tuple[Piece, ...]:
    """A clause by its name in the law files, in brackets."""
    return Piece(" ["), Piece(clause, code=True), Piece("]")


def _cited(c: Citation, case: Case, hypothetical: bool, decides: bool = False) -> Line:
    """A clause: what it says, where that is written with its pages, on which days, and how its reading is known."""
    current = shipped_version(case)
    where = "; ".join(filter(None, (c.paragraph, c.fr))) or "no paragraph"
    read = "Text read" if c.read else "Text not read"
    notes = (f"{capital(memo.days(c, hypothetical))}. {capital(c.confidence)} confidence. {read}. Source: {c.source}.",)
    return Line((Piece(f"{c.says}. "), *linked(where, current), *_named(c.clause)), "decides" if decides else "", notes)


def _sure(found: Sequence[Citation], case: Case, confidence: str = "") -> str:
    sure = confidence or weakest(found)
    return (f"Confidence of the weakest clause used: {sure}. " if sure else "") + _made(case)


def _checklist(c: Checklist, case: Case) -> Part:
    current = shipped_version(case)
    lines = tuple(
        Line((Piece(f"{a.says}. "), *linked(a.citation, current)), "", (_known(a.read, a.source),)) for a in c.asks
    )
    return Part(f"Checklist: {c.title}", lines, _noted("What the rule asks for, by paragraph. Where the text was not read, read it before you file."), "boxes")  # fmt: skip


def _known(read: bool, source: str) -> str:
    return f"{'Read' if read else 'Not read, low confidence'}: {source}."


def _red_flags(d: Decided) -> Part:
    """Questions by the number that the guidance gives each, which is cited once."""
    current, flags = shipped_version(d.case), d.red_flags
    first = flags[0] if flags else None
    where = linked(first.citation, current) if first else ()
    source = f" ({first.source})" if first else ""
    ends = f"{source}. A yes to any holds the shipment until it is resolved."
    note = (Piece("By the numbers of "), *where, Piece(ends))
    return Part("Red flags to ask about", _plain([f"{flag.id}. {flag.asks}" for flag in flags]), note, "boxes")


def _step(step: Step, words: Vocabulary) -> Line:
    how = "Not reached" if not step.reached else "Applies" if step.applies else "Does not apply"
    tests = tuple(memo.test_line(t, words) for t in step.tests) if step.reached else ()
    return Line((Piece(f"{how}: {step.says}"), *_named(step.clause)), "", tests)


def _rung(step: Rung) -> Line:
    how = {True: "Applies", False: "Does not apply", None: "Hangs on a field"}[step["applies"]]
    return Line((Piece(f"{how}: {step['says']}"), *_named(step["clause"])))
