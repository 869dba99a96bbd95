"""Signals, the ceiling on memory, and what `--debug` writes: nothing half-written, no path of anybody's."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from premortem import cli
from premortem.cli.bundle import BUNDLE, without_personal_paths, write_bundle
from premortem.cli.shared import size
from premortem.ensemble import store
from premortem.errors import BadInput
from premortem.study import Study
from tests.parts import IN_A_PROCESS
from tests.test_cli import run  # noqa: F401  # a fixture
from tests.waiting import longest, until

pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow)]
)
def test_a_signal_ends_a_run_with_its_status_and_nothing_half_written(tmp_path, number, status):
    out = tmp_path / "out"
    asked = ["run", "--case", "eu_gpai", "--policy", "as-amended", "--futures", "30000000", "--out", out, "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_PROCESS + "cli.main()", *map(str, asked)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until(lambda: (out / "as-amended" / "part-00001.parquet").exists() or process.poll() is not None)
        process.send_signal(number)
        _, err = process.communicate(timeout=longest())
    finally:
        process.kill()
    assert process.returncode == status, err
    assert "--resume" in err
    assert "Traceback" not in err
    assert not list(out.rglob("*.half"))
    assert not store.damaged_files(out)
    assert "stopped: KeyboardInterrupt" in (out / store.LOG).read_text()


@pytest.mark.parametrize(
    ("asked", "goes_on"),
    [
        (["run", "--futures", "9"], True),
        (["run", "--only", "4"], False),
        (["run", "--only=4"], False),
        (["stress", "A2"], False),
    ],
)
def test_only_a_run_of_many_futures_says_that_it_can_be_gone_on_with(asked, goes_on):
    assert ("--resume" in cli._stopped(asked)) is goes_on


def test_a_ceiling_below_what_one_part_needs_is_refused_before_it_is_reached(run, tmp_path):  # noqa: F811
    code, out, err = run("run", "--futures", 100, "--out", tmp_path / "o", "--memory", "50MB", "--json")
    assert code == 2
    assert "less than one part needs" in err
    assert json.loads(out)["error"]["allowed"].endswith("MB")


def test_a_run_under_a_ceiling_gives_the_same_bits(tmp_path):
    study = Study(case="eu_gpai")
    free = study.run(["as-amended"], futures=10_000, seed=3, out=tmp_path / "free")
    tight = study.run(["as-amended"], futures=10_000, seed=3, out=tmp_path / "tight", memory=8 * 10**9)
    assert (free.folder / store.CHECKSUMS).read_bytes() == (tight.folder / store.CHECKSUMS).read_bytes()


@pytest.mark.parametrize(("text", "bytes_"), [("2GB", 2 * 10**9), ("1.5 GiB", 3 * 2**29), ("900mb", 9 * 10**8)])
def test_sizes_are_read_as_people_write_them(text, bytes_):
    assert size(text, "--memory") == bytes_


@pytest.mark.parametrize("text", ["", "2", "GB", "-1GB", "0GB", "nan GB", "1e9GB", "2 GB GB"])
def test_sizes_that_say_nothing_are_refused(text):
    with pytest.raises(BadInput, match="is not a size"):
        size(text, "--memory")


def test_debug_writes_a_bundle_without_personal_paths(run, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    code, _, err = run("--debug", "run", "--study", tmp_path / "somebody" / "secret-project")
    assert code == 2
    assert "Traceback" in err
    text = (tmp_path / BUNDLE).read_text()
    assert "is not a study folder" in text
    for private in (str(tmp_path), str(Path.home()), sys.prefix, os.environ.get("USER") or "\0"):
        assert not re.search(rf"{re.escape(private)}\b", text), private


def test_folders_elsewhere_lose_all_but_the_last_name():
    assert without_personal_paths("at /data/jane/work/policies/mine.toml: x") == "at <folder>/mine.toml: x"


@pytest.mark.parametrize("word", ["--out", "-o"])
def test_the_log_in_a_bundle_is_that_of_the_run_folder_that_was_asked_for(tmp_path, monkeypatch, word):
    monkeypatch.chdir(tmp_path)
    for folder in ("out", "mine"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "run.log").write_text(f"log of {folder}\n", "utf-8")
    told = write_bundle(ValueError("x"), ["run", word, "mine"])
    assert "log of mine" in told.read_text("utf-8")
    assert "log of out" not in told.read_text("utf-8")
