"""The picture of the rooms in `docs/architecture.md`, from the code itself: `python scripts/architecture.py docs`."""

import ast
import sys
import tomllib
from pathlib import Path

import altair as alt
import grimp

from premortem.charts import render
from premortem.charts.theme import apply_theme
from premortem.files import writer

ROOT = Path(__file__).parents[1]
HOME = ROOT / "src" / "premortem"
PICTURE = Path("img") / "architecture.svg"
WIDTH, ROW = 620, 34


def layers() -> list[str]:
    """Rooms from the top down, as the import contract has them."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"][0]
    return list(contract["layers"])


def rooms() -> list[dict[str, object]]:
    """A row a room: its place from the top, name, what it is, how many lines, and the rooms that it imports."""
    graph = grimp.build_graph("premortem")
    names = layers()
    found = []
    for place, name in enumerate(names):
        path = HOME / name
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        first = files[0] if not path.is_dir() else path / "__init__.py"
        says = (
            (ast.get_docstring(ast.parse(first.read_text("utf-8"))) or "").split(":")[0].split(". ")[0].split("\n")[0]
        )
        module = f"premortem.{name}"
        own = {module, *graph.find_descendants(module)}
        used = {m.split(".")[1] for one in own for m in graph.find_modules_directly_imported_by(one) if "." in m} - {
            name
        }
        lines = sum(len(f.read_text("utf-8").splitlines()) for f in files)
        found.append(
            {"place": place, "room": name, "says": says.rstrip("."), "lines": lines, "uses": len(used & {*names})}
        )
    return found


def picture() -> str:
    """The rooms as a tower, the top one first; a bar is as long as its room has lines."""
    rows = alt.Data(values=[r | {"label": f"{r['lines']:,} lines, uses {r['uses']} rooms"} for r in rooms()])
    names = layers()
    base = alt.Chart(rows).encode(y=alt.Y("room:N", sort=names, title=None, axis=alt.Axis(labelFontWeight="bold")))
    bar = base.mark_bar(height=6, yOffset=11, opacity=0.5).encode(x=alt.X("lines:Q", title=None, axis=None))
    says = base.mark_text(align="left", dx=2, dy=-4).encode(x=alt.value(0), text="says:N")
    many = base.mark_text(align="right", dx=-2, dy=-4, opacity=0.7).encode(x=alt.value(WIDTH), text="label:N")
    title = "Rooms of premortem: each may import those below it"
    chart = (bar + says + many).properties(width=WIDTH, height=ROW * len(names), title=title)
    return render.svg(apply_theme(chart, width=None))


if __name__ == "__main__":
    writer.write(Path(sys.argv[1]) / PICTURE, picture())
