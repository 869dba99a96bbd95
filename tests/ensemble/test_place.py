"""A run's folder is known by its content: nothing else in it is lost, and a finished run makes way only for a whole one."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from premortem.ensemble import layout, replace_run, store
from premortem.ensemble import run as ensemble
from premortem.errors import BadInput, NotReproducible
from tests.ensemble.conftest import TOY
from tests.failing import EACH, ERRORS, calls_watched, each_call, fails
from tests.test_cli import run as command  # noqa: F401  # a fixture

TIMED = (store.LOG, layout.LOCK)


def files_of(folder):
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in TIMED
    }


@pytest.fixture(autouse=True, scope="module")
def without_waiting_for_the_disk():
    """What reaches the disk is seen by no test; the calls are counted all the same."""
    patch = pytest.MonkeyPatch()
    patch.setattr(os, "fsync", lambda descriptor: None)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def whole(toy_run, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "out"
    toy_run(out)
    return out


@pytest.fixture(scope="module")
def other(toy_run, tmp_path_factory):
    """The same futures of another seed."""
    out = tmp_path_factory.mktemp("other") / "out"
    toy_run(out, seed=4)
    return out


@pytest.fixture
def copy(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "out")


def everything(folder):
    return {p.relative_to(folder).as_posix(): p.is_file() and p.read_bytes() for p in folder.rglob("*")}


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": "my-app", "version": "1.0"}',
        "{}",
        "not JSON",
        '{"format": 2}',
        '{"format": 2, "status": "finished", "inputs": {"futures": 5}}',
    ],
)
@pytest.mark.parametrize("asked", ["", "--resume", "--replace"])
def test_f079_a_folder_with_somebody_elses_manifest_is_refused_and_nothing_in_it_touched(
    command, tmp_path, monkeypatch, manifest, asked  # noqa: F811
):  # fmt: skip
    folder = tmp_path / "thesis"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (folder / "thesis.txt").write_text("years of work")
    (folder / "manifest.json").write_text(manifest)
    (folder / "lock.json").write_text("{}")
    monkeypatch.chdir(folder)
    before = everything(tmp_path)
    code, _, err = command("run", "--out", ".", "--futures", 5, "--policy", "as-written", *filter(None, [asked]))
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert everything(tmp_path) == before


def test_f079_names_alone_make_no_folder_ours(toy_run, tmp_path):
    for name in ("lock.json", "run.log", "checksums.jsonl", "futures", "brief.html"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("precious")
        with pytest.raises(BadInput, match=f"holds other files and no run of ours: {name}"):
            toy_run(folder)
        assert {p.name: p.read_text() for p in folder.iterdir()} == {name: "precious"}
    link = tmp_path / "linked"
    link.mkdir()
    (link / "lock.json").symlink_to(tmp_path / "run.log" / "run.log")
    with pytest.raises(BadInput, match="no run of ours"):
        toy_run(link)
    assert (tmp_path / "run.log" / "run.log").read_text() == "precious"


def test_f079_what_is_not_the_runs_stays_in_its_folder_when_the_run_is_replaced(toy_run, copy, tmp_path, other):
    (tmp_path / "precious").write_text("precious")
    (copy / "notes.txt").write_text("mine")
    (copy / "plain" / "notes.txt").write_text("mine too")
    (copy / "figures").mkdir()
    (copy / "figures" / "a.svg").write_text("<svg/>")
    (copy / "series" / "plain" / "link.parquet").symlink_to(tmp_path / "precious")
    toy_run(copy, seed=4)
    assert {k: v for k, v in files_of(copy).items() if k in files_of(other)} == files_of(other)
    assert (copy / "notes.txt").read_text() == "mine"
    assert (copy / "plain" / "notes.txt").read_text() == "mine too"
    assert (copy / "figures" / "a.svg").read_text() == "<svg/>"
    assert (copy / "series" / "plain" / "link.parquet").is_symlink()
    assert (tmp_path / "precious").read_text() == "precious"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "precious"]


def test_f079_a_folder_linked_into_a_run_keeps_what_is_in_it(toy_run, copy, tmp_path):
    shutil.move(copy / "plain", tmp_path / "elsewhere")
    (copy / "plain").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(BadInput, match="plain: is not of the run"):
        toy_run(copy, seed=4)
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_f079_a_name_that_the_new_run_needs_is_not_taken_from_its_owner(toy_run, copy):
    (copy / "mine").write_text("precious")
    with pytest.raises(BadInput, match="mine: is not of the run that lies here"):
        toy_run(copy, policies=("plain", "mine"))
    assert (copy / "mine").read_text() == "precious"


def test_f079_a_finished_run_of_more_futures_makes_way_only_when_asked(toy_run, copy, whole):
    with pytest.raises(BadInput, match=f"finished run of which this one lacks 50 of {TOY:,} futures; .*replace=True"):
        toy_run(copy, futures=50)
    assert files_of(copy) == files_of(whole)
    toy_run(copy, futures=50, replace=True)
    assert store.read_manifest(copy)["inputs"]["futures"] == 50
    toy_run(copy, futures=60)
    assert store.read_manifest(copy)["inputs"]["futures"] == 60


@pytest.mark.parametrize(
    ("before", "now", "lost"),
    [
        ({}, {"policies": ("plain",)}, "the policy shifted"),
        ({"assumptions": ("A1", "A2")}, {"assumptions": ("A2", "A3")}, "the assumption A1"),
        ({}, {"policies": ("plain",), "futures": 50}, "50 of 100 futures and the policy shifted"),
    ],
)
def test_a_finished_run_of_which_something_would_be_lost_makes_way_only_when_asked(
    toy_run, tmp_path, before, now, lost
):
    out = tmp_path / "out"
    toy_run(out, **before)
    held = files_of(out)
    with pytest.raises(BadInput, match=f"this one lacks {lost}; allowed: another out=, or replace=True"):
        toy_run(out, **now)
    assert files_of(out) == held
    toy_run(out, **now, replace=True)
    assert files_of(out) != held


def test_a_run_that_fails_as_it_is_added_to_leaves_the_older_one_and_is_gone_on_with(toy_run, copy, whole):
    def crash(*_):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        toy_run(copy, seed=4, whole=crash)
    assert files_of(copy) == files_of(whole)
    added = []
    toy_run(copy, seed=4, resume=True, whole=lambda folder, _: added.append((folder, store.is_finished(folder))))
    assert added == [(replace_run.half_of(copy), True)]
    assert store.read_manifest(copy)["inputs"]["seed"] == 4
    assert not replace_run.half_of(copy).exists()


def test_f079_the_command_names_the_option_that_replaces_a_larger_run(command, copy, whole):  # noqa: F811
    code, out, _ = command("run", "--policy", "as-written", "--out", copy, "--futures", 50, "--json")
    assert code == 2
    assert "--replace" in json.loads(out)["error"]["allowed"]
    assert files_of(copy) == files_of(whole)


@pytest.mark.parametrize("number", EACH)
def test_f079_any_call_that_fails_leaves_the_finished_run_whole(toy_run, whole, other, tmp_path, number):
    shutil.copytree(whole, tmp_path / "sound" / "out")
    calls, failed = each_call(lambda: toy_run(tmp_path / "sound" / "out", seed=4)), 0
    assert files_of(tmp_path / "sound" / "out") == files_of(other)
    for at in range(ERRORS.index(number), calls, 3):
        out = shutil.copytree(whole, tmp_path / str(at) / "out")
        with calls_watched(at, fails(number)) as seen:
            try:
                toy_run(out, seed=4)
                now = other
            except BadInput as error:
                assert len(str(error).splitlines()) == 1
                now, failed = whole, failed + 1
        assert files_of(out) == files_of(now), (at, seen[at])
        assert not [p for p in out.parent.rglob("*") if p.is_file() and p.name.endswith(".half")], (at, seen[at])
        toy_run(out, seed=4, resume=replace_run.half_of(out).exists())
        assert files_of(out) == files_of(other), (at, seen[at])
        assert [p.name for p in out.parent.iterdir()] == ["out"], (at, seen[at])
    assert failed > calls / 10


@pytest.mark.parametrize("number", EACH)
def test_f079_any_call_that_fails_in_a_new_run_leaves_a_half_that_is_gone_on_with_or_nothing(
    toy_run, whole, tmp_path, number
):
    calls = each_call(lambda: toy_run(tmp_path / "sound"))
    for at in range(ERRORS.index(number), calls, 3):
        out = tmp_path / str(at) / "out"
        out.parent.mkdir()
        with calls_watched(at, fails(number)) as seen:
            try:
                toy_run(out)
            except BadInput as error:
                assert len(str(error).splitlines()) == 1
                assert not out.exists() or store.read_checksums(out), (at, seen[at])
        toy_run(out, resume=True)
        assert files_of(out) == files_of(whole), (at, seen[at])


KILL = """
import json, os, sys
from pathlib import Path
import numpy as np
from premortem.ensemble import layout, store, replace_run
from premortem.ensemble.manifest import identity
from tests.failing import each_call, killed_at

def run(out, seed, resume=False):
    asked = {"futures": 10, "seed": seed, "design": "sobol", "policies": ["p"], "part": 5}
    manifest = {"format": store.FORMAT, "status": "running", "inputs": asked, "uncertainties": [], "replicates": 0}
    with store.open_store(out, manifest, resume) as made:
        for part in range(2):
            missing = [name for name in layout.part_files(["p"], part) if not made.has(name)]
            values = {"x": np.arange(5) + seed}
            made.record([store.write_table(made.folder, identity(asked), name, values) for name in missing])
        made.finish(manifest)

os.fsync = lambda descriptor: None
root, found = Path(sys.argv[1]), []
if sys.argv[2] == "no exchange":
    replace_run._changed_at_once = lambda one, other: False
for at in range(400):
    out = root / str(at) / "out"
    run(out, 1)
    killed = killed_at(at, lambda: run(out, 2))
    replace_run.recover(out)
    seed, sound = store.read_manifest(out)["inputs"]["seed"], store.damaged_files(out)
    half = (replace_run.half_of(out) / store.MANIFEST).exists()
    run(out, 2, resume=at % 2 == 0 and half)
    left = sorted(p.name for p in out.parent.iterdir())
    found.append([killed, seed, sound, store.read_manifest(out)["inputs"]["seed"], store.damaged_files(out), left])
    if not killed:
        break
print(json.dumps(found))
"""


@pytest.mark.parametrize("how", ["exchange", pytest.param("no exchange", marks=pytest.mark.slow)])
def test_f079_a_kill_at_any_call_leaves_the_finished_run_or_its_whole_successor(tmp_path, how):
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILL, tmp_path, how], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 40
    assert not found[-1][0]
    assert {seed for _, seed, *_ in found[:-1]} <= {1, 2}
    assert found[0][1] == 1
    for at, (_, _, before, seed, after, left) in enumerate(found):
        assert before == after == [], at
        assert (seed, left) == (2, ["out"]), at


def test_f079_a_run_is_not_replaced_from_within_its_own_folder(toy_run, copy, whole, monkeypatch):
    monkeypatch.chdir(copy / "plain")
    with pytest.raises(BadInput, match="from within its own folder"):
        toy_run(Path(".."), seed=4)
    assert files_of(copy) == files_of(whole)


def test_f079_a_folder_beside_it_that_is_not_ours_is_left_alone(toy_run, copy, whole):
    half = replace_run.half_of(copy)
    half.mkdir()
    (half / "precious").write_text("precious")
    with pytest.raises(BadInput, match=r"\.out\.half: holds other files"):
        toy_run(copy, seed=4)
    assert (half / "precious").read_text() == "precious"
    assert files_of(copy) == files_of(whole)


def test_f079_a_run_of_an_earlier_format_is_known_as_ours_and_made_again(toy_run, copy, whole):
    manifest = json.loads((copy / store.MANIFEST).read_text()) | {"format": 2}
    for key in ("sha256", "run", "checksums"):
        del manifest[key]
    (copy / store.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadInput, match=r"another version.*run again"):
        store.read_manifest(copy)
    with pytest.raises(BadInput, match="another version"):
        toy_run(copy, resume=True)
    toy_run(copy)
    assert files_of(copy) == files_of(whole)


def test_going_on_with_a_half_beside_a_finished_run_asks_for_the_same_inputs(toy_run, copy, other):
    def full(made, manifest):
        with store.disk_failure(made.folder, store.MANIFEST):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch, pytest.raises(BadInput, match="the disk must hold both"):
        patch.setattr(store.Store, "finish", full)
        toy_run(copy, seed=4)
    assert store.read_checksums(replace_run.half_of(copy))
    with pytest.raises(NotReproducible, match="seed"):
        toy_run(copy, seed=5, resume=True)
    assert toy_run(copy, seed=4, resume=True).simulated == 0
    assert files_of(copy) == files_of(other)
    assert not replace_run.half_of(copy).exists()


def test_a_checksum_that_names_a_file_elsewhere_deletes_nothing(toy_run, copy, tmp_path):
    (tmp_path / "precious").write_text("precious")
    with (copy / store.CHECKSUMS).open("a") as lines:
        lines.write('{"file": "../precious", "sha256": "x", "non_finite": []}\n')
    toy_run(copy, seed=4)
    assert (tmp_path / "precious").read_text() == "precious"


def test_names_of_a_runs_files_are_told_from_others():
    named = ["manifest.json", "futures/part-00000.parquet", "series/p/bins.parquet", "p/part-123456.parquet"]
    halves = [".manifest.json.0a1b2c3d.half", "p/.part-00000.parquet.0a1b2c3d.half", ".run.log.0a1b2c3d.old.half"]
    strange = ["thesis.txt", "q/part-00000.parquet", "p/part-0.parquet", "p/x/part-00000.parquet", "../manifest.json"]
    strange += ["series/bins.parquet", "p/manifest.json", ".x.0a1b2c3d.half", "futures/part-00000.parquet\n"]
    assert all(layout.belongs(name, ["p"]) for name in named + halves)
    assert not [name for name in strange if layout.belongs(name, ["p"])]


def test_a_run_that_fails_before_its_first_part_leaves_nothing(toy_run, tmp_path, monkeypatch):
    def fails_at_once(*_):
        raise BadInput("model", "", "is wrong")

    monkeypatch.setattr(ensemble, "make", fails_at_once)
    with pytest.raises(BadInput, match="is wrong"):
        toy_run(tmp_path / "out")
    assert not list(tmp_path.iterdir())
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="is wrong"):
        toy_run(tmp_path / "empty")
    assert os.listdir(tmp_path / "empty") in ([], [layout.LOCK])
