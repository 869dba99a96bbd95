"""Named parties looked up in the shipped lists of parties: equal names are listed, near ones are shown until cleared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.files.toml import read_toml
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.places import country_codes
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.parties.lists import index, searched_to, whole
from premortem.law.parties.name_matches import EQUAL, MOST_KEPT, look_up, matches
from premortem.law.parties.nameless import is_nameless
from premortem.law.parties.spelling import in_other_script, key, words
from premortem.law.parties.table import NOT_LISTED, Listed
from premortem.law.parties.telltale import Sign, signs_of, still_asks
from premortem.text.result import Shown

# Who may be named on a transaction.
ROLES = ("exporter", "purchaser", "intermediate", "consignee", "end_user", "parent")
# What stands for a list where a name cannot be compared with the listed ones.
NOT_LOOKED_UP = "cannot be looked up"
# Why it cannot.
NOBODY, OTHER_SCRIPT = "it names nobody", "few listed names are held in this script"
# Fewest letters of a place's name that is no party's: a shorter one may be a firm's.
FEWEST_OF_PLACE = 4
# The same where it says a place under embargo, or a body of one.
SAYS = "says {words}"
# Most near names that are shown of one party.
SHOWN = 5


@dataclass(frozen=True, repr=False)
class Hit(Shown):
    """A named party that is equal to a listed one, or near it."""

    party: str  # its role on the transaction
    given: str  # the name as given
    name: str  # the name as listed
    list: str
    date: date | None  # first day on the list; None where it is not known, which counts as always
    score: float  # 100 for equal names
    source: str  # where the row is from; why a name cannot be looked up
    policy: str  # policy by which a licence is reviewed
    equal: bool
    cleared: str  # the reason for which the user cleared it, "" where not
    owner: str = ""  # the listed party that owns it, where it is on no list itself
    asks: str = ""  # what its row then asks for, in words

    @property
    def to_look_at(self) -> bool:
        """Whether a person must look at it: an equal name is listed, and a cleared one was looked at."""
        return not self.equal and not self.cleared

    @property
    def owned(self) -> str:
        """Who owns it, since when that one is listed, and what the rule on ownership asks; nothing of a party that is listed."""
        since = f" since {self.date}" if self.date else ""
        return (
            f"not listed itself, and owned by {self.owner}, which is listed{since} ({self.asks})" if self.owner else ""
        )


ADDRESSEES = "addressees.toml"  # firms that letters were sent to


@cache
def _addressees(case: Case) -> dict[str, tuple[tuple[str, ...], ...]]:
    path = case / ADDRESSEES
    told = read_toml(path) if path.is_file() else {}
    allowed = 'a list of how its name begins, as ["acme"]'
    raise_all(
        [
            BadInput(ADDRESSEES, firm, "is not a list of texts", got=names, allowed=allowed)
            for firm, names in told.items()
            if not (isinstance(names, list) and all(isinstance(name, str) for name in names))
        ]
    )
    return {firm: tuple(words(name) for name in names) for firm, names in told.items()}


@lru_cache(maxsize=400_000)
def addressee(name: str, case: Case) -> str:
    """The firm that letters were sent to, where a name begins as one's does; else the name."""
    said = words(name)
    starts = ((firm, start) for firm, names in _addressees(case).items() for start in names)
    return next((firm for firm, start in starts if said[: len(start)] == start), name)


def standing(name: str, day: date, case: Case) -> tuple[tuple[Listed, float], ...]:
    """Rows of the table in force on a day that a name is equal to (100), else those that it is near; nearest first.

    A name that is equal to a row's is that row's, whatever the day: before its first day and after its last that row
    says nothing of it, and only the rows of others, in force that day, may be near.
    """
    rows = index(case).rows
    found = tuple((row, score) for i, score in matches(name, case) if (row := rows[i]).in_force(day))
    return tuple((row, score) for row, score in found if score == EQUAL) or found


def suspects(names: Iterable[str], case: Case) -> set[str]:
    """Of names those that are to be looked at on some day: listed, near a listed one, telling, or not to be looked up."""
    known, given = _suspected(case), [*names]
    new = [name for name in given if name not in known]
    if len(known) + len(new) > MOST_KEPT:
        known.clear()
        new = given
    if new:
        says = signs_of(new, case, party=True)
        known |= {n: bool(rows or n in says or not_looked_up(n, case)) for n, rows in look_up(new, case).items()}
    return {name for name in given if known[name]}


@cache
def _suspected(case: Case) -> dict[str, bool]:
    """Names that were asked about, and whether they are to be looked at."""
    return {}


def asking(names: Iterable[str], case: Case) -> set[str]:
    """Of names those that ask for a look by a place or a body that they say, and in no other way."""
    says = signs_of(names, case, party=True)
    asks = [name for name, signs in says.items() if any(sign.place or sign.barred for sign in signs)]
    return {name for name in asks if not matches(name, case) and not not_looked_up(name, case)}


def not_looked_up(name: str, case: Case) -> str:
    """Why a name that is in no table cannot be compared with one, `NOBODY` or `OTHER_SCRIPT`; "" where it can."""
    if is_nameless(name) or _is_place(name, case):
        return NOBODY if key(name) not in index(case).by_key else ""
    return OTHER_SCRIPT if in_other_script(name) and key(name) not in index(case).by_key else ""


def _is_place(name: str, case: Case) -> bool:
    """Whether a text is the name of a country or of a town that means one, and nothing more."""
    return key(name) in _places(case)


@cache
def _places(case: Case) -> frozenset[str]:
    """Names of countries and of the towns that mean one, as the keys of names are; of a case with lists of parties."""
    names = (*country_codes(case), *transfers(case).unread.towns) if transfers(case).parties.lists else ()
    return frozenset(key(name) for name in names if len(name) >= FEWEST_OF_PLACE)


def named_parties(given: Fields) -> dict[str, str]:
    """The parties that a transaction names, by role."""
    return {role: str(given[role]) for role in ROLES if given.get(role)}


def names_firm(role: str, name: str, case: Case) -> bool:
    """Whether what stands for a party is a name: clauses ask of some words for an exporter, which name no firm."""
    return role != "exporter" or key(name) not in vocabulary(case).lists.get(transfers(case).parties.words, ())


def screen(
    named: Mapping[str, str], day: date, case: Case, cleared: Mapping[str, str] | None = None
) -> tuple[Hit, ...]:
    """Listed names that the named parties (by role) are equal or near to on a day, and names that cannot be looked up.

    Equal names are listed; near ones are only shown, until cleared with a reason (by name).
    """
    reasons = {key(name): reason for name, reason in (cleared or {}).items() if key(name)}
    hits: list[Hit] = []
    for role, name in named.items():
        if not names_firm(role, name, case):
            continue
        found = standing(name, day, case)
        shown = found if found and found[0][1] == EQUAL else found[:SHOWN]
        reason = reasons.get(key(name), "")
        hits += [_hit(role, name, row, score, reason, case) for row, score in shown]
        why = not_looked_up(name, case)
        if why:
            looked_at = "" if why == NOBODY else reason
            hits.append(Hit(role, name, "", NOT_LOOKED_UP, None, 0.0, why, "", False, looked_at))
        if why != NOBODY and not (found and found[0][1] == EQUAL):
            asks = still_asks(name, reason, case)
            hits += [
                _telling_hit(role, name, sign, "" if sign in asks else reason)
                for sign in signs_of([name], case, party=True).get(name, ())
            ]
    return tuple(hits)


def _telling_hit(role: str, given: str, sign: Sign, reason: str) -> Hit:
    why = "no reason clears it" if sign.barred else f"a reason that clears it says {sign.text}"
    return Hit(role, given, "", SAYS.format(words=sign.text), None, 0.0, why, "", False, reason)


def unscreened_names(
    named: Mapping[str, str], case: Case, cleared: Mapping[str, str] | None = None, day: date | None = None
) -> tuple[str, ...]:
    """Names of the named parties (by role) that nobody cleared; none on a `day` on which the lists that are held are whole.

    The lists are held in part. A firm that the tables say stands on none was looked up by whoever made them, up to the day to which
    the rulebook follows news, and so is the one that asks; a row that tells a seat alone says nothing of lists, and of a firm that stands on
    some list they say nothing of the rest. A reason to clear one stands for a look at the
    whole lists. None where the case has no lists.
    """
    if not transfers(case).parties.lists or (day and whole(case, day)):
        return ()
    settled = {key(name) for name in cleared or {}}
    held, late = index(case), day is not None and day > searched_to(case)

    def known(role: str, name: str) -> bool:
        rows = [held.rows[i] for i in held.by_key.get(key(name), ())]
        if not rows or role == "exporter":
            return bool(rows)
        searched = not late and any(row.searched for row in rows)
        return searched and not any(row.other or row.list != NOT_LISTED for row in rows)

    firms = (name for role, name in named.items() if names_firm(role, name, case) and not known(role, name))
    return tuple(dict.fromkeys(name for name in firms if key(name) not in settled))


def unknown_names(
    named: Mapping[str, str], case: Case, cleared: Mapping[str, str] | None = None, day: date | None = None
) -> tuple[str, ...]:
    """Of these the names that stand in no table."""
    held = index(case).by_key
    return tuple(name for name in unscreened_names(named, case, cleared, day) if key(name) not in held)


def unsearched_names(
    named: Mapping[str, str], case: Case, cleared: Mapping[str, str] | None = None, day: date | None = None
) -> tuple[str, ...]:
    """Of these the names of which the tables say nothing of lists: they stand in none, or for their seat alone."""
    held = index(case)
    names = unscreened_names(named, case, cleared, day)
    return tuple(n for n in names if not any(held.rows[i].searched for i in held.by_key.get(key(n), ())))


def other_lists(named: Mapping[str, str], case: Case) -> dict[str, str]:
    """The named parties (by role, as `ROLE NAME`) that stand on lists which ask for no licence, with those lists."""
    held = index(case)
    found = ((f"{role.replace('_', ' ')} {name}", held.rows[i].other) for role, name in named.items() for i in held.by_key.get(key(name), ()))  # fmt: skip
    return {who: lists for who, lists in found if lists}


def _hit(role: str, given: str, row: Listed, score: float, reason: str, case: Case) -> Hit:
    found = (row.name, row.list, row.effective, round(score, 1), row.source, row.policy, score == EQUAL)
    asks = f"{transfers(case).parties.owned.share:.0%} or more, as its row is read; {row.asks}" if row.owner else ""
    return Hit(role, given, *found, reason, row.owner, asks)
