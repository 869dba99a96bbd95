"""How changing one input changes the shares, in a terminal: a row an input, or a row a value."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.questions.single_changes import Change, Curve, Standing, title
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases


def print_changes(at: Standing, changes: Sequence[Change]) -> None:
    """Each thing by its standard step, the largest change first, in points of the share that holds."""
    console = Console(highlight=False)
    ids = list(at.holds)
    table = Table(
        title=_title(at, "Change of the share that holds, in points"), title_justify="left", box=None, pad_edge=False
    )
    add_columns(table, "what is moved", "by", *ids, "key", texts=("what is moved", "by", "key"))
    for change in changes:
        points = [f"{100 * change.changes[k]:+.1f}" if round(1000 * change.changes[k]) else "0" for k in ids]
        table.add_row(change.title, change.move, *points, change.key)
    print_table(console, table)
    console.print("One at a time, all else as it is; `premortem move KEY` follows one over its range.", style="dim")


def print_curve(at: Standing, curve: Curve) -> None:
    """The share that holds at each value tried."""
    console = Console(highlight=False)
    ids = list(curve.holds)
    subject = f"Share that holds against {title(at, curve.key)} (now {phrases.number(curve.now)} {curve.unit})"
    table = Table(title=_title(at, subject), title_justify="left", box=None, pad_edge=False)
    add_columns(table, "value", *ids, texts=())
    for i, value in enumerate(curve.values):
        table.add_row(phrases.number(value), *(phrases.share(curve.holds[k][i]) for k in ids))
    print_table(console, table)
    for k in ids:
        if (there := curve.crosses(k)) is not None:
            console.print(f"  {k} crosses one half at {phrases.number(there)} {curve.unit}.")


def _title(at: Standing, what: str) -> str:
    return f"{what}: {phrases.counted(at.values.shape[1], 'future')} under {at.book.name}"
