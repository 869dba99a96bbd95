"""What a text says of places under embargo, of arms, and of bodies that nobody may supply: notes, columns and names alike."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import unescape
from itertools import count
from typing import NamedTuple
from urllib.parse import unquote

import polars as pl

from premortem.case import Case
from premortem.law.fields.column_texts import in_small
from premortem.law.fields.places import country_codes
from premortem.law.fields.places import strict as strict_places
from premortem.law.fields.transfers import transfers
from premortem.law.fields.unread import Unread
from premortem.law.parties.look_alikes import plain_letters
from premortem.law.parties.nameless import initials, is_firm_of_initials, nobody_of
from premortem.law.parties.spelling import all_words
from premortem.text.numbers import strip_accents

# Fewest letters of a place's name that is looked for within a text, and of a word that may end in an s as well.
IN_TEXT, PLURAL = 4, 4
WORD = re.compile(r"\w+")
# What may stand between two words. A pattern of nothing, and most texts of which is kept what was found.
BETWEEN, NONE, MOST_KEPT = r"[ ._,;:/()&'-]+", "[^\\s\\S]", 400_000
# A text whose letters may not be those that they seem, so that it is read letter by letter.
TO_READ = r"[^\x00-\x7f]|@|_|(?:\b[a-z][ .\-]){3}|[a-z][01345][a-z]|[a-z]{4}[01345]\b|&#?[a-z0-9]+;|%[0-9a-f]{2}"
# What stands before a number that is dialled.
NUMBER = re.compile(r"^[a-z ]+(?=[0-9 ]+$)")
# Texts fewer than which are read one by one. So often they are searched as a column's are all the same, by a pattern that is ready at
# once; then by Python's, which takes a sixth of a second to make and half of the time for each text: a command asks once, a desk often.
FEW, AT_FIRST = 64, 8
# A number dialled abroad, and an address of a page or a mailbox, of which the code and the ending tell the place. Without a sign for
# abroad it has so many digits at least, code included: fewer may be a number at home in the US, or of an order.
ABROAD, DIGIT = r"(?:\+|(?-u:\b)(?:00|011))", r"[ ()./-]{{0,2}}[0-9]"
DIALLED = ABROAD + r" ?\(?{code}\)?(?:" + DIGIT + "){{4,}}"
WITHOUT_SIGN, MOST_DIGITS = 11, 15
APART = r"(?:^|[ :,;|/(])"
# In two groups or more, of which the first is short, as an order's number is not; or after a word for a telephone in any way.
GROUPED = APART + r"{code}(?:[ .-]|\)|-\(| \()\(?[0-9]{{2,4}}\)?(?:[ ./-]{{1,2}}[0-9]{{2,8}}){{1,4}}(?-u:\b)"
CALLED = (
    r"{called}[a-z]{{0,5}}[ .:#]{{0,3}}(?:no|nr|at|on|us|under)?[ .:]{{0,2}}\(?{code}\)?(?:"
    + DIGIT
    + r"){{{fewest},{most}}}(?-u:\b)"
)
ENDING, HOST = r"[a-z0-9_-]+\.{host}(?-u:\b)", r"(?:[a-z0-9_-]+[@.])?(?-u:\b){host}(?-u:\b)"


class Sign(NamedTuple):
    """Words of a text that ask for a look."""

    text: str
    place: str  # the place, or region, that they mean; "" for none
    barred: bool = False  # whether no reason clears a party that is called so


class _Written(NamedTuple):
    """A number or an address that tells a place, and fewest digits of one."""

    pattern: str
    place: str
    fewest: int = 0


class _Words(NamedTuple):
    """What is looked for: patterns of all words and of bodies, and what the words mean, whole or by their beginning."""

    pattern: str
    bodies: str
    places: Mapping[str, str]
    starts: tuple[tuple[str, str], ...]
    written: tuple[_Written, ...]
    read: dict[tuple[str, bool], Sign]  # signs by the words that stood in a text, and whether these are a body's


def signs_of(texts: Iterable[str], case: Case, party: bool = False) -> dict[str, tuple[Sign, ...]]:
    """Of texts those that hold words that ask for a look, with these, each once, bodies first. They are known from then on.

    Of a party's name that is less than of a note: bodies, and places of whose people a party asks for a look.
    """
    known, given = _known(case, party), [*dict.fromkeys(texts)]
    new = [text for text in given if text not in known]
    if len(known) + len(new) > MOST_KEPT:
        known.clear()
        new = given
    if new:
        known |= dict.fromkeys(new, ()) | _told(new, _words(case, party))
        if party and transfers(case).unread.unsaid:
            known |= {name: _of_nobody(name, known[name]) for name in new}
    return {text: found for text in given if (found := known[text])}


def _of_nobody(name: str, found: tuple[Sign, ...]) -> tuple[Sign, ...]:
    """What asks for a look in a party's name, where it may name nobody as well; a firm's initials are none of it."""
    if found and any(sign.text in initials() for sign in found) and is_firm_of_initials(all_words(name)):
        return tuple(sign for sign in found if sign.text not in initials())
    return found if found or not (own := nobody_of(name)) else (Sign(own, ""),)


def _told(texts: list[str], words: _Words) -> dict[str, tuple[Sign, ...]]:
    if not words.pattern or not texts:
        return {}
    plain = _all_as_read(texts)
    if len(texts) < FEW and next(_asked(words.pattern)) >= AT_FIRST:
        every = _compiled(words.pattern)
        return {
            text: _signs(every.findall(told), _compiled(words.bodies).findall(told), words)
            for text, told in zip(texts, plain, strict=True)
            if every.search(told)
        }
    at = plain.str.contains(words.pattern).arg_true()
    both = [plain[at].str.extract_all(pattern) for pattern in (words.pattern, words.bodies)]
    return {texts[i]: _signs(part, body, words) for i, part, body in zip(at, *both, strict=True)}


@cache
def _asked(pattern: str) -> Iterator[int]:
    """How often a pattern was looked for in a few texts."""
    return count()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(r"(?-u:\b)", r"\b"), re.ASCII)


def saying(texts: Iterable[str], words: Sequence[str]) -> frozenset[str]:
    """Of texts those that say one of some words, spelt as the case's data spell them (`transfers.Unread`)."""
    given, pattern = [*texts], _pattern_of(tuple(words))
    plain = _all_as_read(given)
    if len(given) < FEW:  # a look by Polars takes as long as a hundred by `re`
        says = _compiled(pattern)
        return frozenset(text for text, told in zip(given, plain, strict=True) if says.search(told))
    return frozenset(given[i] for i in plain.str.contains(pattern).arg_true())


@cache
def _pattern_of(words: tuple[str, ...]) -> str:
    return _pattern(map(strip_accents, words))


def _all_as_read(texts: list[str]) -> pl.Series:
    """Texts as they are read: a few one by one, many only where their letters may not be those that they seem."""
    if len(texts) < FEW:
        return pl.Series(list(map(_as_read, texts)), dtype=pl.String)
    return in_small(pl.Series(texts, dtype=pl.String), TO_READ, _as_read)


def _as_read(text: str) -> str:
    """A text as its letters are, and as they seem; signs of web pages for letters are these."""
    if "&" in text or "%" in text:
        text = unquote(unescape(text))
    return strip_accents(f"{text} | {plain_letters(text)}").replace("_", " ")


def _signs(parts: Iterable[str], bodies: Iterable[str], words: _Words) -> tuple[Sign, ...]:
    both = ((bodies, True), (parts, False))
    found = [sign for said, barred in both for told in said if (sign := _sign(told, barred, words))]
    return tuple({sign.text: sign for sign in reversed(found)}.values())[::-1] if len(found) > 1 else tuple(found)


def _sign(told: str, barred: bool, words: _Words) -> Sign | None:
    """What words that stood in a text ask; None of a number too short for one that is dialled without a sign for abroad."""
    found = words.read.get((told, barred))
    if found is None:
        said = " ".join(WORD.findall(told))
        place = _place(said, words)
        if not place and (place := _reached(told, words)):
            said = NUMBER.sub("", said)
        elif not place and said.replace(" ", "").isdecimal():
            return None
        found = words.read[told, barred] = Sign(said, place, barred)
    return found


@cache
def _known(case: Case, party: bool) -> dict[str, tuple[Sign, ...]]:
    """What was found in texts that were read."""
    return {}


def still_asks(name: str, reason: str, case: Case) -> tuple[Sign, ...]:
    """Those that a reason does not clear: a body never is, a place only by a reason that says its word, nor is a firm, of which without
    a reason no more is asked than of any that is not looked up in whole lists.
    """
    told = signs_of([name], case, party=True).get(name, ())
    if not told or not reason:
        return tuple(sign for sign in told if sign.place or sign.barred)
    said = {sign.text for sign in signs_of([reason], case, party=True).get(reason, ())}
    words = f" {' '.join(all_words(reason))} "
    return tuple(s for s in told if s.barred or not (s.text in said or (not s.place and f" {s.text} " in words)))


def _place(text: str, words: _Words) -> str:
    if found := words.places.get(text) or words.places.get(text.removesuffix("s")):
        return found
    return next((place for start, place in words.starts if text.startswith(start)), "")


def _reached(text: str, words: _Words) -> str:
    """The place of a number that is dialled, or of an address."""
    digits = sum(map(str.isdecimal, text))
    return next((w.place for w in words.written if digits >= w.fewest and _compiled(w.pattern).fullmatch(text)), "")


def _written(told: Unread) -> Iterator[_Written]:
    for code, place in told.dialled.items():
        most = {"fewest": WITHOUT_SIGN - len(code), "most": MOST_DIGITS - len(code)}
        yield _Written(DIALLED.format(code=code), place)
        if len(code) > 1:  # behind a single digit may stand anything
            yield _Written(GROUPED.format(code=code), place, WITHOUT_SIGN)
        if told.called:
            yield _Written(CALLED.format(code=code, called=f"(?:{told.called})", **most), place)
    for pattern, place in told.at_home.items():
        yield _Written(APART + pattern + r"(?-u:\b)", place)
    for host, place in told.hosts.items():
        yield _Written((HOST if "." in host else ENDING).format(host=re.escape(host)), place)


@cache
def _words(case: Case, party: bool) -> _Words:
    told = transfers(case).unread
    watched = {*told.of_parties, *(() if party else (*told.towns.values(), *strict_places(case)))}
    spelt = country_codes(case).items() if watched else ()
    named = {name: code for name, code in spelt if code in watched and (len(name) >= IN_TEXT or not name.isascii())}
    # the flag of a place stands for its name
    named |= {_flag(name): code for name, code in spelt if len(name) == 2 and name.isascii() and code in watched}
    places = named | {strip_accents(name): code for name, code in told.towns.items() if code in watched}
    of_parties = "|".join(
        _part(name) for name in _longest(places) if places[name] in told.of_parties and name.isascii()
    )
    starts = tuple((name.removesuffix("*"), code) for name, code in places.items() if name.endswith("*"))
    whole = {name: code for name, code in places.items() if not name.endswith("*")}
    bodies = _pattern(map(strip_accents, told.bodies), of_parties)
    more = told.unsaid if party else (*told.flags, *transfers(case).cautions.named)
    written = () if party else tuple(_written(told))
    every = [
        bodies,
        _pattern([*places, *map(strip_accents, (*told.firms, *more))]),
        *(one.pattern for one in written),
    ]
    return _Words("|".join(filter(None, every)), bodies or NONE, whole, starts, written, {})


def _flag(code: str) -> str:
    """The flag of a country's code of two letters, as two signs of it."""
    return "".join(chr(ord("🇦") + ord(letter) - ord("a")) for letter in code.lower())


def _pattern(words: Iterable[str], place: str = "") -> str:
    """A pattern of words, the longest first; those in other letters than Latin ones stand anywhere, within a word too."""
    long = _longest(words)
    apart = [_part(name).replace("{place}", f"(?:{place})") for name in long if name.isascii()]
    inside = [re.escape(name.removesuffix("*")) for name in long if not name.isascii() and "#" not in name]
    return "|".join([*([rf"(?-u:\b)(?:{'|'.join(apart)})(?-u:\b)"] if apart else []), *inside])


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(words), key=lambda name: (-len(name), name))


def _part(name: str) -> str:
    """A word's pattern: a mark may stand for a space, `#` for an ordinal number, `*` for any ending; an s may stand at its end."""
    spelt = name.replace(" ", BETWEEN).replace("#", "[0-9]+(?:st|nd|rd|th)?").replace("*", "[a-z]*")
    return f"{spelt}s?" if len(name) >= PLURAL and name[-1] not in "s*}" else spelt
