"""A picture of 1200 by 630 to be shared: a finding, a few rows with bars, and what it rests on, as SVG text."""

import textwrap
from dataclasses import dataclass
from html import escape

from premortem.charts.theme import CONTEXT, FONT, GRID, HOLDS, INK, MUTED

WIDTH, HEIGHT, EDGE = 1200, 630, 64
# Width of a letter next to its size, on average, and the size of a title by how many lines it takes.
LETTER = 0.48
TITLES = ((46, 2), (40, 3), (34, 4))
# Where bars begin, and how long a whole one is; where the foot stands.
BARS, WHOLE, FOOT = 600, 420, 556


@dataclass(frozen=True)
class Row:
    """A line of the picture: words, and a share [0 to 1] with how it is said, where it has one."""

    label: str
    share: float | None = None
    said: str = ""


def share_card(title: str, under: str, rows: tuple[Row, ...], foot: str) -> str:
    """The picture as SVG text, light, in the packaged typeface."""
    size, lines = _fitted(title)
    y = EDGE + size
    parts = [
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#FFFFFF"/><rect width="{WIDTH}" height="10" fill="{HOLDS}"/>'
    ]
    for line in lines:
        parts.append(_text(line, EDGE, y, size, INK, 600))
        y += round(size * 1.18)
    if under:
        parts.append(_text(textwrap.shorten(under, 100, placeholder="\u2026"), EDGE, y, 22, MUTED))
        y += 20
    step = min((FOOT - 34 - y) / max(len(rows), 1), 62)
    for i, row in enumerate(rows):
        parts += _row(row, y + step * (i + 0.5), min(step * 0.5, 26))
    for i, line in enumerate(textwrap.wrap(foot, 118)[:2]):
        parts.append(_text(line, EDGE, FOOT + 8 + 24 * i, 19, MUTED))
    parts.append(_text("premortem", WIDTH - EDGE, HEIGHT - 22, 19, CONTEXT, 600, "end"))
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest size in which a title has room, and its lines there; the last size cuts what is longer."""
    for size, most in TITLES:
        lines = textwrap.wrap(title, int((WIDTH - 2 * EDGE) / (LETTER * size)))
        if len(lines) <= most:
            return size, lines
    cut = int((WIDTH - 2 * EDGE) / (LETTER * size)) * most
    return size, textwrap.wrap(
        textwrap.shorten(title, cut, placeholder="\u2026"), int((WIDTH - 2 * EDGE) / (LETTER * size))
    )


def _row(row: Row, middle: float, size: float) -> list[str]:
    letters = max(min(size, 24), 16)
    baseline = middle + letters * 0.35
    if not row.said:
        lines = textwrap.wrap(row.label, int((WIDTH - 2 * EDGE) / (LETTER * letters * 0.94)))[:2]
        above = 0.6 * letters * (len(lines) - 1)
        return [_text(line, EDGE, baseline - above + 1.2 * letters * i, letters, INK) for i, line in enumerate(lines)]
    label = textwrap.shorten(row.label, int((BARS - EDGE - 16) / (LETTER * letters)), placeholder="\u2026")
    parts = [_text(label, EDGE, baseline, letters, INK)]
    at = f'x="{BARS}" y="{middle - size / 2:.1f}" height="{size:.1f}"'
    parts.append(
        f'<rect {at} width="{WHOLE}" fill="{GRID}"/><rect {at} width="{WHOLE * (row.share or 0):.1f}" fill="{HOLDS}"/>'
    )
    return [*parts, _text(row.said, BARS + WHOLE + 14, baseline, letters, INK, 600)]


def _text(words: str, x: float, y: float, size: float, colour: str, weight: int = 400, anchor: str = "start") -> str:
    family = escape(FONT, quote=True)
    return (
        f'<text x="{x:.0f}" y="{y:.1f}" font-family="{family}" font-size="{size:.0f}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
