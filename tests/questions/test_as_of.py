"""Any day: what stands and what fell, what came, what is settled and what to watch; and futures drawn anew for it."""

from dataclasses import replace
from datetime import date
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from premortem import questions, terminal
from premortem.briefing import assemble
from premortem.briefing.content import Heading
from premortem.ensemble import layout
from premortem.errors import BadInput
from premortem.questions import (
    as_of,
    day_asked,
    day_limits,
    day_sources,
    day_words,
    futures_under_policies,
    later_limits,
    redraw,
    weighted_board,
)
from premortem.questions.watch import Latest
from premortem.text.numbers import share
from premortem.watch import quantities, signposts
from premortem.watch.reading_files import parse_option
from premortem.watch.weights import Weights

NOTE, LATER = date(2025, 2, 26), date(2026, 11, 26)


@pytest.fixture(scope="module")
def later(small_run):
    return questions.as_of_day(small_run, LATER)


def test_a_later_day_has_shares_with_intervals_and_what_became_of_each(later, small_run):
    assert [s.assumption for s in later.standing] == [*(a.id for a in small_run.study.assumptions), "all"]
    for s in later.standing:
        assert s.low <= s.holds <= s.high
        assert s.verdict == as_of.verdict(s.before, s.low, s.high)
    assert later.effective_futures > 50
    assert later.facts < later.readings


def test_what_moved_is_told_strongest_first_and_no_category_takes_its_place(later, small_run):
    shifts = [abs(m.shift) for m in later.moved]
    assert shifts == sorted(shifts, reverse=True)
    assert len(shifts) == as_of.MOVED
    assert all(small_run.study.priors[m.name].distribution != "categorical" for m in later.moved)
    assert all((m.now > m.before) == (m.shift > 0) for m in later.moved if abs(m.shift) > 0.6)


def test_the_title_gives_no_verdict_where_it_depends_on_whom_one_asks(later):
    told, _, shipped = day_words.title(later).partition(" (by the shipped limits ")
    for s in later.standing[:-1]:
        firm = s.assumption in told and f"{s.assumption} " in told.split(" depend")[0].rpartition("; ")[0]
        assert s.assumption in told
        assert (s.assumption in shipped) == bool(s.depends)
        assert not (firm and s.depends)
        assert not (s.depends and day_words.verdict(s) == "stands")
    alone = replace(later, standing=(replace(later.standing[0], depends="interpretation (hawk)", verdict="stands"),))
    one = later.standing[0].assumption
    assert day_words.title(alone) == (
        f"On 26 November 2026: {one} depends on the reader or the form of the world (by the shipped limits {one} holds)"
    )
    sure = replace(later, standing=(replace(later.standing[0], depends="", verdict="stands"),))
    assert day_words.title(sure) == f"On 26 November 2026: {one} stands"


def test_a_share_of_the_day_of_the_case_is_that_of_its_board(later, small_run):
    board = {(c.assumption, c.policy): c.holds for c in small_run.board_rows()}
    for s in later.standing:
        assert s.before == board[s.assumption, later.policy_then]
        assert s.by_law == pytest.approx(board[s.assumption, later.policy] - s.before)


def test_a_brief_of_a_day_leads_with_that_day(later, small_run, monkeypatch):
    parts = assemble._parts
    monkeypatch.setattr(assemble, "_parts", lambda *given: parts(*given)[:1])
    monkeypatch.setattr(questions, "turns", lambda *_: {})
    made = assemble.assemble(small_run, as_of=later)
    assert made.title == day_words.title(later)
    assert "what was known on 26 November 2026" in made.eyebrow
    assert made.summary.blocks[1].rows[-1][0] == "All five at once"
    assert not any(isinstance(b, Heading) for b in made.summary.blocks), "the PDF takes no heading that skips a rank"
    then, *chapters = made.sections
    assert then.title.startswith("As asked of 26 February 2025: ")
    assert "by the priors alone" in str(then.blocks[0])
    assert chapters
    assert all("As asked of 26 February 2025, not of 26 November 2026." in str(s.blocks[0]) for s in chapters)
    assert not any(s.nav.lower() in s.title.lower() for s in made.sections if s.id == "as-of")
    text = " ".join(str(b) for s in (made.summary, *made.sections) for b in s.blocks)
    assert "26 November 2026: On 26 November 2026" not in text
    assert "26 November 2026: on 26 November 2026" not in text


def test_a_brief_of_a_day_notes_it_with_the_run_and_one_of_the_case_takes_it_away(later, small_run, tmp_path):
    run = SimpleNamespace(folder=tmp_path)
    assert day_asked.kept(run) is None
    day_asked.keep(run, later)
    assert day_asked.kept(run) == later
    (tmp_path / layout.AS_OF).write_text("{}")
    assert day_asked.kept(run) is None
    day_asked.keep(run, None)
    assert not (tmp_path / layout.AS_OF).exists()


def test_the_policy_in_force_is_what_became_of_the_law_where_the_run_holds_it(later, small_run):
    held = small_run.study.case.settings
    assert later.policy == (held.record if held.record in small_run.policies else held.baseline)
    assert later.policy_then == held.baseline


def test_what_came_is_told_once_by_its_day_and_what_is_settled_is_not_watched(later):
    days = [c.date for c in later.came]
    assert days == sorted(days)
    assert all(NOTE < d <= LATER for d in days)
    assert len({c.event for c in later.came}) == len(later.came)
    settled = {s.id for s in later.settled}
    assert settled
    assert 0 < len(later.next) <= as_of.NEXT
    assert not settled & {s.id for s in later.next}
    assert not any(s.status == "passed" for s in later.next)
    assert all(as_of.SURE < s.shifts[0].passed < 1 - as_of.SURE for s in later.next)


def test_what_settled_a_signpost_is_told_in_the_words_of_the_record(later):
    why = {s.id: s.why for s in later.settled}
    assert why["w_streamlining"].startswith("not enforced from 13 May 2025")
    assert "still in the Code of Federal Regulations" in why["w_streamlining"]
    assert "it came on" not in " ".join(why.values())


def test_a_signpost_tells_the_newest_of_the_record_and_a_projection_settles_nothing(study):
    said = signposts.standing(study.signposts["capex_plans"], study.readings, LATER)
    assert said.says == "13 bn USD as projected on 7 November 2025"
    assert (said.value, said.value_on, said.status) == (3.7, date(2024, 12, 31), "not passed")
    row = SimpleNamespace(unit="bn USD", latest=Latest(said.value, said.value_on, said.says, said.said_on, said.source))
    assert day_words.latest(row) == (
        "; 31 December 2025: 13 bn USD as projected on 7 November 2025 (last read, 31 December 2024: 3.7 bn USD)"
    )


def test_the_horizon_reaches_far_enough_or_a_note_says_that_it_does_not(later):
    told = any("horizon ends" in w for w in later.warnings)
    assert told == (later.years_ahead < as_of.AHEAD)


def test_the_sentences_name_every_assumption_once(later, small_run):
    said = day_words.title(later)
    for a in small_run.study.assumptions:
        assert said.partition(" (by")[0].count(a.id) == 1
    assert len(day_words.next_ones(later)) == len(later.next)


@pytest.mark.parametrize(
    ("before", "low", "high", "said"),
    [
        (0.7, 0.6, 0.8, "stands"),
        (0.7, 0.1, 0.2, "fell"),
        (0.3, 0.6, 0.7, "rose"),
        (0.3, 0.1, 0.2, "was broken"),
        (0.7, 0.45, 0.55, "open"),
        (None, 0.6, 0.7, "open"),
    ],
)
def test_a_verdict_needs_the_whole_interval(before, low, high, said):
    assert as_of.verdict(before, low, high) == said


@pytest.fixture(scope="module")
def day_run(later, small_run):
    """The run of a later day: after `later`, by the futures that were drawn for it."""
    return questions.run_of_day(small_run, LATER)


def test_a_run_of_another_day_holds_its_futures_under_the_policy_in_force_first(day_run, later, small_run):
    assert day_run.policies[0] == later.policy
    assert set(day_run.policies) == set(small_run.policies)
    assert (day_run.given, day_run.replicates, small_run.given) == (True, 0, False)
    shares = {row.assumption: row.holds for row in day_run.board_rows() if row.policy == later.policy}
    assert shares == pytest.approx({s.assumption: s.holds for s in later.standing}, abs=1e-6)


def test_questions_of_another_day_are_asked_of_its_futures(day_run, small_run):
    told = questions.explain(day_run, "A1", day_run.policies[0])
    assert told.futures == day_run.futures
    assert told.sought_in == day_run.futures // 2, "the other half is kept back, to try boxes on"
    assert questions.compare(day_run, time=False).regret.keys() <= set(small_run.policies)


def test_stress_of_another_day_tells_nothing_that_is_measured_on_the_priors(day_run, capsys):
    told = questions.stress(day_run, "A1")
    assert told.of_day
    assert told.attribution
    assert [*told.sensitivity, *told.breaking, *told.thresholds] == []
    assert any("are measured on the priors, so they are not told as of a day" in said for said in told.warnings)
    terminal.print_stress(told, day_run.study)
    shown = capsys.readouterr().out
    assert "What carries it" in shown
    assert "How little it takes" not in shown
    assert "One at a time" not in shown


def test_a_run_of_another_day_is_not_the_last_run(day_run, small_run):
    from premortem.study import last

    assert last.folder(None) != day_run.folder


def test_settled_signposts_are_not_watched_any_more(later, small_run):
    then = questions.what_to_watch(small_run.study, small_run, NOTE)
    assert not any(row.status == "passed" and row.modelled for row in then.signposts)
    assert {s.id for s in later.settled} <= {*(row.id for row in then.signposts), *(s.id for s in then.settled)}


def test_a_day_in_the_future_is_refused(small_run):
    with pytest.raises(BadInput, match="lies in the future"):
        questions.as_of_day(small_run, date(2099, 1, 1))


@pytest.mark.parametrize("day", [date(1999, 1, 1), date(2025, 1, 13)])
def test_a_day_before_that_of_the_case_is_refused_since_the_priors_know_more(small_run, day):
    with pytest.raises(BadInput, match=r"the priors know what was known by 2025-02-26.*allowed: 2025-02-26 to 20"):
        questions.board_of(small_run, day)


def test_the_law_of_a_day_is_that_of_the_case_until_anything_became_of_it(study):
    under = partial(weighted_board.reading_policy, study.case, study.policies)
    assert [under(date(2025, 3, 2)), under(date(2025, 5, 14))] == ["as-written", "history"]


def test_futures_of_a_day_are_simulated_under_the_law_as_it_was_known_on_it(study, small_run):
    day = date(2025, 6, 1)
    on = study.on(day)
    assert (study.on(day), study.on(LATER), study.on(NOTE), on.on(LATER)) == (on, study, study, on)
    assert on.levers("as-written") is study.levers("as-written")
    assert not np.array_equal(on.levers("history").cn_granted, study.levers("history").cn_granted), "since 14 July 2025"
    both = ["as-written", "history"]
    found, whole = (futures_under_policies.stored(small_run, [], both, under=[], on=d) for d in (day, LATER))
    np.testing.assert_array_equal(found.margins["as-written"]["margin.A1"], whole.margins["as-written"]["margin.A1"])
    again, _ = futures_under_policies.simulate(
        on, found.values, on.levers("history"), futures_under_policies.observer_of(on, [])
    )
    np.testing.assert_array_equal(found.margins["history"]["margin.A1"], again["margin.A1"])
    assert not np.array_equal(again["margin.A1"], whole.margins["history"]["margin.A1"])


def test_it_is_said_how_much_of_the_law_is_known_and_nothing_later_is_named(study):
    (said,) = day_limits.law_known(study.on(date(2025, 6, 1)), date(2025, 6, 1))
    assert said.startswith(
        "‘What happened’ is the law as it was known on 1 June 2025: what was published later is not in it"
    )
    assert "its 5 efforts and moves of places" in said
    assert "2026" not in said + study.on(date(2025, 6, 1)).law("history").policy.says
    assert day_limits.law_known(study.on(LATER), LATER) == ()


def test_it_is_said_by_when_each_assumption_is_judged(study, later):
    assert later.looks_to == "A1, A2 and A4 are judged by the end of 2028, A3 and A5 by that of 2032"
    assert later.looks_to in day_words.basis(later)


def test_futures_drawn_anew_lie_near_what_was_read(study):
    reading = parse_option("smic_yield_ascend=60%@2025-09-30", NOTE, study.case)
    quantity = quantities.shipped_quantities(study.case)["smic_yield_ascend"]
    found, weights = redraw.redraw(
        study, [reading], "as-written", ["as-written"], [(quantity, reading.on)], seed=3, count=256
    )
    read = found.columns["as-written"][quantity.column(reading.on)]
    assert abs(np.mean(quantity.on_scale(read)) - float(quantity.on_scale(0.6))) < 0.5
    assert weights.redrawn
    assert 30 < weights.effective <= 256
    again, _ = redraw.redraw(study, [reading], "as-written", ["as-written"], [], seed=3, count=256)
    np.testing.assert_array_equal(found.values, again.values)


def test_a_change_is_what_the_law_made_of_it_and_what_was_read(later):
    for s in later.standing:
        assert s.before + s.by_law + s.by_readings == pytest.approx(s.holds)
        effects = [b.effect for b in s.behind]
        assert effects == sorted(effects, key=abs, reverse=True)
        assert all(abs(e) >= as_of.POINT and e * s.by_readings > 0 for e in effects)


def test_what_fell_is_told_with_why(later):
    told = {line[:2]: line for line in day_words.changes(later)}
    for s in later.standing:
        changed = s.assumption != "all" and not s.low <= s.before <= s.high
        assert (s.assumption in told) == changed
        if changed:
            assert "by what became of the law" in told[s.assumption]
            named = all(b.meaning in told[s.assumption] for b in s.behind)
            assert named == (not s.behind or abs(s.by_readings) > (s.high - s.low) / 2)


def test_no_sentence_of_a_day_holds_a_key(later, small_run):
    lines = [
        day_words.basis(later),
        *day_words.changes(later),
        *day_words.moved(later),
        *day_words.latest_events(later),
    ]
    lines += [*day_words.came(later), *day_words.settled(later)]
    for line in lines:
        assert "_" not in line, line
    assert small_run.study.law(later.policy).policy.title in lines[0]


def test_the_latest_events_are_the_newest_of_the_table_and_none_lies_ahead(later):
    days = [c.date for c in later.latest]
    assert days == sorted(days, reverse=True)
    assert len(days) == as_of.LATEST
    assert NOTE < days[-1] <= days[0] <= LATER


def test_as_many_effective_futures_as_are_asked_for(small_run):
    found, weights = weighted_board.settle_run(small_run, LATER, effective=400)
    assert weights.redrawn
    assert weights.effective >= 400
    assert found.count < 2000


def test_a_brief_of_a_day_has_one_list_of_what_to_watch_and_that_is_of_the_day(later, small_run):
    named = {name for name, _ in assemble._parts(small_run, None, later, None)}
    assert assemble.WATCHED not in named
    assert assemble.WATCHED in {name for name, _ in assemble._parts(small_run, None, None, None)}


def test_what_rests_on_readings_of_low_confidence_is_told_with_the_shares_without_them(later, study):
    known = study.readings.telling(LATER)
    router = [r for r in known if r.fact == "orouter26"]
    assert sum(r.confidence == day_sources.DOUBTFUL for r in router) >= len(router) / 2
    assert "facts most of whose readings are of low confidence: A2" in later.rests_on, "its readings are of one router"
    assert "Chinese models" in later.rests_on
    assert "_" not in later.rests_on


def test_limits_that_were_set_for_an_earlier_year_are_asked_of_the_end_of_the_horizon_too(study, later):
    """A1, A2 and A4 name 2028 on every day; a brief of 2026 says what the same limits come to in 2032."""
    assert [(r.assumption, r.year, r.step) for r in later.rolled] == [
        (name, 2028, "2032Q4") for name in ("A1", "A2", "A4")
    ]
    assert all(0 <= r.low <= r.holds <= r.high <= 1 for r in later.rolled)
    first, *each = day_words.further(later)
    assert first.startswith("The year 2028 belongs to the shipped limits, the same on every day")
    now = {s.assumption: s for s in later.standing}
    for line, r in zip(each, later.rolled, strict=True):
        assert line.startswith(f"{r.assumption}, {now[r.assumption].says}: {share(now[r.assumption].holds)} by 2028, ")
        assert f"{share(r.holds)} ({share(r.low)} to {share(r.high)}) in 2032Q4" in line
    assert day_words.further(replace(later, rolled=())) == []


def test_what_is_asked_of_the_end_of_the_horizon_is_what_the_margins_over_time_say_there(study):
    found = futures_under_policies.simulated(study, [], ["as-written"], 100)
    alike = Weights(np.full(100, 1 / 100), 100, 100, 1.0, float("nan"), (), (), ())
    told = {r.assumption: r for r in later_limits.at_the_end(found, alike, "as-written")}
    (chunk,) = study.compiled.chunks(found.values, study.levers("as-written"))
    margins = study.compiled.over_time(chunk, study.compiled.thresholds)
    assert {name: r.holds for name, r in told.items()} == pytest.approx(
        {name: float((margins[name][-1] > 0).mean()) for name in ("A1", "A2", "A4")}
    )


def test_more_effective_futures_go_on_from_those_at_hand(study):
    reading = parse_option("smic_yield_ascend=60%@2025-09-30", NOTE, study.case)
    few, at_hand = redraw.redraw(study, [reading], "as-written", ["as-written"], [], seed=3, count=256)
    more, weights = redraw.redraw(study, [reading], "as-written", ["as-written"], [], 3, 256, effective=400)
    assert at_hand.effective < 400 <= weights.effective
    assert more.count % 256 == 0
    np.testing.assert_array_equal(more.values[:, :256], few.values)
    np.testing.assert_array_equal(more.margins["as-written"]["margin.A1"][:256], few.margins["as-written"]["margin.A1"])
    assert len(np.unique(more.values[0])) > 1.5 * 256, "futures, not copies"


def test_what_is_read_of_futures_without_later_steps_is_what_a_run_has_of_them(study):
    every = quantities.shipped_quantities(study.case)
    asked = [(every[r.quantity], r.over) for r in study.readings.mapped] + [
        (every["smic_yield_ascend"], date(2026, 3, 31))
    ]
    observer = futures_under_policies.observer_of(study, asked)
    values, levers = (
        study.priors.ppf(np.random.default_rng(1).random((len(study.priors.rows), 40))),
        study.levers("history"),
    )
    _, whole = futures_under_policies.simulate(study, values.astype(np.float32), levers, observer)
    early = futures_under_policies.observe(study, values, levers, observer)
    assert early.keys() == observer.expressions.keys()
    for column, found in early.items():
        np.testing.assert_allclose(found, whole[column], rtol=2e-4, atol=1e-6, err_msg=column)
