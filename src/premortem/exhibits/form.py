"""What an exhibit is: a chart with all that a reader needs to trust it, and the files it can be written as."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, Literal, NamedTuple

import altair as alt
import polars as pl

from premortem.charts import render
from premortem.charts.theme import FONT, GRID, INK, MUTED, PHONE_WIDTH, WIDTH, apply_theme
from premortem.files import writer
from premortem.text.numbers import share
from premortem.text.result import Shown
from premortem.text.tables import YEAR, plain

# Files that an exhibit can be written as.
FORMATS = ("html", "svg", "png", "csv")
Badge = Literal["replicates", "replicates in part", "substitute data", "ours"]
# Width of a character next to the size of its letters, on average.
CHARACTER = 0.44
# Commands in running text.
CODE = re.compile("`([^`]+)`")
# Headings of columns that many exhibits have, in words; one that is empty is left out of what a reader sees, not of the files.
HEADINGS = {
    "p5": "lowest of nine in ten",
    "p25": "lower end of the middle half",
    "p50": "median",
    "p75": "upper end of the middle half",
    "p95": "highest of nine in ten",
    "low": "lowest of nine in ten",
    "high": "highest of nine in ten",
    "holds": "holds (share of futures)",
    "iso3": "",
}
# What a heading says of a column of shares, which are shown as percentages.
SHARE = "(share "


class Says(NamedTuple):
    """What the data say: the finding as title, the same with its numbers for who cannot see, and what was checked."""

    title: str
    alternative: str
    check: str


@dataclass(frozen=True, repr=False)
class Exhibit(Shown):
    """A table or figure: what it shows, how it was made, what it rests on, and whether it reproduces another's."""

    name: str
    subject: str
    badge: Badge
    says: Says
    unit: str
    method: str
    source: str
    data: pl.DataFrame
    draw: Any
    headings: Mapping[str, str] = field(default_factory=dict)  # of its columns in words, where HEADINGS do not do
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by column, what stands for a value

    @property
    def shown(self) -> pl.DataFrame:
        """The data as tables and files hold them: a place on an axis of time (2024.125) is the year that it lies in."""
        years = [n for n, kind in self.data.schema.items() if n == YEAR and kind.is_float()]
        return self.data.with_columns(pl.col(years).floor().cast(pl.Int64)) if years else self.data

    @property
    def readable(self) -> list[dict[str, str]]:
        """Rows as a reader's table shows them, by heading: words for keys, shares as percentages."""
        words = {name: (HEADINGS | {**self.headings}).get(name, name.replace("_", " ")) for name in self.shown.columns}
        heads = {name: head for name, head in words.items() if head}
        return [
            {head: self._said(row[name], name, head) for name, head in heads.items()} for row in self.shown.to_dicts()
        ]

    def _said(self, value: Any, name: str, head: str) -> str:
        if isinstance(value, float) and SHARE in head:
            return share(value)
        return plain(self.names.get(name, {}).get(value, value), name)

    @property
    def title(self) -> str:
        """The finding, computed from the data."""
        return self.says.title

    @property
    def alternative(self) -> str:
        """The chart in words, with its numbers."""
        return self.says.alternative

    @property
    def check(self) -> str:
        """What was checked against its source or the record, and what came of it."""
        return self.says.check

    @property
    def chart(self) -> Any:
        """The chart by itself, as a page shows it that sets title and source as text."""
        return self.draw(self.data)

    def picture(self, width: int = WIDTH) -> Any:
        """The chart between its title and its source, as a picture carries them, `width` units wide."""
        foot = f"Source: {self.source}. premortem, exhibit {self.name}."
        return frame_chart(self.draw(self.data, width), self.title, self.unit, foot, self.alternative, width)

    def _repr_html_(self) -> str:
        said = f"<b>{escape(self.title)}</b><br>{escape(self.unit)}"
        return f"<div><p>{said}</p>{table(self.readable)}<p><small>{escape(self.method)} {escape(self.source)}</small></p></div>"

    @cached_property
    def drawn(self) -> str:
        """The picture as SVG text, no wider than it has to be."""
        whole = render.svg(self.picture())
        if render.width_of(whole) <= WIDTH:
            return whole
        return render.cut(whole, max(WIDTH, render.width_of(render.svg(self.chart))))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, in whole units: a page that knows them keeps room for it."""
        width, height = render.size_of(self.drawn)
        return round(width), round(height)

    def csv(self) -> str:
        """The data as CSV text."""
        return self.shown.write_csv()

    def html(self) -> str:
        """One page that needs no other file: title, live chart, method, check, and the data as a table."""
        words = (
            ("Method", self.method),
            ("Check", self.check if self.badge == "ours" else f"{self.badge.capitalize()}. {self.check}"),
            ("Source", self.source),
        )
        said = "".join(f"<h2>{name}</h2><p>{coded(text)}</p>" for name, text in words)
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(self.title)}</title><style>{render.font_face()}{PAGE}</style></head><body><main>"
            f'<h1>{escape(self.title)}</h1><p class="unit">{escape(self.unit)}</p>'
            f'<div id="chart" role="img" aria-label="{escape(self.alternative, quote=True)}"></div><noscript>{self.drawn}</noscript>'
            f"{said}<h2>Data</h2>{table(self.readable)}</main>{render.script(self.chart, self.draw(self.data, PHONE_WIDTH), 'chart')}</body></html>"
        )

    def write(self, folder: Path, formats: tuple[str, ...] = FORMATS) -> list[Path]:
        """The exhibit as files `NAME.FORMAT` of a folder. Raises `BadInput` when one cannot be written."""
        made = []
        for kind in formats:
            path = folder / f"{self.name}.{kind}"
            writer.write(path, self._bytes(kind), parents=True)
            made.append(path)
        return made

    def _bytes(self, kind: str) -> bytes:
        makers = {"svg": lambda: render.with_font(self.drawn), "html": self.html, "csv": self.csv}
        return render.png_of(self.drawn) if kind == "png" else makers[kind]().encode()


def frame_chart(bare: Any, title: str, unit: str, foot: str, alternative: str, width: int = WIDTH) -> Any:
    """A chart between its title, with the unit under it, and its source; `alternative` is its description."""
    render.register_fonts()  # a notebook may draw it with Altair's own renderers
    bare.config = alt.Undefined
    top = alt.TitleParams(
        text=_balanced(title, 17, width),
        subtitle=_balanced(unit, 13, width) if unit else alt.Undefined,
        fontSize=17,
        subtitleFontSize=13,
        offset=14,
        frame="bounds",
    )
    under = alt.TitleParams(
        text=_wrapped(foot, 12, width),
        orient="bottom",
        fontSize=12,
        fontWeight="normal",
        color=MUTED,
        offset=10,
        frame="bounds",
    )
    # a chart has one title, so the source is that of a frame around it
    # (told at once: each later word to Altair copies all that the chart holds)
    apart = alt.Resolve(legend=alt.LegendResolveMap(color="independent"))
    inner = alt.concat(bare, title=top, resolve=apart)
    whole = alt.concat(inner, title=under, description=alternative, resolve=apart)
    return apply_theme(whole, width=None)


PAGE = f"""
body{{margin:0;font:16px/1.5 {FONT};color:{INK};background:#fff}}main{{max-width:760px;margin:0 auto;padding:24px 16px}}
h1{{font-size:24px;line-height:1.25;margin:0 0 4px;text-wrap:balance}}h2{{font-size:17px;margin:24px 0 4px}}p{{margin:0;max-width:72ch}}.unit{{color:{MUTED}}}
#chart{{margin:16px 0;overflow-x:auto}}#chart svg{{max-width:100%;height:auto}}.scroll{{max-height:420px;overflow:auto;border:1px solid {GRID}}}
table{{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}}th,td{{padding:4px 10px;text-align:left;border-bottom:1px solid {GRID}}}
th{{position:sticky;top:0;background:#F6F7F9}}td.n{{text-align:right}}
"""


def table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows by heading as an HTML table."""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (rows[0] if rows else ()))
    body = "".join("<tr>" + "".join(map(_cell, row.values())) + "</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(said: str) -> str:
    figures = said.strip("\u2212-%").replace(",", "").replace(".", "")
    return f'<td class="n">{escape(said)}</td>' if figures.isdigit() else f"<td>{escape(said)}</td>"


def coded(text: str) -> str:
    """Running text as HTML, escaped, its commands set as such."""
    return CODE.sub(r"<code>\1</code>", escape(text))


def _balanced(text: str, size: int, width: int) -> list[str]:
    """Lines about as long as each other: as few as fit, and none that is left with a word alone."""
    most, lines = int(width / (CHARACTER * size)), _wrapped(text, size, width)
    longest = max(map(len, text.split()), default=1)
    while most > longest and len(narrower := textwrap.wrap(text, most - 1)) == len(lines):
        most, lines = most - 1, narrower
    return lines


def _wrapped(text: str, size: int, width: int) -> list[str]:
    return textwrap.wrap(text, int(width / (CHARACTER * size))) or [""]
