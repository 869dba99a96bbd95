"""What may be named as an item: chips of the catalogue, systems that hold them, and the spellings that mean one of them.

A spelling that could mean several asks which, and is never guessed.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.facts.tables import Row
from premortem.law.fields.item_spellings import SIZE, Held, Spec, Words, models, read_among_words, tokens
from premortem.law.fields.transfers import Column, transfers
from premortem.law.fields.vocabulary import TYPES, vocabulary

ASK = "ask:"
# Columns of a catalogue without fields of its own.
BARE = {
    "item": pl.String, "vendor": pl.String, "kind": pl.String, "chips_held": pl.Float64, "c_designer_hq": pl.String,
    "released": pl.String, "modelled": pl.Boolean,
}  # fmt: skip


class Names(NamedTuple):
    """Spellings, folded, of what they mean: one item, or several to choose from."""

    means: Mapping[str, str]
    asks: Mapping[str, tuple[str, ...]]


@cache
def catalogue(case: Case) -> pl.DataFrame:
    """Chips of a case's catalogue under the vocabulary's names: item, vendor, kind, chips_held, `c_FIELD` of each field that
    the catalogue holds, c_designer_hq, released, modelled; no row where the case has no catalogue.
    """
    columns = transfers(case).items.columns
    types = {f"c_{name}": TYPES[vocabulary(case).fields[name].type] for name in columns}
    if not columns or not catalogued(case):
        return pl.DataFrame(schema=BARE | types)
    return facts.read("chips", case).select(
        item=pl.col("name"),
        vendor=pl.col("vendor").str.to_lowercase(),
        kind=pl.col("kind"),
        chips_held=pl.lit(1.0),
        **{f"c_{name}": _column(column, types[f"c_{name}"]) for name, column in columns.items()},
        c_designer_hq=pl.col("hq_iso3"),
        released=pl.col("released"),
        modelled=pl.col("modelled") == 1,
    )


def catalogued(case: Case) -> bool:
    """Whether a case has a catalogue of items, and so decides shipments of them."""
    return facts.held("chips", case)


def _column(told: Column, kind: Any) -> pl.Expr:
    """A field's values from the columns of the table."""
    value = pl.col(told.column)
    if kind == pl.Boolean:
        return value == 1
    value = value / pl.col(told.over) if told.over else value
    return (value * told.times if told.times != 1 else value).cast(kind)


@cache
def named_items(case: Case) -> pl.DataFrame:
    """Every item with a name of its own: chips, then systems, each with the numbers of the chip that it holds."""
    chips = catalogue(case)
    if not facts.held("systems", case):
        return chips
    systems = facts.read("systems", case).filter(~pl.col("chip").str.starts_with(ASK))
    held = systems.select("system", "chip", "count").join(chips, left_on="chip", right_on="item", how="left")
    held = held.with_columns(item=pl.col("system"), chips_held=pl.col("count").cast(pl.Float64), modelled=pl.lit(False))
    return pl.concat([chips, held.select(chips.columns)])


def measures(case: Case) -> dict[str, float | None]:
    """What one unit of each item that has a name measures [unit of the case's measure]."""
    one = pl.col(f"c_{vocabulary(case).measure.one}")
    return dict(named_items(case).select("item", one * pl.col("chips_held")).iter_rows())


def asked(case: Case) -> tuple[str, ...]:
    """Fields to ask for where an item's spelling could mean several."""
    return tuple(filter(None, ("item", transfers(case).items.parts)))


def has_known_design(item: str, case: Case) -> bool:
    """Whether the catalogue knows whose design an item is."""
    return item in _catalogued(case)


@cache
def _catalogued(case: Case) -> frozenset[str]:
    return frozenset(named_items(case)["item"])


@cache
def _vendors(case: Case) -> Mapping[str, str]:
    return dict(named_items(case).select("item", "vendor").iter_rows())


def vendor(item: str, case: Case) -> str:
    """Whose design an item of the catalogue is, by name; "" for any other."""
    return _vendors(case).get(item, "")


@cache
def parting_flags(case: Case) -> Mapping[str, bool | None]:
    """The flag that parts items which one spelling could mean, of each item with a name of its own; None where no flag does."""
    parts = transfers(case).items.parts
    names = named_items(case)["item"].to_list()
    return dict(zip(names, named_items(case)[f"c_{parts}"].to_list() if parts else [None] * len(names), strict=True))


@cache
def names(case: Case) -> Names:
    """The spellings of a case."""
    systems = facts.rows("systems", case)
    return read_spellings(catalogue(case)["item"].to_list(), vocabulary(case).kinds, systems, aliases("item", case))


def aliases(what: str, case: Case) -> list[Row]:
    """Rows of a case's table of spellings: those of countries, or those of items."""
    if not facts.held("aliases", case):
        return []
    country = pl.col("kind").str.starts_with("country")
    return facts.read("aliases", case).filter(country if what == "country" else ~country).to_dicts()


def read_spellings(chips: Sequence[str], kinds: Sequence[str], systems: Sequence[Row], rows: Sequence[Row]) -> Names:
    """Spellings from the names of chips and kinds, rows of systems and rows of aliases.

    Raises `BadInput`, every fault at once, for two systems of one name, and for a system or an alias that points at
    nothing.
    """
    errors: list[BadInput] = []
    means = {fold_name(name): name for name in [*chips, *kinds]}
    asks: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for row in systems:
        name, chip = row["system"], row["chip"]
        if fold_name(name) in seen:
            errors.append(BadInput("systems.csv", name, "is the name of two systems", allowed="each name once"))
        seen.add(fold_name(name))
        if chip.startswith(ASK):
            asks[fold_name(name)] = choices(chip)
            continue
        if chip not in chips:
            errors.append(BadInput("systems.csv", name, f"holds no known chip: {chip}", hint=nearest(chip, chips)))
        means[fold_name(name)] = name
    known = {*means.values(), *(row["system"] for row in systems)}
    for row in rows:
        alias, target = row["alias"], row["target"]
        offered = choices(target) if target.startswith(ASK) else (target,)
        lost = [name for name in offered if name not in known]
        errors += [BadInput("aliases.csv", alias, f"points at nothing: {name}", hint=nearest(name, [*known])) for name in lost]  # fmt: skip
        if target.startswith(ASK):
            asks[fold_name(alias)] = offered
        else:
            means.setdefault(fold_name(alias), target)
    raise_all(errors)
    return Names({k: v for k, v in means.items() if k not in asks}, asks)


def choices(text: str) -> tuple[str, ...]:
    """What an `ask: A, B or C` offers; nothing where it only says what to ask (`ask: which member state`).

    >>> choices("ask: KOR or PRK")
    ('KOR', 'PRK')
    """
    said = text.removeprefix(ASK).strip()
    return () if said.startswith(("which ", "up to ")) else tuple(re.split(r", | or ", said))


def fold_name(text: str) -> str:
    """A spelling without capitals, spaces, hyphens and trade marks.

    >>> folded("RTX-5090 D") == folded("rtx5090d")
    True
    """
    return re.sub(r"[\s_\-/™®©]+", "", text.casefold())


@cache
def _makers(case: Case) -> frozenset[str]:
    return frozenset([*catalogue(case)["vendor"].to_list(), *transfers(case).items.brands])


def _readings(text: str, case: Case) -> list[str]:
    """A spelling, and the same without the words for its maker before it, folded."""
    words, found = text.split(), [fold_name(text)]
    while len(words) > 1 and words[0].casefold() in _makers(case):
        words = words[1:]
        found.append(fold_name(" ".join(words)))
    return found


def _meaning(text: str, case: Case) -> str | tuple[str, ...] | None:
    """The one item that a spelling means, those that it could mean, or nothing; by its fullest reading that says anything."""
    known = names(case)
    found = (known.asks.get(reading, known.means.get(reading)) for reading in _readings(text, case))
    told = next((told for told in found if told is not None), None)
    if told is not None or not catalogued(case):
        return told
    return read_among_words(text, _held(case), _beside(case)) or _of_series(text, case)


def _of_series(text: str, case: Case) -> str | None:
    """The item that stands for every model of a series, of which a spelling says nothing but a model."""
    said = " ".join(token for token in tokens(text) if token not in _makers(case))
    return next((name for name, spelt in transfers(case).items.series.items() if re.fullmatch(spelt, said)), None)


@cache
def _held(case: Case) -> Held:
    """What a name among other words is looked up in."""
    known, table = names(case), catalogue(case)
    memory = facts.read("chips", case).select("name", "memory_gb", "has_hbm").rows()
    sizes = {name: {int(size)} if size else set() for name, size, _ in memory}
    for row in aliases("item", case):  # other sizes in which a chip is sold
        if row["target"] in sizes:
            sizes[row["target"]] |= {int(size[1]) for t in tokens(row["alias"]) if (size := SIZE.fullmatch(t))}
    hbm = {name: bool(held) for name, _, held in memory}
    systems = facts.rows("systems", case)
    return Held(
        {**known.means, **known.asks},
        {name: Spec(frozenset(sizes[name]), hbm[name]) for name in table["item"]},
        {row["system"]: (row["chip"], int(row["count"])) for row in systems if not row["chip"].startswith(ASK)},
    )


@cache
def _beside(case: Case) -> Words:
    """Words that may stand beside an item's name."""
    told = transfers(case).items.beside
    sets = (frozenset({*_makers(case), *told.makers}), frozenset(told.little))
    return Words(*sets, told.stacked, told.flat, told.forms, frozenset(told.platforms), frozenset(told.whole))


def item(text: str, case: Case) -> str:
    """The item that a spelling means; the text itself where it means none, or could mean several."""
    found = _meaning(text, case)
    return found if isinstance(found, str) else text


def could_be(text: str, case: Case) -> tuple[str, ...] | None:
    """What an item's spelling could mean, where it could mean several; None where it does not ask."""
    found = _meaning(text, case)
    return found if isinstance(found, tuple) else None


def is_known(text: str, case: Case) -> bool:
    """Whether an item, as `item` gives it back, is one of a name of its own, a kind, or one that asks which."""
    known = text in vocabulary(case).kinds or fold_name(text) in names(case).means
    return known or could_be(text, case) is not None


def may_be(text: str, case: Case) -> bool:
    """Whether a row's item may read so: as the catalogue spells it, as a kind, or as one that asks which."""
    return item(text, case) == text and is_known(text, case)


def near(text: str, case: Case, otherwise: str | None = None) -> str:
    """Up to four items and kinds whose names hold the text, or else are near it, as a question; `otherwise` where none is.

    By default that says what to do with a name that is near none: what is no chip must not be read as one by a measure that
    it is given.
    """
    kinds, told = vocabulary(case).kinds, transfers(case).items
    every = [*named_items(case)["item"].to_list(), *kinds]
    low = text.lower().replace("-", " ")
    lowered = {name.lower(): name for name in every}
    meant = item(text, case)
    close = [meant] if meant != text else [n for n in every if low and low in n.lower()]
    if not close and (model := models(text) | models(low.replace("o", "0"))):
        # a number in a name is never a slip of the pen away from another, but for a letter that looks like a digit
        close = sorted((n for n in every if model & models(n)), key=lambda n: -len({*tokens(n)} & {*tokens(text)}))
    elif not close:
        close = [lowered[n] for n in get_close_matches(low, list(lowered), n=4, cutoff=0.6)]
    if close:
        return f"did you mean {', '.join(close[:4])}?"
    others = ", ".join(kind for kind in kinds if kind not in told.computing)
    chip = f"a chip: --item {told.usual} with its --{vocabulary(case).measure.one}"
    return f"{chip}; anything else: --item with {others}" if otherwise is None else otherwise
