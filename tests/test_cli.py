"""The command line as scripts see it: names, keys, exit codes, one line an error; and what `--help` may load."""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from premortem import case, cli

# The first question of the README.
CHECK = ("check", "--item", "H100 SXM", "--quantity", "2000", "--to", "ARE", "--on", "2025-06-01", "--under", "as-written")  # fmt: skip
HEAVY = ("jax", "polars", "altair", "numpy", "scipy", "pandas", "xarray", "fastapi")


def premortem(capsys, monkeypatch, *arguments):
    """Exit code, stdout and stderr of a command run in this process."""
    code, out = ended(monkeypatch, *arguments), capsys.readouterr()
    return code, out.out, out.err


def ended(monkeypatch, *arguments) -> int:
    """Exit code of a command run in this process."""
    monkeypatch.setattr(sys, "argv", ["premortem", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
        raise SystemExit(0)
    return stop.value.code or 0


@pytest.fixture
def run(capsys, monkeypatch):
    return lambda *arguments: premortem(capsys, monkeypatch, *arguments)


def test_help_loads_nothing_heavy():
    code = f"import sys; sys.argv=['premortem','--help'];\nimport premortem.cli as c\ntry: c.main()\nexcept SystemExit: pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip().endswith("[]")


@pytest.mark.parametrize(("own", "debug", "told"), [(None, (), "3"), ("0", (), "0"), (None, ("--debug",), None)])
def test_f105_xla_says_nothing_of_slow_compilations_unless_a_user_asks(monkeypatch, own, debug, told):
    monkeypatch.delenv(cli.XLA_LOGS, raising=False)
    if own:
        monkeypatch.setenv(cli.XLA_LOGS, own)
    ended(monkeypatch, "--version", *debug)
    assert os.environ.pop(cli.XLA_LOGS, None) == told


def test_the_app_opens_its_door_before_it_loads_anything_heavy():
    code = f"""
import os, sys
from premortem import cli
from premortem.app.startup import Doorway
def start(door):
    print([m for m in {HEAVY!r} if m in sys.modules], flush=True)
    os._exit(0)
Doorway.start = start
sys.argv = ['premortem', 'app', '--no-browser', '--port', '0']
cli.main()
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def commands(group=None, path=()):
    """Every command of the program as its words and its parser, down to the last subcommand."""
    group = group or typer.main.get_command(cli.app)
    for name, command in group.commands.items():
        yield from commands(command, (*path, name)) if hasattr(command, "commands") else [((*path, name), command)]


EVERY = dict(commands())
each_command = pytest.mark.parametrize("words", EVERY, ids=" ".join)


SCREENS: dict[tuple[str, ...], str] = {}


def screen(run, monkeypatch, *arguments) -> str:
    """What the help shows as one line of text, without the frames around it; each is asked for once."""
    if arguments not in SCREENS:
        monkeypatch.setenv("COLUMNS", "300")
        code, out, _ = run(*arguments, "--help")
        assert code == 0
        SCREENS[arguments] = " ".join(re.sub("[\u2500-\u257f]", " ", out).split())
    return SCREENS[arguments]


def plain(text: str) -> str:
    return " ".join(text.split())


@each_command
def test_every_command_has_help_with_an_example_that_parses(run, monkeypatch, words):
    shown = screen(run, monkeypatch, *words)
    examples = re.findall(rf"premortem {' '.join(words)}\b", shown.partition("Examples:")[2])
    assert examples, words


@pytest.mark.parametrize("name", case.names())
def test_the_help_shows_examples_of_the_case_that_is_named_and_they_parse(run, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "300")
    own = case.load(name).text.examples
    assert own
    for command, examples in own.items():
        words = tuple(command.split())
        shown = screen(run, monkeypatch, *words, "--case", name)
        for line in examples:
            assert f"premortem {command} {line}" in shown
            EVERY[words].make_context(command, shlex.split(line))
        others = [
            line for other in case.names() if other != name for line in case.load(other).text.examples.get(command, ())
        ]
        assert not [line for line in {*others} - {*examples} if f"premortem {command} {line}" in shown]


@each_command
def test_f075_the_help_shows_every_word_that_was_written_and_every_default(run, monkeypatch, words):
    shown, command = screen(run, monkeypatch, *words), EVERY[words]
    assert plain(command.help) in shown
    for param in command.params:
        assert param.help is None or plain(param.help) in shown, param.name
        told = param.show_default if isinstance(param.show_default, str) else param.default
        if told in (None, False, [], ()):
            continue
        if told is True:
            told = param.opts[0].removeprefix("--")
        wanted = f"[default: ({told})]" if isinstance(param.show_default, str) else f"[default: {told}]"
        assert plain(f"{param.help} {wanted}") in re.sub(r"\s*\[(?!default)[^\]]*\]", "", shown), param.name
    assert not re.search(r" \.(?!\.)", shown)
    assert "[]" not in shown
    assert "()" not in shown


def test_f075_an_option_that_falls_back_on_something_says_on_what(run, monkeypatch):
    for words, option, default in (
        (["exhibits"], "Exhibits.", "all"),
        (["exhibits"], "Run folder.", "the study's last run"),
        (["watch"], "The policy in view.", "the case's first, else the run's"),
        (["stress"], "Number of the future to start from.", "the central case"),
        (["timeline"], "Only events that affect this assumption.", "all"),
        (["board"], "Weigh futures by what was known on this day, YYYY-MM-DD.", "all counted alike"),
        (["check"], "Day asked about, YYYY-MM-DD.", "today"),
    ):
        assert f"{option} [default: ({default})]" in screen(run, monkeypatch, *words), words


COUNTED = re.compile(r"\b(five|six|seven) (assumptions|policies|propositions)\b|\b(all|the) five\b", re.I)


@each_command
def test_a_line_of_help_ends_where_the_next_word_does_not_fit(run, monkeypatch, words):
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run(*words, "--help")
    said = out.partition("[OPTIONS]")[2].partition("\u256d")[0].splitlines()[1:]
    for line, following in pairwise(line.strip() for line in said):
        assert not (line and following) or len(f" {line} {following.split()[0]}") > 79, line


@each_command
def test_f077_no_help_counts_what_a_study_may_add_to(run, monkeypatch, words):
    assert not COUNTED.search(screen(run, monkeypatch, *words))


def test_f077_nor_does_a_page_of_the_app_or_a_table_of_the_terminal():
    """Where five are meant, the text is chosen by their number: such a choice stands beside the number itself."""
    from premortem import app, terminal

    rooms = [Path(room.__file__).parent for room in (app, terminal)]
    files = [p for room in rooms for kind in ("*.html", "*.py") for p in room.rglob(kind) if "brief" not in p.parts]
    lines = [
        (p.name, line)
        for p in files
        for line in p.read_text("utf-8").splitlines()
        if COUNTED.search(line) and not line.lstrip().startswith('"""')
    ]
    assert len(files) > 60
    assert not [found for found in lines if not re.search(r"\{5: |== 5", found[1])]


# What no command takes: an option that is not there; and a study that is not there, where there is one to name.
@each_command
@pytest.mark.parametrize("wrong", [["--no-such-option"], ["--study", "nowhere"]], ids=["option", "study"])
def test_bad_input_to_any_command_is_an_error_document_and_exit_2(run, words, wrong, tmp_path, monkeypatch):
    command = EVERY[words]
    if wrong[0] == "--study" and not any("--study" in param.opts for param in command.params):
        pytest.skip("takes no study")
    if wrong[0] == "--study" and not any("--json" in param.opts for param in command.params):
        pytest.skip("prints no JSON")
    monkeypatch.chdir(tmp_path)
    needed = ["x" for param in command.params if param.required]
    code, out, err = run(*words, *needed, *wrong, "--json")
    assert code == 2, (out, err)
    assert err.startswith("error: ")
    assert "Traceback" not in err
    error = json.loads(out)["error"]  # one document, and nothing beside it
    assert {"file", "key", "got", "allowed", "hint", "why"} <= set(error)
    assert error["file"] == ("command line" if wrong[0] == "--no-such-option" else "nowhere")
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def edited(tmp_path_factory):
    """A study that was made and given a policy by hand, and what a run of it printed: one run with its brief for all that is asked, of
    the case whose world is small.
    """
    folder = tmp_path_factory.mktemp("edited") / "mine"
    with pytest.MonkeyPatch.context() as patch:
        assert ended(patch, "init", folder, "--case", "eu_gpai") == 0
        assert ended(patch, "validate", folder) == 0
        policy = folder / "policies" / "lower-1e24.toml"
        (folder / "policies" / "lower-yet.toml").write_text(
            policy.read_text().replace('"lower-1e24"', '"lower-yet"').replace("value = 1e24", "value = 1e23")
        )
        asked = ("--policy", "lower-1e24", "--policy", "lower-yet", "--futures", "600", "--json")
        with redirect_stdout(io.StringIO()) as out:
            assert ended(patch, "run", "--study", folder, *asked) == 0
    return folder, json.loads(out.getvalue())


def test_run_prints_the_keys_of_the_contract_and_writes_a_self_contained_brief(run, edited):
    folder, document = edited
    assert {"run", "brief", "futures", "policies", "seed", "seconds", "futures_per_second", "peak_mb", "board"} <= set(
        document
    )
    assert {"compile", "simulate", "score", "report"} <= set(document["seconds"])
    assert {"assumption", "policy", "holds", "low", "high", "fails_on", "fails_words", "decided"} <= set(
        document["board"][0]
    )
    assert all(row["bands"].keys() == {"sampling", "interpretations", "forms"} for row in document["board"])
    assert all(None not in row["fails_on"].values() for row in document["board"])
    _, out, _ = run("board", "--run", folder / "out", "--study", folder, "--json")
    assert json.loads(out)["board"] == document["board"]
    text = (folder / "out" / "brief.html").read_text()
    assert len(text.encode()) < 3_000_000
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text
    assert "<script" not in text
    assert text.count('role="img"') == text.count("<svg")
    for word in ("probability", "likely to happen", "forecast "):
        # the name of a score, and what a table of the case holds
        assert word not in text.replace("continuous ranked probability score", "").replace("forecast by others", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--futures", "0"], "out of range"),
        (["run", "--futures", "1000000000000"], "out of range"),
        (["run", "--futures", "lots"], "futures"),
        (["run", "--policy", "as-writen"], "did you mean as-written"),
        (["run", "--polcy", "as-written"], "did you mean --policy"),
        (["check", "--item", "H20", "--end-use", "nuclear"], "did you mean --set end_use=VALUE"),
        (["board", "my-run"], "did you mean --run my-run?"),
        (["watch", "--reading", "smic_yield=60%"], "did you mean smic_yield_ascend"),
        (["run", "--study", "nowhere"], "not a study folder"),
        (["board", "--run", "nowhere"], "no results found here"),
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
    code, out, _ = run(*CHECK, "--json")
    answer = json.loads(out)
    assert code == 0
    assert {"outcome", "clause", "citation", "conditions_met", "headroom_tpp", "trace", "would_change"} <= set(answer)
    assert {"clause", "applies", "tests"} <= set(answer["trace"][0])
    code, out, _ = run("check", "--item", "B200", "--to", "CHN", "--on", "2025-06-01", "--json")
    assert code == 1
    assert json.loads(out)["outcome"] == "licence:presumption_of_denial"


def test_a_study_is_made_edited_run_and_validated(run, edited, tmp_path):
    folder, document = edited
    assert run("init", folder)[0] == 2  # never over something that is there
    assert document["policies"] == ["lower-1e24", "lower-yet"]
    folder = shutil.copytree(folder, tmp_path / "mine")
    (folder / "policies" / "bad.toml").write_text('name = "bad"\ntitle = "x"\nsays = "x"\nfoo = 1\n')
    (folder / "params.csv").write_text("name,low\nx,1\n")
    (folder / "assumptions" / "e1.toml").write_text("id = 'E1'\n")
    code, out, _ = run("validate", folder, "--json")
    assert code == 2
    files = {error["file"] for error in json.loads(out)["errors"]}
    assert {"policies/bad.toml", "params.csv", "assumptions/e1.toml"} <= files


def test_several_faults_of_a_command_are_told_together(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments, found in (
        (["run", "--policy", "histroy", "--policy", "maximum"], ["histroy", "maximum"]),
        (["watch", "--reading", "moons=2", "--reading", "h20_units_year=3 TWh"], ["moons", "h20_units_year"]),
        (["exhibits", "figure-9", "--format", "gif"], ["figure-9", "gif"]),
        (["data", "pull", "moon", "mars"], ["moon", "mars"]),
    ):
        code, out, err = run(*arguments, "--json")
        assert code == 2
        assert len(json.loads(out)["errors"]) == len(found)
        for line, name in zip(err.splitlines(), found, strict=False):
            assert name in line
        assert "2 errors, nothing written" in err


def with_assumption(folder, name, **changes):
    """A study whose folder holds the second assumption again under another name and id."""
    text = (folder / "assumptions" / "a2.toml").read_text().replace('id = "A2"', 'id = "A10"', 1)
    for before, after in changes.values():
        assert before in text
        text = text.replace(before, after, 1)
    (folder / "assumptions" / name).write_text(text)


def test_f076_an_error_names_the_users_own_file_and_what_may_be_meant(run, tmp_path):
    folder = tmp_path / "mine"
    run("init", folder)
    with_assumption(folder, "mine.toml", typo=("cn_model_share@2028Q4", "cn_modell_share@2028Q4"))
    for command in (["validate", folder], ["run", "--study", folder], ["board", "--study", folder]):
        code, out, err = run(*command)
        assert code == 2
        assert "assumptions/mine.toml: condition.models_contained.margin: no such outcome: cn_modell_share" in out + err
        assert "did you mean cn_model_share?" in out + err
        assert "a10.toml" not in out + err
    code, out, _ = run("validate", folder, "--json")
    assert json.loads(out)["error"]["file"] == "assumptions/mine.toml"
    assert json.loads(out)["errors"][0]["hint"] == "did you mean cn_model_share?"
    with_assumption(folder, "mine.toml", key=("over_time =", "over_tyme ="))
    assert "assumptions/mine.toml: condition.0.over_tyme: no such key" in run("validate", folder)[1]
    assert "did you mean over_time?" in run("validate", folder)[1]


def test_f076_two_files_of_one_assumption_are_refused(run, tmp_path):
    folder = tmp_path / "mine"
    run("init", folder)
    with_assumption(folder, "mine.toml", id=('id = "A10"', 'id = "A2"'))
    code, out, _ = run("validate", folder)
    assert code == 2
    assert "assumptions/mine.toml: id: A2 is the id of assumptions/a2.toml too" in out


def test_f076_ids_come_in_the_order_of_their_numbers(run, tmp_path):
    from premortem.study import Study
    from premortem.watch import timeline

    folder = tmp_path / "mine"
    run("init", folder)
    with_assumption(folder, "0-mine.toml")
    wanted = ["A1", "A2", "A3", "A4", "A5", "A10"]
    within = Study(folder)
    assert [a.id for a in within.assumptions] == wanted
    error = run("timeline", "--assumption", "A7", "--study", folder, "--json")[1]
    assert json.loads(error)["error"]["allowed"] == ", ".join(wanted)
    told = [e.assumptions for e in timeline.timeline(within.case, within.assumptions) if len(e.assumptions) > 1]
    assert all(list(ids) == [name for name in wanted if name in ids] for ids in told)
    assert any("A2" in ids and "A10" in ids for ids in told)


@pytest.mark.slow
def test_f076_board_and_brief_list_ids_in_the_order_of_their_numbers(run, tmp_path):
    folder = tmp_path / "mine"
    run("init", folder)
    with_assumption(folder, "0-mine.toml")
    code, out, _ = run("run", "--study", folder, "--policy", "as-written", "--futures", "64", "--json")
    assert code == 0
    wanted = ["A1", "A2", "A3", "A4", "A5", "A10"]
    assert [row["assumption"] for row in json.loads(out)["board"]] == [*wanted, "all"]
    _, out, _ = run("board", "--study", folder)
    assert re.findall(r"\bA\d+\b", out)[:6] == wanted
    brief = (folder / "out" / "brief.html").read_text("utf-8")
    assert list(dict.fromkeys(re.findall(r"<t[hd][^>]*>\s*(?:<[^>]+>)?(A\d+)\b", brief)))[:6] == wanted
    error = run("stress", "A7", "--study", folder, "--json")[1]
    assert json.loads(error)["error"]["allowed"] == ", ".join(wanted)


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
