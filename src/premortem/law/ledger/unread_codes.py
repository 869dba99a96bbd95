"""Codes in cells that no field takes: of countries, regions, airports, ports, currencies and banks, as a whole cell or in a route.

A code of two letters may be a mark, a size or somebody's initials as well. One of a place under embargo is asked about in any column but
such as say that they hold something else (`codes_apart`); any other one only where the column is mostly made of places' codes.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

import polars as pl

from premortem.case import Case
from premortem.law.fields.places import country_codes, strict
from premortem.law.fields.transfers import transfers
from premortem.law.fields.unread import Unread
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.parties.telltale import Sign

# Distinct values by which it is seen whether a column holds codes, and the share of them that must.
LOOKED_AT, MOSTLY = 500, 0.75
# A cell that is a code as a whole; a route of several; where a ship or a bank is; and what any of these looks like.
WHOLE, ROUTE = r"[A-Z]{2,3}", r"\b[A-Z]{2,3}(?: ?(?:[-/>→]|->) ?[A-Z]{2,3})+\b"
PORT, BANK, ACCOUNT = (
    r"([A-Z]{2}) ?[A-Z2-9]{3}",
    r"[A-Z]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
    r"([A-Z]{2})[0-9]{2}[A-Z0-9 ]{11,34}",
)
MAY_HOLD = rf"^(?:{WHOLE}|{PORT}|{BANK}|{ACCOUNT})$|{ROUTE}".replace("(?:[A-Z0-9]{3})?", "[A-Z0-9]{0,3}")
TOKEN = re.compile(r"[A-Z]{2,3}")


class _Codes(NamedTuple):
    """Places by their codes: of all, and of those of which some ask anywhere."""

    places: Mapping[str, str]
    anywhere: frozenset[str]  # codes that ask in any column
    strict: frozenset[str]  # places of the strict group
    others: Mapping[str, str]  # airports, regions and currencies


def codes_in(heading: str, distinct: pl.Series, case: Case) -> dict[str, tuple[Sign, ...]]:
    """Of distinct texts of a column those that are, or hold, codes of places that ask for a look, with these."""
    texts = distinct.filter(distinct.str.contains(MAY_HOLD))
    if texts.is_empty():
        return {}
    held, told, word = _codes(case), transfers(case).unread, fold_heading(heading)
    apart = bool(told.codes_apart and re.search(told.codes_apart, word))
    asks = {
        *held.anywhere,
        *({c for c, place in held.places.items() if place in held.strict} if _mostly(distinct, held) else ()),
    }
    found = {text: tuple(_signs(text, word, set() if apart else asks, held, told)) for text in texts}
    return {text: signs for text, signs in found.items() if signs}


def units_in(heading: str, distinct: pl.Series, case: Case) -> dict[str, tuple[Sign, ...]]:
    """Of distinct texts of a column that says in what a quantity counts those that are several pieces."""
    told = transfers(case).unread
    if not told.counts_in or not re.search(told.counts_in, fold_heading(heading)):
        return {}
    return {text: (Sign(text.lower(), ""),) for text in distinct if re.fullmatch(told.several, text.lower())}


def _signs(text: str, heading: str, asks: set[str], held: _Codes, told: Unread) -> Iterator[Sign]:
    if re.fullmatch(WHOLE, text):
        if text in asks or text in held.others:
            yield Sign(text, held.others.get(text) or held.places[text])
        return
    for route in re.findall(ROUTE, text):
        codes = TOKEN.findall(route)
        if all(code in held.places or code in held.others or len(code) == 3 for code in codes):
            ways = {c: held.others.get(c) or held.places.get(c, "") for c in codes}
            yield from (Sign(c, place) for c, place in ways.items() if c in held.others or place in held.strict)
    for pattern, wanted in ((PORT, told.ports), (BANK, ""), (ACCOUNT, "")):
        code = re.fullmatch(pattern, text)
        if code and (not wanted or re.search(wanted, heading)):
            place = held.places.get(code[1], "")
            if code[1] in held.anywhere or (wanted and place in held.strict):
                yield Sign(text, place)


def _mostly(distinct: pl.Series, held: _Codes) -> bool:
    """Whether a column is mostly made of codes of places."""
    first = distinct.head(LOOKED_AT).to_list()
    return sum(text in held.places for text in first) >= MOSTLY * len(first)


@cache
def _codes(case: Case) -> _Codes:
    told = transfers(case).unread
    places = {name.upper(): code for name, code in country_codes(case).items() if re.fullmatch(WHOLE, name.upper())}
    anywhere = frozenset(code for code, place in places.items() if place in told.of_parties)
    return _Codes(places, anywhere, frozenset(strict(case)), told.codes)
