"""The layout of a table is kept under the name that it bears, and never that of a table that was read wrong."""

import pytest

from premortem.law.ledger import profiles
from premortem.law.ledger.intake import Convention

HOW = Convention({"Ship-To": "destination"}, dates="DMY", profile="desk")


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def summary(rows=10, rejected=0):
    return {"rows": rows, "rejected_count": rejected, "notes": ["a note"]}


def test_a_layout_that_reads_most_rows_is_kept_and_read_back():
    told = profiles.keep_new(summary(), HOW, None)
    assert told == {"profile": str(profiles.path_of("desk")), "notes": ["a note"]}
    kept = profiles.kept("desk")
    assert (kept.columns, kept.dates, kept.profile) == ({"Ship-To": "destination"}, "DMY", "desk")


@pytest.mark.parametrize(("used", "held"), [(Convention({"Ship-To": "destination"}), None), (HOW, HOW)])
def test_a_table_without_a_name_and_one_read_as_it_was_kept_change_nothing(used, held):
    assert profiles.keep_new(summary(), used, held) == {"profile": None, "notes": ["a note"]}
    assert profiles.names() == ()


@pytest.mark.parametrize(("rows", "rejected", "why"), [(10, 5, "5 of 10 rows were rejected"), (0, 0, "it has no rows")])
def test_a_layout_by_which_half_of_the_rows_were_rejected_is_not_kept_and_a_note_says_so(rows, rejected, why):
    given = summary(rows, rejected)
    told = profiles.keep_new(given, HOW, None)
    assert told == {"profile": None, "notes": ["a note", f"its layout is not kept as desk, since {why}"]}
    assert given["notes"] == ["a note"]
    assert profiles.names() == ()
