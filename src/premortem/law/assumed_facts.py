"""What an answer assumes because nobody said it, and whether a permission rests on that."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from premortem.law import seats
from premortem.law.conditions import identifiers
from premortem.law.items import FROM_CATALOGUE, designed
from premortem.law.vocabulary import FIELDS, KINDS

# A permission that rests on one of these unsaid is none: certificates, shares of a fleet, end use, standing.
RESTS_ON = (
    "certified", "storage_14_15_18", "prc_equipment", "military_ties", "uvl_statement", "tier1_share_after",
    "country_share_after", "us_share_after", "end_use", "private_sector", "status", "notice_given", "listed",
    "destination_region", "designer_hq", "sold_in_us", "us_share", "from", "exporter", "exporter_hq", "consignee", "non_planar", "tpp", "pflops_fp64", "pflops_fp32",
    "headquarters", "parent_headquarters", "end_user_headquarters", "intermediate_headquarters", "ownership",
    "fab_node_nm", "us_technology",
)  # fmt: skip
# Others that are told when the answer hangs on them, and a value by which that is tried.
TRIED: dict[str, tuple[Any, ...]] = {"made_in": ("CHN",)}
# Seats by which it is tried whether an answer hangs on one: of Country Group D:5, of the US, and of neither nor an ally.
SEATS = ("CHN", "USA", "ARE")
SEATED = ("headquarters", "parent_headquarters", *seats.OF_OTHERS)
# What tells of a fab, any of it; and what may be done in one or elsewhere. A node under every line [nm].
FABS = ("fab_node_nm", "fab_nand_layers", "fab_dram_nm", "fab_dram_cell_area", "fab_dram_density")
MAKING = ("production", "development")
BELOW = 1.0
# A performance over every line [TPP, petaflops].
BEYOND = 1e9
# A consignee that no clause and no list names.
ANOTHER = "Qvxjw Kyzzbo"
# End uses that bar any item anywhere: every answer would hang on them, so each says instead that they are not checked.
ANYWHERE = ("nuclear", "missile", "chemical_biological", "training_for_weapons")
# Fields that are worked out, and those that they are worked out from.
FROM: dict[str, tuple[str, ...]] = {
    "headquarters_tier": ("headquarters",),
    "parent_tier": ("parent_headquarters",),
    "party_tier": ("headquarters", "parent_headquarters"),
    "party_d5": ("headquarters", "parent_headquarters"),
    "party_us_a5_a6": ("headquarters", "parent_headquarters"),
    "exporter_us_a5": ("exporter_hq",),
    "made_in_supp4": ("made_in",),
    "designer_d5": ("designer_hq",),
    "packaged_in_d5": ("packaged_in",),
    "country_tpp_after": ("used_tpp",),
    "consignee_tpp_after": ("consignee_tpp_this_year",),
    "installed_tpp_after": ("installed_tpp", "retired_tpp"),
}


class Assumed(NamedTuple):
    """A field that nobody gave, and the value that stands for it; None where a missing value counts as met."""

    field: str
    value: Any
    source: str = ""  # who says so, where it is more than a usual value


class Other(NamedTuple):
    """The transaction with another value of a field that nobody gave."""

    field: str
    row: dict[str, Any]


def others(given: Mapping[str, Any], addressees: Sequence[str] = (), places: Sequence[str] = ()) -> list[Other]:
    """Transactions by which it is seen whether the answer hangs on what nobody gave; `addressees` are exporters, and
    `places` seats of parties, that some clause of the day names.
    """
    return [Other(name, {**given, name: value}) for name, value in untold(given, addressees, places)]


def untold(
    given: Mapping[str, Any], addressees: Sequence[str] = (), places: Sequence[str] = ()
) -> tuple[tuple[str, Any], ...]:
    """The fields that nobody gave, each with a value by which it is seen whether the answer hangs on it (`others`); the very
    same tuple for transactions of which the same is tried.
    """
    item = given.get("item", "")
    return _tried(
        frozenset(given),
        frozenset(seats.asked(given)),
        "" if designed(item) else "kind" if item in KINDS else "unknown",
        given.get("end_use", ""),
        given.get("destination") == "UKR",
        tuple(addressees),
        tuple(places),
    )


@lru_cache(maxsize=4096)
def _tried(
    told: frozenset[str], unsettled: frozenset[str], item: str, end_use: str, ukraine: bool,
    addressees: tuple[str, ...], places: tuple[str, ...],
) -> tuple[tuple[str, Any], ...]:  # fmt: skip
    """`item` is empty for one of the catalogue, `unsettled` are seats of parties that the tables do not know under their very
    name.
    """
    seated = tuple(dict.fromkeys((*SEATS, *places)))
    tried: dict[str, tuple[Any, ...]] = {name: _values(name) for name in RESTS_ON} | TRIED
    tried |= {name: seated if name in unsettled else () for name in SEATED}
    if not unsettled:  # parties that the tables know
        tried["ownership"] = ()
    # a chip that the catalogue does not hold may be anybody's design; the exporter of one that it holds is its vendor
    tried |= {"designer_hq": ("CHN",), "exporter": addressees} if item else {"designer_hq": ()}
    if item != "kind":  # a die of which nobody says what it does may do anything
        tried["tpp"] = ()
    if end_use != "supercomputer":
        tried |= {"pflops_fp64": (), "pflops_fp32": ()}
    if end_use not in MAKING or not told.isdisjoint(FABS):
        tried["fab_node_nm"] = ()
    if not ukraine:
        tried["destination_region"] = ()
    return tuple((name, value) for name, values in tried.items() if name not in told for value in values)


def _values(name: str) -> tuple[Any, ...]:
    field = FIELDS[name]
    if name in ("pflops_fp64", "pflops_fp32", "tpp"):
        return (BEYOND,)
    if name == "fab_node_nm":
        return (BELOW,)
    if name in ("from", "exporter_hq"):
        return ("USA", "CHN")
    if name == "consignee":  # a free route names whom it frees; any other firm has none
        return (ANOTHER,)
    if field.type == "flag":
        return (not field.default,)
    if field.type == "number":
        return (0.0, 1.0)
    return tuple(choice for choice in field.choices if choice not in (field.default, *ANYWHERE))


@lru_cache(maxsize=4096)
def sources(test: str) -> tuple[str, ...]:
    """Fields that a person may give and that a test looks at, itself or through what is worked out from them."""
    names = (source for name in identifiers(test) for source in FROM.get(name, (name,)))
    return tuple(dict.fromkeys(name for name in names if name in FIELDS and FIELDS[name].given))


def assumed(
    given: Mapping[str, Any], tests: Sequence[str], hangs_on: Sequence[str], values: Mapping[str, Any]
) -> tuple[Assumed, ...]:
    """What was not given and counts: the day and the number of units, what the tests that were met look at, and what
    another value of would change the answer.
    """
    looked_at = [*_always(given), *(name for test in tests for name in sources(test)), *hangs_on]
    names = dict.fromkeys(n for n in looked_at if n not in given and (n in hangs_on or n not in FROM_CATALOGUE))
    return tuple(Assumed(name, values.get(name)) for name in names)


def _always(given: Mapping[str, Any]) -> Iterator[str]:
    yield "date"
    if given.get("item") or given.get("tpp"):
        yield "quantity"


def sourced(found: Sequence[Assumed], given: Mapping[str, Any]) -> tuple[Assumed, ...]:
    """What was assumed, seats with the table that they are from, and the seats of parties that no field holds."""
    told = ((a, seats.assumed(given, a.field)) for a in found)
    named = {a.field for a in found} | given.keys()
    parties = ((field, seats.assumed(given, field)) for field in seats.OF_OTHERS if field not in named)
    return (
        *(a._replace(source=known.says) if known else a for a, known in told),
        *(Assumed(field, known.parent, known.says) for field, known in parties if known),
    )
