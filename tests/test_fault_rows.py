"""Every fault that was seen and mended has a test that bears its id: `test_f003_...` for row F003 of the table."""

import csv
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parents[1] / "shared" / "cases" / "faults.csv"
NAMED = re.compile(r"^\s*(?:async )?def test_(f\d{3})_\w+", re.M)
pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="the table of faults is not beside this checkout")


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def bearers() -> dict[str, list[str]]:
    """By id, the files whose tests bear it in their names."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in NAMED.findall(path.read_text("utf-8")):
            found.setdefault(name.upper(), []).append(str(path.relative_to(TESTS)))
    return found


def test_every_row_has_a_test_by_its_id():
    rows = table()
    assert len(rows) > 100
    lacking = sorted(rows.keys() - bearers().keys())
    assert not lacking, "no test by its id: " + ", ".join(f"{name} ({rows[name]['area']})" for name in lacking)


def test_no_test_bears_an_id_that_is_no_row():
    assert bearers()
    assert not {name: files for name, files in bearers().items() if name not in table()}
