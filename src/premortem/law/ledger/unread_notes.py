"""Notes of a ledger: texts that the program cannot read, so that no permission rests on one but of words that say nothing of the shipment."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import polars as pl

from premortem.case import Case
from premortem.law.fields.column_texts import in_small
from premortem.law.fields.groups import distinct
from premortem.law.fields.places import country_codes, strict
from premortem.law.fields.transfers import transfers
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.ledger.withheld import Doubt, doubt_of_each
from premortem.law.parties.clearing import clearings, reason_of
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.spelling import all_words, key, word_lists
from premortem.text.numbers import strip_accents

# The column that holds them, which is also the name by which a row clears its own.
NOTE = "note"
WORD = r"[\p{L}\p{N}]+"
# What stands between two words of a phrase: no full stop, which ends what it says.
BETWEEN = r"[ '’-]+"
# Most words of a note that a cell shows.
SHOWN = 5
RESTS_ON = "column {heading} says {words}"
SAYS = (
    "Column {heading} says, in {rows}, more than the words of orders, packing, delivery and courtesy that are known to say nothing of a shipment "
    "(rests_on says what): no program reads that, so none of these is a plain yes. Read it, give what it means in a field (where it goes, "
    "what it is for, who takes part), or say in the row's cleared why it changes nothing: {heading}=reason."
)
# A harmless word that, shouted among others that are not, is the code of a place.
SHOUTED = r"(?-u:\b)({codes})(?-u:\b)(?: *[^0-9 ]| *$)"


def is_note(column: str, case: Case) -> bool:
    """Whether a column holds notes: the ledger's own, or one that nobody gave to a field (`_HEADING`) and whose heading says so."""
    told, heading = transfers(case).unread.notes, column.removeprefix("_")
    if column == NOTE or heading == column or not told:
        return column == NOTE
    return bool(re.search(told, fold_heading(heading) if heading.isascii() else heading.lower()))


def unread_notes(notes: pl.Series, good: pl.DataFrame, named: Mapping[int, str], case: Case) -> Doubt | None:
    """What the notes of the rows that can be decided say beside harmless words, the words of the row's own parties, item and place, and
    those of rows that clear them; `named` are rows of which a note is told already.
    """
    texts = notes.unique().drop_nulls()
    unknown = _unknown(texts, case)
    at = notes.is_in([*unknown]).fill_null(False).arg_true()
    if not len(at):
        return None
    beside = good[at].select(c for c in (*ROLES, "item", "destination", "cleared") if c in good.columns)
    kinds, first = distinct(beside) if beside.width else (np.zeros(len(at), np.intp), np.zeros(1, np.intp))
    told = [_beside(row, notes.name, case) for row in beside[first].to_dicts() or [{}]]
    says = {
        i: words
        for i, text, kind in zip(at.to_list(), notes[at].to_list(), kinds.tolist(), strict=True)
        if i not in named and (words := _left(text, unknown[text], told[kind], notes.name))
    }
    if not says:
        return None
    return doubt_of_each(says, good.height, SAYS, notes.name)


# How English words end in other forms, with what the word itself ends in there; and fewest letters of a word that has such forms.
ENDINGS = (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("ies", "y"))
FEWEST_STEM = 4


class _Beside(NamedTuple):
    """What a row tells by which its note is read."""

    own: frozenset[str]  # words of its parties, of its item and of the place to which it goes
    is_read: bool  # whether it clears the note
    cleared: tuple[str, ...]  # keys of what it clears and is no party's


def _beside(row: Mapping[str, str | None], heading: str, case: Case) -> _Beside:
    cleared, names = row.get("cleared") or "", [row.get(role) or "" for role in ROLES]
    parties = {key(name) for name in names}
    own = frozenset(word for name in (*names, row.get("item") or "") for word in all_words(name))
    others = tuple(key(name) for name in clearings(cleared) if key(name) not in parties)
    place = _called(case).get(row.get("destination") or "", frozenset())
    return _Beside(own | place, is_cleared(heading, cleared), others)


def is_cleared(heading: str, cleared: str) -> bool:
    """Whether a row gives a reason why a column of notes changes nothing, under its heading or as of its note."""
    return any(reason_of(name, cleared) for name in (heading, NOTE))


def _left(text: str, unknown: Sequence[str], row: _Beside, heading: str) -> str:
    """What a cell says of a note whose words are not all harmless; "" where the row knows them or a person read it: clears it, or words
    of it.
    """
    if row.is_read or (row.cleared and any(name in "".join(all_words(text)) for name in row.cleared)):
        return ""
    words = [word for word in unknown if word not in row.own]
    more = ", ..." if len(words) > SHOWN else ""
    return RESTS_ON.format(heading=heading, words=", ".join(words[:SHOWN]) + more) if words else ""


@cache
def _called(case: Case) -> dict[str, frozenset[str]]:
    """The words by which each place is called."""
    found: dict[str, set[str]] = {}
    for name, code in country_codes(case).items():
        found.setdefault(code, set()).update(name.split())
    return {code: frozenset(words) for code, words in found.items()}


def _unknown(texts: pl.Series, case: Case) -> dict[str, tuple[str, ...]]:
    """Of distinct texts those that hold words that are not harmless, with these."""
    shouted = _shouted(texts, case)
    plain = in_small(texts, r"[^\x00-\x7f]", strip_accents)
    words = plain.str.replace_all(_phrases(), " ").str.replace_all(_anywhere(), " ").str.extract_all(WORD)
    unknown = {word for word in words.explode().unique().drop_nulls() if not is_harmless(word)}
    at = words.list.eval(pl.element().is_in([*unknown])).list.any().fill_null(False)
    told = zip(texts.filter(at).to_list(), words.filter(at).to_list(), strict=True)
    said = {text: tuple(dict.fromkeys(word for word in said if word in unknown)) for text, said in told}
    return said | {text: (*said.get(text, ()), code) for text, code in shouted.items()}


def _shouted(texts: pl.Series, case: Case) -> dict[str, str]:
    """Of texts not written in capitals those that hold the code of a place under watch in capitals (`Ship to BY`), with it."""
    codes = _codes(case)
    if not codes:
        return {}
    found = texts.str.extract(SHOUTED.format(codes="|".join(codes)))
    at = (found.is_not_null() & texts.str.contains(r"[a-z]")).arg_true()
    return dict(zip(texts[at], found[at], strict=True))


@cache
def _codes(case: Case) -> tuple[str, ...]:
    """Codes of two letters of places in the strict group that are harmless words, and none that stands before a number."""
    told, watched = word_lists("harmless.toml", "ledger"), strict(case)
    words = _harmless()[0].difference(told["marks"], told["units"])
    names = country_codes(case).items()
    return tuple(sorted(name.upper() for name, code in names if len(name) == 2 and code in watched and name in words))


def is_harmless(word: str) -> bool:
    """Whether a word, small and without accents, says nothing of where goods go, what they are for or who takes part.

    >>> [is_harmless(word) for word in ("pallet", "2pcs", "po4711", "7nm", "forwarder")]
    [True, True, True, False, False]
    """
    words, numbered = _harmless()
    if (len(word) == 1 and word.isascii()) or word.isdecimal() or word in words or numbered.fullmatch(word):
        return True
    return any(len(stem) >= FEWEST_STEM and stem in words for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    """What an English word may be a form of."""
    for end, instead in ENDINGS:
        if word.endswith(end):
            yield word.removesuffix(end) + instead


@cache
def _phrases() -> str:
    """A pattern of what says nothing as a whole, of words that may say something alone."""
    told = sorted(word_lists("harmless.toml", "ledger")["phrases"], key=len, reverse=True)
    return rf"(?-u:\b)(?:{'|'.join(told)})(?-u:\b)".replace(" ", BETWEEN)


@cache
def _anywhere() -> str:
    """A pattern of what says nothing wherever it stands, as in a writing that leaves no space between words."""
    return "|".join(sorted(word_lists("harmless.toml", "ledger")["anywhere"], key=len, reverse=True))


@cache
def _harmless() -> tuple[frozenset[str], re.Pattern[str]]:
    """Harmless words, and a number with a unit behind it or a mark before it."""
    told = word_lists("harmless.toml", "ledger")
    units, marks = ("|".join(map(re.escape, told[kind])) for kind in ("units", "marks"))
    single = frozenset(told) - {"units", "marks", "phrases", "anywhere"}
    words = frozenset(word for kind in single for word in told[kind])
    return words, re.compile(rf"\d+(?:x\d+)*(?:{units})?|(?:{marks})\d+")
