"""Where the marks of a chart stand."""

import re

import altair as alt
import polars as pl
import pytest
import vl_convert

from premortem.case import Clock
from premortem.charts.figures import families
from premortem.charts.figures import fan as fan_of_margin
from premortem.charts.marks import middle_of
from premortem.charts.render import specification
from premortem.charts.theme import WIDTH, apply_theme
from premortem.ensemble.bands import BANDS

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


@pytest.mark.parametrize(("width", "most"), [(150, 3), (330, 6), (680, 11)])
def test_numbers_along_the_foot_are_fewer_where_there_is_less_room(width, most):
    rows = alt.Data(values=[{"x": -55, "y": "a"}, {"x": 40, "y": "b"}])
    drawn = apply_theme(alt.Chart(rows).mark_bar().encode(x="x:Q", y="y:N"), 60, width)
    marks = re.findall(r">([\u2212\d]+)</text>", vl_convert.vegalite_to_svg(drawn.to_dict()))
    assert 2 <= len(marks) <= most


def test_the_fan_of_a_margin_has_no_layers_within_layers():
    """Altair copies those over and over: a fan took four times as long."""
    rows = pl.DataFrame({"quarter": ["2025Q1", "2026Q4"], **{band: [0.0, 1.0] for band in BANDS}})
    drawn = specification(fan_of_margin(rows, "margin", 2025))
    assert [layer["mark"]["type"] for layer in drawn["layer"]] == ["area", "area", "line", "rule", "text", "text"]
    assert (drawn["width"], drawn["height"]) == (WIDTH, 125)
