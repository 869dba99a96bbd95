"""One future in a terminal: what is unusual about it, what holds, and its series step by step."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.case import Case
from premortem.questions import signs
from premortem.questions.futures import SIGNS
from premortem.questions.one_future import AssumptionAt, ConditionAt, OneFuture, Under
from premortem.terminal.layout import print_table
from premortem.text.numbers import count_noun
from premortem.text.phrases import number
from premortem.text.steps import word
from premortem.text.units import quantity

# Parameters shown.
UNUSUAL = 8


def print_future(result: OneFuture, case: Case) -> None:
    """The future under each policy, its key series at every step of the clock, its parameters furthest from their medians."""
    console = Console(highlight=False)
    console.print(f"[bold]Future {result.future:,} of seed {result.seed}[/bold]")
    for under in result.policies:
        console.print(f"\nUnder {under.policy}")
        for a in under.assumptions:
            console.print(f"  {a.assumption} {'holds ' if a.holds else 'breaks'} {_margin(a)}  {a.name}")
            for c in [c for c in a.conditions if not c.holds]:
                console.print(f"       {_margin(c)}  {c.fails}", style="dim")
        if under.non_finite:
            console.print(f"  not finite: {', '.join(under.non_finite)}")
    first = result.policies[0]
    if words := shown(first, case):
        print_table(console, _series(first, result.quarters, words))
    console.print(
        f"\nFurthest from their medians (standard scores), of {count_noun(len(result.parameters), 'uncertainty')}"
    )
    for row in result.parameters[:UNUSUAL]:
        console.print(
            f"  {row.score:+.1f}  {row.meaning}: {quantity(row.value, row.unit)}, median {quantity(row.median, row.unit)}"
        )


def shown(under: Under, case: Case) -> dict[str, dict[str, str]]:
    """Series that are shown: those by which the case names families of futures; none where it names none."""
    return signs(case) if (case / SIGNS).is_file() and {*signs(case)} <= {*under.series} else {}


def _series(under: Under, steps: Sequence[str], words: dict[str, dict[str, str]]) -> Table:
    """Steps down, series across by number: eight columns of figures fit a narrow terminal, eight titles do not."""
    step = word(steps[0])
    title = f"\n{step.capitalize()} by {step} under {under.policy}"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    table.add_column("")
    for place in range(len(words)):
        table.add_column(f"({place + 1})", justify="right", no_wrap=True)
    for q, label in enumerate(steps):
        table.add_row(label, *(_shown(under.series[name][q]) for name in words))
    said = [f"({i + 1}) {told['title']}, {told['unit']}" for i, told in enumerate(words.values())]
    table.caption, table.caption_justify = "; ".join(said), "left"
    return table


def _shown(x: float | None) -> str:
    return "-" if x is None else number(x)


def _margin(row: AssumptionAt | ConditionAt) -> str:
    return "     -" if row.margin is None else f"{row.margin:+6.2f}"
