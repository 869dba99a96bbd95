"""Each cell of a table is of its column's kind, by what columns.toml says of the column; all faults are told at once."""

import shutil

import polars as pl
import pytest

from premortem import facts
from premortem.case import load
from premortem.errors import BadInput, BadInputs
from premortem.facts.cells import checked
from premortem.questions.case_faults import case_faults
from tests.edits import edited

EDITS = (
    ("history_checks.csv", "4.64e26,2.3e26", "4.64e26,abc", "row 2: low: 'abc' is not a number; allowed: a number"),
    ("events.csv", "2024-07-12,", "2024-17-12,", "row 2: date: '2024-17-12' is not a day; allowed: a day such as"),
    ("events.csv", "code,E4,", "code,E9,", "row 3: assumptions: 'E9' is none of its values; allowed: E1, E2, E3, E4"),
    ("countries.csv", "Aruba,no", "Aruba,maybe", "row 3: union: 'maybe' is none of its values; allowed: no, yes"),
    ("observations.csv", "2025-12-31", "2025-13-31", "row 2: date: '2025-13-31' is not a day"),
    ("models.csv", "4.64e+26", "abc", "row 2: training_flop: 'abc' is not a number"),
    ("aliases.csv", "Union,EU,", "Union,XX,", "row 2: target: 'XX' is none of its values"),
)


def test_r33_every_wrong_cell_of_a_case_is_told_at_once(tmp_path):
    case = shutil.copytree(load("eu_gpai").folder, tmp_path / "eu", ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new, _ in EDITS:
        edited(case, f"facts/{file}", old, new)
    told = [str(error) for error in case_faults(load(case))]
    for file, *_, said in EDITS:
        assert [line for line in told if line.startswith(f"facts/{file}: {said}")], (said, told)
    assert len(told) == len(EDITS) + 1, told  # two events of the Code were edited


@pytest.mark.parametrize("name", ["eu_gpai", "us_ai_2025"])
def test_what_ships_is_as_its_columns_say(name):
    case = load(name)
    ids = [f"{letter}{n}" for letter in "AE" for n in range(1, 10)]
    assert [fault for table in facts.catalogue(case) for fault in facts.cell_faults(table, case, ids)] == []


@pytest.mark.parametrize(
    ("meaning", "cells", "wrong"),
    [
        ("size [m]", ["1", "-2.5e3", None, "inf", "x"], [5, 6]),
        ("first day of it", ["2024-02-29", None, "2025-02-29", "May"], [4, 5]),
        ("whether it is", ["yes", "no", None, "Yes"], [5]),
        ("one of a, b: which", ["a", "c", "b"], [3]),
        ("what it is", ["anything", "[m]"], []),
    ],
)
def test_kinds_of_columns(meaning, cells, wrong):
    frame = pl.DataFrame({"x": cells}, schema={"x": pl.String})
    if not wrong:
        assert checked(frame, "t.csv", {"x": meaning}).equals(frame)
        return
    with pytest.raises((BadInput, BadInputs)) as told:
        checked(frame, "t.csv", {"x": meaning})
    errors = getattr(told.value, "errors", (told.value,))
    assert [error.key for error in errors] == [f"row {row}: x" for row in wrong]
    assert checked(frame, "t.csv", {"x": meaning}, text=("x",)) is frame
