"""What screens say against the rows that they stand above."""

import html
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from starlette.requests import Request

import premortem.app
from premortem.app import basis_words, break_charts, labels, law_changes, pages
from premortem.app.routes import assumption, compare, watch
from premortem.propositions.board_cells import BoardCell
from premortem.questions import archetypes
from premortem.text.phrases import share

STATIC = Path(premortem.app.__file__).parent / "static"


def together(**holds):
    """A run of which only the shares of all at once are known."""
    rows = [BoardCell("all", p, x, x - 0.01, x + 0.01, {}, {}) for p, x in holds.items()]
    return SimpleNamespace(board_rows=lambda: rows)


@pytest.mark.parametrize("best", [0.19, 0.5, 0.51, 0.9])
def test_f058_holds_all_in_most_futures_is_said_over_half_alone(best):
    said = compare.holds_all(["a", "b"], together(a=best, b=0.1))
    assert ("in most futures" in said) == (best > 0.5)
    assert share(best) in said
    assert ("more futures than any other" in said) == (best <= 0.5)


def test_f058_policies_that_hold_all_alike_are_not_told_apart():
    assert "no fewer futures than any other" in compare.holds_all(["a", "b"], together(a=0.2, b=0.2))
    within = compare.holds_all(["a", "b"], together(a=0.2, b=0.185))
    assert "no fewer futures than any other" in within
    assert "sampling leaves the order open" in within


def test_a_view_that_changes_next_to_nothing_says_so_in_a_sentence():
    before = [{"assumption": k, "holds": x} for k, x in (("A1", 0.4), ("A2", 0.5), ("all", 0.1))]
    after = [row | {"holds": row["holds"] + 0.001} for row in before]
    assert labels.moves(before, before) == "No share changes by a point."
    assert labels.moves(after, before) == "No share changes by a point."
    assert labels.moves([row | {"holds": row["holds"] + 0.02} for row in before], before).startswith(
        "Change in points: A1 +2"
    )


def test_a_bar_under_half_a_point_has_no_sign_of_its_own():
    assert [break_charts.points_said(x) for x in (0.034, -0.002, 0.002, 0.0, -0.02)] == [
        "+3",
        "under 1",
        "under 1",
        "0",
        "-2",
    ]


def test_all_that_moved_of_one_place_is_one_change():
    rows = [
        {"kind": "place", "place": "KHM", "text": "Cambodia leaves group D:5", "weight": 3},
        {"kind": "new", "clause": "a.b", "weight": 2},
        {"kind": "place", "place": "KHM", "text": "Cambodia joins group A:6", "weight": 1},
    ]
    told = law_changes._by_place(rows)
    assert [row.get("text") for row in told] == ["Cambodia leaves group D:5 and joins group A:6", None]


def test_a_place_is_told_once_and_questions_stand_apart_by_how_much_hangs_on_them(client):
    text = client.get("/rules/diff", params={"a": "2025-02-26", "b": "2026-06-01"}).text
    first, _, rest = text.partition("Left open: answers hang on these")
    assert len(re.findall(r"<li>[^\n]*Cambodia", first)) == 1
    assert "(left open from 7 November 2025 to 2 February 2026)" in first
    hang = [int(n.replace(",", "")) for n in re.findall(r"applies to ([\d,]+) shipment", rest.partition("<h2>")[0])]
    assert hang == sorted(hang, reverse=True)
    assert "Does BIS still not enforce" in rest.partition("<h2>")[0]
    assert "applies to" not in first, "what turns no answer does not stand among what does"
    numbers = [int(n) for n in re.findall(r'class="law-changes" start="(\d+)"', text)]
    assert numbers == sorted(numbers)
    assert numbers[0] == 1


def test_by_which_year_the_limits_ask_is_said_under_the_fan(study):
    a4 = next(a for a in study.assumptions if a.id == "A4")
    assert "read by 2028" in assumption.asked_by(a4)


def test_a_difference_of_laws_after_the_last_day_verified_says_that_it_is_stale(client):
    path = {"a": "2025-02-26", "b": "2026-11-20"}
    assert "Stale: nothing after" in client.get("/rules/diff", params=path).text
    assert "Stale" not in client.get("/rules/diff", params=path | {"b": "2026-06-01"}).text


@pytest.mark.slow
def test_f058_the_page_says_the_share_of_the_policy_that_leads(client, desk):
    text = client.get("/compare", params={"now": 1}).text
    found = compare.comparison(desk)
    said = compare.holds_all(found.rankings["satisficing"], desk.run)
    assert f"{desk.study.law(found.rankings['satisficing'][0]).policy.title} {said}" in text
    assert "all five" in text


def test_f059_a_cell_of_the_board_tells_what_fails_as_failing(client, study):
    text = client.get("/board").text
    cells = {c for c in re.findall(r'<span class="first">([^<]+)</span>', text)}
    plain = {c.replace("&#39;", "'") for c in cells}
    failing = {c.failure for a in study.assumptions for c in a.condition}
    assert plain
    assert plain <= failing | {f"{a.id} breaks" for a in study.assumptions}
    assert not plain & {c.says for a in study.assumptions for c in a.condition}


def test_f059_the_sentence_of_an_assumption_tells_what_fails_as_failing(study):
    a = study.assumptions[0]
    fails = {c.id: c.failure for c in a.condition}
    row = {
        "assumption": a.id,
        "holds": 0.7,
        "low": 0.6,
        "high": 0.8,
        "fails_on": {"lead_widens": 0.8, "throttled": 0.2},
    }
    said = labels.verdict(row, fails)
    assert said.endswith("what fails first in 80% of its breaks: controls cost China too little of its compute in use.")
    assert a.condition[0].says not in said


@pytest.mark.parametrize("policy", ["as-written", "rescinded"])
def test_f059_the_headline_names_every_assumption_that_is_weakest(study, policy):
    rows = [
        {"assumption": k, "policy": policy, "holds": x}
        for k, x in {"A1": 0.4, "A2": 0.4, "A3": 0.9, "all": 0.1}.items()
    ]
    assert "A1 and A2 are the weakest assumptions: each holds in 40%" in labels.headline(rows, "As written")
    assert "all three together in 10%" in labels.headline(rows, "As written")


def clouds(apart: float) -> np.ndarray:
    """Futures in four clouds so far apart; one cloud where it is nothing."""
    rng = np.random.default_rng(4)
    middles = apart * np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    return np.concatenate([m + rng.normal(size=(300, 2)) for m in middles]) @ rng.normal(size=(2, 6))


def test_f060_no_family_is_claimed_where_futures_are_a_continuum():
    from premortem.text import phrases as said

    one, four = (
        archetypes.families(clouds(0.0) + np.random.default_rng(5).normal(size=(1200, 6))),
        archetypes.families(clouds(8.0)),
    )
    assert one.continuum
    assert len(one.medoids) == min(archetypes.SIZES)
    assert not four.continuum
    assert len(four.medoids) == 4
    assert said.grouping_phrase(4, one.continuum).startswith("Futures are a continuum, without families")
    assert said.kind(one.continuum) == "part"
    assert said.grouping_phrase(4, four.continuum) == "Futures fall into four families"


@pytest.mark.slow
def test_f060_the_app_and_the_brief_give_one_answer(client, desk):
    from premortem.briefing import families

    section = families.families(desk.run)
    text = client.get("/futures", params={"now": 1}).text
    found = client.get("/api/futures").json()
    assert f"<h1>{section.title}</h1>" in text
    assert all(row["name"] in text for row in found["archetypes"])
    assert ("famil" in section.title.split(",")[0]) == (not found["continuum"])


def test_f057_a_share_of_few_effective_futures_is_grey_and_has_no_interval():
    from premortem.text.phrases import FEW, weak

    assert weak(107)
    assert not weak(FEW)
    assert not weak(None)
    macros = pages._env.get_template("macros.html").module
    row = {"holds": 0.5, "low": 0.4, "high": 0.6}
    assert 'class="span" visibility="hidden"' in macros.bar(row, None, span=False)
    assert 'class="span" visibility="hidden"' not in macros.bar(row)
    sheet = (STATIC / "app.css").read_text("utf-8")
    assert ".weak" in sheet
    assert f"const FEW = {FEW:g};" in (STATIC / "board.js").read_text("utf-8")


def test_a_signpost_of_an_assumption_says_that_it_came_true_since_the_day(client):
    assert 'known since to have come true<span class="claim">not enforced from 13 May 2025' in client.get("/a/A4").text
    assert "to have come true" not in client.get("/a/A4?asof=2026-06-01").text


def test_a_mark_within_noise_shows_the_interval_that_allows_for_none():
    macros = pages._env.get_template("macros.html").module
    after, before = {"holds": 0.50, "low": 0.48, "high": 0.52}, {"holds": 0.53, "low": 0.505, "high": 0.555}
    assert labels.noise(after, before), "the mark lies outside the interval of the bar, and its own reaches into it"
    drawn = re.search(
        r'class="ghost-span" x="([\d.]+)" width="([\d.]+)"[^>]*?(visibility)?/>', str(macros.bar(after, before))
    )
    assert (float(drawn[1]), float(drawn[1]) + float(drawn[2]), drawn[3]) == (50.5, 55.5, None)
    assert "hypot" in (STATIC / "cells.js").read_text("utf-8"), "the same rule in the browser"


def test_f063_a_table_of_a_page_shows_years_and_large_numbers_in_full():
    macros = pages._env.get_template("macros.html").module
    shown = macros.table(
        [{"year": 2024.0, "tpp": 790_000_000.0, "none": None}], {"year": "Year", "tpp": "TPP", "none": "-"}
    )
    assert re.findall(r"<td>([^<]*)</td>", str(shown)) == ["2024", "790,000,000", ""]
    script = (STATIC / "chart.js").read_text("utf-8")
    assert "toPrecision(3)" not in script


def test_f066_a_picture_of_an_assumption_says_which_under_which_policy_and_carries_no_local_address(client, study):
    text = client.get("/a/A4?policy=rescinded").text
    title = re.search(r'id="fan".*?<figcaption><h2>([^<]*)</h2>', text, re.S).group(1)
    assert title == "A4 Dominance locks the world in, Rescinded: margin over time"
    source = re.search(r'id="fan"[^>]*data-source="([^"]*)"', text).group(1)
    assert "logit(" not in source
    assert study.assumptions[3].condition[0].says in source
    assert "location.href" not in (STATIC / "chart.js").read_text("utf-8")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("2025-02-26", "2026-06-01"),
        ("as-written@2026-06-01", "streamlined@2026-06-01"),
        ("as-written@2025-06-01", "rescinded@2025-06-01"),
    ],
)
def test_f069_every_change_that_is_counted_is_listed_in_order(client, a, b):
    text = client.get("/rules/diff", params={"a": a, "b": b}).text
    found = client.get("/api/diff", params={"a": a, "b": b}).json()
    counted = int(re.search(r"<h1>(\d+) change", text).group(1))
    listed = text.split("<h2>Who gains")[0].split("What turns most answers")[1]
    moved = [c["place"] for c in found["changes"] if c["kind"] == "place"]  # all of one place is one change
    told = listed.count("left open from")  # a question of a place that moved is told with it
    many = len(found["changes"]) - len(moved) + len({*moved}) + len(found["between"]) - told
    assert counted == many == listed.count("<li>")
    assert "reworded" not in listed


def test_a_row_of_the_quantities_is_named_where_a_belief_rests_on_it(client, study):
    sources = basis_words.quantity_sources(study.case)
    resting = [p for p in study.priors.rows if p.varies and basis_words.CITED.search(p.basis)]
    page = html.unescape(client.get("/beliefs").text)
    assert resting
    assert all(basis_words.with_sources(p.basis, sources) in page for p in resting)
    assert all(len(basis_words.with_sources(p.basis, sources)) > len(p.basis) + 10 for p in resting)


def test_a_single_reading_can_be_taken_back():
    query = b"policy=rescinded&r.h20_units_year=400000&r.capex_big4_year=320&now=1"
    asked = Request({"type": "http", "query_string": query, "headers": []})
    assert watch.without_each(asked) == {
        "h20_units_year": "/watch?policy=rescinded&r.capex_big4_year=320",
        "capex_big4_year": "/watch?policy=rescinded&r.h20_units_year=400000",
    }


def test_the_data_of_a_screen_are_a_file_with_a_name(client):
    pages = client.get("/board").text + client.get("/levers").text
    told = dict(re.findall(r'id="data" href="([^"?]+)[^"]*"[^>]* download="([^"]+)"', pages))
    assert told == {"/api/board": "premortem-board.json", "/api/levers": "premortem-levers.json"}
