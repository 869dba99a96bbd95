"""CONTRIBUTING's checklists: what they name is there, and one that is followed to the letter does what it says."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

import premortem
from premortem.case import Case, default
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
LISTS = {part.partition("\n")[0]: part.partition("\n")[2] for part in TEXT.split("\n## ")[1:]}
# What a contributor names anew.
NEW = {"C/clauses/INSTRUMENT.toml", "C/assumptions/a6.toml"}
PLACES = {"C": default().folder, "src": ROOT / "src", "tests": ROOT / "tests", "docs": ROOT / "docs"}
HOME = Path(premortem.__file__).parent


def place(named):
    """A file or folder that a checklist names, from the place that its first part stands for, by default the package."""
    first, _, rest = named.partition("/")
    return PLACES[first] / rest if first in PLACES else HOME / named


NAMED = sorted({n for n in re.findall(r"`([\w.]+/[\w./]*)`", TEXT) if n not in NEW and "/" in n.rstrip("/")})


@pytest.mark.parametrize("named", NAMED)
def test_every_file_that_a_checklist_names_is_there(named):
    assert place(named).exists()


def test_the_lists_name_files():
    assert len(NAMED) > 15
    assert not place("C/clausess").exists()


CLAUSE = {
    "says": '"Denial is presumed for chips to Iceland"',
    "stage": '"review"',
    "applies": """"eccn = '3A090.a' and destination = 'ISL' and tpp >= line" """,
    "then": '"licence:presumption_of_denial"',
    "published": "2025-02-01",
    "effective": "2025-05-01",
    "complies": "2025-05-20",
    "citation": '"an example"',
    "confidence": '"high"',
}


def test_add_a_clause_as_the_checklist_says(tmp_path):
    step = LISTS["Add a clause"].partition("\n2. ")[0]
    keys, requirement = step.partition("a requirement names")[::2]
    named = re.findall(r"`(\w+)`", keys)
    assert named == [*CLAUSE]
    assert re.findall(r"`(\w+)`", requirement)[:2] == ["prohibition", "admits"]
    folder = tmp_path / "us_ai_2025"
    shutil.copytree(default().folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    body = "".join(f"{key} = {value}\n" for key, value in CLAUSE.items())
    number = 'order = 5\nline = { value = 4000, unit = "TPP" }\n'
    text = f'instrument = "An example"\n\n[iceland]\n{body}{number}'
    (folder / "clauses" / "example.toml").write_text(text, "utf-8")
    book = rules.load("as-written", Case(folder))

    def asked(item, day):
        return explain(Transaction(item=item, quantity=5000, destination="ISL", date=day, case=book.case), book)

    assert asked("H100 SXM", date(2025, 6, 1)).clause == "example.iceland"
    assert asked("H100 SXM", date(2025, 5, 19)).clause != "example.iceland"  # in force from `complies`
    assert asked("A100 40GB", date(2025, 6, 1)).clause != "example.iceland"  # below its number
