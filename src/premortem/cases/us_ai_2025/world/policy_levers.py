"""What a policy does to the simulated world, quarter by quarter: wherever a clause can say it, by asking the rulebook.

A quarter asks on the 16th of its middle month. What is asked is a real transaction: an H100 for each country, each
catalogue chip for China, a stack of memory, a tool, a die, a service; the answers become arrays.

Over 300 lines, since every array of `Levers` is declared with its unit and meaning beside what is asked for it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case
from premortem.cases.us_ai_2025.world.inputs import CASE, QUARTERS, START
from premortem.law.book import Book
from premortem.law.clause import Clause
from premortem.law.conditions import quoted_texts
from premortem.law.decided_alike import decided_alike
from premortem.law.engine import judged
from premortem.law.items import catalogue
from premortem.law.places import TierChange, atlas
from premortem.law.row_defaults import complete
from premortem.law.transactions import frame_of
from premortem.law.truth import Rows
from premortem.law.vocabulary import Vocabulary, vocabulary

Series = NDArray[np.float32]

# Day of a quarter's middle month on which the rulebook is asked.
ASK_ON = 16
# The yardstick of compute and of serving: one H100 SXM.
YARDSTICK = "H100 SXM"
# A cap that cannot bind, in MH: some 100 times the world's stock of 2024.
UNCAPPED = np.float32(1e3)
# Levers whose rest is not 0: caps that cannot bind.
AT_REST = {"allocation_mh": float(UNCAPPED), "uveu_country_max": 1.0, "uveu_outside_max": 1.0}


class Levers(NamedTuple):
    """A policy as arrays over quarters, shape (quarter,), or (quarter, region) where said.

    Shares and strengths lie between 0 and 1; compute is in MH (million H100 equivalents by TPP).
    """

    # answers of the rulebook
    tier2: Series  # share of the region's countries that a cap holds, (quarter, region); 0 while no framework binds
    denied: Series  # share of the region's countries to which an H100 is denied, (quarter, region)
    licensed: (
        Series  # share of the region's countries to which an H100 needs a licence that may be had, (quarter, region)
    )
    end_user_rule: Series  # share of the region's countries where an H100 is denied to a firm with its seat in China, (quarter, region)
    allocation_mh: (
        Series  # country allocations opened so far, summed over the region's capped countries [MH], (quarter, region)
    )
    raise_max: Series  # most that alignment can add to an allocation [share]
    lpp_mh: Series  # LPP: what one consignee may take in a year [MH]
    nveu_mh: Series  # ceiling on the stock of one national VEU in one country [MH]
    uveu_country_max: Series  # most of a universal VEU's fleet in one country outside Tier 1 [share]; 1 when no rule
    uveu_outside_max: Series  # most of it outside Tier 1 [share]; 1 when no rule
    uveu_us_min: Series  # least of it in the US [share]; 0 when no rule
    prc_condition: Series  # VEUs must keep PRC-origin equipment out
    cn_free_h100e: (
        Series  # TPP of the best data-centre chip that may go to China without a licence [H100e]; 0 when none
    )
    cn_free_serving: Series  # memory bandwidth of that chip over an H100's
    cn_case_h100e: Series  # the same for chips judged case by case
    cn_case_serving: Series
    cn_granted: Series  # share of case-by-case licences that a clause says were granted; 1 where none says
    hbm_ban: Series  # HBM stacks to China denied
    hbm_warning: Series  # quarters in which the coming ban was publicly known
    us_servicing: Series  # service by US persons at advanced Chinese fabs denied
    tools_denied: Series  # share by value of listed tools that are denied to such a fab
    dram_tools_denied: (
        Series  # share by value of tools that are denied to the newest DRAM line of China's maker of memory
    )
    fdd: Series  # a large 7 nm die for an unlisted Chinese designer denied at a foreign foundry
    weights_control: Series  # closed weights above the line denied outside Tier 1
    # strengths, for what no clause says
    allied_servicing: Series
    coercion: Series
    deals: Series
    compute_governance: Series
    open_weights_limits: Series
    api_limits: Series
    chinese_model_limits: Series
    huawei_blocking: Series
    permitting: Series


# What the consignee asked about has had under LPP: beyond every limit, since a clause's number is finite [TPP].
BEYOND_ANY_LIMIT = float("inf")
# Countries whose firms make the tools that an advanced fab needs.
TOOL_MAKERS = ("USA", "NLD", "JPN", "KOR", "TWN")
# What each makes of a line's tools by value, of logic as of DRAM: judgement.
TOOL_VALUE = {"USA": 0.4, "JPN": 0.3, "NLD": 0.2, "KOR": 0.05, "TWN": 0.05}
# The newest DRAM of China's maker of memory, as a chip of it was measured: 16 nm, a cell of 0.0020 um2, 0.239 Gb/mm2 (TechInsights in
# the South China Morning Post, 30 January 2025). Parts of tools go the way that tools go.
DRAM_LINE = {"consignee": "CXMT", "fab_dram_nm": 16.0, "fab_dram_cell_area": 0.0020, "fab_dram_density": 0.239}
# What a case-by-case licence is multiplied by where the clause says how many were granted.
GRANTED = ("h20.letters", "granted")
# The clause of the country allocation: its denials mean that it is used up.
ALLOCATION = "diffusion.country_allocation"
MILLION = 1e6


def days() -> tuple[date, ...]:
    """Day on which each quarter asks the rulebook."""
    return tuple(date(int(START) + q // 4, 3 * (q % 4) + 2, ASK_ON) for q in range(QUARTERS))


def levers(book: Book) -> Levers:
    """The policy as arrays, for the regions of the `regions` table (in its order)."""
    regions = facts.read("regions", CASE)
    asked = days()
    places = tuple(place for row in regions["countries"] for place in row.split(";"))
    answers = _answers(_Asked(book.clauses, book.moves, book.case), places)
    h100 = float(catalogue(CASE).filter(pl.col("item") == YARDSTICK)["c_tpp"][0])
    mh = h100 * MILLION
    answered = _answered(answers)
    allocation = _allocation(book, answered["tier2"], asked, regions, mh)
    lpp = _number(book, "diffusion.lpp", "tpp_year", asked, 0.0)
    strengths = {name: _array([book.strength(name, day) for day in asked]) for name in book.vocabulary.instruments}
    return Levers(
        **answered,
        allocation_mh=allocation,
        raise_max=_number(book, "diffusion.country_raise", "raise_max", asked, 0.0),
        lpp_mh=lpp / np.float32(mh),
        nveu_mh=_number(book, "diffusion.nveu", "ceiling", asked, 0.0) / np.float32(mh),
        uveu_country_max=_number(book, "diffusion.uveu", "country_max", asked, 1.0),
        uveu_outside_max=_number(book, "diffusion.uveu", "outside_max", asked, 1.0),
        uveu_us_min=_number(book, "diffusion.uveu", "us_min", asked, 0.0),
        prc_condition=_array([book.in_force("diffusion.veu_supply_chain", day) for day in asked]),
        cn_granted=_number(book, *GRANTED, asked, 1.0),
        hbm_warning=_warning(book, asked),
        **strengths,
    )


class _Asked(NamedTuple):
    """All that the rulebook's answers rest on: every clause whole, with its numbers and days, and the moves of tiers."""

    clauses: tuple[Clause, ...]
    moves: tuple[TierChange, ...]
    case: Case

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the case."""
        return vocabulary(self.case)


@dataclass(frozen=True, eq=False)
class _Answers:
    """What the rulebook said: a row a question, and for each place the one that was asked about in its stead."""

    rows: pl.DataFrame  # question, quarter, place or chip, outcome, clause, denied, licensed; quarter after quarter
    alike: dict[str, str]

    def to(self, question: str) -> pl.DataFrame:
        """The rows of one question."""
        return self.rows.filter(pl.col("question") == question)


class _Decided(NamedTuple):
    """What a book was asked, the rows as it told them, and its answers."""

    book: _Asked
    places: tuple[str, ...]
    rows: Rows
    answers: _Answers


# The last books that were asked: one of which a number moved mostly answers as it did before.
_DECIDED: deque[_Decided] = deque(maxlen=8)


@lru_cache(maxsize=64)
def _answered(answers: _Answers) -> dict[str, Series]:
    """Levers that follow from answers alone: made once for all books that give these."""
    regions = facts.read("regions", CASE)
    return {
        "tier2": _by_region(answers, "capped", regions),
        "denied": _by_region(answers, "denied", regions),
        "licensed": _by_region(answers, "licensed", regions),
        "end_user_rule": _by_region(answers, "denied", regions, question="seat"),
        **_chips_for_china(answers),
        "hbm_ban": _share_denied(answers, "hbm"),
        "us_servicing": _share_denied(answers, "service"),
        "tools_denied": _tools_denied(answers, "tool"),
        "dram_tools_denied": _tools_denied(answers, "dram_tool"),
        "fdd": _share_denied(answers, "die"),
        "weights_control": _share_denied(answers, "weights"),
    }


@lru_cache(maxsize=64)
def _answers(book: _Asked, places: tuple[str, ...]) -> _Answers:
    """Answers of the rulebook, each asked for once of places that it cannot tell apart; those of a book that decides alike, where one is held."""
    held = (d for d in [*_DECIDED] if d.places == places and decided_alike(d.rows, d.book, book))
    if found := next(held, None):
        return found.answers
    made = _decided(book, places)
    _DECIDED.appendleft(made)
    return made.answers


def _decided(book: _Asked, places: tuple[str, ...]) -> _Decided:
    alike = _alike(book, places)
    label, transactions = _questions(tuple(dict.fromkeys(alike.values())))
    answers, told = judged(complete(transactions, book), book)
    found = answers.select("outcome", "clause", "required_by")
    # an allocation that is used up is more than may be had, not other than may be had
    capped, denied = pl.col("clause").eq_missing(ALLOCATION), pl.col("outcome").is_in(book.vocabulary.denied)
    rows = pl.concat([label, found], how="horizontal").with_columns(
        capped=capped,
        denied=denied & ~capped,
        licensed=pl.col("outcome").str.starts_with("licence:") & (~denied | capped),
    )
    return _Decided(book, places, told, _Answers(rows, alike))


def _alike(book: _Asked, places: Sequence[str]) -> dict[str, str]:
    """Each place to the first that no clause can tell from it: in every group as long as it is, and named by none."""
    named = set().union(*(quoted_texts(f"{c.applies} {c.within}") for c in book.clauses))
    groups = _memberships(book.moves)
    first: dict[tuple[Any, ...], str] = {}
    return {p: first.setdefault((p if p in named else "", groups[p]), p) for p in places}


@lru_cache(maxsize=64)
def _memberships(moves: tuple[TierChange, ...]) -> dict[str, tuple[Any, ...]]:
    """Each place's groups and tier, period after period."""
    found: dict[str, tuple[Any, ...]] = {}
    for iso3, *groups in atlas(CASE, moves).table.sort("period").iter_rows():
        found[iso3] = (*found.get(iso3, ()), *groups)
    return found


@lru_cache(maxsize=64)
def _questions(places: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What is asked of every book: question, quarter, place or chip; and the transactions. Made once, since it is slow."""
    asked = days()
    rows: list[dict[str, Any]] = []
    labels: list[tuple[str, int, str]] = []

    def ask(question: str, quarter: int, about: str, **transaction: Any) -> None:
        rows.append({"date": asked[quarter], **transaction})
        labels.append((question, quarter, about))

    chips = catalogue(CASE).filter(
        pl.col("c_datacentre") & pl.col("released").is_not_null() & pl.col("c_tpp").is_not_null()
    )
    ours = facts.read("chips", CASE).filter((pl.col("hq_iso3") == "USA") & (pl.col("modelled") == 1))["name"].to_list()
    sold = [
        (r["item"], r["released"])
        for r in chips.filter(pl.col("item").is_in(ours) & pl.col("vendor").is_in(["nvidia", "amd"])).to_dicts()
    ]
    for q, day in enumerate(asked):
        for place in places:
            h100 = {"item": YARDSTICK, "destination": place, "consignee_tpp_this_year": BEYOND_ANY_LIMIT}
            ask("place", q, place, **h100)
            ask("seat", q, place, **h100, headquarters="CHN", parent_headquarters="CHN")
        for chip, released in sold:
            if released <= f"{day:%Y-%m}":
                ask("chip", q, chip, item=chip, destination="CHN")
        ask("hbm", q, "", item="hbm_stack", destination="CHN", density_gb_s_mm2=5.0)
        ask("die", q, "", item="logic_die", destination="CHN", node_nm=7.0, transistors_bn=45.0)
        ask("service", q, "", item="servicing", destination="CHN", fab_node_nm=14.0)
        ask("weights", q, "", item="closed_weights", destination="CHN", ops=3e26)
        for maker in TOOL_MAKERS:
            tool = {"item": "sme_tool", "destination": "CHN", "made_in": maker, "from": maker}
            ask("tool", q, maker, **tool, fab_node_nm=14.0)
            ask("dram_tool", q, maker, **tool, **DRAM_LINE)
    return pl.DataFrame(labels, schema=["question", "quarter", "about"], orient="row"), frame_of(rows, CASE)


def _allocation(book: Book, tier2: Series, asked: tuple[date, ...], regions: pl.DataFrame, mh: float) -> Series:
    """Country allocations opened so far [MH], where `tier2` is the share of each region's countries that they decide."""
    numbers = book.by_id[ALLOCATION].numbers["tpp"] if ALLOCATION in book.by_id else ()
    opened = _array([sum(n.value for n in numbers if n.start is None or n.start <= day) for day in asked])
    countries = regions["n_countries"].to_numpy().astype(np.float32)[None]
    allocation = opened[:, None] / np.float32(mh) * countries * tier2
    return np.where(tier2 > 0, allocation, UNCAPPED).astype(np.float32)


def _by_region(answers: _Answers, column: str, regions: pl.DataFrame, question: str = "place") -> Series:
    """Share of each region's countries for which a flag is set, shape (quarter, region)."""
    asked = answers.to(question)
    flags = _by_quarter(asked, column)
    place = {about: i for i, about in enumerate(asked["about"][: flags.shape[1]])}
    countries = np.zeros((len(place), len(regions)))
    for region, members in enumerate(regions["countries"].str.split(";")):
        for member in members:
            countries[place[answers.alike[member]], region] += 1
    return np.asarray(flags @ countries / countries.sum(0), np.float32)


def _share_denied(answers: _Answers, question: str) -> Series:
    """Share of a question's transactions that are denied, a quarter."""
    return np.asarray(_by_quarter(answers.to(question), "denied").mean(1), np.float32)


def _tools_denied(answers: _Answers, question: str) -> Series:
    """Share by value of a line's tools that are denied, a quarter."""
    values = [TOOL_VALUE[maker] for maker in TOOL_MAKERS]
    return np.asarray(_by_quarter(answers.to(question), "denied") @ values, np.float32)


def _by_quarter(asked: pl.DataFrame, column: str) -> NDArray[np.float64]:
    """A flag of what is asked alike in every quarter, shape (quarter, transaction)."""
    return asked[column].fill_null(False).to_numpy().astype(float).reshape(QUARTERS, -1)


def _chips_for_china(answers: _Answers) -> dict[str, Series]:
    """The best chip that may go to China each quarter, free and case by case: TPP and bandwidth over an H100's.

    Best by the product of the two, with which a chip's price goes.
    """
    stats = catalogue(CASE).select("item", "c_tpp", "c_memory_gb_s")
    h100 = stats.filter(pl.col("item") == YARDSTICK)
    chips = answers.to("chip").join(stats, left_on="about", right_on="item")
    out: dict[str, Series] = {}
    for name, outcomes in (
        ("free", ["no_licence_required", "licence:presumption_of_approval"]),
        ("case", ["licence:case_by_case"]),
    ):
        worth = (pl.col("c_tpp") * pl.col("c_memory_gb_s").fill_null(0.0)).alias("worth")
        best = chips.filter(pl.col("outcome").is_in(outcomes)).sort(worth, "about").group_by("quarter").last()
        found = {r["quarter"]: r for r in best.to_dicts()}
        for column, key in (("h100e", "c_tpp"), ("serving", "c_memory_gb_s")):
            one = h100[key][0]
            values = [found[q][key] / one if q in found else 0.0 for q in range(QUARTERS)]
            out[f"cn_{name}_{column}"] = _array(values)
    return out


def _warning(book: Book, asked: tuple[date, ...]) -> Series:
    """1 in quarters after the coming memory ban was first reported and before it bound."""
    clause = book.by_id.get("dec2024.hbm")
    first, bound = (clause.announced, clause.complies) if clause else (None, None)
    return _array([bool(first and bound and first <= day < bound) for day in asked])


def _number(book: Book, clause: str, key: str, asked: tuple[date, ...], absent: float) -> Series:
    """A clause number on each quarter's day; `absent` while the clause is not in force."""
    values = [book.number(clause, key, day) if book.in_force(clause, day) else absent for day in asked]
    return np.nan_to_num(_array(values), nan=absent)


def _array(values: list[Any]) -> Series:
    return np.asarray(values, np.float32)
