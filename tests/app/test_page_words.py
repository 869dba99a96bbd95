"""What the app tells of a fault: in words of its pages and requests, never of the command line."""

import ast
import re
from pathlib import Path

import pytest

import premortem
from premortem.app.page_words import fault, on_page
from premortem.errors import BadInput, MissingData

ROOT = Path(premortem.__file__).parent
# What is only ever said in a terminal.
TERMINAL = {"cli", "terminal", "bench"}
OPTION = re.compile(r"(?<![\w-])--[a-z]|command line: ")


def texts():
    """Texts of the package that name an option."""
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] in TERMINAL:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if (
                id(node) not in docs
                and isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and OPTION.search(node.value)
            ):
                yield node.value


def test_no_option_of_a_command_is_left_in_any_text_of_the_package():
    found = [*texts()]
    assert len(found) > 40
    assert not [text for text in found if OPTION.search(on_page(text))]


def test_an_ambiguous_day_names_the_field_of_the_page(client):
    rows = "H20,1,Singapore,03/04/2025\n"
    files = {"file": ("own.csv", f"item,quantity,destination,date\n{rows}")}
    error = client.post("/api/ledger", files=files).json()["error"]
    assert error["got"] == "03/04/2025"
    assert error["allowed"] == "day first (DMY) or month first (MDY) under Days to say which"
    assert "day first (DMY)" in client.get("/rules/ledger").text


def test_a_fault_of_an_option_is_told_as_one_of_the_request():
    told = fault(BadInput("command line", "--samples", "7 is out of range", got=7, allowed="10 to 20; no --cluster"))
    assert (told["file"], told["key"], told["got"]) == ("request", "samples", "7")
    assert told["allowed"] == "10 to 20; no cluster"
    assert "--" not in fault(MissingData("run `premortem run` first, or pass --run FOLDER"))["hint"]


def test_the_api_of_exhibits_says_nothing_of_a_command_line(client):
    refused = client.get("/api/exhibits/figure9.svg")
    assert refused.status_code == 400
    assert refused.json()["error"]["file"] == "request"
    assert "command line" not in refused.text


def test_a_reading_that_cannot_be_read_says_how_the_page_takes_one(client):
    said = client.get("/watch", params={"r.smic_yield_ascend": "much", "now": "1"}).text
    assert "a number, with a unit and a day if wanted" in said
    assert "command line" not in said
    assert "--reading" not in said


@pytest.mark.parametrize("path", ["/board", "/a/A4", "/exhibits/figure-1", "/rules/diff?a=2025-02-26&b=2025-06-01"])
def test_the_data_of_a_screen_are_its_own_before_and_after_its_script_runs(client, path):
    found = re.search(r'id="data" href="([^"]*)" data-api="([^"]*)"', client.get(path).text)
    assert found[2] == "" or found[1].partition("?")[0] == found[2]
    kind = client.get(found[1].replace("&amp;", "&")).headers["content-type"]
    assert kind.startswith("text/csv" if path.startswith("/exhibits/") else "application/json")
