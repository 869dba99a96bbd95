"""A worse party never makes an answer freer: over every kind of item, place, end use, status and turning day."""

import itertools
from datetime import date

import polars as pl
import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law.clauses.candidate_clauses import turning_days
from premortem.law.engine import decide
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.transactions import frame_of

CASE = default()
WORDS = vocabulary(CASE)

# Items on either side of every paragraph, with the facts that their clauses ask about.
ITEMS: list[dict[str, object]] = [
    *({"item": name} for name in ("H100 SXM", "A30", "MI210", "RTX 4090", "L2", "T4", "H20", "H200 SXM")),
    {"item": "hbm_stack", "density_gb_s_mm2": 2.5},
    {"item": "logic_die", "node_nm": 7.0, "transistors_bn": 20.0, "tpp": 3000.0, "performance_density": 2.0},
    *({"item": kind, "listed": listed, "fab_node_nm": 7.0} for kind in ("sme_tool", "sme_part", "servicing", "software") for listed in (True, False)),
    {"item": "sme_tool", "listed": False, "fab_node_nm": 28.0, "made_in": "JPN"},
    {"item": "closed_weights", "ops": 3e26},
]  # fmt: skip
FACTS = {"interconnect_gb_s": 900.0, "memory_gb_s": 3000.0, "quantity": 1.0, "notice_given": True}
PLACES = ("ARE", "GBR", "SGP", "MYS", "IND", "VNM", "KAZ", "TWN", "KOR", "CHN", "MAC", "ETH", "SAU", "TUR", "POL")
MORE: list[dict[str, object]] = [
    {},
    {"end_use": "packaging"},
    {"end_use": "fab"},
    {"end_use": "storage"},
    {"status": "veu"},
    {"status": "uveu", "parent_headquarters": "USA"},
    {"consignee": "microsoft"},
    {"consignee": "samsung", "status": "veu", "end_use": "fab"},
]
# What makes a transaction's parties worse, from any that it has.
WORSE: list[dict[str, object]] = [
    {"headquarters": "CHN"},
    {"parent_headquarters": "CHN"},
    {"end_user": "Tencent"},
    {"intermediate": "Inspur"},
    {"purchaser": "Inspur"},
    {"end_user": "Huawei"},
]


def rank(outcomes: pl.Series) -> pl.Series:
    """How strict outcomes are; what cannot be told is no freer than a licence."""
    unsure = WORDS.strictness["licence:case_by_case"]
    return outcomes.replace_strict({o: n for o, n in WORDS.strictness.items()}, default=unsure, return_dtype=pl.Int32)


def days(book: rules.Book) -> list[date]:
    """Every day on which an answer may change, with the last that news was read to."""
    return [d for d in turning_days(book) if date(2022, 6, 1) <= d <= date(2027, 6, 1)]


@pytest.mark.parametrize("policy", ["history", pytest.param("as-written", marks=pytest.mark.slow)])
def test_a_worse_party_never_makes_an_answer_freer(policy):
    book = rules.load(policy)
    base = [
        FACTS | item | {"destination": place, "date": day} | more
        for item, place, more, day in itertools.product(ITEMS, PLACES, MORE, days(book))
    ]
    frame = frame_of(base, CASE)
    before = rank(decide(frame, book)["outcome"])
    free = WORDS.strictness["veu:national"]
    for worse in WORSE:
        # the same in every row, so no frame is made of rows anew
        told = [pl.lit(column[0], column.dtype).alias(column.name) for column in frame_of([worse], CASE)]
        answers = decide(frame.with_columns(told), book)
        after = rank(answers["outcome"])
        freed = (after < before) & (before > free)
        shown = [(base[i], worse, answers.row(i)) for i in freed.arg_true()[:3]]
        assert not freed.any(), f"{freed.sum()} rows, such as {shown}"
