"""What a brief is made of, before it is HTML or print: sections of paragraphs, lists, tables and figures.

Both editions are set from the same `Brief`; neither computes anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt

from premortem.exhibits.form import frame_chart
from premortem.text.result import Shown


@dataclass(frozen=True)
class Note:
    """A source or remark at the foot of the page; the same words get the same number."""

    text: str


@dataclass(frozen=True)
class See:
    """A reference to figures by their ids, e.g. `Figures 3 and 4`."""

    figures: tuple[str, ...]


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Go:
    """Words that lead to a section."""

    text: str
    section: str


Inline = str | Note | See | Strong | Go


@dataclass(frozen=True)
class Paragraph:
    """Words in a row; `lede` is larger, `small` smaller, `box` set apart, `code` as typed."""

    parts: tuple[Inline, ...]
    look: Literal["text", "lede", "small", "box", "code"] = "text"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list, numbered or not."""

    items: tuple[tuple[Inline, ...], ...]
    ordered: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart with what a reader needs to trust it; `alternative` is read aloud in its place and carries the numbers."""

    id: str
    title: str
    chart: Any
    source: str
    alternative: str

    def picture(self, number: str = "") -> alt.TopLevelMixin:
        """The chart with its title and source, as an Altair chart."""
        title = f"Figure {number}. {self.title}" if number else self.title
        return frame_chart(self.chart.copy(), title, "", self.source, self.alternative)


@dataclass(frozen=True)
class Pair:
    """Two figures side by side, one below the other on a narrow screen."""

    figures: tuple[Figure, Figure]


@dataclass(frozen=True)
class Table:
    """Rows under headers; the first cell of a row is its header. `numeric` are columns set to the right, `wide` columns
    that take what room is left.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    wide: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A share of futures on the board [0 to 1], in words, with its interval, and a label to be read aloud."""

    share: float
    words: str
    interval: str
    label: str


@dataclass(frozen=True)
class Line:
    """What a row or a column of the board is of: an assumption by its id, all of them at once (`all`), or a policy, without an id."""

    id: str
    name: str


@dataclass(frozen=True)
class BoardRow:
    """A row of the board; `remark` says what fails first, where an assumption has the row."""

    of: Line
    cells: tuple[Cell, ...]
    remark: str = ""


@dataclass(frozen=True)
class Board:
    """The board: assumptions by policies, with remarks in a last column; or, where policies are too many to stand side by side,
    policies by assumptions, with remarks in a last row.
    """

    caption: str
    corner: str
    columns: tuple[Line, ...]
    rows: tuple[BoardRow, ...]
    remark_head: str
    remarks: tuple[str, ...] = ()  # of the columns


@dataclass(frozen=True)
class Fold:
    """Detail that only the HTML edition carries, folded."""

    title: str
    blocks: tuple["Block", ...]


Block = Paragraph | Heading | Bullets | Figure | Pair | Table | Board | Fold


@dataclass(frozen=True)
class Section:
    """A section with an id for links, a title and a short name for the contents; `finding` where the title states one."""

    id: str
    title: str
    nav: str
    blocks: tuple[Block, ...]
    new_page: bool = True
    finding: bool = False


@dataclass(frozen=True, repr=False)
class Brief(Shown):
    """The whole; `summary` is the executive page, `left_out` says which parts could not be made and why."""

    title: str
    eyebrow: str
    running: str
    summary: Section
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    numbers: dict[str, str] = field(default_factory=dict)

    def figures(self) -> Iterator[Figure]:
        """Every figure in the order in which it is read."""
        for section in (self.summary, *self.sections):
            yield from figures_of(section.blocks)

    def pictures(self, section: str) -> dict[str, alt.TopLevelMixin]:
        """Figures of a section by their ids, folded ones too, each an Altair chart with number, title and source."""
        held = [f for s in (self.summary, *self.sections) if s.id == section for f in figures_of(s.blocks)]
        return {f.id: f.picture(self.numbers[f.id]) for f in held}


def figures_of(blocks: Sequence[Block], folded: bool | None = None) -> Iterator[Figure]:
    """Figures among blocks, in order: all, or only those that are (or are not) in a fold."""
    for block in blocks:
        if isinstance(block, Figure) and folded is not True:
            yield block
        elif isinstance(block, Pair) and folded is not True:
            yield from block.figures
        elif isinstance(block, Fold) and folded is not False:
            yield from figures_of(block.blocks)


def figure_numbers(sections: Sequence[Section]) -> dict[str, str]:
    """Number of every figure by its id: `1`, `2`, ... for those of both editions, `S1`, `S2`, ... for folded ones, so that
    the numbers of the two editions agree.
    """
    shown = [f.id for s in sections for f in figures_of(s.blocks, folded=False)]
    folded = [f.id for s in sections for f in figures_of(s.blocks, folded=True)]
    return {name: str(i) for i, name in enumerate(shown, 1)} | {name: f"S{i}" for i, name in enumerate(folded, 1)}


def text(*parts: Inline, look: Literal["text", "lede", "small", "box", "code"] = "text") -> Paragraph:
    """A paragraph of the given parts."""
    return Paragraph(parts, look)


def see(*figures: str) -> See:
    """A reference to one figure or several."""
    return See(figures)


def bullets(*items: str | tuple[Inline, ...], ordered: bool = False) -> Bullets:
    """A list of the given items."""
    return Bullets(tuple((i,) if isinstance(i, str) else i for i in items), ordered)
