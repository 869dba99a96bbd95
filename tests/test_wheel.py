"""The wheel, alone in a folder: what it holds is enough to answer, to run and to serve."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.request import urlopen

import pytest
from hatchling.builders.sdist import SdistBuilder

from tests.test_cli import CHECK
from tests.waiting import longest

ROOT = Path(__file__).parents[1]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT, SDIST = DECLARED["project"], DECLARED["tool"]["hatch"]["build"]["targets"]["sdist"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, built without a network and unpacked into a folder that holds nothing else."""
    home = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", home / "dist"]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (home / "dist").glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--target",
        home / "packages",
    ]
    subprocess.run([*install, wheel], check=True)
    return home


def started(home: Path, *words: str) -> subprocess.Popen[str]:
    """A command of the wheel, in an empty folder: its packages go before the copy of the repository that tests use."""
    (home / "empty").mkdir(exist_ok=True)
    there = os.environ | {"PYTHONPATH": str(home / "packages"), "HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "premortem", *words]
    return subprocess.Popen(command, cwd=home / "empty", env=there, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip


def said(home: Path, *words: str) -> tuple[int, str]:
    process = started(home, *words)
    out, err = process.communicate(timeout=10 * longest())
    return process.returncode, out + err


@pytest.mark.slow
def test_the_wheel_in_an_empty_folder_tells_its_version_and_its_cases(installed):
    assert said(installed, "--version") == (0, f"{PROJECT['version']}\n")
    code, out = said(installed, "cases")
    assert code == 0
    assert {"us_ai_2025", "eu_gpai"} <= set(out.split())


@pytest.mark.slow
def test_the_wheel_in_an_empty_folder_checks_a_shipment(installed):
    code, out = said(installed, *CHECK)
    assert code in (0, 1), out
    assert "90 FR 4544" in out or "740." in out


@pytest.mark.slow
def test_the_wheel_in_an_empty_folder_runs_and_writes_the_brief(installed):
    code, out = said(installed, "run", "--futures", "200", "--policy", "as-written", "--out", "first")
    assert code == 0, out
    assert (installed / "empty" / "first" / "brief.html").stat().st_size > 100_000


@pytest.mark.slow
def test_the_wheel_in_an_empty_folder_serves_the_app_and_stops(installed):
    server = started(installed, "app", "--port", "0", "--no-browser")
    try:
        address = server.stdout.readline().split()[3]
        with urlopen(f"{address}/api/board?only=1") as answer:  # waits until it can be answered
            assert len(json.load(answer)["board"]) == 6
        server.send_signal(signal.SIGTERM)
        out, err = server.communicate(timeout=10 * longest())
    finally:
        server.kill()
    assert server.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in out + err


def test_every_package_that_is_needed_is_bounded_and_the_lock_keeps_the_bounds():
    locked = dict(re.findall(r"^([\w.-]+)==(\d+)", (ROOT / "requirements.txt").read_text("utf-8"), re.M))
    for need in PROJECT["dependencies"]:
        name, most = re.match(r"([\w-]+)>=[\d.]+,<([\d.]+)$", need).groups()
        assert int(locked[name.lower()]) <= int(most.split(".")[0]), need


def test_a_source_distribution_holds_the_project_and_no_run_that_somebody_made_in_its_folder(tmp_path):
    named = [name.removeprefix("/") for name in SDIST["include"]]
    assert all((ROOT / name).exists() for name in named)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name in (*named, "my-run", "my-study", "decided.csv"):
        if (ROOT / name).is_file() or name == "decided.csv":
            (tmp_path / name).touch()
        else:
            (tmp_path / name).mkdir()
            (tmp_path / name / "part.parquet").touch()
    held = {file.distribution_path.split("/")[0] for file in SdistBuilder(str(tmp_path)).recurse_included_files()}
    assert held == {*named}  # and pyproject.toml, which is always in it


def test_the_version_that_one_cites_is_that_of_the_package():
    cited = re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)
    assert cited.group(1) == PROJECT["version"]
