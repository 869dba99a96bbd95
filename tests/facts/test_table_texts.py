"""Texts of tables that readers see are said for readers: no notes to those who made them, no keys, no names of files, no word that
leans on another row.
"""

import csv
import re
import tomllib

import pytest

from premortem.case import load

CASES = ("us_ai_2025", "eu_gpai")
# Columns that a page, a brief or `--json` shows as sentences, by table below the case's folder.
TEXTS = {
    "facts/readings.csv": ("definition", "source", "like_for_like"),
    "facts/dated_events.csv": ("title", "source"),
    "facts/events.csv": ("title", "summary", "source"),
    "facts/baselines.csv": ("source",),
    "facts/observations.csv": ("source",),
    "facts/public_views.csv": ("method", "source", "note"),
    "facts/history_checks.csv": ("source",),
    "facts/compute_share.csv": ("source",),
    "params.csv": ("meaning", "basis"),
}
LINK = re.compile(r"https?://\S+")
NOTES = {
    "a note to oneself": r"\b(SHOULD|MUST|CONTRADICTS|LIKE FOR LIKE|GROSS|OWNED|TODO|FIXME|XXX)\b|\bshould be (mapped|checked|read)\b",
    "the name of a file": r"\b\w+\.(csv|md|toml|py)\b",
    "a key": r"\b[a-z0-9]+(_[a-z0-9]+)+\b",
    "a word that leans on another row": r"\bas above\b|^[Tt]he same\b",
    "a number without its table": r"\bquantit(y|ies) \d",
    "a paper that readers do not have": r"\bthe specification\b|\bstored pages?\b|\bshipped (line|trend|table)\b|\bpackaged (table \w+_|reading)",
}


def texts(case: str) -> list[tuple[str, str]]:
    """Every text with where it stands."""
    found = []
    for table, columns in TEXTS.items():
        path = load(case) / table
        if path.is_file():
            rows = csv.DictReader(path.read_text("utf-8").splitlines())
            found += [(f"{table} {i}: {c}", row.get(c) or "") for i, row in enumerate(rows, 2) for c in columns]
    for name in ("explanations", "unmapped"):
        path = load(case) / "watch" / f"{name}.toml"
        if path.is_file():
            found += [(f"{name}: {key}", str(says)) for key, says in tomllib.loads(path.read_text("utf-8")).items()]
    return found


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("kind", NOTES)
def test_no_text_of_a_table_holds(case, kind):
    wrong = [(at, said) for at, said in texts(case) if re.search(NOTES[kind], LINK.sub("", said))]
    assert not wrong, wrong[:5]


def test_the_patterns_find_what_they_are_for():
    for said in (
        "SHOULD be mapped apart from third-market tokens",
        "quantity 22: judgement from DRAM wafers",
        "as above; total by judgement",
        "The same",
        "premortem events.csv",
        "the prior hosting_share rests on 6 of 40",
        "LBNL as read by the specification",
    ):
        assert any(re.search(pattern, said) for pattern in NOTES.values()), said
