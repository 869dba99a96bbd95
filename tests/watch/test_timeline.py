"""The timeline: every event is bound to what exists, and what answered what runs forward in time."""

from datetime import date

from premortem import facts
from premortem.case import default
from premortem.propositions import assumption
from premortem.watch.timeline import lags, timeline, timeline_document

EVERY = timeline(default(), assumption.shipped_assumptions(default()))


def test_every_dated_event_is_on_the_timeline_in_order():
    assert len(EVERY) == facts.read("events").height == 95
    assert [e.on for e in EVERY] == sorted(e.on for e in EVERY)


def test_every_move_is_of_a_driver_or_arrestor_and_of_an_event():
    kinds = {m.kind for e in EVERY for m in e.moved}
    assert kinds <= {"driver", "arrestor"}
    bound = {(e.on, e.title, m.item) for e in EVERY for m in e.moved}
    coded = {(r["date"], r["title"], r["item"]) for r in facts.read("event_moves").to_dicts()}
    assert coded == bound
    assert {m.moves for e in EVERY for m in e.moved} == {1, -1}


def test_every_link_joins_two_events_and_runs_forward():
    known = {(e.on, e.title) for e in EVERY}
    links = [link for e in EVERY for link in e.answers]
    assert len(links) == facts.read("event_links").height
    assert all({(x.begins, x.begin), (x.ends, x.end)} <= known for x in links)
    assert all(x.months > 0 for x in links)


def test_months_run_from_the_announcement_to_the_effect():
    bind = next(e for e in EVERY if e.title == "October 2023 rules bind")
    assert round(bind.months, 1) == 1.0  # 17 October to 17 November
    by_kind = {took.kind: took for took in lags(EVERY)}
    assert by_kind["workaround to patch"].median > by_kind["announcement to effect"].median


def test_the_timeline_can_be_cut_by_assumption_and_day():
    few = timeline(default(), assumption.shipped_assumptions(default()), "A4", date(2025, 2, 26))
    assert few
    assert all("A4" in e.assumptions and e.on <= date(2025, 2, 26) for e in few)
    assert {"date", "title", "moved", "months", "answers"} <= set(timeline_document(few)["events"][0])
