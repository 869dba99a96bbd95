"""Pairs of transactions that are alike in substance and decided differently: each can be checked again by hand."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from premortem import facts
from premortem.law.book import Book
from premortem.law.diff import h100e
from premortem.law.engine import decide
from premortem.law.items import catalogue
from premortem.law.transactions import frame_of
from premortem.law.worked_cases import command

DAY = date(2025, 6, 2)
BEFORE_LETTERS = date(2025, 2, 26)


class Pair(NamedTuple):
    """Two transactions alike in substance, and what the pair shows."""

    name: str
    says: str
    a: dict[str, Any]
    b: dict[str, Any]
    moves: float  # H100 equivalents that the difference could move, a year or in total as `says` tells


def loopholes(book: Book) -> list[dict[str, Any]]:
    """Pairs that the book decides differently, with the compute that each could move; most compute first."""
    pairs = list(_pairs(book))
    rows = [p.a for p in pairs] + [p.b for p in pairs]
    answers = decide(frame_of(rows), book).select("outcome", "clause").rows()
    found = []
    for i, p in enumerate(pairs):
        (outcome_a, clause_a), (outcome_b, clause_b) = answers[i], answers[len(pairs) + i]
        if outcome_a != outcome_b:
            found.append(
                {
                    "name": p.name,
                    "says": p.says,
                    "a": _shown(p.a),
                    "b": _shown(p.b),
                    "outcome_a": outcome_a,
                    "outcome_b": outcome_b,
                    "check_a": command(p.a, book.name),
                    "check_b": command(p.b, book.name),
                    "h100e": round(p.moves, 1),
                    "clause": clause_b or clause_a or "",
                }
            )
    return sorted(found, key=lambda row: -row["h100e"])


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {k: str(v) if isinstance(v, date) else v for k, v in row.items()}


def _pairs(book: Book) -> Iterator[Pair]:
    yield from _split_orders(book)
    yield from _incorporation()
    yield from _stacked_countries(book)
    yield from _below_the_line()
    yield from _consumer_cards()
    yield from _seat_of_a_veu()
    yield from _who_ships_the_die()
    yield from _tools_by_origin()
    yield from _servicing()
    yield from _year_end(book)
    yield from _weights(book)


def _base(item: str, quantity: float, destination: str, day: date = DAY, **more: Any) -> dict[str, Any]:
    return {"item": item, "quantity": quantity, "destination": destination, "date": day, **more}


def _lpp_units(book: Book) -> float:
    if "diffusion.lpp" not in book.by_id:
        return 0.0
    return float(book.number("diffusion.lpp", "tpp_year") // _h100_tpp())


def _h100_tpp() -> float:
    """The yardstick of compute [TPP]."""
    return float(catalogue().filter(pl.col("item") == "H100 SXM")["c_tpp"][0])


def _split_orders(book: Book) -> Iterator[Pair]:
    units = _lpp_units(book)
    if units:
        a = _base("H100 SXM", 4 * units, "IND", used_tpp=790_000_000.0, consignee="one operator")
        b = _base("H100 SXM", units, "IND", used_tpp=790_000_000.0, consignee="first of four affiliates")
        yield Pair(
            "split order",
            "One order of four times the LPP limit is refused once the allocation is used; four affiliates take it under LPP, year after year",
            a,
            b,
            4 * units,
        )


def _incorporation() -> Iterator[Pair]:
    a = _base("B200", 10_000.0, "MYS", headquarters="MYS", parent_headquarters="CHN")
    b = _base("B200", 10_000.0, "MYS", headquarters="MYS", parent_headquarters="SGP")
    yield Pair(
        "incorporation elsewhere",
        "The same data centre with the same tenants: a parent in Shenzhen is refused, one moved to Singapore is not",
        a,
        b,
        h100e("B200", 10_000),
    )


def _stacked_countries(book: Book) -> Iterator[Pair]:
    if "diffusion.nveu" in book.by_id:
        day = date(2027, 6, 1)
        ceiling = book.number("diffusion.nveu", "ceiling", day)
        units = 100_000.0
        a = _base(
            "H100 SXM",
            units,
            "SAU",
            day,
            status="nveu",
            installed_tpp=ceiling,
            used_tpp=790_000_000.0,
            consignee="operator",
        )
        b = _base(
            "H100 SXM",
            units,
            "QAT",
            day,
            status="nveu",
            installed_tpp=0.0,
            used_tpp=790_000_000.0,
            consignee="operator",
        )
        yield Pair(
            "stacked national VEUs",
            "A national VEU that is full in one country starts anew in the next: the ceiling is per entity and country",
            a,
            b,
            units,
        )


def _below_the_line() -> Iterator[Pair]:
    """For every firm, the fastest chip that is free next to the slowest that is not, by memory bandwidth."""
    stats = catalogue().filter(pl.col("c_tpp").is_not_null() & pl.col("c_datacentre"))
    h20 = stats.filter(pl.col("item") == "H20")["c_memory_gb_s"][0]
    a = _base("H100 SXM", 1000.0, "CHN", BEFORE_LETTERS)
    b = _base("H20", 1000.0, "CHN", BEFORE_LETTERS)
    yield Pair(
        "just below the threshold",
        f"An H20 serves as fast as an H100 ({h20:,.0f} GB/s of memory bandwidth) and counts 0.15 of it, by which these thousand are added up; one is refused and the other free",
        a,
        b,
        h100e("H20", 1000),
    )
    c = _base("H20", 1000.0, "CHN", date(2025, 5, 1), exporter="nvidia")
    d = _base("H20", 1000.0, "CHN", date(2025, 5, 1), exporter="reseller")
    yield Pair(
        "a letter binds one firm",
        "The letter of April 2025 binds its addressee; the same chip from a reseller is not named",
        c,
        d,
        h100e("H20", 1000),
    )


def _consumer_cards() -> Iterator[Pair]:
    a = _base("RTX 6000 Ada", 1000.0, "CHN", date(2024, 6, 3), datacentre=True)
    b = _base("RTX 4090 D", 1000.0, "CHN", date(2024, 6, 3))
    yield Pair(
        "marketed for games",
        "The same die sold as a game card 93 TPP under the line needs nothing",
        a,
        b,
        h100e("RTX 4090 D", 1000),
    )


def _seat_of_a_veu() -> Iterator[Pair]:
    a = _base("H100 SXM", 20_000.0, "ARE", headquarters="ARE", parent_headquarters="ARE", status="uveu")
    b = _base("H100 SXM", 20_000.0, "ARE", headquarters="USA", parent_headquarters="ARE", status="uveu")
    yield Pair(
        "the seat of a universal VEU",
        "The rule asks for the headquarters or the ultimate parent in Tier 1, not for both: an Emirati group with a US seat qualifies",
        a,
        b,
        20_000,
    )


def _who_ships_the_die() -> Iterator[Pair]:
    common = {"node_nm": 7.0, "transistors_bn": 45.0, "tpp": 4000.0}
    a = _base("logic_die", 1000.0, "CHN", date(2025, 3, 3), exporter="fabricator", **common)
    b = _base("logic_die", 1000.0, "CHN", date(2025, 3, 3), exporter="designer", **common)
    yield Pair(
        "who ships the die",
        "Only a fabricator or packager is presumed against: the same die shipped on by its designer needs nothing if it is said to lie below the line",
        a,
        b,
        1000 * 4000 / _h100_tpp(),
    )


def _tools_by_origin() -> Iterator[Pair]:
    common = {"fab_node_nm": 14.0, "us_chip_inside": True}
    a = _base("sme_tool", 1.0, "CHN", date(2025, 2, 3), made_in="KOR", **common)
    b = _base("sme_tool", 1.0, "CHN", date(2025, 2, 3), made_in="JPN", **common)
    yield Pair(
        "tools by origin",
        "The same tool with the same US chip inside: refused from South Korea, free from Japan, which is on Supplement No. 4",
        a,
        b,
        0.0,
    )


def _servicing() -> Iterator[Pair]:
    a = _base("servicing", 1.0, "CHN", date(2024, 6, 3), fab_node_nm=14.0, person="USA", us_items=False)
    b = _base("servicing", 1.0, "CHN", date(2024, 6, 3), fab_node_nm=14.0, person="JPN", us_items=False)
    yield Pair(
        "who holds the spanner",
        "The same tool in the same fab: service by a US engineer is refused, by a Japanese one free",
        a,
        b,
        0.0,
    )


def _year_end(book: Book) -> Iterator[Pair]:
    units = _lpp_units(book)
    if units:
        common = {"consignee": "operator", "used_tpp": 790_000_000.0}
        a = _base("H100 SXM", units, "BRA", date(2025, 12, 31), consignee_tpp_this_year=26_000_000.0, **common)
        b = _base("H100 SXM", units, "BRA", date(2026, 1, 1), consignee_tpp_this_year=0.0, **common)
        yield Pair(
            "the turn of the year",
            "LPP counts by calendar year: what is refused on 31 December goes the next day",
            a,
            b,
            units,
        )


def _weights(book: Book) -> Iterator[Pair]:
    if "diffusion.weights" in book.by_id:
        a = _base("closed_weights", 1.0, "IND", ops=1.1e26)
        b = _base("closed_weights", 1.0, "IND", ops=0.99e26)
        yield Pair(
            "a run just under the line",
            "A model of a tenth more operations is refused, one just under the line goes, whatever it can do",
            a,
            b,
            0.0,
        )


def catalogue_below(book: Book, day: date) -> list[str]:
    """US data-centre chips that may go to China without asking on a day, fastest by bandwidth first."""
    chips = facts.read("chips").filter(
        (pl.col("hq_iso3") == "USA") & (pl.col("marketed_for_datacentre") == 1) & pl.col("tpp").is_not_null()
    )
    rows = [
        {"item": name, "quantity": 1.0, "destination": "CHN", "date": day}
        for name in chips.sort("memory_bw_tb_s", descending=True)["name"]
    ]
    outcomes = decide(frame_of(rows), book)["outcome"]
    return [row["item"] for row, outcome in zip(rows, outcomes, strict=True) if outcome == "no_licence_required"]
