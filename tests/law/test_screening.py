"""Names looked up by themselves: listed, near, or not to be looked up; and what that says to a script."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import premortem as pm
from premortem.case import default
from premortem.cli import app
from premortem.errors import BadInput
from premortem.law.parties.lists import index
from premortem.law.screening import names_in, screen
from tests.law.sheets import xlsx

DAY = "2025-06-01"


def run(*words):
    return CliRunner().invoke(app, ["screen", "--on", DAY, *words])


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["Nobody Ever Heard Of This"], 0),
        (["Huawei"], 3),
        (["Huawai"], 5),
        (["Huawei", "Huawai"], 5),
        (["Huawai", "--clear", "Huawai=looked at"], 0),
        (["Huawei", "--clear", "Huawei=looked at"], 3),
        (["TBD"], 5),
    ],
)
def test_a_gate_stops_a_listed_name_and_a_near_one_that_nobody_cleared(words, status):
    assert run(*words, "--gate").exit_code == status
    assert run(*words).exit_code == 0


def test_hits_are_those_of_a_check_and_the_lists_are_told():
    told = json.loads(run("Huawei", "Yotta Data Services", "--json").stdout)
    (hit,) = [h for h in told["hits"] if h["score"] == 100]
    assert {"party", "name", "list", "date", "score", "source"} <= hit.keys()
    assert (hit["party"], hit["list"], hit["date"]) == ("Huawei", "Entity List", "2019-05-16")
    assert {"name", "date", "rows"} == told["lists"][0].keys()
    assert told["unknown"] == ["Yotta Data Services"]


def test_a_list_is_that_of_the_day():
    (row,) = [r for r in index(default()).rows if r.name == "Beijing Zhipu Huazhang Technology Co., Ltd."]
    assert row.effective is not None
    before = screen(row.name, row.effective - timedelta(1)).hits
    assert not any(hit.equal for hit in before)
    assert screen(row.name, row.effective).hits[0].equal


def test_names_are_read_from_a_text_and_from_the_parties_of_a_table(tmp_path):
    text = tmp_path / "names.txt"
    text.write_text("Huawei\n\nOrange\n")
    assert screen(names_in(text, default()), DAY).names == ("Huawei", "Orange")
    table = xlsx(tmp_path / "l.xlsx", S=[["Item", "Ultimate Consignee", "End User"], ["H20", "Orange", "Huawei"]])
    assert screen(names_in(table, default()), DAY).names == ("Orange", "Huawei")
    other = tmp_path / "l.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="has no column of names"):
        names_in(other, default())


def test_python_gives_the_hits_as_a_frame():
    found = pm.screen(["Huawei", "Orange"], on=DAY)
    assert found.frame().select("given", "list", "equal").row(0) == ("Huawei", "Entity List", True)
    assert "Huawei is listed as" in repr(found)
    assert found.gate == 3


def test_an_endless_name_and_no_name_are_one_line_each():
    with pytest.raises(BadInput, match=r"has 10,000 letters; allowed: at most 1,000$"):
        screen("x" * 10_000, DAY)
    assert isinstance(run().exception, BadInput)


def test_a_firm_whose_seat_alone_is_held_is_told_to_stand_in_no_list_that_was_looked_at():
    assert screen(["CNOOC", "Samsung Electronics", "Huawei"], DAY).unknown == ("CNOOC",)
