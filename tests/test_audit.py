"""The audit of dependencies: a fault fails, and what was not looked up is never taken for sound."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "audit.py"
SOUND = {"name": "numpy", "version": "2.4.6", "vulns": []}
FAULTY = {"name": "jinja2", "version": "3.1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.3"]}]}
UNKNOWN = {"name": "jax", "skip_reason": "Dependency not found"}


@pytest.fixture
def audit():
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(
    ("report", "status", "tolerated", "said"),
    [
        ([SOUND], 0, 0, "1 locked packages, no known fault"),
        ([SOUND, FAULTY], 1, 1, "jinja2 3.1.0: PYSEC-1, mended in 3.1.3"),
        ([FAULTY, UNKNOWN], 1, 1, "jinja2 3.1.0"),
        ([SOUND, UNKNOWN], 2, 0, "does not answer for 1 of 2 packages (jax)"),
    ],
)
def test_a_fault_fails_and_a_gap_fails_unless_it_is_tolerated(
    audit, monkeypatch, capsys, report, status, tolerated, said
):
    monkeypatch.setattr(audit, "looked_up", lambda: report)
    assert audit.main([]) == status
    assert audit.main(["--where-reachable"]) == tolerated
    assert said in capsys.readouterr().out


def test_a_tool_that_cannot_be_had_is_one_line(audit, monkeypatch, capsys):
    def failed():
        raise subprocess.SubprocessError("WARNING: x\nERROR: No matching distribution found for pip-audit")

    monkeypatch.setattr(audit, "looked_up", failed)
    assert audit.main([]) == 2
    assert audit.main(["--where-reachable"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["audit: not audited: ERROR: No matching distribution found for pip-audit"] * 2
