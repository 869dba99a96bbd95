"""The steps of the Dockerfile, followed in a fresh folder as far as they can be without an image."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = [
    tuple(line.split(maxsplit=1)) for line in (ROOT / "Dockerfile").read_text().splitlines() if line and line[0] != "#"
]


def arguments(step):
    return [text for name, text in STEPS if name == step]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A folder that holds what the Dockerfile copies, and no more."""
    folder = tmp_path_factory.mktemp("srv")
    for copied in arguments("COPY"):
        *sources, target = copied.split()
        for source in sources:
            at = folder / target / source if target == "./" else folder / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, at, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, at)
    return folder


def test_what_is_copied_is_let_into_the_image(fresh):
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {path.name for path in fresh.iterdir()} == let_in


def test_it_installs_the_locked_versions_runs_without_rights_and_keeps_no_token():
    first, second, user = arguments("RUN")
    assert "--require-hashes -r requirements.txt" in first
    assert "--no-deps" in second
    assert arguments("USER")[0] in user
    assert "token" not in " ".join(text for name, text in STEPS if name in ("ENV", "CMD", "RUN")).lower()


@pytest.mark.slow
def test_the_package_builds_from_what_is_copied_and_its_command_serves(fresh, tmp_path):
    target = tmp_path / "site"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(target),
        ".",
    ]
    subprocess.run(pip, cwd=fresh, check=True)
    (command,) = map(json.loads, arguments("CMD"))
    asked = [sys.executable, "-m", *("0" if part == "8760" else part for part in command)]
    surroundings = os.environ | {"PYTHONPATH": str(target), "PREMORTEM_TOKEN": "a-token-for-the-test"}
    process = subprocess.Popen(
        asked, cwd=tmp_path, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert "premortem serves at" in process.stdout.readline()
        assert process.stdout.readline().rstrip().endswith("/?token=a-token-for-the-test")
    finally:
        process.kill()
        process.communicate()
