"""Runs the notebooks and keeps what they show as pages of the docs: `python scripts/notebooks.py docs [NAME ...]`."""

import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import altair as alt
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from premortem.charts import render
from premortem.files import writer

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
# Too many pictures for a page; its notebook is kept without them.
UNKEPT = ("brief",)
# Notebooks show pictures; the pages are made from the charts themselves, which also say in words what they show.
PICTURES, CHARTS = r"enable(\"svg\")", r"enable(\"json\")"
# A drawing with more letters than this, such as a map, is kept as points: pixels a unit.
LARGE, SCALE = 100_000, 0.9
# Seconds after which a cell is thought to hang, on a busy machine too.
LONGEST = 1800
# The kernel is spoken to by files of this machine: by a port, where others may listen, it warns.
BESIDE = Config({"KernelManager": {"transport": "ipc"}})
# Where a notebook's own folders lie on the machine that ran it.
TEMPORARY = re.compile(r"\S*/tmp\w+/")


def page(path: Path, pictures: Path) -> str:
    """A notebook run from top to bottom, as Markdown; its charts go into a folder as PNG."""
    book = nbformat.reads(path.read_text("utf-8").replace(PICTURES, CHARTS), 4)
    made = NotebookClient(book, timeout=LONGEST, kernel_name="python3", config=BESIDE).execute()
    link = f"Made by running [`notebooks/{path.name}`](../../notebooks/{path.name}); `make docs` makes it anew."
    parts = [cell_text(cell, path.stem, number, pictures) for number, cell in enumerate(made.cells)]
    title, rest = parts[0].split("\n", 1)
    text = "\n\n".join([title, link, rest.strip(), *parts[1:]])
    return re.sub(r"\]\(([a-z0-9-]+)\.ipynb\)", _linked, text).replace("](../docs/", "](../") + "\n"


def _linked(found: re.Match[str]) -> str:
    name = found[1]
    return f"](../../notebooks/{name}.ipynb)" if name in UNKEPT else f"]({name}.md)"


def cell_text(cell: Any, stem: str, number: int, pictures: Path) -> str:
    """A cell as Markdown: words as they are, code fenced, with what it showed under it."""
    if cell.cell_type == "markdown":
        return str(cell.source)
    source = cell.source.replace(CHARTS.replace("\\", ""), PICTURES.replace("\\", ""))
    shown = [output_text(out, f"{stem}-{number}-{k}", pictures) for k, out in enumerate(cell.outputs)]
    return "\n\n".join([f"```python\n{source}\n```", *filter(None, shown)])


def output_text(out: Any, name: str, pictures: Path) -> str:
    """One output: a picture as a link, a table of HTML as it is, text fenced."""
    if out.output_type == "stream":
        return f"```text\n{out.text.strip()}\n```" if out.name == "stdout" else ""
    spec = out.data.get("application/json")
    if spec:
        drawn = render.svg(alt.Chart.from_dict(spec))
        return f"![{spec['description']}](../img/notebooks/{picture(drawn, name, pictures)})"
    if "text/html" in out.data:
        return re.sub(r"<style>.*?</style>|\n\s*", "", str(out.data["text/html"]), flags=re.S)
    return f"```text\n{TEMPORARY.sub('', out.data['text/plain'])}\n```"


def picture(drawn: str, name: str, pictures: Path) -> str:
    """A picture written into a folder: its file name."""
    if len(drawn) > LARGE:
        writer.write(pictures / f"{name}.png", render.png_of(drawn, SCALE))
        return f"{name}.png"
    writer.write(pictures / f"{name}.svg", render.with_font(drawn))
    return f"{name}.svg"


def write(folder: Path, names: list[str]) -> None:
    """Write the pages of the notebooks named, or of all, under a folder of docs."""
    pictures, pages = folder / "img" / "notebooks", folder / "notebooks"
    for place in (pictures, pages):
        place.mkdir(parents=True, exist_ok=True)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        if path.stem not in UNKEPT and (not names or path.stem in names):
            with TemporaryDirectory(dir=folder) as made:  # what was kept stays until the whole of it is made anew
                text = page(path, Path(made))
                for old in pictures.glob(f"{path.stem}-*"):
                    old.unlink()
                for new in Path(made).iterdir():
                    new.replace(pictures / new.name)
            writer.write(pages / f"{path.stem}.md", text)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # as the commands have it: no advice on how long compiling takes
    write(Path(sys.argv[1]), sys.argv[2:])
