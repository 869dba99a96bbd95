"""The exhibits in a terminal, and the page of the docs that shows the note's seven."""

from typing import Any

from rich.console import Console
from rich.table import Table


def print_exhibits(rows: list[dict[str, Any]]) -> None:
    """Name, badge and finding of each exhibit; what was written; how to write the rest."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for row in rows:
        table.add_row(row["name"], row["badge"], row["title"] if not row["error"] else f"({row['title']}: not made)")
    console.print(table)
    written = sum(len(row["files"]) for row in rows)
    if written:
        console.print(f"{written} files in {_folder(rows)}", soft_wrap=True)
    else:
        console.print("Next: premortem exhibits figure-5 -o figures")


def _folder(rows: list[dict[str, Any]]) -> str:
    return next(row["files"][0] for row in rows if row["files"]).rpartition("/")[0]
