"""A desk's own table is read as it is kept: what is clear is told, what is not is asked, and nothing is lost."""

import json
import re
import shlex
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from premortem.case import default
from premortem.cli import app
from premortem.errors import BadInput, BadInputs, PremortemError
from premortem.law import book as rules
from premortem.law.fields import days
from premortem.law.fields.places import iso3
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import profiles
from premortem.law.ledger.decisions import decide_file
from premortem.law.ledger.intake import Convention, take
from tests.law.sheets import desk_rows, xlsx

CASE = default()
WORDS = vocabulary(CASE)
LAW = rules.load("history")
HEAD = "item,quantity,destination,date\n"
OWN = "Shipment No,Ship Date,Qty,Ship-To Country,Ultimate Consignee,Part No,ECCN\n"


def kept(folder, text, name="desk.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def run(*words, stdin=None):
    return CliRunner().invoke(app, ["ledger", *map(str, words)], input=stdin)


def refused(path, how=None):
    with pytest.raises(PremortemError) as caught:
        decide_file(path, LAW, how or Convention())
    assert "\n" not in str(caught.value) or isinstance(caught.value, BadInputs)
    return str(caught.value)


def test_f012_a_desks_own_headings_are_matched_and_told(tmp_path):
    path = kept(tmp_path, OWN + "S1,2025-03-15,10,France,Orange,H20,3A090.a\n")
    decided, told, _ = decide_file(path, LAW)
    assert told["mapping"] == {
        "Shipment No": "id", "Ship Date": "date", "Qty": "quantity", "Ship-To Country": "destination",
        "Ultimate Consignee": "consignee", "Part No": "item",
    }  # fmt: skip
    assert told["unread"] == ["ECCN"]
    assert decided["_ECCN"].to_list() == ["3A090.a"], "a desk's own class is kept beside ours"
    assert told["rejected_count"] == 0


def test_of_twenty_rows_of_a_desk_at_most_three_are_rejected_and_titles_blanks_and_totals_are_no_rows(tmp_path):
    path = xlsx(tmp_path / "desk.xlsx", Shipments=desk_rows())
    done = run(path, "-o", tmp_path / "out.csv", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (told["rows"], told["mapping"]["Description"]) == (20, "item")
    assert [(wrong["row"], wrong["line"]) for wrong in told["rejected"]] == [(6, 10), (16, 21)]
    assert [(row["row"], row["why"]) for row in told["left_out"]] == [
        (1, "above the headings"), (3, "above the headings"), (15, "blank"), (26, "a total"), (27, "a note"),
    ]  # fmt: skip
    assert told["left_out"][0]["text"] == "Acme Export Desk: shipments of March"
    assert told["consignees_merged"] == [["YOTTA Data Services", "Yotta Data Services Pvt Ltd"]]
    decided = pl.read_csv(tmp_path / "out.csv")
    assert decided["date"].to_list()[:5] == ["2025-03-15", "2025-03-15", "2025-03-04", "2025-03-22", "2025-03-21"]
    iran = decided.filter(pl.col("consignee") == "Tehran Supply")
    assert not iran["may_go"].cast(pl.String).eq("true").any()


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("03/15/2025", date(2025, 3, 15)), ("15-Mar-2025", date(2025, 3, 15)), ("21.03.2025", date(2025, 3, 21)),
        ("20250322", date(2025, 3, 22)), ("2025-03-21T10:00", date(2025, 3, 21)), ("March 15, 2025", date(2025, 3, 15)),
        ("15 March 25", date(2025, 3, 15)), ("1/1/2025", date(2025, 1, 1)), ("45731", date(2025, 3, 15)),
        ("12. Juli 2025", date(2025, 7, 12)), ("3. März 2025", date(2025, 3, 3)), ("5. Okt. 2025", date(2025, 10, 5)),
        ("12 février 2025", date(2025, 2, 12)),
    ],
)  # fmt: skip
def test_f013_days_are_read_in_the_usual_forms(tmp_path, written, means):
    path = kept(tmp_path, f'{HEAD}H20,1,FRA,"{written}"\n')
    assert take(path, WORDS).frame["date"].to_list() == [str(means)]


def test_f013_a_day_that_hangs_on_the_order_is_asked_unless_its_column_shows_it(tmp_path):
    one = kept(tmp_path, HEAD + "H20,1,FRA,03/04/2025\n")
    assert 'date: 03/04/2025 may be 2025-04-03 or 2025-03-04; allowed: dates="DMY", or dates="MDY"' in refused(one)
    assert take(one, WORDS, Convention(dates="DMY")).frame["date"].to_list() == ["2025-04-03"]
    shown = kept(tmp_path, HEAD + "H20,1,FRA,03/04/2025\nH20,1,FRA,03/15/2025\n")
    assert take(shown, WORDS).frame["date"].to_list() == ["2025-03-04", "2025-03-15"]
    both = kept(tmp_path, HEAD + "H20,1,FRA,03/04/2025\nH20,1,FRA,03/15/2025\nH20,1,FRA,15/03/2025\n")
    assert 'dates="DMY"' in refused(both), "a column that shows both orders shows none"
    against = decide_file(shown, LAW, Convention(dates="DMY"))[1]
    assert against["rejected"] == [{"row": 2, "why": "date cannot be read: 03/15/2025"}]
    marks = kept(tmp_path, HEAD + "H20,1,FRA,17.06.2025\nH20,1,FRA,03/04/2025\n")
    assert "03/04/2025 may be" in refused(marks), "dots show nothing of slashes: another desk may have written those"
    assert take(marks, WORDS, Convention(dates="MDY")).frame["date"].to_list() == ["2025-06-17", "2025-03-04"]


@given(
    st.dates(date(2001, 1, 1), date(2060, 12, 31)), st.sampled_from(["{d}/{m}/{y}", "{d:02}.{m:02}.{y}", "{d}-{m}-{y}"])
)
def test_a_written_day_is_read_back_in_its_order_and_never_as_another(day, form):
    text = form.format(d=day.day, m=day.month, y=day.year)
    told = days.readings(text)
    assert told.day_first == day
    assert days.day(text) in (day, None)
    assert (days.day(text) is None) == (day.day <= 12 and day.day != day.month)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_is_read_in_the_usual_encodings_and_separators(tmp_path, encoding, separator):
    place = "Cote d'Ivoire" if encoding == "utf-16-le" else "Côte d’Ivoire"
    text = OWN.replace(",", separator) + separator.join(["S1", "2025-03-15", "10", place, "Orange", "H20", ""]) + "\n"
    taken = take(kept(tmp_path, text, encoding=encoding), WORDS)
    assert taken.frame["destination"].to_list() == [place]
    assert bool(taken.notes) == (encoding == "cp1252")


def test_a_pasted_table_is_decided(tmp_path):
    text = "Item\tQty\tShip Date\tCountry\nH20\t1\t15-Mar-2025\tFR\n"
    told = json.loads(run("-", "--json", stdin=text).stdout)
    assert (told["rows"], told["mapping"]["Country"]) == (1, "destination")
    bars = "| Item | Qty | Ship Date | Country |\n|---|---|---|---|\n| H20 | 1 | 15-Mar-2025 | FR |\n"
    again = json.loads(run("-", "--json", stdin=bars).stdout)
    assert (again["rows"], again["outcomes"], again["unread"]) == (1, told["outcomes"], [])


def test_a_slip_in_a_heading_is_refused_and_what_is_far_from_any_is_told_unread(tmp_path):
    slip = kept(tmp_path, "Item,Qty,Country,Ship Date,End Usr\nH20,1,FR,2025-03-15,Huawei\n")
    assert "End Usr: no such column" in refused(slip)
    assert "did you mean end_user?" in refused(slip)
    far = kept(tmp_path, "Item,Qty,Country,Ship Date,Incoterms\nH20,1,FR,2025-03-15,DDP\n")
    assert decide_file(far, LAW)[1]["unread"] == ["Incoterms"]
    ours = kept(tmp_path, "item,quantity,destination,date,Incoterms\nH20,1,FR,2025-03-15,DDP\n")
    assert "no such column; allowed: a field of docs/fields.md" in refused(ours)
    assert decide_file(ours, LAW, Convention({"Incoterms": ""}))[1]["unread"] == ["Incoterms"]


def test_two_columns_that_may_hold_one_field_are_asked(tmp_path):
    alike = kept(tmp_path, "Item,Qty,Country,Ship Date,Country\nH20,1,FR,2025-03-15,CN\n")
    assert 'Country: names two columns; allowed: each name once, or map="Country=FIELD" map="Country (2)=FIELD"' in refused(alike)  # fmt: skip
    how = Convention({"Country": "destination", "Country (2)": "headquarters"})
    assert take(alike, WORDS, how).frame.select("destination", "headquarters").row(0) == ("FR", "CN")
    rivals = kept(tmp_path, "Item,Qty,Ship-To Country,Ship Date,Country\nH20,1,FR,2025-03-15,CN\n")
    assert "Country: may be destination, which Ship-To Country gives too" in refused(rivals)
    who = kept(tmp_path, "Item,Qty,Country,Ship Date,Customer\nH20,1,FR,2025-03-15,Huawei\n")
    assert "Customer: may be consignee, purchaser or end_user" in refused(who)


@pytest.mark.parametrize(
    ("beside", "role"),
    [
        ("End User", "consignee"),
        ("Ultimate Consignee", "purchaser"),
        ("Ultimate Consignee,End User", "purchaser"),
        ("Consignee,End User,Forwarder", "purchaser"),
        ("Consignee,Purchaser", "end_user"),
        ("Consignee,Purchaser,End User", "intermediate"),
    ],
)
def test_a_customer_beside_other_parties_is_a_party_and_is_screened(tmp_path, beside, role):
    others = ",".join("Microsoft" for _ in beside.split(","))
    path = kept(
        tmp_path,
        f"Item,Qty,Country,Ship Date,End Use,Customer,{beside}\nT4,1,DE,2025-06-01,data centre,Huawei,{others}\n",
    )
    table, result, _ = decide_file(path, LAW, Convention())
    assert result["mapping"]["Customer"] == role
    assert table["outcome"].to_list() == ["licence:presumption_of_denial"]


def test_a_table_whose_headings_are_all_told_keeps_its_others_unread(tmp_path):
    path = kept(tmp_path, "A,B,C,D,E\nH20,1,FR,2025-03-15,x\n")
    told = {"A": "item", "B": "quantity", "C": "destination", "D": "date"}
    result = decide_file(path, LAW, Convention(told))[1]
    assert (result["mapping"], result["unread"], result["rows"]) == (told, ["E"], 1)
    assert "no such column: A" in refused(path) or "A: no such column" in refused(path)


def test_all_that_is_asked_of_a_sheet_is_asked_at_once(tmp_path):
    held = "Part,Material,Qty,Ship To,Date,End use\nH100,H100,10,FR,01/02/2026,foo\nA100,A100,1,DE,03/04/2026,bar\n"
    (tmp_path / "desk.csv").write_text(held)
    with pytest.raises(BadInputs) as asked:
        take(tmp_path / "desk.csv", WORDS, Convention({"Nope": "item", "Qty": "quanttiy"}))
    assert [(e.file, e.key) for e in asked.value.errors] == [
        ("desk.csv", "Nope"),
        ("desk.csv", "Material"),
        ("desk.csv", "End use"),
        ("desk.csv", "quanttiy"),
        ("desk.csv", "Date"),
    ]


def test_a_heading_of_few_values_that_holds_none_of_them_is_asked(tmp_path):
    path = kept(tmp_path, "Item,Qty,Country,Ship Date,End Use\nH20,1,FR,2025-03-15,cloud services\n")
    assert "End Use: may be end_use, of whose values it holds none: cloud services" in refused(path)
    assert 'map="End Use=" leaves it unread' in refused(path)


def test_numbers_in_both_conventions_are_read_and_those_that_hang_on_it_are_refused_or_told(tmp_path):
    path = kept(tmp_path, 'item,quantity,destination,date,tpp\nchip,"1,000",FR,2025-03-15,"1.234,5"\n')
    assert decide_file(path, LAW)[1]["rejected"][0]["why"].startswith(
        "quantity can be read two ways: 1,000 is 1 or 1000"
    )
    taken = take(path, WORDS, Convention(decimal="point"))
    assert taken.frame["quantity"].to_list() == ["1000"]


def test_f016_every_spelling_of_a_country_is_read_and_several_parts_only_where_they_agree():
    assert iso3("SG - Singapore", "to", CASE) == iso3("Singapore (SG)", "to", CASE) == "SGP"
    for text in ("China (Hong Kong)", "Niger/Nigeria", "Georgia, USA"):
        with pytest.raises(BadInput, match="no such country"):
            iso3(text, "to", CASE)


def test_a_profile_keeps_what_was_told_and_says_when_it_no_longer_fits(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    text = "Thing,Qty,Country,Ship Date,Customer\nH20,1,FR,03/04/2025,Orange\n"
    path = kept(tmp_path, text)
    first = run(
        path, "--profile", "desk", "--map", "Thing=item", "--map", "Customer=end_user", "--dates", "DMY", "--json"
    )
    assert json.loads(first.stdout)["profile"] == str(profiles.path_of("desk"))
    again = json.loads(run(path, "--profile", "desk", "--json").stdout)
    assert (again["mapping"]["Customer"], again["profile"], again["rejected"]) == ("end_user", None, [])
    other = kept(tmp_path, text.replace("Customer", "Buyer"))
    caught = run(other, "--profile", "desk").exception
    assert isinstance(caught, BadInput)
    assert str(caught).startswith("desk.csv: Customer: profile desk no longer fits: no such column")
    profiles.path_of("desk").write_text("dates = 'YMD'\n")
    assert isinstance(run(path, "--profile", "desk").exception, PremortemError)


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.sampled_from(["item", ""]), max_size=4))
def test_any_heading_is_kept_in_a_profile_as_it_stands(tmp_path_factory, columns):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("own")))
        how = Convention(
            {h.encode("utf-8", "ignore").decode(): f for h, f in columns.items()}, "March", "MDY", "comma", "x"
        )
        profiles.keep("x", how)
        assert profiles.kept("x") == how


@pytest.mark.parametrize("name", ["../x", "", "a/b", ".", "x" * 99])
def test_a_profile_is_no_path(name):
    with pytest.raises(BadInput, match="is no name"):
        profiles.path_of(name)


def test_a_million_columns_and_an_endless_name_are_one_short_line(tmp_path):
    wide = kept(tmp_path, ",".join(f"c{i}" for i in range(100_000)) + "\n")
    assert refused(wide) == "desk.csv: has 100,000 columns; allowed: at most 16,384"
    long = kept(tmp_path, HEAD.replace("date", "date,consignee") + f"H20,1,FRA,2025-03-15,{'x y ' * 2_500}\n")
    assert decide_file(long, LAW)[1]["rejected"][0]["why"] == "consignee has 10000 letters; at most 1,000"


def test_a_formula_that_failed_leaves_its_row_rejected_and_no_party_unnamed(tmp_path):
    path = kept(
        tmp_path, HEAD.replace("date", "date,consignee") + "H20,1,FRA,2025-03-15,#REF!\nH20,1,FRA,2025-03-15,Orange\n"
    )
    told = decide_file(path, LAW)[1]
    assert told["rejected"] == [{"row": 1, "why": "consignee is a formula that failed: #REF!"}]


@given(
    st.lists(
        st.sampled_from(["H20,1,FRA,2025-03-15,Orange", ",,,,", "Total,3,,,", ",,,,", "H20,,,,Total SE"]), max_size=8
    )
)
def test_every_row_of_a_file_is_decided_rejected_or_told_as_none(tmp_path_factory, rows):
    path = kept(tmp_path_factory.mktemp("l"), "\n".join(["item,quantity,destination,date,consignee", *rows]) + "\n")
    decided, told, _ = decide_file(path, LAW)
    assert decided.height + len(told["left_out"]) == len(rows)
    assert decided.height == sum(row.startswith("H20") for row in rows)


def test_f017_consignees_that_differ_in_spelling_alone_are_one_and_those_that_differ_in_a_word_are_shown(tmp_path):
    rows = [
        ("Yotta", 200),
        ("YOTTA Data Services Pvt Ltd", 1000),
        ("Yotta Data Services", 1000),
        ("Plant 1", 1),
        ("Plant 2", 1),
    ]
    lines = "".join(f"H100 SXM,{n},IND,2025-06-01,{name}\n" for name, n in rows)
    path = kept(tmp_path, HEAD.replace("date", "date,consignee") + lines)
    decided, told, _ = decide_file(path, rules.load("as-written"))
    assert told["consignees_merged"] == [["YOTTA Data Services Pvt Ltd", "Yotta Data Services"]]
    assert told["consignees_near"] == [["Plant 1", "Plant 2"], ["YOTTA Data Services Pvt Ltd", "Yotta"]]
    assert decided["outcome"].to_list()[:3] == ["exception:LPP", "exception:LPP", "licence:presumption_of_approval"]
    assert "Warning: one consignee for every limit" in run(path, "--under", "as-written").stdout


def test_the_commands_of_the_page_on_spreadsheets_run(tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "docs" / "shipments.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    xlsx(tmp_path / "desk.xlsx", Shipments=desk_rows())
    shown = re.findall(r"^    premortem (.+)$", page, re.M)
    assert len(shown) > 4
    for line in shown:
        done = CliRunner().invoke(app, shlex.split(line))
        assert done.exit_code in (0, 1, 3), (line, done.output, done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), line
    assert len((tmp_path / "decisions.jsonl").read_text("utf-8").splitlines()) == 20


SHIPPED_TO = "Order,Ship Date,Description,Qty,Ship-To Country,Ultimate Consignee"
A_CHIP = "A,2025-06-01,T4,4,Korea Republic of,Samsung Electronics"


def test_a_column_that_a_profile_does_not_name_is_asked_as_without_one(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    run(kept(tmp_path, f"{SHIPPED_TO}\n{A_CHIP}\n"), "--profile", "desk")
    more = kept(tmp_path, f"{SHIPPED_TO},Country of Ultimate Destination\n{A_CHIP},Iran\n")
    refusal = str(run(more, "--profile", "desk").exception)
    assert "Country of Ultimate Destination: may be destination, which Ship-To Country gives too" in refusal
    left = run(more, "--profile", "desk", "--map", "Country of Ultimate Destination=", "--json").stdout
    assert json.loads(left)["may_go"] == {"true": 0, "false": 0, "null": 1}


@pytest.mark.parametrize(
    ("heading", "cell", "rests_on"),
    [
        ("Final Country", "Iran", "column Final Country; column Final Country names iran"),
        ("Final destination", "Iran", "column Final destination; column Final destination names iran"),
        ("Installed At", "Vietnam", "column Installed At"),
        ("Onward to", "a site that we know", "column Onward to"),
        ("Zone", "Vietnam", "column Zone"),
        ("Comments", "onward to PLA academy Tehran", "column note names onward, pla, tehran (Iran)"),
        ("Comments", "held for Huawei Technologies", "column note names huawei technologies"),
        ("Application", "rendering", "end use was not read (column Application)"),
        ("Final Country", "South Korea", None),
        ("Comments", "leave at the South Korea dock", None),
        ("Comments", "handle with care", None),
    ],
)
def test_what_no_field_takes_and_names_a_place_a_party_or_an_end_use_is_no_plain_yes(tmp_path, heading, cell, rests_on):
    table, told, _ = decide_file(kept(tmp_path, f"{SHIPPED_TO},{heading}\n{A_CHIP},{cell}\n"), LAW)
    assert table["outcome"].to_list() == ["no_licence_required"]
    assert table["may_go"].to_list() == [None if rests_on else True]
    assert table["rests_on"].to_list() == [rests_on]
    asked = [text for text in told["not_checked"] if text.startswith(f"Column {heading} ")]
    assert bool(asked) == (rests_on is not None and heading != "Comments"), "a column is asked for once"


def test_what_a_note_names_is_told_beside_an_answer_that_something_else_holds(tmp_path):
    table, *_ = decide_file(
        kept(tmp_path, f"{SHIPPED_TO},Comments\n{A_CHIP.replace('Samsung Electronics', 'Huawei')},onward to Iran\n"),
        LAW,
    )
    assert table["may_go"].to_list() == [False]
    assert table["rests_on"].to_list() == ["column note names onward, iran"]


def test_an_end_use_that_is_dropped_leaves_every_row_that_fills_it_open(tmp_path):
    rows = f"{A_CHIP},Nuclear warhead simulation\n{A_CHIP},cloud services\n{A_CHIP},\n"
    table, *_ = decide_file(kept(tmp_path, f"{SHIPPED_TO},End Use\n{rows}"), LAW, Convention({"End Use": ""}))
    assert table["may_go"].to_list() == [None, None, True]
    unread = "end use was not read (column End Use)"
    assert table["rests_on"].to_list() == [f"{unread}; column End Use names nuclear, warhead", unread, None]


def test_a_table_that_was_read_wrong_does_not_take_the_place_of_a_kept_layout(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    run(kept(tmp_path, f"{SHIPPED_TO}\n{A_CHIP}\n"), "--profile", "desk")
    before = profiles.path_of("desk").read_text("utf-8")
    wrong = kept(tmp_path, f"{SHIPPED_TO},Part Name\n{A_CHIP},a box\n{A_CHIP},a crate\n{A_CHIP},T4\n")
    done = run(wrong, "--profile", "desk", "--map", "Description=", "--map", "Part Name=item")
    assert "its layout is not kept as desk, since 2 of 3 rows were rejected" in done.output
    assert "Kept for the next table" not in done.output
    assert profiles.path_of("desk").read_text("utf-8") == before
