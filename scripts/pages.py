"""Pages of the docs that are written by the data of the leading case: `python scripts/pages.py docs`."""

import sys
from collections.abc import Mapping
from pathlib import Path

import data_pages
import exhibit_page
import hindcast_page
import mechanism_pictures
from premortem.case import Case, default
from premortem.ensemble import priors
from premortem.files import writer
from premortem.law import book as rules
from premortem.law.clauses.clause import STAGES, Clause
from premortem.law.fields.vocabulary import vocabulary
from premortem.text.numbers import count_noun


def pages(case: Case) -> dict[str, str]:
    """Every generated page by its path under `docs/`, but that of the hindcast, which simulates."""
    return {
        **instruments(case),
        "uncertainties.md": uncertainties(case),
        "fields.md": fields(case),
        "data.md": data_pages.tables(case),
        "quantities.md": data_pages.quantities(case),
        "exhibits.md": exhibit_page.page(case),
    }


def instruments(case: Case) -> dict[str, str]:
    """A page an instrument: each clause with its sentence, conditions, numbers, dates, citation and source."""
    settings = case.settings
    clauses = {c.id: c for policy in (settings.baseline, settings.record) for c in rules.load(policy, case).clauses}
    by_file: dict[str, list[Clause]] = {}
    for clause in clauses.values():
        by_file.setdefault(clause.instrument, []).append(clause)
    found = {"instruments/index.md": _index(by_file, case)}
    for name, held in sorted(by_file.items()):
        lines = [
            f"# {rules.instrument_title(name, case)}",
            "",
            "Generated from the clause file. Not official text, not legal advice.",
            "",
        ]
        for clause in sorted(held, key=lambda c: (STAGES.index(c.stage), c.order, c.id)):
            lines += _clause(clause, case)
        found[f"instruments/{name}.md"] = "\n".join(lines) + "\n"
    return found


def _index(by_file: Mapping[str, list[Clause]], case: Case) -> str:
    """The instruments by the day on which their first clause was published."""
    lines = [
        "# Instruments",
        "",
        f"One file each in `src/premortem/cases/{case.name}/clauses`. Not official text, not legal advice.",
        "",
        "| instrument | published | clauses |",
        "| --- | --- | --- |",
    ]
    for name, held in sorted(by_file.items(), key=lambda item: (min(c.published for c in item[1]), item[0])):
        title, day = rules.instrument_title(name, case), min(c.published for c in held)
        lines.append(f"| [{title}]({name}.md) | {day} | {len(held)} |")
    return "\n".join(lines) + "\n"


def _clause(c: Clause, case: Case) -> list[str]:
    written = rules.dates_as_written(c.id, case)
    lines = [
        f"## `{c.id}`",
        "",
        f"{c.says}.",
        "",
        f"- {c.citation}; stage: {c.stage}; confidence: {c.confidence}; source: {c.source}",
        f"- {written}",
    ]
    if c.applies:
        lines.append(f"- applies when `{c.applies}`")
    if c.within:
        lines.append(f"- within: `{c.within}`")
    if c.then:
        lines.append(f"- then: `{c.then}`" + (f"; otherwise `{c.otherwise}`" if c.otherwise else ""))
    for key, dated in c.numbers.items():
        shown = "; ".join(
            f"{d.value:,.12g} {d.unit}" + (f" from {d.start}" if d.start else "") + (f" to {d.end}" if d.end else "")
            for d in dated
        )
        lines.append(f"- `{key}` = {shown}")
    return [*lines, ""]


def uncertainties(case: Case) -> str:
    """The table of uncertainties with range, meaning, basis and day of knowledge."""
    rows = priors.read(case / "params.csv").rows
    head = [
        f"# The {count_noun(len(rows), 'uncertainty')}",
        "",
        "Low and high are hard ends of uniform and triangular priors and the 5 and 95% quantiles of the others; central is the mode of a triangular prior.",
        "",
        "| uncertainty | low | central | high | unit | distribution | meaning | basis | known on | confidence |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    body = []
    for r in rows:
        central = "" if r.central is None else f"{r.central:g}"
        names = f": {', '.join(c.name for c in r.categories)}" if r.categories else ""
        numbers = f"{r.low:g} | {central} | {r.high:g} | {r.unit} | {r.distribution}{names}"
        body.append(f"| `{r.name}` | {numbers} | {r.meaning} | {r.basis} | {r.known_on} | {r.confidence} |")
    return "\n".join([*head, *body]) + "\n"


def fields(case: Case) -> str:
    """The vocabulary of transactions: what a clause may speak of and a user may give."""
    head = [
        "# Fields of a transaction",
        "",
        "| field | type | unit | meaning | default | may be given |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    body = [
        f"| `{name}` | {f.type} | {f.unit} | {f.says} | {'' if f.default is None else f.default} | {'yes' if f.given else 'worked out'} |"
        for name, f in vocabulary(case).fields.items()
    ]
    return "\n".join([*head, *body]) + "\n"


def write(folder: Path, case: Case) -> None:
    """Write every generated page under a folder."""
    for name, text in {**pages(case), "hindcast.md": hindcast_page.hindcast(case)}.items():
        writer.write(folder / name, text, parents=True)
    mechanism_pictures.write(folder / "img" / "mechanisms", case)
    exhibit_page.write(folder / "img" / "exhibits", case)


if __name__ == "__main__":
    write(Path(sys.argv[1]), default())
