"""How changing one input changes the shares, in a terminal: a row an input, or a row a value."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.questions.move import Standing, title
from premortem.questions.single_changes import Change, Curve
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases
from premortem.text.layout import wrap
from premortem.text.units import quantity

# Kinds of things that may be moved, by the beginning of their keys; the first that fits counts.
KINDS = {
    "p": "an uncertainty",
    "l.strength": "a strength",
    "l": "a clause number",
    "d": "a day",
    "t": "a threshold",
}


def print_changes(at: Standing, changes: Sequence[Change]) -> None:
    """Each thing by its standard step, the largest change first, in points of the share that holds."""
    console = Console(highlight=False)
    ids = list(at.holds)
    table = Table(
        title=_title(at, "Change of the share that holds, in points"), title_justify="left", box=None, pad_edge=False
    )
    add_columns(table, "what is moved", *ids, texts=("what is moved",))
    # one step a kind of key is told below the table, and any other beside the thing that it moves
    usual = {kind: Counter(moves).most_common(1)[0][0] for kind, moves in _moves(changes).items()}
    for change in changes:
        points = [f"{100 * change.changes[k]:+.1f}" if round(1000 * change.changes[k]) else "0" for k in ids]
        other = "" if change.move == usual[_kind(change.key)] else f", {change.move}"
        table.add_row(f"{change.title}{other}\n[dim]{change.key}[/dim]", *points)
    print_table(console, table)
    by = "; ".join(f"{kind} {move}" for kind, move in usual.items())
    told = f"One at a time, all else as it is: {by}. `premortem move KEY` follows one over its range."
    console.print(wrap(told, console.width), style="dim", markup=False, soft_wrap=True)


def _kind(key: str) -> str:
    """What kind of thing a key names, with the beginning of its keys."""
    return next(f"{said} ({start}.)" for start, said in KINDS.items() if key.startswith(f"{start}."))


def _moves(changes: Sequence[Change]) -> dict[str, list[str]]:
    """The steps taken, by the kind of thing that they move, in the order of the table."""
    found: dict[str, list[str]] = {}
    for change in changes:
        found.setdefault(_kind(change.key), []).append(change.move)
    return found


def print_curve(at: Standing, curve: Curve) -> None:
    """The share that holds at each value tried."""
    console = Console(highlight=False)
    ids = list(curve.holds)
    subject = f"Share that holds against {title(at, curve.key)} (now {quantity(curve.now, curve.unit)})"
    table = Table(title=_title(at, subject), title_justify="left", box=None, pad_edge=False)
    add_columns(table, "value", *ids, texts=())
    for i, value in enumerate(curve.values):
        table.add_row(phrases.number(value), *(phrases.share(curve.holds[k][i]) for k in ids))
    print_table(console, table)
    for k in ids:
        if (there := curve.crosses(k)) is not None:
            console.print(f"  {k} crosses one half at {quantity(float(f'{there:.3g}'), curve.unit)}.")


def _title(at: Standing, what: str) -> str:
    return f"{what}: {phrases.count_noun(at.values.shape[1], 'future')} under {at.book.name}"
