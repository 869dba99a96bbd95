"""What people see of a run in a terminal: the board with bars of eight steps, findings, a progress bar."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from premortem.propositions.board_cells import BoardCell, cells
from premortem.propositions.verdicts import BANDS, DEPENDS, MARK, NO_VERDICT
from premortem.questions.verdict_words import explain_verdicts
from premortem.terminal.layout import UNBOUNDED, add_columns, next_step, print_table
from premortem.text import phrases

PLAIN = "Share of futures in which each assumption holds (not forecasts)"
STEPS = " ▏▎▍▌▋▊▉█"
BAR_CELLS = 5
WAIT = 1.0  # [s] a run that ends sooner shows no progress


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
        f"\n{phrases.count_noun(run.futures, 'future')} x {phrases.count_noun(len(run.policies), 'policy')}, seed {run.seed}{rate}"
    )
    console.print(f"Brief: {', '.join(map(str, briefs))}", soft_wrap=True)
    of = run.study.options
    console.print(
        next_step(
            phrases.command("board", of, "--json"),
            phrases.command("run", of, "--futures 100000"),
            phrases.command("--help"),
        )
    )


def print_board(run: Any, rows: Sequence[BoardCell] | None = None, title: str = PLAIN) -> None:
    """Assumption by policy: bar and share; of the run's board, or of cells like it.

    The first layout that fits the terminal: names down and policies across with bars; policies down, with bars, then
    without; at last a line a policy, broken between shares. So no digit is ever cut.
    """
    console = Console(highlight=False)
    rows = cells(run.board()) if rows is None else rows
    policies = list(dict.fromkeys(row.policy for row in rows))
    names = {a.id: a.name for a in run.study.assumptions}
    share = {(row.assumption, row.policy): row for row in rows}
    keys, heads = [*names, "all"], [*names, "All"]
    said = {**{k: f"{k} {v}" for k, v in names.items()}, "all": phrases.at_once(len(names))}
    across = _table(title, policies)
    for key in keys:
        across.add_row(said[key], *(_cell(share[key, p], console) for p in policies))
    layouts = [across]
    for bars in (True, False):
        down = _table(title, heads)
        for policy in policies:
            shares = [share[key, policy] for key in keys]
            down.add_row(policy, *(_cell(x, console) if bars else _share(x) for x in shares))
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
            told = [f"{head}\u00a0{_share(share[k, policy])}" for head, k in zip(heads, keys, strict=True)]
            console.print(f"{policy}: {', '.join(told)}")
    if fitting is not across:
        console.print("; ".join(said[k] for k in names), style="dim")
    if any(_depends(row) for row in rows):
        console.print(f"{MARK} {NO_VERDICT}; board --json says by which.", style="dim")
    print_bands(rows, policies[0], console)
    if any(row.verdict.startswith(DEPENDS) for row in rows if row.policy == policies[0]):
        verdicts = [row.verdict for row in rows if row.policy == policies[0]]
        console.print(explain_verdicts(run.study, verdicts), style="dim")
    for line in phrases.not_finite(run.non_finite, run.stored):
        console.print(line, style="yellow")


def print_bands(rows: Sequence[BoardCell], policy: str, console: Console) -> None:
    """Under a policy the lowest and highest share by sampling, by interpretations and over forms of the world, and what all three say."""
    shown = [row for row in rows if row.policy == policy and row.bands]
    if not any(row.bands.get(kind) for row in shown for kind in BANDS[1:]):
        return
    table = Table(
        title=f"\nUnder {policy}, lowest and highest share by", title_justify="left", box=None, padding=(0, 1)
    )
    add_columns(table, "", *BANDS, "verdict", texts=("", "verdict"))
    for row in shown:
        table.add_row(row.assumption, *(phrases.band(row.bands.get(kind)) for kind in BANDS), row.verdict)
    print_table(console, table)


def _table(title: str, columns: list[str]) -> Table:
    """A table with a title, names in its first column and unbroken cells in the others."""
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    for heading in ("", *columns):
        table.add_column(heading, no_wrap=True)
    return table


def _depends(row: BoardCell) -> bool:
    """Whether its share by itself is no verdict."""
    return row.verdict.startswith(DEPENDS)


def _share(row: BoardCell) -> str:
    """Its share, with a mark where that is no verdict; a dash where no futures can tell it, as a line below the table says."""
    return phrases.short(row.holds) + MARK * _depends(row)


def _cell(row: BoardCell, console: Console) -> str:
    """A bar and its share."""
    return f"{bar(row.holds, console)} {_share(row)}"


def bar(share: float | None, console: Console) -> str:
    """A share as a bar of five cells in eighths; plain ASCII where the terminal has nothing else."""
    if share is None:  # no futures can tell it
        return " " * BAR_CELLS
    eighths = round(share * BAR_CELLS * 8)
    if not (console.encoding or "").lower().startswith("utf"):
        return ("#" * round(share * BAR_CELLS)).ljust(BAR_CELLS, ".")
    full, rest = divmod(eighths, 8)
    return (STEPS[8] * full + (STEPS[rest] if rest else "")).ljust(BAR_CELLS)


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int, float], None]]:
    """A bar on stderr, shown after a second, with rate and time left; taken away however the run ends."""
    began = time.monotonic()
    bar_ = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar_.add_task("simulating", total=None, said="")  # how many there are is known with the first step

    def advance(done: int, total: int, _seconds: float) -> None:
        # what follows the last future, such as the brief, takes time too
        stage = "simulating" if done < total else "simulated; writing up what was found:"
        bar_.update(
            task,
            description=stage,
            completed=done,
            total=total,
            said=f"{done:,} of {phrases.count_noun(total, 'future')}",
        )
        if time.monotonic() - began > WAIT and not bar_.live.is_started:
            bar_.start()
        if bar_.live.is_started:
            bar_.refresh()

    try:
        yield advance
    finally:
        if bar_.live.is_started:
            bar_.stop()
