"""Finds the row of headings in a table: titles may come before it, and two headings may be the same."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from premortem.errors import BadInput

# Rows from the top among which the headings are looked for, and most columns of a table: those of a spreadsheet.
MOST_ABOVE, MOST_COLUMNS = 50, 16_384
Known = Callable[[str], bool]  # whether a heading is one that stands for a field


@dataclass(frozen=True)
class Raw:
    """A table as it stands in a file, columns by heading."""

    frame: pl.DataFrame
    first: int  # number, as the file's own program counts, of the row below the headings
    doubles: tuple[str, ...] = ()  # headings that several columns bear: NAME, NAME (2), ...
    above: tuple[tuple[int, str], ...] = ()  # rows above the headings that hold something: number and text
    sheet: str = ""
    merged: tuple[tuple[int, int, int, int], ...] = ()  # cells that are one: first row and column, last row and column
    notes: tuple[str, ...] = ()  # what its owner should know of how it was read
    from_1904: bool = field(default=False)  # whether numbers that stand for days count from 1904


def find(rows: Sequence[Sequence[str]], known: Known) -> tuple[int, int]:
    """The number, from 0, of the row of headings and how many of its headings are known; the first filled row where none is."""
    scores = [len({cell.strip() for cell in row if known(cell)}) for row in rows[:MOST_ABOVE]]
    best = max(scores, default=0)
    if best:
        return scores.index(best), best
    return next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), 0), 0


def above(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[tuple[int, str], ...]:
    """The rows, with their numbers in the file, that hold something, as a text each."""
    texts = ((number, " | ".join(cell.strip() for cell in row if cell.strip())) for number, row in rows)
    return tuple((number, text) for number, text in texts if text)


def named(cells: Sequence[str], file: str) -> tuple[list[str], tuple[str, ...]]:
    """A name of its own for each column, and the headings that several bear: `Country`, `Country (2)`; a column without a

    heading is called by its letter. Raises `BadInput` for more columns than a table has.
    """
    if len(cells) > MOST_COLUMNS:
        raise BadInput(file, "", f"has {len(cells):,} columns", allowed=f"at most {MOST_COLUMNS:,}")
    told = [" ".join(cell.split()) for cell in cells]
    times, seen, names = Counter(filter(None, told)), Counter[str](), []
    for i, heading in enumerate(told):
        seen[heading] += 1
        name = heading or f"column {letters(i)}"
        while name in names or (seen[heading] > 1 and heading and name == heading):
            name = f"{heading or name} ({seen[heading]})"
            seen[heading] += name in names
        names.append(name)
    return names, tuple(heading for heading, n in times.items() if n > 1)


def letters(column: int) -> str:
    """A column's letters in a spreadsheet, counted from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    text = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        text = chr(ord("A") + letter) + text
    return text
