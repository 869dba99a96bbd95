"""What an editor, a type checker and a notebook see of the package."""

import ast
import re
import subprocess
import sys
from datetime import date
from importlib import import_module
from inspect import unwrap
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import premortem as pm
from premortem.errors import BadInput, BadInputs
from premortem.problem.comparing import Compared
from premortem.text.layout import fit_columns

ROWS = [
    {"item": "H100 SXM", "quantity": 10, "destination": "ARE", "date": "2025-06-01"},
    {"item": "H100 SXM", "quantity": 10, "destination": "FRA", "date": date(2025, 6, 1)},
]


def test_f100_a_type_checker_is_told_of_each_public_name_the_thing_that_it_loads():
    tree = ast.parse(Path(pm.__file__).with_name("__init__.pyi").read_text())
    told = {
        a.asname: (node.module, a.name) for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names
    }
    assert told.keys() | {"__version__"} == set(pm.__all__)
    assert all(unwrap(getattr(pm, name)) is getattr(import_module(room), there) for name, (room, there) in told.items())


def test_f100_the_package_lists_its_names_and_its_version():
    assert dir(pm) == sorted(pm.__all__)
    assert pm.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="nonsense"):
        pm.nonsense()


# What a program may ask of the package, and whether it is there.
ASKED = {"pm.nonsense()": False, 'pm.book("as-written").as_of("2025-06-01")': True, "pm.book(3)": False, "pm.Study().runn()": False}  # fmt: skip


@pytest.mark.slow
def test_f100_mypy_refuses_what_is_not_there(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("\n".join(["import premortem as pm", *ASKED]) + "\n")
    mypy = [sys.executable, "-m", "mypy", "--strict", program.name]
    told = subprocess.run(mypy, capture_output=True, text=True, cwd=tmp_path).stdout
    refused = {int(line) for line in re.findall(r"^program\.py:(\d+): error", told, re.M)}
    assert refused == {i for i, right in enumerate(ASKED.values(), start=2) if not right}, told


def test_f101_a_study_gives_the_rulebook_that_the_package_gives(study):
    mine, shipped = study.book("as-written"), pm.book("as-written")
    assert type(mine) is type(shipped)
    day = "2025-06-01"
    assert mine.as_of(day).ledger(ROWS).equals(shipped.as_of(day).ledger(ROWS))
    assert repr(mine.as_of(day)) == repr(shipped.as_of(day))
    assert len(repr(mine)) < 200


def fits(thing: object) -> bool:
    return len(lines := repr(thing).splitlines()) < 40 and max(map(len, lines)) <= 100


def test_what_python_shows_of_the_law_and_of_a_study_fits_a_screen(study):
    book = pm.book("as-written").as_of("2025-06-01")
    asked = pm.Transaction(**ROWS[0])
    law = [book, asked, book.decide(asked), pm.screen(["Huawei", "Nexperia B.V.", "SMIC"]), pm.screen("a" * 150)]
    parts = [study, study.case, study.priors, study.readings, *study.assumptions, *study.priors.rows]
    for thing in (*law, *parts, *study.signposts.values(), study.readings.mapped[0]):
        assert fits(thing), thing


MANY = {f"policy {i}": {f"outcome {o} of a long name": 0.5 * i for o in "abcdef"} for i in range(8)}
DECLARED = [
    pm.Uniform("name" * 40, 0, 1, meaning="what it is " * 20),
    pm.Category("kind", [f"level {i}" for i in range(5000)]),
    pm.Lever("height", 0, 1, meaning="what it is " * 20),
    pm.Outcome("harvest", "max", meaning="what it is " * 20),
    pm.Series("stock", range(2000)),
    pm.Rules("rules", meaning="what it is " * 20),
    pm.Problem("a problem of a long name " * 6, lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], outcomes=["y"]),
    pm.table(
        [{"policy": "m" * 150, "holds": 0.4} | {f"column {i}": "d" * 40 for i in range(12)}], caption="long " * 60
    ),
    Compared({}, MANY, MANY, (), ("a long note " * 20,)),
]


@pytest.mark.parametrize("thing", DECLARED, ids=lambda thing: type(thing).__name__)
def test_what_python_shows_of_what_a_modeller_declares_fits_a_screen(thing):
    assert fits(thing), thing


def test_what_a_run_answers_fits_a_screen(second_run):
    (row,) = pm.legal_answers(
        [pm.complete_question({}, second_run.study.law("as-adopted").vocabulary)], second_run.study.law("as-adopted")
    )
    for thing in (second_run, second_run.table(), row, pm.exhibit("board", second_run)):
        assert fits(thing), thing


def test_columns_that_do_not_fit_side_by_side_stand_below_with_their_names_again():
    shown = fit_columns({"policy": ["a", "b"]} | {f"{i} {'-' * 40}": ["1", "2"] for i in range(3)})
    first, second = shown.split("\n\n")
    assert (
        [line.split()[0] for line in first.splitlines()]
        == [line.split()[0] for line in second.splitlines()]
        == ["policy", "a", "b"]
    )
    assert ["0 -" in first, "1 -" in first, "2 -" in second] == [True, True, True]


TABLES = {
    "rows": ROWS,
    "pandas": pd.DataFrame(ROWS),
    "polars": pl.DataFrame([{**row, "date": str(row["date"])} for row in ROWS]),
    "no date": pd.DataFrame(ROWS).drop(columns="date"),
    "typed": pd.DataFrame(ROWS[:1] * 2).convert_dtypes().assign(destination=["ARE", "FRA"]),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_f102_a_ledger_is_a_frame_of_polars_or_pandas_or_a_list_of_rows(table):
    decided = pm.book("as-written").as_of("2025-06-01").ledger(table)
    assert decided["outcome"].to_list() == ["exception:LPP", "exception:AIA"]


def test_f102_what_a_table_lacks_is_told_by_its_column():
    with pytest.raises(BadInputs, match="quantity: is missing"):
        pm.book("as-written").ledger([{"item": "H100 SXM", "destination": "ARE"}])


@pytest.mark.parametrize("given", ["a text", 3, [[1]], {"item": ["H20"]}, None])
def test_what_is_no_table_and_what_is_no_transaction_are_told_in_a_line(given):
    book = pm.book("as-written")
    with pytest.raises(BadInput, match=r"^ledger: is no table; allowed: a frame of Polars or pandas"):
        book.ledger(given)
    if not isinstance(given, dict):
        with pytest.raises(BadInput, match=r"^decide: transaction: is .*; allowed: a Transaction or a dict"):
            book.decide(given)


def test_a_rulebook_decides_a_dict_of_fields_as_it_decides_a_transaction():
    book = pm.book("as-written")
    assert book.decide(ROWS[0]) == book.decide(pm.Transaction(**ROWS[0]))


def test_a_transaction_is_shown_as_it_was_given_and_fits_a_screen():
    from premortem import Transaction

    given = {"item": "H100 SXM", "quantity": 2000, "destination": "ARE", "date": "2025-06-01"}
    assert repr(Transaction(**given)).startswith("Transaction(item='H100 SXM', ")
    assert repr(Transaction(**given)).endswith("date='2025-06-01')")
    many = Transaction(**given, end_use="data centre", headquarters="USA", parent_headquarters="USA", certified=True)
    assert max(map(len, repr(many).splitlines())) <= 100
