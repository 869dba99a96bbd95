"""`premortem check` as scripts and terminals meet it: exit statuses, options for parties, a closed pipe, one screen."""

import json
import os
import subprocess
import sys

import pytest

from premortem.law.book import load
from premortem.law.worked_cases import decide_file
from tests.test_cli import CHECK, run  # noqa: F401  # a fixture

FREE = ("check", "--item", "L4", "--to", "FRA", "--on", "2025-06-01", "--consignee", "Microsoft")


@pytest.mark.parametrize("arguments", [(*FREE, "--trace"), pytest.param((*FREE, "--json"), marks=pytest.mark.slow)])
@pytest.mark.parametrize("buffered", ["", pytest.param("1", marks=pytest.mark.slow)])
def test_f088_a_reader_that_leaves_is_no_answer(arguments, buffered):
    """The pipe's reader is gone before anything is written."""
    with subprocess.Popen(
        [sys.executable, "-m", "premortem", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": buffered, "PYTHONPATH": ":".join(sys.path)},
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode in (0, 141)
    assert said == ""


@pytest.mark.parametrize(
    ("more", "plain", "gated"),
    [
        (FREE[1:], 0, 0),
        (FREE[1:-2], 0, 4),  # nobody says where the consignee sits
        ((*FREE[1:-1], "Acme", "--hq", "FRA", "--set", "parent_headquarters=FRA"), 0, 4),  # nobody screened it
        (("--item", "B200", "--to", "CHN", "--on", "2025-06-01"), 1, 3),
        (("--item", "H20", "--to", "CHN", "--on", "2025-05-01"), 0, 3),
        (("--item", "RTX 4090", "--to", "CHN", "--on", "2022-12-01"), 0, 4),
        (("--item", "hbm_stack", "--to", "CHN", "--on", "2025-06-01"), 1, 4),
        (("--item", "L4", "--to", "FRA", "--on", "2025-06-01", "--party", "end_user=Huawei Technologes"), 1, 5),
    ],
)
def test_a_plain_check_and_a_gate_end_with_their_own_statuses(run, more, plain, gated):  # noqa: F811
    assert run("check", *more, "--json")[0] == plain
    assert run("check", *more, "--json", "--gate")[0] == gated


def test_a_party_is_named_looked_up_and_cleared_with_a_reason(run):  # noqa: F811
    named = (*FREE, "--party", "end_user=Huawei Technologes", "--json", "--gate")
    code, out, _ = run(*named)
    assert code == 5
    assert {"party", "name", "list", "date", "score", "source"} <= set(json.loads(out)["hits"][0])
    seat = ("--set", "end_user_headquarters=FRA", "--set", "ownership=0", "--clear", "Microsoft=looked up")
    vague = (*named, "--clear", "Huawei Technologes=a bakery of Lyon")
    assert run(*vague, *seat)[0] == 4, "a reason that does not say the word"
    cleared = (*named, "--clear", "Huawei Technologes=a bakery, no part of Huawei")
    assert run(*cleared, *seat[-2:])[0] == 4, "whose seat nobody said"
    code, out, _ = run(*cleared, *seat)
    assert code == 0
    assert {hit["cleared"] for hit in json.loads(out)["hits"]} == {"a bakery, no part of Huawei"}
    assert run(*FREE, "--party", "buyer=X", "--json")[0] == 2
    assert run(*FREE, "--clear", "Nobody=x", "--json")[0] == 2


def test_f108_the_ladder_is_printed_only_when_asked_for_and_an_answer_fits_one_screen(run, monkeypatch):  # noqa: F811
    monkeypatch.setenv("COLUMNS", "80")
    _, short, _ = run(*CHECK)
    _, long, _ = run(*CHECK, "--trace")
    assert len(short.splitlines()) <= 24
    assert max(map(len, short.splitlines())) <= 80
    assert "Would change it" in short
    assert "not reached" not in short
    assert "not met: " in long
    assert json.loads(run(*CHECK, "--json")[1])["trace"]


def test_the_highest_status_of_a_file_is_the_gates(run, tmp_path):  # noqa: F811
    path = tmp_path / "cases.csv"
    path.write_text(
        "item,to,on,consignee,cleared\nL4,FRA,2025-06-01,Microsoft,Microsoft=looked up\nH100 SXM,RUS,2025-06-01,,\n"
    )
    assert run("check", "--file", path, "--json")[0] == 0
    assert run("check", "--file", path, "--json", "--gate")[0] == 3


def test_a_case_that_cannot_be_decided_is_told_of_on_stderr_by_file_row_and_column(run, tmp_path):  # noqa: F811
    path = tmp_path / "cases.csv"
    path.write_text("item,to,on\nL4,FRA,2025-06-01\nL4,FRA,2025-06-99\nL4,FRA,2025-06-99T10:00\n")
    code, out, err = run("check", "--file", path)
    assert code == 2
    assert err.splitlines() == [
        f"error: cases.csv: row {n}, on: '{day}' is not a date; allowed: YYYY-MM-DD"
        for n, day in ((2, "2025-06-99"), (3, "2025-06-99T10:00"))
    ]
    assert out.splitlines() == ["1: no_licence_required", "2: cannot be decided", "3: cannot be decided", "3 cases"]
    code, out, _ = run("check", "--file", path, "--json")
    found = json.loads(out)
    assert (code, len(found["cases"]), found["error"]["file"], found["error"]["key"]) == (
        2,
        3,
        "cases.csv",
        "row 2, on",
    )


def test_cases_say_how_many_are_as_expected_only_where_some_expect(run, tmp_path):  # noqa: F811
    path = tmp_path / "cases.csv"
    path.write_text("args,expected\n--item L4 --to FRA --on 2025-06-01,no_licence_required\n")
    assert run("check", "--file", path)[1].splitlines() == ["1 case, 1 of 1 as expected"]
    path.write_text("args\n--item L4 --to FRA --to GBR\n--item L4 --to\n'--item L4\n--itm L4\n")
    code, _, err = run("check", "--file", path)
    assert code == 2
    said = ("destination is given twice", "has no value", "opens a quote", "did you mean --item")
    assert all(part in line for part, line in zip(said, err.splitlines(), strict=True))


def test_every_command_takes_quiet(run):  # noqa: F811
    loud, quiet = (
        run("check", "--item", "H20", "--to", "SGP", "--on", "2025-06-01", *more) for more in ((), ("--quiet",))
    )
    assert loud[0] == quiet[0]
    assert loud[1] == quiet[1]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--to", "GBR"), ["--to: is given more than once"]),
        (("--to=GBR", "--on", "2025-06-02"), ["--on: is given more than once", "--to: is given more than once"]),
        (("--set", "from=CHN", "--set", "from=USA"), ["--set: from is given twice"]),
        (("--clear", "A=x", "--clear", "A=y"), ["--clear: A is given twice"]),
        (("--party", "parent=A", "--party", "parent=B"), ["--party: parent is given twice"]),
    ],
)
def test_an_option_that_keeps_one_value_is_refused_when_given_twice(run, more, said):  # noqa: F811
    code, _, err = run("check", *FREE[1:], *more)
    assert code == 2
    assert sorted(line.split(";")[0] for line in err.splitlines() if "error:" in line) == [
        f"error: command line: {one}" for one in said
    ]


def test_an_ambiguous_number_is_the_only_fault_told(run):  # noqa: F811
    code, _, err = run("check", "--item", "custom", "--to", "ARE", "--tpp", "4.800")
    assert code == 2
    assert [line.split(": ")[2] for line in err.splitlines()] == ["tpp"]


@pytest.mark.parametrize(("words", "said"), [(("run", "--futures", "x"), "'x' is not a whole number"), (("stress", "A1", "--top", "99"), "allowed: 20 or less")])  # fmt: skip
def test_an_options_value_of_the_wrong_kind_is_told_in_plain_english(run, words, said):  # noqa: F811
    code, _, err = run(*words)
    assert code == 2
    assert said in err
    assert "Input should" not in err


def test_a_wrong_policy_hides_no_wrong_field(run):  # noqa: F811
    code, _, err = run("check", "--case", "eu_gpai", "--under", "as-amnded", "--set", "flop_cumlative=3")
    assert code == 2
    assert "no such policy of eu_gpai: as-amnded" in err
    assert "flop_cumlative: no such field" in err
    assert "2 errors" in err


def test_a_policy_of_another_case_is_told_in_one_line(run, tmp_path):  # noqa: F811
    from premortem.case import load

    theirs = load("us_ai_2025") / "policies" / "rescinded.toml"
    copied = tmp_path / "rescinded.toml"
    copied.write_text(theirs.read_text("utf-8"), "utf-8")
    for path in (theirs, copied):
        code, _, err = run("check", "--case", "eu_gpai", "--under", path)
        assert (code, err.count("\n")) == (2, 1), err
        assert "this policy is of case us_ai_2025" in err


def test_a_row_of_cases_takes_the_options_that_the_command_takes(run, tmp_path):  # noqa: F811
    file = tmp_path / "cases.csv"
    file.write_text("args\n--on 2026-11-26 --set flop_cumulative=3e25\n", "utf-8")
    code, out, err = run("check", "--case", "eu_gpai", "--file", file, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["cases"][0]["outcome"] == "systemic:full"


def test_args_of_a_file_name_parties_and_clear_them(tmp_path):
    path, sent = (
        tmp_path / "cases.csv",
        "--item 'H100 SXM' --to SGP --on 2025-06-01 --party end_user='Huawei Technologes'",
    )
    reason = "--clear 'Huawei Technologes=another firm, registry looked up'"
    path.write_text(f'id,args\na,"{sent}"\nb,"{sent} {reason}"\n', encoding="utf-8")
    found = decide_file(path, load("history")).answers
    assert [f["outcome"] for f in found] == ["needs:screening", "no_licence_required"]
