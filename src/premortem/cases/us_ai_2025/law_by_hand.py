"""The law of the case written twice more, for benchmarks: vectorised pandas by hand, and a formula a variable as OpenFisca has it.

Both decide chips of the catalogue, each row alone, as the rulebook does under `as-written`: the letters and rules of 2022 and
2023, the exceptions of 2024, and the framework with its tiers, LPP and allocation.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.law.fields.named_fields import Fields

Mask = NDArray[np.bool_]
ITEMS = ("H100 SXM", "H20", "B200", "RTX 4090", "L40S", "A100 80GB SXM")
PLACES = ("ARE", "CHN", "IND", "FRA", "SGP", "BRA", "VNM", "SAU")
GROUP_D, TIER_1, CHINA, GULF = ("ARE", "VNM", "SAU"), ("FRA",), ("CHN",), ("ARE", "SAU")
# Performance and link of A100, by which the letters of 2022 and 2023 name chips.
PEAK, LINK = 4992, 600


def shipments(count: int, seed: int = 0) -> pl.DataFrame:
    """Random shipments of known chips to eight places, of up to 60,000 units, on the days of five years."""
    return _random_shipments(np.random.default_rng(seed), count, 60_000).with_columns(
        pl.col("quantity").cast(pl.Float64)
    )


def ledger(count: int, seed: int = 0) -> pl.DataFrame:
    """The same of up to 500 units, each to one of 200 consignees, as a desk has them."""
    dice = np.random.default_rng(seed)
    rows = _random_shipments(dice, count, 500)
    return rows.with_columns(pl.Series("consignee", dice.choice([f"c{i}" for i in range(200)], count)))


def _random_shipments(dice: np.random.Generator, count: int, limit: int) -> pl.DataFrame:
    """Random shipments of fewer units than a limit, on the days of five years."""
    days = np.arange("2022-06", "2027-12", dtype="datetime64[D]")
    return pl.DataFrame(
        {
            "item": dice.choice(ITEMS, count),
            "quantity": dice.integers(1, limit, count),
            "destination": dice.choice(PLACES, count),
            "date": dice.choice(days, count),
        }
    )


def chips() -> pd.DataFrame:
    """What the law asks of a chip, by name: TPP, density, link, data centre."""
    known = facts.read("chips").filter(pl.col("name").is_in(ITEMS))
    density = pl.col("tpp") / pl.col("applicable_die_area_mm2")
    link, centre = pl.col("interconnect_gb_s"), pl.col("marketed_for_datacentre") == 1
    asked = known.select("name", pl.col("tpp").cast(pl.Float64), density=density, link=link, centre=centre)
    return asked.to_pandas().set_index("name")


def by_hand(frame: pd.DataFrame) -> NDArray[Any]:
    """Outcomes as an analyst would write them: masks over columns, the first that holds."""
    chip = chips().loc[frame["item"]].reset_index(drop=True)
    day, place = frame["date"].to_numpy(), frame["destination"]
    tpp, density, centre = chip["tpp"], chip["density"], chip["centre"].astype(bool)
    china, group_d, tier_1 = place.isin(CHINA), place.isin(GROUP_D), place.isin(TIER_1)
    a = (tpp >= 4800) | (centre & (tpp >= 1600) & (density >= 5.92))
    low = (tpp >= 2400) & (tpp < 4800) & (density >= 1.6) & (density < 5.92)
    b = ~a & centre & (low | ((tpp >= 1600) & (density >= 3.2) & (density < 5.92)))
    eased = b | (a & ~centre)
    total = frame["quantity"] * tpp
    named, gulf = (tpp >= PEAK) & (chip["link"] >= LINK), place.isin(GULF)
    return _first(day, named, gulf, tpp, chip["link"], centre, china, group_d, tier_1, a, b, eased, total)


def _first(
    day: Any, named: Any, gulf: Any, tpp: Any, link: Any, centre: Any, china: Any, group_d: Any, tier_1: Any, a: Any, b: Any,
    eased: Any, total: Any,
) -> NDArray[Any]:  # fmt: skip
    def on(first: str, last: str = "2100-01-01") -> Mask:
        return np.asarray((day >= np.datetime64(first)) & (day <= np.datetime64(last)))

    letter = on("2023-10-23", "2023-11-17") & centre & (tpp >= 4800)
    second, framework = on("2023-11-17"), on("2025-05-15")
    first = on("2022-10-21", "2023-11-16") & (tpp >= 4800) & (link >= 600)
    asked = second & (a | b) & (china | group_d)
    worldwide = framework & a
    notice = np.where(on("2024-04-04"), "exception:ACA", "exception:NAC")
    denial, approval = "licence:presumption_of_denial", "licence:presumption_of_approval"
    cases: list[tuple[Any, Any]] = [
        (on("2022-08-26", "2022-10-21") & named & china, denial),
        (first & china, denial),
        (on("2023-08-28", "2023-10-22") & named & gulf, "licence:case_by_case"),
        (letter & ~second & china, denial),
        (letter & ~second & group_d, approval),
        ((asked | worldwide) & china & eased, "exception:NAC"),
        ((asked | worldwide) & china, denial),
        (worldwide & tier_1, "exception:AIA"),
        (worldwide & (total <= 26_900_000), "exception:LPP"),
        (worldwide & eased, "exception:ACA"),
        (worldwide & (total <= 790_000_000), approval),
        (worldwide, "licence:policy_of_denial"),
        (asked & eased, notice),
        (asked, approval),
    ]
    return np.select([np.asarray(m) for m, _ in cases], [o for _, o in cases], "no_licence_required")


class Simulation:
    """A population on one day: every variable is worked out once, by its formula, from others and from parameters."""

    def __init__(self, population: pd.DataFrame, day: np.datetime64) -> None:
        self.population, self.day = population, day
        self.known: dict[str, Any] = {}

    def calculate(self, name: str) -> Any:
        """The variable for everyone, from memory where it was asked for before."""
        if name not in self.known:
            self.known[name] = FORMULAS[name](self) if name in FORMULAS else self.population[name].to_numpy()
        return self.known[name]

    def parameter(self, name: str) -> Any:
        """The value of a parameter on the day."""
        return [value for start, value in PARAMETERS[name] if np.datetime64(start) <= self.day][-1]


# Parameters by the day on which their values begin, as in a folder of OpenFisca's YAML files.
PARAMETERS: dict[str, list[tuple[str, Any]]] = {
    "letter_2022": [("1900-01-01", False), ("2022-08-26", True), ("2022-10-22", False)],
    "first_rule": [("1900-01-01", False), ("2022-10-21", True), ("2023-11-17", False)],
    "letter_gulf": [("1900-01-01", False), ("2023-08-28", True), ("2023-10-23", False)],
    "letter_2023": [("1900-01-01", False), ("2023-10-23", True), ("2023-11-17", False)],
    "second_rule": [("1900-01-01", False), ("2023-11-17", True)],
    "framework": [("1900-01-01", False), ("2025-05-15", True)],
    "notice": [("1900-01-01", "exception:NAC"), ("2024-04-04", "exception:ACA")],
    "tpp": [("1900-01-01", 4800)],
    "lpp": [("1900-01-01", 26_900_000)],
    "allocation": [("1900-01-01", 790_000_000)],
}
# One transaction that is explained.
ONE: Fields = {"item": "H100 SXM", "quantity": 2000, "destination": "ARE", "date": "2025-06-01"}
Formula = Callable[[Simulation], Any]


def _paragraph_b(s: Simulation) -> Any:
    tpp, density = s.calculate("tpp"), s.calculate("density")
    low = (tpp >= 2400) & (tpp < s.parameter("tpp")) & (density >= 1.6) & (density < 5.92)
    return ~s.calculate("a") & s.calculate("centre") & (low | ((tpp >= 1600) & (density >= 3.2) & (density < 5.92)))


def _asked(s: Simulation) -> Any:
    listed = s.calculate("a") | s.calculate("b")
    return s.parameter("second_rule") & listed & (s.calculate("china") | s.calculate("group_d"))


def _outcome(s: Simulation) -> Any:
    v = s.calculate
    asked, worldwide, china, eased, total = v("asked"), v("worldwide"), v("china"), v("eased"), v("total")
    denial, approval = "licence:presumption_of_denial", "licence:presumption_of_approval"
    cases = [
        (v("letter_2022") & china, denial),
        (v("first") & china, denial),
        (v("letter_gulf") & v("gulf"), "licence:case_by_case"),
        (v("letter_2023") & china, denial),
        (v("letter_2023") & v("group_d"), approval),
        ((asked | worldwide) & china & eased, "exception:NAC"),
        ((asked | worldwide) & china, denial),
        (worldwide & v("tier_1"), "exception:AIA"),
        (worldwide & (total <= s.parameter("lpp")), "exception:LPP"),
        (worldwide & eased, "exception:ACA"),
        (worldwide & (total <= s.parameter("allocation")), approval),
        (worldwide, "licence:policy_of_denial"),
        (asked & eased, s.parameter("notice")),
        (asked, approval),
    ]
    return np.select([m for m, _ in cases], [o for _, o in cases], "no_licence_required")


FORMULAS: dict[str, Formula] = {
    "china": lambda s: np.isin(s.calculate("destination"), CHINA),
    "group_d": lambda s: np.isin(s.calculate("destination"), GROUP_D),
    "tier_1": lambda s: np.isin(s.calculate("destination"), TIER_1),
    "total": lambda s: s.calculate("quantity") * s.calculate("tpp"),
    "a": lambda s: (
        (s.calculate("tpp") >= s.parameter("tpp"))
        | (s.calculate("centre") & (s.calculate("tpp") >= 1600) & (s.calculate("density") >= 5.92))
    ),
    "b": _paragraph_b,
    "eased": lambda s: s.calculate("b") | (s.calculate("a") & ~s.calculate("centre")),
    "gulf": lambda s: np.isin(s.calculate("destination"), GULF),
    "named": lambda s: (s.calculate("tpp") >= PEAK) & (s.calculate("link") >= LINK),
    "letter_2022": lambda s: s.parameter("letter_2022") & s.calculate("named"),
    "letter_gulf": lambda s: s.parameter("letter_gulf") & s.calculate("named"),
    "letter_2023": lambda s: (
        s.parameter("letter_2023") & s.calculate("centre") & (s.calculate("tpp") >= s.parameter("tpp"))
    ),
    "first": lambda s: (
        s.parameter("first_rule") & (s.calculate("tpp") >= s.parameter("tpp")) & (s.calculate("link") >= 600)
    ),
    "asked": _asked,
    "worldwide": lambda s: s.parameter("framework") & s.calculate("a"),
    "outcome": _outcome,
}


def by_variable(frame: pd.DataFrame) -> NDArray[Any]:
    """Outcomes as OpenFisca works them out: a population a day, each variable by its formula, vectorised over rows."""
    population = frame.join(chips(), on="item").reset_index(drop=True)
    population["centre"] = population["centre"].astype(bool)
    outcomes = np.empty(len(population), dtype=object)
    for day, of_day in population.groupby("date", sort=False).indices.items():
        outcomes[of_day] = Simulation(population.take(np.asarray(of_day)), np.datetime64(str(day), "D")).calculate(
            "outcome"
        )
    return outcomes
