"""Signposts as data, and the process of policy."""

from datetime import date

import numpy as np
import pytest

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.errors import BadInputs
from premortem.law import book
from premortem.law.fields.vocabulary import vocabulary
from premortem.propositions import assumption
from premortem.watch import process, quantities, reading_files, signposts
from premortem.watch.process import Paths

NOTE, TODAY = date(2025, 2, 26), date(2026, 11, 24)
SHIPPED = signposts.shipped_signposts(default())


def test_every_watch_item_of_the_note_has_a_signpost():
    items = facts.read("assumptions").filter(facts.read("assumptions")["kind"] == "watch")["id"].to_list()
    assert len(items) == 26
    assert {*items} <= {*SHIPPED}
    assert not signposts.check(SHIPPED, assumption.shipped_assumptions(default()))


def test_signposts_name_what_exists():
    for s in SHIPPED.values():
        assert s.reads in ("", *world.parameter_names())
        assert s.strength in ("", *vocabulary(default()).instruments)
        assert all(
            p in world.parameter_names() for p in signposts.informs(s, assumption.shipped_assumptions(default()))
        )


def test_only_stakeholder_positions_are_not_modelled():
    assert [s.id for s in SHIPPED.values() if not s.modelled] == ["w_us_firms_split"]


def test_what_was_seen_carries_source_and_the_day_it_was_known():
    assert all(
        (seen.source and seen.known_on >= seen.on) or seen.on == seen.known_on
        for s in SHIPPED.values()
        for seen in s.latest
    )
    assert all(seen.known_on <= TODAY for s in SHIPPED.values() for seen in s.latest)


def test_a_signpost_says_what_was_known_on_the_day():
    readings = reading_files.shipped_readings(default(), TODAY)
    capex = SHIPPED["w_baked_in"]
    assert signposts.standing(capex, readings, NOTE).value == 230
    assert signposts.standing(capex, readings, TODAY).value == 413.5
    rescinded = SHIPPED["w_streamlining"]
    assert signposts.standing(rescinded, readings, NOTE).status == "no reading"
    assert signposts.standing(rescinded, readings, TODAY).status == "passed"
    assert signposts.standing(SHIPPED["w_data_security"], readings, NOTE).status == "in words"


def test_a_threshold_is_passed_on_its_own_side():
    gap = SHIPPED["short_moat"].threshold
    assert gap.is_passed(4.0)
    assert not gap.is_passed(7.0)


def test_every_fault_of_a_signpost_file_is_reported_at_once(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        """
[a]
assumption = "A1"
title = "t"
observable = "o"
unit = "TWh"
read = "r"
source = "s"
by = 2026-12-31
quantity = "smic_yield_ascend"
threshold = { value = 0.5, passes = "above", basis = "b" }
when = "over {limit}"
[b]
assumption = "A1"
title = "t"
observable = "o"
unit = "share"
read = "r"
source = "s"
by = 2026-12-31
quantity = "smic_yeild_ascend"
threshold = { value = 0.5, passes = "above", basis = "b" }
when = "over {limit}"
""",
        "utf-8",
    )
    with pytest.raises(BadInputs) as caught:
        signposts.read(path, default())
    assert [e.key for e in caught.value.errors] == ["a.unit", "b.quantity"]
    path.write_text('[a]\ntitel = "t"\n', "utf-8")
    with pytest.raises(BadInputs, match=r"a\.titel: no such key.*did you mean title"):
        signposts.read(path, default())


def test_the_process_rests_on_the_record_before_the_note():
    assert all(e.known_on <= NOTE for e in process.events(default()).values())


def test_paths_lead_to_shipped_policies():
    assert {*process.leads(default())} <= {*book.policies(default())}
    paths = process.draw(default(), 2000, 0, NOTE)
    assert {*paths.policy(date(2028, 12, 31))} <= {*process.leads(default())}
    assert (paths.policy(NOTE) == "as-written").all()


def test_the_same_seed_gives_the_same_paths():
    one, other = process.draw(default(), 500, 3, NOTE), process.draw(default(), 500, 3, NOTE)
    for name in one.times:
        np.testing.assert_array_equal(one.times[name], other.times[name])


def test_events_come_once_in_order_and_never_with_what_they_end():
    times = process.draw(default(), 20_000, 1, NOTE).times
    both = np.isfinite(times["diffusion_rule_rescinded"]) & np.isfinite(times["diffusion_rule_streamlined"])
    assert not both.any()
    freed = np.isfinite(times["below_threshold_freed"])
    assert freed.any()
    assert (times["below_threshold_freed"] > times["below_threshold_banned"])[freed].all()
    assert all((t > process.end_of(NOTE) - 1e-9).all() for t in times.values())


def test_a_rate_without_pressure_gives_the_share_that_its_gamma_prior_says(monkeypatch):
    """With rate ~ Gamma(a, b), the share that it came within t is 1 - (b / (b + t))^a (a Lomax waiting time)."""
    alone = process.Event(id="e", says="", count=2, years=4.0, record="", known_on=NOTE, confidence="low")
    monkeypatch.setattr(process, "events", lambda case: {"e": alone})
    monkeypatch.setattr(process, "states", lambda case: {})
    paths = process.draw(default(), 200_000, 0, date(2026, 1, 1))
    for years in (1, 3):
        share = (paths.times["e"] <= 2026 + years).mean()
        assert share == pytest.approx(1 - (4 / (4 + years)) ** 2.5, abs=0.005)


def test_low_goodwill_brings_rescission_sooner_and_progress_a_ban():
    def share(event, **world_is):
        return process.draw(default(), 20_000, 2, NOTE, **world_is).shares()[event](date(2026, 12, 31))

    assert share("diffusion_rule_rescinded", goodwill=0.1) > share("diffusion_rule_rescinded", goodwill=0.9) + 0.05
    assert share("below_threshold_banned", progress=1.5) > share("below_threshold_banned", progress=-1.5) + 0.1


def test_sales_stand_until_banned_and_again_once_freed():
    paths = Paths(default(), {"below_threshold_banned": np.array([np.inf, 2025.5, 2025.5]), "below_threshold_freed": np.array([np.inf, np.inf, 2026.0])})  # fmt: skip
    assert paths.by("h20_sales_allowed", date(2025, 12, 31)).tolist() == [True, False, False]
    assert paths.by("h20_sales_allowed", date(2026, 6, 30)).tolist() == [True, False, True]


def test_events_are_found_by_other_names():
    assert process.resolve("h20_ban_april", default()) == "below_threshold_banned"
    assert process.resolve("first_contact", default()) is None


def test_a_future_follows_the_policy_that_it_drew():
    columns = {"as-written": {"x": np.array([1.0, 2.0])}, "rescinded": {"x": np.array([10.0, 20.0])}}
    assert process.mix(columns, np.array(["rescinded", "as-written"], object))["x"].tolist() == [10.0, 2.0]


def test_units_share_measures_with_quantities():
    assert {q.unit for q in quantities.shipped_quantities(default()).values()} <= {*quantities.units(default())}
    assert quantities.factor("years", "months", quantities.units(default())) == 12
    assert quantities.factor("TWh", "months", quantities.units(default())) is None
