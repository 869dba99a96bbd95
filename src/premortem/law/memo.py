"""A decision as a memo, in a few lines or as HTML for a notebook: question, answer, grounds, what was assumed, what was
not checked, what would change it.

Over 300 lines, since every sentence about an answer stands here.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby
from typing import Any

from premortem.case import Case
from premortem.law.assumed_facts import Assumed, sources
from premortem.law.conditions import identifiers
from premortem.law.decision_data import Decided
from premortem.law.ladder import Step, Test
from premortem.law.parties import NOT_LOOKED_UP, ROLES, Hit, named
from premortem.law.party_lists import lists_held
from premortem.law.pulled_lists import pulled
from premortem.law.rulebook_version import verified
from premortem.law.spelling import NOBODY
from premortem.law.transactions import question as which
from premortem.law.transfers import transfers
from premortem.law.vocabulary import NEEDS, Vocabulary
from premortem.text.numbers import counted, limit, listing, small

ADVICE = "Not legal advice, and not official text."
# What a person may do about a party that no table holds.
SCREEN = "Look each up in the whole lists; if it is on none, give --clear NAME=REASON."
# Most changes and assumptions that a memo in lines shows; the JSON holds all.
FEW = 4
# Longest test that a memo shows as it stands [characters].
LONGEST = 60
NO_CHANGE = "nothing that you may do and that this rulebook knows of"


def question(d: Decided) -> str:
    """What was asked: how many of what, to where, on which day, for whom; or each field, where the case knows no items."""
    given = d.transaction
    day = f"{given['date']}" if d.day_given else f"{given['date']} (today, since no day was given)"
    if "item" not in d.vocabulary.given:
        told = ", ".join(f"{_words(name)} {_shown(value)}" for name, value in given.items() if name != "date")
        return f"{told} on {day}, under {d.policy}"
    units, item = float(given.get("quantity", 1)), given.get("item", f"chips by their {d.vocabulary.total_unit}")
    parties = [f"{role.replace('_', ' ')} {name}" for role, name in named(given).items()]
    told = "; ".join(parties) or "no party named"
    return f"{units:,.0f} {item} to {given['destination']} on {day}, under {d.policy}; {told}"


def sentence(d: Decided) -> str:
    """The answer as a sentence: what it hangs on, the verdict, how sure it is, and that it is stale."""
    doubt = f"Unverified: it rests on {_resting(d)}." if d.unverified else ""
    supposed = f"Under the hypothetical policy {d.policy}: " if d.hypothetical else ""
    said = _verdict(d)
    verdict = f"{supposed}{small(said)}" if supposed else said
    return " ".join(filter(None, (verdict, doubt, verified(d.case).warning(d.transaction["date"]) if d.stale else "")))


def _verdict(d: Decided) -> str:
    if d.outcome.startswith(NEEDS) and (asked := which(d.transaction, d.case)):
        return f"Cannot be decided: {asked}."
    if d.outcome == d.vocabulary.screening:
        return f"Cannot be decided until a person has looked at a name: {_near(d)}."
    if d.outcome.startswith(NEEDS):
        field = d.outcome.removeprefix(NEEDS)
        says = d.vocabulary.fields[field].says
        return f"Cannot be decided without {field}: {says} (give it with --set {field}=VALUE)"
    read = d.vocabulary.reads[d.outcome]
    if not d.clause and d.asked:
        read += f": no clause reaches it, of {len(d.asked)} in force that day that were asked"
    left = ["nothing that is left to look at bars it"] if d.may_go is None and d.elsewhere else []
    if conditions := [*_unlisted(d), *(_supposed(a, d.vocabulary) for a in d.rests_on), *left]:
        read = f"If {' and '.join(conditions)}: {small(read)}"
    return f"{read}."


def _resting(d: Decided) -> str:
    """What an unverified answer rests on."""
    if d.doubted:
        return f"the country group of {', '.join(d.doubted)}, whose move nobody confirmed"
    return f"{d.clause}, {_doubt(d)}"


def _doubt(d: Decided) -> str:
    """Why a clause of low confidence may not stand."""
    days = [c.clause for c in d.citations if c.confidence == "low"]
    begins = d.begins
    if begins and begins > verified(d.case).news:
        return f"which was to begin on {begins}, after the last day to which the rulebook is verified: it may or may not have come back"
    return "whose reading is of low confidence" if days else ""


def _near(d: Decided) -> str:
    found = [h for h in d.hits if not h.equal and not h.cleared]
    if not found:
        return "a named party"
    first = found[0]
    more = [f"{len(found) - 1} more like it"] if len(found) > 1 else []
    ask = "give the party's name" if first.source == NOBODY else "if it is another, give --clear NAME=REASON"
    return " and ".join([f"{first.given} {_likeness(first)}", *more]) + f"; {ask}"


def _likeness(h: Hit) -> str:
    if h.list == NOT_LOOKED_UP:
        return f"{NOT_LOOKED_UP} ({h.source})"
    return f"is {h.name} ({h.list})" if h.equal else f"is near {h.name} ({h.list}, {h.score:.0f} of 100)"


def _unlisted(d: Decided) -> list[str]:
    """That nobody found a party on a list of which no row, or only some, are held, as a condition."""
    if not d.unscreened:
        return []
    verb = "is" if len(d.unscreened) == 1 else "are"
    rows = "; and ".join(f"the {h.name} beyond {counted(h.rows, 'row')}" for h in lists_held(d.case))
    lists = "; and ".join(filter(None, (", ".join(_lacking(d.case)), rows)))
    return [f"{' and '.join(d.unscreened)} {verb} on none of the lists that are not held ({lists})"]


def _supposed(a: Assumed, words: Vocabulary) -> str:
    """An assumption as a condition."""
    if a.field in words.fields and words.fields[a.field].supposed:
        return words.fields[a.field].supposed
    if a.value is None:
        return f"{_words(a.field)} keeps within the limit"
    if a.value == "":
        choices = [c for c in words.fields[a.field].choices if c not in ("", "other")]
        return f"{_words(a.field)} is {'none of ' + ', '.join(choices) if choices else 'nobody whom a clause names'}"
    return f"{_words(a.field)} is {_shown(a.value).replace('_', ' ')}"


def not_checked(d: Decided) -> tuple[str, ...]:
    """What an answer does not cover: names that were not given, lists not held, and what is never checked."""
    unnamed = _unnamed(d)
    missing = [f"Not named, so looked up in no list: {', '.join(unnamed)}."] if unnamed else []
    unread = _unread(d)
    missing += [f"Named, and looked up in no list: {'; '.join(unread)}."] if unread else []
    if d.unscreened:
        missing.append(f"In no table: {', '.join(d.unscreened)}. {SCREEN}")
    current = verified(d.case)
    warning = current.warning(d.transaction["date"])
    return (*missing, *lists(d.case), *d.elsewhere, *current.not_checked, *((warning,) if warning else ()))


def lists(case: Case) -> tuple[str, ...]:
    """That the lists of parties are not whole: what is held, and what is not; nothing where the case knows no lists."""
    held = ", ".join(f"{h.name} ({counted(h.rows, 'row')} of {h.date})" for h in lists_held(case))
    said = f"Lists beyond the rows held, which are not whole: {held}." if held else "Lists of parties: none is held."
    if found := pulled(case):
        said = f"Lists of parties before and after {found.day}, the day on which they were pulled: {held}."
    lacking = f" No row is held of {', '.join(told)}." if (told := _lacking(case)) else ""
    return (said + lacking,) if transfers(case).parties.lists else ()


def _unnamed(d: Decided) -> list[str]:
    """Roles in which nobody was named; an exporter is known from its chips."""
    return [_words(role) for role in ROLES[1:] if role in d.vocabulary.given and not d.transaction.get(role)]


def _unread(d: Decided) -> list[str]:
    """Named parties that cannot be looked up, and why."""
    return [f"{_words(h.party)} {h.given} ({h.source})" for h in d.hits if h.list == NOT_LOOKED_UP]


def _lacking(case: Case) -> list[str]:
    """Lists that bar shipments and of which no row is held."""
    held = {h.name for h in lists_held(case)}
    return [name for name, in_table in transfers(case).parties.barring.items() if in_table not in held]


def text(d: Decided) -> str:
    """The memo in a few lines."""
    return "\n".join([question(d), sentence(d), *(f"  {line}" for line in grounds(d)), f"  {ADVICE}"])


def grounds(d: Decided) -> list[str]:
    """What stands below the sentence: clause and citation, hits, assumptions, what was not checked, what would change it."""
    changes = d.would_change[:FEW] or ((NO_CHANGE,) if d.may_go is False else ())
    return [
        *_rests(d),
        *(
            [f"Headroom after it: {limit(round(d.headroom_tpp), d.vocabulary.total_unit)}"]
            if d.headroom_tpp is not None
            else []
        ),
        *hits(d),
        *([f"Assumed, not given: {supposed(d)}"] if d.assumed else []),
        *([f"In no table: {', '.join(d.unscreened)}. {SCREEN}"] if d.unscreened else []),
        f"Not checked: {_brief(d)}",
        *d.elsewhere,
        *(f"Would change it: {change}" for change in changes),
        current(d.case),
    ]


def current(case: Case) -> str:
    """Version of the rulebook, and to which days it was verified."""
    now = verified(case)
    named = f"Rulebook {now.version}" if now.version else "Rulebook"
    return f"{named}: text verified to {now.text}, news to {now.news}"


def supposed(d: Decided) -> str:
    """What was assumed and not given, in a line; what a permission rests on first."""
    shown = (*d.rests_on, *(a for a in d.assumed if a not in d.rests_on))
    return ", ".join(f"{_words(a.field)} {_shown(a.value)}{f' ({a.source})' if a.source else ''}" for a in shown)


def hits(d: Decided) -> list[str]:
    """The first named parties that are on a list, or near a name on one."""
    more = [f"and {len(d.hits) - FEW} more"] if len(d.hits) > FEW else []
    return [*(_hit(h) for h in d.hits[:FEW]), *more]


def _rests(d: Decided) -> list[str]:
    if d.clause:
        sure = f", {d.confidence} confidence" if d.confidence else ""
        also = [c.clause for c in d.citations if c.clause != d.clause]
        line = f"{d.outcome}, by {d.clause} ({d.citation}{sure}){_classed(d)}: {d.says}"
        return [line, *([f"Rests also on {', '.join(also)}"] if also else [])]
    return [f"{d.outcome}{_classed(d)}; asked: {by_instrument(d.asked)}", *_nearest(d)]


def _classed(d: Decided) -> str:
    """The class of the item, where the case has classes."""
    label = d.vocabulary.classes.label
    return f", {label} {d.eccn}" if label else ""


def by_instrument(clauses: Sequence[str]) -> str:
    """Clauses counted by their instrument: `NAME (5), OTHER (2)`."""
    named = sorted(c.split(".")[0] for c in clauses)
    return ", ".join(f"{name} ({len([*group])})" for name, group in groupby(named)) or "none"


def _nearest(d: Decided) -> list[str]:
    """Clauses that miss by one test of something that was given, with that test."""
    missed = [(s, [t for t in s.tests if not t.met]) for s in d.trace if s.reached and not s.applies]
    told = [
        f"{s.clause} ({_test(tests[0].test, d.vocabulary)}: not met)"
        for s, tests in missed
        if tests and not {*sources(tests[0].test, d.vocabulary)}.isdisjoint(d.transaction.keys() - {"destination"})
    ]
    return [f"Nearest: {', '.join(told[:2])}"] if told else []


def _test(text: str, words: Vocabulary) -> str:
    """A test as it stands in the law files where it is short, else by the fields that it looks at: half a condition says nothing."""
    if len(text) <= LONGEST:
        return text
    return f"a test of {listing([_words(name) for name in dict.fromkeys(identifiers(text)) if name in words.fields])}"


def _hit(h: Hit) -> str:
    cleared = f"; cleared: {h.cleared}" if h.cleared and not h.equal else ""
    if h.list == NOT_LOOKED_UP:
        return f"{_words(h.party).capitalize()} {h.given} {_likeness(h)}{cleared}"
    how = "is" if h.equal else f"is near ({h.score:.0f} of 100)"
    since = f" since {h.date}" if h.date else ""
    return f"{_words(h.party).capitalize()} {h.given} {how} {h.name} on {h.list}{since}{cleared}"


def _brief(d: Decided) -> str:
    """What was not checked, in one line; the JSON has the sentences."""
    unnamed = _unnamed(d)
    return "; ".join(
        [
            *_unread(d),
            *([f"{', '.join(unnamed)} (not named)"] if unnamed else []),
            *filter(None, (transfers(d.case).cautions.brief,)),
        ]
    )


def html(d: Decided) -> str:
    """The memo as HTML: what was asked, the answer, its grounds, the tests that counted."""
    asked = "; ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in d.transaction.items())
    rows = "".join(_row(step, test) for step in d.trace if step.reached for test in step.tests)
    lines = "".join(f"<li>{escape(line)}</li>" for line in grounds(d))
    return (
        f"<div><p><small>{escape(question(d))}. Given: {escape(asked)}</small></p>"
        f"<p><b>{escape(sentence(d))}</b></p><ul>{lines}</ul>"
        f"<table><thead><tr><th>clause</th><th>test</th><th>values</th><th>met</th></tr></thead><tbody>{rows}</tbody></table>"
        f"<p><small>{ADVICE}</small></p></div>"
    )


def _row(step: Step, test: Test) -> str:
    cells = (step.clause, test.test, test.value, met_word(test))
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def met_word(test: Test) -> str:
    """Whether a test was met, as a word; one that looked at something assumed says so."""
    met = "met" if test.met else "not met" if test.known else "not known"
    return f"{met} (assumed)" if test.assumed else met


def _words(field: str) -> str:
    return field.replace("_", " ")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return "not given" if value is None else f"{value:,.12g}" if isinstance(value, float) else str(value)
