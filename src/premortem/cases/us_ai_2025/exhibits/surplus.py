"""Surplus net generation by country: new capacity times capacity factors, less the growth of demand, in three readings.

Years are 2019 to 2023, averages a year, as known on 26 February 2025. Missing is missing: a country without capacity,
generation or demand for the window is left out, never counted as zero.
"""

import polars as pl

from ._tables import read

FIRST, LAST = 2018, 2023
YEARS = LAST - FIRST
# GW at full output for a year make 8.76 TWh.
TWH_PER_MW = 8.76e-3
# Not new supply: storage, and waste that is burnt for other ends.
NO_SUPPLY = ("pumped_storage", "waste_nonrenewable")
FOSSIL = ("coal", "gas", "oil", "fossil_unspecified")


def readings() -> pl.DataFrame:
    """By country [TWh a year]: iso3, as_stated, without_demand, planners, added, demand_growth, capacity_from.

    `as_stated`: gross additions by fuel times the country's own factors, less the growth of demand. `without_demand`:
    the same, demand not taken off. `planners`: as stated, with the factors that planners assume for new plants.
    """
    plants = by_fuel()
    own = pl.col("added_mw") * pl.col("factor") * TWH_PER_MW
    assumed = pl.col("added_mw") * pl.coalesce("planned", "factor") * TWH_PER_MW
    # an addition without a known factor makes the country's sum unknown, and so does none known at all
    unknown = ((pl.col("added_mw") > 0) & pl.col("factor").is_null()).any() | pl.col("factor").is_null().all()
    sums = plants.join(read("planning_factors").select("fuel", planned="factor"), on="fuel", how="left")
    by_country = sums.group_by("iso3", "capacity_from", maintain_order=True).agg(
        added=pl.when(~unknown).then(own.sum()), planned=pl.when(~unknown).then(assumed.sum())
    )
    return (
        by_country.join(demand_growth(), on="iso3")
        .drop_nulls()
        .select(
            "iso3",
            as_stated=pl.col("added") - pl.col("demand_growth"),
            without_demand="added",
            planners=pl.col("planned") - pl.col("demand_growth"),
            added="added",
            demand_growth="demand_growth",
            capacity_from="capacity_from",
        )
        .sort("as_stated", descending=True)
    )


def by_fuel() -> pl.DataFrame:
    """Gross additions a year [MW] and own capacity factor by country and fuel: iso3, fuel, capacity_from, added_mw, factor.

    The factor is generation over capacity at the ends of the same years, at most 1, null where either is unknown.
    """
    held, unsplit = _capacity()
    made = read("generation").filter(pl.col("year").is_between(FIRST, LAST))
    fossil = pl.col("fuel").is_in(FOSSIL) & pl.col("iso3").is_in(unsplit)
    made = made.with_columns(fuel=pl.when(fossil).then(pl.lit("oil")).otherwise("fuel"))
    made = made.group_by("iso3", "fuel", "year", maintain_order=True).agg(pl.col("twh").sum())
    both = held.join(made, on=["iso3", "fuel", "year"], how="left").sort("iso3", "fuel", "year")
    known = pl.col("twh").is_not_null()
    full = (pl.col("mw").filter(known) * TWH_PER_MW).sum()
    return both.group_by("iso3", "fuel", "capacity_from", maintain_order=True).agg(
        added_mw=pl.col("mw").diff().clip(0).sum() / YEARS,
        factor=pl.when(full > 0).then((pl.col("twh").filter(known).sum() / full).clip(upper_bound=1)),
    )


def demand_growth() -> pl.DataFrame:
    """Growth of demand [TWh a year] by country: iso3, demand_growth; as known six days before the note."""
    ends = read("ember_demand").filter(pl.col("year").is_in([FIRST, LAST])).pivot(on="year", index="iso3", values="twh")
    return ends.drop_nulls().select("iso3", demand_growth=(pl.col(str(LAST)) - pl.col(str(FIRST))) / YEARS)


def _capacity() -> tuple[pl.DataFrame, list[str]]:
    """Capacity [MW] by country, fuel and year, one source a country, and the countries whose fossil plants are not split.

    Ember where it has the whole country, else IRENA. Fossil fuel that neither names counts with oil, as it does in the
    table of generation; where a country reports some year unsplit, all of its fossil plants are one kind.
    """
    own = read("ember_capacity_extra").select("iso3", "fuel", "year", pl.col("mw").cast(pl.Float64))
    collected = read("capacity")
    whole = (
        collected.group_by("iso3", maintain_order=True)
        .agg(pl.col("source").str.starts_with("Ember").all())
        .filter("source")["iso3"]
    )
    ember = pl.concat([own, _carried(collected.filter(pl.col("iso3").is_in(set(whole) - set(own["iso3"]))))])
    irena = read("irena_capacity").filter(~pl.col("iso3").is_in(set(ember["iso3"]))).select(ember.columns)
    both = pl.concat(
        [ember.with_columns(capacity_from=pl.lit("Ember")), irena.with_columns(capacity_from=pl.lit("IRENA"))]
    ).filter(pl.col("year").is_between(FIRST, LAST), ~pl.col("fuel").is_in(NO_SUPPLY))
    names = pl.col("fuel").is_in(FOSSIL[:3])
    split = both.group_by("iso3", "year", maintain_order=True).agg(
        names.any(), unsplit=(pl.col("fuel") == "fossil_unspecified").any()
    )
    unsplit = sorted(set(split.filter(pl.col("unsplit"), ~pl.col("fuel"))["iso3"]))
    lumped = pl.col("fuel").is_in(["other", "fossil_unspecified"]) | (pl.col("iso3").is_in(unsplit) & names)
    both = both.with_columns(fuel=pl.when(lumped).then(pl.lit("oil")).otherwise("fuel"))
    return both.group_by("iso3", "fuel", "year", "capacity_from", maintain_order=True).agg(pl.col("mw").sum()), unsplit


def _carried(frame: pl.DataFrame) -> pl.DataFrame:
    """Capacity with the years in which nothing changed, which the table leaves out."""
    every = frame.select("iso3", "fuel").unique().join(pl.DataFrame({"year": range(FIRST - 1, LAST + 1)}), how="cross")
    joined = every.join(frame.select("iso3", "fuel", "year", "mw"), on=["iso3", "fuel", "year"], how="left")
    return (
        joined.sort("iso3", "fuel", "year").with_columns(pl.col("mw").forward_fill().over("iso3", "fuel")).drop_nulls()
    )
