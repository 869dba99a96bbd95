"""What a table says of a shipment in cells that no field takes: places, ends of use, and words that are red flags."""

import re
from collections.abc import Iterator, Mapping

import polars as pl

from premortem.case import Case
from premortem.law.clauses.candidate_clauses import embargoed_places
from premortem.law.clauses.clause import Rulebook
from premortem.law.fields.places import found, names, strict
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.field_guesses import fold_heading, meanings
from premortem.law.ledger.unread_codes import codes_in, units_in
from premortem.law.ledger.unread_notes import NOTE, is_note, unread_notes
from premortem.law.ledger.unread_parties import CARRIED, NAME
from premortem.law.ledger.withheld import Doubt, doubt_of, doubt_of_each
from premortem.law.parties.clearing import reason_of
from premortem.law.parties.listed_in_texts import listed_within
from premortem.law.parties.telltale import Sign, signs_of

# Fewest letters of a cell that is taken for a place under a heading that says nothing: shorter ones are words, or codes of much else.
FEWEST = 3
# Distinct values by which it is seen whether a column holds places, and the share of them that must.
LOOKED_AT, MOSTLY = 500, 0.5
# A cell that may tell something: one that may hold a name, a number that is dialled abroad, or as many digits as one has; or a flag.
TELLS = rf"{NAME}|\+ ?\(?[0-9]|\b00[0-9]{{2}}|(?:[0-9][ ()./-]{{0,2}}){{10}}[0-9]|[0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}|[\x{{1F1E6}}-\x{{1F1FF}}]"
# What is read before a cell whose heading says that it is a telephone number.
CALLED = "tel "
PLACE = "column {heading}"
SAYS_PLACE = (
    "Column {heading} is not read and names a place, so no row in which that is not the destination is a plain yes: say "
    "what it is by --map COLUMN=FIELD; --map COLUMN=reference says that nothing goes there, which frees no place under embargo."
)
END_USE = "end use was not read (column {heading})"
SAYS_END_USE = (
    "Column {heading} says what goods are for and is not read, so no row that fills it is a plain yes: write one of the "
    "values of {field} there, and give it by --map COLUMN={field}."
)
NAMES = "column {heading} names {what}"
SAYS_NAMES = (
    "Column {heading} names, in {rows}, a place under embargo or in the strictest group, arms, goods that go on, papers that hide, or a listed "
    "firm or one seated there (rests_on says which word): no field says what that means for the shipment, so none of these is a plain yes. Give what it means in a "
    "field (where it goes, what it is for, who takes part), mend the text, or clear the word in the row's cleared: WORD=reason. That clears no "
    "listed party and no place under embargo."
)


def unread_words(named: pl.DataFrame, good: pl.DataFrame, book: Rulebook) -> list[Doubt]:
    """What the cells that no field takes say of the rows that can be decided.

    `named` is a ledger under the names of fields; what is not read begins with `_`, or is a ledger's own text. `good` are its
    rows that can be decided, typed.
    """
    if not transfers(book.case).parties.lists or not good.height:
        return []
    texts = [c for c in named.columns if (c in CARRIED or (c.startswith("_") and c != MISSHAPEN)) and named[c].dtype == pl.String]  # fmt: skip
    cells = named[good["_row"]].select(pl.col(c).str.strip_chars() for c in texts)
    # asked of all at once: a wide table has thousands, most of them empty
    held = cells.select(pl.all().str.contains(TELLS).any())
    doubts: list[Doubt] = []
    for column in (column for column, holds in zip(cells, held, strict=True) if holds.any()):
        doubts += _of_column(column, good, book)
    return doubts


def _of_column(cells: pl.Series, good: pl.DataFrame, book: Rulebook) -> Iterator[Doubt]:
    heading, words = cells.name.removeprefix("_"), book.vocabulary
    distinct = cells.filter(cells.str.contains(TELLS)).unique(maintain_order=True).drop_nulls()
    if cells.name not in CARRIED and _holds_places(heading, distinct, words):
        rows = _elsewhere(cells, distinct, good, book.case)
        if rows.any():
            yield doubt_of(rows, PLACE.format(heading=heading), SAYS_PLACE.format(heading=heading))
    if cells.name not in CARRIED and _says_use(heading, words):
        rows = cells.is_in(distinct.implode()).fill_null(False)
        field = transfers(book.case).unread.use_field
        if field in good.columns:
            rows = rows & good[field].is_null()
        if rows.any():
            yield doubt_of(rows, END_USE.format(heading=heading), SAYS_END_USE.format(heading=heading, field=field))
    flagged = _flagged(cells, distinct, good, book)
    if flagged:
        named = {i: NAMES.format(heading=heading, what=what) for i, what in flagged.items()}
        yield doubt_of_each(named, good.height, SAYS_NAMES, heading, always=True)
    if is_note(cells.name, book.case) and (unread := unread_notes(cells.rename(heading), good, flagged, book.case)):
        yield unread


def _holds_places(heading: str, distinct: pl.Series, words: Vocabulary) -> bool:
    """Whether a column that is not read holds places, by its heading or by what stands in it."""
    word, told = fold_heading(heading), transfers(words.case)
    if told.unread.place_apart and re.search(told.unread.place_apart, word):
        return False
    fields = {meanings(words).get(word, ""), *told.asked.get(word, ())}
    if fields & {*words.countries} or (told.unread.place and re.search(told.unread.place, word)):
        return True
    first = distinct.head(LOOKED_AT).to_list()
    places = [text for text in first if len(text) >= FEWEST and found(text, words.case)]
    return bool(places) and len(places) >= MOSTLY * len(first)


def _says_use(heading: str, words: Vocabulary) -> bool:
    """Whether a heading says that its column tells what goods are for."""
    word, told = fold_heading(heading), transfers(words.case).unread
    if told.use_field and meanings(words).get(word) == told.use_field:
        return True
    return bool(told.use and re.search(told.use, word)) and not re.search(told.apart, word)


def _elsewhere(cells: pl.Series, distinct: pl.Series, good: pl.DataFrame, case: Case) -> pl.Series:
    """Rows in which a cell is another place than the destination, or none that can be read."""
    means = {text: found(text, case) or "?" for text in distinct}
    codes = cells.replace_strict(means, default=None, return_dtype=pl.String)
    return codes.is_not_null() & (codes.ne_missing(good["destination"]) if "destination" in good.columns else True)


def _flagged(cells: pl.Series, distinct: pl.Series, good: pl.DataFrame, book: Rulebook) -> dict[int, str]:
    """Of the rows whose cells hold words that are red flags, by their places, which; a destination's own name is none, nor is a word
    that the row clears with a reason, as it may where the word is no listed party's, no body's and no place's under embargo.
    """
    days = good["date"]
    barred = embargoed_places(book, days.min(), days.max())  # type: ignore[arg-type]
    unread = transfers(book.case).unread
    held = {str(place) for place in barred} | {*unread.regions}
    watched = held | strict(book.case) | {*unread.towns.values()}
    listed, telling = listed_within(distinct, book.case), _signs(cells.name, distinct, book.case)
    codes = (
        codes_in(cells.name, distinct, book.case) | units_in(cells.name, distinct, book.case)
        if cells.name != NOTE
        else {}
    )
    told = {
        text: [*codes.get(text, ()), *(sign for sign in telling.get(text, ()) if not sign.place or sign.place in watched), *(Sign(name, "", barred=True) for name in listed.get(text, ()))]
        for text in {*listed, *telling, *codes}
    }  # fmt: skip
    says = pl.Series([text for text, what in told.items() if what], dtype=pl.String)
    at = cells.is_in(says.implode()).fill_null(False).arg_true()
    goes_to = good["destination"] if "destination" in good.columns else pl.repeat("", good.height, eager=True)
    reasons = (
        good["cleared"] if "cleared" in good.columns else pl.repeat(None, good.height, eager=True, dtype=pl.String)
    )
    called = names(book.case)
    flagged = {
        i: dict.fromkeys(
            _called(sign, called)
            for sign in told[cells[i]]
            if not (sign.place and sign.place == goes_to[i])
            and (sign.barred or sign.place in held or not reason_of(sign.text, reasons[i] or ""))
        )
        for i in at
    }
    return {i: ", ".join(what) for i, what in flagged.items() if what}


def _signs(column: str, distinct: pl.Series, case: Case) -> dict[str, tuple[Sign, ...]]:
    """What ask for a look in the texts of a column; under a heading of telephones, numbers without a sign for abroad as well."""
    called = transfers(case).unread.called
    if column in CARRIED or not (called and re.search(f"(?:^|_)(?:{called})", fold_heading(column))):
        return signs_of(distinct, case)
    found = signs_of((CALLED + distinct).to_list(), case)
    return {text.removeprefix(CALLED): signs for text, signs in found.items()}


def _called(sign: Sign, called: Mapping[str, str]) -> str:
    """A word with the place that it means, where it is not that place's own name."""
    place = called.get(sign.place, sign.text)
    return sign.text if place.lower() == sign.text else f"{sign.text} ({place})"
