"""What was read in the text: citations to the paragraph, the UAE's exceptions, memory by name, and what a ledger says of a stated ECCN."""

from datetime import date

import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law import compare_books
from premortem.law.checklists import checklists
from premortem.law.decide import Transaction, explain
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_file
from premortem.law.ledger.stated_classes import agrees

CASE = default()
LAW = rules.load("history")
HEADINGS = "item,quantity,destination,date,consignee,ECCN\n"


def answer(**given):
    return explain(Transaction(given), LAW)


@pytest.mark.parametrize(
    ("clause", "paragraph"),
    [
        ("oct2023.nac", "740.8(a)(2)"),
        ("apr2024.aca", "740.8(a)(1)"),
        ("dec2024.hbm", "742.6(a)(6)(i)(B)"),
        ("dec2024.hbm_headquarters", "744.23(a)(3)(i)(B)"),
        ("oct2023.sme", "744.23(a)(2)(i)"),
        ("oct2023.us_persons", "744.6(c)(2)(i)"),
        ("technology.deemed", "742.6(a)(6)(iv)"),
    ],
)
def test_what_was_read_is_cited_by_its_paragraph_and_called_read(clause, paragraph):
    held = LAW.by_id[clause]
    assert paragraph in held.citation
    assert held.read or "not modelled" in held.source


def test_tools_service_and_deemed_exports_share_no_citation():
    cited = [LAW.by_id[c].citation for c in ("oct2023.sme", "oct2023.us_persons", "technology.deemed", "dec2024.hbm")]
    assert len({*cited}) == len(cited)


def test_each_point_of_the_notification_names_a_paragraph_that_was_read():
    nac = next(c for c in checklists(CASE) if c.outcomes == ("exception:NAC",))
    assert all(ask.read and "740.8(" in ask.citation for ask in nac.asks)


@pytest.mark.parametrize("day", ["2026-07-09", "2026-07-10"])
def test_a_card_goes_to_the_uae_by_aca_before_and_after_it_left_d4(day):
    assert answer(item="RTX 4090", destination="ARE", date=day).outcome == "exception:ACA"


def test_who_gains_by_a_change_says_by_which_clause_and_on_what_it_rests():
    told = compare_books.between((LAW, date(2025, 12, 1)), (LAW, date(2026, 8, 1)))
    assert not [row for row in told["lose"] if "ARE" in row["places"]]
    (gain,) = (row for row in told["gain"] if row["chip"] == "H200 SXM")
    assert "by jan2026.h200, high confidence" in gain["text"]
    assert "the certificates are given" in gain["rests_on"]


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("HBM3E", "HBM3E 12-high stack (any maker)"),
        ("hbm3e", "HBM3E 12-high stack (any maker)"),
        ("SK hynix HBM3E", "HBM3E 12-high stack (any maker)"),
        ("Micron HBM3E 8-high 24GB", "HBM3E 12-high stack (any maker)"),
        ("Samsung HBM2E Flashbolt", "HBM2E stack (any maker)"),
        ("HBM3", "HBM3 stack (any maker)"),
        ("HBM2", "HBM2 stack (any maker)"),
    ],
)
def test_memory_is_known_by_the_name_of_its_kind(name, item):
    assert Transaction(item=name, destination="CHN").fields["item"] == item


def test_memory_of_untold_density_is_asked_for_it():
    assert answer(item="HBM2", destination="CHN", date="2025-12-01").outcome == "needs:density_gb_s_mm2"


def test_a_card_to_cambodia_is_asked_while_the_table_of_groups_lags_behind():
    told = {
        day: answer(item="RTX 4090", destination="KHM", date=day).elsewhere
        for day in ("2025-11-07", "2026-02-02", "2026-02-03")
    }
    asked = {day for day, points in told.items() if any("Cambodia out of Country Group D:5" in p for p in points)}
    assert asked == {"2025-11-07", "2026-02-02"}
    assert answer(item="RTX 4090", destination="KHM", date="2025-11-06").outcome != "exception:ACA"


def test_before_a_permission_goes_its_red_flags_are_told_to_be_asked():
    assert "Before it goes" in str(answer(item="RTX 4090", destination="KHM", date="2025-12-01"))


def kept(tmp_path, rows):
    path = tmp_path / "l.csv"
    path.write_text(HEADINGS + rows)
    return decide_file(path, LAW)[:2]


def test_a_rejected_row_tells_all_that_is_wrong_with_it_once(tmp_path):
    decided, told = kept(tmp_path, "Foo 9,x,Atlantis,2025-13-45,Atos,\n#REF!,2,FRA,2025-03-01,Atos,\n")
    first, second = decided["rejected"]
    assert all(text in first for text in ("Foo 9", "quantity cannot be read: x", "Atlantis", "2025-13-45"))
    assert second == "item is a formula that failed: #REF!"
    assert told["rejected_count"] == 2


def test_a_stated_eccn_that_is_another_by_the_items_numbers_is_told_beside_any_answer(tmp_path):
    rows = "L40S,2,SAU,2025-06-01,Neom,EAR99\nDGX H100,2,SAU,2025-06-01,Neom,4A090.a\nH100 SXM,2,FRA,2025-06-01,Atos,5A992.c\n"
    decided, told = kept(tmp_path, rows)
    assert decided["eccn"].to_list() == ["3A090.a", "4A090.a", "3A090.a"], "a system has its own"
    rests = decided["rests_on"].to_list()
    assert "says EAR99, and by its numbers it is 3A090.a" in rests[0]
    assert rests[1] is None
    assert "5A992.c" in rests[2]
    assert any("2 of the decided rows are another" in text for text in told["not_checked"])


@pytest.mark.parametrize(
    ("stated", "ours", "same"),
    [
        ("3a090.a", "3A090.a", True), ("4A090", "3A090.a", True), ("5A992.z.1", "3A090.a", True), ("3A090.b", "3A090.a", False),
        ("5A992.c", "3A991", True), ("5A992.z", "3A991", False), ("EAR99", "3A991", False), ("3B002.c", "3B001", True),
    ],
)  # fmt: skip
def test_a_stated_eccn_agrees_with_what_goes_with_ours(stated, ours, same):
    assert agrees(stated, ours, vocabulary(CASE)) is same


def test_a_number_of_two_readings_says_which_mark_reads_which(tmp_path):
    _, told = kept(tmp_path, "H100 SXM,1.000,FRA,2025-03-01,Atos,\n")
    assert "--decimal point reads 1, --decimal comma reads 1000" in told["rejected"][0]["why"]


def test_an_item_that_may_be_several_is_asked_in_a_sentence():
    said = answer(item="H100", destination="FRA", date="2025-03-01", quantity=1).sentence
    assert said.startswith("Cannot be decided: the item H100 may be ")
    assert said.endswith("; say which one is meant.")


def test_whether_a_tool_is_listed_is_asked_by_the_field_that_tells_it():
    told = answer(item="sme_tool", destination="DEU", date="2025-06-01").elsewhere
    assert any("--set listed=1" in text for text in told)
