"""What ships, in a terminal: priors beside their evidence, tables and their age, cases, the record, benchmarks."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.ensemble.evidence import Compared
from premortem.facts.live import Pulled, Record
from premortem.questions.strict_known import StrictKnown
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases
from premortem.text.layout import wrap
from premortem.text.result import Document


def print_evidence(found: Sequence[Compared]) -> None:
    """Every prior that a number stands behind, what departs first, with its reason; then how many have none."""
    console = Console(highlight=False)
    order = ("contradicts", "leans", "departs", "agrees")
    table = Table(box=None, padding=(0, 1))
    for column in ("prior", "verdict", "source implies", "shipped", "quantity"):
        table.add_column(column, no_wrap=column in ("prior", "verdict"))
    for c in sorted((c for c in found if c.verdict in order), key=lambda c: order.index(c.verdict)):
        table.add_row(c.name, c.verdict, _three(c.implied), _three(c.shipped), c.quantity or "-")
    print_table(console, table)
    for c in found:
        if c.verdict == "departs":
            console.print(f"{c.name} departs: {c.why}", style="dim")
    counts = ", ".join(f"{sum(c.verdict == v for c in found)} {v}" for v in (*order, "no number"))
    console.print(f"{len(found)} priors: {counts}. Low, central, high in the prior's unit.")


def _three(ends: Sequence[float | None]) -> str:
    return ", ".join("-" if x is None else f"{x:.6g}" if abs(x) >= 1000 else phrases.number(x, 3) for x in ends)


def print_tables(tables: list[Document], pulled: Sequence[Record], sources: Sequence[Document] = ()) -> None:
    """The packaged tables: name, rows, date, licence, source; then those pulled, which only who asks for them reads; and live sources
    that have never answered.
    """
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("name", "rows", "date", "licence", "source"):
        table.add_column(column, justify="right" if column == "rows" else "left", no_wrap=column == "rows")
    for row in tables:
        table.add_row(*(str(row[c]) for c in ("name", "rows", "date", "licence", "source")))
    print_table(console, table)
    old: dict[str, list[str]] = {}
    for row in tables:
        for answer in row["too_old_for"]:
            old.setdefault(answer, []).append(f"{row['name']} ({row['age_days']} days)")
    if old:
        console.print("\n[bold]Too old[/bold]; `premortem data pull` fetches newer ones where there is a source:")
    for answer, names in old.items():
        console.print(wrap(f"  {answer}: {', '.join(names)}", console.width, "    "), soft_wrap=True)
    if pulled:
        console.print("\nPulled, read only where asked for (`--data pulled`, `regime status`, `facts.read_pulled`):")
    for kept in pulled:
        console.print(
            f"  {kept['name']}: {phrases.count_noun(kept['rows'], 'row')}, {kept['fetched'][:10]}, {kept['licence']}, {kept['source']}"
        )
    if strange := [source["name"] for source in sources if not source["reached"]]:
        said = f"Never reached so far, and tested only against answers as their publishers describe them: {', '.join(strange)}"
        console.print("\n" + wrap(said, console.width), soft_wrap=True)


def print_strict_known(found: StrictKnown) -> None:
    """How much a strict build has checked."""
    counted = phrases.listing([f"{count:,} {kind}" for kind, count in found.checked.items()])
    Console(highlight=False).print(f"Strict: {counted} can be proved known by {found.day}.")


def print_case_list(cases: list[Document]) -> None:
    """The cases: name, title, day, and how many assumptions, policies and clauses."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("name", "title", "day", "assumptions", "policies", "clauses"):
        table.add_column(column, justify="left" if column in ("name", "title", "day") else "right")
    for row in cases:
        table.add_row(*map(str, row.values()))
    print_table(console, table)


def print_pulled(result: Pulled) -> None:
    """What came, and what did not with the packaged table that holds the same kind of figure."""
    console = Console(highlight=False)
    for row in result["pulled"]:
        news = "new" if row["changed"] else "as before"
        console.print(
            f"{row['name']}: {phrases.count_noun(row['rows'], 'row')}, {row['bytes']:,} bytes, {news}: {row['path']}",
            soft_wrap=True,
        )
    for lost in result["failed"]:
        console.print(f"{lost['name']}: not pulled: {lost['why']}", soft_wrap=True)
        if lost["stays"]:
            console.print(f"  packaged and in use all the same: {', '.join(lost['stays'])}")
    if not result["pulled"] and not result["failed"]:
        console.print("This case names no live sources (live.toml).")


def print_history(rows: list[Document]) -> None:
    """The record beside the prior's central 95%; what lies outside stands first."""
    console = Console(highlight=False)
    tests = [row for row in rows if not row["calibrated"]]
    inside = sum(row["inside"] for row in tests)
    title = f"{inside} of {len(tests)} recorded quantities meet the prior's central 95%"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    add_columns(table, "", "recorded", "2.5%", "median", "97.5%", "unit", "", texts=("", "unit"))
    for row in sorted(rows, key=lambda r: r["inside"]):
        shown = (row[k] for k in ("recorded", "low", "median", "high"))
        numbers = (phrases.measured_value(x) for x in shown)
        table.add_row(row["quantity"], *numbers, row["unit"], _verdict(row))
    print_table(console, table)


def _verdict(row: Document) -> str:
    """What a row of the record says of the priors; nothing where it lies inside."""
    return "no test: the priors were chosen to meet it" if row["calibrated"] else "" if row["inside"] else "outside"


def print_benchmarks(rows: list[Document]) -> None:
    """Each figure, its yardstick and their ratio."""
    console = Console(highlight=False)
    for row in rows:
        peer = "no peer" if row["peer"] is None else f"{row['peer']:,.3g} {row['unit']} for {row['peer_is']}"
        ratio = "" if row["ratio"] is None else f"  ratio {row['ratio']:,.2f}"
        console.print(f"{row['name']}: {row['ours']:,.3g} {row['unit']}; {peer}{ratio}", soft_wrap=True)
