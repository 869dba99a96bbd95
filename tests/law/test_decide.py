"""The rulebook against worked cases and against properties that any lawyer would demand."""

import csv
import itertools
import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import premortem as pm
from premortem import facts
from premortem.case import default
from premortem.errors import BadInput, BadInputs, PremortemError
from premortem.law import book as rules
from premortem.law import compare_books, worked_cases
from premortem.law.clauses.conditions import check
from premortem.law.clauses.totals import Totals
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.fields.places import atlas
from premortem.law.fields.vocabulary import TYPES, vocabulary
from premortem.law.ledger import decisions
from premortem.law.transactions import frame_of, parse
from tests.examples import examples

CASE = default()
WORDS = vocabulary(CASE)

CASES = list(csv.DictReader((Path(__file__).parent / "cases.csv").read_text().splitlines()))


def outcomes(rows, policy="as-written", totals=None):
    return decide(frame_of([parse(row, CASE) for row in rows], CASE), rules.load(policy), totals)["outcome"].to_list()


def test_worked_cases_decide_as_their_derivations_say():
    """All cases of a policy in one frame that has every column, which most rows leave empty."""
    asked = [(case, worked_cases.arguments(case["args"], CASE)) for case in CASES]
    wrong = []
    for policy in {fields.get("under", "history") for _, fields in asked}:
        mine = [(case, fields) for case, fields in asked if fields.get("under", "history") == policy]
        rows = [{name: value for name, value in fields.items() if name != "under"} for _, fields in mine]
        frame = frame_of([dict.fromkeys(WORDS.given) | parse(row, CASE) for row in rows], CASE)
        for (case, _), got in zip(mine, decide(frame, rules.load(policy))["outcome"], strict=True):
            if not got or not worked_cases.agrees(got, case["expected"], WORDS):
                wrong.append((case["case_id"], got, case["expected"], case["why"]))
    assert not wrong
    assert len(CASES) >= 150


@pytest.mark.slow
def test_a_column_that_says_nothing_of_a_row_is_as_one_that_is_not_there():
    """A ledger has a column where any of its rows needs one: the others must be decided as if it had none."""
    asked = [worked_cases.arguments(case["args"], CASE) for case in CASES]
    rows = [parse({name: value for name, value in row.items() if name != "under"}, CASE) for row in asked]
    for name in WORDS.given:
        silent = [row for row in rows if name not in row]
        if silent:
            without = frame_of(silent, CASE)
            empty = without.with_columns(pl.lit(None, TYPES[WORDS.fields[name].type]).alias(name))
            book = rules.load("history")
            assert decide(empty, book).equals(decide(without, book)), name


@pytest.mark.slow
def test_worked_cases_decide_alone_as_they_do_together():
    wrong = [
        case["case_id"]
        for case in CASES
        for fields in [worked_cases.arguments(case["args"], CASE)]
        for under in [fields.pop("under", "history")]
        if not worked_cases.agrees(outcomes([fields], under)[0], case["expected"], WORDS)
    ]
    assert not wrong


@pytest.mark.parametrize("policy", rules.policies(default()))
def test_every_shipped_policy_loads_and_decides(policy):
    assert outcomes([{"item": "H100 SXM", "destination": "ARE", "quantity": 10, "date": "2026-03-01"}], policy)[
        0
    ] in tuple(WORDS.reads)


PLACES = ["ARE", "CHN", "IND", "FRA", "SGP", "BRA", "VNM", "SAU", "POL", "MAC", "GBR", "KHM"]
ITEMS = ["H100 SXM", "H20", "B200", "RTX 4090", "L40S", "L4", "A100 80GB SXM", "MI300X"]


def table(rows, seed):
    rng = np.random.default_rng(seed)
    days = np.arange("2022-06", "2029-12", dtype="datetime64[D]")
    return pl.DataFrame(
        {
            "item": rng.choice(ITEMS, rows),
            "quantity": rng.integers(1, 3000, rows),
            "destination": rng.choice(PLACES, rows),
            "headquarters": rng.choice(PLACES, rows),
            "date": rng.choice(days, rows),
            "consignee": rng.choice([f"c{i}" for i in range(40)], rows),
        }
    )


@pytest.mark.parametrize("policy", ["as-written", pytest.param("history", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("rows", "looked_at"), [(5_000, 15), pytest.param(1_000_000, 200, marks=pytest.mark.slow)])
def test_one_row_decides_as_the_same_row_in_a_table(policy, rows, looked_at):
    """Each row has a consignee of its own; the allocation, which all share, is left out and has tests of its own below."""
    given_ = table(rows, 1).with_columns(consignee=pl.int_range(rows).cast(pl.String))
    whole = decisions.decide_ledger(given_, rules.load(policy))
    some = whole.filter((pl.col("clause") != "diffusion.country_allocation") | pl.col("clause").is_null()).sample(
        looked_at, seed=2
    )
    fields = ["item", "quantity", "destination", "headquarters", "date", "consignee"]
    alone = [
        decisions.decide_ledger(some[i].select(fields), rules.load(policy))["outcome"][0] for i in range(len(some))
    ]
    assert alone == some["outcome"].to_list()


@pytest.mark.parametrize("many", [1000, pytest.param(3000, marks=pytest.mark.slow)])
def test_order_of_the_rows_does_not_matter_where_the_dates_differ(many):
    given_ = table(many, 3).unique(["destination", "date"]).unique(["consignee", "date"]).with_row_index("id")
    one = decisions.decide_ledger(given_, rules.load("as-written")).sort("id")
    other = decisions.decide_ledger(given_.sample(fraction=1, shuffle=True, seed=5), rules.load("as-written")).sort(
        "id"
    )
    assert one["outcome"].to_list() == other["outcome"].to_list()


@given(parts=st.integers(2, 6), units=st.integers(100, 20_000))
def test_splitting_a_licensed_shipment_never_changes_what_the_allocation_takes(parts, units):
    """Under the allocation alone (LPP is shut by the consignee's total of the year)."""
    base = {
        "item": "H100 SXM",
        "destination": "IND",
        "date": "2025-06-02",
        "consignee": "c",
        "consignee_tpp_this_year": 26_900_000,
    }
    split = [base | {"quantity": units} for _ in range(parts)]
    answers = decide(frame_of([parse(row, CASE) for row in split], CASE), rules.load("as-written"), Totals())
    taken = sum(units for outcome in answers["outcome"] if outcome == "licence:presumption_of_approval")
    assert taken * 15_824 <= 790_000_000
    whole = outcomes([base | {"quantity": units * parts}])[0]
    assert (whole == "licence:presumption_of_approval") == (taken == units * parts)


def test_splitting_an_order_between_consignees_opens_lpp_and_nothing_else():
    base = {"item": "H100 SXM", "destination": "IND", "date": "2025-06-02", "quantity": 1600}
    assert outcomes([base | {"consignee": "a"}, base | {"consignee": "b"}], totals=Totals()) == [
        "exception:LPP",
        "exception:LPP",
    ]
    assert outcomes([base | {"consignee": "a"}, base | {"consignee": "a"}], totals=Totals()) == [
        "exception:LPP",
        "licence:presumption_of_approval",
    ]


@examples(0.4)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.1, 0.9))
def test_a_lower_cap_never_allows_more(seed, factor):
    given_ = table(300, seed).filter(pl.col("date") > date(2025, 5, 15))
    book = rules.load("as-written")
    stricter = book.with_number("diffusion.country_allocation", "tpp", 790e6 * factor)
    before, after = (taken(decisions.decide_ledger(given_, b)) for b in (book, stricter))
    for place in PLACES:
        assert after.get(place, 0.0) <= max(before.get(place, 0.0), 790e6 * factor)


def taken(decided):
    """TPP that the allocation has taken by place and period."""
    drawn = decided.filter(
        (pl.col("clause") == "diffusion.country_allocation") & pl.col("outcome").str.ends_with("approval")
    )
    tpp = {row["name"]: row["tpp"] for row in facts.read("chips").to_dicts()}
    period = (pl.col("date").dt.year() - 2025) // 3
    amounts = drawn.with_columns(
        amount=pl.col("quantity") * pl.col("item").replace_strict(tpp, return_dtype=pl.Float64), period=period
    )
    return dict(
        amounts.group_by("destination", "period")
        .agg(pl.col("amount").sum())
        .group_by("destination")
        .agg(pl.col("amount").max())
        .rows()
    )


def test_nothing_changes_between_two_days_on_which_something_complies():
    book = rules.load("history")
    days = sorted(
        {
            d
            for c in book.clauses
            for d in (c.complies, c.ends and c.ends + timedelta(1))
            if d and date(2022, 8, 1) < d < date(2026, 12, 1)
        }
    )
    days += [date(2021, 12, 9), date(2024, 3, 15), date(2024, 5, 30), date(2025, 11, 7)]
    days = sorted(set(days))
    for first, following in itertools.pairwise(days):
        last = following - timedelta(1)
        if last > first:
            rows = [
                {"item": i, "destination": p, "quantity": 10, "date": d}
                for d in (first, last)
                for i in ITEMS
                for p in ("CHN", "ARE", "VNM", "KHM")
            ]
            got = outcomes(rows, "history")
            assert got[: len(got) // 2] == got[len(got) // 2 :], (first, last)


def test_a_decision_explains_itself():
    decision = explain(
        Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01"), rules.load("as-written")
    )
    assert decision.outcome == "licence:presumption_of_approval"
    assert decision.clause == "diffusion.country_allocation"
    assert decision.headroom_tpp == 790_000_000 - 2000 * 15_824
    assert any(step.clause == "diffusion.lpp" and not step.tests[-1].met for step in decision.trace)
    assert any("1,699" in change and "LPP" in change for change in decision.would_change)
    assert "Not legal advice" in repr(decision)


@examples(0.6)
@given(
    st.sampled_from(ITEMS),
    st.sampled_from(PLACES),
    st.integers(1, 100_000),
    st.sampled_from(["2023-12-01", "2025-06-01", "2026-02-01"]),
)
def test_what_would_change_an_answer_does_change_it(item, place, quantity, day):
    book = rules.load("as-written")
    decision = explain(Transaction(item=item, quantity=quantity, destination=place, date=day), book)
    for change in decision.would_change:
        if change.startswith("with a quantity of"):
            units = int(change.split(":")[0].removeprefix("with a quantity of ").replace(",", ""))
            again = explain(Transaction(item=item, quantity=units, destination=place, date=day), book)
            assert again.outcome != decision.outcome


def test_a_diff_says_what_came_and_who_loses():
    book = rules.load("as-written")
    result = compare_books.diff((book, date(2025, 5, 14)), (book, date(2025, 5, 15)))
    assert any(c["clause"] == "diffusion.country_allocation" and c["kind"] == "new" for c in result["changes"])
    assert any("IND" in row["places"] for row in result["lose"])
    assert compare_books.diff((book, date(2025, 6, 1)), (book, date(2025, 6, 1)))["changes"] == []
    higher = book.with_number("diffusion.country_allocation", "tpp", 1e9)
    assert compare_books.diff((book, date(2025, 6, 1)), (higher, date(2025, 6, 1)))["changes"][0]["to"] == 1e9


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "abs(tpp) > 1",
        "tpp > (select 1)",
        "tpp > 1; drop table x",
        "open('f')",
        "tppp > 1",
        "tpp >",
        "1e999 > `x`",
    ],
)
def test_conditions_that_call_or_query_are_refused(text):
    assert check(text, "", {}, WORDS)


@given(st.text(max_size=80))
def test_any_text_is_a_condition_or_refused_with_a_reason(text):
    for _, why in check(text, "", dict.fromkeys(["tpp"], ""), WORDS):
        assert why


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("NVIDIA H200", "H200 SXM"),
        ("a100-sxm4-80gb", "A100 80GB SXM"),
        (" vr200 ", "VR200 (Rubin)"),
        ("HBM", "hbm_stack"),
        ("NVIDIA DGX H100", "DGX H100"),
    ],
)
def test_an_item_is_known_by_its_other_spellings_alone_and_in_a_ledger(said, meant, tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_text(f"date,item,quantity,destination\n2025-06-01,{said},1,ARE\n")
    assert decisions.decide_file(path, rules.load("as-written"))[1]["rejected"] == []
    assert parse({"item": said, "destination": "ARE"}, CASE)["item"] == meant


def test_bad_transactions_are_refused_all_at_once():
    with pytest.raises(BadInputs) as caught:
        parse({"item": "H100 SXMM", "quantity": "2.5", "destination": "ARX", "date": "soon", "colour": "red"}, CASE)
    keys = {error.key for error in caught.value.errors}
    assert keys == {"item", "quantity", "destination", "date", "colour"}
    with pytest.raises(BadInput, match="did you mean H100 SXM"):
        parse({"item": "H100 SXMM", "destination": "ARE"}, CASE)


@examples(6)
@given(
    st.dictionaries(
        st.sampled_from(["item", "quantity", "destination", "date", "tpp", "status", "hbm", "x"]),
        st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none()),
    )
)
def test_any_transaction_parses_or_is_refused_clearly(fields):
    try:
        parse(fields, CASE)
    except PremortemError as error:
        assert str(error)


def test_a_ledger_keeps_every_row_and_says_why_some_are_rejected(tmp_path):
    path = tmp_path / "l.csv"
    path.write_text(
        "item,quantity,destination,date\nH100 SXM,10,ARE,2025-06-01\nH999,10,ARE,2025-06-01\nH20,-1,CHN,2025-06-01\n"
        "H20,1.5,CHN,2025-06-01\nH20,1,Nowhere,2025-06-01\nH20,1,CHN,\nH20,2,China,2025-06-01\n"
    )
    decided, result, _ = decisions.decide_file(path, rules.load("as-written"))
    assert result["rows"] == 7
    assert [r["row"] for r in result["rejected"]] == [2, 3, 4, 5, 6]
    assert decided["outcome"].to_list()[0] == "exception:LPP"
    assert decided["outcome"].to_list()[6] == "no_licence_required"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00garbage", b"a,b\n1,2\n", b"item,quantity,destination,date\n"])
def test_files_that_are_no_ledgers_give_one_clear_error_or_no_rows(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    try:
        assert decisions.decide_file(path, rules.load("history"))[1]["rows"] == 0
    except PremortemError as error:
        assert "x.csv" in str(error)


def test_an_overlay_on_a_clause_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\ntitle = "Mine"\nsays = "x"\n[clause."diffusion.contry_allocation"]\nends = 2025-01-01\n'
    )
    with pytest.raises(BadInput, match=r"did you mean diffusion\.country_allocation"):
        rules.load(path)
    path.write_text(
        'name = "mine"\ntitle = "Mine"\nsays = "x"\n[clause."diffusion.country_allocation"]\ntpp = { value = "lots", unit = "TPP" }\n'
    )
    with pytest.raises(BadInput, match="tpp"):
        rules.load(path)


def test_ranks_cover_all_outcomes():
    assert set(WORDS.rank) == set(tuple(WORDS.reads))


def test_a_decision_reads_as_a_memo_in_a_notebook():
    decision = (
        pm.book("as-written")
        .as_of("2025-06-01")
        .decide(pm.Transaction(item="H100 SXM", quantity=2000, destination="ARE"))
    )
    page = decision._repr_html_()
    for said in ("a licence is needed; approval is presumed", "diffusion.country_allocation", "758,352,000 TPP"):
        assert said in page
    assert "Would change it" in page
    assert "Not legal advice" in page
    sent = {"item": "H100 SXM", "destination": "ARE", "consignee": "<script>", "date": "2025-06-01"}
    assert "<script>" not in explain(Transaction(sent), rules.load("history"))._repr_html_()


def test_steps_behind_the_decision_are_not_reached():
    decision = explain(
        Transaction(item="H100 SXM", quantity=5, destination="FRA", date="2025-06-01"), rules.load("as-written")
    )
    reached = [s.clause for s in decision.trace if s.reached]
    assert decision.clause == reached[-1] == "diffusion.aia"
    free = explain(Transaction(item="H20", destination="FRA", date="2025-06-01"), rules.load("as-written"))
    assert all(
        rules.load("as-written").by_id[s.clause].stage in ("classify", "requires") for s in free.trace if s.reached
    )


def test_returns_and_amendments_give_back_what_they_undo():
    base = {"item": "H100 SXM", "destination": "IND", "consignee": "a", "consignee_tpp_this_year": 26_900_000.0}
    units = 49_924  # 789,997,376 TPP: the whole allocation
    rows = [
        base | {"id": "1", "date": "2025-06-01", "quantity": units, "returns": None, "amends": None},
        base | {"id": "2", "date": "2025-06-02", "quantity": 10, "returns": None, "amends": None},
        base | {"id": "3", "date": "2025-06-03", "quantity": 10, "returns": "1", "amends": None},
        base | {"id": "4", "date": "2025-06-04", "quantity": 10, "returns": None, "amends": None},
        base | {"id": "5", "date": "2025-06-05", "quantity": 20, "returns": None, "amends": "1"},
        base | {"id": "6", "date": "2025-06-06", "quantity": 40_000, "returns": None, "amends": None},
        base | {"id": "7", "date": "2025-06-07", "quantity": 99_999, "returns": "6", "amends": None},
        base | {"id": "8", "date": "2025-06-01", "quantity": 1, "returns": "6", "amends": None},
    ]
    decided = decisions.decide_ledger(pl.DataFrame(rows), rules.load("as-written"))
    approval, denial = "licence:presumption_of_approval", "licence:policy_of_denial"
    assert decided["outcome"].to_list() == [approval, denial, "returned", approval, approval, approval, None, None]
    assert decided["rejected"][6] == "row 6 shipped fewer units"
    assert decided["rejected"][7] == "row 6 is not earlier"


def test_rows_of_one_day_are_decided_in_the_order_of_the_ledger():
    row = {"item": "H100 SXM", "destination": "IND", "consignee": "a", "date": "2025-06-01"}
    for quantities in ([1000, 900], [900, 1000]):
        decided = decisions.decide_ledger(
            pl.DataFrame([row | {"quantity": q} for q in quantities]), rules.load("as-written")
        )
        assert decided["outcome"].to_list() == ["exception:LPP", "licence:presumption_of_approval"]


def test_one_consignee_has_one_lpp_wherever_it_receives():
    row = {"item": "H100 SXM", "quantity": 1000, "consignee": "a", "date": "2025-06-01"}
    table = pl.DataFrame([row | {"destination": place} for place in ("IND", "BRA")])
    assert (
        decisions.decide_ledger(table, rules.load("as-written"))["outcome"].to_list()[1]
        == "licence:presumption_of_approval"
    )


def test_a_policy_that_only_adds_bans_never_allows_more():
    rows = table(5000, 9).to_dicts()
    lax, strict = (outcomes(rows, policy) for policy in ("as-written", "maximal"))
    assert all(WORDS.rank[b] >= WORDS.rank[a] for a, b in zip(lax, strict, strict=True))
    assert lax != strict


def test_the_page_on_the_rulebook_counts_its_cases():
    page = (Path(__file__).parents[2] / "docs" / "rulebook.md").read_text("utf-8")
    assert f"{len(CASES)} worked cases" in page


@pytest.mark.parametrize("policy", rules.policies(default()))
def test_no_wait_is_offered_beyond_the_end_of_a_table_and_one_beyond_the_verified_day_says_so(policy):
    book = rules.load(policy)
    begun = {d.start for c in book.clauses for dated in c.numbers.values() for d in dated}
    begun |= {day for c in book.clauses for day in (c.complies, c.ends and c.ends + timedelta(1))}
    begun |= set(atlas(CASE, book.moves).breaks)
    die = {"item": "logic_die", "node_nm": 7, "transistors_bn": 38, "packaged_by": "fabricator", "hbm": False}
    for sent in (
        {"item": "H100 SXM", "destination": "IND", "quantity": 60_000, "date": "2027-06-01"},
        {"item": "H100 SXM", "destination": "IND", "quantity": 60_000, "date": "2033-06-01"},
        {"item": "H100 SXM", "destination": "IND", "quantity": 500_000, "date": "2026-06-01", "status": "nveu"},
        {"item": "H20", "destination": "SGP", "ownership": 0.6, "date": "2026-10-01"},
        {"destination": "CHN", "packaged_in": "TWN", "date": "2026-10-01"} | die,
    ):
        for told in explain(Transaction(sent), book).would_change:
            for found in re.findall(r"from (\d{4}-\d\d-\d\d)(.*?):", told):
                day = date.fromisoformat(found[0])
                assert day in begun, told
                assert ("verified to 2026-10-08 only" in told) == (day > date(2026, 10, 8)), told
