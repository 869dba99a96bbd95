"""Dated events of a file: what came by a day, what did not, and every fault; and readings of periods."""

from datetime import date

import numpy as np
import pytest

from premortem.case import default
from premortem.errors import BadInput
from premortem.watch import dated_events, process, quantities, reading_files
from premortem.watch.event_scores import NO_EVENT, NOBODY, score_events
from premortem.watch.quantities import Span

NOTE, TODAY = date(2025, 2, 26), date(2026, 11, 26)
HEADER = "id,date,by_date,title,happened,process_event,group"
FULL = "id,quantity,definition,mapped,unit,period_start,period_end,value,low,high,kind,known_on,source,url,confidence,like_for_like,correlated_with,basis"


def read(tmp_path, *rows):
    path = tmp_path / "events.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return dated_events.read(path, default())


def record(tmp_path, *rows):
    path = tmp_path / "record.csv"
    path.write_text("\n".join([FULL, *rows]) + "\n", "utf-8")
    return reading_files.read(path, default(), TODAY)


def test_what_came_is_known_on_its_day_and_what_did_not_on_the_day_it_was_asked_for(tmp_path):
    came, did_not, nobody = read(
        tmp_path,
        "a,2025-05-13,2025-12-31,Withdrawn,yes,diffusion_rule_rescinded,f",
        "b,,2025-12-31,Tiers simplified,no,diffusion_rule_streamlined,f",
        "c,,2026-09-30,Opened,unknown,,g",
    )
    assert (came.value, came.known_on, came.on) == (1.0, date(2025, 5, 13), date(2025, 12, 31))
    assert (did_not.value, did_not.known_on) == (0.0, date(2025, 12, 31))
    assert np.isnan(nobody.value)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "a,2025-05-13,2025-05-01,t,yes,diffusion_rule_rescinded,f",
            "row 2: by_date: it came on 2025-05-13, after the day",
        ),
        ("a,2025-05-13,2025-12-31,t,no,diffusion_rule_rescinded,f", "row 2: date: an event with a day has come"),
        ("a,,2025-12-31,t,perhaps,,f", "row 2: happened: no such answer"),
        ("a,,2025-12-31,t,no,diffusion_rule_recinded,f", "did you mean diffusion_rule_rescinded"),
        ("a,,soon,t,no,,f", "row 2: by_date: is not a date"),
    ],
)
def test_an_event_that_cannot_be_read_is_one_clear_line(tmp_path, row, said):
    with pytest.raises(BadInput, match=said):
        read(tmp_path, row)


def test_events_are_scored_with_base_rates_and_the_others_said_to_be_left(tmp_path):
    events = read(
        tmp_path,
        "a,2025-05-13,2025-05-15,Withdrawn,yes,diffusion_rule_rescinded,f",
        "b,,2026-06-05,Published,no,diffusion_rule_rescinded,p",
        "c,,2026-09-30,Opened,unknown,,g",
        "d,2025-04-05,2025-04-30,Llama 4,yes,,m",
        "e,2025-09-01,2025-12-31,Affiliates rule,yes,affiliates_fifty,a",
    )
    shares = {"diffusion_rule_rescinded": lambda day: 0.2 if day < date(2026, 1, 1) else 0.6}
    scored, left = score_events(events, NOTE, shares, {"diffusion_rule_rescinded": lambda day: 0.3}, {})
    assert [e.brier for e in scored] == pytest.approx([0.64, 0.36])
    assert [e.missed for e in scored] == [True, True]
    assert scored[0].brier_base_rate == pytest.approx(0.49)
    assert "narrower" in scored[1].narrower
    assert not scored[0].narrower
    assert [x["why"] for x in left] == [NOBODY, NO_EVENT, f"{NO_EVENT}: affiliates_fifty"]


def test_every_shipped_event_of_the_process_is_one_that_the_process_has():
    assert {e.quantity for e in dated_events.shipped_events(default()) if e.quantity} <= {*process.events(default())}


def test_the_base_rate_is_that_of_a_gamma_prior_and_waits_that_it_has_no_push_on():
    """An event that nothing else ends or needs: 1 - (years / (years + h)) ^ (count + 1/2)."""
    name = "huawei_blocking_sanctions"
    event = process.events(default())[name]
    paths = process.draw(default(), 40_000, 3, NOTE, pushed=False)
    ahead = process.end_of(date(2027, 12, 31)) - process.end_of(NOTE)
    exact = 1 - (event.years / (event.years + ahead)) ** (event.count + 0.5)
    assert paths.by(name, date(2027, 12, 31)).mean() == pytest.approx(exact, abs=0.01)


def test_a_reading_speaks_of_its_period(tmp_path):
    (found,) = record(
        tmp_path, "R1,gross_margin,x,yes,share,2025-01-01,2025-12-31,0.43,0.33,0.45,outcome,2026-06-16,s,u,high,,m,b"
    ).mapped
    assert found.over == Span(date(2025, 1, 1), date(2025, 12, 31))
    assert (found.fact, found.id) == ("m", "R1")


def test_a_stretch_over_steps_is_their_mean_by_days():
    margin = quantities.shipped_quantities(default())["gross_margin"]
    over = Span(date(2025, 1, 27), date(2025, 4, 27))
    assert margin.steps(over) == pytest.approx({"2025Q1": 64 / 91, "2025Q2": 27 / 91})
    assert margin.column(over) == "gross_margin@2025-01-27_2025-04-27"
    assert margin.column(Span(date(2025, 1, 3), date(2025, 2, 1))) == margin.column(date(2025, 2, 1))
    observer = quantities.Observer([(margin, over)], frozenset({"gross_margin"}), default().clock.labels)
    series = np.zeros((len(default().clock.labels), 2))
    series[default().clock.labels.index("2025Q1")] = 0.4
    series[default().clock.labels.index("2025Q2")] = 0.6
    (read,) = observer({"gross_margin": series}).values()
    np.testing.assert_allclose(read, 0.4 * 64 / 91 + 0.6 * 27 / 91, rtol=1e-5)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["R1,gross_margin,x,yes,share,2025-01-01,2025-12-31,0.43,0.33,0.45,outcome,2025-06-16,s,u,high,,m,b"],
         "row 2: known_on: an outcome of 2025-12-31 cannot have been known on 2025-06-16"),
        (["R1,gross_margin,x,yes,share,2026-01-01,2025-12-31,0.43,0.33,0.45,outcome,2026-06-16,s,u,high,,m,b"],
         "row 2: period_start: lies after the period's end"),
        (["R1,gross_margin,x,yes,share,2025-01-01,2025-12-31,0.43,0.33,0.45,outcome,2026-06-16,s,u,high,,m,b",
          "R2,gross_margin,x,yes,share,2025-07-01,2026-03-31,0.43,0.33,0.45,outcome,2026-06-16,s,u,high,,n,b"],
         r"R1 \(2025-01-01 to 2025-12-31\) and R2 \(2025-07-01 to 2026-03-31\) overlap.*one group"),
    ],
)  # fmt: skip
def test_a_period_that_cannot_be_is_one_clear_line(tmp_path, rows, said):
    with pytest.raises(BadInput, match=said):
        record(tmp_path, *rows)


def test_a_plan_may_speak_of_a_period_to_come_and_an_outcome_may_not(tmp_path):
    row = "R1,capex_big4_guided_year,x,yes,bn USD,2026-01-01,2026-12-31,712,685,725,projection,2026-04-29,s,u,high,,p,b"
    assert record(tmp_path, row).mapped[0].on == date(2026, 12, 31)
    with pytest.raises(BadInput, match=r"cannot have been known|lies in the future"):
        record(tmp_path, row.replace("projection", "outcome"))
