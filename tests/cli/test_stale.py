"""A run of a case whose numbers were edited since: what works out more refuses, what shows the run's own says so."""

import json
import shutil
from functools import partial

import pytest

from premortem.ensemble import manifest, store
from premortem.study import Study, open_run
from tests.case.cars import typed_case
from tests.case.test_case_faults import command, edited

EDITS = {
    "world": ("world.py", "0.6", "0.7"),
    "assumptions": ("assumptions/c1.toml", "value = 0.2", "value = 0.25"),
    "parameters": ("params.csv", "0.01,0.03", "0.01,0.04"),
    "rules": ("policies/as-planned.toml", "effort = 0.5", "effort = 0.6"),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A folder with the case and a run of it."""
    cars = typed_case(tmp_path_factory.mktemp("stale"))
    Study(case=cars).run(futures=64, out=cars.parent / "out")
    return cars.parent


@pytest.fixture
def run(first, tmp_path):
    """The run, beside a copy of the case: what was read of a folder is kept in a process, so each edit has a folder of its own."""
    there = shutil.copytree(first, tmp_path / "own")
    held = manifest.read_manifest(there / "out") | {"case": str(there / "cars")}
    (there / "out" / store.MANIFEST).write_text(json.dumps(manifest.seal(held)), "utf-8")
    return there / "out"


def edit(run, kind):
    edited(run.parent / "cars", *EDITS[kind])


@pytest.fixture
def told(monkeypatch, capsys):
    return partial(command, monkeypatch, capsys)


def test_a_board_of_the_numbers_that_stand_has_no_warning(run, told):
    code, out, err = told("board", "--run", run, "--json")
    assert (code, err) == (0, "")
    assert "warnings" not in json.loads(out)


@pytest.mark.parametrize("kind", EDITS)
def test_r31_the_board_says_which_numbers_are_others_now_and_shows_the_runs_own(first, run, told, kind):
    before = [cell.as_dict() for cell in open_run(first / "out").board_rows()]
    edit(run, kind)
    code, out, err = told("board", "--run", run, "--json")
    assert code == 0
    assert json.loads(out)["board"] == before
    assert err.startswith(f"warning: the study has other {kind} now than")
    assert [line.startswith(f"the study has other {kind} now") for line in json.loads(out)["warnings"]] == [True]


@pytest.mark.parametrize("name", ["stress C1", "compare", "brief", "futures", "edits", "watch", "exhibits"])
def test_r31_what_works_out_more_refuses(run, told, name):
    edit(run, "assumptions")
    code, _, err = told(*name.split(), "--run", run)
    assert code == 2
    assert "was made with other assumptions than the study has now" in err
    assert not (run / "brief.html").exists()
