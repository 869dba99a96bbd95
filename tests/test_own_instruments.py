"""Instruments of a user's own, in a study's folder: clauses that stand beside the case's, and lags in place of its instruments'."""

import re
from datetime import date
from functools import partial
from pathlib import Path

import jax
import numpy as np
import pytest

from premortem.app import timeline_marks
from premortem.case import default, instruments, own_lags
from premortem.cases.us_ai_2025 import world
from premortem.cases.us_ai_2025.world import instruments as efforts
from premortem.errors import BadInput
from premortem.law.book import instrument_title
from premortem.study import Study, problems

PAGE = (Path(__file__).parents[1] / "docs" / "own.md").read_text("utf-8").partition("\n## Instruments of your own\n")[2]
BILL, POLICY, LAG = re.findall(
    r"^```toml\n(.*?)^```", PAGE.partition("\n## ")[0], re.M | re.S
)  # as the page prints them
CHIP = {"item": "H100 SXM", "quantity": 100, "destination": "MYS", "date": date(2025, 7, 1)}


def made(folder, **files):
    """A study's folder with these files, `__` for a folder and `.toml` after each."""
    (folder / "study.toml").write_text("format = 1\n", "utf-8")
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_f104_an_instrument_of_ones_own_binds_under_the_policies_that_include_it(tmp_path):
    study = Study(made(tmp_path, clauses__our_bill=BILL, **{"policies__with-bill": POLICY}))
    ours, without = study.law("with-bill"), study.law("rescinded")
    decided = study.book("with-bill").decide(CHIP)
    assert (decided.outcome, decided.clause) == ("licence:presumption_of_denial", "our_bill.denial")
    assert study.book("rescinded").decide(CHIP).outcome == Study().book("rescinded").decide(CHIP).outcome
    assert instrument_title("our_bill", study.case) == "Our bill, draft of March 2025"
    before, after = (world.levers(book) for book in (without, ours))
    assert (after.denied >= before.denied).all()
    assert (after.denied > before.denied).any()


def test_a_clause_that_stands_in_a_policys_own_file_is_titled_and_dated_as_the_policy(tmp_path):
    clauses = (
        BILL.partition("\n\n")[2]
        .replace("[licence]", '[clause."our.licence"]')
        .replace("[denial]", '[clause."our.denial"]')
    )
    alone = 'name = "alone"\ntitle = "Our own"\nsays = "A bill of ours"\nbase = "rescinded"\n' + clauses
    book = Study(made(tmp_path, policies__alone=alone)).law("alone")
    assert book.title_of("our") == "Our own"
    assert book.title_of("oct2023") == instrument_title("oct2023", book.case)
    assert any("Our own (clauses in force)" in stop["says"] for stop in timeline_marks.stops(book))


def test_f104_a_lag_of_ones_own_takes_the_place_of_the_shipped_one_alone(tmp_path, monkeypatch):
    study = Study(made(tmp_path, instruments=LAG))
    ours, shipped = instruments(study.case), instruments(default())
    assert (ours["compute_governance"].lag, shipped["compute_governance"].lag) == (3.0, 1.0)
    assert ours["compute_governance"].source == "our own reckoning"
    assert {n: i for n, i in ours.items() if n != "compute_governance"} == {
        n: i for n, i in shipped.items() if n != "compute_governance"
    }
    assert own_lags(study.case) == {"compute_governance": 3.0}
    assert study.hashes(["as-written"]) != Study().hashes(["as-written"])
    handed = []
    monkeypatch.setattr(world, "simulate", lambda values, levers, **told: handed.append(told) or {})
    study.simulate(np.zeros((1, 1)), study.levers("as-written"))
    Study().simulate(np.zeros((1, 1)), study.levers("as-written"))
    assert handed == [{"lags": {"compute_governance": 3.0}}, {}]


def test_the_world_follows_the_lags_that_it_is_handed():
    study = Study()
    values = jax.ShapeDtypeStruct((len(study.priors.names), 1), np.float32)
    usual, same, longer = (
        str(jax.make_jaxpr(partial(world.simulate, lags=lags))(values, study.levers("as-written")))
        for lags in (None, {"permitting": 2.5}, {"permitting": 2.6})
    )
    assert usual == same != longer


@pytest.mark.parametrize("name", efforts.Efforts._fields)
def test_a_longer_lag_brings_less_in_the_same_time_of_that_instrument_alone(name):
    class P:
        instrument_lag = np.ones(1, np.float32)

    class Full:
        def __getattr__(self, _):
            return np.ones(1, np.float32)

    start = efforts.Efforts(*(np.zeros(1, np.float32) for _ in efforts.Efforts._fields))
    usual = efforts.follow_up(start, Full(), P)
    slow = efforts.follow_up(start, Full(), P, {name: 2 * instruments(default())[name].lag})
    assert getattr(slow, name) < getattr(usual, name)
    assert [n for n in usual._fields if getattr(slow, n) != getattr(usual, n)] == [name]


def test_all_faults_of_instruments_of_ones_own_are_told_at_once(tmp_path):
    faulty = BILL.replace("confidence", "confidance", 1).replace("eccn = '3A090.a'", "ecn = '3A090.a'")
    wrong = made(
        tmp_path,
        instruments='[compute_governance]\nlag = -1\ncost = []\nsource = "x"\n[governance]\nlag = 1\nsource = "x"\n',
        clauses__our_bill=faulty,
        clauses__ear=BILL,
        **{"clauses__Our-bill": BILL},
    )
    told = "\n".join(str(fault) for fault in problems(wrong))
    assert "instruments.toml: compute_governance.lag: " in told
    assert "instruments.toml: compute_governance.cost: no such key; allowed: id, lag, falls_on, evasion, source" in told
    assert "instruments.toml: governance: no such instrument; allowed: allied_servicing, " in told
    assert "clauses/ear.toml: is the name of an instrument that ships" in told
    assert "clauses/Our-bill.toml: is no name of an instrument" in told
    for name in ("ear", "Our-bill"):
        (wrong / "clauses" / f"{name}.toml").unlink()
    told = "\n".join(str(fault) for fault in problems(wrong))
    assert "clauses/our_bill.toml: our_bill.licence.confidance: no such key" in told
    assert told.count("confidance") == 1
    assert "no such field: ecn" in told


def test_a_clause_of_ones_own_that_nothing_reaches_is_told_in_its_file(tmp_path):
    dead = BILL.replace("destination = 'MYS'", "tpp < 0")
    told = [str(fault) for fault in problems(made(tmp_path, clauses__our_bill=dead))]
    assert told
    assert all(fault.startswith("clauses/our_bill.toml: our_bill.") for fault in told)


def test_lags_are_refused_where_the_world_asks_for_none(tmp_path, monkeypatch):
    monkeypatch.setattr(world, "simulate", lambda values, levers: {})
    with pytest.raises(BadInput, match="the world of this case takes no lags"):
        Study(made(tmp_path, instruments=LAG))
