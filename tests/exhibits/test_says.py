"""What exhibits say against what they plot: every number and every word of trend in a title comes from the data under it."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mechanism_pictures
from premortem import exhibits, facts
from premortem.app import chart_specs
from premortem.case import default
from premortem.cases.us_ai_2025.exhibits import asymmetry, china_supply, figure4, gap, price
from premortem.charts import figures, render
from premortem.charts.marks import PLAIN
from premortem.charts.theme import apply_theme
from premortem.exhibits import board, form
from premortem.text.numbers import share, trend

WAYS = {"rises": 1, "falls": -1, "stays level": 0}


def prices(path: list[float]) -> pl.DataFrame:
    """A price whose median goes through these values at the ends of 2024 on, with a margin that stays."""
    rows = [
        {
            "series": series,
            "quarter": f"{2024 + i}Q4",
            "year": 2024.875 + i,
            **dict.fromkeys(("p5", "p25", "p75", "p95"), v),
            "p50": v,
        }
        for i, x in enumerate(path)
        for series, v in (("price", x), ("gross_margin", 0.5), ("price_open", x))
    ]
    return pl.DataFrame(rows)


def told(title: str) -> list[tuple[str, int]]:
    """The stretches of a title: which way, and until when."""
    return [
        (way, int(year))
        for way, year in re.findall(r"(rises|falls|stays level)[^,]*? to (\d{4})", title.split(", and")[0])
    ]


@given(st.lists(st.floats(0.01, 1000), min_size=9, max_size=9))
def check_course(path):
    at = dict(zip(range(2024, 2033), path, strict=True))
    start = 2024
    stretches = told(price.says(prices(path)).title)
    for way, year in stretches:
        assert way == trend(at[start], at[year])
        start = year
    assert start == 2032
    ends = {2024, *(year for _, year in stretches)}
    assert {max(at, key=at.get), min(at, key=at.get)} <= ends or len(set(path)) < 9


def test_f056_a_title_tells_every_turn_of_the_median_that_is_plotted():
    check_course()
    fallen = price.says(prices([30, 17, 10, 6, 4, 8, 16, 32, 40])).title
    assert told(fallen) == [("falls", 2028), ("rises", 2032)]


def test_f056_the_price_that_is_plotted_is_the_price_of_the_futures(made, small_run):
    frame = made("price").data.filter(pl.col("series") == "price")
    paths = small_run.paths("as-written").group_by("quarter").agg(pl.col("price").median()).sort("quarter")["price"]
    plotted = frame.sort("year")["p50"].to_list()
    assert plotted == pytest.approx(paths.to_list()[4:], rel=0.15)
    at = dict(zip(range(2024, 2033), plotted[3::4], strict=True))
    start = 2024
    for way, year in told(made("price").title):
        assert way == trend(at[start], at[year])
        start = year
    assert start == 2032


def test_f061_a_reading_is_shown_by_the_gap_or_by_the_hindcast_and_never_by_both(small_run):
    both = (facts.read(name).select("quantity", "known_on", "value") for name in ("observations", "readings"))
    record = pl.concat([t.cast({"value": pl.Float64}) for t in both]).filter(
        pl.col("quantity").is_in([q for _, _, q in gap.SERIES.values()])
    )
    later = record.filter(pl.col("known_on") > default().settings.day)
    shown = gap.data(small_run).filter(pl.col("kind") == "recorded")
    assert later.height > 0
    assert shown.height == record.height - later.height
    assert not set(shown["p50"].to_list()) & set(later["value"].to_list())
    assert not re.search(r"inside|outside|\bbelow\b", gap.says(gap.data(small_run)).check)


def test_f062_figure_4_is_titled_by_the_measures_on_its_axis():
    frame = figure4.data()
    title = figure4.says(frame).title
    api = frame.filter(pl.col("service") == "api")
    uptime, full = (api.filter(pl.col("measure") == m) for m in figure4.MEASURES)
    low = uptime.sort("percent").row(0, named=True)
    assert f"{low['percent']:.0f}% uptime" in title
    first, most = re.search(r"on no day from (.*) to 24 February .* for more than ([\d.]+)% of the day", title).groups()
    rest = full.filter(pl.col("date") >= "2025-01-28")["percent"]
    assert (first, float(most)) == ("28 January", rest.max())
    assert full.filter(pl.col("date") == "2025-01-27")["percent"].item() > figure4.NONE
    dead = frame.with_columns(percent=pl.when(pl.col("measure") == "uptime").then("percent").otherwise(0.0))
    assert figure4.says(dead).title.endswith("on no day from 27 December to 24 February was it at full performance")
    assert not re.search(r"whole|again|recover", title)
    never = frame.with_columns(percent=pl.when(pl.col("percent").is_not_null()).then(100.0))
    assert "after" not in figure4.says(never).title
    assert "on no day" not in figure4.says(never).title


def test_f063_years_in_tables_are_years_and_no_digit_is_lost():
    frame = pl.DataFrame({"year": [2024.0, 2024.125], "tpp": [790_000_000.0, 0.00001234], "units": [2024.0, 12345.6]})
    says = form.Says("", "", "")
    shown = form.table(form.Exhibit("one", "", "ours", says, "", "", "", frame, None).readable)
    cells = re.findall(r"<td[^>]*>([^<]*)</td>", shown)
    assert cells == ["2024", "790,000,000", "2,024", "2024", "0.00001234", "12,346"]
    assert "e+" not in shown


def formats(node, key="") -> list[str]:
    """Every number format of a specification."""
    if isinstance(node, dict):
        return [f for k, v in node.items() for f in formats(v, k)]
    if isinstance(node, list):
        return [f for v in node for f in formats(v, key)]
    said = re.findall(r"format\([^']*'([^']*)'\)", node) if key == "labelExpr" and isinstance(node, str) else []
    return said + ([node] if key == "format" and isinstance(node, str) else [])


def test_f064_no_axis_writes_a_number_with_a_prefix(made):
    drawn = [
        chart_specs.observable(unit, False, lowest) for unit in ("TPP", "million H100e") for lowest in (1e-4, None)
    ]
    drawn += [chart_specs.takes("x", unit) for unit in ("TPP", "H100e", "share")]
    side = chart_specs.Side("x", 1e-4, 1e9, (1, 2), log=True)
    drawn += [
        chart_specs.scatter([side, side]),
        chart_specs.fan(2025, 2034),
        chart_specs.stock("MH", 2025, 2034),
        chart_specs.families("MH", ["A"], 2034),
    ]
    frame = pl.DataFrame({"limit": [1.0, 2.0], "holds": [0.1, 0.2], "used": [False, True]})
    drawn.append(figures.threshold_curve(frame, "MH"))
    found = [f for chart in drawn for f in formats(render.specification(chart))]
    found += [f for name in exhibits.rebuilt() for f in formats(render.specification(exhibits.chart(name)))]
    found += [f for name in ("price", "compute", "caps") for f in formats(render.specification(made(name).picture()))]
    assert len(found) > 20
    assert not [f for f in found if re.fullmatch(r"[^%]*s", f)]
    for module in (chart_specs, mechanism_pictures, figures):
        assert not re.search(r"""format=["'][^"']*s["']|, '~s'""", Path(module.__file__).read_text("utf-8"))


def test_f064_an_axis_writes_small_and_large_numbers_in_full():
    import altair as alt

    frame = pl.DataFrame({"x": [0.0001, 0.01, 20.0, 5e6, 3e9]})
    axis = alt.Axis(labelExpr=PLAIN, values=frame["x"].to_list(), labelOverlap=False)
    chart = alt.Chart(frame).mark_point().encode(x=alt.X("x:Q", axis=axis, scale=alt.Scale(type="log")))
    drawn = render.svg(apply_theme(chart))
    for said in ("0.0001", "0.01", "20", "5 million", "3 billion"):
        assert f">{said}</text>" in drawn


def test_f074_the_largest_source_is_told_by_shares_of_futures(small_run):
    held = small_run.paths("as-written").with_columns(year=2023 + pl.col("quarter") // 4)
    sums = held.group_by("future", "year").agg(pl.col(*china_supply.SOURCES).sum())
    frame = china_supply.data(small_run)
    title = china_supply.says(frame).title
    by_year = {}
    for year in (2025, 2030):
        rows = sums.filter(pl.col("year") == year).select(*china_supply.SOURCES).to_numpy()
        by_year[year] = {s: float((rows.argmax(1) == i).mean()) for i, s in enumerate(china_supply.SOURCES)}
    first = max(by_year[2030], key=by_year[2030].get)
    assert f"in {share(by_year[2025][first])} of futures in 2025 and in {share(by_year[2030][first])} in 2030" in title
    assert not re.search(r"\b(stay|always|remain)\w*", title)
    for year in (2025, 2030):
        assert frame.filter(pl.col("year") == year)["largest"].sum() == pytest.approx(1)


def test_f059_the_board_tells_what_fails_in_words_of_failing(small_run):
    frame = board.data(small_run)
    holding = {c.says for a in small_run.study.assumptions for c in a.condition}
    failing = {c.failure for a in small_run.study.assumptions for c in a.condition}
    told_first = set(frame.filter(pl.col("assumption") != board.ALL)["fails_first"].drop_nulls())
    assert told_first
    assert told_first <= failing
    assert not told_first & holding
    assert all(
        said.endswith(" breaks") for said in frame.filter(pl.col("assumption") == board.ALL)["fails_first"].drop_nulls()
    )


def test_titles_speak_of_the_first_policy_and_of_one_policy_alone(small_run):
    one = board.data(small_run).filter((pl.col("assumption") == "A1") | (pl.col("assumption") == board.ALL))
    assert "weakest" not in board.says(one, small_run).title
    assert json.dumps(board.chart(one).to_dict())


def test_f061_the_hindcast_of_the_gallery_is_that_of_the_brief_and_the_app(small_run, monkeypatch):
    from premortem import questions
    from premortem.briefing import record
    from premortem.exhibits import hindcast
    from premortem.questions import answers_of_run

    asked = []

    class Enough(Exception):
        """No need to score anything: what is asked is what counts."""

    def noted(run):
        asked.append(run)
        raise Enough

    monkeypatch.setattr(answers_of_run, "judged", noted)
    for make in (hindcast.data, record.record):
        with pytest.raises(Enough):
            make(small_run)
    assert asked == [small_run] * 2
    assert questions.futures_under_policies.AT_ONCE == answers_of_run.LOOKED_AT  # of which the app asks
    told = re.search(r"the first ([\d,]+) where it has more", hindcast.SOURCE)
    assert int(told[1].replace(",", "")) in (
        20_000,
        answers_of_run.LOOKED_AT,
    )  # what was read of the constant before tests made it smaller


def test_a_margin_that_stays_is_told_by_all_that_is_drawn():
    frame = prices([40.0] * 9)
    moved = frame.with_columns(
        p50=pl.when((pl.col("series") == "gross_margin") & (pl.col("quarter") > "2024Q4")).then(0.545).otherwise("p50")
    )
    assert "stays at 50%" in price.says(frame).title
    assert "stays between 50% and 55%" in price.says(moved).title
    apart = moved.with_columns(p50=pl.when(pl.col("p50") == 0.545).then(0.7).otherwise("p50"))
    assert "goes from 50% to 70%" in price.says(apart).title


def test_no_exhibit_speaks_of_more_futures_than_the_run_has(made, small_run):
    for one in map(made, ("hindcast", "compute", "china-supply")):
        said = f"{one.source} {one.check} {one.unit}"
        counts = [int(n.replace(",", "")) for n in re.findall(r"the first ([\d,]+)", said)]
        assert all(n <= small_run.futures or re.search("where (it|the run) has (more|fewer)", said) for n in counts)


def test_the_hindcast_shows_what_was_read_with_all_its_digits(made):
    one = made("hindcast")
    drawn = json.dumps(one.chart.to_dict(validate=False))
    for row in one.data.to_dicts():
        read = f"{row['observed']:,.4g}"
        assert re.search(rf"{row['date']}, \w+: " + re.escape(f"{read} {row['unit']}"), one.alternative)
        assert f'"{read} (' in drawn


@pytest.mark.parametrize(
    "name", ["compute", "binding", "gap", "price", "electricity", "figure-4", "goodwill", "return"]
)
def test_a_year_in_a_table_is_the_whole_year_of_its_quarter(made, name):
    shown = made(name).shown
    assert not shown.schema["year"].is_float()
    dated = shown.drop_nulls("quarter")
    assert dated["year"].to_list() == [int(q[:4]) for q in dated["quarter"]]


def test_no_whisker_ends_at_the_end_of_its_axis(made):
    one = made("china-supply")
    drawn = json.dumps(one.chart.to_dict(validate=False))
    tops = {top for _, top in re.findall(r'"domain": \[(\d+), ([\d.]+)\]', drawn)}
    assert min(map(float, tops)) > one.data["p95"].max()


def test_a_bar_that_is_drawn_is_never_labelled_nought():
    assert [asymmetry._signed(x) for x in (0.0, 0.0003, -0.0003, 0.0149)] == ["0", "under +0.1", "under −0.1", "+1.5"]
