"""Where the marks of a chart stand."""

import polars as pl
import pytest

from premortem.case import Clock
from premortem.charts.figures import families
from premortem.charts.marks import middle_of

STEPS = {
    "2030": 2030.5,
    "2030H1": 2030.25,
    "2030H2": 2030.75,
    "2030Q1": 2030.125,
    "2030Q4": 2030.875,
    "2030M01": 2030 + 0.5 / 12,
    "2030M9": 2030 + 8.5 / 12,
    "2030M10": 2030 + 9.5 / 12,
    "2030M12": 2030 + 11.5 / 12,
}


def test_a_chart_puts_a_step_where_the_clock_has_it():
    drawn = pl.DataFrame({"step": [*STEPS]}).select(middle_of(pl.col("step")))["step"].to_list()
    assert drawn == pytest.approx([*STEPS.values()])
    assert drawn == [Clock((step,)).middle(step) for step in STEPS]


@pytest.mark.parametrize("form", ["{}", "{}H2", "{}Q4", "{}M12"])
def test_families_stand_at_the_years_whose_ends_they_show(form):
    rows = [
        {"family": "one", "title": "a series", "quarter": form.format(year), "p25": 1.0, "p50": 2.0, "p75": 3.0}
        for year in (2029, 2030, 2031)
    ]
    spec = families(pl.DataFrame(rows), ["one"], 2030).to_dict()
    assert {row["year"] for data in spec["datasets"].values() for row in data} == {2030, 2031}
