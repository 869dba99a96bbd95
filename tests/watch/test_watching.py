"""Futures as they can be observed, the board before and after readings, the worth of readings, and the judged model."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import premortem as pm
from premortem import facts, questions, terminal
from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.questions import futures_under_policies, policy_paths
from premortem.text.numbers import number
from premortem.watch import forecasts, process, quantities, signposts
from premortem.watch.hindcast import explanations
from premortem.watch.reading_files import parse_option
from premortem.watch.weights import weigh

NOTE = date(2025, 2, 26)
KNOWN = quantities.shipped_quantities(default())


@pytest.fixture(scope="module")
def watched(small_run):
    return questions.what_to_watch(small_run.study, small_run, given=["smic_yield_ascend=0.55"])


@pytest.fixture(scope="module")
def judged(study):
    return pm.hindcast(NOTE, study=study, futures=4096)


def shares(board, policy="as-written"):
    return {cell.assumption: cell.holds for cell in board if cell.policy == policy}


def test_what_a_run_keeps_is_what_simulating_again_gives(small_run):
    asked = [(KNOWN["smic_yield_ascend"], date(2025, 2, 1)), (KNOWN["capex_big4_year"], date(2025, 12, 31))]
    kept = futures_under_policies.stored(small_run, asked, ["maximal"])
    again = futures_under_policies.simulated(small_run.study, asked, ["maximal"], small_run.futures, small_run.seed)
    for held, fresh in ((kept.columns, again.columns), (kept.margins, again.margins)):
        for name, values in held["maximal"].items():
            np.testing.assert_allclose(values, fresh["maximal"][name], rtol=2e-4, atol=2e-5)


def test_a_run_keeps_what_was_read_and_what_signposts_read(small_run):
    study = small_run.study
    wanted = {KNOWN[r.quantity].column(r.over) for r in study.readings.mapped}
    wanted |= {KNOWN[s.quantity].column(s.by) for s in study.signposts.values() if s.quantity}
    assert wanted - study.observer.outside <= set(small_run.columns("rescinded"))


def test_what_a_run_lacks_is_simulated(small_run):
    lacking = [(KNOWN["us_ai_gw"], date(2029, 6, 30))]
    found = futures_under_policies.stored(small_run, lacking, ["as-written"])
    assert found.columns["as-written"]["us_ai_gw@2029Q2"].shape == (5000,)


def test_a_reading_of_the_yield_weighs_futures_by_it(small_run, watched):
    """By the reading alone: with the whole record beside it too few of 5,000 futures are left to tell the two apart. China is cut more
    where its fabs are better, since the control on memory takes what they could have made (`tests/world/test_probes.py`).
    """
    columns = small_run.columns("as-written")
    holds = [
        np.average(
            columns["margin.A1"] > 0, weights=weigh(columns, [parse_option(text, NOTE, default())], KNOWN).values
        )
        for text in ("smic_yield_ascend=0.30", "smic_yield_ascend=0.55")
    ]
    assert holds[0] < holds[1]
    assert watched.effective_futures < watched.effective_futures_before < 5000


def test_your_reading_takes_the_place_of_the_records_for_the_same_period(watched):
    yields = [r for r in watched.readings if r.quantity == "smic_yield_ascend"]
    assert [r.value for r in yields if str(r.on).startswith("2025")] == [0.55]


def test_signposts_come_by_the_value_of_their_reading(watched):
    worth = [row.voi for row in watched.signposts]
    assert worth == sorted(worth, reverse=True)
    assert len(worth) + len(watched.settled) == len(signposts.shipped_signposts(default()))
    assert all(0 <= v <= 1 for v in worth)


def test_a_signpost_that_came_true_since_is_told_as_that_and_not_as_one_to_watch(watched):
    came = {row.id: row.came for row in watched.since}
    assert came["w_streamlining"].startswith("not enforced from 13 May 2025")
    assert {*came}.isdisjoint(row.id for row in watched.ahead)
    assert len(watched.ahead) + len(came) == len(watched.signposts)


def test_a_chance_in_a_signpost_names_the_day_of_what_weighs_it(watched):
    chances = [row.sentence for row in watched.signposts if "% of futures" in row.sentence]
    assert len(chances) > 5
    assert all("of futures weighted by what was known on 26 February 2025" in said for said in chances)


def test_every_modelled_signpost_says_what_it_would_do(watched):
    silent = [row.id for row in watched.signposts if not row.sentence and row.modelled]
    assert not silent
    assert {"name", "observable", "voi", "informs", "status", "latest", "unit", "threshold"} <= set(
        watched.signposts[0].as_dict()
    )


def test_without_readings_the_board_moves_from_all_alike_to_the_record(small_run):
    found = questions.what_to_watch(small_run.study, small_run)
    plain = {r.assumption: r.holds for r in small_run.board_rows() if r.policy == "as-written"}
    assert shares(found.board_before) == pytest.approx(plain)
    assert found.effective_futures_before == 5000
    assert shares(found.board_after) != pytest.approx(plain)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["smic_yield_ascend=0.95"], "impossible under the model"),
        (["smic_yield_ascend=0.5@2041-01-01"], "future"),
        (["capex_big4_year=150@2019-12-31"], "outside the simulated years"),
        (["smic_yield_ascend=0.20", "smic_yield_ascend=0.58"], "contradict each other"),
    ],
)
def test_readings_that_cannot_be_used_say_what_to_do(small_run, given, said):
    with pytest.raises((BadInput, BadInputs), match=said):
        questions.what_to_watch(small_run.study, small_run, given=given)


def test_a_board_can_be_weighted_by_what_was_known(small_run):
    found = questions.board_of(small_run, NOTE)
    assert found.weights.says == "weighted share, by what was known on 26 February 2025"
    assert 100 < found.weights.effective_futures < 5000
    assert len(found.board) == len(found.board_unweighted) == 18
    with pytest.raises(BadInput, match="future"):
        questions.board_of(small_run, date(2099, 1, 1))


def test_f035_weights_that_would_collapse_give_futures_that_are_drawn_anew(small_run):
    found = questions.board_of(small_run, date(2026, 11, 1))
    assert not found.weights.collapsed
    assert found.weights.effective_futures > 50  # the floor; by a like run of 256 it is some 100
    assert "drawn anew" in found.weights.warnings[0]
    assert all(row.low <= row.holds <= row.high for row in found.board)


@pytest.mark.slow
def test_the_board_can_let_futures_draw_their_own_path_of_policy(small_run):
    rows = [row for row in questions.board_of(small_run, NOTE, drawn=True).board if row.policy == "drawn"]
    assert [row.assumption for row in rows] == ["A1", "A2", "A3", "A4", "A5", "all"]
    # rescission takes lock-in away wherever it comes first
    assert shares(rows, "drawn")["A4"] < shares(questions.board_of(small_run, NOTE).board)["A4"]


def test_a_path_without_events_is_the_policy_as_written(study, futures):
    never = process.Paths(default(), {name: np.full(512, np.inf) for name in process.events(default())})
    asked = [(KNOWN["h20_units_year"], date(2026, 12, 31))]
    found = policy_paths.along(study, 0, futures, never, asked)
    plain = futures_under_policies.simulate(
        study, futures, study.levers("as-written"), futures_under_policies.observer_of(study, asked)
    )
    np.testing.assert_allclose(found.margins()["margin.A1"], plain[0]["margin.A1"], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found.columns(asked)["h20_units_year@2026"], plain[1]["h20_units_year@2026"], rtol=1e-3)


def test_a_ban_cuts_what_china_may_buy_from_its_quarter_on_and_its_undoing_gives_it_back(study, futures):
    """Where Beijing welcomes foreign chips: what it refuses or bounds by a quota cannot be given back."""
    futures = futures.copy()
    futures[study.priors.names.index("beijing_form")] = 0
    times = {name: np.full(512, np.inf) for name in process.events(default())}
    times["below_threshold_banned"] = np.where(np.arange(512) < 256, 2025.2, np.inf)
    times["below_threshold_freed"] = np.where(np.arange(512) < 128, 2026.9, np.inf)
    asked = [(KNOWN["cn_bought_h100e_year"], date(year, 12, 31)) for year in (2024, 2026, 2028)]
    found = policy_paths.along(study, 0, futures, process.Paths(default(), times), asked).columns(asked)
    never = {name: np.full(512, np.inf) for name in process.events(default())}
    free = policy_paths.along(study, 0, futures, process.Paths(default(), never), asked).columns(asked)
    unscored = policy_paths.along(study, 0, futures, process.Paths(default(), times), asked, scored=False)
    assert unscored.margins() == {}
    for column, read in unscored.columns(asked).items():  # what needs no margins is the same, to some millionths
        np.testing.assert_allclose(read, found[column], rtol=2e-4, atol=1e-6, err_msg=column)
    ratio = {
        year: found[f"cn_bought_h100e_year@{year}"] / free[f"cn_bought_h100e_year@{year}"]
        for year in (2024, 2026, 2028)
    }
    np.testing.assert_allclose(ratio[2024], 1, rtol=1e-3)
    assert (ratio[2026][:256] < 0.999).all()
    assert np.median(ratio[2026][:256]) < 0.95
    np.testing.assert_allclose(ratio[2026][256:], 1, rtol=1e-3)
    np.testing.assert_allclose(ratio[2028][:128], 1, rtol=1e-3)
    assert np.median(ratio[2028][128:256]) < 0.95


def test_events_that_have_come_stay_come():
    paths = process.draw(
        default(), 500, 1, date(2025, 12, 31), happened={"diffusion_rule_rescinded": date(2025, 5, 13)}
    )
    assert paths.by("diffusion_rule_rescinded", date(2026, 1, 1)).all()
    assert not paths.by("diffusion_rule_streamlined", date(2030, 1, 1)).any()


def test_f033_the_hindcast_scores_every_later_reading_of_the_record_or_says_why_not(judged, study):
    found, record = judged.weighted, study.readings
    assert len(found.observables) == len(record.later(NOTE))
    later = [r for r in (*record.events, *record.unknown) if r.known_on > NOTE]
    assert len(found.events) + len(found.not_scored) == len(later)
    assert all(left["why"] for left in found.not_scored)
    keys = {"observables", "coverage90", "beats_persistence", "beats_trend", "events_brier", "effective_futures"}
    assert keys <= set(judged.as_dict())


def test_f034_capital_spending_of_2025_is_compared_with_what_companies_had_said_by_the_day(judged):
    read = next(o for o in judged.weighted.observables if (o.quantity, o.date.year) == ("capex_big4_year", 2025))
    guided, passed = read.baselines["company guidance"], read.baselines["guidance with overshoot"]
    assert guided.p50 == pytest.approx(312)
    assert 1.1 < passed.p50 / guided.p50 < 1.3
    assert all(
        f.known_on <= NOTE for f in forecasts.shipped_forecasts(default()) if f.source in (guided.source, passed.source)
    )
    assert passed.crps < 40 < read.crps_persistence  # the last year's value carried on is a straw man


def test_people_see_misses_first(judged, capsys):
    terminal.print_hindcast(judged)
    out = capsys.readouterr().out
    assert "Standing on 2025-02-26" in out
    first, rest = out.split("\nThe rest\n")
    assert "MISS" in first
    assert "MISS" not in rest
    assert "Against forecasts that were public on the day" in first


def without_ranges(path, times):
    """The record as a table, later values multiplied; readings' own ranges, which blur a prediction, are left out."""
    lines = ["quantity,date,value,unit,known_on"]
    for r in facts.read("observations").filter(facts.read("observations")["unit"] != "event").to_dicts():
        value = r["value"] * (times if r["known_on"] > NOTE and r["unit"] != "share" else 1)
        lines.append(f"{r['quantity']},{r['date']},{value},{r['unit']},{r['known_on']}")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_what_was_observed_later_does_not_move_what_was_said(study, tmp_path):
    once, tripled = (
        pm.hindcast(NOTE, without_ranges(tmp_path / f"{n}.csv", n), study=study, futures=1024).weighted.observables
        for n in (1, 3)
    )
    assert [t.observed for t in tripled] == pytest.approx([3 * o.observed for o in once])
    assert [(t.p5, t.p50, t.p95) for t in tripled] == [(o.p5, o.p50, o.p95) for o in once]


def test_a_table_never_seen_is_scored_and_its_unknown_rows_listed(study, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text(
        "quantity,date,value,low,high,unit,known_on,source,confidence\n"
        "capex_big4_quarter,2025-09-30,112,110,114,bn USD,2025-10-30,x,high\n"
        "moon_landings_year,2025-12-31,2,,,landings,2026-01-01,x,high\n"
        "first_contact,2025-12-31,0,0,0,event,2025-12-31,x,high\n"
        "h20_banned,2025-04-09,1,1,1,event,2025-04-09,x,high\n",
        "utf-8",
    )
    found = pm.hindcast(NOTE, path, study=study, futures=1024).as_dict()
    assert [o["quantity"] for o in found["observables"]] == ["capex_big4_quarter"]
    assert found["observables"][0]["crps_persistence"] is not None
    assert [e["event"] for e in found["events"]] == ["below_threshold_banned"]
    assert {n["quantity"] for n in found["not_scored"]} == {"moon_landings_year", "first_contact"}


@pytest.mark.slow
def test_an_earlier_day_than_the_priors_is_warned_of(study):
    assert "knows more than it should" in pm.hindcast(date(2024, 6, 30), study=study, futures=4096).warnings[0]


def test_everything_behind_a_prediction_was_known_on_the_day_of_the_note(study):
    late = [row.name for row in study.priors.rows if row.known_on > NOTE]
    late += [e.id for e in process.events(default()).values() if e.known_on > NOTE]
    late += [
        q.id
        for q in KNOWN.values()
        for j in (q.discrepancy, q.map)
        if j is not None and j.known_on > NOTE and not q.mapped_on
    ]
    assert sum(q.mapped_on is not None for q in KNOWN.values()) < len(KNOWN) / 4, "those that were mapped later say so"
    assert not late


def test_the_chapter_on_the_hindcast_says_what_is_found_now(judged):
    """`make docs` writes it; with fewer futures here, its numbers are met within the noise of so few."""
    text = (Path(__file__).parents[2] / "docs" / "hindcast.md").read_text("utf-8")
    cells = [[c.strip(" `") for c in line.split("|")[1:]] for line in text.splitlines() if line.startswith("|")]
    rows = {(c[1], c[2], c[4]): c for c in cells if len(c) > 6}
    for said in judged.weighted.observables:
        row = rows[said.quantity, said.date.isoformat(), number(said.observed, 3)]
        assert row[3] == said.kind
        noise = 0.15 * (said.p95 - said.p5)  # of few effective futures, where a median lies in a gap
        assert float(row[6].replace(",", "")) == pytest.approx(said.p50, rel=0.15, abs=noise)
        near_the_edge = min(abs(said.rank - 0.05), abs(said.rank - 0.95)) < 0.02
        near_the_edge |= any(said.observed == pytest.approx(float(row[at].replace(",", "")), rel=0.02) for at in (5, 7))
        assert near_the_edge or ("miss" in row[0]) != said.inside
    events = {(c[1].split(" (`")[0], c[2]): c for c in cells if len(c) > 6}
    for event in judged.weighted.events:
        near_one_half = abs(event.share - 0.5) < 0.05
        assert near_one_half or ("miss" in events[event.title, str(event.date)][0]) == event.missed
    assert text.index("## Misses") < text.index("## Every quantity")


def test_every_explanation_is_of_a_quantity_or_an_event():
    assert {*explanations(default())} <= {*KNOWN, *process.events(default()), *process.states(default())}


def test_r13_a_path_is_decided_by_the_year_at_which_its_case_names_futures():
    years = {name: policy_paths._decided_by(pm.Study(case=name)).year for name in ("us_ai_2025", "eu_gpai")}
    assert years == {"us_ai_2025": 2028, "eu_gpai": 2030}
