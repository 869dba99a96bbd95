"""The packaged tables: every one says what it is, every column what it means, and nothing that is needed is missing."""

import csv
import hashlib
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.ensemble import priors
from premortem.ensemble.evidence import evidence
from premortem.errors import BadInput

TABLES = list(facts.catalogue())
NOTE = date(2025, 2, 26)
# Columns that no row may leave empty, where a table has them.
NEVER_EMPTY = {
    "iso3",
    "year",
    "fuel",
    "twh",
    "quantity",
    "unit",
    "source",
    "confidence",
    "known_on",
    "name",
    "id",
    "tpp",
}
# What is not published stays empty: missing is never zero.
MAY_BE_EMPTY = {
    ("chips", "tpp"),
    ("capacity", "source"),
    ("epoch_models_2025_02_24", "confidence"),
    ("figure1_framework", "unit"),
    ("ember_demand", "twh"),
    ("epoch_lab_compute_spend", "known_on"),
    ("positions", "known_on"),  # cannot be proved, and so counts on no day
    ("quantities", "known_on"),
}
SHARED = Path(__file__).parents[3] / "shared" / "data"


def rows_named(basis):
    """Numbers of the packaged `quantities` table that a prior's basis names, sorted: "rows 2, 8 and 12 of the quantities"."""
    named = re.findall(r"\brows? (\d[\d, and]*)", basis)
    return tuple(sorted({int(number) for group in named for number in re.findall(r"\d+", group)}))


@pytest.fixture(scope="module")
def shipped():
    return priors.read(world.PARAMS)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_it_is(name):
    table = facts.catalogue()[name]
    for field in ("title", "source", "unit", "licence", "confidence"):
        assert getattr(table, field).strip(), field
    assert date.fromisoformat(table.date) <= date.today()
    assert table.confidence in ("low", "medium", "high", "per row")
    if table.confidence == "per row":
        assert {"confidence", "source", "basis", "known_on"} & set(facts.read(name).columns)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_says_what_it_means(name):
    silent = [c for c in facts.read(name).columns if not facts.catalogue()[name].columns.get(c)]
    assert not silent, f"say in facts/data/columns.toml what they mean: {silent}"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_rows_no_nan_and_nothing_empty_that_is_needed(name):
    frame = facts.read(name)
    assert frame.height > 0
    floats = [c for c, t in frame.schema.items() if t.is_float()]
    assert not [c for c in floats if frame[c].is_nan().any() or frame[c].is_infinite().any()]
    needed = [c for c in frame.columns if c in NEVER_EMPTY and (name, c) not in MAY_BE_EMPTY]
    assert not [c for c in needed if frame[c].null_count()]


def test_every_file_in_the_package_is_a_table_of_the_catalogue():
    files = {p.name.removesuffix(".csv") for p in (default() / "facts").iterdir() if p.name.endswith(".csv")}
    assert files == set(TABLES)


# Tables whose texts were working notes and are now said for who reads them, with the columns of texts.
REWORDED = {
    "readings": (
        "definition",
        "source",
        "url",
        "like_for_like",
        "correlated_with",
    ),  # quarters of a year are of one fact with it
    "dated_events": ("title", "source"),
    "compute_share": ("source",),
}


def test_status_gives_the_hash_of_the_file_as_packaged():
    for row in facts.status():
        raw = ((default() / "facts") / f"{row['name']}.csv").read_bytes()
        assert row["sha256"] == hashlib.sha256(raw).hexdigest()
        assert row["rows"] == sum(1 for _ in csv.reader(raw.decode("utf-8").splitlines())) - 1


def test_an_unknown_table_is_refused_with_the_near_name():
    with pytest.raises(BadInput, match="did you mean observations"):
        facts.read("observation")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the hand-over folder is beside the sources only")
def test_what_was_copied_is_what_was_handed_over():
    """Byte for byte, but for tables that were corrected since; those keep their origin in the catalogue."""
    corrected = {
        "assumptions",
        "observations",
        "positions",
        "entities",
        "parties",
        "chips",
        "systems",
        "aliases",
        "country_changes",
        "countries",
        *REWORDED,
    }
    origins = {p.stem.replace("-", "_"): p for p in SHARED.rglob("*.csv")}
    for name in set(TABLES) & set(origins) - corrected:
        assert ((default() / "facts") / f"{name}.csv").read_bytes() == origins[name].read_bytes(), name


@pytest.mark.skipif(not SHARED.is_dir(), reason="the hand-over folder is beside the sources only")
@pytest.mark.parametrize("name", REWORDED)
def test_where_texts_were_said_for_readers_every_number_and_day_is_as_handed_over(name):
    (origin,) = [p for p in SHARED.rglob(f"{name}.csv")]
    ours, theirs = (pl.read_csv(p, infer_schema=False) for p in (default() / "facts" / f"{name}.csv", origin))
    kept = [c for c in ours.columns if c not in REWORDED[name]]
    assert ours.select(kept).equals(theirs.select(kept))


# Priors and the ninety-two quantities.

QUANTITIES = {int(row["number"]): row for row in facts.read("quantities").to_dicts()}


def test_every_prior_says_on_what_it_rests_and_since_when(shipped):
    for row in shipped.rows:
        assert len(row.basis) > 5, row.name
        assert row.known_on <= NOTE, row.name
        assert all((row.unit, row.meaning, row.binds)), row.name


def test_priors_rest_on_no_hindsight(shipped):
    """A prior names only quantities whose numbers were public by its own day, and that by the day of the note."""
    rests = {c.name: [int(q) for q in c.quantity.split(";") if q.strip()] for c in evidence(default(), shipped)}
    for row in shipped.rows:
        for number in {*rows_named(row.basis), *rests[row.name]}:
            known = QUANTITIES[number]["known_on"]
            assert known is not None, (row.name, number)
            assert known <= row.known_on <= NOTE, (row.name, number)


def test_a_prior_without_a_source_is_called_a_judgement_and_not_trusted(shipped):
    for row in shipped.rows:
        if row.basis.startswith("judgement"):
            assert row.confidence in ("low", "medium"), row.name


def test_quantities_are_read_out_of_a_sentence():
    said = (
        "row 11 of the quantities (0.08 to 0.30, judgement) against rows 2, 8 and 12, which together imply about 0.05"
    )
    assert rows_named(said) == (2, 8, 11, 12)
    assert rows_named("judgement: few end-use checks are made abroad") == ()


def test_history_checks_speak_of_the_time_before_the_note():
    frame = facts.read("history_checks")
    years = frame["expression"].str.extract_all(r"20\d\d").list.eval(pl.element().cast(pl.Int64)).list.max()
    assert years.max() <= 2025
    for row in frame.to_dicts():
        late = row["known_on"] > NOTE
        assert not late or "hindsight" in row["source"], row["quantity"]
        assert row["low"] <= row["recorded"] <= row["high"], row["quantity"]


def test_days_are_found_as_where_every_column_is_tried_as_a_day():
    held = (
        b"day,empty_first,moment,number,words,code,late_word,month\n"
        b"2025-02-26,,2025-02-26 10:30:00,1.5,as it is,007,2025-01-01,2025-01\n"
        b"2025-03-01,2024-12-31,2025-03-01 00:00:00,,2025-01-01,008,unknown,2025-02\n"
    )
    found = facts.tables._typed(held, ["code", "absent"])
    tried = pl.read_csv(held, try_parse_dates=True, schema_overrides={"code": pl.String}, infer_schema_length=None)
    assert found.schema == tried.schema
    assert found.equals(tried)
    assert [found.schema[name] for name in ("day", "empty_first", "words")] == [pl.Date, pl.Date, pl.String]
