"""A ledger's own headings matched to fields: guessed from their words, and renamed as its owner says."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import polars as pl

from premortem.errors import BadInput, raise_all
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.columns import each_or_all, passed
from premortem.text.numbers import strip_accents

QUANTITY = "quantity"
BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


def fold_heading(heading: str) -> str:
    """A heading in small letters without accents, with one underscore between words and without what stands in brackets.

    >>> folded("Ship-To Country"), folded("Qty (pcs)"), folded("Shipment #")
    ('ship_to_country', 'qty', 'shipment_no')
    """
    outside = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", heading) if re.match(r"\s*\w", heading) else heading
    return re.sub(r"[^a-z0-9]+", "_", strip_accents(outside).replace("#", " no ")).strip("_")


@cache
def meanings(words: Vocabulary) -> dict[str, str]:
    """The field for which each folded heading stands."""
    told = transfers(words.case)
    return dict(told.headings) | dict(told.columns) | {f: f for f in [*words.given, *passed(words)]}


def known(heading: str, words: Vocabulary) -> bool:
    """Whether a heading is one that stands for a field, or may stand for one of several."""
    word = fold_heading(heading)
    return word in meanings(words) or word in transfers(words.case).asked


def guess(headings: Sequence[str], words: Vocabulary) -> dict[str, str]:
    """The field that each heading seems to stand for, "" where none does; no field twice, exact names first."""
    own, short = {f: f for f in [*words.given, *passed(words)]}, dict(transfers(words.case).columns)
    found, taken = dict.fromkeys(headings, ""), {""}
    for names, read in ((own, str), (short, str), (meanings(words), fold_heading)):
        for heading in headings:
            field = names.get(read(heading), "")
            if not found[heading] and field not in taken and not (field == QUANTITY and _in_several(heading, words)):
                found[heading] = field
                taken.add(field)
    return found


def _in_several(heading: str, words: Vocabulary) -> bool:
    """Whether what stands in a heading's brackets counts several pieces as one (`Qty (thousands)`), so that it is no quantity as it is."""
    several = transfers(words.case).unread.several
    return bool(several) and any(re.fullmatch(several, text.strip().lower()) for text in BRACKETS.findall(heading))


def rename_columns(given: pl.DataFrame, columns: Mapping[str, str], file: str, words: Vocabulary) -> pl.DataFrame:
    """The ledger with its columns under the fields that `columns` gives them; one given "" is kept, unread, as `_HEADING`.

    Raises `BadInput`, all at once, for a column or field that is not there, and for a field given twice.
    """
    allowed = [*words.given, *passed(words)]
    held = {*given.columns}
    errors = each_or_all([h for h in columns if h not in held], "no such column", given.columns, file)
    fields = [f for f in columns.values() if f]
    errors += each_or_all([f for f in fields if f not in allowed], "no such field", allowed, file)
    errors += [BadInput(file, f, "is given to two columns", got=f, allowed="one each") for f, n in Counter(fields).items() if n > 1]  # fmt: skip
    raise_all(errors)
    short = {field: name for name, field in transfers(words.case).columns.items()}
    ours = {
        f: short[f] for f in fields if f in transfers(words.case).columns and f in short
    }  # a name that means another
    names = {h: ours.get(f, f) or (h if h.startswith("_") else f"_{h}") for h, f in columns.items()}
    whole = [names.get(h, h) for h in given.columns]
    raise_all(
        [BadInput(file, n, "is the name of two columns", got=n) for n, times in Counter(whole).items() if times > 1]
    )
    return given.rename(names)
