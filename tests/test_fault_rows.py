"""Every fault that was seen and mended has a test that bears its id: `test_f003_...` for row F003 of the table."""

import csv
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parents[1] / "shared" / "cases" / "faults.csv"
NAMED = re.compile(r"^\s*(?:async )?def test_(f\d{3})_\w+", re.M)
# Mended so far: these areas but for the rows beside them, and these rows of other areas.
AREAS, NOT_YET = ("law", "loss", "tests"), frozenset[str]()
ROWS = "F014 F018 F019 F032 F036 F037 F039 F040 F042 F046-F051 F053-F056 F058 F059 F061-F064 F068 F069 F074-F078 F087-F091 F099 F106 F107"

pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="the table of faults is not beside this checkout")


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def spelt_out(rows: str) -> set[str]:
    """Ids of a list in which `F046-F050` stands for all from the one to the other."""
    found = set()
    for part in rows.split():
        first, _, last = part.partition("-")
        found |= {f"F{n:03d}" for n in range(int(first[1:]), int((last or first)[1:]) + 1)}
    return found


def bearers() -> dict[str, list[str]]:
    """By id, the files whose tests bear it in their names."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for name in NAMED.findall(path.read_text("utf-8")):
            found.setdefault(name.upper(), []).append(str(path.relative_to(TESTS)))
    return found


def test_every_row_that_is_mended_has_a_test_by_its_id():
    rows = table()
    wanted = {name for name, row in rows.items() if row["area"] in AREAS and name not in NOT_YET} | spelt_out(ROWS)
    assert wanted <= rows.keys()
    assert len(wanted) > 45
    lacking = sorted(wanted - bearers().keys())
    assert not lacking, "no test by its id: " + ", ".join(f"{name} ({rows[name]['area']})" for name in lacking)


def test_no_test_bears_an_id_that_is_no_row():
    assert bearers()
    assert not {name: files for name, files in bearers().items() if name not in table()}
