"""Runs of problems in folders: gone on with bit by bit, opened again, never mixed with another model's, never written over by less."""

import importlib
import importlib.util

import numpy as np
import pytest

import premortem as pm
from premortem.ensemble import store
from premortem.errors import BadInput, NotReproducible

POLICIES = {"one": {"k": 1.0}, "two": {"k": [1.0, 2.0]}}


def problem(by=1.0):
    def model(x, owner, n, k, times):
        return {"y": by * x * np.sum(k) + n, "path": np.outer(x, times)}

    return pm.Problem(
        "stored", model, [pm.Uniform("x", 0, 1), pm.Category("owner", ["a", "b"]), pm.Integer("n", 1, 3)], [pm.Lever("k", 0, 2, size=2)],
        [pm.Outcome("y", "max"), pm.Series("path", 3)], {"times": np.arange(3.0)}, {"low": "y < 2"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    return problem().run(POLICIES, futures=5000, seed=3, out=folder), folder


def same(a, b):
    return all(
        a.table(p).equals(b.table(p)) and a.series("path", p).equals(b.series("path", p)) for p in a.policies
    ) and a.board().equals(b.board())


def test_a_run_in_a_folder_is_that_in_memory_and_opens_again(whole):
    run, folder = whole
    assert same(run, problem().run(POLICIES, futures=5000, seed=3))
    assert same(run, problem().stored(folder))
    assert store.damaged_files(folder) == []


def test_what_a_kill_left_is_gone_on_with_to_the_same_bits(whole, tmp_path):
    run, folder = whole
    with pytest.raises(KeyboardInterrupt):
        problem().run(POLICIES, futures=5000, seed=3, out=tmp_path / "run", progress=_stopping_after(2))
    assert not store.is_finished(tmp_path / "run")
    with pytest.raises(BadInput, match="not finished"):
        problem().stored(tmp_path / "run")
    with pytest.raises(
        BadInput, match=r"not finished, with 2 parts of it; allowed: resume=True to go on with it, replace=True"
    ):
        problem().run(POLICIES, futures=5000, seed=3, out=tmp_path / "run")
    again = problem().run(POLICIES, futures=5000, seed=3, out=tmp_path / "run", resume=True)
    assert same(run, again)
    for part in folder.rglob("*.parquet"):
        assert part.read_bytes() == (tmp_path / "run" / part.relative_to(folder)).read_bytes()


def _stopping_after(calls):
    told = []

    def progress(done, total, seconds):
        told.append(done)
        if len(told) > calls:
            raise KeyboardInterrupt

    return progress


def test_another_body_other_policies_or_another_seed_are_refused(whole):
    _, folder = whole
    with pytest.raises(NotReproducible, match="other model"):
        problem(by=1.1).stored(folder)
    with pytest.raises(NotReproducible, match="other model"):
        problem(by=1.1).run(POLICIES, futures=5000, seed=3, out=folder, resume=True)
    with pytest.raises(NotReproducible, match="other seed; run without resume=True, or to another out="):
        problem().run(POLICIES, futures=5000, seed=4, out=folder, resume=True)
    with pytest.raises(NotReproducible, match="other levers"):
        problem().run(POLICIES | {"two": {"k": 0.5}}, futures=5000, seed=3, out=folder, resume=True)


def test_a_finished_run_makes_way_for_no_smaller_one_and_somebody_elses_folder_for_none(whole, tmp_path):
    _, folder = whole
    with pytest.raises(
        BadInput, match=r"lacks 4,000 of 5,000 futures and the policy two; allowed: another out=, or replace=True"
    ):
        problem().run({"one": {"k": 1.0}}, futures=1000, seed=3, out=folder)
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(BadInput, match="holds other files"):
        problem().run(POLICIES, futures=64, out=tmp_path)
    with pytest.raises(BadInput, match="run of the problem stored, not of a case"):
        pm.open(folder)
    with pytest.raises(BadInput, match=r"no results found here; allowed: .* run\(\.\.\., out=FOLDER\)$"):
        problem().stored(tmp_path / "nothing")


def test_a_policy_may_not_have_the_name_of_a_folder_of_ours():
    for name in ("futures", "series", "a/b", ".x"):
        with pytest.raises(BadInput, match="is no name for a policy"):
            problem().run({name: {"k": 1.0}}, futures=8)


def test_the_same_seed_gives_the_same_futures_whatever_else_is_run():
    first, more = problem().run({"one": {"k": 1.0}}, futures=100, seed=9), problem().run(POLICIES, futures=300, seed=9)
    assert first.table("one").equals(more.table("one").head(100))


def test_a_file_that_the_model_reads_is_part_of_what_it_is(tmp_path):
    (tmp_path / "rates.csv").write_text("2.0")

    def model(x):
        return {"y": x * float((tmp_path / "rates.csv").read_text())}

    def made(**more):
        return pm.Problem("reads", model, [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y")], **more)

    run = made(files=[tmp_path / "rates.csv"]).run(futures=16, out=tmp_path / "run")
    (tmp_path / "rates.csv").write_text("3.0")
    with pytest.raises(NotReproducible, match="other model"):
        made(files=[tmp_path / "rates.csv"]).run(futures=16, out=tmp_path / "run", resume=True)
    with pytest.raises(NotReproducible, match=r"has changed since \(file 1, rates.csv\)"):
        run.sensitivity("y")
    with pytest.raises(BadInput, match=r"reads: files: no such file: .*rate.csv"):
        made(files=tmp_path / "rate.csv")


OWN = """
import dataclasses
from contextlib import contextmanager
import numpy as np
import premortem as pm
import {helper}

@dataclasses.dataclass
class Kind:
    by: float = 2.0
    def of(self, x):
        return self.by * x

@contextmanager
def scaled(x):
    yield {helper}.times(x) + Kind().of(x)

def f(x):
    with scaled(x) as y:
        return {{"y": y}}

problem = pm.Problem("own", f, [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y")])
"""


def _loaded(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_model_is_known_by_its_code_and_not_by_the_name_of_its_module(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_helper_a.py").write_text("def times(x):\n    return 3 * x\n")
    (tmp_path / "own_helper_b.py").write_text("def times(x):\n    return 4 * x\n")
    path = tmp_path / "own.py"
    path.write_text(OWN.format(helper="own_helper_a"))
    run = _loaded(path, "script").problem.run(futures=16, out=tmp_path / "run")
    imported = _loaded(path, "own")
    assert imported.problem.stored(tmp_path / "run").table().equals(run.table())
    imported.own_helper_a.times = importlib.import_module("own_helper_b").times
    with pytest.raises(NotReproducible, match="other model"):
        imported.problem.stored(tmp_path / "run")
    path.write_text(OWN.format(helper="own_helper_a").replace("+ Kind", "- Kind"))
    with pytest.raises(NotReproducible, match="other model"):  # within what a library wraps
        _loaded(path, "again").problem.stored(tmp_path / "run")
