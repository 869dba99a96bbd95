"""What was asked, and the answer, each as a sentence: what it hangs on, the verdict, how sure it is, that it is stale."""

from premortem.case import Case
from premortem.law.assumed_facts import Assumed
from premortem.law.decision_data import Decided
from premortem.law.fields.field_words import CLEAR, called, described, place, told, unknown
from premortem.law.fields.named_fields import number_of, text_of
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.parties.lists import lists_held, whole
from premortem.law.parties.lookup import NOBODY, Hit, named_parties
from premortem.law.rulebook_version import shipped_version
from premortem.law.transactions import question as which
from premortem.law.unchecked import lacking
from premortem.text.numbers import capital, count_noun, small

# A share or count of 0 within a sentence.
NONE = "nothing"
# The choice of a field that stands for nothing held.
NOTHING = "none"


def question(d: Decided) -> str:
    """What was asked: how many of what, to where, on which day, for whom; or each field, where the case knows no items."""
    given, words = d.transaction, d.vocabulary
    day = f"{d.day}" if d.day_given else f"{d.day} (today, since no day was given)"
    law = f"under {d.policy}" if d.hypothetical else f"by the law {'of that day' if d.day_given else 'as it stands'}"
    if "item" not in words.given:
        fields = ", ".join(f"{called(n, words)} {told(n, value, words)}" for n, value in given.items() if n != "date")
        return f"{fields} on {day}, {law}"
    units, item = number_of(given, "quantity", 1), text_of(given, "item") or f"chips by their {words.total_unit}"
    parties = [f"{role.replace('_', ' ')} {name}" for role, name in named_parties(given).items()]
    kind = transfers(words.case).items.called.get(item, "")
    what = f"{capital(kind)} ({units:,.0f})" if kind else f"{units:,.0f} {item.replace('_', ' ')}"
    return "; ".join([f"{what} to {place(text_of(given, 'destination'), words)} on {day}, {law}", *parties])


def not_law(policy: str, case: Case) -> str:
    """That answers under a policy are not those of the law as it stands; nothing under that."""
    return "" if policy == case.settings.stands else f"Not the law: what the hypothetical policy {policy} would say."


def sentence(d: Decided) -> str:
    """The answer as a sentence: what it hangs on, the verdict, how sure it is, and that it is stale."""
    warning = shipped_version(d.case).warning(d.day) if d.stale else ""
    return " ".join(filter(None, (answer(d), warning)))


def answer(d: Decided) -> str:
    """The same without that it is stale, where that stands beside it."""
    return _told(d, _verdict(d))


def answer_alone(d: Decided) -> str:
    """The same without what it hangs on, which `conditions` tells."""
    return _told(d, f"{_reads(d)}." if _is_read(d) else _verdict(d))


def _told(d: Decided, said: str) -> str:
    doubt = f"Unverified: it rests on {_resting(d)}." if d.unverified else ""
    supposed = f"Under the hypothetical policy {d.policy}: " if d.hypothetical else ""
    verdict = f"{supposed}{small(said)}" if supposed else said
    return " ".join(filter(None, (verdict, _whichever(d), doubt)))


def _whichever(d: Decided) -> str:
    """That the answer is one, whichever item is meant."""
    if not d.any_of:
        return ""
    return f"{d.transaction['item']} may be {' or '.join(d.any_of)}: the answer is the same; its numbers are those of {d.any_of[0]}."


def _verdict(d: Decided) -> str:
    words = d.vocabulary
    if d.outcome.startswith(NEEDS) and (asked := which(d.transaction, d.case)):
        return f"Cannot be decided: {asked}; say which one is meant."
    if d.outcome == words.screening:
        return f"Cannot be decided until a person has looked at a name: {_near(d)}."
    if d.outcome.startswith(NEEDS):
        field = d.outcome.removeprefix(NEEDS)
        flag = words.fields[field].type == "flag"
        lacking = f"before it is told {unknown(field, words)}" if flag else f"without the {described(field, words)}"
        return f"Cannot be decided {lacking} (give it with --set {field}=VALUE)."
    read, hangs_on = _reads(d), conditions(d)
    return f"If {' and '.join(hangs_on)}: {small(read)}." if hangs_on else f"{read}."


def _is_read(d: Decided) -> bool:
    """Whether it decides anything, so that its outcome reads by itself."""
    return not d.outcome.startswith(NEEDS) and d.outcome != d.vocabulary.screening


def _reads(d: Decided) -> str:
    read = d.vocabulary.reads[d.outcome]
    if not d.clause and d.asked:
        read += f": no clause reaches it, of {len(d.asked)} in force that day that were asked"
    return read


def conditions(d: Decided) -> list[str]:
    """What an answer hangs on: names on no list that is not held, what was assumed, and points left open; none of one that decides nothing."""
    if not _is_read(d):
        return []
    left = [f"the {_open(len(d.elsewhere))} not bar it"] if d.may_go is None and d.elsewhere else []
    return [*_unlisted(d), *(supposed(a, d.vocabulary) for a in d.rests_on), *left]


def _open(points: int) -> str:
    return "open point below does" if points == 1 else f"{points} open points below do"


def asks_for(outcome: str, words: Vocabulary) -> str:
    """What an answer that decides nothing asks for: a look at a name, or a field."""
    return "look at a name" if outcome == words.screening else f"say {unknown(outcome.removeprefix(NEEDS), words)}"


def _resting(d: Decided) -> str:
    """What an unverified answer rests on."""
    if d.doubted:
        return f"the country group of {', '.join(d.doubted)}, whose move nobody confirmed"
    return f"{d.clause}, {_doubt(d)}"


def _doubt(d: Decided) -> str:
    """Why a clause of low confidence may not stand."""
    days = [c.clause for c in d.citations if c.confidence == "low"]
    begins = d.begins
    if begins and begins > shipped_version(d.case).news:
        return f"which was to begin on {begins}, after the last day to which the rulebook is verified: it may or may not have come back"
    return "whose reading is of low confidence" if days else ""


def _near(d: Decided) -> str:
    found = [h for h in d.hits if h.to_look_at]
    if not found:
        return "a named party"
    first = found[0]
    more = [f"{len(found) - 1} more like it"] if len(found) > 1 else []
    ask = "give the party's name" if first.source == NOBODY else f"if it is another, {CLEAR}"
    return " and ".join([f"{first.given} {likeness(first)}", *more]) + f"; {ask}"


def likeness(h: Hit) -> str:
    """How a named party is like the listed one."""
    if not h.name:
        return f"{h.list} ({h.source})"
    return f"is {h.name} ({h.list})" if h.equal else f"is near {h.name} ({h.list}, {h.score:.0f} of 100)"


def _unlisted(d: Decided) -> list[str]:
    """That no party is on a list, or on one of which no row, or only some, are held, as a condition."""
    if not (names := [*d.unscreened, *_cleared(d)]):
        return []
    verb = "is" if len(names) == 1 else "are"
    rows = "; and ".join(f"the {h.name} beyond {count_noun(h.rows, 'row')}" for h in lists_held(d.case))
    lists = "; and ".join(filter(None, (", ".join(lacking(d.case)), rows)))
    return [f"{' and '.join(names)} {verb} on none of the lists that are not held ({lists})"]


def _cleared(d: Decided) -> list[str]:
    """Parties that were cleared, each with the reason, where lists are not whole."""
    if d.outcome not in d.vocabulary.free or whole(d.case, d.day):
        return []
    return [f"{c.name} (cleared: {c.reason})" for c in d.cleared]


def supposed(a: Assumed, words: Vocabulary) -> str:
    """An assumption as a condition."""
    if a.value is None:
        return f"the {called(a.field, words)} keeps within the limit"
    field = words.fields.get(a.field)
    if field and field.supposed_not and (a.value is False or a.value == NOTHING):
        return field.supposed_not
    if field and field.supposed:
        return field.supposed.format(
            value=NONE if a.value == 0.0 and isinstance(a.value, float) else told(a.field, a.value, words)
        )
    if a.value == "":
        choices = [c for c in words.fields[a.field].choices if c not in ("", "other")]
        return f"the {called(a.field, words)} is {'none of ' + ', '.join(choices) if choices else 'nobody whom a clause names'}"
    return f"the {called(a.field, words)} is {told(a.field, a.value, words)}"
