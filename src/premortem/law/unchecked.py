"""What an answer does not cover: parties that were not named or cannot be looked up, lists not held, what is never checked."""

from premortem.case import Case
from premortem.law.decision_data import Decided
from premortem.law.fields.field_words import CLEAR, words_of
from premortem.law.fields.transfers import transfers
from premortem.law.parties.lists import called as called_list
from premortem.law.parties.lists import lists_held
from premortem.law.parties.lookup import NOBODY, NOT_LOOKED_UP, ROLES
from premortem.law.parties.pulled_lists import pulled
from premortem.law.rulebook_version import shipped_version
from premortem.text.numbers import count_noun

# What is said of a party that nobody looked up in lists that are not held, or only in part; and what a person may do.
NOT_WHOLE = "Looked up in no whole list"
SCREEN = f"Look each up in the whole lists; if it is on none, {CLEAR}."


def not_checked(d: Decided) -> tuple[str, ...]:
    """What an answer does not cover, as sentences."""
    unnamed, unread = _unnamed(d), _unread(d)
    missing = [f"Not named, so looked up in no list: {', '.join(unnamed)}."] if unnamed else []
    missing += [f"Named, and looked up in no list: {'; '.join(unread)}."] if unread else []
    if d.unscreened:
        missing.append(f"{NOT_WHOLE}: {', '.join(d.unscreened)}. {SCREEN}")
    current = shipped_version(d.case)
    warning = current.warning(d.day)
    return (*missing, *lists(d.case), *d.elsewhere, *current.not_checked, *((warning,) if warning else ()))


def lists(case: Case) -> tuple[str, ...]:
    """That the lists of parties are not whole: what is held, and what is not; nothing where the case knows no lists."""
    if not transfers(case).parties.lists:
        return ()
    held = ", ".join(f"{called_list(h.name, case)} ({count_noun(h.rows, 'row')} of {h.date})" for h in lists_held(case))
    if found := pulled(case):
        said = f"Lists of parties before and after {found.day}, the day on which they were pulled: {held}."
    elif held:
        said = f"Lists beyond the rows held, which are not whole: {held}."
    else:
        said = "Lists of parties: none is held."
    missing = f" No row is held of {', '.join(names)}." if (names := lacking(case)) else ""
    return (said + missing,)


def to_clear(d: Decided) -> list[str]:
    """Names as given that a person has to look at: near a listed one, or looked up in no whole list; an equal name cannot be cleared."""
    near = (h.given for h in d.hits if h.to_look_at and h.source != NOBODY)
    return [*dict.fromkeys((*near, *d.unscreened))]


def lacking(case: Case) -> list[str]:
    """Lists that bar shipments and of which no row is held."""
    held = {h.name for h in lists_held(case)}
    return [name for name, in_table in transfers(case).parties.barring.items() if in_table not in held]


def brief(d: Decided) -> str:
    """What was not checked, in one line."""
    unnamed = _unnamed(d)
    named = [f"{', '.join(unnamed)} (not named)"] if unnamed else []
    return "; ".join([*_unread(d), *named, *filter(None, (transfers(d.case).cautions.brief,))])


def _unnamed(d: Decided) -> list[str]:
    """Roles in which nobody was named; an exporter is known from its chips."""
    return [words_of(role) for role in ROLES[1:] if role in d.vocabulary.given and not d.transaction.get(role)]


def _unread(d: Decided) -> list[str]:
    """Named parties that cannot be looked up, and why."""
    return [f"{words_of(h.party)} {h.given} ({h.source})" for h in d.hits if h.list == NOT_LOOKED_UP]
