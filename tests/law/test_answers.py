"""What an answer says besides yes and no: what it rests on, assumes and leaves out, how current it is, what would change it."""

import json
import re
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.law import book as rules
from premortem.law import memo, verdict, worked_cases
from premortem.law.assumed_facts import ANOTHER
from premortem.law.clauses.citations import citation
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.parties import lists as party_lists
from premortem.law.parties.lookup import suspects
from premortem.law.permission import GATE, gate
from premortem.law.rulebook_version import shipped_version
from premortem.law.transactions import frame_of, parse
from tests.examples import examples
from tests.law.looked_up import looked_up

CASE = default()
WORDS = vocabulary(CASE)
RESTS_ON = transfers(CASE).unsaid.rests_on
CERTIFIED = tuple(name for name, field in WORDS.fields.items() if field.certify)


def answer(under="history", **fields):
    return explain(Transaction(looked_up(fields)), rules.load(under))


SENT = st.fixed_dictionaries(
    {
        "item": st.sampled_from(
            ["H100 SXM", "H20", "RTX 4090", "L4", "H200 SXM", "hbm_stack", "sme_tool", "closed_weights"]
        ),
        "destination": st.sampled_from(["CHN", "ARE", "SGP", "RUS", "PRK", "FRA", "MYS", "KHM", "MAC"]),
        "quantity": st.sampled_from([1, 1500, 2000, 60_000]),
        "date": st.sampled_from(["2023-01-10", "2024-06-01", "2025-06-01", "2026-03-01", "2026-11-20", "2035-06-01"]),
        "density_gb_s_mm2": st.just(3.0),
        "fab_node_nm": st.sampled_from([14.0, 28.0]),
        "ops": st.just(2e26),
    },
    optional={
        "certified": st.booleans(),
        "status": st.sampled_from(["none", "uveu", "nveu"]),
        "end_use": st.sampled_from(["data_centre", "production", "military"]),
        "headquarters": st.sampled_from(["CHN", "USA", "ARE"]),
        "ownership": st.sampled_from([0.0, 0.6]),
        "tier1_share_after": st.sampled_from([0.5, 0.9]),
    },
)
UNDER = st.sampled_from(["history", "as-written"])
# What a party may say of itself: seats of every group, and the least and the most that listed parties may own.
SEATS = ("CHN", "MAC", "RUS", "KHM", "USA", "FRA", "TWN", "IND", "ARE", "VNM")
PARTY = {"headquarters": SEATS, "parent_headquarters": SEATS, "ownership": (0.0, 0.3, 0.5, 1.0)}


# a clause of low confidence is told as such


def test_f004_an_answer_by_a_clause_of_low_confidence_says_unverified():
    found = answer(item="H20", quantity=10, destination="SGP", ownership=0.6, date="2026-11-20")
    assert found.outcome == "licence:presumption_of_denial"
    assert "Unverified" in found.sentence
    assert "may or may not have come back" in found.sentence
    told = found.as_dict()
    assert told["confidence"] == "low"
    assert {c["clause"]: c["confidence"] for c in told["citations"]}[found.clause] == "low"


@pytest.mark.parametrize("policy", ["history", "as-written"])
def test_f004_every_deciding_clause_of_low_confidence_is_told_and_no_other(policy):
    book = rules.load(policy)
    for day in ("2023-09-15", "2025-06-01", "2026-11-20"):
        for item, place in (("H20", "SGP"), ("L4", "SAU"), ("H100 SXM", "CHN"), ("RTX 4090", "SDN")):
            found = explain(Transaction(item=item, destination=place, date=day, ownership=0.6), book)
            low = bool(found.clause) and book.by_id[found.clause].confidence == "low"
            assert ("Unverified" in found.sentence) == low, (item, place, day)


# no clause reaches it


def test_f005_where_no_clause_asks_those_asked_are_named_and_none_is_cited():
    found = answer(item="sme_tool", fab_node_nm=28, destination="CHN", date="2025-03-01")
    assert (found.outcome, found.clause, found.citation) == ("no_licence_required", "", "")
    assert "no clause reaches it" in found.sentence
    book = rules.load("history")
    asked = [c.id for c in book.as_of(date(2025, 3, 1)) if c.stage in ("classify", "requires")]
    assert list(found.asked) == asked
    assert str(len(asked)) in found.sentence
    assert all(c.clause != "dec2024.hbm" for c in found.citations)
    assert not any(t.met for s in found.trace if s.clause == found.clause for t in s.tests)
    assert all(instrument in repr(found) for instrument in ("oct2023", "ear", "emb"))


@given(SENT, UNDER)
def test_f005_only_clauses_that_apply_are_cited(sent, under):
    found = answer(under, **sent)
    applying = {s.clause for s in found.trace if s.applies}
    assert {c.clause for c in found.citations} <= applying | {found.clause}
    assert bool(found.citation) == bool(found.clause)


# what was assumed is marked


def test_f006_certificates_sales_and_shares_that_nobody_gave_are_marked_as_assumed():
    found = answer(item="H200 SXM", destination="CHN", date="2026-03-01").as_dict()
    assert found["outcome"] == "licence:case_by_case"
    assumed = {a["field"]: a["value"] for a in found["assumed"]}
    assert {"certified", "sold_in_us", "us_share", "from"} <= set(assumed)
    assert (assumed["certified"], assumed["us_share"], assumed["from"]) == (True, 0.0, "USA")
    marked = {t["test"]: t["assumed"] for s in found["trace"] if s["clause"] == "jan2026.h200" for t in s["tests"]}
    assert marked["certified"]
    assert marked["from = 'USA'"]
    assert not marked["tpp < tpp_under"]
    own = [t for s in found["trace"] if s["clause"] == found["clause"] for t in s["tests"] if t["met"]]
    assert found["conditions_met"] == [t["test"] + " (assumed)" * t["assumed"] for t in own]
    assert any(t["assumed"] for t in own)


def test_f006_what_was_given_is_not_marked():
    given_ = {"certified": True, "sold_in_us": True, "us_share": 0.2, "from": "USA", "headquarters": "CHN"}
    found = answer(item="H200 SXM", destination="CHN", date="2026-03-01", quantity=5, **given_)
    assert not {a.field for a in found.assumed} & {*given_, "date", "quantity"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"item": "H100 SXM", "quantity": 100, "destination": "ARE", "date": "2025-06-01"}, "certified"),
        ({"item": "H100 SXM", "quantity": 100, "destination": "ARE", "date": "2025-06-01", "status": "uveu", "headquarters": "USA"}, "tier1_share_after"),
        ({"item": "RTX 4090", "quantity": 5, "destination": "CHN", "date": "2022-12-01"}, "end_use"),
    ],
)  # fmt: skip
def test_f006_a_permission_that_rests_on_an_unsaid_fact_is_none(fields, field):
    found = answer("as-written", **fields)
    assert found.may_go is None
    assert found.gate == GATE["facts"]
    assert found.sentence.startswith("Under the hypothetical policy as-written: if ")
    assert field in {a.field for a in found.rests_on}


def test_f006_the_same_with_every_such_fact_given_may_go():
    found = answer(
        "as-written", item="H100 SXM", quantity=100, destination="ARE", date="2025-06-01",
        certified=True, status="none", end_use="data_centre", headquarters="ARE", parent_headquarters="ARE",
        consignee_tpp_this_year=0,
    )  # fmt: skip
    assert (found.outcome, found.may_go, found.gate) == ("exception:LPP", True, GATE["facts"])
    assert found.sentence.startswith("Under the hypothetical policy as-written: if Acme (cleared: ")


@examples(1.2)
@given(SENT, UNDER)
def test_f006_a_sure_permission_stands_whatever_else_the_unsaid_facts_are(sent, under):
    """Each fact in turn is given another value and asked about anew; the ladder and the shortcuts are not trusted."""
    found = answer(under, **sent)
    if found.may_go is not True:
        return
    said = []
    elsewhere = {"destination_region"} if sent["destination"] != "UKR" else set()  # a region of another country is none
    # the designer and the TPP of a chip of the catalogue are known
    for name in [name for name in RESTS_ON if name not in {*sent, *elsewhere, "designer_hq", "tpp"}]:
        kind = WORDS.fields[name].type
        others = (
            (True, False) if kind == "flag" else (0.0, 0.5, 1.0) if kind == "number" else WORDS.fields[name].choices
        )
        if name in PARTY:
            others = PARTY[name]
        said += [
            {name: value}
            for value in others
            if value not in ("nuclear", "missile", "chemical_biological", "training_for_weapons")
        ]
    rows = [parse(sent | more, CASE) for more in said]
    for more, again in zip(said, decide(frame_of(rows, CASE), rules.load(under))["outcome"], strict=True):
        assert again.startswith(("no_licence", "exception:", "veu:")), (more, again)


TOLD = {
    "end_use": "data_centre", "certified": True, "status": "none", "notice_given": True, "exporter": "reseller", "listed": False,
    "from": "USA", "exporter_hq": "USA", "private_sector": True, "storage_14_15_18": True, "fab_node_nm": 28, "ops": 2e26,
}  # fmt: skip


@examples(1.6)
@given(
    st.fixed_dictionaries(
        {
            "item": st.sampled_from(["H100 SXM", "H20", "RTX 4090", "L4", "T4", "A30", "sme_tool", "closed_weights"]),
            "destination": st.sampled_from(["CHN", "ARE", "SGP", "FRA", "MYS", "VNM", "IND", "TWN", "KHM"]),
            "date": st.sampled_from(["2023-01-10", "2024-06-01", "2025-06-01", "2025-10-15", "2026-09-09"]),
        },
        optional={name: st.sampled_from(values) for name, values in PARTY.items()} | {"consignee": st.just("Acme")},
    ),
    UNDER,
)
def test_silence_on_a_party_is_never_freer_than_anything_that_may_be_said_of_it(sent, under):
    """What else it hangs on is told, so that many of these may go."""
    sent = TOLD | sent | ({"cleared": "Acme=looked up"} if "consignee" in sent else {})
    if answer(under, **sent).may_go is not True:
        return
    said = [{name: value} for name, values in PARTY.items() if name not in sent for value in values]
    if not said:
        return
    rows = [parse(sent | more, CASE) for more in said]
    for more, again in zip(said, decide(frame_of(rows, CASE), rules.load(under))["outcome"], strict=True):
        assert again.startswith(("no_licence", "exception:", "veu:")), (more, again)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"item": "H100 SXM", "destination": "SGP", "date": "2025-06-01"}, "headquarters"),
        ({"item": "H100 SXM", "destination": "SGP", "date": "2025-06-01", "headquarters": "SGP"}, "parent_headquarters"),
        ({"item": "T4", "destination": "SGP", "date": "2025-10-15"}, "ownership"),
        ({"item": "RTX 4090", "destination": "CHN", "date": "2025-10-15", "notice_given": True}, "ownership"),
    ],
)  # fmt: skip
def test_a_seat_or_an_ownership_that_nobody_gave_is_a_condition_until_it_is_said_or_the_party_is_known(sent, field):
    sent |= {"end_use": "data_centre"}
    unknown = {"consignee": "Acme", "cleared": "Acme=looked up in the whole lists"}
    for more in ({}, unknown):
        found = answer(**sent, **more)
        assert (found.may_go, found.gate) == (None, GATE["facts"])
        assert field in {a.field for a in found.rests_on}
        assert found.sentence.startswith("If ")
        seat = sent["destination"]
        said = sent | {"headquarters": seat, "parent_headquarters": seat, "ownership": 0.0}
        assert answer(**said, **more).may_go is True
    if sent["destination"] == "SGP" and "headquarters" not in sent:
        assert answer(**sent, consignee="Singtel").may_go is True


@pytest.mark.parametrize("name", ["Rostec", "Mikron", "BUPT", "NORINCO", "Falcon Trading FZE"])
@pytest.mark.parametrize("role", ["end_user", "consignee", "intermediate", "purchaser", "parent", "exporter"])
def test_a_party_that_no_table_holds_is_a_condition_until_a_person_screened_it(name, role):
    sent = {"item": "T4", "destination": "TUR", "date": "2025-06-01", "end_use": "data_centre", role: name}
    found = answer(**sent)
    assert (found.outcome, found.may_go, found.gate) == ("no_licence_required", None, GATE["facts"])
    name = name.lower() if role == "exporter" else name  # clauses know exporters in small letters
    rows = next(h.rows for h in party_lists.lists_held(CASE) if h.name == transfers(CASE).parties.main)
    verb = "and Acme (cleared: looked up in the whole lists) are" if role == "exporter" else "is"
    lists = f"Denied Persons, SDN, Military End-User; and the Entity List beyond {rows} rows; and the UVL beyond 1 row"
    assert found.sentence.startswith(
        f"If {name} {verb} on none of the lists that are not held ({lists}): no licence needed"
    )
    assert found.as_dict()["unscreened"] == [name]
    assert any(name in line for line in found.not_checked)
    screened = explain(
        Transaction(looked_up(sent)),
        rules.load("history"),
        cleared={name: f"looked up in the whole lists, no part of {name}"},
    )
    assert (screened.may_go, screened.gate) == (True, GATE["go"])
    assert answer(**{**sent, role: "Microsoft"}).may_go is True  # known, and not listed


def test_a_seat_that_a_clause_of_the_end_use_names_is_tried():
    """A military end user of Russia is barred where one of China is not (744.21)."""
    sent = {"item": "closed_weights", "destination": "CHN", "date": "2023-01-10", "ops": 2e26, "end_use": "military"}
    found = answer(
        **sent,
        headquarters="CHN",
        ownership=0.0,
        **{k: TOLD[k] for k in ("certified", "status", "from", "exporter_hq")},
    )
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert "parent_headquarters" in {a.field for a in found.rests_on}


@pytest.mark.parametrize("word", ["nvidia", "google", "tsmc", "siemens_eda", "synopsys", "reseller", "fabricator"])
def test_a_word_for_an_exporter_is_no_party_to_screen(word):
    found = answer(item="T4", destination="TUR", date="2025-06-01", end_use="data_centre", exporter=word)
    assert found.may_go is True


# what would change it: lawful actions only

ACTION = re.compile(
    r"apply to BIS for a licence: |say \w+|look at the name|with a quantity of [\d,]+: |with (universal|national) validated"
    r"|(wait, )?from \d{4}-\d\d-\d\d( \(as announced: [^)]*\))?: |with (?P<field>[a-z0-9 ]+) (yes|no|[\d.]+): "
)


def test_f007_nothing_is_advised_to_one_who_ships_to_russia():
    found = answer(item="H100 SXM", destination="RUS", date="2024-06-01")
    assert found.outcome == "licence:policy_of_denial"
    assert found.would_change == ()
    assert memo.NO_CHANGE in repr(found)


@examples(1.6)
@given(SENT, UNDER)
def test_f007_no_other_product_place_party_end_use_or_past_day_is_ever_advised(sent, under):
    found = answer(under, **sent)
    for change in found.changes:
        match = ACTION.match(change.says)
        assert match, change.says
        assert not match["field"] or match["field"].replace(" ", "_") in CERTIFIED
        if change.row:
            for name, value in change.row.items():
                if name == "quantity":
                    assert value <= sent["quantity"]
                elif name == "date":
                    assert value >= date.fromisoformat(sent["date"])
                elif name not in (*CERTIFIED, "status"):
                    assert value == found.transaction[name]
            again = explain(Transaction(change.row), rules.load(under))
            assert again.outcome != found.outcome


def test_f007_waiting_certifying_a_status_and_fewer_units_are_advised_where_they_help():
    told = answer("as-written", item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01").would_change
    assert any(t.startswith("apply to BIS") for t in told)
    assert any(t.startswith("with a quantity of 1,699: no licence") for t in told)
    assert any(t.startswith("with national validated end user status") for t in told)
    uncertified = answer(
        "as-written", item="H100 SXM", quantity=2000, destination="FRA", date="2025-06-01", certified=False
    )
    assert any(t.startswith("with certified yes: ") for t in uncertified.would_change)
    early = answer(item="H200 SXM", quantity=1, destination="CHN", date="2025-12-01", certified=True)
    assert (
        any(t.startswith("wait, from 2026-01-1") for t in early.would_change) or early.outcome == "licence:case_by_case"
    )


# the day and the parties are recited; stale answers say so


def test_f009_an_answer_without_a_day_says_that_it_is_todays():
    found = answer(item="H20", destination="CHN")
    assert f"{date.today()} (today, since no day was given)" in repr(found)
    assert {"field": "date", "value": str(date.today())} in found.as_dict()["assumed"]
    dated = answer(item="H20", destination="CHN", date="2025-05-01")
    assert "2025-05-01" in repr(dated)
    assert "today" not in repr(dated)


@pytest.mark.parametrize(
    ("day", "stale"), [("2035-06-01", True), ("2026-10-09", True), ("2026-10-08", False), ("2025-06-01", False)]
)
def test_f009_after_the_day_to_which_the_rulebook_is_verified_every_answer_says_so(day, stale):
    for fields in (
        {"item": "H20", "destination": "CHN"},
        {"item": "L4", "destination": "FRA"},
        {"tpp": 900, "destination": "IRN"},
    ):
        found = answer(**fields, date=day)
        told = found.as_dict()
        assert told["stale"] is stale
        assert ("STALE" in told["sentence"]) is stale
        assert any("STALE" in line for line in told["not_checked"]) is stale
        assert told["rulebook"] == {"version": shipped_version(CASE).version, "verified_to": "2026-10-08"}


def test_f009_between_the_last_text_read_and_the_last_news_an_answer_says_that_it_rests_on_news():
    found = answer(item="H20", destination="CHN", date="2026-09-01")
    assert not found.stale
    assert any("2026-07-23" in line and "news" in line for line in found.not_checked)


def test_parties_are_recited_and_those_not_named_are_said_to_be_unchecked():
    found = answer(item="L4", destination="FRA", date="2025-06-01", consignee="Acme Test Ltd", end_user="Beta Test SA")
    assert "Acme Test Ltd".lower() in verdict.question(found).lower()
    assert "Beta Test SA".lower() in verdict.question(found).lower()
    assert any("intermediate, parent" in line for line in found.not_checked)
    assert any("OFAC" in line for line in found.not_checked)
    assert any("Foreign law" in line for line in found.not_checked)


# parties on lists


def test_a_name_near_a_listed_one_is_to_be_looked_at_and_once_cleared_is_recorded():
    sent = {"item": "L4", "destination": "FRA", "date": "2025-06-01", "end_user": "Huawei Technologes"}
    found = answer(**sent)
    assert (found.outcome, found.may_go, found.gate) == ("needs:screening", None, GATE["screening"])
    assert "near" in found.sentence
    assert found.hits[0].list == "Entity List"
    free = explain(
        Transaction(sent), rules.load("history"), cleared={"Huawei Technologes": "a bakery; seen its papers"}
    )
    assert free.outcome == "no_licence_required"
    assert {h["cleared"] for h in free.as_dict()["hits"]} == {"a bakery; seen its papers"}
    with pytest.raises(BadInput, match="no party is named Somebody"):
        explain(Transaction(sent), rules.load("history"), cleared={"Somebody": "x"})


def test_a_listed_party_is_barred_and_clearing_does_not_help():
    sent = {"item": "RTX 4090", "destination": "SGP", "date": "2025-06-01", "end_user": "Huawei Technologies Co., Ltd."}
    for cleared in ({}, {"Huawei Technologies Co., Ltd.": "another firm"}):
        found = explain(Transaction(sent), rules.load("history"), cleared=cleared)
        assert (found.may_go, found.gate) == (False, GATE["barred"])
        assert any(h.equal for h in found.hits)


def test_roles_and_reasons_are_read_or_refused():
    assert worked_cases.parties(["end-user=A = B", "Exporter=C"]) == {"end_user": "A = B", "exporter": "C"}
    for wrong, said in ((["buyer=A"], "no such role"), (["A"], "has no ="), (["parent=A", "parent=B"], "given twice")):
        with pytest.raises(BadInput, match=said):
            worked_cases.parties(wrong)
    with pytest.raises(BadInput, match="has no reason"):
        worked_cases.clearings(["A="])
    with pytest.raises(BadInput, match="names nobody"):
        worked_cases.clearings(["TBD=looked at"])


def test_a_bare_name_clears_nothing_and_is_refused_with_what_is_allowed():
    sent = {"item": "L4", "destination": "FRA", "date": "2025-06-01", "end_user": "Huawei Technologes"}
    for bare in ("Huawei Technologes", "Huawei Technologes=", "Another=seen; Huawei Technologes"):
        with pytest.raises((BadInput, BadInputs), match=r"no reason.*allowed: NAME=reason"):
            Transaction(sent, cleared=bare)
    found = explain(Transaction(sent, cleared="Huawei Technologes=a bakery"), rules.load("history"))
    assert (found.outcome, {h.cleared for h in found.hits}) == ("no_licence_required", {"a bakery"})
    ledger = pl.DataFrame(
        [{**sent, "quantity": 1, "cleared": c} for c in ("Huawei Technologes", "Huawei Technologes=a bakery")]
    )
    decided = decide_ledger(ledger, rules.load("history"))
    assert decided["outcome"].to_list() == [None, "no_licence_required"]
    assert "NAME=reason" in decided["rejected"][0]


def test_a_name_that_says_nobody_stands_among_hits_and_among_what_was_not_checked():
    found = answer(item="L4", destination="FRA", date="2025-06-01", end_user="TBD", consignee="Вектор")
    assert (found.outcome, found.may_go, found.gate) == ("needs:screening", None, GATE["screening"])
    assert [h.given for h in found.hits] == ["Вектор", "TBD"]
    assert any("end user TBD (it names nobody)" in line for line in found.not_checked)
    assert "cannot be looked up" in found.sentence
    assert "cannot be looked up" in found._repr_html_()


# the gate, and what is printed


@pytest.mark.parametrize("outcome", tuple(WORDS.reads))
def test_a_gate_lets_through_only_what_needs_no_licence_for_sure(outcome):
    free = outcome == "no_licence_required" or outcome.startswith(("exception", "veu"))
    assert gate(outcome, free, WORDS) == (0 if free else 3)
    assert gate(outcome, None, WORDS) == 4
    assert gate("needs:screening", None, WORDS) == 5


def test_the_highest_status_of_many_cases_counts(tmp_path):
    path = tmp_path / "cases.csv"
    path.write_text(
        "item,to,on,consignee,cleared\nL4,FRA,2025-06-01,Microsoft,Microsoft=looked up\nH100 SXM,RUS,2025-06-01,,\n"
    )
    found = worked_cases.decide_file(path, rules.load("history")).answers
    assert [row["may_go"] for row in found] == [True, False]
    assert worked_cases.gate_of(found, WORDS) == 3
    path.write_text("item,to,on\nL4,FRA,2025-06-01\nNo Such Chip,FRA,2025-06-01\n")
    assert worked_cases.gate_of(worked_cases.decide_file(path, rules.load("history")).answers, WORDS) == 4


@examples(0.6)
@given(SENT, UNDER)
def test_an_answer_is_json_and_its_memo_fits_a_screen(sent, under):
    found = answer(under, **sent)
    told = json.loads(json.dumps(found.as_dict(), allow_nan=False))
    keys = {"may_go", "assumed", "hits", "not_checked", "citations", "rulebook", "stale", "trace", "would_change"}
    assert keys <= set(told)
    lines = sum(-(-len(line) // 74) for line in memo.text(found).splitlines() if not line.startswith("  Given: "))
    assert lines <= 30 + 4 * len(found.cleared)  # each clearing is told whole, with its reason


def test_a_name_of_several_cards_is_asked_for_and_not_a_field():
    found = answer(item="RTX PRO 6000 Blackwell", destination="CHN", quantity=10, date="2025-06-01")
    assert "Max-Q" in found.would_change[0]
    assert "say whether designed or marketed" not in "; ".join(found.would_change)
    named = answer(item="RTX PRO 6000 Blackwell Server", destination="CHN", quantity=10, date="2025-06-01")
    assert "say which" not in "; ".join(named.would_change)


@given(SENT, UNDER)
def test_a_memo_shows_no_half_of_a_test_and_tells_no_cleared_shipment_that_nothing_helps(sent, under):
    found = answer(under, **sent)
    for line in memo.grounds(found):
        if line.startswith("Nearest: "):
            assert line.count("(") == line.count(")")
            assert "[...]" not in line
    assert (memo.NO_CHANGE in memo.text(found)) == (found.may_go is False and not found.would_change)


def test_the_nearest_clause_is_told_by_the_fields_of_a_test_too_long_to_show():
    told = memo.text(answer(item="sme_tool", destination="CHN", date="2025-06-01", fab_node_nm=28))
    flat = " ".join(told.split())
    assert (
        "oct2022.sme and oct2023.sme (a test of listed by ECCN, logic node of the fab, fab of non-planar transistors, NAND layers of the fab "
        "and the fab makes DRAM that is advanced by the test of the day: not met)" in flat
    )


def test_a_citation_is_told_by_paragraph_and_page():
    clause = rules.load("as-written").by_id["diffusion.country_allocation"]
    found = citation(clause, shipped_version(CASE))
    assert (found.paragraph, found.fr) == (
        "15 CFR 742.6(b)(10)(iii)(B)(1), 742.6(b)(10)(iii)(B)(2)",
        "90 FR 4544",
    )
    assert found.url == "https://www.federalregister.gov/citation/90-FR-4544"


# a permission that hangs on what nobody said is none

HANGING = [
    ({"item": "RTX 4090", "destination": "CHN"}, "exception:NAC", "notice_given"),
    ({"item": "sme_tool", "destination": "CHN", "fab_node_nm": 28, "end_use": "fab"}, "no_licence_required", "listed"),
    ({"item": "T4", "destination": "UKR"}, "no_licence_required", "destination_region"),
    ({"item": "chip", "tpp": 6000, "from": "CHN", "destination": "MYS"}, "no_licence_required", "designer_hq"),
]


@pytest.mark.parametrize(("fields", "outcome", "field"), HANGING)
def test_a_notice_a_listing_a_region_and_a_designer_that_nobody_gave_are_conditions(fields, outcome, field):
    found = answer(**({"end_use": "data_centre"} | fields), date="2025-06-01")
    assert (found.outcome, found.may_go, found.gate) == (outcome, None, GATE["facts"])
    assert field in {a.field for a in found.rests_on}
    assert found.sentence.startswith("If ")


def test_an_embargoed_place_in_another_role_is_told_and_is_no_plain_permission():
    for role in ("headquarters", "parent_headquarters", "from", "made_in"):
        found = answer(item="T4", destination="ARE", end_use="data_centre", date="2025-06-01", **{role: "IRN"})
        assert (found.may_go, found.gate) == (None, GATE["facts"]) or found.outcome.startswith("licence:"), role
        assert any("embargo" in told for told in found.not_checked)
    sure = answer(item="T4", destination="RUS", headquarters="RUS", end_use="data_centre", date="2022-01-01")
    assert sure.may_go is True


def test_a_later_day_is_the_day_of_the_party_too():
    sent = {"item": "T4", "destination": "SGP", "consignee": "Inspur Electronic Information Industry"}
    assert any("from 2025-03-25" in told for told in answer(**sent, date="2025-03-01").would_change)


def test_what_is_barred_whichever_chip_it_is_is_barred():
    assert answer(item="A100", destination="IRN", date="2025-06-01").gate == GATE["barred"]
    assert answer(item="A100", destination="FRA", date="2025-06-01").outcome == "needs:item"


def test_a_policy_other_than_the_law_is_told_as_hypothetical_and_never_passes_a_gate():
    sent = {"item": "T4", "destination": "SGP", "end_use": "data_centre", "date": "2025-06-01"}
    assert answer(**sent).gate == 0
    found = answer("rescinded", **sent)
    assert found.gate == GATE["facts"]
    assert found.sentence.startswith("Under the hypothetical policy rescinded: ")


def test_a_sentence_tells_the_number_in_force_under_the_policy():
    asked = {"item": "H100 SXM", "quantity": 5000.0, "destination": "IND", "date": date(2025, 6, 1)}
    streamlined, written = answer("streamlined", **asked), answer("as-written", **asked)
    assert streamlined.clause == written.clause == "diffusion.country_allocation"
    assert "changed by the policy: tpp is 1,580,000,000 TPP, not 790,000,000 TPP" in streamlined.says
    assert "changed" not in written.says
    assert "1,580,000,000" in memo.text(streamlined)


@examples(0.8)
@given(st.floats(0.1, 10.0), st.floats(0.1, 10.0))
def test_a_number_that_is_changed_and_put_back_is_told_as_the_law_has_it(first, second):
    law = rules.load("as-written")
    place = ("diffusion.lpp", "tpp_year")
    usual = law.number(*place)
    changed = law.with_number(*place, usual * first).with_number(*place, usual * second)
    said = changed.by_id[place[0]].says
    assert said.count("changed by the policy") == (changed.number(*place) != usual)
    back = law.with_number(*place, 2 * usual).with_number(*place, usual)
    assert back.by_id[place[0]].says == law.by_id[place[0]].says


def test_a_number_that_limits_nothing_is_told_as_no_limit(tmp_path):
    file = tmp_path / "free.toml"
    file.write_text(
        'name = "free"\ntitle = "Free"\nsays = "No limit on small orders."\n'
        '[clause."diffusion.lpp"]\ntpp_year = { value = 1e30, unit = "TPP" }\n'
    )
    asked = {"item": "H100 SXM", "quantity": 1000.0, "destination": "IND", "date": date(2025, 6, 1)}
    found = explain(Transaction(asked), rules.load(file))
    said = memo.text(found)
    assert "tpp year is no limit, not 26,900,000 TPP" in said
    assert "Headroom after it: no limit" in said
    assert not re.search(r"\d{3}(,\d{3}){8}|1e\+?30", said + repr(found.trace))


@pytest.mark.parametrize(
    "sent",
    [
        {"item": "H100 SXM", "destination": "USA", "end_user": "Huawei"},
        {"item": "H100 SXM", "destination": "USA", "headquarters": "CHN"},
        {"item": "H100 SXM", "destination": "SGP", "end_use": "training_for_weapons"},
        {"item": "servicing", "destination": "CHN", "fab_node_nm": 28, "end_use": "fab"},
        {"item": "software", "destination": "CHN", "end_use": "data_centre"},
        {"item": "sme_tool", "made_in": "JPN", "destination": "CHN", "fab_node_nm": 7, "listed": 1, "end_use": "fab"},
        {
            "item": "sme_tool",
            "destination": "CHN",
            "consignee": "SK hynix Semiconductor (China) Ltd.",
            "fab_node_nm": 5,
            "status": "veu",
        },
    ],
)
def test_what_one_knows_or_leaves_unsaid_beyond_the_clauses_is_no_plain_yes(sent):
    found = answer(**sent, date="2025-06-01")
    assert found.may_go is None
    assert found.gate == GATE["facts"]


def test_a_consignee_that_stands_for_any_other_is_near_no_listed_name():
    assert not suspects([ANOTHER], CASE)


def test_notice_is_offered_where_it_cures_and_a_wait_is_none_where_a_fact_is_asked_for():
    card = answer(item="RTX 4090", destination="CHN", notice_given=0, date="2025-06-01")
    assert "with 25 days' notice to BIS" in card.would_change[0]
    asked = answer(item="MI308X", destination="CHN", exporter="reseller", date="2025-04-01")
    assert asked.would_change == ("say what the TPP of one unit is",)


def test_near_a_limit_a_total_is_counted_by_the_larger_rounding_where_it_is_given():
    sent = {"item": "H100 SXM", "quantity": 49_910, "destination": "IND", "date": "2025-06-01"}
    assert answer("as-written", **sent).outcome == "licence:presumption_of_approval"
    assert answer("as-written", **sent, tpp=15_832).outcome == "licence:policy_of_denial"
