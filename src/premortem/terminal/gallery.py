"""The exhibits in a terminal, and the page of the docs that shows the note's seven."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from premortem import exhibits
from premortem.terminal.layout import print_table
from premortem.text.numbers import counted


def print_exhibits(rows: list[dict[str, Any]]) -> None:
    """Name, badge and finding of each exhibit; what was written; how to write the rest."""
    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 1), show_header=False)
    for _ in range(3):
        table.add_column()
    for row in rows:
        table.add_row(row["name"], row["badge"], row["title"] if not row["error"] else f"({row['title']}: not made)")
    print_table(console, table)
    written = sum(len(row["files"]) for row in rows)
    if written:
        console.print(f"{counted(written, 'file')} in {_folder(rows)}", soft_wrap=True)
    else:
        console.print("Next: premortem exhibits figure-5 -o figures")


def _folder(rows: list[dict[str, Any]]) -> str:
    return next(row["files"][0] for row in rows if row["files"]).rpartition("/")[0]


def page() -> str:
    """The page of the docs: the note's seven with their checks, and what ours are about; in Markdown."""
    lines = [
        "# Exhibits",
        "",
        "The note's two tables and five figures, rebuilt from cited data, each with what reproduces and what does not; then ours. "
        "`premortem exhibits -o FOLDER` writes all of them, ours from the last run, as pages, pictures and tables. "
        "Shares are shares of futures, not forecasts.",
        "",
    ]
    for name, made, _ in exhibits.exhibits(exhibits.NOTE):
        lines += [
            f"## {made.subject} (`{name}`)",
            "",
            f"**{made.title}.** {made.unit[:1].upper()}{made.unit[1:]}.",
            "",
            f"![{made.alternative}](img/exhibits/{name}.svg)",
            "",
            f"- Check ({made.badge}): {made.check}",
            f"- Method: {made.method}",
            f"- Source: {made.source}.",
            "",
        ]
    lines += ["## Ours", "", "| name | shows | unit |", "| --- | --- | --- |"]
    ours = [name for name in exhibits.EXHIBITS if name not in exhibits.NOTE]
    lines += [f"| `{name}` | {exhibits.subject(name)} | {exhibits.unit(name)} |" for name in ours]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Write a picture of each of the note's seven into a folder, as they are without a run."""
    for _, made, _ in exhibits.exhibits(exhibits.NOTE):
        made.write(folder, ("svg",))
