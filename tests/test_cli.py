"""The command line as scripts see it: names, keys, exit codes, one line an error; and what `--help` may load."""

import json
import subprocess
import sys

import pytest

from premortem import cli

HEAVY = ("jax", "polars", "altair", "numpy", "scipy", "pandas", "xarray", "fastapi")


def premortem(capsys, monkeypatch, *arguments):
    """Exit code, stdout and stderr of a command run in this process."""
    monkeypatch.setattr(sys, "argv", ["premortem", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
        raise SystemExit(0)
    out = capsys.readouterr()
    return stop.value.code or 0, out.out, out.err


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: premortem(capsys, monkeypatch, *arguments)


def test_help_loads_nothing_heavy():
    code = f"import sys; sys.argv=['premortem','--help'];\nimport premortem.cli as c\ntry: c.main()\nexcept SystemExit: pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("[]")


def test_every_command_has_help_with_examples(run):
    for command in (
        ["run"],
        ["board"],
        ["check"],
        ["ledger"],
        ["regime", "show"],
        ["regime", "diff"],
        ["regime", "loopholes"],
        ["validate"],
        ["init"],
        ["brief"],
        ["data", "status"],
        ["data", "pull"],
        ["data", "history"],
        ["stress"],
        ["compare"],
        ["edits"],
        ["futures"],
        ["exhibits"],
    ):
        code, out, _ = run(*command, "--help")
        assert code == 0
        assert "premortem" in out
        assert "Example" in out, command


def test_run_prints_the_keys_of_the_contract_and_writes_a_self_contained_brief(run, tmp_path):
    code, out, _ = run(
        "run", "--futures", "600", "--policy", "as-written", "--policy", "rescinded", "--out", tmp_path / "o", "--json"
    )
    document = json.loads(out)
    assert code == 0
    assert {"run", "brief", "futures", "policies", "seed", "seconds", "futures_per_second", "peak_mb", "board"} <= set(
        document
    )
    assert {"compile", "simulate", "score", "report"} <= set(document["seconds"])
    assert {"assumption", "policy", "holds", "low", "high", "fails_on"} <= set(document["board"][0])
    assert all(None not in row["fails_on"].values() for row in document["board"])
    code, out, _ = run("board", "--run", tmp_path / "o", "--json")
    assert json.loads(out)["board"] == document["board"]
    text = (tmp_path / "o" / "brief.html").read_text()
    assert len(text.encode()) < 3_000_000
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "<script" not in text
    assert text.count('role="img"') == text.count("<svg")
    for word in ("probability", "likely to happen", "forecast "):
        assert word not in text.replace("continuous ranked probability score", "CRPS")  # the name of a score


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--futures", "0"], "out of range"),
        (["run", "--futures", "1000000000000"], "out of range"),
        (["run", "--futures", "lots"], "futures"),
        (["run", "--policy", "as-writen"], "did you mean as-written"),
        (["run", "--study", "nowhere"], "not a study folder"),
        (["board", "--run", "nowhere"], "no run here"),
        (["run", "--colour", "red"], "colour"),
        (["check", "--item", "H100 SXMM", "--to", "ARE"], "did you mean H100 SXM"),
        (["check", "--item", "H20", "--to", "ARE", "--set", "x"], "has no ="),
        (["check", "--item", "H20", "--to", "ARE", "--on", "1999-01-01"], "no rule is held"),
        (["ledger", "nowhere.csv"], "cannot be read"),
        (["regime", "show", "--under", "mine"], "no such policy"),
    ],
)
def test_bad_input_is_one_clear_line_with_exit_2(run, arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments, "--json")
    assert code == 2, (out, err)
    assert said in err
    assert err.startswith("error: ")
    assert "Traceback" not in err
    assert {"file", "key", "got", "allowed", "hint"} <= set(json.loads(out)["error"])
    assert not (tmp_path / "out").exists()


def test_check_answers_and_exits_by_the_answer(run):
    code, out, _ = run(
        "check",
        "--item",
        "H100 SXM",
        "--quantity",
        "2000",
        "--to",
        "ARE",
        "--on",
        "2025-06-01",
        "--under",
        "as-written",
        "--json",
    )
    answer = json.loads(out)
    assert code == 0
    assert {"outcome", "clause", "citation", "conditions_met", "headroom_tpp", "trace", "would_change"} <= set(answer)
    assert {"clause", "applies", "tests"} <= set(answer["trace"][0])
    code, out, _ = run("check", "--item", "B200", "--to", "CHN", "--on", "2025-06-01", "--json")
    assert code == 1
    assert json.loads(out)["outcome"] == "licence:presumption_of_denial"


def test_a_study_is_made_edited_run_and_validated(run, tmp_path):
    folder = tmp_path / "mine"
    assert run("init", folder)[0] == 0
    assert run("validate", folder)[0] == 0
    assert run("init", folder)[0] == 2  # never over something that is there
    policy = folder / "policies" / "as-written.toml"
    (folder / "policies" / "looser.toml").write_text(
        policy.read_text().replace('"as-written"', '"looser"').replace("790_000_000", "3_000_000_000")
    )
    code, out, _ = run(
        "run", "--study", folder, "--policy", "as-written", "--policy", "looser", "--futures", "400", "--json"
    )
    assert code == 0
    assert json.loads(out)["policies"] == ["as-written", "looser"]
    (folder / "policies" / "bad.toml").write_text('name = "bad"\ntitle = "x"\nsays = "x"\nfoo = 1\n')
    (folder / "params.csv").write_text("name,low\nx,1\n")
    (folder / "assumptions" / "a1.toml").write_text("id = 'A1'\n")
    code, out, _ = run("validate", folder, "--json")
    assert code == 2
    files = {error["file"] for error in json.loads(out)["errors"]}
    assert {"bad.toml", "params.csv", "a1.toml"} <= files


def test_a_condition_on_an_outcome_that_is_not_there_is_named(run, tmp_path):
    folder = tmp_path / "mine"
    run("init", folder)
    path = folder / "assumptions" / "a2.toml"
    path.write_text(path.read_text().replace("cn_model_share@2028Q4", "cn_modell_share@2040Q1"))
    code, _, err = run("run", "--study", folder)
    assert code == 2
    assert "a2.toml" in err


def test_data_status_tells_source_and_licence_of_every_table(run):
    code, out, _ = run("data", "status", "--json")
    tables = json.loads(out)["tables"]
    assert code == 0
    assert len(tables) > 35
    for table in tables:
        assert {"name", "rows", "date", "source", "licence", "sha256"} <= set(table)
        assert table["rows"] > 0
        assert table["licence"]


def test_data_history_prints_the_record_beside_the_prior(run):
    code, out, _ = run("data", "history", "--json")
    rows = json.loads(out)["history"]
    assert code == 0
    assert len(rows) >= 19
    for row in rows:
        assert {"quantity", "unit", "recorded", "source", "low", "median", "high", "inside"} <= set(row)
        assert row["low"] <= row["median"] <= row["high"]
