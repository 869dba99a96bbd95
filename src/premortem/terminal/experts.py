"""The priors that decide the board, and the board by expert, in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.questions.elicitation import ByExpert, Deciding
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases
from premortem.text.layout import wrap
from premortem.text.numbers import number

# What is said where experts do not tell of the same priors.
PARTLY = (
    "Where an expert says nothing of a prior, that expert's board keeps the shipped one; pooled is the mean of those who tell of it. "
    "So a pooled share may lie outside those of all experts."
)


def print_deciding(rows: Sequence[Deciding]) -> None:
    """The priors that decide the board, with their shipped quantiles and what they move most."""
    console = Console(highlight=False)
    table = Table(title="What decides the board", title_justify="left", box=None, padding=(0, 1))
    add_columns(table, "", "5%", "50%", "95%", "unit", "moves", "by", texts=("", "unit", "moves"))
    for row in rows:
        shown = (number(row.p5), number(row.p50), number(row.p95))
        table.add_row(f"{row.prior}: {row.meaning}", *shown, row.unit, row.assumption, phrases.points(row.effect))
    print_table(console, table)
    console.print("by: the share that holds where it is in its upper third, less that in its lower one", style="dim")


def print_experts(result: ByExpert) -> None:
    """The board by expert, apart and pooled; who turns a verdict; and which of the deciding priors nobody tells of."""
    console = Console(highlight=False)
    heads = [cell.assumption for cell in result.boards[0].cells]
    title = f"Share of {phrases.count_noun(result.futures, 'future')} in which each assumption holds under {result.policy}, by expert"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1))
    add_columns(table, "", *heads, texts=("",))
    for board in result.boards:
        table.add_row(board.expert, *(phrases.share(cell.holds) for cell in board.cells))
    print_table(console, table)
    if len(result.told) > 1 and any(set(names) != set().union(*result.told.values()) for names in result.told.values()):
        console.print(wrap(PARTLY, console.width), style="dim", soft_wrap=True)
    for said in result.flips or ("No expert turns a verdict.",):
        console.print(wrap(said, console.width), soft_wrap=True)
    if result.untold:
        console.print(
            wrap(f"Decide the board, and no expert tells of them: {', '.join(result.untold)}", console.width),
            style="dim",
            soft_wrap=True,
        )
