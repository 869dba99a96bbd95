"""A decision in a few lines, or as HTML for a notebook: what was asked, the answer, its grounds, what was assumed, what was
not checked, what would change it. The memo that is signed, with every citation, is `memo_parts`.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from premortem.case import Case
from premortem.law.assumed_facts import sources
from premortem.law.clauses.citations import Citation
from premortem.law.condition_words import condition_words, names_of
from premortem.law.decision_data import Decided
from premortem.law.fields.field_words import called, told, words_of
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.ladder import Step, Test
from premortem.law.parties.lookup import ROLES, Hit
from premortem.law.parties.pulled_lists import pulled
from premortem.law.rulebook_version import shipped_version
from premortem.law.unchecked import NOT_WHOLE, SCREEN, brief
from premortem.law.verdict import likeness, question, sentence
from premortem.text.numbers import capital, count_noun, day_in_words, limit

ADVICE = "Not legal advice, and not official text."
# Most changes and hits that a memo in lines shows; the JSON, and the memo as a file, hold all.
FEW = 4
# Longest test that a memo shows as it stands [characters].
LONGEST = 60
# What the question says of a shipment, beside its parties; reasons by which names are cleared stand with the names.
ASKED = ("item", "quantity", "destination", "date", "cleared")
NO_CHANGE = "nothing that you may do and that this rulebook knows of"


def text(d: Decided) -> str:
    """The memo in a few lines."""
    return "\n".join([question(d), sentence(d), *(f"  {line}" for line in grounds(d)), f"  {ADVICE}"])


def grounds(d: Decided) -> list[str]:
    """What stands below the sentence: what it rests on, assumptions, what was not checked, what would change it."""
    return [
        *_rests(d),
        *hits(d),
        *listed_elsewhere(d),
        *(c.says for c in d.cleared),
        _outcome(d),
        current(d.case),
        *([f"Given: {'; '.join(facts)}"] if (facts := given(d)) else []),
        *([f"Assumed, not given: {assumption_line(d)}"] if d.assumed else []),
        *([f"{NOT_WHOLE}: {', '.join(d.unscreened)}. {SCREEN}"] if d.unscreened else []),
        f"Not checked: {brief(d)}",
        *d.elsewhere,
        *([f"Would change it: {'; or '.join(changes(d)[:FEW])}"] if changes(d) else []),
        *asked_for(d),
    ]


def changes(d: Decided) -> tuple[str, ...]:
    """What would change the answer, as actions; that nothing would, where it may not go."""
    return d.would_change or ((NO_CHANGE,) if d.may_go is False else ())


def asked_for(d: Decided) -> list[str]:
    """How much a checklist and the red flags hold, of which the memo as a file tells each."""
    points = sum(len(c.asks) for c in d.checklists)
    held = [f"a checklist of {count_noun(points, 'point')}"] if points else []
    held += [f"{count_noun(len(d.red_flags), 'red flag')}"] if d.red_flags else []
    first = "Before it goes" if d.outcome in d.vocabulary.free else "For the application"
    return [f"{first}: {' and '.join(held)} (in -o FILE)"] if held else []


def headroom(d: Decided) -> str:
    """What the limit of the deciding clause leaves."""
    return f"Headroom after it: {limit(round(d.headroom_tpp or 0), d.vocabulary.total_unit)}"


def current(case: Case) -> str:
    """Version of the rulebook, to which days it was verified, and which lists of parties were asked beside those that ship."""
    now, lists = shipped_version(case), pulled(case)
    named = f"Rulebook {now.version}" if now.version else "Rulebook"
    told = f"{named}: text verified to {now.text}, news to {now.news}"
    return f"{told}; lists of parties as pulled on {lists.day} (SHA-256 {case.lists[:12]})" if lists else told


def given(d: Decided) -> list[str]:
    """Each thing that was given and that the question does not tell: facts, seats and certificates."""
    words = d.vocabulary
    asked = {*ASKED, *ROLES} if "item" in words.given else {*d.transaction}
    return [
        f"{called(name, words)}: {told(name, value, words)}"
        for name, value in d.transaction.items()
        if name not in asked
    ]


def assumption_line(d: Decided) -> str:
    """What was assumed and not given, in a line; what a permission rests on first."""
    return "; ".join(assumptions(d))


def assumptions(d: Decided) -> list[str]:
    """Each thing that was assumed and not given; what a permission rests on first."""
    ordered = (*d.rests_on, *(a for a in d.assumed if a not in d.rests_on))
    words = d.vocabulary
    return [
        f"{called(a.field, words)}: {told(a.field, a.value, words)}{f' ({a.source})' if a.source else ''}"
        for a in ordered
    ]


def hits(d: Decided) -> list[str]:
    """The first named parties that are on a list, or near a name on one."""
    more = [f"and {len(d.hits) - FEW} more"] if len(d.hits) > FEW else []
    return [*(hit(h) for h in d.hits[:FEW]), *more]


def listed_elsewhere(d: Decided) -> list[str]:
    """Named parties on lists that ask for no licence."""
    return [
        f"{capital(who)} is on lists that ask for no export licence: {lists}" for who, lists in d.other_lists.items()
    ]


def days(c: Citation, hypothetical: bool = False) -> str:
    """On which days a clause is in force, in words; of a `hypothetical` policy, on which it would be."""
    how = "in force under this policy from" if hypothetical else "in force since"
    since = f"{how} {_day(c.since)}" if c.since else "in force on no day that is set"
    return f"{since}, until {_day(c.until)}" if c.until else since


def _day(iso: str) -> str:
    return day_in_words(date.fromisoformat(iso))


def _rests(d: Decided) -> list[str]:
    if d.clause:
        first, *also = d.citations
        sure = f"{first.confidence} confidence" + ("" if first.read else ", text not read")
        page = f" {first.url}" if first.url else ""
        line = f"By {d.clause}, {d.citation} ({days(first, d.hypothetical)}; {sure}): {d.says}.{page}"
        return [line, *([f"Rests also on {', '.join(c.clause for c in also)}"] if also else [])]
    said = "Asked" if d.outcome.startswith(NEEDS) else "Asked, and not reaching it"
    return [f"{said}: {count_by_instrument(d.asked)}", *_nearest(d)]


def reaching(d: Decided) -> str:
    """That no clause reaches it, or that none can be said to before a fact is told."""
    return "No clause decides it yet" if d.outcome.startswith(NEEDS) else "No clause reaches it"


def _outcome(d: Decided) -> str:
    """The answer as a script reads it, the class of the item where the case has classes, what a limit leaves, how sure it is."""
    classed = f"; {d.classed}" if d.classed else ""
    left = f". {headroom(d)}" if d.headroom_tpp is not None else ""
    sure = f". Weakest clause used: {d.confidence} confidence" if d.confidence else ""
    return f"Outcome {d.outcome}{classed}{left}{sure}"


def count_by_instrument(clauses: Sequence[str]) -> str:
    """Clauses counted by their instrument: `NAME (5), OTHER (2)`."""
    named = sorted(c.split(".")[0] for c in clauses)
    return ", ".join(f"{name} ({len([*group])})" for name, group in groupby(named)) or "none"


def _nearest(d: Decided) -> list[str]:
    """Clauses that miss by one test of something that was given, with that test."""
    missed = [(s, [t for t in s.tests if not t.met]) for s in d.trace if s.reached and not s.applies]
    found = [
        (s.clause, _test(tests[0], d.vocabulary))
        for s, tests in missed
        if tests and not {*sources(tests[0].test, d.vocabulary)}.isdisjoint(d.transaction.keys() - {"destination"})
    ]
    by_test: dict[str, list[str]] = {}
    for clause, test in found[:2]:
        by_test.setdefault(test, []).append(clause)
    told = ", ".join(f"{' and '.join(clauses)} ({test}: not met)" for test, clauses in by_test.items())
    return [f"Nearest: {told}"] if told else []


def _test(test: Test, words: Vocabulary) -> str:
    """A test in words where it is short, else by the fields that it looks at: half a condition says nothing."""
    said = condition_words(test.test, test.value, words).says
    return said if len(said) <= LONGEST else f"a test of {names_of(test.test, words)}"


def hit(h: Hit) -> str:
    """A named party that is on a list, or near a name on one."""
    cleared = f"; cleared: {h.cleared}" if h.cleared and not h.equal else ""
    party = words_of(h.party).capitalize()
    if not h.name:
        return f"{party} {h.given} {likeness(h)}{cleared}"
    how = "is" if h.equal else f"is near ({h.score:.0f} of 100)"
    if h.owned:
        return f"{party} {h.given} {how} {h.name}, {h.owned}{cleared}"
    since = f" since {h.date}" if h.date else ""
    return f"{party} {h.given} {how} {h.name} on {h.list}{since}{cleared}"


def html(d: Decided) -> str:
    """The memo as HTML: what was asked, the answer, its grounds, the tests that counted."""
    rows = "".join(_row(step, test, d.vocabulary) for step in d.trace if step.reached for test in step.tests)
    lines = "".join(f"<li>{escape(line)}</li>" for line in grounds(d))
    return (
        f"<div><p><small>{escape(question(d))}.</small></p>"
        f"<p><b>{escape(sentence(d))}</b></p><ul>{lines}</ul>"
        f"<table><thead><tr><th>clause</th><th>test</th><th>values</th><th>met</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p><small>{ADVICE}</small></p></div>"
    )


def _row(step: Step, test: Test, words: Vocabulary) -> str:
    cells = (step.clause, *condition_words(test.test, test.value, words), met_word(test))
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def test_line(test: Test, words: Vocabulary) -> str:
    """A test in words, whether it was met, and what it looked at."""
    return f"{met_word(test)}: {condition_words(test.test, test.value, words)}"


def met_word(test: Test) -> str:
    """Whether a test was met, as a word; one that looked at something assumed says so."""
    met = "met" if test.met else "not met" if test.known else "not known"
    return f"{met} (assumed)" if test.assumed else met
