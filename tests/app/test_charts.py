"""What the charts of the screens are made of: a box's futures, an observable's band, a family alone, days that stop the timeline."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from premortem import questions
from premortem.app import chart_specs, signpost_charts, timeline_marks
from premortem.app.break_charts import scatter_data
from premortem.app.policy_charts import NAME_SHARE, names_apart
from premortem.app.routes.compare import policy_ranks
from premortem.app.routes.futures import charts
from premortem.app.view_state import State
from premortem.case import default

VIEW = State("as-written")


def test_a_scatter_shows_futures_of_the_run_within_the_other_limits(small_run, study):
    names = ["imitation_lag", "goodwill_0", "open_gap"]
    names = [n for n in names if n in study.priors.names] or list(study.priors.names[:3])
    names += [n for n in study.priors.names if n not in names and study.priors[n].varies][: 3 - len(names)]
    values = small_run.parameters()
    limits = {n: [float(x) for x in np.quantile(values[study.priors.names.index(n)], [0.2, 0.8])] for n in names}
    found = scatter_data(small_run, SimpleNamespace(limits=limits, p_values=dict(zip(names, (0.1, 0.2, 0.3), strict=True))), "A2", "as-written")  # fmt: skip
    assert found["names"] == names[:2]
    i, j, k = (study.priors.names.index(n) for n in names)
    inside = np.flatnonzero((values[k] >= limits[names[2]][0]) & (values[k] <= limits[names[2]][1]))[: found["shown"]]
    assert [(r["x"], r["y"]) for r in found["rows"]] == [(float(values[i][n]), float(values[j][n])) for n in inside]
    breaks = small_run.columns("as-written", ["margin.A2"])["margin.A2"] <= 0
    assert [r["breaks"] == "breaks" for r in found["rows"]] == list(breaks[inside])
    assert (
        scatter_data(small_run, SimpleNamespace(limits={names[0]: limits[names[0]]}, p_values={}), "A2", "as-written")
        == {}
    )


def test_the_box_of_a_scatter_is_one_outline():
    sides = [chart_specs.Side("a", 0.0, 1.0, (0.2, 0.4)), chart_specs.Side("b", 1.0, 9.0, (2.0, 3.0), log=True)]
    spec = chart_specs.scatter(sides).to_dict()
    box = next(layer for layer in spec["layer"] if layer["mark"]["type"] == "rect")
    assert [box["encoding"][k]["datum"] for k in ("x", "x2", "y", "y2")] == [0.2, 0.4, 2.0, 3.0]
    assert box["transform"]  # of all rows one


@pytest.mark.slow
def test_an_observable_has_its_band_its_threshold_and_what_was_known(live, study):
    found = signpost_charts.charts(live, VIEW)
    assert len(found) > 5
    for name, chart in found.items():
        band = [r for r in chart.rows if r["p50"] is not None]
        assert all(r["p5"] <= r["p50"] <= r["p95"] for r in band)
        assert {r["limit"] for r in chart.rows} == {study.signposts[name].threshold.value}
    known = {k: sum(r["read"] is not None for r in c.rows) for k, c in found.items()}
    assert any(known.values())
    early = signpost_charts.charts(live, replace(VIEW, asof=date(2023, 1, 1)))
    assert all(sum(r["read"] is not None for r in c.rows) <= known[k] for k, c in early.items())
    assert sum(r["read"] is not None for c in early.values() for r in c.rows) < sum(known.values())


def test_letters_at_the_ends_of_lines_stand_apart():
    band = SimpleNamespace(
        series=next(iter(questions.signs(default()))), quarter=default().clock.labels[-1], p25=0.0, p50=1.0, p75=2.0
    )
    found = SimpleNamespace(
        archetypes=[SimpleNamespace(name=n, bands=[band]) for n in ("wide", "narrow")], continuum=True
    )
    low, high = sorted(row["named"] for row in charts(found, default())[0].rows)
    assert high - low == pytest.approx(0.09 * 2.0)


def test_a_chosen_family_leaves_the_others_grey():
    band = SimpleNamespace(series=next(iter(questions.signs(default()))), quarter="2028Q4", p25=0.0, p50=1.0, p75=2.0)
    found = SimpleNamespace(
        archetypes=[SimpleNamespace(name=n, bands=[band]) for n in ("wide", "narrow")], continuum=True
    )
    assert [r["dim"] for r in charts(found, default(), "B")[0].rows] == [True, False]
    assert [r["dim"] for r in charts(found, default(), "Z")[0].rows] == [False, False]


def test_ranks_name_the_policies_that_come_first():
    orders = {"mean_regret": ["rescinded", "as-written"], "maximin": ["as-written", "rescinded"]}
    titles = {"as-written": "As written", "rescinded": "Rescinded"}
    apart = {m: {p: (i, i) for i, p in enumerate(order, 1)} for m, order in orders.items()}
    chart = policy_ranks(SimpleNamespace(rankings=orders, ranks=apart, may_be_first=()), VIEW, titles, "source")
    assert chart.title == "First place changes with the measure: Rescinded or As written"
    assert [r["rank"] for r in chart.rows if r["mine"]] == [2, 1]
    one = {"maximin": orders["maximin"]}
    known = {"maximin": apart["maximin"]}
    agreed = policy_ranks(
        SimpleNamespace(rankings=one, ranks=known, may_be_first=("as-written",)), VIEW, titles, "source"
    )
    assert agreed.title == "As written ranks first by every measure"


def test_ranks_that_sampling_leaves_open_are_not_told_as_known():
    orders = {"mean_regret": ["rescinded", "as-written"], "maximin": ["as-written", "rescinded"]}
    titles = {"as-written": "As written", "rescinded": "Rescinded"}
    level = {"as-written": (1, 2), "rescinded": (1, 2)}
    both = SimpleNamespace(
        rankings=orders, ranks=dict.fromkeys(orders, level), may_be_first=("as-written", "rescinded")
    )
    chart = policy_ranks(both, VIEW, titles, "source")
    assert chart.title == "As written or Rescinded may rank first by every measure: sampling leaves it open"
    assert {(r["low"], r["high"]) for r in chart.rows} == {(1, 2)}
    one = SimpleNamespace(rankings={"maximin": orders["maximin"]}, ranks={"maximin": level}, may_be_first=())
    assert policy_ranks(one, VIEW, titles, "source").title.endswith("though sampling leaves others open")


@pytest.mark.parametrize("policy", ["as-written", "history"])
def test_the_timeline_stops_where_clauses_bind_and_events_fall(study, policy):
    book = study.law(policy)
    stops = timeline_marks.stops(book)
    days = [s["day"] for s in stops]
    assert days == sorted({*days})
    bound = {
        str(c.complies)
        for c in book.clauses
        if c.complies and c.complies >= book.vocabulary.strip_from and not c.hypothetical
    }
    assert bound <= {s["day"] for s in stops if s["rule"]}
    assert {r["day"] for r in timeline_marks.days(default())} <= {*days}
    assert all(s["says"] for s in stops)
    # an instrument's title may be one or many things, and some of its clauses may outlast others
    assert not any(s["says"].endswith((" binds", " ends", " is published")) for s in stops)


def test_a_scale_of_ratios_has_its_foot_four_decades_down_or_at_what_is_watched_for():
    def row(low, high, limit):
        return {"p5": low, "p95": high, "read": None, "limit": limit}

    assert signpost_charts.lowest("log", [row(1e-8, 2.0, 0.05)]) == pytest.approx(2e-4)
    assert signpost_charts.lowest("log", [row(1e-8, 2.0, 1e-6)]) == 1e-6
    assert signpost_charts.lowest("log", [row(0.5, 2.0, 1.0)]) == 0.5
    assert signpost_charts.lowest("log", [row(0.0, 2.0, 1.0)]) is None
    assert signpost_charts.lowest("linear", [row(0.5, 2.0, 1.0)]) is None


def test_names_on_the_charts_of_compare_stand_level(client):
    specs = re.findall(r'data-spec="([^"]+)"', client.get("/compare?now=1").text)
    assert specs
    assert not [spec for spec in specs if "labelAngle&#34;: -" in spec or "&quot;labelAngle&quot;: -" in spec]


def test_names_beside_points_stand_apart_though_the_points_are_nearly_one():
    rows = [{"y": 0.5 + 0.001 * k} for k in range(5)]
    places = sorted(row["named"] for row in names_apart(rows))
    shown = 2 * (0.02 + 0.15 * 0.004) + 0.004  # what the axis spans
    assert min(b - a for a, b in pairwise(places)) >= 0.99 * NAME_SHARE * shown
