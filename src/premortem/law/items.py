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
from premortem.errors import BadInput, nearest, raise_all
from premortem.law.vocabulary import FIELDS, KINDS
from premortem.text.numbers import plain

# Fields that the catalogue holds of a chip.
FROM_CATALOGUE = (
    "tpp",
    "performance_density",
    "memory_gb_s",
    "interconnect_gb_s",
    "datacentre",
    "density_gb_s_mm2",
    "transistors_bn",
    "hbm",
)
# How far a value may be from the catalogue's and still be a rounding of it.
ROUNDED = 0.02
# What nobody may say otherwise of a chip by name: its TPP, whose design it is, and a flag only towards the stricter.
HELD_TO = ("tpp", "performance_density", "datacentre", "hbm", "published", "designer_hq")
ASK = "ask:"
# Kinds of item that have a TPP.
COMPUTING = ("chip", "logic_die")
# What to do with a name that is near none: what is no chip must not be read as one by a TPP that it is given.
NOT_A_NAME = f"a chip: --item chip with its --tpp; anything else: --item with {', '.join(k for k in KINDS if k not in COMPUTING)}"
# What a kind says of itself: open weights are published, and what does not compute has no TPP.
OF_KINDS: Mapping[str, Mapping[str, Any]] = {
    "published": {"open_weights": True},
    "tpp": {kind: 0.0 for kind in KINDS if kind not in COMPUTING},
}
# Words that stand before a chip's name on an invoice or in a driver, beside its maker's.
BRANDS = ("tesla", "geforce", "instinct", "quadro", "aws", "radeon")


class Names(NamedTuple):
    """Spellings, folded, of what they mean: one item, or several to choose from."""

    means: Mapping[str, str]
    asks: Mapping[str, tuple[str, ...]]


@cache
def catalogue() -> pl.DataFrame:
    """Chips of the catalogue under the vocabulary's names: item, vendor, kind, c_tpp, c_performance_density, ..."""
    return facts.read("chips").select(
        item=pl.col("name"),
        vendor=pl.col("vendor").str.to_lowercase(),
        kind=pl.col("kind"),
        chips_held=pl.lit(1.0),
        c_tpp=pl.col("tpp").cast(pl.Float64),
        c_performance_density=(pl.col("tpp") / pl.col("applicable_die_area_mm2")).cast(pl.Float64),
        c_memory_gb_s=pl.col("memory_bw_tb_s") * 1000,
        c_interconnect_gb_s=pl.col("interconnect_gb_s").cast(pl.Float64),
        c_datacentre=pl.col("marketed_for_datacentre") == 1,
        c_density_gb_s_mm2=pl.col("density_gb_s_mm2").cast(pl.Float64),
        c_transistors_bn=pl.col("transistors_bn"),
        c_hbm=pl.col("has_hbm") == 1,
        c_designer_hq=pl.col("hq_iso3"),
        released=pl.col("released"),
        modelled=pl.col("modelled") == 1,
    )


@cache
def named() -> pl.DataFrame:
    """Every item with a name of its own: chips, then systems, each with the numbers of the chip that it holds."""
    systems = facts.read("systems").filter(~pl.col("chip").str.starts_with(ASK))
    held = systems.select("system", "chip", "count").join(catalogue(), left_on="chip", right_on="item", how="left")
    held = held.with_columns(item=pl.col("system"), chips_held=pl.col("count").cast(pl.Float64), modelled=pl.lit(False))
    return pl.concat([catalogue(), held.select(catalogue().columns)])


def designed(item: str) -> bool:
    """Whether the catalogue knows whose design an item is."""
    return item in _catalogued()


@cache
def _catalogued() -> frozenset[str]:
    return frozenset(named()["item"])


@cache
def _vendors() -> Mapping[str, str]:
    return dict(named().select("item", "vendor").iter_rows())


def vendor(item: str) -> str:
    """Whose design an item of the catalogue is, by name; "" for any other."""
    return _vendors().get(item, "")


@cache
def names() -> Names:
    """The shipped spellings."""
    return spelt(facts.read("chips")["name"].to_list(), facts.read("systems").to_dicts(), aliases("item"))


def aliases(what: str) -> list[dict[str, Any]]:
    """Rows of the table of spellings: those of countries, or those of items."""
    country = pl.col("kind").str.starts_with("country")
    return facts.read("aliases").filter(country if what == "country" else ~country).to_dicts()


def spelt(chips: Sequence[str], systems: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> Names:
    """Spellings from the names of chips, rows of systems and rows of aliases.

    Raises `BadInput`, every fault at once, for two systems of one name, and for a system or an alias that points at
    nothing.
    """
    errors: list[BadInput] = []
    means = {folded(name): name for name in [*chips, *KINDS]}
    asks: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for row in systems:
        name, chip = row["system"], row["chip"]
        if folded(name) in seen:
            errors.append(BadInput("systems.csv", name, "is the name of two systems", allowed="each name once"))
        seen.add(folded(name))
        if chip.startswith(ASK):
            asks[folded(name)] = choices(chip)
            continue
        if chip not in chips:
            errors.append(BadInput("systems.csv", name, f"holds no known chip: {chip}", hint=nearest(chip, chips)))
        means[folded(name)] = name
    known = {*means.values(), *(row["system"] for row in systems)}
    for row in rows:
        alias, target = row["alias"], row["target"]
        offered = choices(target) if target.startswith(ASK) else (target,)
        lost = [name for name in offered if name not in known]
        errors += [BadInput("aliases.csv", alias, f"points at nothing: {name}", hint=nearest(name, [*known])) for name in lost]  # fmt: skip
        if target.startswith(ASK):
            asks[folded(alias)] = offered
        else:
            means.setdefault(folded(alias), target)
    raise_all(errors)
    return Names({k: v for k, v in means.items() if k not in asks}, asks)


def choices(text: str) -> tuple[str, ...]:
    """What an `ask: A, B or C` offers; nothing where it only says what to ask (`ask: which member state`).

    >>> choices("ask: KOR or PRK")
    ('KOR', 'PRK')
    """
    said = text.removeprefix(ASK).strip()
    return () if said.startswith(("which ", "up to ")) else tuple(re.split(r", | or ", said))


def folded(text: str) -> str:
    """A spelling without capitals, spaces, hyphens and trade marks.

    >>> folded("RTX-5090 D") == folded("rtx5090d")
    True
    """
    return re.sub(r"[\s_\-/™®©]+", "", text.casefold())


@cache
def _makers() -> frozenset[str]:
    return frozenset([*catalogue()["vendor"].to_list(), *BRANDS])


def _readings(text: str) -> list[str]:
    """A spelling, and the same without the words for its maker before it, folded."""
    words, found = text.split(), [folded(text)]
    while len(words) > 1 and words[0].casefold() in _makers():
        words = words[1:]
        found.append(folded(" ".join(words)))
    return found


def _meaning(text: str) -> str | tuple[str, ...] | None:
    """The one item that a spelling means, those that it could mean, or nothing; by its fullest reading that says anything."""
    known = names()
    found = (known.asks.get(reading, known.means.get(reading)) for reading in _readings(text))
    return next((told for told in found if told is not None), None)


def item(text: str) -> str:
    """The item that a spelling means; the text itself where it means none, or could mean several.

    >>> item("NVIDIA H100 80GB HBM3")
    'H100 SXM'
    """
    found = _meaning(text)
    return found if isinstance(found, str) else text


def could_be(text: str) -> tuple[str, ...] | None:
    """What an item's spelling could mean, where it could mean several; None where it does not ask."""
    found = _meaning(text)
    return found if isinstance(found, tuple) else None


def is_known(text: str) -> bool:
    """Whether an item, as `item` gives it back, is one of a name of its own, a kind, or one that asks which."""
    return text in KINDS or folded(text) in names().means or could_be(text) is not None


def may_be(text: str) -> bool:
    """Whether a row's item may read so: as the catalogue spells it, as a kind, or as one that asks which."""
    return item(text) == text and is_known(text)


def contradictions(row: Mapping[str, Any]) -> list[BadInput]:
    """Faults of values that are not those of the chip that a transaction names."""
    return [
        BadInput(
            "transaction",
            name,
            _contradicted(row["item"], known),
            got=_shown(row[name]),
            allowed=f"none, or {_shown(known)}"
            if row["item"] in KINDS
            else "none, or the catalogue's value; for another chip, --item chip with its --tpp",
        )
        for name in HELD_TO
        if name in row and (known := _values_of(name).get(str(row.get("item", "")))) is not None
        if _differs(name, row[name], known)
    ]


def contradicted(name: str, values: pl.DataFrame) -> pl.Series:
    """The same for a column of a ledger: why each row's value is not that of the chip that it names, null where it may be."""
    known = _values_of(name)
    said = [_contradicted(item, value) for item, value in known.items()]
    items, told = values["item"], values[name]
    catalogued = items.replace_strict([*known], [*known.values()], default=None, return_dtype=told.dtype)
    why = items.replace_strict([*known], said, default=None, return_dtype=pl.String)
    return pl.select(pl.when(_differs(name, pl.lit(told), pl.lit(catalogued))).then(pl.lit(why))).to_series()


@cache
def _values_of(name: str) -> Mapping[str, Any]:
    """What the catalogue, or its kind, says of a field, by item; items of which neither says anything are left out."""
    held = named().select("item", f"c_{name}").drop_nulls().iter_rows() if f"c_{name}" in named().columns else ()
    return dict(held) | dict(OF_KINDS.get(name, {}))


def _contradicted(item: str, known: Any) -> str:
    return f"is not that of {item}: {'it is' if item in KINDS else 'the catalogue says'} {_shown(known)}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else plain(value)


def _differs(name: str, told: Any, known: Any) -> Any:
    """Whether a value, or a column of them, is not the catalogue's; of a flag only a laxer one differs."""
    if FIELDS[name].type == "country":
        return told != known
    return known > told if FIELDS[name].type == "flag" else abs(told - known) > ROUNDED * known


def near(text: str, otherwise: str = NOT_A_NAME) -> str:
    """Up to four items and kinds whose names hold the text, or else are near it, as a question; `otherwise` where none is."""
    every = [*named()["item"].to_list(), *KINDS]
    low = text.lower().replace("-", " ")
    lowered = {name.lower(): name for name in every}
    alike = [lowered[n] for n in get_close_matches(low, list(lowered), n=4, cutoff=0.6)]
    meant = item(text)
    close = [meant] if meant != text else [n for n in every if low and low in n.lower()] or alike
    return f"did you mean {', '.join(close[:4])}?" if close else otherwise
