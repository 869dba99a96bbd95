"""The board of a day in the app: that of the command line, and by the same futures where something is changed."""

from dataclasses import replace
from datetime import date

import pytest

from premortem import questions
from premortem.app.view_state import State, state_from_address
from premortem.questions import weighted_board

DAY = date(2026, 11, 26)
ASKED = {"asof": DAY.isoformat(), "w": "record"}


@pytest.fixture(scope="module")
def shown(client):
    return client.get("/api/board", params=ASKED).json()


def test_the_app_a_board_and_a_run_of_a_day_tell_one_board(shown, desk):
    board = weighted_board.board_of(desk.run, DAY)
    told = {(r["assumption"], r["policy"]): (r["holds"], r["low"], r["high"]) for r in shown["board"]}
    for c in board.board:
        assert told[c.assumption, c.policy] == (c.holds, c.low, c.high)
    assert {policy for _, policy in told} == set(desk.study.policies), (
        "one that the run has not is by futures drawn for it"
    )
    assert shown["effective_futures"] == board.weights.effective_futures
    stood = questions.as_of_day(desk.run, DAY)
    for s in stood.standing:
        assert told[s.assumption, stood.policy] == (s.holds, s.low, s.high)


def test_no_cell_of_a_day_cannot_answer(shown, client):
    assert all(r["holds"] is not None for r in shown["board"])
    assert "26 November 2026" in shown["sentence"]
    page = client.get("/board", params=ASKED | {"now": 1}).text
    assert "cannot answer" not in page
    assert 'id="day-alone" hidden' in page
    assert f"{shown['effective_futures']:,.0f} effective futures." in page


def test_a_changed_view_of_a_day_is_by_the_futures_drawn_for_it(client, live, desk):
    changed = client.get("/api/board", params=ASKED | {"l.strength.permitting": 1, "only": 1}).json()
    assert all(r["holds"] is not None for r in (*changed["board"], *changed["base"]))
    assert "drawn anew" in changed["warnings"][0]
    view = State("as-written", asof=DAY, weights="record", seed=desk.run.seed)
    held = {r["assumption"]: r["holds"] for r in live.own_rows(view)}
    told = {r["assumption"]: r["holds"] for r in live.rows(view)}
    assert held == pytest.approx(told, abs=0.01)
    name = desk.study.priors.rows[0].name
    middle = float(desk.study.priors.central[0, 0])
    few = live.record(replace(view, beliefs=((name, middle, middle),)))
    assert few.collapsed, "none of the futures drawn lies on one value"


def test_a_day_without_weights_says_what_it_does(client):
    page = client.get("/board", params={"asof": DAY.isoformat()}).text
    assert 'id="day-alone">The day moves what charts, signposts and rules tell' in page
    assert 'id="day-alone" hidden' in client.get("/board").text
    story = client.get("/", params={"asof": DAY.isoformat()}).text
    assert 'id="day-alone" hidden' in story
    assert "What was known on 26 November 2026" in story


def test_weights_of_a_day_that_cannot_be_told_are_left_out_and_named(desk):
    found = state_from_address([("asof", "2024-06-01"), ("w", "record")], desk.study)
    assert found.weights == ""
    assert any(
        "w=record (cannot be weighed as of this day; allowed: days from 2025-02-26 to" in notice
        for notice in found.notices
    )


def test_what_to_watch_shows_the_weighted_share_and_what_is_settled(client, desk):
    page = client.get("/watch", params={"asof": DAY.isoformat(), "now": 1}).text
    found = questions.what_to_watch(desk.study, desk.run, DAY, policy="as-written")
    share = next(r.holds for r in found.board_after if (r.assumption, r.policy) == ("A1", "as-written"))
    assert f"<b>{share:.0%}</b>" in page
    assert f"{found.after[0].upper()}{found.after[1:]}: {found.effective_futures:,.0f} effective futures" in page
    assert "No longer worth watching" in page
    assert found.alone
    assert found.alone in page
    assert "weighted alike" not in page
