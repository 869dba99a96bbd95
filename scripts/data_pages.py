"""Pages of the docs on what is shipped: each table with its columns, each quantity with the priors that rest on it."""

import re

from premortem import facts
from premortem.case import Case
from premortem.ensemble.evidence import evidence


def tables(case: Case) -> str:
    """Every packaged table: what it is, from whom, as of when, under which licence, and what its columns mean."""
    lines = [
        "# The tables that ship",
        "",
        "`premortem data status` prints them with their checksums; `facts.read(NAME)` gives a typed frame. Missing is empty, never zero.",
        "",
        *_licences(case),
    ]
    for name, table in facts.catalogue(case).items():
        lines += [
            f"## `{name}`",
            "",
            f"{table.title}.",
            "",
            f"- source: {table.source}; vintage {table.date}; {facts.read(name, case).height:,} rows",
            f"- licence: {table.licence}; confidence: {table.confidence}; unit: {table.unit}",
            "",
            "| column | meaning |",
            "| --- | --- |",
            *(f"| `{column}` | {_cell(meaning)} |" for column, meaning in table.columns.items()),
            "",
        ]
    return "\n".join(lines)


def _licences(case: Case) -> list[str]:
    """Licences of the tables, each with the sources to name when its tables are handed on."""
    held: dict[str, list[str]] = {}
    for name, table in facts.catalogue(case).items():
        held.setdefault(table.licence, []).append(f"`{name}`")
    rows = (f"| {_cell(licence)} | {', '.join(names)} |" for licence, names in sorted(held.items()))
    said = "The code is under the MIT licence; each table keeps its own. Who hands a table on names its source, which stands under its heading below."
    return ["## Licences", "", said, "", "| licence | tables |", "| --- | --- |", *rows, ""]


def quantities(case: Case) -> str:
    """The ninety-two quantities, each with the uncertainties and history checks that name it."""
    behind = _behind(case)
    lines = [
        "# Ninety-two quantities and what rests on them",
        "",
        "Each row's numbers are what was public on its day of knowledge; a day after 26 February 2025, or none, is hindsight, for the record and the hindcast alone, and no",
        "prior rests on it (tested). `premortem evidence` works out every prior from these numbers and says where one departs, and why.",
        "Where nothing rests on a row, the model has no parameter of that kind or the row checks a result.",
        "",
        "| # | quantity | unit | central | low | high | source | known on | also | rests on it |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in facts.read("quantities", case).to_dicts():
        cells = (row[k] for k in ("quantity", "unit", "central", "low", "high", "source", "known_on", "also"))
        rests = ", ".join(behind.get(int(row["number"]), []))
        lines.append(f"| {row['number']} | {' | '.join(_cell(_plain(c)) for c in cells)} | {rests} |")
    return "\n".join(lines) + "\n"


def _behind(case: Case) -> dict[int, list[str]]:
    """Names of uncertainties and history checks by the number of the quantity that they rest on."""
    named = [(f"`{c.name}`", f"rows {c.quantity.replace(';', ',')}") for c in evidence(case)]
    named += [(f"check: {row['quantity']}", row["source"]) for row in facts.read("history_checks", case).to_dicts()]
    found: dict[int, list[str]] = {}
    for name, basis in named:
        for number in _rows_named(basis):
            found.setdefault(number, []).append(name)
    return found


def _rows_named(basis: str) -> tuple[int, ...]:
    """Numbers of the packaged `quantities` table that a prior's basis names, sorted: "rows 2, 8 and 12 of the quantities"."""
    named = re.findall(r"\brows? (\d[\d, and]*)", basis)
    return tuple(sorted({int(number) for group in named for number in re.findall(r"\d+", group)}))


def _plain(cell: object) -> str:
    return "" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell)


def _cell(text: str) -> str:
    return text.replace("|", "/")
