"""What a policy does to the simulated world, quarter by quarter: wherever a clause can say it, by asking the rulebook.

A quarter asks on the 16th of its middle month. What is asked is a real transaction: an H100 for each country, each
catalogue chip for China, a stack of memory, a tool, a die, a service; the answers become arrays.

Over 300 lines, since every array of `Levers` is declared with its unit and meaning beside what is asked for it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Case
from premortem.cases.us_ai_2025.world.inputs import CASE, QUARTERS, START
from premortem.law.book import Book
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import quoted_texts
from premortem.law.fields.items import catalogue
from premortem.law.fields.places import TierChange, atlas
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.law.standing_questions import Questions
from premortem.law.transactions import frame_of

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
    answers = _answers(_Answering(book.clauses, book.moves, book.case), places)
    h100 = float(catalogue(CASE).filter(pl.col("item") == YARDSTICK)["c_tpp"][0])
    mh = h100 * MILLION
    members = _members(answers, regions)
    tier2 = _by_region(answers, "capped", members)
    lpp = _number(book, "diffusion.lpp", "tpp_year", asked, 0.0)
    strengths = {name: _array([book.strength(name, day) for day in asked]) for name in book.vocabulary.instruments}
    return Levers(
        tier2=tier2,
        denied=_by_region(answers, "denied", members),
        licensed=_by_region(answers, "licensed", members),
        end_user_rule=_by_region(answers, "denied", members, question="seat"),
        allocation_mh=_opened(book, tier2, members, asked, mh),
        raise_max=_number(book, "diffusion.country_raise", "raise_max", asked, 0.0),
        lpp_mh=lpp / np.float32(mh),
        nveu_mh=_number(book, "diffusion.nveu", "ceiling", asked, 0.0) / np.float32(mh),
        uveu_country_max=_number(book, "diffusion.uveu", "country_max", asked, 1.0),
        uveu_outside_max=_number(book, "diffusion.uveu", "outside_max", asked, 1.0),
        uveu_us_min=_number(book, "diffusion.uveu", "us_min", asked, 0.0),
        prc_condition=_array([book.in_force("diffusion.veu_supply_chain", day) for day in asked]),
        **_chips_for_china(answers, asked),
        cn_granted=_number(book, *GRANTED, asked, 1.0),
        hbm_ban=_share_denied(answers, "hbm"),
        hbm_warning=_warning(book, asked),
        us_servicing=_share_denied(answers, "service"),
        tools_denied=_tools_denied(answers, "tool"),
        dram_tools_denied=_tools_denied(answers, "dram_tool"),
        fdd=_share_denied(answers, "die"),
        weights_control=_share_denied(answers, "weights"),
        **strengths,
    )


class _Answering(NamedTuple):
    """All that the rulebook's answers rest on: every clause whole, with its numbers and days, and the moves of tiers."""

    clauses: tuple[Clause, ...]
    moves: tuple[TierChange, ...]
    case: Case

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of the case."""
        return vocabulary(self.case)


class _Asked(NamedTuple):
    """What is asked of one kind, in the order in which it is asked: its places among all that is asked, quarters, and what it is about."""

    at: NDArray[np.intp]
    quarters: tuple[int, ...]
    about: tuple[str, ...]  # places, chips or makers


class _Answers(NamedTuple):
    """What the rulebook said, in the order in which it was asked, quarter after quarter: outcomes, and flags of shape (asked,)."""

    asked: Mapping[str, _Asked]  # by kind
    outcomes: list[str]
    flags: dict[str, NDArray[np.bool_]]  # capped, denied, licensed
    alike: dict[str, str]  # by place the one that was asked about in its stead

    def by_quarter(self, question: str, flag: str) -> NDArray[np.float64]:
        """A flag of what is asked alike in every quarter, shape (quarter, transaction)."""
        return self.flags[flag][self.asked[question].at].astype(float).reshape(QUARTERS, -1)


@lru_cache(maxsize=64)
def _answers(book: _Answering, places: tuple[str, ...]) -> _Answers:
    """Answers of the rulebook, each asked for once of places that it cannot tell apart."""
    alike = _alike(book, places)
    asked, questions = _asked_of(tuple(dict.fromkeys(alike.values())), book.moves, book.case)
    found, denying = questions.answers(book), book.vocabulary.denied
    outcome = found["outcome"]
    # an allocation that is used up is more than may be had, not other than may be had
    capped = (found["clause"] == ALLOCATION).fill_null(False).to_numpy()
    denied = outcome.is_in([*denying]).to_numpy()
    licensed = outcome.str.starts_with("licence:").to_numpy() & (~denied | capped)
    return _Answers(
        asked, outcome.to_list(), {"capped": capped, "denied": denied & ~capped, "licensed": licensed}, alike
    )


def _alike(book: _Answering, places: Sequence[str]) -> dict[str, str]:
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


@lru_cache(maxsize=16)
def _asked_of(
    places: tuple[str, ...], moves: tuple[TierChange, ...], case: Case
) -> tuple[Mapping[str, _Asked], Questions]:
    """What is asked of every book of a case that moves places so, by kind, and the questions."""
    asked, transactions = _questions(places)
    return asked, Questions(transactions, case, moves)


@lru_cache(maxsize=64)
def _questions(places: tuple[str, ...]) -> tuple[Mapping[str, _Asked], pl.DataFrame]:
    """What is asked of every book, by kind, and the transactions. Made once, since it is slow."""
    asked = days()
    rows: list[dict[str, Any]] = []
    kinds: dict[str, list[tuple[int, int, str]]] = {}

    def ask(question: str, quarter: int, about: str, **transaction: Any) -> None:
        kinds.setdefault(question, []).append((len(rows), quarter, about))
        rows.append({"date": asked[quarter], **transaction})

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
    by_kind = {kind: [*zip(*each, strict=True)] for kind, each in kinds.items()}
    return {kind: _Asked(np.array(at), *told) for kind, (at, *told) in by_kind.items()}, frame_of(rows, CASE)


def _opened(book: Book, tier2: Series, members: NDArray[np.float64], asked: tuple[date, ...], mh: float) -> Series:
    """Allocations opened so far to the capped countries of each region [MH], shape (quarter, region)."""
    numbers = book.by_id[ALLOCATION].numbers["tpp"] if ALLOCATION in book.by_id else ()
    opened = _array([sum(n.value for n in numbers if n.start is None or n.start <= day) for day in asked])
    countries = members.sum(0).astype(np.float32)[None]
    allocation = opened[:, None] / np.float32(mh) * countries * tier2
    return np.where(tier2 > 0, allocation, UNCAPPED).astype(np.float32)


def _members(answers: _Answers, regions: pl.DataFrame) -> NDArray[np.float64]:
    """How many of each region's countries each place stands for that is asked about, shape (place, region)."""
    place = {name: i for i, name in enumerate(dict.fromkeys(answers.asked["place"].about))}
    countries = np.zeros((len(place), len(regions)))
    for region, held in enumerate(regions["countries"].to_list()):
        for member in held.split(";"):
            countries[place[answers.alike[member]], region] += 1
    return countries


def _by_region(answers: _Answers, flag: str, members: NDArray[np.float64], question: str = "place") -> Series:
    """Share of each region's countries for which a flag is set, shape (quarter, region)."""
    return np.asarray(answers.by_quarter(question, flag) @ members / members.sum(0), np.float32)


def _share_denied(answers: _Answers, question: str) -> Series:
    """Share of a question's transactions that are denied, a quarter."""
    return np.asarray(answers.by_quarter(question, "denied").mean(1), np.float32)


def _tools_denied(answers: _Answers, question: str) -> Series:
    """Share by value of a line's tools that are denied, a quarter."""
    values = [TOOL_VALUE[maker] for maker in TOOL_MAKERS]
    return np.asarray(answers.by_quarter(question, "denied") @ values, np.float32)


def _chips_for_china(answers: _Answers, asked: tuple[date, ...]) -> dict[str, Series]:
    """The best chip that may go to China each quarter, free and case by case: TPP and bandwidth over an H100's.

    Best by the product of the two, with which a chip's price goes.
    """
    worth, chips = _worth_of_chips(), answers.asked["chip"]
    told = [answers.outcomes[i] for i in chips.at]
    out: dict[str, Series] = {}
    for name, outcomes in (
        ("free", ("no_licence_required", "licence:presumption_of_approval")),
        ("case", ("licence:case_by_case",)),
    ):
        best: dict[int, tuple[float, str]] = {}
        for quarter, chip, outcome in zip(chips.quarters, chips.about, told, strict=True):
            if outcome in outcomes:
                best[quarter] = max(best.get(quarter, (-1.0, "")), (worth[chip][0] * worth[chip][1], chip))
        for place, column in enumerate(("h100e", "serving")):
            one = worth[YARDSTICK][place]
            values = [worth[best[q][1]][place] / one if q in best else 0.0 for q in range(len(asked))]
            out[f"cn_{name}_{column}"] = _array(values)
    return out


@cache
def _worth_of_chips() -> dict[str, tuple[float, float]]:
    """TPP and memory bandwidth [GB/s] of each chip of the catalogue; 0 of what it does not tell."""
    rows = catalogue(CASE).select("item", "c_tpp", "c_memory_gb_s").fill_null(0.0).rows()
    return {item: (tpp, bandwidth) for item, tpp, bandwidth in rows}


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
