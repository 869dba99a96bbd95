"""A ledger's own headings matched to fields: guessed from their words, and renamed as its owner says."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from premortem.errors import BadInput, raise_all
from premortem.law.ledger.columns import PASSED, each_or_all
from premortem.law.transfers import transfers
from premortem.law.vocabulary import Vocabulary


def folded(heading: str) -> str:
    """A heading in small letters, with one underscore between words."""
    return re.sub(r"[^a-z0-9]+", "_", heading.lower()).strip("_")


def guess(headings: Sequence[str], words: Vocabulary) -> dict[str, str]:
    """The field that each heading seems to stand for, "" where none does; no field twice, exact names first."""
    own, told = {f: f for f in [*words.given, *PASSED]}, transfers(words.case)
    short, said = dict(told.columns), dict(told.headings)
    found, taken = dict.fromkeys(headings, ""), {""}
    for known, read in ((own, str), (short, str), (own | short | said, folded)):
        for heading in headings:
            field = known.get(read(heading), "")
            if not found[heading] and field not in taken:
                found[heading] = field
                taken.add(field)
    return found


def renamed(given: pl.DataFrame, columns: Mapping[str, str], file: str, words: Vocabulary) -> pl.DataFrame:
    """The ledger with its columns under the fields that `columns` gives them; one given "" is kept, unread, as `_HEADING`.

    Raises `BadInput`, all at once, for a column or field that is not there, and for a field given twice.
    """
    allowed = [*words.given, *PASSED]
    held = {*given.columns}
    errors = each_or_all([h for h in columns if h not in held], "no such column", given.columns, file)
    fields = [f for f in columns.values() if f]
    errors += each_or_all([f for f in fields if f not in allowed], "no such field", allowed, file)
    errors += [BadInput(file, f, "is given to two columns", got=f, allowed="one each") for f, n in Counter(fields).items() if n > 1]  # fmt: skip
    raise_all(errors)
    names = {h: f or (h if h.startswith("_") else f"_{h}") for h, f in columns.items()}
    whole = [names.get(h, h) for h in given.columns]
    raise_all(
        [BadInput(file, n, "is the name of two columns", got=n) for n, times in Counter(whole).items() if times > 1]
    )
    return given.rename(names)
