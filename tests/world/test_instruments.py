"""Instruments: efforts take time, work in part and cost something, by hand."""

from datetime import date
from typing import NamedTuple

import numpy as np
import pytest

from premortem.case import default
from premortem.case import instruments as table
from premortem.cases.us_ai_2025 import world
from premortem.cases.us_ai_2025.world import instruments
from premortem.errors import BadInput, BadInputs
from premortem.law import book
from premortem.law.fields.vocabulary import vocabulary
from premortem.study import Study, make_study
from tests.world.hand import P, one
from tests.world.moves import STILL, put

INSTRUMENTS = table(default())
PRIORS = P(
    instrument_lag=1.0,
    eff_allied_servicing=0.6,
    eff_compute_governance=0.4,
    eff_weights=0.3,
    eff_api=0.3,
    eff_model_limits=0.5,
    eff_blocking=0.6,
    retaliation=0.03,
    governance_cost=0.04,
    blocking_goodwill=0.08,
    limits_goodwill=0.04,
    servicing_goodwill=0.05,
    api_revenue_loss=0.01,
)
# What each instrument makes worse, as outcome and direction. Deals cost concessions and permits cost nothing that is modelled.
WORSE = {
    "allied_servicing": ("goodwill", "down"),
    "coercion": ("goodwill", "down"),
    "compute_governance": ("t2_unmet_share", "up"),
    "open_weights_limits": ("goodwill", "down"),
    "api_limits": ("revenue_closed", "down"),
    "chinese_model_limits": ("goodwill", "down"),
    "huawei_blocking": ("goodwill", "down"),
}
NOT_MODELLED = {"deals", "permitting"}


class Levers(NamedTuple):
    """A policy at full effort, or what a test says."""

    allied_servicing: float = 1.0
    coercion: float = 1.0
    deals: float = 1.0
    compute_governance: float = 1.0
    open_weights_limits: float = 1.0
    api_limits: float = 1.0
    chinese_model_limits: float = 1.0
    huawei_blocking: float = 1.0
    permitting: float = 1.0
    hbm_ban: float = 1.0
    dram_tools_denied: float = 0.5
    cn_free_h100e: float = 0.15
    cn_case_h100e: float = 0.0
    cn_granted: float = 1.0


def efforts(**values):
    return instruments.Efforts(*(one(values.get(name, 0.0)) for name in instruments.Efforts._fields))


def test_every_instrument_of_the_case_has_a_row_and_no_other():
    assert {*INSTRUMENTS} == {*instruments.Efforts._fields} == {*vocabulary(default()).instruments}
    for told in INSTRUMENTS.values():
        assert all(name in world.parameter_names() for name in [*told.cost, *filter(None, [told.effectiveness])])


OLD = """name = "mine"
title = "Mine"
says = "An older file."

[[strength.deals]]
value = 0.5
from = 2025-06-01
"""


def test_old_strengths_are_read_as_efforts_with_a_note(tmp_path):
    make_study(tmp_path / "s")
    (tmp_path / "s" / "policies" / "mine.toml").write_text(OLD)
    (tmp_path / "s" / "policies" / "new.toml").write_text(
        OLD.replace("mine", "new").replace("strength", "instrument").replace("value", "effort")
    )
    study = Study(tmp_path / "s")
    assert [note.partition(":")[0] for note in study.notes] == ["policies/mine.toml"]
    day = date(2025, 7, 1)
    assert study.law("mine").strength("deals", day) == study.law("new").strength("deals", day) == 0.5
    assert study.law("new").with_strength("deals", 0.2).strength("deals", date(2026, 1, 1)) == 0.2


def test_a_policy_file_in_old_strengths_has_its_note_without_a_folder(tmp_path):
    (old := tmp_path / "mine.toml").write_text(OLD)
    (note,) = Study(policy_files=[old]).notes
    assert note.startswith("mine.toml: strength is read as the effort of an instrument")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (OLD.replace("strength", "instrument").replace("value = 0.5", "effort = 1.2"), "instrument.deals.0.effort"),
        (OLD.replace("strength", "instrument").replace("value", "strength"), "instrument.deals.0"),
        (OLD.replace("deals", "dealz"), "strength"),
        (OLD + OLD[OLD.index("[[") :].replace("strength", "instrument").replace("value", "effort"), ""),
    ],
)
def test_a_faulty_effort_is_refused_by_its_key(tmp_path, text, key):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises((BadInput, BadInputs)) as wrong:
        book.load(path)
    assert key in str(wrong.value)


def test_an_effort_comes_into_effect_with_its_lag_by_hand():
    # tracking has a year: after a quarter 1 - exp(-0.25) = 0.221199; with lags twice as long 1 - exp(-0.125) = 0.117503
    s = instruments.follow_up(instruments.start(PRIORS), Levers(), PRIORS)
    slow = instruments.follow_up(instruments.start(PRIORS), Levers(), P(PRIORS, instrument_lag=2.0))
    assert float(s.compute_governance[0]) == pytest.approx(0.221199, rel=1e-5)
    assert float(slow.compute_governance[0]) == pytest.approx(0.117503, rel=1e-5)
    for _ in range(60):
        s = instruments.follow_up(s, Levers(), PRIORS)
    assert np.concatenate(s) == pytest.approx(np.ones(9), abs=0.01)
    assert float(instruments.follow_up(s, Levers(api_limits=0.0), PRIORS).api_limits[0]) == pytest.approx(
        np.exp(-1), abs=0.01
    )


def test_what_works_of_an_effort_is_what_evasion_leaves_by_hand():
    works = instruments.in_effect(efforts(compute_governance=0.5, huawei_blocking=1.0, deals=0.7), Levers(), PRIORS)
    assert float(works.compute_governance[0]) == pytest.approx(0.2)
    assert float(works.huawei_blocking[0]) == pytest.approx(0.6)
    assert float(works.deals[0]) == pytest.approx(0.7)  # what a deal carries counts where conditions are
    assert works.hbm_ban == 1.0  # a clause is no instrument


def test_what_efforts_cost_by_hand():
    # goodwill: 0.04 x (1 - 0.5 x 0.5) + 0.08 x 1 + 0.05 x 0.4 = 0.13; China answers 0.4 + 0 + 1 of 3: 0.03 x 1.4 / 3 = 0.014
    s = efforts(
        open_weights_limits=0.5, chinese_model_limits=0.5, huawei_blocking=1.0, allied_servicing=0.4, api_limits=1.0,
        compute_governance=0.5,
    )  # fmt: skip
    cost = instruments.costs(s, Levers(), PRIORS)
    assert [float(x[0]) for x in cost] == pytest.approx([0.13, 0.014, 0.02, 0.01])
    assert [float(x[0]) for x in instruments.costs(efforts(), Levers(), PRIORS)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("levers", "share"),
    [
        ({"dram_tools_denied": 1.0}, 1 / 3),  # a listing that reaches every maker counts as one instrument
        ({"dram_tools_denied": 0.75}, 1 / 6),
        ({"dram_tools_denied": 0.0}, 0.0),
        ({"cn_free_h100e": 0.0}, 0.2),  # nothing may be sold
        ({"cn_free_h100e": 0.0, "cn_case_h100e": 0.2}, 0.0),
        ({"cn_free_h100e": 0.0, "cn_case_h100e": 0.2, "cn_granted": 0.0}, 0.2),
        ({"dram_tools_denied": 1.0, "cn_free_h100e": 0.0}, 1 / 3 + 0.2),
    ],
)
def test_china_answers_a_listing_and_a_bar_on_every_chip_by_hand(levers, share):
    lost = instruments.costs(efforts(), Levers(**levers), PRIORS).supply
    assert float(lost[0]) == pytest.approx(0.03 * share, abs=1e-7)
    all_of_it = efforts(allied_servicing=1.0, coercion=1.0, huawei_blocking=1.0)
    assert float(instruments.costs(all_of_it, Levers(**levers), PRIORS).supply[0]) == pytest.approx(0.03)


def test_a_listing_of_chinas_maker_of_memory_costs_supply(simulate, futures, levers, study):
    """From 2025Q3, all else as written: US-aligned supply never rises, and falls wherever China answers at all."""
    pulled, fixed = levers["as-written"], put(study, futures, **STILL)
    path = pulled.dram_tools_denied.copy()
    path[10:] = 1.0
    before, after = (
        np.asarray(simulate(fixed, of)["us_offered"])[10:] for of in (pulled, pulled._replace(dram_tools_denied=path))
    )
    assert (after <= before * (1 + 1e-6)).all()
    assert (after[0] < before[0]).mean() > 0.99


@pytest.mark.parametrize("name", instruments.Efforts._fields)
def test_nothing_is_free(simulate, futures, levers, study, name):
    """At full effort from 2025Q3 each instrument's cost makes something worse in every future, or none is modelled and it is listed so."""
    assert (name in WORSE) != (name in NOT_MODELLED)
    priced = INSTRUMENTS[name].cost
    assert bool(priced) == (name in WORSE)
    if name in WORSE:
        outcome, way = WORSE[name]
        pulled, fixed = levers["as-written"], put(study, futures, **STILL)
        path = getattr(pulled, name).copy()
        path[10:] = 1.0
        pulled = pulled._replace(**{name: path})
        free = put(study, fixed, **dict.fromkeys(priced, 0.0))
        without, with_ = (np.asarray(simulate(values, pulled)[outcome])[10:25].sum(0) for values in (free, fixed))
        worse = with_ < without if way == "down" else with_ > without
        assert worse.mean() > 0.99


def test_instruments_that_come_later_do_less_by_2028(simulate, futures, levers, study):
    """Twice the lag never helps what an instrument is for."""
    slow = futures.copy()
    slow[study.priors.names.index("instrument_lag")] *= 2
    fixed, slow = (put(study, values, **STILL) for values in (futures, slow))
    quick, late = (simulate(values, levers["maximal"]) for values in (fixed, slow))
    assert (
        np.asarray(late["cn_smuggled"])[:16].sum(0) >= np.asarray(quick["cn_smuggled"])[:16].sum(0) * (1 - 1e-3)
    ).mean() > 0.99
    assert (np.asarray(late["cn_exports"]).sum(0) >= np.asarray(quick["cn_exports"]).sum(0) * (1 - 1e-3)).mean() > 0.99
