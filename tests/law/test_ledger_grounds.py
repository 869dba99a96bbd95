"""A ledger tells of each row what `check` tells of it alone: may it go, on what that hangs, how sure it is, who was hit."""

import json
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from premortem.case import default
from premortem.cases.us_ai_2025 import law_by_hand
from premortem.cli import app
from premortem.law import book as rules
from premortem.law.assumed_facts import untold
from premortem.law.clauses.candidate_clauses import operative
from premortem.law.clauses.clause_tests import met
from premortem.law.clauses.totals import Totals
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.equivalent_rows import alike, kinds
from premortem.law.fields.transfers import transfers
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.ledger.possible_changes import may_turn
from premortem.law.row_defaults import complete
from premortem.law.rulebook_version import shipped_version
from premortem.law.transactions import frame_of, parse
from tests.examples import examples

CASE = default()

FIRST, DAYS = date(2022, 6, 1), 1_900
ITEMS = ("H100 SXM", "H20", "RTX 4090", "A30", "T4", "MI308X", "DGX H100", "logic_die", "sme_tool", "closed_weights")
PLACES = ("CHN", "MAC", "FRA", "ARE", "SGP", "UKR", "ETH", "IRN", "VNM", "USA")
NAMES = ("Huawei", "Huawai", "Microsoft", "Acme", "Tencent", "Moonshot Labs", "TBD", "G42", "Nexperia", "Magnachip")
# Values of the fields that clauses ask of, and of which another is tried where nobody gave one.
OTHERS = {
    "headquarters": PLACES,
    "parent_headquarters": PLACES,
    "end_user_headquarters": PLACES,
    "intermediate_headquarters": PLACES,
    "purchaser_headquarters": PLACES,
    "exporter_hq": PLACES,
    "made_in": PLACES,
    "from": PLACES,
    "designer_hq": PLACES,
    "exporter": ("nvidia", "NVIDIA Singapore", "reseller", "intel", "distributor"),
    "consignee": NAMES,
    "end_user": NAMES,
    "intermediate": NAMES,
    "purchaser": NAMES,
    "parent": NAMES,
    "cleared": ("Huawai=another firm", "Moonshot Labs=another firm"),
    "status": ("none", "uveu", "nveu", "veu"),
    "end_use": ("data_centre", "fab", "supercomputer", "military", "packaging"),
    "destination_region": ("crimea", "other"),
    "certified": (True, False),
    "notice_given": (True, False),
    "listed": (True, False),
    "sold_in_us": (True, False),
    "private_sector": (True, False),
    "us_share": (0.0, 0.4, 0.6),
    "ownership": (0.0, 0.5, 0.6),
    "us_share_after": (0.4, 0.6),
    "fab_node_nm": (7.0, 16.0, 28.0),
    "used_tpp": (0.0, 1e8, 1e9),
    "consignee_tpp_this_year": (0.0, 2e7, 3e7),
}
ROWS = st.fixed_dictionaries(
    {
        "item": st.sampled_from(ITEMS),
        "destination": st.sampled_from(PLACES),
        "quantity": st.just(1),
        "date": st.integers(0, DAYS).map(lambda n: FIRST + timedelta(n)),
    }
)
MORE = st.lists(st.sampled_from([(k, v) for k, held in OTHERS.items() for v in held]), max_size=3).map(dict)


def shipped(both):
    """A row; whose design a chip of the catalogue is, nobody may say."""
    row, more = both
    return row | {k: v for k, v in more.items() if k != "designer_hq" or row["item"] in ITEMS[-3:]}


SHIPMENTS = st.tuples(ROWS, MORE).map(shipped)

# What the consignee had before the ledger, the first row does not say and the second one does.
WITHIN_A_YEARS_TOTAL = {"item": "H100 SXM", "destination": "ARE", "quantity": 1, "date": date(2025, 5, 15)}


def as_ledger(rows):
    columns = {name: None for row in rows for name in row}
    shown = {name: [None if name not in row else str(row[name]) for row in rows] for name in columns}
    return pl.DataFrame(shown, schema=dict.fromkeys(shown, pl.String)).rename({"parent": "parent_name"}, strict=False)


def told(decision):
    return {
        "outcome": decision.outcome,
        "clause": decision.clause or None,
        "may_go": decision.may_go,
        "confidence": decision.confidence or None,
        "rests_on": {a.field for a in decision.rests_on},
    }


@pytest.mark.parametrize("policy", ["history", pytest.param("as-written", marks=pytest.mark.slow)])
@examples(0.5)
@given(rows=st.lists(SHIPMENTS, min_size=1, max_size=12))
@example(rows=[WITHIN_A_YEARS_TOTAL, WITHIN_A_YEARS_TOTAL | {"consignee_tpp_this_year": 0.0}])
def test_each_row_of_a_ledger_is_told_as_check_tells_it(policy, rows):
    book = rules.load(policy)
    for row, decided in zip(rows, decide_ledger(as_ledger(rows), book).to_dicts(), strict=True):
        assert decided["rejected"] is None
        alone = told(explain(Transaction(row), book))
        rests_on = (decided["rests_on"] or "").split("; ")
        found = {k: decided[k] for k in alone} | {"rests_on": {*rests_on} & book.vocabulary.fields.keys()}
        assert found == alone, row
        open_ = decided["may_go"] is None and decided["outcome"] in book.vocabulary.free
        if (
            decided["outcome"] in book.vocabulary.free
        ):  # a licence that may be granted may rest on what nobody said, too
            assert open_ == (rests_on != [""]), "a permission that is none says why"


@examples(0.4)
@given(rows=st.lists(SHIPMENTS, min_size=40, max_size=80))
def test_rows_that_are_taken_as_alike_have_one_answer(rows):
    book = rules.load("as-written")
    frame = frame_of([parse(row, CASE) for row in rows], CASE)
    answers = decide(frame, book)
    group, first = alike(frame, answers, answers[book.vocabulary.measure.all], book, kinds(frame, book))
    same = answers.select("outcome", "clause", "eccn", "required_by")
    assert same.equals(same[first][group])


@pytest.mark.parametrize("policy", ["history", pytest.param("as-written", marks=pytest.mark.slow)])
@examples(0.3)
@given(rows=st.lists(SHIPMENTS, min_size=5, max_size=15))
def test_a_permission_stands_whatever_is_told_that_no_clause_can_hear(policy, rows):
    book = rules.load(policy)
    words = book.vocabulary
    frame = frame_of([parse(row, CASE) for row in rows], CASE)
    answers = decide(frame, book)
    clauses = tuple(operative(book, frame["date"].min(), frame["date"].max()))
    found = met(complete(frame, book).collect(), answers, clauses, words)
    licensed = answers["required_by"].is_not_null().to_numpy()
    unheard = []
    for i, (row, outcome) in enumerate(zip(frame.to_dicts(), answers["outcome"], strict=True)):
        said = {k: v for k, v in row.items() if v is not None}
        for field, value in untold(said, CASE) if outcome in words.free else ():
            if field in transfers(CASE).unsaid.rests_on and not may_turn(found, licensed, field, value, words)[i]:
                unheard.append({**said, field: value})
    if unheard:
        assert set(decide(frame_of(unheard, CASE), book)["outcome"]) <= words.free


def test_clauses_that_differ_in_a_number_are_looked_up_apart():
    book = rules.load("as-written")
    moved = [book.with_number("diffusion.country_allocation", "tpp", 1e8 * n) for n in range(1, 9)]
    assert len({hash(b.by_id["diffusion.country_allocation"]) for b in moved}) == len(moved)


@pytest.mark.parametrize("policy", ["history", pytest.param("as-written", marks=pytest.mark.slow)])
@examples(0.4)
@given(
    rows=st.lists(SHIPMENTS, min_size=1, max_size=4),
    days=st.lists(st.integers(0, DAYS), min_size=1, max_size=3),
    shipped=st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 2), st.integers(1, 60_000), st.sampled_from((None, "Acme", "ACME Ltd"))
        ),
        min_size=30,
        max_size=80,
    ),
)
def test_a_ledger_decided_by_kinds_is_decided_as_row_by_row(policy, rows, days, shipped):
    book = rules.load(policy)
    told = [
        rows[which % len(rows)]
        | {"date": FIRST + timedelta(days[day % len(days)]), "quantity": units}
        | ({"consignee": name} if name else {})
        for which, day, units, name in sorted(shipped, key=lambda row: days[row[1] % len(days)])
    ]
    frame = frame_of([parse(row, CASE) for row in told], CASE)
    found = kinds(frame, book)
    assert decide(frame, book, Totals(), found).equals(decide(frame, book, Totals()))
    assert decide(frame, book, None, found).equals(decide(frame, book))


def test_a_ledger_of_few_kinds_works_out_no_more():
    frame = law_by_hand.ledger(3000).with_columns(pl.col("quantity").cast(pl.Float64))
    assert len(kinds(frame, rules.load("as-written")).first) < 1500
    one = frame.with_columns(date=pl.lit(FIRST), item=pl.lit("H20"), destination=pl.lit("CHN"))
    assert len(kinds(one, rules.load("as-written")).first) == 1


def test_days_between_which_nothing_turns_and_places_of_the_same_groups_are_alike():
    book = rules.load("history")
    rows = [("A30", "FRA", "2025-06-01"), ("A30", "DEU", "2025-06-03"), ("A30", "CHN", "2025-06-01")]
    frame = frame_of([parse(dict(zip(("item", "destination", "date"), row, strict=True)), CASE) for row in rows], CASE)
    answers = decide(frame, book)
    group, first = alike(frame, answers, answers[book.vocabulary.measure.all], book, kinds(frame, book))
    assert group.tolist() == [0, 0, 1]
    assert first.tolist() == [0, 2]


def test_a_row_says_what_check_says_is_to_be_looked_at_beside_it_and_who_stands_in_no_table():
    row = {"item": "T4", "quantity": 4, "destination": "KAZ", "date": date(2025, 6, 1), "end_use": "data_centre"}
    seats = [{"purchaser_headquarters": "RUS", "end_user_headquarters": "RUS"}, {"end_user_headquarters": "BLR"}, {}]
    named = [{"consignee": "Nobody Knows GmbH", "end_user": "Nor Them Ltd"}]
    rows, book = [row | more for more in (*seats, *named)], rules.load("history")
    decided = decide_ledger(as_ledger(rows), book)
    assert decided["may_go"].to_list() == [None, None, True, None]
    for one, cell in zip(rows[:2], decided["rests_on"], strict=False):
        beside = explain(Transaction(one), book).elsewhere
        assert beside
        assert cell.split("; ") == [text.removesuffix(".") for text in beside]
        assert all("is under embargo" in text for text in beside)
    assert decided["rests_on"].to_list()[2:] == [None, "consignee and end user on none of the lists that are not held"]


def test_a_row_counts_with_what_the_ledger_shipped_before_it():
    book = rules.load("as-written")
    row = {"item": "H100 SXM", "destination": "ARE", "date": "2025-06-01", "consignee": "One"}
    rows = [row | {"quantity": n} for n in ("1000", "1000")]
    before, after = decide_ledger(pl.DataFrame(rows), book).to_dicts()
    sent = 1000 * 15824.0
    alone = [explain(Transaction(rows[0] | {"consignee_tpp_this_year": x, "used_tpp": 0.0}), book) for x in (0.0, sent)]
    assert alone[0].outcome != alone[1].outcome, "the second shipment is over the consignee's limit"
    for one, decision in zip((before, after), alone, strict=True):
        assert (one["outcome"], one["may_go"], one["confidence"]) == (
            decision.outcome, decision.may_go, decision.confidence,
        )  # fmt: skip


def test_goods_that_come_back_are_no_shipment_that_may_or_may_not_go():
    rows = [
        {"id": "1", "item": "T4", "quantity": "5", "destination": "FRA", "date": "2025-06-01", "returns": None},
        {"id": "2", "item": "T4", "quantity": "5", "destination": "FRA", "date": "2025-06-02", "returns": "1"},
    ]
    back = decide_ledger(pl.DataFrame(rows), rules.load("history")).row(1, named=True)
    assert (back["outcome"], back["may_go"], back["rests_on"], back["confidence"]) == ("returned", None, None, None)


def test_the_command_tells_what_is_stale_hit_and_not_checked(tmp_path):
    path, out = tmp_path / "l.csv", tmp_path / "d.csv"
    late = shipped_version(CASE).news + timedelta(1)
    path.write_text(
        "item,quantity,destination,date,consignee,cleared\n"
        f"T4,1,UKR,2025-06-01,,\nRTX 4090,1,CHN,{late},Huawai,\nT4,1,FRA,2025-06-01,Microsoft,Microsoft=looked up\nH20,1,SGP,2025-06-01,Huawei,\n"
    )
    done = CliRunner().invoke(app, ["ledger", str(path), "-o", str(out), "--json"])
    summary = json.loads(done.stdout)
    assert summary["may_go"] == {"true": 1, "false": 1, "null": 2}
    assert summary["stale"] == 1
    assert summary["rulebook"] == {
        "version": shipped_version(CASE).version,
        "verified_to": str(shipped_version(CASE).news),
    }
    assert {(h["given"], h["equal"]) for h in summary["hits"]} == {("Huawei", True), ("Huawai", False)}
    assert len(summary["not_checked"]) == len({*summary["not_checked"]})
    assert any("consignee in 1 of 4 rows" in sentence for sentence in summary["not_checked"])
    assert any(sentence.startswith("STALE") for sentence in summary["not_checked"])
    decided = pl.read_csv(out)
    assert decided["may_go"].to_list() == [None, None, True, False]
    assert decided["rests_on"].to_list() == ["destination_region", None, None, None]
    assert decided["hits"].is_not_null().to_list() == [False, True, False, True]
    printed = CliRunner().invoke(app, ["ledger", str(path), "-o", str(out)]).stdout.replace("\n", " ")
    assert "1 row may go, 1 may not, 2 depend on missing facts or names to review" in printed
    assert f"STALE: 1 row after {shipped_version(CASE).news}" in printed


def test_a_decided_ledger_can_be_decided_again(tmp_path):
    rows = pl.DataFrame([{"item": "T4", "quantity": "1", "destination": "UKR", "date": "2025-06-01"}])
    once = decide_ledger(rows, rules.load("history"))
    assert decide_ledger(once, rules.load("history")).equals(once)


def test_a_ledger_without_rows_has_the_same_columns_and_nothing_to_tell(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text("item,quantity,destination,date\n")
    summary = json.loads(CliRunner().invoke(app, ["ledger", str(path), "--json"]).stdout)
    assert (summary["rows"], summary["may_go"], summary["stale"]) == (0, {"true": 0, "false": 0, "null": 0}, 0)


def test_a_row_that_hangs_on_certificates_says_so_as_check_does():
    row = {"item": "H200 SXM", "quantity": 10, "destination": "CHN", "date": "2026-02-01"}
    told = decide_ledger(as_ledger([row, {**row, "certified": True, "us_share": 0.25}]), rules.load("history"))
    assert told["outcome"].to_list() == ["licence:case_by_case"] * 2
    assert told["rests_on"].to_list() == ["certified; us_share", None]
    assert told["may_go"].to_list() == [False, False]


def test_a_ledger_refuses_an_owner_that_owns_nothing():
    row = {"item": "T4", "quantity": 1, "destination": "SGP", "date": "2026-02-01", "ownership": 0.0}
    told = decide_ledger(
        as_ledger([{**row, "listed_owner": True}, {**row, "listed_owner": False}]), rules.load("history")
    )
    assert told["rejected"].to_list() == [
        "listed_owner says that a listed party owns a share, and ownership that none does",
        None,
    ]


def test_an_unread_column_of_parties_is_looked_at_where_no_party_is_read():
    given = pl.DataFrame(
        {"item": ["H100 SXM"] * 2, "quantity": [1, 1], "destination": ["FRA"] * 2, "date": ["2025-06-01"] * 2, "_Client": ["Acme", "Huawei"]}
    )  # fmt: skip
    decided = decide_ledger(given, rules.load("as-written"))
    assert all("column Client" in rests for rests in decided["rests_on"])
