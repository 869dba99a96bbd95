"""`premortem exhibits` as scripts see it."""

import json
import sys

import pytest

from premortem import cli
from premortem.errors import MissingData


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Exit code, stdout and stderr of a command run in this process, in a folder without a run."""
    monkeypatch.chdir(tmp_path)

    def premortem(*arguments):
        monkeypatch.setattr(sys, "argv", ["premortem", "exhibits", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
            raise SystemExit(0)
        out = capsys.readouterr()
        return stop.value.code or 0, out.out, out.err

    return premortem


def test_it_lists_all_without_a_run_and_writes_nothing(run, tmp_path):
    code, out, err = run("--json")
    rows = json.loads(out)["exhibits"]
    assert code == 0
    assert len(rows) >= 18
    assert {"name", "title", "files", "substitute", "check"} <= set(rows[0])
    assert all(row["check"] for row in rows[:7])
    assert "premortem run" in err
    assert not list(tmp_path.iterdir())


def test_it_writes_files_where_told(run, tmp_path):
    code, out, _ = run("figure-2", "-o", tmp_path / "f", "--format", "csv", "--format", "svg", "--json")
    assert code == 0
    (row,) = json.loads(out)["exhibits"]
    assert row["substitute"] is True
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["figure-2.csv", "figure-2.svg"]


def test_it_shows_people_a_table(run):
    code, out, _ = run("figure-4")
    assert code == 0
    assert "figure-4" in out
    assert "replicates" in out


def test_an_unknown_name_is_one_line_and_exit_2(run):
    code, out, err = run("figure5", "--json")
    assert code == 2
    assert json.loads(out)["error"]["hint"] == "did you mean figure-5?"
    assert len(err.strip().splitlines()) == 1


def test_one_that_was_asked_for_and_cannot_be_made_is_exit_1_and_the_other_comes(run):
    code, out, err = run("board", "figure-4", "--json")
    rows = json.loads(out)["exhibits"]
    assert code == 1
    assert rows[1]["check"]
    assert "error: board: " in err


def test_a_run_that_is_named_must_be_there(run, tmp_path):
    code, _, err = run("board", "--run", tmp_path / "none")
    assert code == 2
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_written_is_exit_2(run, tmp_path):
    (tmp_path / "file").write_text("")
    code, _, err = run("figure-4", "-o", tmp_path / "file" / "x")
    assert code == 2
    assert "cannot be written" in err


def test_exhibits_of_a_run_are_made_from_it(run, small_run, tmp_path):
    code, out, _ = run("board", "goodwill", "--run", small_run.folder, "--json")
    assert code == 0
    assert all(row["check"] for row in json.loads(out)["exhibits"])


def test_a_table_or_typeface_that_is_not_there_is_one_line_and_the_rest_still_comes(monkeypatch, tmp_path):
    from premortem import exhibits
    from premortem.cases.us_ai_2025.exhibits import figure5
    from premortem.charts import render

    def gone():
        raise MissingData("irena_capacity.csv: this table of the package is not there")

    monkeypatch.setattr(figure5, "data", gone)
    monkeypatch.setattr(render, "FONTS", tmp_path)
    render._renderer.cache_clear()
    try:
        five, four = exhibits.rows(("figure-5", "figure-4"), folder=tmp_path / "out", formats=("svg", "csv"))
    finally:
        render._renderer.cache_clear()
    assert five.error.startswith("irena_capacity.csv")
    assert not five.files
    assert "typeface" in four.error
    assert [name.rsplit("/", 1)[-1] for name in four.files] == ["figure-4.csv"]
