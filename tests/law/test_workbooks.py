"""Workbooks: one sheet of several is asked for, what is merged, failed, locked or damaged is told, and nothing takes all memory."""

import json
import zipfile
from datetime import date

import pytest
from typer.testing import CliRunner

from premortem.case import default
from premortem.cli import app
from premortem.errors import BadInput
from premortem.files import workbooks
from premortem.law import book as rules
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_file
from premortem.law.ledger.intake import Convention, take
from tests.law.sheets import ods, xlsx

WORDS = vocabulary(default())
LAW = rules.load("history")
HEAD = ["Item", "Qty", "Country", "Ship Date"]
ROW = ["H20", 1, "FR", date(2025, 3, 15)]


def test_f015_a_workbook_is_read_with_its_numbers_and_days(tmp_path):
    path = xlsx(tmp_path / "l.xlsx", S=[[*HEAD, "TPP"], [*ROW, None], ["chip", 2, "FR", date(2025, 3, 16), 1.234]])
    frame = take(path, WORDS).frame
    assert frame["date"].to_list() == ["2025-03-15", "2025-03-16"]
    assert frame["quantity"].to_list() == ["1", "2"]
    assert float(frame["tpp"][1]) == 1.234, "a number in a cell is never thousands"
    assert decide_file(path, LAW)[1]["rejected_count"] == 0


def test_an_open_document_sheet_is_read_too(tmp_path):
    path = ods(tmp_path / "l.ods", [HEAD, ["H20", "1", "FR", "15-Mar-2025"]])
    assert decide_file(path, LAW)[1]["outcomes"] == {"no_licence_required": 1}


def test_several_sheets_are_asked_for_and_empty_ones_are_not(tmp_path):
    path = xlsx(tmp_path / "l.xlsx", March=[HEAD, ROW], April=[HEAD, ROW, ROW], Empty=[])
    with pytest.raises(
        BadInput, match=r'^l\.xlsx: holds several sheets: March, April; allowed: sheet= "NAME" to say which$'
    ):
        take(path, WORDS)
    assert take(path, WORDS, Convention(sheet="April")).frame.height == 2
    with pytest.raises(BadInput, match=r"no such sheet: Aprill; allowed: .*; did you mean April"):
        take(path, WORDS, Convention(sheet="Aprill"))
    assert take(xlsx(tmp_path / "one.xlsx", March=[HEAD, ROW], Empty=[]), WORDS).frame.height == 1


def test_a_cell_over_several_rows_stands_in_each_and_a_number_there_is_refused(tmp_path):
    rows = [HEAD, ["H20", 4, "FR", date(2025, 3, 15)], ["L4", 1, None, None], ["H20", None, "DE", date(2025, 3, 15)]]
    told = decide_file(xlsx(tmp_path / "l.xlsx", ("C2:C3", "D2:D3"), S=rows), LAW)
    assert told[0]["destination"].to_list() == ["FR", "FR", "DE"]
    counted = decide_file(xlsx(tmp_path / "n.xlsx", ("B3:B4", "C2:C3", "D2:D3"), S=rows), LAW)[1]
    assert [wrong["row"] for wrong in counted["rejected"]] == [2, 3]
    assert counted["rejected"][0]["why"] == "quantity is one cell over rows 3 to 4: give each row its own"


def test_a_formula_that_failed_is_never_an_empty_cell(tmp_path):
    path = xlsx(tmp_path / "l.xlsx", Other=[], S=[[*HEAD, "End User"], [*ROW, "#REF!"], [*ROW, "Orange"]])
    told = decide_file(path, LAW)[1]
    assert told["rejected"] == [{"row": 1, "why": "end_user is a formula that failed: #REF!", "line": 2}]


def test_macros_are_not_run_and_that_is_told(tmp_path):
    path = xlsx(tmp_path / "l.xlsm", more={"xl/vbaProject.bin": b"\0"}, S=[HEAD, ROW])
    done = CliRunner().invoke(app, ["ledger", str(path), "--json"])
    assert json.loads(done.stdout)["notes"] == ["its macros were not run"]
    assert "note: l.xlsm: its macros were not run" in done.stderr


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LOCKED, "is protected by a password; allowed: a workbook saved without one"),
        (b"PK\x03\x04 half of a workbook", "is damaged"),
        (b"dear diary", "is damaged"),
        (b"", "is empty"),
    ],
)
@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_a_workbook_that_cannot_be_read_is_one_clear_line(tmp_path, content, said, ending):
    path = tmp_path / f"l.{ending}"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=said) as caught:
        take(path, WORDS)
    assert str(caught.value).startswith(path.name)
    assert "\n" not in str(caught.value)


def test_a_cell_far_away_and_a_file_that_decodes_to_much_take_no_memory_of_ours(tmp_path, monkeypatch):
    far = xlsx(tmp_path / "far.xlsx", S=[HEAD, ROW])
    with zipfile.ZipFile(far) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</sheetData>", cell)
    with zipfile.ZipFile(far, "w") as held:
        for name, text in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            held.writestr(name, text)
    with pytest.raises(BadInput, match="has a cell so far away"):
        take(far, WORDS)
    monkeypatch.setattr(workbooks, "MOST_BYTES", 1_000)
    with pytest.raises(BadInput, match=r"decodes to [\d,]+ bytes; allowed: at most 1,000"):
        take(xlsx(tmp_path / "l.xlsx", S=[HEAD, ROW]), WORDS)
