"""What the mechanisms are given: parameters by name, regions by column, the clock, and three facts about chips.

Axis order, everywhere in this room: regions first, **futures last**. A national quantity has shape (future,), a
regional
one (region, future), a lever of the quarter () or (region,).
"""

import csv
from collections import namedtuple
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case

# One step of the clock [yr].
DT = 0.25
# First quarter, number of quarters, and the middle of 2024, from which growth is counted [yr].
START, QUARTERS, BASE_YEAR = 2023.0, 40, 2024.5
# A state given at the start stands for the middle of the quarter before the first [yr before mid-2024].
BEFORE = BASE_YEAR - START + DT / 2
HOURS_PER_YEAR = 8.76  # thousand hours: GW x 8.76 = TWh a year

CASE = Case(Path(__file__).parents[1])
PARAMS = CASE / "params.csv"


@cache
def parameter_names() -> tuple[str, ...]:
    """Names of the uncertainties in the order of `params.csv`, which is the order of every array of them."""
    return tuple(row["name"] for row in csv.DictReader(PARAMS.read_text("utf-8").splitlines()))


def named_parameters(values: jax.Array) -> Any:
    """Parameters as attributes, each of shape (future,), from an array (parameter, future)."""
    return _params_class()(*values)


@cache
def _params_class() -> type:
    return namedtuple("Params", parameter_names())


class Regions(NamedTuple):
    """Columns of the `regions` table, shape (region, 1); see its description in the facts."""

    n_countries: NDArray[np.float32]
    weight: NDArray[np.float32]  # share of the region in its bloc's demand of 2024
    ambition: NDArray[np.float32]
    affinity: NDArray[np.float32]
    electricity_twh: NDArray[np.float32]
    surplus_twh: NDArray[np.float32]
    us: NDArray[np.float32]  # 1 for the region in the bloc, else 0
    ally: NDArray[np.float32]
    other: NDArray[np.float32]
    china: NDArray[np.float32]


class Chip(NamedTuple):
    """A chip next to an H100: by TPP, by memory bandwidth, by rated power."""

    h100e: float
    serving: float
    power: float


@cache
def regions() -> Regions:
    """The packaged regions; demand within a bloc is split by electricity times the `hub` factor."""
    frame = facts.read("regions", CASE).with_columns(demand=pl.col("electricity_twh") * pl.col("hub"))
    bloc = frame["bloc"].replace("denied", "other")
    frame = frame.with_columns(bloc=bloc)
    weight = frame.select(pl.col("demand") / pl.col("demand").sum().over("bloc")).to_series()

    def column(values: pl.Series) -> NDArray[np.float32]:
        return values.cast(pl.Float32).to_numpy()[:, None]

    return Regions(
        n_countries=column(frame["n_countries"]),
        weight=column(weight),
        ambition=column(frame["ambition"]),
        affinity=column(frame["affinity"]),
        electricity_twh=column(frame["electricity_twh"]),
        surplus_twh=column(frame["surplus_twh_yr"]),
        **{name: column(bloc == name) for name in ("us", "ally", "other", "china")},
    )


@cache
def region_ids() -> tuple[str, ...]:
    """Names of the regions in the order of the region axis."""
    return tuple(facts.read("regions", CASE)["id"])


@cache
def chip(name: str) -> Chip:
    """A chip of the catalogue next to an H100 SXM."""
    rows = {row["name"]: row for row in facts.read("chips", CASE).to_dicts()}
    ours, h100 = rows[name], rows["H100 SXM"]
    return Chip(*(ours[key] / h100[key] for key in ("tpp", "memory_bw_tb_s", "tdp_w")))


def times() -> jax.Array:
    """Middle of each quarter [yr], shape (quarter,)."""
    return START + DT * (jnp.arange(QUARTERS, dtype=jnp.float32) + 0.5)


def steps() -> tuple[str, ...]:
    """Names of the quarters: 2023Q1 to 2032Q4."""
    return tuple(f"{int(START) + q // 4}Q{q % 4 + 1}" for q in range(QUARTERS))
