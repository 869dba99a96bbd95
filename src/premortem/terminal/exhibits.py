"""The exhibits in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from premortem.exhibits import Listed
from premortem.publish import Published
from premortem.terminal.layout import next_step, print_table
from premortem.text import phrases
from premortem.text.numbers import count_noun


def print_exhibits(rows: Sequence[Listed], of: str = "") -> None:
    """Name, badge and finding of each exhibit; what was written; how to write the rest. `of` are the options of the study."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1), show_header=False)
    for _ in range(3):
        table.add_column()
    for row in rows:
        table.add_row(row.name, row.badge, row.title if not row.error else f"({row.title}: not made)")
    print_table(console, table)
    written = sum(len(row.files) for row in rows)
    if written:
        console.print(f"{count_noun(written, 'file')} in {_folder(rows)}", soft_wrap=True)
    else:
        console.print(next_step(phrases.command("exhibits", of, f"{_first(rows)} -o figures")))


def print_published(found: Published) -> None:
    """How many pages lie where, and how large they are; what was left out; each broken link."""
    console = Console(highlight=False)
    size = f"{found.bytes / 1e6:.1f} MB"
    console.print(f"{count_noun(found.pages, 'page')}, {size}, in {found.folder}", soft_wrap=True)
    for why in found.left_out:
        console.print(f"left out: {why}", soft_wrap=True, markup=False)
    for link in found.broken_links:
        console.print(f"broken link: {link}", soft_wrap=True, markup=False)
    console.print(f"open {found.folder}/index.html", soft_wrap=True)


def _folder(rows: Sequence[Listed]) -> str:
    return next(row.files[0] for row in rows if row.files).rpartition("/")[0]


def _first(rows: Sequence[Listed]) -> str:
    """The one that is named as an example: the last of those that rebuild a figure, else the first."""
    return next((row.name for row in reversed(rows) if row.badge != "ours"), rows[0].name)
