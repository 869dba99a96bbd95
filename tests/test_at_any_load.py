"""The suite is green at any load and in any order: no time limits, no shared chance, waits for events."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import waiting

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
# Calls that a slow machine turns red, or that only waste a fast one's time.
SLEEPS = ("sleep", "wait_for_timeout")
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "times", "getrusage"}
# Where a pause is the point: a slow link, the step of a wait for something, and a kill at a moment that nothing announces.
MAY_SLEEP = {"slow_link.py": 2, "test_screens.py": 1, "waiting.py": 1, "test_moves.py": 1, "test_run_and_store.py": 1}


def told(*names: str) -> dict[Path, ast.AST]:
    """Files of tests that hold any of these names, as trees: the others have nothing to look at."""
    texts = {path: path.read_text("utf-8") for path in FILES}
    return {path: ast.parse(text) for path, text in texts.items() if any(name in text for name in names)}


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def limits(tree: ast.AST) -> list[str]:
    """Time limits of properties in a module: a deadline other than None, wherever a keyword or a key names one."""
    given_ = [(k.arg, k.value) for call in calls(tree) for k in call.keywords]
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            given_ += [(getattr(k, "value", None), v) for k, v in zip(node.keys, node.values, strict=True)]
    return [
        ast.unparse(v) for k, v in given_ if k == "deadline" and not (isinstance(v, ast.Constant) and v.value is None)
    ]


def test_f109_no_property_has_a_time_limit():
    assert settings().deadline is None
    assert not {path.name: found for path, tree in told("deadline").items() if (found := limits(tree))}
    assert limits(ast.parse("@settings(max_examples=3, deadline=200)\ndef test(): ...")) == ["200"]
    assert limits(ast.parse("LOOSE = {'deadline': 1000}")) == ["1000"]


@given(number=st.integers())
def test_f109_a_property_that_names_no_settings_takes_the_time_it_takes(number):
    assert settings().deadline is None, number


def test_f109_tests_wait_for_events_and_not_for_a_while():
    asleep = {p.name: [c for c in calls(tree) if name_of(c) in SLEEPS] for p, tree in told(*SLEEPS).items()}
    assert {name: len(found) for name, found in asleep.items() if found} == {
        name: count for name, count in MAY_SLEEP.items() if asleep[name]
    }


def test_f109_no_test_is_told_by_a_clock():
    for path, tree in told(*CLOCKS).items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare) and path.name not in ("waiting.py", Path(__file__).name):
                asked = {name_of(call) for call in calls(node)}
                assert not asked & CLOCKS, f"{path.name}:{node.lineno}"


def test_f109_no_alarm_rings_after_a_number_of_seconds():
    for path, tree in told("alarm(", "setitimer").items():
        given_ = [c.args[-1] for c in calls(tree) if name_of(c) in ("alarm", "setitimer")]
        assert all(ast.unparse(after) in ("longest()", "0") for after in given_), path.name


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("np.random.normal()", "draws from the random state that all tests share"),
        ("np.random.default_rng(0)", "1 passed"),
    ],
)
def test_f109_a_test_that_draws_from_the_shared_state_is_told(tmp_path, line, said):
    (tmp_path / "conftest.py").write_text("from tests.chance import no_shared_chance\n")
    (tmp_path / "test_one.py").write_text(f"import numpy as np\n\n\ndef test_one():\n    {line}\n")
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
    path = {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), *sys.path])}
    assert said in subprocess.run(asked, capture_output=True, text=True, env=os.environ | path, cwd=tmp_path).stdout


def test_what_never_comes_is_told_by_what_was_waited_for(monkeypatch):
    monkeypatch.setattr(waiting, "QUIET", 0.0)
    with pytest.raises(AssertionError, match=r"waited 0 seconds for `.*lambda: 1 == 2.*it never came so"):
        waiting.until(lambda: 1 == 2)


def test_a_wait_is_longer_where_more_programs_share_a_processor(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    for load, seconds in ((0.1, 60.0), (2.0, 60.0), (20.0, 600.0)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, 0.0, 0.0))
        assert waiting.longest() == seconds
