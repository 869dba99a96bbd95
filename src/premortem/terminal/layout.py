"""Tables and texts as wide as a terminal: no word is broken, no digit cut."""

from collections.abc import Sequence
from shlex import quote, split
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from premortem.text.layout import wrap

# A width that cuts nothing.
UNBOUNDED = 10_000
# Stands for a space at which no line is broken.
GLUE = "\0"


def heading(console: Console, text: str) -> None:
    """A heading with a line before it."""
    console.print(f"\n[bold]{text}[/bold]")


def add_columns(table: Table, *headings: str, texts: Sequence[str]) -> None:
    """Columns by their headings: `texts` go on in another line where room is short, numbers are never broken or cut; for `print_table`."""
    for name in headings:
        if name in texts:
            table.add_column(name)
        else:
            table.add_column(name.strip().replace(" ", "\n"), justify="right", no_wrap=True)


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
        console.print(wrap(told, console.width), markup=False, soft_wrap=True)
    if table.caption:
        console.print(wrap(str(table.caption), console.width), style="dim", markup=False, soft_wrap=True)


def next_step(*commands: str) -> str:
    """What may be typed next."""
    return f"Next: {', '.join(commands)}"


def typed(line: str, width: int, indent: str = "") -> str:
    """A command in lines that a shell reads as one: broken between its words, and each line but the last ends with a backslash."""
    words = [quote(word).replace(" ", GLUE) for word in split(line)]
    lines = wrap(" ".join(words), width - 2, indent).splitlines()
    return " \\\n".join(lines).replace(GLUE, " ")


def _longest(column: Column, unbroken: bool) -> int:
    """Cells that the longest line of a column takes, or the longest part of it that stays unbroken: a word, or a whole line
    where the column never wraps.
    """
    texts = [_plain(column.header), *map(_plain, column.cells)]
    parts = [text.split() if unbroken and not column.no_wrap else text.splitlines() for text in texts]
    return max((cell_len(part) for found in parts for part in found), default=0)


def _plain(cell: Any) -> str:
    return Text.from_markup(cell).plain if isinstance(cell, str) else str(cell)
