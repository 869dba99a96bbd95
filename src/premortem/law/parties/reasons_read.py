"""What a reason that clears a name says itself: places, firms and goods that go on, read as notes are."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

import polars as pl

from premortem.case import Case
from premortem.law.fields.named_fields import Fields, day_of, text_of
from premortem.law.fields.places import names
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.parties.clearing import clearings
from premortem.law.parties.listed_in_texts import listed_within
from premortem.law.parties.lookup import ROLES, standing
from premortem.law.parties.spelling import all_words, key, word_lists
from premortem.law.parties.stems import stem
from premortem.law.parties.telltale import Sign, signs_of
from premortem.text.numbers import strip_accents

SAYS = (
    "The reason that clears {name} says {what}, which no field says: give what it means in a field (where it goes, what it is for, who "
    "takes part), or say in the reason that it is not so."
)
SAYS_IDLE = (
    "The reason that clears {name} says {what}, by which nobody looked: look the name up, and say what was found."
)
# What may stand between two words.
APART = r"\W+"


def told_by_reasons(given: Fields, case: Case) -> Iterator[str]:
    """A sentence on each reason of a transaction by which nobody looked, or that says a place that is none of its own, a firm that is not the name's, arms or goods
    that go on. What the reason denies (`no part of Acme`) it does not say, nor are the words of the name that it clears told again.
    """
    cleared = text_of(given, "cleared")
    if not cleared or not transfers(case).parties.lists:
        return
    places = {given[field] for field in vocabulary(case).countries if given.get(field)}
    roles = {key(name): name for role in ROLES if (name := text_of(given, role))}
    for name, reason in clearings(cleared).items():
        if idle := _idle(reason):
            yield SAYS_IDLE.format(name=name, what=idle)
        if not (signs := _said(reason, case)):
            continue
        own = {part for word in all_words(name) for part in (word, stem(word, case))}
        if key(name) in roles:
            own.update(
                word
                for row, _ in standing(roles[key(name)], day_of(given), case)
                for n in row.names
                for word in all_words(n)
            )
        told = [sign for sign in signs if sign.place not in places and not own.issuperset(all_words(sign.text))]
        if told:
            yield SAYS.format(name=name, what=", ".join(dict.fromkeys(_called(sign, case) for sign in told)))


def _called(sign: Sign, case: Case) -> str:
    place = names(case).get(sign.place, "") if sign.place else ""
    return f"{sign.text} ({place})" if place and place.lower() != sign.text else sign.text


@lru_cache(maxsize=4096)
def _said(reason: str, case: Case) -> tuple[Sign, ...]:
    """What a reason says and does not deny."""
    listed = listed_within(pl.Series([reason], dtype=pl.String), case).get(reason, ())
    found = (*signs_of([reason], case).get(reason, ()), *(Sign(name, "", barred=True) for name in listed))
    return tuple(sign for sign in found if not _denies(reason, sign.text))


@lru_cache(maxsize=4096)
def _idle(reason: str) -> str:
    """Words of a reason by which nobody looked; "" where it says none."""
    said = f" {' '.join(all_words(reason))} "
    return next((words for words in word_lists("reasons.toml")["idle"] if f" {words} " in said), "")


def _denies(reason: str, words: str) -> bool:
    """Whether each time that a reason says some words it denies them."""
    said = strip_accents(reason)
    pattern = APART.join(map(re.escape, words.split()))
    at = [found.start() for found in re.finditer(pattern, said)]
    return bool(at) and all(_denying().search(said[:start]) for start in at)


@cache
def _denying() -> re.Pattern[str]:
    told = word_lists("reasons.toml")
    denying, parting, away, between = ("|".join(told[kind]) for kind in ("denying", "parting", "from", "between"))
    return re.compile(
        rf"\b(?:(?:{denying}) (?:(?:{between})[ -])*|(?:{parting}) (?:(?:{between}) )*?(?:{away}) (?:the |a |an |any )?)$"
    )
