"""What is written is whole or not there: no call of the system that fails, and no kill, costs the old file or leaves a half."""

import ast
import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import premortem
from premortem.errors import BadInput
from premortem.files import writer
from premortem.law.ledger import files
from premortem.study import make_study, problems
from tests.failing import EACH, calls_watched, each_call, fails
from tests.test_cli import run  # noqa: F401  # a fixture

SRC = Path(premortem.__file__).parent
LEDGER = "id,item,quantity,destination,date\na,H20,10,CHN,2025-05-01\n"
FRAME = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def one_line(error):
    assert len(str(error).splitlines()) == 1
    return str(error)


def halves(folder):
    return [p for p in folder.rglob("*") if p.name.endswith(".half")]


def writers(folder):
    """Every kind of writing that replaces or makes a file, by name, with the file that it writes."""
    return {
        "text": (folder / "old.txt", lambda: writer.write(folder / "old.txt", "new")),
        "new file": (folder / "none.txt", lambda: writer.write(folder / "none.txt", b"new", parents=True)),
        "never over": (folder / "deep" / "er" / "x", lambda: writer.write(folder / "deep" / "er" / "x", "new", new=True, parents=True)),
        "csv": (folder / "old.csv", lambda: files.write(FRAME, folder / "old.csv")),
        "parquet": (folder / "old.parquet", lambda: files.write(FRAME, folder / "old.parquet")),
    }  # fmt: skip


@pytest.mark.parametrize("number", EACH)
@pytest.mark.parametrize("kind", writers(Path()))
def test_f081_any_call_that_fails_leaves_the_old_file_whole_and_no_half(tmp_path, kind, number):
    path, work = writers(tmp_path / "sound")[kind]
    (tmp_path / "sound").mkdir()
    if "old" in path.name:
        path.write_bytes(b"old")
    calls = each_call(work)
    new = path.read_bytes()
    assert calls >= 4
    failed = 0
    for at in range(calls):
        folder = tmp_path / str(at)
        folder.mkdir()
        path, work = writers(folder)[kind]
        if "old" in path.name:
            path.write_bytes(b"old")
        before = sorted(folder.rglob("*"))
        with calls_watched(at, fails(number)) as seen:
            try:
                work()
                held = new
            except BadInput as error:
                held, failed = b"old" if "old" in path.name else None, failed + 1
                assert os.strerror(number) in one_line(error)
        assert (path.read_bytes() if path.exists() else None) == held, seen[at]
        assert not halves(folder), seen[at]
        if held != new:
            assert sorted(folder.rglob("*")) == before, seen[at]
    assert failed >= 2


KILL = """
import json, sys
from pathlib import Path
from premortem.files import writer as writing
from tests.failing import killed_at
root, found = Path(sys.argv[1]), []
for at in range(20):
    (root / str(at)).mkdir()
    path = root / str(at) / "x.txt"
    path.write_text("old")
    killed = killed_at(at, lambda: writing.write(path, "new"))
    held = path.read_text()
    writing.write(path, "again")
    found.append([killed, held, path.read_text()])
    if not killed:
        break
print(json.dumps(found))
"""


def test_f081_a_kill_at_any_call_leaves_the_old_file_or_the_new_one_whole(tmp_path):
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", KILL, tmp_path], capture_output=True, text=True, check=True, cwd=root)
    found = json.loads(done.stdout)
    assert len(found) > 4
    assert not found[-1][0]
    assert {held for _, held, _ in found} == {"old", "new"}
    assert {held for *_, held in found} == {"again"}


def test_f081_a_disk_without_hard_links_and_folders_that_cannot_be_synced_will_do(tmp_path, monkeypatch):
    def cannot(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", cannot)
    (tmp_path / "a").write_text("old")
    writer.write(tmp_path / "a", "new")
    writer.write(tmp_path / "b", "new", new=True)
    with pytest.raises(BadInput, match="is there already"):
        writer.write(tmp_path / "b", "newer", new=True)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a": "new", "b": "new"}


def test_what_is_checked_before_it_is_put_in_its_place_never_takes_it(tmp_path):
    def refuses(half):
        assert half.read_text() == "new"
        raise BadInput("x", "", "does not read")

    with pytest.raises(BadInput, match="does not read"):
        writer.write(tmp_path / "deep" / "a", "new", parents=True, check=refuses)
    assert not list(tmp_path.iterdir())


def test_the_permissions_of_a_file_that_is_written_over_stay(tmp_path):
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o640)
    writer.write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_long_name_of_any_letters_is_written(tmp_path):
    path = tmp_path / ("ё" * 127)
    writer.write(path, "x")
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def unusual(folder):
    """What is no ordinary file, by kind."""
    (folder / "real.csv").write_text("precious")
    (folder / "link.csv").symlink_to(folder / "real.csv")
    (folder / "gone.csv").symlink_to(folder / "nowhere.csv")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.csv").mkdir()
    found = {"a link": ["link.csv", "gone.csv"], "a named pipe": ["pipe.csv"], "a folder": ["folder.csv"]}
    try:
        os.mknod(folder / "null.csv", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        return found  # only root may make a device
    return found | {"a device": ["null.csv"]}


def test_f080_a_decided_ledger_goes_to_an_ordinary_file_only(run, tmp_path):  # noqa: F811
    (tmp_path / "g.csv").write_text(LEDGER)
    for kind, names in unusual(tmp_path).items():
        for name in names:
            before = (tmp_path / name).lstat()
            code, _, err = run("ledger", tmp_path / "g.csv", "-o", tmp_path / name)
            assert code == 2
            assert kind in one_line(err.strip())
            assert (tmp_path / name).lstat()[:3] == before[:3]
    assert (tmp_path / "real.csv").read_text() == "precious"
    assert not (tmp_path / "nowhere.csv").exists()


def test_f080_the_input_is_never_the_output_under_any_name(run, tmp_path):  # noqa: F811
    path = tmp_path / "g.csv"
    path.write_text(LEDGER)
    (tmp_path / "twin.csv").hardlink_to(path)
    (tmp_path / "sub").mkdir()
    for name in ("g.csv", "twin.csv", "sub/../g.csv"):
        code, _, err = run("ledger", path, "-o", tmp_path / name)
        assert code == 2
        assert "is the input" in one_line(err.strip())
    assert path.read_text() == LEDGER


@pytest.mark.parametrize("name", ["x.xlsx", "x", "x.json", "x.csv.gz", "x.CSV.txt"])
def test_f080_an_ending_that_is_not_known_is_refused(run, tmp_path, name):  # noqa: F811
    (tmp_path / "g.csv").write_text(LEDGER)
    code, _, err = run("ledger", tmp_path / "g.csv", "-o", tmp_path / name)
    assert code == 2
    assert ".csv, .parquet" in one_line(err.strip())
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["x.csv", "x.CSV", "x.parquet", "x.pq"])
def test_f080_an_ordinary_file_is_written_over(run, tmp_path, name):  # noqa: F811
    (tmp_path / "g.csv").write_text(LEDGER)
    (tmp_path / name).write_text("of yesterday")
    assert run("ledger", tmp_path / "g.csv", "-o", tmp_path / name)[0] == 0
    read = pl.read_csv if name.lower().endswith("csv") else pl.read_parquet
    assert read(tmp_path / name).height == 1


def test_f080_exhibits_are_not_written_through_a_link(run, tmp_path):  # noqa: F811
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "figure-1.csv").symlink_to(tmp_path / "precious")
    code, _, err = run("exhibits", "figure-1", "-o", tmp_path, "--format", "csv")
    assert code == 2
    assert "a link" in one_line(err.strip())
    assert (tmp_path / "precious").read_text() == "precious"


def test_f080_a_bug_report_is_not_written_over_somebody_elses_file(run, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    (tmp_path / "premortem-debug.txt").write_text("mine")
    run("--debug", "check", "--item", "H20", "--set", "x")
    assert (tmp_path / "premortem-debug.txt").read_text() == "mine"


@pytest.mark.parametrize("number", EACH)
def test_f081_a_new_study_is_made_whole_or_not_at_all(tmp_path, number):
    calls = each_call(lambda: make_study(tmp_path / "sound"))
    assert not problems(tmp_path / "sound")
    for at in range(0, calls, 3):
        folder = tmp_path / str(at)
        with calls_watched(at, fails(number)) as seen:
            try:
                make_study(folder)
                continue
            except BadInput as error:
                one_line(error)
        assert not folder.exists(), (at, seen[at])


def test_a_study_that_a_kill_left_half_made_is_made_whole_by_the_next_try(tmp_path):
    whole = make_study(tmp_path / "whole")
    half = make_study(tmp_path / "half")
    for name in ("study.toml", "readings.csv", "policies/maximal.toml"):
        (half / name).unlink()
    (half / ".readings.csv.0a1b2c3d.half").write_text("qua")
    make_study(half)
    assert not problems(half)
    assert {p.relative_to(whole) for p in whole.rglob("*")} <= {p.relative_to(half) for p in half.rglob("*")}
    (half / "study.toml").unlink()
    (half / "params.csv").write_text("edited")
    with pytest.raises(BadInput, match="not empty"):
        make_study(half)
    assert (half / "params.csv").read_text() == "edited"


# Modules that may open a file for writing, delete or rename, each with why.
ALLOWED = {
    "files/writer.py": "the one writer",
    "ensemble/layout.py": "removes a run's files, known by content and name",
    "ensemble/lock.py": "the lock of a run",
    "ensemble/replace_run.py": "changes a run for its successor",
    "ensemble/store.py": "halves that a kill left in a run of ours",
    "app/temp_folders.py": "folders of the server's own",
    "app/short_links.py": "addresses of ours, known by content, that nobody opened",
    "app/routes/ledger.py": "uploads in a folder of the server's own",
    "law/audit.py": "fills a half of the writer's line by line",
    "law/ledger/decisions.py": "rejected rows of ours, known by content, that no ledger rejects any more",
    "ensemble/stored_programs.py": "compiled programs in the cache, the oldest of them",
    "facts/fetch.py": "parts of a download in the cache",
    "facts/live.py": "tables in the cache",
    "facts/published.py": "a download that is not what its source promises",
    "study/folder.py": "takes back a study that could not be made",
    "briefing/typesetting.py": "a folder of its own for the setter",
    "problem/adapters/program.py": "a folder of its own for the program that is run",
}
WRITES = {"write_text", "write_bytes", "rmtree", "unlink", "rmdir", "touch", "mkdir", "symlink_to", "hardlink_to", "write_csv", "write_parquet"}  # fmt: skip
# Tables that become text in memory, folders into which others then write through the writer, values of columns.
HARMLESS = {
    ("exhibits/form.py", "write_csv"),
    ("publish/site.py", "write_csv"),
    ("exhibits/_of_case.py", "mkdir"),
    ("law/ledger/columns.py", "replace"),
    ("law/ledger/columns.py", "rename"),
    ("law/ledger/field_guesses.py", "rename"),
    ("law/ledger/unread_words.py", "rename"),
    ("app/ledger_files.py", "rename"),
    ("law/ledger/day_columns.py", "replace"),
    ("law/ledger/intake.py", "replace"),
    ("law/ledger/stated_classes.py", "replace"),
    ("text/tables.py", "rename"),
    ("propositions/board_cells.py", "replace"),
    ("questions/tables/files.py", "write_csv"),
    ("questions/tables/frame.py", "rename"),
}


def writes(call):
    """Whether a call writes, renames or deletes a file, by its name and arguments."""
    name, given = call.func.attr, call.args
    mode = next((a.value for a in given[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)), "")
    opens = name == "open" and len(mode) < 4 and set(mode) & set("wax+")
    moves = name in ("replace", "rename") and len(given) == 1 and not call.keywords  # of a path: a text's takes two
    return name in WRITES or ast.unparse(call.func) == "pq.write_table" or opens or moves


def test_f080_nothing_is_written_or_deleted_but_through_the_one_writer():
    found = {
        (path.relative_to(SRC).as_posix(), node.func.attr)
        for path in sorted(SRC.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and writes(node)
    }
    assert {place for place in found - HARMLESS if place[0] not in ALLOWED} == set()
    assert {file for file, _ in found} >= set(ALLOWED) - {"files/writer.py"}  # no leave that nobody needs
