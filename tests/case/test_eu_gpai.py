"""The second case: its world by hand and against its reference, its levers as answers, its worked questions."""

import csv
import json
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from premortem import case, facts, questions
from premortem.briefing import method
from premortem.ensemble import priors
from premortem.errors import BadInput, BadInputs
from premortem.law import memo
from premortem.law.book import load
from premortem.law.opinion import opine
from premortem.law.worked_cases import decide_file
from premortem.propositions.score import board
from premortem.questions.move import standing, title
from premortem.questions.single_changes import strongest
from premortem.study import Study
from premortem.terminal import print_history, print_opinion
from tests.examples import examples

SHARED = Path(__file__).parents[3] / "shared" / "data" / "eu_gpai"
OURS = case.load("eu_gpai")
HANDED = pytest.mark.skipif(not SHARED.is_dir(), reason="the handed tables are not beside this folder")
# A share of futures by the same design may differ by so much.
CLOSE = 0.012
MODEL = {"flop_cumulative": "3e25", "placed_on": "2025-10-01", "provider_seat": "United States of America"}


@pytest.fixture(scope="module")
def study():
    return Study(case="eu_gpai")


@pytest.fixture(scope="module")
def by_hand(study):
    """Every series of the central model under the law as amended, by year."""
    values = np.array([[row.central] for row in study.priors.rows], np.float32)
    series = OURS.world.simulate(values, study.levers("as-amended"))
    return {name: dict(zip(study.steps, np.asarray(x)[:, 0], strict=True)) for name, x in series.items()}


@pytest.mark.parametrize(
    ("series", "worked"),
    [
        ("frontier", 2.29e27),
        ("new", 34.56),
        ("coverage", 0.9932),
        ("missed_models", 0.0924),
        ("new_systemic", 27.416),
        ("systemic", 49.823),
        ("load", 28.676),
        ("staff", 51.75),
        ("load_ratio", 0.554),
        ("enforcement", 0.2917),
        ("reach", 0.742),
    ],
)
def test_the_year_2026_is_as_worked_by_hand(by_hand, series, worked):
    assert by_hand[series]["2026"] == pytest.approx(worked, rel=2e-3)


@HANDED
def test_every_year_of_the_central_model_is_that_of_the_reference(by_hand):
    reference = json.loads((SHARED / "reference.json").read_text("utf-8"))["mode_as_amended"]
    for name, values in reference.items():
        assert [*by_hand[name].values()] == pytest.approx(values, rel=1e-4, abs=1e-5), name


@HANDED
def test_the_board_by_the_design_of_the_reference_is_its_board(study):
    """Values, levers from the rulebook, world and propositions of the engine; only the design is the reference's."""
    reference = json.loads((SHARED / "reference.json").read_text("utf-8"))
    chances = qmc.Sobol(len(study.priors.rows), scramble=True, seed=7).random(reference["futures"]).T
    values = np.stack([row.quantile(u) for row, u in zip(study.priors.rows, chances, strict=True)]).astype(np.float32)
    for policy, shares in reference["board"].items():
        outcomes = OURS.world.simulate(values, study.levers(policy))
        margins = study.scorer.margins(outcomes, study.scorer.thresholds)
        found = board({policy: {f"margin.{k}": np.asarray(x) for k, x in margins.items()}}, study.assumptions, 0)
        held = dict(found.select("assumption", "holds").rows())
        assert held == pytest.approx(shares, abs=CLOSE), policy


@HANDED
def test_a_run_lies_within_three_standard_errors_of_the_reference(study, tmp_path):
    reference = json.loads((SHARED / "reference.json").read_text("utf-8"))["board"]
    run = study.run(["as-amended", "staffed-office", "doubled-yearly"], futures=2000, out=tmp_path / "out")
    for row in run.board_rows():
        share = reference[row.policy][row.assumption]
        error = np.sqrt(max(share * (1 - share), 1e-4) / run.futures)
        assert abs(row.holds - share) <= 3 * error, row.assumption


def test_levers_are_answers_of_the_rulebook(study):
    law, later = study.levers("as-amended"), study.levers("delay-powers")
    assert np.allclose(law.threshold, 1e25, rtol=1e-6)
    assert law.powers.tolist() == pytest.approx([0, 0, 0, 5 / 12, 1, 1, 1, 1, 1, 1])
    assert later.powers.tolist() == pytest.approx([0, 0, 0, 0, 0, 5 / 12, 1, 1, 1, 1])
    assert study.levers("doubled-yearly").threshold[5] == pytest.approx(4e25)
    assert not study.levers("no-open-exemption").open_exemption.any()
    assert study.levers("staffed-office").staff_x.tolist() == [2.5] * 10
    assert study.levers("as-adopted").extra_load.tolist() == [0] * 10


@examples(0.4)
@given(st.floats(1e24, 1e28))
def test_a_moved_line_is_the_threshold_of_every_year(line):
    book = load("as-amended", OURS).with_number("systemic.presumption", "line", line)
    assert np.allclose(OURS.world.levers(book).threshold, line, rtol=1e-6)


def test_a_forecast_that_priors_were_chosen_to_meet_is_no_test_of_them(study, capsys):
    rows = {r["recorded"]: r for r in questions.prior_check(study).to_dicts()}
    assert [value for value, r in rows.items() if r["calibrated"]] == [165]
    said, fold = method._record(study)
    assert "2 of 2 recorded quantities" in "".join(map(str, said.parts))
    assert ("165", "calibrated") in [(row[2], row[6]) for row in fold.blocks[0].rows]
    print_history([*rows.values()])
    assert "2 of 2 recorded quantities" in capsys.readouterr().out


def test_what_is_off_is_not_ranked_by_a_tenth_of_it_and_others_go_by_their_names(study):
    at = standing(study, "as-amended")
    ranked = strongest(at)
    assert "l.strength.relative" not in ranked
    assert "l.strength.staff_x" in ranked
    assert title(at, "l.strength.staff_x") == "staff of the AI Office"


# the law


def test_all_packaged_questions_are_answered_as_expected():
    answers, errors = decide_file(OURS / "questions.csv", load("", OURS))
    assert not errors
    assert [a["case"] for a in answers if not a["agrees"]] == []
    assert len(answers) == 30


# a field of the handed table that stands for a policy
STANDS_FOR = {
    "policy_line=1e24": "lower-1e24",
    "policy_line=4e25": "doubled-yearly",
    "open_exemption=0": "no-open-exemption",
}


def handed():
    """Rows of the handed table; none where it is not there."""
    path = SHARED / "gpai_questions.csv"
    return [*csv.DictReader(path.read_text("utf-8").splitlines())] if path.is_file() else []


@HANDED
@pytest.mark.parametrize("row", handed(), ids=lambda row: row["id"])
def test_each_handed_question_is_right(row):
    fields = row["fields"].split("; ")
    under = next((policy for field, policy in STANDS_FOR.items() if field in fields), "")
    told = dict(field.split("=") for field in fields if field not in STANDS_FOR)
    found = opine({"asked_on": "2026-11-26", **told}, load(under, OURS)).answer.outcomes
    assert found["status"] == row["status"]
    assert {*found["duties"]} == {*filter(None, row["duties"].split("; "))}
    assert found["time"] == row["time"]
    assert "; ".join(found["powers"]) == row["powers"]


def test_every_model_of_the_table_is_asked_about_by_its_name_and_has_the_status_that_the_table_says():
    book, rows = load("", OURS), facts.read("models", OURS).to_dicts()
    for row in rows:
        status, time = (
            opine({"item": row["model"], "asked_on": "2026-11-26"}, book).answer.outcomes[k] for k in ("status", "time")
        )
        said = row["status_if_placed_on_release_date"]
        if "licence unclear" in said:
            assert status == "ambiguous", row["model"]
        else:
            assert status == said.split()[0], row["model"]
        assert (time == "by_2027") == ("by 2027-08-02" in said), row["model"]


def test_what_a_question_gives_goes_before_what_the_table_says_of_the_model():
    book = load("", OURS)
    told = opine({"item": "grok3", "flop_cumulative": "1e24"}, book)
    assert told.given["flop_cumulative"] == 1e24
    assert told.question.startswith("Grok-3: training compute 1e+24")
    assert told.as_dict()["transaction"]["item"] == "Grok-3"
    assert "confidence there: confident" in told.not_checked[0]
    with pytest.raises(BadInput, match=r"no such name: Grok-33; .*did you mean Grok-3"):
        opine({"item": "Grok-33"}, book)


def test_a_wrong_place_is_a_fault_of_the_question_as_any_other_field_is():
    with pytest.raises(BadInputs) as caught:
        opine({**MODEL, "provider_seat": "Atlantis", "flop_cumulative": "x"}, load("", OURS))
    assert {error.file for error in caught.value.errors} == {"question"}


def test_a_file_of_fields_in_one_text_is_read_with_its_comments_left_aside(tmp_path):
    path = tmp_path / "asked.csv"
    path.write_text(
        "id,question,fields,status,source\n"
        "Q1,over,flop_cumulative=3e25; placed_on=2025-10-01; provider_seat=France,systemic:full,Art 51\n"
        "Q2,under,flop_cumulative=1e24; placed_on=2025-10-01; provider_seat=France,systemic:full,Art 51\n"
        "Q3,none,flop_cumulative=1e24; policy_line=1e24,none,\n",
        "utf-8",
    )
    answers, errors = decide_file(path, load("", OURS))
    assert [(a["case"], a["agrees"]) for a in answers] == [("Q1", True), ("Q2", False), ("Q3", False)]
    assert [e.key for e in errors] == ["row 3, fields"]
    assert errors[0].what == "policy_line: no such field"


def test_a_column_that_is_no_field_is_told_once_for_the_file(tmp_path):
    path = tmp_path / "asked.csv"
    path.write_text("flop_cumulative,colour,weight\n" + "3e25,red,heavy\n" * 5, "utf-8")
    answers, errors = decide_file(path, load("", OURS))
    assert [e.key for e in errors] == ["column colour", "column weight"]
    assert all("error" in a for a in answers)


@pytest.mark.parametrize(("turnover", "most"), [("4e8", 15e6), ("4e10", 1.2e9), ("5e8", 15e6)])
def test_the_largest_fine_is_three_per_cent_or_fifteen_million(turnover, most):
    opinion = opine({**MODEL, "asked_on": "2026-09-01", "turnover": turnover}, load("", OURS))
    assert opinion.answer.amounts == {"fine_max": pytest.approx(most)}


def test_an_unsettled_licence_is_answered_under_both_readings():
    asked = {"flop_cumulative": 4.56e24, "placed_on": "2024-12-24", "provider_seat": "China", "weights_public": "yes"}
    opinion = opine({**asked, "licence_free": "unclear", "asked_on": "2026-11-26"}, load("", OURS))
    assert {(r.fields["licence_free"], r.outcome) for r in opinion.readings} == {
        ("yes", "gpai:open_exempt"),
        ("no", "gpai:transparency"),
    }
    assert "gpai:open_exempt" in opinion.sentence
    assert "gpai:transparency" in opinion.sentence


def test_an_unsettled_licence_of_a_systemic_model_changes_nothing():
    opinion = opine({**MODEL, "licence_free": "unclear", "asked_on": "2026-11-26"}, load("", OURS))
    assert opinion.outcome == "systemic:full"


@pytest.mark.parametrize(
    ("left_out", "needed"),
    [("flop_cumulative", "flop_cumulative"), ("placed_on", "placed_on"), ("provider_seat", "provider_seat")],
)
def test_an_answer_that_hangs_on_a_missing_field_names_it(left_out, needed):
    asked = {k: v for k, v in MODEL.items() if k != left_out}
    opinion = opine({**asked, "asked_on": "2026-11-26"}, load("", OURS))
    assert needed in opinion.answer.needs
    assert opinion.outcome.startswith("needs:") == (left_out == "flop_cumulative")


def test_a_modifier_must_tell_how_much_it_trained():
    asked = {"role": "modifier", "original_flop": "1.5e25", "placed_on": "2026-03-01", "provider_seat": "France"}
    assert opine({**asked, "asked_on": "2026-11-26"}, load("", OURS)).outcome == "needs:modification_flop"


@given(st.floats(1.0000001e23, 1e28))
def test_a_closed_model_is_systemic_exactly_over_the_line(flop):
    found = opine({**MODEL, "flop_cumulative": flop, "asked_on": "2026-11-26"}, load("", OURS))
    assert (found.outcome == "systemic:full") == (flop > 1e25)
    assert (found.outcome == "gpai:transparency") == (flop <= 1e25)


def test_an_opinion_recites_its_question_its_age_and_what_was_not_checked(capsys):
    opinion = opine({**MODEL, "asked_on": "2026-11-26"}, load("lower-1e24", OURS))
    print_opinion(opinion)
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "training compute 3e+25",
        "on 2026-11-26, under lower-1e24",
        "Under the hypothetical policy",
        "Not checked: ",
    ):
        assert words in said
    assert "STALE: the rulebook is verified to 2026-08-05" in said
    assert memo.current(OURS) in said
    assert opinion.as_dict()["not_checked"] == [*opinion.not_checked]


def test_an_opinion_of_a_day_that_was_read_is_not_stale():
    law = load("", OURS)
    assert "STALE" not in opine({**MODEL, "asked_on": "2025-11-01"}, law).sentence
    assert "today, since no day was given" in opine(MODEL, law).question
    assert any("2026/1744" in left_out for left_out in opine(MODEL, law).not_checked)


def test_an_opinion_names_what_was_assumed_and_what_would_change_it():
    told = opine({**MODEL, "asked_on": "2026-11-26"}, load("", OURS)).as_dict()
    assert told["clause"] == "systemic.presumption"
    assert told["citation"] == "Art 51(2)"
    assert told["may_go"] is None
    assert {"field": "narrow", "value": "no"} in told["assumed"]
    assert any(line.startswith("narrow = yes: none") for line in told["would_change"])
    assert told["stale"]
    assert not opine({**MODEL, "asked_on": date(2026, 8, 2)}, load("", OURS)).as_dict()["stale"]


def test_the_priors_have_a_named_category_with_its_chances():
    stance = priors.read(OURS / "params.csv")["us_stance"]
    assert [stance.category(v) for v in stance.quantile(np.array([0.34, 0.36, 0.79, 0.81]))] == [
        "tolerance",
        "contest",
        "contest",
        "retaliation",
    ]


def test_without_fields_nothing_is_said_and_every_fact_is_asked_for():
    opinion = opine({"asked_on": "2026-11-26"}, load("", OURS))
    said = dict(opinion.kinds())
    assert "nothing" not in said.values()
    assert said["what the asker must do"] == "it cannot be told without training compute"
    assert {"flop_cumulative", "provider_seat", "placed_on"} <= {*opinion.answer.needs}
    assert opinion.answer.needs[0] == "flop_cumulative"


def test_a_question_is_told_with_the_units_that_the_case_declares():
    asked = {"asked_on": "2026-11-26", "flop_cumulative": 3e25, "turnover": 4e8, "generates": "text; speech"}
    question = opine(asked, load("", OURS)).question
    assert "training compute 3e+25 FLOP" in question
    assert "turnover 400,000,000 EUR" in question
    assert "generates text; speech" in question
