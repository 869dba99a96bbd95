"""Docs that are written by the data are fresh, and say what a reader needs."""

import ast
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import mechanism_pictures
import pages
from premortem.case import default
from premortem.cases.us_ai_2025 import world

DOCS = Path(__file__).parents[2] / "docs"
WORLD = Path(world.__file__).parent


def test_generated_pages_are_fresh():
    """`make docs` writes them."""
    stale = [
        name
        for name, text in pages.pages(default()).items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text("utf-8") != text
    ]
    assert not stale


def mechanisms(folder: Path) -> dict[str, list[str]]:
    """By module of the world, its public functions of the parameters `p`; what only strings them together is left out."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
        of_parameters = [f.name for f in functions if "p" in [a.arg for a in f.args.args] and f.name[0] != "_"]
        if of_parameters and path.stem != "simulate":
            found[path.stem] = of_parameters
    return found


def undocumented(folder: Path, parameters: Iterable[str], model: str, table: str) -> list[str]:
    """Mechanisms that the model's page does not name in a section of their module, and parameters without a row."""
    sections = {m[1]: part for part in model.split("\n#") if (m := re.search(r"^`(\w+)\.py`", part, re.M))}
    lacking = [
        f"{module}.{name}"
        for module, names in mechanisms(folder).items()
        for name in names
        if f"`{name}`" not in sections.get(module, "")
    ]
    return lacking + [name for name in parameters if f"| `{name}` |" not in table]


def test_every_parameter_and_mechanism_is_documented():
    model, table = ((DOCS / name).read_text("utf-8") for name in ("model.md", "uncertainties.md"))
    assert {"politics", "chips", "supply", "allocation", "energy", "models", "market"} <= set(mechanisms(WORLD))
    assert sum(map(len, mechanisms(WORLD).values())) > 30
    assert not undocumented(WORLD, world.parameter_names(), model, table)


def test_f078_a_new_mechanism_or_parameter_without_a_word_in_the_docs_is_found(tmp_path):
    model, table = ((DOCS / name).read_text("utf-8") for name in ("model.md", "uncertainties.md"))
    shutil.copytree(WORLD, tmp_path / "world")
    (tmp_path / "world" / "cooling.py").write_text("def cool(load, p):\n    return load * p.warmth\n")
    with (tmp_path / "world" / "energy.py").open("a") as file:
        file.write("\n\ndef market(gw, p):\n    return gw\n")  # its name stands on the page, in another section
    found = undocumented(tmp_path / "world", (*world.parameter_names(), "warmth"), model, table)
    assert found == ["cooling.cool", "energy.market", "warmth"]


def test_every_mechanism_has_a_picture_that_shows_what_it_says():
    """Drawn by `make docs`; words are looked for, not shapes, which the last bit of a machine may move."""
    model = (DOCS / "model.md").read_text("utf-8")
    for name, mechanism in mechanism_pictures.mechanisms(default()).items():
        picture = (DOCS / "img" / "mechanisms" / f"{name}.svg").read_text("utf-8")
        assert f"img/mechanisms/{name}.svg" in model
        for words in (mechanism["title"], *(panel["title"] for panel in mechanism["panels"])):
            assert words in picture, (name, words)


def test_the_record_is_drawn_where_it_stands_for_a_series():
    points = {(row["series"], row["year"]): row for row in mechanism_pictures.record(default()).to_dicts()}
    assert points["cn_yield", 2025.125]["value"] == 0.40
    assert points["us_offered", 2024.5]["value"] == 4.4 / 4


def test_each_of_the_notes_seven_has_a_picture_that_states_its_finding():
    from premortem import exhibits

    page = (DOCS / "exhibits.md").read_text("utf-8")
    for name, made, _ in exhibits.exhibits(exhibits.rebuilt()):
        picture = (DOCS / "img" / "exhibits" / f"{name}.svg").read_text("utf-8")
        assert f"img/exhibits/{name}.svg" in page
        assert " ".join(made.title.split()[:4]) in picture, "make docs"
