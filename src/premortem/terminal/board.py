"""What people see in a terminal: the board with bars of eight steps, findings, tables, a progress bar."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

from premortem.ensemble.evidence import Compared
from premortem.law import memo
from premortem.text import phrases

PLAIN = "Share of futures in which each assumption holds (not forecasts)"
STEPS = " ▏▎▍▌▋▊▉█"
BAR_CELLS = 5
# Hits of a ledger that are shown.
HITS = 20
# A width that cuts nothing.
UNBOUNDED = 10_000


def print_run(run: Any, *briefs: Path) -> None:
    """The board, the findings, where to look next."""
    print_board(run)
    console = Console(highlight=False)
    from premortem.questions.findings import findings

    for line in findings(run):
        console.print(f"  {line}")
    simulated = run.timing.simulated if run.timing else 0
    rate = f", {simulated / run.seconds['simulate']:,.0f} futures a second" if simulated else ""
    console.print(
        f"\n{phrases.counted(run.futures, 'future')} x {phrases.counted(len(run.policies), 'policy')}, seed {run.seed}{rate}"
    )
    console.print(f"Brief: {', '.join(map(str, briefs))}", soft_wrap=True)
    console.print("Next:  premortem board --json, premortem run --futures 100000, premortem --help")


def print_board(run: Any, rows: list[dict[str, Any]] | None = None, title: str = PLAIN) -> None:
    """Assumption by policy: bar and share; of the run's board, or of rows like it.

    The first layout that fits the terminal: names down and policies across with bars; policies down, with bars, then
    without; at last a line a policy, broken between shares. So no digit is ever cut.
    """
    console = Console(highlight=False)
    rows = run.board_rows() if rows is None else rows
    policies = list(dict.fromkeys(row["policy"] for row in rows))
    names = {a.id: a.name for a in run.study.assumptions}
    share = {(row["assumption"], row["policy"]): row["holds"] for row in rows}
    keys = [*names, "all"]
    said = {**{k: f"{k} {v}" for k, v in names.items()}, "all": "all at once"}
    across = _table(title, policies)
    for key in keys:
        across.add_row(said[key], *(_cell(share[key, p], console) for p in policies))
    layouts = [across]
    for bars in (True, False):
        down = _table(title, keys)
        for policy in policies:
            shares = [share[key, policy] for key in keys]
            down.add_row(policy, *(_cell(x, console) if bars else phrases.short(x) for x in shares))
        layouts.append(down)
    fitting = next(
        (
            t
            for t in layouts
            if Measurement.get(console, console.options.update_width(UNBOUNDED), t).maximum <= console.width
        ),
        None,
    )
    if fitting is not None:
        console.print(fitting)
    else:
        console.print(title)
        for policy in policies:
            console.print(f"{policy}: " + ", ".join(f"{k}\u00a0{phrases.short(share[k, policy])}" for k in keys))
    if fitting is not across:
        console.print("; ".join(said[k] for k in names), style="dim")
    for line in phrases.not_finite(run.non_finite, run.stored):
        console.print(line, style="yellow")


def add_columns(table: Table, *headings: str, texts: Sequence[str]) -> None:
    """Columns by their headings: `texts` go on in another line where room is short, numbers are never broken or cut; for `print_table`."""
    for heading in headings:
        if heading in texts:
            table.add_column(heading)
        else:
            table.add_column(heading.strip().replace(" ", "\n"), justify="right", no_wrap=True)


def print_table(console: Console, table: Table) -> None:
    """A table where no word of it has to be broken; else a paragraph a row, each cell after its heading, broken between words."""
    least, whole = ([_longest(c, unbroken) for c in table.columns] for unbroken in (True, False))
    unbounded = Measurement.get(console, console.options.update_width(UNBOUNDED), table).maximum
    room, wanted = console.width - (unbounded - sum(whole)) - sum(least), sum(whole) - sum(least)
    if room >= 0:
        for column, short, long in zip(table.columns, least, whole, strict=True):
            column.width = short + (min(long - short, room * (long - short) // wanted) if wanted else 0)
        console.print(table)
        return
    if table.title:
        console.print(str(table.title).strip())
    headings = [" ".join(_plain(c.header).split()) for c in table.columns]
    for row in zip(*([*map(_plain, c.cells)] for c in table.columns), strict=True):
        told = "; ".join(
            f"{head} {cell.strip()}".strip() for head, cell in zip(headings, row, strict=True) if cell.strip()
        )
        console.print(wrapped(told, console.width), markup=False, soft_wrap=True)
    if table.caption:
        console.print(wrapped(str(table.caption), console.width), style="dim", markup=False, soft_wrap=True)


def wrapped(text: str, width: int, indent: str = "") -> str:
    """A text in lines of a width, broken between words alone; lines after the first are set in by two spaces more."""
    return fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _longest(column: Column, unbroken: bool) -> int:
    """Cells that the longest line of a column takes, or the longest part of it that stays unbroken: a word, or a whole line
    where the column never wraps.
    """
    texts = [_plain(column.header), *map(_plain, column.cells)]
    parts = [text.split() if unbroken and not column.no_wrap else text.splitlines() for text in texts]
    return max((cell_len(part) for found in parts for part in found), default=0)


def _plain(cell: Any) -> str:
    return Text.from_markup(cell).plain if isinstance(cell, str) else str(cell)


def _table(title: str, columns: list[str]) -> Table:
    """A table with a title, names in its first column and unbroken cells in the others."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    for heading in ("", *columns):
        table.add_column(heading, no_wrap=True)
    return table


def _cell(share: float | None, console: Console) -> str:
    """A bar and its share; a dash where no futures can tell it, as a line below the table says."""
    return f"{bar(share, console)} {phrases.short(share)}"


def bar(share: float | None, console: Console) -> str:
    """A share as a bar of five cells in eighths; plain ASCII where the terminal has nothing else."""
    if share is None:  # no futures can tell it
        return " " * BAR_CELLS
    eighths = round(share * BAR_CELLS * 8)
    if not (console.encoding or "").lower().startswith("utf"):
        return ("#" * round(share * BAR_CELLS)).ljust(BAR_CELLS, ".")
    full, rest = divmod(eighths, 8)
    return (STEPS[8] * full + (STEPS[rest] if rest else "")).ljust(BAR_CELLS)


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


def print_tables(tables: list[dict[str, Any]], pulled: list[dict[str, Any]]) -> None:
    """The packaged tables: name, rows, date, licence, source; then those pulled, which only who asks for them reads."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("name", "rows", "date", "licence", "source"):
        table.add_column(column, justify="right" if column == "rows" else "left", no_wrap=column == "rows")
    for row in tables:
        table.add_row(*(str(row[c]) for c in ("name", "rows", "date", "licence", "source")))
    print_table(console, table)
    if pulled:
        console.print("\nPulled, read only by who asks for them (`facts.read_pulled`):")
    for row in pulled:
        console.print(
            f"  {row['name']}: {phrases.counted(row['rows'], 'row')}, {row['fetched'][:10]}, {row['licence']}, {row['source']}"
        )


def print_case_list(cases: list[dict[str, Any]]) -> None:
    """The cases: name, title, day, and how many assumptions, policies and clauses."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("name", "title", "day", "assumptions", "policies", "clauses"):
        table.add_column(column, justify="left" if column in ("name", "title", "day") else "right")
    for row in cases:
        table.add_row(*map(str, row.values()))
    print_table(console, table)


def print_pulled(result: dict[str, list[dict[str, Any]]]) -> None:
    """What came, and what did not with the packaged table that holds the same kind of figure."""
    console = Console(highlight=False)
    for row in result["pulled"]:
        news = "new" if row["changed"] else "as before"
        console.print(
            f"{row['name']}: {phrases.counted(row['rows'], 'row')}, {row['bytes']:,} bytes, {news}: {row['path']}",
            soft_wrap=True,
        )
    for row in result["failed"]:
        console.print(f"{row['name']}: not pulled: {row['why']}", soft_wrap=True)
        console.print(f"  packaged and in use all the same: {', '.join(row['stays'])}")


def print_history(rows: list[dict[str, Any]]) -> None:
    """The record beside the prior's central 95%; what lies outside stands first."""
    console = Console(highlight=False)
    inside = sum(row["inside"] for row in rows)
    title = f"{inside} of {len(rows)} recorded quantities meet the prior's central 95%"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    add_columns(table, "", "recorded", "2.5%", "median", "97.5%", "unit", "", texts=("", "unit"))
    for row in sorted(rows, key=lambda r: r["inside"]):
        shown = (row[k] for k in ("recorded", "low", "median", "high"))
        numbers = (phrases.measured(x) for x in shown)
        table.add_row(row["quantity"], *numbers, row["unit"], "" if row["inside"] else "outside")
    print_table(console, table)


def progress_bar() -> Callable[[int, int, float], None]:
    """A bar on stderr, shown after a second, with rate and time left."""
    began = time.monotonic()
    bar_ = Progress(
        TextColumn("simulating"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} futures"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar_.add_task("", total=None)

    def advance(done: int, total: int, _seconds: float) -> None:
        if time.monotonic() - began > 1 and not bar_.live.is_started:
            bar_.start()
        bar_.update(task, completed=done, total=total)
        if done >= total:
            bar_.stop()

    return advance


def print_decision(decision: Any, trace: bool = False) -> None:
    """The memo, the sentence in bold; with `trace` the ladder too."""
    console = Console(highlight=False)
    console.print(memo.question(decision), markup=False)
    console.print(decision.sentence, style="bold", markup=False)
    for line in memo.grounds(decision):
        console.print(wrapped(line, console.width, "  "), markup=False, soft_wrap=True)
    for step in decision.trace if trace else ():
        late = "" if step.reached else " (not reached)"
        console.print(f"  {'+' if step.applies else '-'} {step.clause}: {step.says}{late}", markup=False)
        for test in step.tests if step.reached else ():
            console.print(f"      {memo.met_word(test)}: {test.test}  ({test.value})", markup=False)
    console.print(memo.ADVICE, style="dim")


def print_cases(results: list[dict[str, Any]]) -> None:
    """Cases that disagree, then how many agree."""
    console = Console(highlight=False)
    for row in results:
        if "error" in row:
            console.print(f"{row['case']}: cannot be decided", soft_wrap=True)
        elif not row.get("agrees", True) or "expected" not in row:
            console.print(
                f"{row['case']}: {row['outcome']}"
                + (f" by {row['clause']}" if row["clause"] else "")
                + (f"; expected {row['expected']}" if "expected" in row else "")
            )
    asked = [row["agrees"] for row in results if "expected" in row]
    counts = [f"{sum(asked)} of {len(asked)} as expected"] if asked else []
    console.print(", ".join([phrases.counted(len(results), "case"), *counts]))


def print_ledger(result: dict[str, Any], out: Path | None) -> None:
    """Rejected rows on top, then outcomes and headroom."""
    console = Console(highlight=False)
    for wrong in result["rejected"][:20]:
        console.print(f"row {wrong['row']}: {wrong['why']}", style="bold")
    if len(result["rejected"]) > 20:
        console.print(f"... and {len(result['rejected']) - 20:,} more rejected rows; see them with --json")
    for outcome, count in result["outcomes"].items():
        console.print(f"{count:>12,}  {outcome}")
    for line in _grounds(result):
        console.print(line)
    for place, left in result["headroom"].items():
        room = phrases.limit(left, "TPP")
        console.print(f"{place}: {room} {'to' if room == 'no limit' else 'left of'} its allocation")
    rejected = f", {result['rejected_count']:,} of them rejected" if result["rejected_count"] else ""
    if result["rejected_file"]:
        rejected += f" and written to {result['rejected_file']}"
    if result["joined"]:
        rejected += f", mended ones put back among those of {result['joined']}"
    console.print(
        f"{phrases.counted(result['rows'], 'row')}{rejected}, in {result['seconds']:.2f} s"
        + (f"; written to {out}" if out else "")
    )


def _grounds(result: dict[str, Any]) -> list[str]:
    """How many rows may go, what was hit, and what the answers do not cover."""
    may, hits = result["may_go"], result["hits"]
    lines = [f"{phrases.counted(may['true'], 'row')} may go without a licence, {may['false']:,} may not, {may['null']:,} hang on facts or names"]  # fmt: skip
    lines += [
        f"{h['party']} {h['given']}: {h['name'] or h['list']} ({phrases.counted(h['rows'], 'row')})"
        for h in hits[:HITS]
    ]
    lines += [f"... and {len(hits) - HITS:,} more hits; see them with --json"] if len(hits) > HITS else []
    if result["stale"]:
        day = result["rulebook"]["verified_to"]
        lines.append(f"STALE: {phrases.counted(result['stale'], 'row')} after {day}, to which the rulebook is verified")
    return [*lines, *(f"Not checked: {sentence}" for sentence in result["not_checked"]), memo.current()]


def print_clauses(clauses: list[dict[str, Any]]) -> None:
    """Clauses in force, with their numbers."""
    console = Console(highlight=False)
    for c in clauses:
        console.print(f"[bold]{c['clause']}[/bold]  {c['citation']}")
        numbers = "; ".join(f"{k} = {phrases.limit(v['value'], v['unit'])}" for k, v in c["numbers"].items())
        console.print(f"  {c['says']}" + (f"\n  {numbers}" if numbers else ""))
    console.print(f"{phrases.counted(len(clauses), 'clause')} in force")


def print_diff(result: dict[str, Any]) -> None:
    """Changes in words, then who gains and who loses."""
    console = Console(highlight=False)
    for change in result["changes"]:
        console.print(f"  {change['text']}")
    for sentence in result["words"]:
        console.print(sentence)
    console.print(phrases.counted(len(result["changes"]), "change"))


def print_loopholes(found: list[dict[str, Any]]) -> None:
    """Each pair: what it shows, both sides, the compute it could move."""
    console = Console(highlight=False)
    for row in found:
        console.print(f"[bold]{row['name']}[/bold] ({row['clause']}): {row['says']}")
        for side in ("a", "b"):
            fields = ", ".join(f"{k}={v:g}" if isinstance(v, float) else f"{k}={v}" for k, v in row[side].items())
            console.print(f"  {side}: {row['outcome_' + side]}  [dim]{fields}[/dim]")
        if row["h100e"]:
            console.print(f"  could move {row['h100e']:,.0f} H100 equivalents")
        console.print(f"  again: {row['check_a']}\n         {row['check_b']}", style="dim", soft_wrap=True)
    console.print(phrases.counted(len(found), "pair"))


def print_benchmarks(rows: list[dict[str, Any]]) -> None:
    """Each figure, its yardstick and their ratio."""
    console = Console(highlight=False)
    for row in rows:
        peer = "no peer" if row["peer"] is None else f"{row['peer']:,.3g} {row['unit']} for {row['peer_is']}"
        ratio = "" if row["ratio"] is None else f"  ratio {row['ratio']:,.2f}"
        console.print(f"{row['name']}: {row['ours']:,.3g} {row['unit']}; {peer}{ratio}", soft_wrap=True)
