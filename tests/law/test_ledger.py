"""Ledger files: what cannot be read is counted, told and written beside; what is no ledger is one short line."""

import difflib
import json

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from premortem.case import default
from premortem.cli import app
from premortem.errors import BadInput, BadInputs
from premortem.law import book as rules
from premortem.law import transactions
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import csv_files, decisions, field_guesses, files, matching, unread_parties
from tests.examples import examples

CASE = default()
WORDS = vocabulary(CASE)

HEAD = "item,quantity,destination,date,consignee\n"
GOOD = "H20,10,FRA,2025-06-01,One\n"
BAD = "Nothing,10,FRA,2025-06-01,Two\n"


def run(*words):
    return CliRunner().invoke(app, ["ledger", *map(str, words)])


def test_f018_rejected_rows_are_counted_written_beside_and_told_by_the_exit_status(tmp_path):
    path, out = tmp_path / "l.csv", tmp_path / "decided.csv"
    path.write_text(HEAD + 3 * GOOD + 18 * BAD)
    done = run(path, "-o", out, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["rows"], told["rejected_count"], len(told["rejected"])) == (21, 18, 18)
    beside = tmp_path / "decided.rejected.csv"
    assert told["rejected_file"] == str(beside)
    kept = pl.read_csv(beside)
    assert kept["_row"].to_list() == list(range(4, 22))
    assert kept["item"].to_list() == 18 * ["Nothing"]
    assert set(kept["rejected"]) == {"no such item: Nothing"}
    said = run(path, "-o", out).stdout
    assert "21 rows, 18 of them rejected" in said.replace("\n", " ")


def test_f018_mended_rows_are_decided_from_the_file_that_was_written_beside(tmp_path):
    path, out = tmp_path / "l.csv", tmp_path / "decided.parquet"
    path.write_text(HEAD + GOOD + BAD)
    assert run(path, "-o", out).exit_code == 1
    beside = tmp_path / "decided.rejected.csv"
    beside.write_text(beside.read_text().replace("Nothing", "H20"))
    again, told, _ = decisions.decide_file(beside, rules.load("history"))
    assert (again.height, told["rejected"]) == (2, [])


def test_f018_a_ledger_without_rejected_rows_ends_well_and_writes_nothing_beside(tmp_path):
    path, out = tmp_path / "l.csv", tmp_path / "decided.csv"
    path.write_text(HEAD + GOOD)
    done = run(path, "-o", out, "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["rejected_count"], told["rejected_file"]) == (0, None)
    assert {p.name for p in tmp_path.iterdir()} == {"l.csv", "decided.csv"}


@pytest.mark.parametrize("content", ["", "\ufeff", "\n\n", "\ufeff \n"])
def test_f089_a_file_with_no_more_than_a_mark_is_empty(tmp_path, content):
    path = tmp_path / "bom.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=r"^bom\.csv: is empty; allowed: a CSV or Parquet file with a header$"):
        files.read(path)


def test_f091_thousands_of_unknown_headings_are_one_short_line_at_once(tmp_path, monkeypatch):
    path = tmp_path / "wide.csv"
    names = [f"heading{i:05}" for i in range(3_000)]
    path.write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    sought: list[str] = []
    close = difflib.get_close_matches
    monkeypatch.setattr(difflib, "get_close_matches", lambda name, *a, **k: sought.append(name) or close(name, *a, **k))
    folded: list[str] = []
    fold = matching.fold_heading
    monkeypatch.setattr(matching, "fold_heading", lambda heading: folded.append(heading) or fold(heading))
    with pytest.raises((BadInput, BadInputs)) as caught:
        decisions.decide_file(path, rules.load("history"))
    assert len(folded) < 20 * len(names), "each heading is folded a few times, not once for each other one"
    field_guesses.guess(names, WORDS)
    with pytest.raises((BadInput, BadInputs)) as renamed:
        field_guesses.rename_columns(pl.DataFrame({"a": [1]}), dict.fromkeys(names, "item"), path.name, WORDS)
    assert len(sought) < 50, "a search for a near name takes longer the more names there are"
    (line,) = [text for text in str(caught.value).splitlines() if "heading" in text]
    assert line.startswith("wide.csv: no such column 3,000 times: heading00000, heading00001, heading00002, ...")
    assert len(str(caught.value)) < 1_000
    assert len(str(renamed.value)) < 1_000


def test_f092_a_small_parquet_that_decodes_to_much_is_refused_before_it_does(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", files.MOST_BYTES // 10)
    path = tmp_path / "bomb.parquet"
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), ["x" * 20_000])
    schema = pa.schema([("note", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for part in range(0, 50_000, 5_000):
            writer.write_table(pa.table({"note": texts[part : part + 5_000].cast(pa.string())}, schema=schema))
    assert path.stat().st_size < 1_000_000
    with pytest.raises(BadInput, match=r"^bomb\.parquet: decodes to 1,000,000,000 bytes; allowed: at most"):
        files.read(path)


def test_f092_a_parquet_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "l.parquet"
    frame = pl.DataFrame({"item": ["H20", None, "H20"], "quantity": [1, 2, None], "note": ["a", "b" * 50, "a"]})
    frame.write_parquet(path)
    assert files.read(path).equals(frame)


def test_f092_lists_are_refused(tmp_path):
    path = tmp_path / "l.parquet"
    pl.DataFrame({"item": [["H20"]]}).write_parquet(path)
    with pytest.raises(BadInput, match=r"^l\.parquet: item: holds lists; allowed: columns of plain values$"):
        files.read(path)


def test_a_name_in_a_ledger_is_screened_as_one_alone(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text(
        "item,quantity,destination,date,consignee,parent_name,parent\nH20,1,FRA,2025-06-01,Huawai,Huawei,France\n"
    )
    from premortem.law.ledger.columns import check_columns, type_columns
    from premortem.law.row_defaults import complete

    rows = complete(
        type_columns(check_columns(files.read(path), path.name, WORDS), WORDS), rules.load("history")
    ).collect()
    assert rows.select("near_name", "entity_listed", "parent_headquarters").row(0) == (True, True, "FRA")


def test_the_file_of_rejected_rows_is_never_the_input(tmp_path):
    path, out = tmp_path / "own.rejected.csv", tmp_path / "own.csv"
    path.write_text(HEAD + GOOD + BAD)
    refused = CliRunner().invoke(app, ["ledger", str(path), "-o", str(out)])
    assert isinstance(refused.exception, BadInput)
    assert "own.rejected.csv, which is the input" in str(refused.exception)
    assert path.read_text() == HEAD + GOOD + BAD
    assert not out.exists()


@pytest.mark.parametrize("held", ["dear diary\n", "a,b\n1,2\n", "_row,item,rejected\n1,H20,\n", ""])
def test_a_file_that_the_user_did_not_name_is_replaced_only_where_it_holds_rejected_rows(tmp_path, held):
    path, out, beside = tmp_path / "l.csv", tmp_path / "own.csv", tmp_path / "own.rejected.csv"
    path.write_text(HEAD + GOOD + BAD)
    beside.write_text(held)
    assert isinstance(run(path, "-o", out).exception, BadInput)
    assert beside.read_text() == held
    assert not out.exists()
    beside.unlink()
    assert [run(path, "-o", out).exit_code for _ in range(2)] == [1, 1]


def test_rejected_rows_that_are_rejected_again_keep_one_column_of_numbers(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text(HEAD + GOOD + BAD)
    assert run(path, "-o", tmp_path / "one.csv").exit_code == 1
    assert run(tmp_path / "one.rejected.csv", "-o", tmp_path / "two.csv").exit_code == 1
    assert pl.read_csv(tmp_path / "two.rejected.csv")["_row"].to_list() == [2]  # its number in the whole ledger


YOTTA = "item,quantity,destination,date,consignee\n"


def mended(folder, rows):
    """The file of a rejected row, mended, beside the decided ledger that it is from."""
    path = folder / "l.csv"
    path.write_text(YOTTA + rows)
    run(path, "-o", folder / "out.csv", "--under", "as-written")
    beside = folder / "out.rejected.csv"
    beside.write_text(beside.read_text().replace("1.000", "1000"))
    return beside


@examples(0.4)
@given(first=st.integers(1, 1700), order=st.permutations([0, 1, 2]))
def test_mended_rows_are_decided_as_if_they_had_been_right_from_the_start(tmp_path_factory, first, order):
    folder = tmp_path_factory.mktemp("mended")
    lines = [f"H100 SXM,{n},ARE,2025-06-0{day},Yotta\n" for n, day in ((first, 1), ("1.000", 3), (300, 5))]
    rows = "".join(lines[i] for i in order)
    again, *_ = decisions.decide_file(mended(folder, rows), rules.load("as-written"))
    (folder / "right.csv").write_text(YOTTA + rows.replace("1.000", "1000"))
    right, *_ = decisions.decide_file(folder / "right.csv", rules.load("as-written"))
    assert again.equals(right)


def test_a_mended_row_is_told_of_a_limit_that_the_decided_rows_used_up(tmp_path):
    beside = mended(tmp_path, "H100 SXM,1000,ARE,2025-06-01,Yotta\nH100 SXM,1.000,ARE,2025-06-03,Yotta\n")
    done = run(beside, "-o", tmp_path / "new.csv", "--under", "as-written", "--json")
    assert json.loads(done.stdout)["joined"] == str(tmp_path / "out.csv")
    outcomes = pl.read_csv(tmp_path / "new.csv")["outcome"].to_list()
    assert outcomes == ["exception:LPP", "licence:presumption_of_approval"]


def test_mended_rows_without_the_table_that_rejected_them_are_refused_not_cleared(tmp_path):
    beside = mended(tmp_path, "H100 SXM,1.000,ARE,2025-06-03,Yotta\n")
    text = beside.read_text()
    book = rules.load("as-written")
    (other := tmp_path / "renamed.csv").write_text(text)
    for path in (other, beside):
        if path == beside:
            (tmp_path / "out.csv").unlink()
        with pytest.raises(BadInput, match=r"OUT\.rejected\.csv beside its OUT\.csv"):
            decisions.decide_file(path, book)
    with pytest.raises(BadInput, match="numbers rows of another ledger"):
        decisions.decide_ledger(pl.read_csv(other), book)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1,H100 SXM,5,ARE,2025-06-01,Yotta,", "is not the number of a row that out.csv rejected"),
        ("x,H100 SXM,5,ARE,2025-06-01,Yotta,", "x is not the number"),
        (2 * "2,H100 SXM,5,ARE,2025-06-01,Yotta,\n", "2 stands twice"),
    ],
)
def test_mended_rows_that_are_not_those_that_the_table_rejected_are_refused(tmp_path, line, why):
    beside = mended(tmp_path, "H100 SXM,1000,ARE,2025-06-01,Yotta\nH100 SXM,1.000,ARE,2025-06-03,Yotta\n")
    beside.write_text(f"_row,{YOTTA.strip()},rejected\n{line}")
    with pytest.raises(BadInput, match=why):
        decisions.decide_file(beside, rules.load("as-written"))


def test_rejected_rows_of_an_earlier_output_go_when_none_are_rejected_any_more(tmp_path):
    beside = mended(tmp_path, "H100 SXM,1.000,ARE,2025-06-03,Yotta\n")
    (tmp_path / "l.csv").write_text(YOTTA + "H100 SXM,1000,ARE,2025-06-03,Yotta\n")
    assert run(tmp_path / "l.csv", "-o", tmp_path / "out.csv").exit_code == 0
    assert not beside.exists()


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"tpp": "100"}, "tpp is not that of H100 SXM: the catalogue says 15,824"),
        ({"performance_density": "1"}, "performance_density is not that of H100 SXM: the catalogue says 19.4398"),
        ({"datacentre": "no"}, "datacentre is not that of H100 SXM: the catalogue says yes"),
        ({"tpp": "15800", "datacentre": "yes"}, None),
        ({"item": "my own chip", "tpp": "100"}, "no such item: my own chip"),
        ({"item": "sme_tool", "tpp": "1"}, "tpp is not that of sme_tool: it is 0"),
        ({"item": "open_weights", "published": "no"}, "published is not that of open_weights: it is yes"),
        ({"item": "chip", "tpp": "100"}, None),
    ],
)
def test_a_row_that_contradicts_the_catalogue_is_rejected_as_a_check_refuses_it(more, why):
    row = {"item": "H100 SXM", "quantity": "1", "destination": "ARE", "date": "2025-06-01"} | more
    decided = decisions.decide_ledger(pl.DataFrame([row]), rules.load("history"))
    assert decided["rejected"][0] == why
    try:
        transactions.parse(row, CASE)
    except BadInput as wrong:
        assert why in (f"{wrong.key} {wrong.what}", wrong.what)
    else:
        assert why is None


def test_a_header_beyond_the_first_bytes_is_read_whole(tmp_path, monkeypatch):
    """Cut short, its last name would be another column's. Its empty columns are looked up in no list."""
    looked_up: list[str] = []
    monkeypatch.setattr(unread_parties, "listed_names", lambda texts, case: looked_up.append(texts.name) or frozenset())
    path = tmp_path / "wide.csv"
    heads = ",".join(f"_head{i:095}" for i in range(700))
    assert len(heads) > csv_files.HEAD_BYTES
    path.write_text(f"item,quantity,destination,date,{heads}\nH20,1,FRA,2025-06-01,{',' * 699}\n")
    decided, told, _ = decisions.decide_file(path, rules.load("history"))
    assert (decided.width > 700, told["rejected"], looked_up) == (True, [], [])


def test_a_ledger_asks_of_an_item_near_a_known_one_which_is_meant():
    rows = [{"item": i, "quantity": "1", "destination": "ARE", "date": "2025-06-01"} for i in ("H2O", "Nothing", "H20")]
    why = decisions.decide_ledger(pl.DataFrame(rows), rules.load("history"))["rejected"].to_list()
    unread = "no such item: "
    assert why == [f"{unread}H2O; did you mean H20, H20 141GB, HGX H20 8-GPU?", f"{unread}Nothing", None]
