"""Texts in lines of a width, broken between words: those of a terminal, and what Python shows of an object."""

from collections.abc import Callable, Mapping, Sequence
from textwrap import fill
from textwrap import wrap as broken

# Columns that every screen and notebook has, and lines of one thing in them.
SCREEN, LINES = 100, 30


def wrap(text: str, width: int, indent: str = "") -> str:
    """A text in lines of a width, broken between words alone; lines after the first are set in by two spaces more."""
    return fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def fit(text: str) -> str:
    """A text as a screen shows it whole: each line within `SCREEN`, what it goes on in set in by two spaces more. A word is broken
    where it alone is longer, and a line of the text is cut after `LINES`.

    >>> fit("short")
    'short'
    """
    return "\n".join(line for given in text.splitlines() for line in _fitted(given))


def fit_columns(columns: Mapping[str, Sequence[str]]) -> str:
    """Cells by heading as a screen shows them, the first column to the left and the others to the right; where all do not fit side by
    side, those that are left stand below, beside the first column again.
    """
    first, *others = [[name, *cells] for name, cells in columns.items()]
    blocks: list[str] = []
    while others or not blocks:
        block = [_set(first, str.ljust)]
        while others and (len(block) == 1 or sum(len(c[0]) + 2 for c in block) + _widest(others[0]) <= SCREEN):
            block.append(_set(others.pop(0), str.rjust))
        blocks.append("\n".join("  ".join(row) for row in zip(*block, strict=True)))
    return "\n\n".join(map(fit, blocks))


def _set(cells: Sequence[str], side: Callable[[str, int], str]) -> list[str]:
    return [side(cell, _widest(cells)) for cell in cells]


def _widest(cells: Sequence[str]) -> int:
    return max(map(len, cells))


def _fitted(line: str) -> list[str]:
    if len(line) <= SCREEN:
        return [line]
    indent = " " * (min(len(line) - len(line.lstrip()), SCREEN // 2) + 2)
    return broken(line, SCREEN, subsequent_indent=indent, break_on_hyphens=False, max_lines=LINES, placeholder=" ...")
