"""Texts that a spreadsheet would take for formulas, kept from it by an apostrophe before them, and as they were again.

Whoever gives a table may have put `=HYPERLINK(...)` into it, and whoever opens ours would run it. Source: OWASP, CSV
Injection: cells that begin with = + - @, a tab or a line break, also in their full width. Plain numbers stay as they are.
"""

import re

import polars as pl
import polars.selectors as cs

MARK = "'"
# One that begins with an apostrophe already gets another, so that taking one away gives back what was.
STARTS = r"^'*[\s\x00]*[=+\-@\t\r\n＝＋－＠]"
MARKED = r"^''*[\s\x00]*[=+\-@\t\r\n＝＋－＠]"
NUMBER = r"^\s*[+-]?\.?\d[\d.,]*([eE][+-]?\d+)?\s*%?$"
_text = cs.string()


def neutralise(table: pl.DataFrame) -> pl.DataFrame:
    """The table with an apostrophe before every text and heading that a spreadsheet would take for a formula."""
    live = _text.str.contains(STARTS) & ~_text.str.contains(NUMBER)
    marked = table.with_columns(pl.when(live).then(pl.lit(MARK) + _text).otherwise(_text).name.keep())
    marked.columns = [MARK + name if _is_live(name) else name for name in table.columns]
    return marked


def restore(table: pl.DataFrame) -> pl.DataFrame:
    """The table without those apostrophes. A heading that would be there twice keeps its own."""
    bare = table.with_columns(pl.when(_text.str.contains(MARKED)).then(_text.str.slice(1)).otherwise(_text).name.keep())
    held = dict.fromkeys(table.columns)
    names = {name: name[1:] for name in held if re.match(MARKED, name)}
    bare.columns = [names[name] if names.get(name, name) not in held else name for name in held]
    return bare


def _is_live(name: str) -> bool:
    return bool(re.match(STARTS, name) and not re.match(NUMBER, name))
