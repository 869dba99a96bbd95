"""Answers to a table of one's own in a terminal: boxes with their test and curve, and sensitivities."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.questions.tables.boxes import Box, Boxes
from premortem.questions.tables.indices import Row, Sensitivities
from premortem.terminal.layout import add_columns, print_table
from premortem.text import phrases
from premortem.text.numbers import count_noun

# Points of a curve that are shown; --json has all.
SHOWN = 12


def print_boxes(found: Boxes) -> None:
    """Each box as a sentence with what supports it; the test; and the best points of the curve."""
    console = Console(highlight=False)
    for box in found.boxes:
        _print_box(console, box)
    if not found.boxes:
        console.print(f"No box: {found.verdict}.")
    if found.test:
        console.print(
            f"Test of no structure: with the verdicts dealt out at random, boxes are as dense in {found.test.p:.0%} of trials. "
            f"A box of {found.test.planted} would be found in {found.test.power:.0%} of trials.",
            style="dim",
        )
    for box in found.where_failed:
        console.print(f"Where the outcome is missing: {box.sentence}.", style="dim")
    for axis, loadings in found.rotation.items():
        made = ", ".join(f"{weight:+.2f} {name}" for name, weight in loadings.items())
        console.print(f"{axis} is {made}, each in standard deviations from its mean.", style="dim")
    _print_curve(console, found)
    for note in found.notes:
        console.print(f"{phrases.capital(note)}.", style="dim")


def _print_box(console: Console, box: Box) -> None:
    console.print(f"{box.sentence}.")
    again = ", ".join(f"{name} {share:.0%}" for name, share in box.found_again.items())
    chance = ", ".join(f"{name} {_small(p)}" for name, p in box.p_values.items())
    console.print(f"  Found again in random halves of the rows: {again}. Quasi-p-values: {chance}.", style="dim")


def _small(p: float) -> str:
    """A p-value, of no more digits than it means."""
    return "under 0.001" if p < 0.001 else f"{p:.3f}"


def _print_curve(console: Console, found: Boxes) -> None:
    """Points that no other with significant limits beats, thinned to fit a screen."""
    fine = [(i, p) for i, p in enumerate(found.trajectory) if p.significant]
    best = [(i, p) for i, p in fine if not any(o.coverage >= p.coverage and o.density > p.density for _, o in fine)]
    step = max(len(best) // SHOWN, 1)
    shown = [(i, p) for k, (i, p) in enumerate(best) if k % step == 0 or i == found.chosen]
    if not shown:
        return
    table = Table(title="The curve: other points to choose", title_justify="left", box=None, pad_edge=False)
    add_columns(table, "point", "coverage", "density", "mass", "limits", texts=("limits",))
    for i, p in shown:
        mark = "*" if i == found.chosen else ""
        table.add_row(f"{i}{mark}", f"{p.coverage:.0%}", f"{p.density:.0%}", f"{p.mass:.0%}", ", ".join(p.limits))
    print_table(console, table)


def print_sensitivities(found: Sensitivities) -> None:
    """A table a method, the strongest column first."""
    console = Console(highlight=False)
    for method in dict.fromkeys(row.method for row in found.sensitivity):
        _print_method(console, method, found.of(method))
    if found.second:
        pair = found.second[0]
        console.print(
            f"Together beyond each alone: {pair.params[0]} and {pair.params[1]} {pair.second:.0%} [{pair.low:.0%}, {pair.high:.0%}] "
            f"of the variance, the most of {count_noun(len(found.second), 'pair')}.",
            style="dim",
        )
    for note in found.notes:
        console.print(f"{phrases.capital(note)}.", style="dim")


def _print_method(console: Console, method: str, rows: Sequence[Row]) -> None:
    heads = [key for key in rows[0].as_dict() if key not in ("param", "method")]
    table = Table(title=method, title_justify="left", box=None, pad_edge=False)
    add_columns(table, "param", *(head.replace("_", " ") for head in heads), texts=("param",))
    for row in rows:
        values = row.as_dict()
        table.add_row(
            row.param, *(_small(values[head]) if head == "p" else phrases.number(values[head]) for head in heads)
        )
    print_table(console, table)
