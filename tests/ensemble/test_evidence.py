"""Every prior against its quantity: recomputed here from the packaged numbers, with the source's words as the judge."""

import csv
import json
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.cli import app
from premortem.ensemble import evidence, priors
from premortem.ensemble.priors import Prior, Priors
from premortem.errors import BadInput, BadInputs

SHIPPED = priors.read(world.PARAMS)
NOTE = date(2025, 2, 26)
ROWS = list(csv.DictReader((default() / evidence.EVIDENCE).read_text("utf-8").splitlines()))


def compared(name):
    return next(c for c in evidence.evidence(default()) if c.name == name)


def prior(low, central, high, distribution="triangular"):
    return SHIPPED["energy_efficiency_growth"].model_copy(
        update={"low": low, "central": central, "high": high, "distribution": distribution}
    )


def written(tmp_path, **changes):
    """A copy of the shipped table in which one row reads otherwise."""
    path = tmp_path / "evidence.csv"
    name = changes.pop("name")
    rows = [row | (changes if row["name"] == name else {}) for row in ROWS]
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(ROWS[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def test_f019_the_efficiency_of_hardware_rises_by_what_its_source_says():
    """Epoch AI: 40% a year (30 to 50), in the packaged table of growth rates; as a fall of power per H100 equivalent in logs."""
    rates = {r["quantity"]: r for r in facts.read("growth_rates").to_dicts()}
    said = rates["energy efficiency of leading ML hardware"]
    shipped = SHIPPED["energy_efficiency_growth"]
    for end in ("low", "central", "high"):
        assert getattr(shipped, end) == pytest.approx(math.log(said[end]), abs=1e-3)
    assert compared("energy_efficiency_growth").verdict == "agrees"


def test_f019_the_cost_of_compute_falls_by_what_its_source_says():
    said = {r["quantity"]: r for r in facts.read("growth_rates").to_dicts()}
    said = said["price-performance of accelerators (FP32 and FP16)"]
    assert [getattr(SHIPPED["cost_fall"], end) for end in evidence.ENDS] == pytest.approx(
        [math.log(said[end]) for end in evidence.ENDS], abs=1e-3
    )


def test_f019_every_prior_is_recomputed_and_none_contradicts_or_merely_leans():
    found = evidence.evidence(default())
    assert [c.name for c in found] == list(SHIPPED.names)
    assert not [c.name for c in found if c.verdict in ("contradicts", "leans")]
    assert all(len(c.why) > 30 for c in found if c.verdict == "departs")
    assert all(c.implied == (None, None, None) for c in found if c.verdict == "no number")
    assert sum(c.verdict == "agrees" for c in found) > 35


@pytest.mark.parametrize(
    ("name", "conversion"),
    [(row["name"], row["conversion"]) for row in ROWS if row["quantity"] and ";" not in row["quantity"] and not row["low"]
     and not row["central"] and row["conversion"] != "no number"],
)  # fmt: skip
def test_f019_a_prior_of_one_quantity_is_that_quantitys_own_numbers(name, conversion):
    """By hand: the quantity's numbers through the named conversion, against the shipped prior."""
    row = next(r for r in ROWS if r["name"] == name)
    quantity = next(q for q in facts.read("quantities").to_dicts() if q["number"] == row["quantity"])
    by_hand = {"none": lambda x: x, "log": math.log, "months": lambda x: x / 12}[conversion]
    numbers = [None if quantity[end] is None else by_hand(quantity[end]) for end in evidence.ENDS]
    found = compared(name)
    assert list(found.implied) == pytest.approx(numbers)
    low, _, high = numbers
    if low is not None and high is not None:
        assert low - 1e-3 <= SHIPPED[name].central <= high + 1e-3


def test_f019_expressions_say_what_a_pocket_calculator_says():
    assert compared("market_speed").implied == pytest.approx((0.3528, 0.4143, 0.4757), abs=1e-4)
    assert compared("wafer_growth").implied == pytest.approx((math.log(1.5), math.log(2.2), math.log(3)))
    assert compared("base_growth").implied == pytest.approx([math.log(x / 76) / 5 for x in (126, 146, 166)])
    dies = 12 * 22 * 78 * 0.3  # thousand a year
    assert compared("ai_wafer_share").implied == pytest.approx([units / dies for units in (200, 250, 400)])


def test_numbers_behind_priors_were_public_on_the_day_of_the_note():
    known = {q["number"]: q["known_on"] for q in facts.read("quantities").to_dicts()}
    for row in ROWS:
        for number in (q.strip() for q in row["quantity"].split(";") if q.strip()):
            assert known[number] <= NOTE, (row["name"], number)


def test_verdicts_follow_the_ranges():
    source = (0.26, 0.34, 0.41)
    assert evidence.verdict(source, prior(0.26, 0.34, 0.41)) == "agrees"
    assert (
        evidence.verdict(source, prior(0.15, 0.25, 0.35)) == "contradicts"
    )  # its centre lies below the source's range
    assert evidence.verdict(source, prior(0.5, 0.6, 0.7)) == "contradicts"
    assert evidence.verdict(source, prior(0.26, 0.39, 0.41)) == "leans"
    assert evidence.verdict(source, prior(0.26, 0.34, 0.80)) == "leans"  # an end without support
    assert evidence.verdict(source, prior(0.26, 0.34, 0.80), "a reason") == "departs"
    assert evidence.verdict((None, 0.34, None), prior(0.1, 0.34, 0.5)) == "agrees"
    assert evidence.verdict((None, None, None), prior(0.1, 0.34, 0.5)) == "no number"


@given(st.floats(0.01, 0.9), st.floats(0.02, 0.4), st.floats(1.1, 3))
def test_a_prior_equal_to_its_source_agrees_on_every_scale(low, width, factor):
    ends = (low, low + width / 3, low + width)
    for distribution in ("triangular", "normal", "lognormal"):
        assert evidence.verdict(ends, prior(*ends, distribution)) == "agrees"
    shifted = prior(*(x + (factor + 1) * width for x in ends))
    assert evidence.verdict(ends, shifted) == "contradicts"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": "184"}, "no such quantity: 184"),
        ({"quantity": "84", "central": "q85.central"}, "uses q85 and does not name it"),
        ({"conversion": "logg"}, "no such conversion: logg.*allowed: none, log.*did you mean log"),
        ({"central": "__import__('os')"}, "cannot be worked out"),
        ({"central": "q84.central / 0"}, "cannot be worked out"),
        ({"central": "q84.middle"}, "cannot be worked out"),
        ({"quantity": ""}, "names no number"),
        ({"quantity": "39"}, "quantity 39 has no number of its own"),
    ],
)  # fmt: skip
def test_a_wrong_row_of_evidence_is_one_line_with_file_and_key(tmp_path, changes, said):
    path = written(tmp_path, name="energy_efficiency_growth", **changes)
    with pytest.raises(BadInput, match=said) as caught:
        evidence.evidence(default(), path=path)
    assert str(caught.value).startswith("evidence.csv: energy_efficiency_growth: ")
    assert "\n" not in str(caught.value)


def test_a_prior_without_evidence_and_evidence_without_a_prior_are_named(tmp_path):
    path = tmp_path / "evidence.csv"
    text = (default() / evidence.EVIDENCE).read_text("utf-8").replace("\ncost_fall,", "\ncost_fal,", 1)
    path.write_text(text, "utf-8")
    with pytest.raises(BadInputs) as caught:
        evidence.evidence(default(), path=path)
    assert [e.key for e in caught.value.errors] == ["cost_fall", "cost_fal"]
    assert "did you mean cost_fall" in str(caught.value)


@pytest.mark.parametrize("day", ["2025", "P/H", "2025-02", "1740528000", ""])
def test_f036_a_prior_known_on_no_day_is_refused(tmp_path, day):
    path = tmp_path / "params.csv"
    row = next(line for line in world.PARAMS.read_text("utf-8").splitlines() if line.startswith("cost_fall"))
    header = world.PARAMS.read_text("utf-8").splitlines()[0]
    path.write_text(f"{header}\n{row.replace('2024-10-23', day)}\n", "utf-8")
    with pytest.raises(
        BadInput, match=r"params.csv: row 2 \(cost_fall\).known_on: is not a day; allowed: a day such as"
    ):
        priors.read(path)


def test_the_command_prints_every_prior_and_is_1_where_one_contradicts(monkeypatch):
    said = CliRunner().invoke(app, ["evidence", "--json"])
    rows = json.loads(said.stdout)["priors"]
    assert said.exit_code == 0
    assert len(rows) == len(SHIPPED.rows)
    assert {"name", "quantity", "conversion", "implied", "shipped", "verdict", "why"} <= set(rows[0])
    assert all(len(row["implied"]) == len(row["shipped"]) == 3 for row in rows)
    old = Prior.model_validate(
        SHIPPED["energy_efficiency_growth"].model_dump() | {"low": 0.15, "central": 0.26, "high": 0.35}
    )
    rows = tuple(old if row.name == old.name else row for row in SHIPPED.rows)
    monkeypatch.setattr(evidence, "read", lambda path: Priors(rows))
    said = CliRunner().invoke(app, ["evidence"])
    assert said.exit_code == 1
    assert "contradicts" in said.stdout


@given(st.sets(st.integers(0, 200), min_size=1))
def test_numbers_that_are_allowed_are_told_as_they_are(numbers):
    parts = [part.split(" to ") for part in evidence.ranges(numbers).split(", ")]
    assert {n for part in parts for n in range(int(part[0]), int(part[-1]) + 1)} == numbers
