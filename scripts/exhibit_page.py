"""The page of the docs that shows the note's seven exhibits, and their pictures."""

from pathlib import Path

from premortem import exhibits
from premortem.case import Case


def page(case: Case) -> str:
    """The note's seven with their checks, and what ours are about; in Markdown."""
    lines = [
        "# Exhibits",
        "",
        "The note's two tables and five figures, rebuilt from cited data, each with what reproduces and what does not; then ours. "
        "`premortem exhibits -o FOLDER` writes all of them, ours from the last run, as pages, pictures and tables. "
        "Shares are shares of futures, not forecasts.",
        "",
    ]
    for name, made, _ in exhibits.exhibits(exhibits.rebuilt(case), case=case):
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
    ours = [name for name in exhibits.names(case) if name not in exhibits.rebuilt(case)]
    lines += [f"| `{name}` | {exhibits.subject(name, case)} | {exhibits.unit(name, case)} |" for name in ours]
    return "\n".join(lines) + "\n"


def write(folder: Path, case: Case) -> None:
    """Write a picture of each of the note's seven into a folder, as they are without a run."""
    for _, made, _ in exhibits.exhibits(exhibits.rebuilt(case), case=case):
        made.write(folder, ("svg",))
