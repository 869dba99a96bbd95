"""A picture of each mechanism of the world: small multiples of its series over the prior, with the record as points."""

import re
from pathlib import Path
from typing import Any

import altair as alt
import polars as pl

from premortem import facts, questions
from premortem.case import Case
from premortem.charts.marks import PLAIN, middle_of
from premortem.charts.marks import bands as fan
from premortem.charts.render import svg
from premortem.charts.theme import BREAKS, apply_theme
from premortem.files import writer
from premortem.files.toml import read_toml
from premortem.study import Study

# Size of a panel, panels in a row, and the years that are shown.
SIZE, COLUMNS, YEARS = {"width": 210, "height": 110}, 3, [2023, 2033]
# Room between panels, which are laid out by their frames so that these line up.
GAPS = {"row": 62, "column": 66}
# A point of the record stands for a series itself: at a quarter, over a year, or four times a year's mean quarter.
_POINT = re.compile(r"^(?P<four>4 \* )?(?:(?P<at>\w+)@(?P<quarter>\d{4}Q\d)|year\((?P<over>\w+), (?P<year>\d{4})\))$")


def mechanisms(case: Case) -> dict[str, Any]:
    """Panels of each mechanism by its name."""
    return read_toml(case / "mechanisms.toml")


def write(folder: Path, case: Case) -> None:
    """Write one SVG a mechanism into a folder: the baseline, 4,096 futures of the prior."""
    study = Study(case=case)
    for name in mechanisms(case):
        writer.write(folder / f"{name}.svg", svg(chart(name, study)), parents=True)


def chart(name: str, study: Study) -> Any:
    """Small multiples of a mechanism: median, central half, 5 to 95%, and points where the record has them."""
    mechanism = mechanisms(study.case)[name]
    bands = questions.prior_bands(study, tuple(panel["series"] for panel in mechanism["panels"]))
    bands = bands.with_columns(year=middle_of(pl.col("quarter")))
    points = record(study.case)
    panels = [_panel(bands, points, panel) for panel in mechanism["panels"]]
    subtitle = "As written; median, central half and 5 to 95% of futures; orange: the record and its range"
    titled = alt.concat(*panels, columns=COLUMNS).properties(
        title=alt.Title(mechanism["title"], subtitle=subtitle, offset=14), spacing=GAPS, bounds="flush"
    )
    return apply_theme(titled, width=None)


def record(case: Case) -> pl.DataFrame:
    """Points of the record that stand for a series: series, year, value, low, high."""
    rows = []
    for row in facts.read("history_checks", case).to_dicts():
        if not (found := _POINT.match(row["expression"])):
            continue
        scale = 0.25 if found["four"] else 1.0
        year = _middle(found["quarter"]) if found["quarter"] else float(found["year"]) + 0.5
        numbers = {k: row[v] * scale for k, v in (("value", "recorded"), ("low", "low"), ("high", "high"))}
        rows.append({"series": found["at"] or found["over"], "year": year} | numbers)
    return pl.DataFrame(rows)


def _panel(bands: pl.DataFrame, points: pl.DataFrame, panel: dict[str, Any]) -> Any:
    frame = bands.filter(pl.col("series") == panel["series"])
    seen = points.filter(pl.col("series") == panel["series"])
    if panel.get("log"):
        # A logarithmic scale has no 0; what is a millionth of the largest median is as good as none.
        least = float(frame["p50"].max()) * 1e-6  # type: ignore[arg-type]
        frame = frame.filter(pl.col("p50") > least).with_columns(pl.col("p5", "p25", "p50", "p75", "p95").clip(least))
    scale = alt.Scale(type="log") if panel.get("log") else alt.Scale(zero=False)
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=4), scale=alt.Scale(domain=YEARS))

    def y(column: str) -> Any:
        return alt.Y(f"{column}:Q", title=None, scale=scale, axis=axis)

    axis = alt.Axis(tickCount=4, labelExpr=PLAIN, minExtent=44, grid=not panel.get("log"))
    base = alt.Chart(frame).encode(x=x)
    layers = [
        fan(base, {"title": None, "scale": scale, "axis": axis}),
    ]
    if seen.height and not (panel.get("log") and seen["low"].min() == 0):
        marks = alt.Chart(seen).encode(x=x)
        layers += [
            marks.mark_rule(color=BREAKS, strokeWidth=2).encode(y=y("low"), y2="high:Q"),
            marks.mark_point(color=BREAKS, filled=True, size=45, opacity=1).encode(y=y("value")),
        ]
    title = alt.Title(panel["title"], fontSize=13, fontWeight="normal")
    return alt.layer(*layers).properties(**SIZE, title=title)


def _middle(quarter: str) -> float:
    return int(quarter[:4]) + (int(quarter[5]) - 0.5) / 4
