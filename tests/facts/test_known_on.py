"""A day on every row: what has none is known on no day, and a label or a year is none."""

from datetime import date

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.facts.cells import checked
from premortem.watch import process

NOTE = date(2025, 2, 26)


def test_f036_every_table_that_says_when_says_it_in_days():
    said = [name for name in facts.catalogue() if "known_on" in facts.read(name).columns]
    assert {"quantities", "positions", "baselines", "observations", "history_checks"} <= set(said)
    for name in said:
        assert facts.read(name).schema["known_on"] == pl.Date, name


def test_f036_what_is_carried_forward_or_moved_has_a_day_on_every_row():
    for name, column in (
        ("baselines", "known_on"),
        ("observations", "known_on"),
        ("event_moves", "date"),
        ("events", "date"),
    ):
        frame = facts.read(name)
        assert frame.schema[column] == pl.Date, name
        assert not frame[column].null_count(), name
    assert facts.read("baselines")["known_on"].max() <= NOTE


def test_f036_events_of_the_process_rest_on_days_up_to_the_note():
    assert all(event.known_on <= NOTE for event in process.events(default()).values())


@pytest.mark.parametrize("wrong", ["P/H", "2025", "2025-02", "January 2025"])
def test_f036_a_label_or_a_year_is_refused_with_file_and_row(wrong):
    frame = pl.DataFrame({"quantity": ["a", "b"], "known_on": ["2025-01-15", wrong]})
    with pytest.raises(
        (BadInput, BadInputs), match=r"some\.csv: row 3: known_on: .* is not a day; allowed: a day such as 2026-01-31"
    ):
        checked(frame, "some.csv", {})


def test_f036_a_year_that_reads_as_a_number_is_refused_too():
    with pytest.raises(BadInput, match="row 2: known_on"):
        checked(pl.DataFrame({"known_on": [2025]}), "some.csv", {})
