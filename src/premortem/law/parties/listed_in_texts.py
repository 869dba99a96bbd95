"""Texts that are no names, as notes are, in which the name of a listed party stands, or of a firm seated in the strict group."""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import polars as pl

from premortem.case import Case
from premortem.law.parties.lists import index
from premortem.law.parties.look_alikes import plain_letters
from premortem.law.parties.spelling import all_words, beginnings, common_words, key, words
from premortem.law.parties.stems import stems, strictly_seated
from premortem.law.parties.table import NOT_LISTED
from premortem.law.parties.telltale import TO_READ

# Most words of a listed name that is looked for within a text, and its fewest letters: shorter ones are words of much else.
MOST_WORDS, FEWEST_WITHIN = 7, 4
# What hangs a word on another, as in `Acme's`; fewest letters of a word that may be the beginning of another, written apart.
FEWEST_START = 3
HOOKS = re.compile(r"(?<=\w)['’‘`´]s\b|\b(?:[ldnmjtsc]|qu|dell|all)['’‘`´](?=\w)", re.IGNORECASE)


def listed_names(texts: pl.Series, case: Case) -> frozenset[str]:
    """Of distinct texts, most of them no names, those that are equal to a name on a list, whatever the day."""
    if texts.is_empty():  # as of most columns of a wide table
        return frozenset()
    keys, starts, digits = _listed_keys(case)
    # a listed name begins with the text's first word and has its digits: what does not is not spelt out, which takes long
    plain = texts.str.to_lowercase()
    may_be = plain.str.extract("([a-z0-9]+)").is_in(starts) & plain.str.replace_all("[^0-9]", "").is_in(digits)
    at = may_be.fill_null(False) | plain.str.contains(r"[^\x00-\x7f]|^\s*&")
    return frozenset(name for name in texts.filter(at) if key(name) in keys)


def listed_within(texts: pl.Series, case: Case) -> dict[str, tuple[str, ...]]:
    """Of distinct texts those within which a listed name of some length stands, or the one word that tells it, as the text has it;
    or the same of a firm that is seated, or owned, in the strict group.
    """
    if texts.is_empty():
        return {}
    held = _within(case)
    plain = texts.str.to_lowercase()
    # a text without the first word of a listed name, or a telling one, holds none
    has = plain.str.extract_all(r"[a-z0-9]+").list.eval(pl.element().is_in(held.any_of.implode())).list.any()
    at = has.fill_null(False) | plain.str.contains(TO_READ)
    return {text: (found,) for text in texts.filter(at) if (found := _listed_in(text, held))}


def _listed_in(text: str, held: "_Within") -> str:
    """The first listed name that stands within a text; "" for none."""
    told = [word for part in HOOKS.split(plain_letters(text)) for word in all_words(part)]
    for i, word in enumerate(told):
        if word in held.firsts:
            for end in range(min(len(told), i + MOST_WORDS), i, -1):
                if _is_listed(told[i:end], held.keys):
                    return " ".join(told[i:end])
        if word in held.stems or (word.endswith("s") and word[:-1] in held.stems):
            return word
        if word in held.starts and "".join(told[i : i + 2]) in held.stems:  # one word written as two
            return " ".join(told[i : i + 2])
        if not word.isascii() and (own := next((name for name in held.written if name in word), "")):
            return own
    return ""


def _is_listed(name: Sequence[str], keys: frozenset[str]) -> bool:
    """Whether words of a text are a listed name that is long enough to be no other word."""
    told = "".join(name)
    return (len(told) >= FEWEST_WITHIN or not told.isascii()) and told not in common_words() and told in keys


class _Within(NamedTuple):
    """What shows a listed name within a text."""

    keys: frozenset[str]
    firsts: frozenset[str]  # first words of the names
    stems: frozenset[str]  # single words that tell them from all others
    starts: frozenset[str]  # how these begin, in `FEWEST_START` letters or more
    written: tuple[str, ...]  # names in other letters than Latin ones
    any_of: pl.Series


@cache
def _within(case: Case) -> _Within:
    listed = [name for row in index(case).rows if row.list != NOT_LISTED for name in row.names]
    listed += strictly_seated(case)
    said = [found for name in listed if (found := words(name))]
    firsts = {found[0] for found in said}
    written = tuple({key(name) for name in listed if not key(name).isascii()})
    single = stems(case)
    starts = {word[:end] for word in single for end in range(FEWEST_START, len(word))} - common_words()
    any_of = pl.Series([*firsts, *single, *(f"{word}s" for word in single), *starts])
    keys = _listed_keys(case)[0].union(map(key, strictly_seated(case)))
    return _Within(keys, frozenset(firsts), single, frozenset(starts), written, any_of)


@cache
def _listed_keys(case: Case) -> tuple[frozenset[str], pl.Series, pl.Series]:
    """Keys of the listed names, their beginnings, and their digits."""
    held = index(case)
    keys = frozenset(k for k, at in held.by_key.items() if any(held.rows[i].list != NOT_LISTED for i in at))
    digits = {"".join(filter(str.isdecimal, k)) for k in keys}
    return keys, pl.Series([*beginnings(keys)]).implode(), pl.Series([*digits]).implode()
