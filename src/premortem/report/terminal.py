"""What people see in a terminal: the board with bars of eight steps, findings, tables, a progress bar."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from premortem.report import words

STEPS = " ▏▎▍▌▋▊▉█"
BAR_CELLS = 5
# Columns of a terminal that shows bars and names; a narrower one shows shares alone, under names cut to so many letters.
WIDE, NARROW = 130, 9


def print_run(run: Any, brief: Path, seconds: float) -> None:
    """The board, the findings, where to look next."""
    print_board(run)
    console = Console(highlight=False)
    from premortem.report.findings import findings

    for line in findings(run):
        console.print(f"  {line}")
    simulated = run.timing.simulated if run.timing else 0
    rate = f", {simulated / run.seconds['simulate']:,.0f} futures a second" if simulated else ""
    console.print(f"\n{run.futures:,} futures x {len(run.policies)} policies, seed {run.seed}{rate}")
    console.print(f"Brief: {brief}", soft_wrap=True)
    console.print("Next:  premortem board --json, premortem run --futures 100000, premortem --help")


def print_board(run: Any) -> None:
    """Assumption by policy: bar, share, and what fails first under the first policy."""
    console = Console(highlight=False)
    board = run.board()
    wide = console.width >= WIDE
    table = Table(title="Share of futures in which each assumption holds (not forecasts)", title_justify="left", box=None, padding=(0, 1))
    table.add_column("", no_wrap=True)
    for policy in run.policies:
        table.add_column(policy if wide else policy[:NARROW], justify="left", no_wrap=True)
    names = {a.id: a.name for a in run.study.assumptions} | {"all": "all at once"}
    for key in names:
        cells = [board.filter((pl.col("assumption") == key) & (pl.col("policy") == p)).row(0, named=True) for p in run.policies]
        shown = [f"{bar(c['holds'], console)} {words.share(c['holds'])}" if wide else f"{c['holds']:.0%}" for c in cells]
        table.add_row(f"{key} {names[key]}" if wide else key, *shown)
    console.print(table)
    if not wide:
        console.print("  ".join(f"{k} {v}" for k, v in names.items() if k != "all"), style="dim")


def bar(share: float, console: Console) -> str:
    """A share as a bar of five cells in eighths; plain ASCII where the terminal has nothing else."""
    eighths = round(share * BAR_CELLS * 8)
    if not (console.encoding or "").lower().startswith("utf"):
        return ("#" * round(share * BAR_CELLS)).ljust(BAR_CELLS, ".")
    full, rest = divmod(eighths, 8)
    return (STEPS[8] * full + (STEPS[rest] if rest else "")).ljust(BAR_CELLS)


def print_tables(tables: list[dict[str, Any]]) -> None:
    """The packaged tables: name, rows, date, licence, source."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1))
    for column in ("name", "rows", "date", "licence", "source"):
        table.add_column(column, justify="right" if column == "rows" else "left", overflow="fold")
    for row in tables:
        table.add_row(*(str(row[c]) for c in ("name", "rows", "date", "licence", "source")))
    console.print(table)


def progress_bar() -> Callable[[int, int, float], None]:
    """A bar on stderr, shown after a second, with rate and time left."""
    began = time.monotonic()
    bar_ = Progress(TextColumn("simulating"), BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f} futures"),
                    TimeRemainingColumn(), console=Console(stderr=True), transient=True)  # fmt: skip
    task = bar_.add_task("", total=None)

    def advance(done: int, total: int, _seconds: float) -> None:
        if time.monotonic() - began > 1 and not bar_.live.is_started:
            bar_.start()
        bar_.update(task, completed=done, total=total)
        if done >= total:
            bar_.stop()

    return advance
