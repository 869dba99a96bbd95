"""What people get wrong: each fault is one clear error, or a rejected row with its number, and the rest decides."""

from datetime import date

import pytest

from premortem.case import default, load
from premortem.errors import BadInput, PremortemError
from premortem.law import answers, worked_cases
from premortem.law import book as rules
from premortem.law.decide import Transaction
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import decisions, files

CASE = default()

HEAD = "item,quantity,destination,date\n"
GOOD = "H100 SXM,10,ARE,2025-06-01\n"
SENT = {"item": "H100 SXM", "quantity": 10, "destination": "ARE", "date": "2025-06-01"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"item": "H100 SXMX"}, "did you mean H100 SXM"),
        ({"item": "Wonderchip 9"}, "a chip: item= chip with its tpp=; anything else: item= with hbm_stack"),
        ({"item": "know-how", "tpp": 1}, "no such item: know-how"),
        ({"item": "GDDR7 12-high", "tpp": 1}, "no such item: GDDR7 12-high"),
        ({"item": "ASML NXT:2000i", "tpp": 1}, "no such item: ASML NXT:2000i"),
        ({"item": "software", "tpp": 1}, "tpp: is not that of software: it is 0"),
        ({"item": "open_weights", "published": 0}, "published: is not that of open_weights: it is yes"),
        ({"destination": "Atlantis"}, "no such country"),
        ({"destination": "Vietnm"}, "did you mean Vietnam"),
        ({"quantity": -5}, "whole units, 1 to"),
        ({"quantity": 2.5}, "whole units, 1 to"),
        ({"quantity": 0}, "whole units, 1 to"),
        ({"quantity": float("nan")}, "whole units, 1 to"),
        ({"quantity": "1e30"}, "whole units, 1 to"),
        ({"date": "1999-01-01"}, "no rule is held for 1999-01-01"),
        ({"date": "2040-01-01"}, "no rule is held for 2040-01-01"),
        ({"date": "01/06/2025"}, "YYYY-MM-DD"),
        ({"status": "uvue"}, "did you mean uveu"),
        ({"packaged_by": "me"}, "fabricator, approved_osat, none"),
        ({"certified": "perhaps"}, "1 or 0"),
        ({"tpp": "__import__('os').system('x')"}, "is not a number"),
        ({"ownership": 1.5}, "out of range"),
        (
            {"listed_owner": 1, "ownership": 0},
            "listed_owner: says that a listed party owns a share, and ownership that none does",
        ),
        ({"item": "closed_weights", "published": 1}, "published: is not that of closed_weights: it is no"),
        ({"colour": "red"}, "no such field"),
        ({"self": "x"}, "no such field"),
    ],
)
def test_a_wrong_value_is_one_clear_error_that_says_what_is_allowed(wrong, said):
    with pytest.raises(BadInput) as caught:
        Transaction(SENT | wrong)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_chip_that_the_catalogue_lacks_will_do_with_its_tpp_and_a_name_that_it_lacks_will_not():
    """By its TPP alone any name, that of a memory or a tool too, would be read as a chip."""
    for said in ({"item": "chip"}, {"item": "custom"}, {}):
        sent = {k: v for k, v in SENT.items() if k != "item"} | said
        assert Transaction(sent | {"tpp": 5000}).fields["tpp"] == 5000
    with pytest.raises(BadInput, match=r"no such item: Wonderchip 9; .*a chip: item= chip with its tpp="):
        Transaction(SENT | {"item": "Wonderchip 9", "tpp": 5000})


def test_a_field_given_twice_is_refused():
    with pytest.raises(BadInput, match="given twice"):
        worked_cases.together({"quantity": "5"}, {"quantity": "6"})
    with pytest.raises(BadInput, match="given twice"):
        worked_cases.arguments("--quantity 5 --set quantity=6", CASE)


ROWS = {
    "H100 SXMX,10,ARE,2025-06-01": "no such item",
    "H20,-1,CHN,2025-06-01": "quantity cannot be read: -1",
    "H20,1.5,CHN,2025-06-01": "quantity cannot be read: 1.5",
    "H20,,CHN,2025-06-01": "quantity is missing",
    "H20,1,Nowhere,2025-06-01": "destination cannot be read: Nowhere",
    "H20,1,,2025-06-01": "destination is missing",
    "H20,1,CHN,": "date is missing",
    "H20,1,CHN": "date is missing",
    "H20,1,CHN,1999-01-01": "date cannot be read: 1999-01-01",
    ",1,CHN,2025-06-01": "item is missing",
    "H20,1,CHN,2025-06-01,=cmd()": "has 5 values for 4 columns",
}


def test_bad_rows_keep_their_number_and_reason_and_the_rest_decides(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text(HEAD + "".join(f"{row}\n{GOOD}" for row in ROWS))
    decided, result, _ = decisions.decide_file(path, rules.load("as-written"))
    assert result["rows"] == decided.height == 2 * len(ROWS)
    assert [r["row"] for r in result["rejected"]] == [2 * i + 1 for i in range(len(ROWS))]
    for told, said in zip(result["rejected"], ROWS.values(), strict=True):
        assert told["why"].startswith(said)
    assert result["outcomes"] == {"exception:LPP": len(ROWS)}
    assert not [c for c in decided.columns if c.startswith("_")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (bytes(range(256)) * 10, "is neither UTF-8 nor cp1252"),
        (b"item,quantity,destination,date,item\n", "names two columns"),
        (b"item,quantity,destination\n", "date: is missing"),
        (b"colour,item,quantity,destination,date\n", "no such column"),
        (b"PAR1 this is no parquet", "x."),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_that_is_no_ledger_is_one_clear_error_with_a_way_out(tmp_path, content, said, ending):
    path = tmp_path / f"x.{ending}"
    path.write_bytes(content)
    with pytest.raises(PremortemError) as caught:
        decisions.decide_file(path, rules.load("history"))
    assert path.name in str(caught.value)
    assert said in str(caught.value) or ending == "parquet"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_separators_and_marks_of_spreadsheets_are_read(tmp_path, separator, mark):
    path = tmp_path / "l.csv"
    path.write_text((mark + HEAD + GOOD).replace(",", separator), "utf-8")
    assert decisions.decide_file(path, rules.load("as-written"))[1]["outcomes"] == {"exception:LPP": 1}


def test_a_file_of_too_many_rows_is_refused_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 5000)
    path = tmp_path / "l.csv"
    path.write_text(HEAD + 6000 * GOOD)
    with pytest.raises(BadInput, match="split it by date"):
        decisions.decide_file(path, rules.load("as-written"))
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    with pytest.raises(BadInput, match="too large"):
        decisions.decide_file(path, rules.load("as-written"))


def test_a_file_of_cases_decides_those_that_it_can_and_says_why_not_of_others(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(
        "item,quantity,to,on,under,expected\n"
        "H100 SXM,1500,ARE,2025-06-01,as-written,exception:LPP\n"
        "H100 SXMX,1500,ARE,2025-06-01,as-written,exception:LPP\n"
        "H20,5,CHN,2025-05-01,,licence:presumption_of_denial|licence:case_by_case\n"
        "H20,5,CHN,2025-05-01,nowhere,no_licence_required\n"
    )
    found, errors = worked_cases.decide_file(path, rules.load("history"))
    assert [row["agrees"] for row in found] == [True, False, True, False]
    assert [(e.file, e.key) for e in errors] == [("cases.csv", "row 2, item"), ("cases.csv", "row 4, under")]
    assert "did you mean H100 SXM" in found[1]["error"]
    assert "no such policy" in found[3]["error"]


def test_a_file_of_cases_may_be_toml(tmp_path):
    path = tmp_path / "cases.toml"
    path.write_text('[[case]]\nitem = "H100 SXM"\nquantity = 5000\nto = "IND"\non = 2025-06-01\nunder = "as-written"\n')
    ((found,), errors) = worked_cases.decide_file(path, rules.load("history"))
    assert not errors
    assert found == {
        "case": "1",
        "outcome": "licence:presumption_of_approval",
        "clause": "diffusion.country_allocation",
        "may_go": False,
        "policy": "as-written",
    }


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("flop_cumulative", "1,234", "question: flop_cumulative: '1,234' can be read two ways"),
        ("flop_cumulative", "much", "question: flop_cumulative: 'much' is not a number; allowed: a number, in FLOP"),
        ("placed_on", "soon", "question: placed_on: 'soon' is not a date; allowed: YYYY-MM-DD"),
        ("asked_on", "1999-01-01", "question: asked_on: no rule is held for 1999-01-01"),
        ("role", "developr", "did you mean developer?"),
        ("colour", "red", "question: colour: no such field; allowed: flop_cumulative, "),
    ],
)
def test_a_question_of_another_law_is_read_and_refused_as_a_transaction_is(field, value, said):
    with pytest.raises(BadInput) as caught:
        answers.parse({field: value}, vocabulary(load("eu_gpai")))
    assert said in str(caught.value)


def test_a_day_of_a_question_that_is_not_the_day_asked_about_may_be_any():
    assert answers.parse({"placed_on": "1999-01-01"}, vocabulary(load("eu_gpai"))) == {"placed_on": date(1999, 1, 1)}
