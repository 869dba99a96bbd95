"""A case is named on the command line, by a study's folder or by a run; what does not fit is told at once."""

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import case
from premortem.case import Clock
from premortem.cli import main
from premortem.errors import BadInput, BadInputs
from premortem.law.book import load
from premortem.study import Study, make_study, open_run, problems

OTHER = "eu_gpai"


def command(monkeypatch, capsys, *words):
    """Exit status, stdout and stderr of a command."""
    monkeypatch.setattr("sys.argv", ["premortem", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    out = capsys.readouterr()
    return ended.value.code, out.out, out.err


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "out"
    Study(case=OTHER).run(["as-amended"], futures=256, out=folder)
    return folder


def test_a_run_remembers_its_case(small, monkeypatch, capsys):
    assert open_run(small).study.case == case.load(OTHER)
    code, out, _ = command(monkeypatch, capsys, "board", "--run", small, "--json")
    assert code == 0
    assert {row["assumption"] for row in json.loads(out)["board"]} == {"E1", "E2", "E3", "E4", "E5", "all"}


def test_a_run_of_another_case_is_refused_in_one_line(small, monkeypatch, capsys):
    code, _, err = command(monkeypatch, capsys, "board", "--run", small, "--case", case.DEFAULT)
    assert code == 2
    assert f"is a run of the case {OTHER}" in err
    assert len(err.strip().splitlines()) == 1


def test_a_study_folder_names_its_case(tmp_path):
    folder = make_study(tmp_path / "mine", case.load(OTHER))
    assert Study(folder).case == case.load(OTHER)
    assert problems(folder) == []
    with pytest.raises(BadInput, match=f"is a study of {OTHER}, not of {case.DEFAULT}"):
        Study(folder, case=case.DEFAULT)


def test_an_unknown_case_is_refused_by_every_kind_of_command(monkeypatch, capsys):
    for words in (("regime", "show"), ("timeline",), ("check", "--set", "a=b"), ("data", "status")):
        code, _, err = command(monkeypatch, capsys, *words, "--case", "eu_gpay")
        assert code == 2
        assert "no such case: eu_gpay" in err
        assert OTHER in err
        assert len(err.strip().splitlines()) == 1


def test_a_policy_of_another_case_is_refused_with_those_of_this_one(monkeypatch, capsys):
    code, _, err = command(monkeypatch, capsys, "run", "--case", OTHER, "--policy", "as-written", "--futures", "16")
    assert code == 2
    assert "no such policy" in err
    assert "as-amended" in err


def copied(tmp_path):
    return shutil.copytree(case.load(OTHER).folder, tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__"))


def test_clauses_with_outcomes_that_the_case_has_not_are_told_together(tmp_path):
    folder = copied(tmp_path)
    for name, old, new in (
        ("systemic", 'gives = ["article55"]', 'gives = ["artcle55"]'),
        ("gpai", 'then = "exempt"', 'then = "exemt"'),
    ):
        path = folder / "clauses" / f"{name}.toml"
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BadInputs) as caught:
        load("", case.load(folder))
    said = str(caught.value)
    assert "gpai.toml: gpai.open" in said
    assert "exemt" in said
    assert "systemic.toml: systemic.duties" in said
    assert "did you mean article55?" in said


def test_a_case_folder_without_files_is_told_all_at_once(tmp_path, monkeypatch, capsys):
    folder = copied(tmp_path)
    (folder / "vocabulary.toml").unlink()
    shutil.rmtree(folder / "assumptions")
    code, _, err = command(monkeypatch, capsys, "board", "--case", folder)
    assert code == 2
    assert "vocabulary.toml: is missing" in err
    assert "assumptions: is missing" in err


def test_a_folder_is_a_case_like_one_that_ships(tmp_path, monkeypatch, capsys):
    folder = copied(tmp_path)
    told = {"flop_cumulative=3e25", "placed_on=2025-10-01", "provider_seat=USA", "asked_on=2026-11-26"}
    words = [word for field in sorted(told) for word in ("--set", field)]
    code, out, _ = command(monkeypatch, capsys, "check", "--case", folder, *words, "--json")
    assert code == 0
    assert json.loads(out)["outcomes"]["status"] == "systemic:full"


def test_options_of_shipments_are_refused_where_the_case_has_none(monkeypatch, capsys):
    code, _, err = command(monkeypatch, capsys, "check", "--case", OTHER, "--quantity", "5", "--to", "FRA")
    assert code == 2
    assert [line.split(":")[2].strip() for line in err.splitlines()[:2]] == ["quantity", "destination"]


@pytest.mark.parametrize(
    ("words", "lacks"),
    [(("edits",), "clause_edits"), (("evidence",), "evidence.csv"), (("ledger", "x.csv"), "decides no ledger")],
)
def test_what_a_case_does_not_hold_is_said_in_one_sentence(monkeypatch, capsys, words, lacks):
    code, _, err = command(monkeypatch, capsys, *words, "--case", OTHER)
    assert code == 2
    assert lacks in err
    assert len(err.strip().splitlines()) == 1


def test_a_hindcast_without_later_readings_says_so(small, monkeypatch, capsys):
    code, _, err = command(monkeypatch, capsys, "hindcast", "--run", small)
    assert code == 2
    assert "nothing to judge by" in err


# the clock


@pytest.mark.parametrize(
    ("labels", "word", "middle", "end"),
    [
        (("2029", "2030"), "year", 2030.5, "2030"),
        (("2030Q1", "2030Q2", "2030Q3", "2030Q4"), "quarter", 2030.875, "2030Q4"),
        (("2030Q3", "2030Q4"), "quarter", 2030.875, "2030Q4"),
        (("2030H1", "2030H2"), "half-year", 2030.75, "2030H2"),
        (tuple(f"2030M{m:02}" for m in range(1, 13)), "month", 2030 + 11.5 / 12, "2030M12"),
        (tuple(f"2030M{m}" for m in range(1, 13)), "month", 2030 + 11.5 / 12, "2030M12"),
    ],
)
def test_a_clock_knows_its_steps(labels, word, middle, end):
    clock = Clock(labels)
    assert clock.word == word
    assert clock.end_of(2030) == end
    assert clock.middle(end) == middle


FORMS = {"year": [""], "half": ["H1", "H2"], "quarter": [f"Q{q}" for q in range(1, 5)]} | {
    "month": [f"M{m}" for m in range(1, 13)],
    "month of two digits": [f"M{m:02}" for m in range(1, 13)],
}


@pytest.mark.parametrize("parts", FORMS.values(), ids=FORMS)
@given(day=st.dates(date(2025, 1, 1), date(2027, 12, 31)))
def test_a_day_lies_in_a_step_of_the_clock_about_its_middle_and_months_say_which(parts, day):
    clock = Clock(tuple(f"{year}{part}" for year in range(2025, 2028) for part in parts))
    step = clock.on(day)
    assert step in clock.labels
    assert step == f"{day.year}{parts[(day.month - 1) * len(parts) // 12]}"
    when = day.year + (day.month - 0.5) / 12
    assert abs(clock.middle(step) - when) < 0.5 / len(parts) + 1e-9


@pytest.mark.parametrize("wrong", ["2030W3", "2030Q5", "2030Q0", "2030", "30Q1", "2030Q", "2030H1", "2030Q1x"])
def test_a_step_that_no_clock_knows_is_refused_by_its_name(wrong):
    told = case.Case(Path("mine"))
    told.__dict__["world"] = SimpleNamespace(steps=lambda: ("2029Q4", wrong))
    with pytest.raises(BadInput, match=f"mine/world: steps.*{wrong}"):
        _ = told.clock


def test_every_case_looks_at_steps_of_its_own_clock():
    for name in case.names():
        found = case.load(name)
        named = {*found.steps.kept, *found.steps.compared, found.steps.early, found.steps.named}
        assert named <= {*found.clock.labels}
        assert {*found.steps.compared} <= {*found.steps.kept}
        assert {found.steps.early, found.steps.named} <= {*found.steps.compared}


def test_a_name_that_another_case_has_is_told_with_that_case(small, monkeypatch, capsys):
    for words, hint in (
        (("check", "--case", OTHER, "--under", "as-written", "--set", "narrow=yes"), "us_ai_2025 has it"),
        (("stress", "A1", "--run", small), "no such assumption of eu_gpai: A1"),
    ):
        code, _, err = command(monkeypatch, capsys, *words)
        assert code == 2
        assert hint in err
        assert "--case us_ai_2025" in err
        assert len(err.strip().splitlines()) == 1
