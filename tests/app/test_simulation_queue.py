"""Many readers at once: as many simulations as cores, the others in line, and quicker answers where the line is long."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from premortem.app import live_model
from premortem.app.simulation_queue import CROWD, Turns
from premortem.app.view_state import FIRST, FUTURES, State
from tests.waiting import until


def test_f098_no_more_work_at_once_than_there_are_places_and_all_have_their_turn():
    turns, inside, most, done = Turns(2), [], [], []

    def work(n):
        with turns.turn():
            inside.append(n)
            most.append(len(inside))
            inside.remove(n)
        done.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert max(most) <= 2
    assert sorted(done) == [*range(30)]
    assert turns.waiting == 0


def test_f098_a_line_is_a_crowd_when_it_is_long():
    turns, leave = Turns(1), threading.Event()

    def work():
        with turns.turn():
            leave.wait()

    threads = [threading.Thread(target=work) for _ in range(CROWD + 1)]
    for each in threads[:-1]:
        each.start()
    until(lambda: turns.waiting == CROWD - 1)
    assert not turns.crowded
    threads[-1].start()
    until(lambda: turns.crowded)
    leave.set()
    for each in threads:
        each.join()
    assert not turns.crowded


def test_work_in_the_background_stands_back_while_somebody_has_a_turn():
    turns, leave, steps = Turns(2), threading.Event(), []

    def work():
        with turns.turn():
            leave.wait()

    def beside():
        turns.give_way(patience=60)
        steps.append(turns.waiting)

    threads = [threading.Thread(target=each) for each in (work, beside)]
    threads[0].start()
    until(lambda: turns._taken)
    threads[1].start()
    turns.give_way(patience=0.05)  # for so long it waits, and then goes on all the same
    assert steps == []
    leave.set()
    for each in threads:
        each.join()
    assert steps == [0]


@pytest.fixture
def crowd(live, monkeypatch):
    monkeypatch.setattr(live.turns, "waiting", CROWD)


MOVED = "/api/board?only=1&l.diffusion.country_allocation.tpp=812345678"


def test_f098_in_a_crowd_the_first_answer_rests_on_fewer_futures_says_so_and_is_not_kept(
    client, crowd, live, monkeypatch
):
    asked = client.get(MOVED)
    assert asked.json()["futures"] == live_model.QUICK
    assert "n=" not in asked.json()["query"]
    assert asked.headers["cache-control"] == "no-store"
    monkeypatch.setattr(live.turns, "waiting", 0)
    again = client.get(MOVED)
    assert again.json()["futures"] == FUTURES
    assert again.headers["etag"]
    for few, many in zip(asked.json()["board"], again.json()["board"], strict=True):
        assert few["low"] - 0.02 <= many["holds"] <= few["high"] + 0.02


DRAGGED = "/api/board?only=1{}&l.diffusion.country_allocation.tpp=823456789"


def test_a_first_answer_rests_on_fewer_futures_says_so_in_its_intervals_and_gives_way_to_the_whole_one(client):
    first = client.get(DRAGGED.format("&first=1"))
    assert (first.json()["futures"], first.headers["cache-control"]) == (FIRST, "no-store")
    assert first.json()["notices"] == []
    assert "first" not in first.json()["query"]
    whole = client.get(DRAGGED.format("")).json()
    assert whole["futures"] == FUTURES
    wide, narrow = [{r["assumption"]: r["high"] - r["low"] for r in x["board"]} for x in (first.json(), whole)]
    assert sum(wide.values()) > sum(narrow.values())
    assert client.get(DRAGGED.format("&first=1")).json()["board"] == whole["board"]  # what is at hand is given whole


def test_the_answer_of_all_goes_on_where_the_first_one_stopped_and_has_the_same_futures(live, monkeypatch):
    moved = State("as-written", levers=(("diffusion.country_allocation.tpp", 834567890.0),))
    ran, run = [], type(live._model).chunks
    monkeypatch.setattr(
        type(live._model),
        "chunks",
        lambda self, values, *a, **k: ran.append(values.shape[1]) or run(self, values, *a, **k),
    )
    first = live.outcomes(replace(moved, n=FIRST))
    whole = live.outcomes(moved)
    assert ran == [FIRST, FUTURES - FIRST]
    assert [part.start for part in live._parts(moved)] == list(range(0, FUTURES, live._parts(moved)[0].count))
    for name, series in first.items():
        np.testing.assert_array_equal(series, whole[name][:, :FIRST])
    monkeypatch.setattr(live, "_simulated", type(live._simulated)(12))
    for name, series in live.outcomes(moved).items():  # run at once, the same bits
        np.testing.assert_array_equal(series, whole[name])


def test_f098_in_a_crowd_what_is_at_hand_is_given_whole(client, crowd, live):
    live.rows(State("as-written"))
    assert live.affordable(State("as-written")).n == FUTURES
    assert live.affordable(State("as-written", n=20_000)).n == 20_000
    moved = client.get("/api/assumption/A2?l.diffusion.country_allocation.tpp=712345678").json()
    assert moved["futures"] == live_model.QUICK
    assert len(moved["fan"]) > 10


def test_f098_the_first_futures_of_an_answer_in_haste_are_those_of_the_whole(live):
    whole = State("as-written")
    few, many = live.margins(replace(whole, n=live_model.QUICK)), live.margins(whole)
    for name, margin in few.items():  # smaller chunks than a user's give other last bits
        np.testing.assert_allclose(margin, many[name][: live_model.QUICK], rtol=2e-3, atol=2e-3)
