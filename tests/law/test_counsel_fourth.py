"""What a fourth counsel found, by kind: supercomputers that nobody asked of, branches cleared away, products rejected, sentences of another day."""

import polars as pl
import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.fields.items import is_known, item
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.verdict import question
from tests.law.looked_up import looked_up

CASE = default()
BOOK = rules.load("history")
SEEN = "looked up in the whole lists"


def asked(**given):
    place = given["destination"]
    seats = dict.fromkeys(("headquarters", "parent_headquarters", "end_user_headquarters"), place)
    return looked_up({"end_use": "data_centre", "ownership": 0.0, **seats, **given})


def answer(**given):
    return explain(Transaction(asked(**given)), BOOK)


def rows(*given):
    return decide_ledger(pl.from_dicts([asked(**row) for row in given], infer_schema_length=None), BOOK)


MANY = {"item": "H20", "destination": "CHN", "date": "2025-03-01"}


@pytest.mark.parametrize(
    ("more", "may_go"),
    [
        ({"quantity": 5_000}, None), ({"quantity": 150_000}, None), ({"item": "A800 80GB SXM", "quantity": 10_000, "date": "2023-03-01"}, None),
        ({"quantity": 2_703}, None), ({"quantity": 2_702}, True),  # 6.4 million TPP, of 2,368 each
        ({"quantity": 5_000, "pflops_fp64": 0.0, "pflops_fp32": 0.0}, True), ({"quantity": 5_000, "cubic_feet": 50_000.0}, True),
        ({"quantity": 5_000, "destination": "DEU"}, True), ({"quantity": 5_000, "date": "2022-10-20"}, True),
        ({"quantity": 5_000, "destination": "MAC", "date": "2023-01-16"}, True), ({"quantity": 5_000, "destination": "MAC", "date": "2023-01-17"}, None),
    ],
)  # fmt: skip
def test_so_many_chips_as_could_make_a_supercomputer_are_asked_what_they_are_for(more, may_go):
    found = answer(**MANY | more)
    assert found.may_go is may_go, found.sentence
    assert any("Is it for a supercomputer" in line for line in found.elsewhere) is (may_go is None)


def test_a_ledger_tells_shipments_that_could_make_a_supercomputer_from_smaller_ones_of_the_same():
    names = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    sent = zip(names, (1, 2_702, 2_703, 2_702, 5_000), strict=True)
    found = rows(*(MANY | {"quantity": n, "consignee": name, "cleared": f"{name}={SEEN}"} for name, n in sent))
    assert found["may_go"].to_list() == [True, True, None, True, None]


def to(name, quantity, **more):
    return MANY | {"quantity": quantity, "consignee": name, "cleared": f"{name}={SEEN}"} | more


@pytest.mark.parametrize(
    ("sent", "may_go"),
    [
        # 2,703 H20 reach the line: an order over several rows, over days, over spellings and over consignees of one end user
        ([to("Alpha", 1_352), to("Alpha", 1_351)], [None, None]),
        ([to("Alpha", 1_352), to("Alpha", 1_350)], [True, True]),
        ([to("Alpha", 1_352, date="2024-02-01"), to("Alpha", 1_351)], [None, None]),
        ([to("Alpha Site 1 Ltd", 1_352), to("ALPHA Site 2", 1_351)], [None, None]),
        ([to("Alpha", 1_352), to("Beta", 1_351)], [True, True]),
        ([to("Alpha", 1_352, end_user="Zeta", cleared=f"Alpha={SEEN};Zeta={SEEN}"), to("Beta", 1_351, end_user="Zeta", cleared=f"Beta={SEEN};Zeta={SEEN}")], [None, None]),
        # what is no supercomputer, what goes elsewhere, what is denied, and what comes back
        ([to("Alpha", 1_352, pflops_fp64=0.0, pflops_fp32=0.0), to("Alpha", 1_351)], [True, None]),
        ([to("Alpha", 2_000, destination="DEU"), to("Alpha", 2_000, destination="DEU")], [True, True]),
        ([to("Alpha", 1_352), to("Alpha", 1_351, item="H100 SXM")], [True, False]),
        # lots that a note names
        ([to("Alpha", 200, note="first of 40 lots")], [None]),
        ([to("Alpha", 20, note="first of 40 lots")], [True]),
    ],
)  # fmt: skip
def test_rows_to_one_party_are_asked_of_together(sent, may_go):
    found = rows(*sent)
    assert found["may_go"].to_list() == may_go
    asked = [says for says, free in zip(found["rests_on"], may_go, strict=True) if free is None]
    assert all("together with the other rows" in says and "names no period" in says for says in asked)


def test_what_comes_back_is_no_part_of_what_stays_with_one_party():
    sent = [
        to("Alpha", 1_352, id="a"),
        to("Alpha", 1_351, id="b"),
        to("Alpha", 1_000, id="c", returns="b", date="2025-03-05"),
    ]
    assert rows(*sent)["may_go"].to_list()[:2] == [True, True]


@pytest.mark.parametrize(
    ("name", "destination", "may_go"),
    [
        ("Kunshan Exascale Supercomputing Hall", "CHN", None), ("Orbital HPC Centre", "CHN", None), ("昆山超算中心", "CHN", None),
        ("Orbital Petaflops GmbH", "DEU", True), ("Orbital Widgets", "CHN", True),
    ],
)  # fmt: skip
def test_a_party_that_its_name_says_a_supercomputer_is_asked_of_where_the_rule_bites(name, destination, may_go):
    row = {"item": "T4", "date": "2025-03-01", "quantity": 4, "destination": destination, "consignee": name}
    row |= {"cleared": f"{name}={SEEN}"}
    assert answer(**row).may_go is may_go
    assert rows(row, {**row, "consignee": "Orbital Widgets", "cleared": f"Orbital Widgets={SEEN}"})["may_go"].to_list() == [may_go, True]  # fmt: skip
    if may_go is None:
        assert answer(**row, pflops_fp64=1.0, pflops_fp32=1.0).may_go is True


@pytest.mark.parametrize(
    "name",
    [
        "Alibaba Cloud (Germany) GmbH", "Alibaba Cloud France", "Tencent Cloud (Germany)", "ByteDance (Ireland)", "Lenovo Mexico",
        "Lenovo Deutschland GmbH", "Tencent Cloud Europe", "Baidu Japan", "Alibaba Cloud EMEA", "Huawei Technologies Deutschland",
        "Huawei Hungary Kft", "BYD Hungary Kft", "ZTE Germany GmbH", "SMIC Germany GmbH", "ZTE France SAS", "OPPO Deutschland GmbH",
        "BYD Auto Hungary Kft", "JD Logistics Netherlands BV", "Zeekr Technology Europe AB", "Agibot Europe GmbH", "Kwai Brasil",
    ],
)  # fmt: skip
def test_a_reason_takes_no_seat_away_from_a_branch_that_its_name_says(name):
    row = {"item": "H100 SXM", "quantity": 64, "destination": "DEU", "date": "2024-06-01", "consignee": name}
    row |= {"cleared": f"{name}=a German firm by its register, all looked up"}
    found = answer(**row)
    assert found.may_go is False, found.sentence
    assert any("CHN is the seat of" in line for line in found.not_checked)
    assert rows(row)["may_go"].to_list() == [False]


@pytest.mark.parametrize("name", ["Moonshot Labs", "Momenta Widgets Oy", "ZTE Marine Survey GmbH"])
def test_a_name_that_goes_on_as_another_firm_s_is_still_cleared(name):
    row = {"item": "H100 SXM", "quantity": 64, "destination": "DEU", "date": "2024-06-01", "consignee": name}
    assert answer(**row, cleared=f"{name}=another firm, by its register number").may_go is True


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("RTX 3060 12GB", "RTX 3060"), ("RTX A4000", "RTX A4000"), ("Quadro RTX 8000", "Quadro RTX 8000"), ("Xeon 8480+", "Intel Xeon (any model)"),
        ("Intel Xeon Platinum 8480C", "Intel Xeon (any model)"), ("AMD EPYC 9654", "AMD EPYC (any model)"), ("Jetson AGX Orin", "Jetson AGX Orin 64GB"),
        ("RTX 4090 24GB Founders", "RTX 4090"), ("RTX 4090 Founders Edition", "RTX 4090"), ("HBM3E 24GB stack", "HBM3E 12-high stack (any maker)"),
    ],
)  # fmt: skip
def test_what_a_desk_sells_is_known(said, means):
    assert item(said, CASE) == means
    assert is_known(means, CASE)


def test_a_processor_whose_numbers_are_not_held_is_asked_for_them():
    found = answer(item="Xeon 8480+", destination="CHN", date="2025-03-01", quantity=4)
    assert found.outcome == "needs:tpp"
    assert item("DGX Xeon H100", CASE) == "DGX Xeon H100"


def test_a_question_of_a_day_names_the_law_of_that_day():
    assert "by the law of that day" in question(answer(item="T4", destination="DEU", date="2024-06-01"))


def test_a_share_that_nobody_gave_is_told_by_its_line():
    line = BOOK.by_id["jan2026.h200"].numbers["aggregate"][0].value
    found = explain(
        Transaction(looked_up({"item": "H200 SXM", "destination": "CHN", "date": "2026-02-12", "certified": True})),
        BOOK,
    )
    assert f"allows ({line:.0%})" in found.sentence
    assert "is 0" not in found.sentence


def test_an_end_user_that_is_the_consignee_is_not_asked_where_it_sits():
    row = asked(
        item="H100 SXM", destination="DEU", date="2024-06-01", quantity=4, consignee="Acme", cleared=f"Acme={SEEN}"
    )
    del row["end_user_headquarters"]
    other = {"end_user": "Zeta", "cleared": f"Acme={SEEN};Zeta={SEEN}"}
    found = [explain(Transaction(row | more), BOOK) for more in ({"end_user": "Acme"}, other)]
    assert [d.may_go for d in found] == [True, None]
    table = pl.from_dicts([row | {"end_user": "Acme"}, row | other, row | {"end_user": "Acme"}])
    assert decide_ledger(table, BOOK)["may_go"].to_list() == [True, None, True]
