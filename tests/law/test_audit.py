"""A record of each decision: what was given, by which rulebook and lists, who was cleared, what was answered; always the same bytes."""

import hashlib
import json

import pytest
from typer.testing import CliRunner

from premortem.cli import app
from premortem.errors import BadInput
from premortem.law import audit
from premortem.law import book as rules

ROWS = (
    "item,quantity,destination,date,consignee,cleared\n"
    "H20,10,CHN,2025-06-01,Huawai,Huawai=looked at by J. Smith\n"
    "H20,10,CHN,2025-06-01,Huawei,\n"
    "Nothing,10,CHN,2025-06-01,Orange,\n"
)


def run(*words):
    return CliRunner().invoke(app, [*map(str, words)])


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_each_row_of_a_ledger_has_a_record_and_the_same_input_gives_the_same_bytes(tmp_path):
    path, one, two = (tmp_path / name for name in ("l.csv", "one.jsonl", "two.jsonl"))
    path.write_text(ROWS)
    assert run("ledger", path, "--audit", one).exit_code == run("ledger", path, "--audit", two).exit_code == 1
    assert one.read_bytes() == two.read_bytes()
    cleared, listed, rejected = lines(one)
    assert cleared["cleared"] == [{"name": "Huawai", "reason": "looked at by J. Smith", "hit": True}]
    assert cleared["hits"][0]["cleared"] == "looked at by J. Smith"
    assert (listed["outcome"], listed["may_go"], listed["hits"][0]["equal"]) == (
        "licence:presumption_of_denial",
        False,
        True,
    )
    assert rejected["rejected"].startswith("no such item: Nothing")
    assert rejected["given"] == {"item": "Nothing", "quantity": "10", "destination": "CHN", "date": "2025-06-01", "consignee": "Orange"}  # fmt: skip
    assert cleared["inputs"] == [{"name": "l.csv", "sha256": hashlib.sha256(ROWS.encode()).hexdigest()}]
    assert cleared["rulebook"]["version"]


def test_a_check_has_the_same_record(tmp_path):
    path = tmp_path / "check.jsonl"
    asked = ["--item", "H20", "--to", "CHN", "--on", "2025-06-01", "--consignee", "Huawei"]
    run("check", *asked, "--audit", path)
    (record,) = lines(path)
    assert (record["given"]["consignee"], record["clause"], record["may_go"]) == (
        "Huawei",
        "el.listed",
        False,
    )


def test_a_policy_has_a_hash_of_its_own_and_lists_have_theirs():
    told = [audit.book_told(rules.load(name)) for name in ("history", "as-written", "history")]
    assert told[0] == told[2]
    assert told[0]["rulebook"]["sha256"] != told[1]["rulebook"]["sha256"]
    assert told[0]["parties_sha256"] == told[1]["parties_sha256"]


@pytest.mark.parametrize("name", ["l.csv", "out.csv", "out.rejected.csv"])
def test_a_record_is_written_over_no_input_and_no_output(tmp_path, name):
    path = tmp_path / "l.csv"
    path.write_text(ROWS)
    done = run("ledger", path, "-o", tmp_path / "out.csv", "--audit", tmp_path / name)
    assert isinstance(done.exception, BadInput)
    assert path.read_text() == ROWS
    assert {p.name for p in tmp_path.iterdir()} == {"l.csv"}
