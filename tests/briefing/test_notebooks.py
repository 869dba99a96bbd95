"""Notebooks are short, kept without outputs, use only what is public, and run from top to bottom."""

import ast
import os
import re
from pathlib import Path

import nbformat
import pytest

import premortem as pm
from tests.waiting import longest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SIX = {"first-look", "your-policy", "your-assumption", "shipment-and-ledger", "hindcast", "tier2-government"}
ALLOWED = {"tempfile", "pathlib", "datetime", "altair", "polars", "IPython.display", "premortem"}


def code_of(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def test_the_six_and_the_brief_are_there():
    assert {path.stem for path in NOTEBOOKS} == SIX | {"brief"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_short_and_kept_without_outputs(path):
    book = nbformat.read(path, 4)
    nbformat.validate(book)
    assert len(book.cells) < 40
    assert book.cells[0].cell_type == "markdown"
    for cell in book.cells:
        if cell.cell_type == "code":
            assert not cell.outputs
            assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_uses_only_public_names(path):
    for node in ast.walk(ast.parse("\n".join(code_of(path)))):
        if isinstance(node, ast.ImportFrom):
            assert node.module in ALLOWED - {"premortem"}, node.module
        if isinstance(node, ast.Import):
            assert {alias.name for alias in node.names} <= ALLOWED
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_"), node.attr
            if isinstance(node.value, ast.Name) and node.value.id == "pm":
                assert node.attr in pm.__all__, node.attr


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem != "shipment-and-ledger"], ids=lambda p: p.stem)
def test_the_first_cell_sets_the_seed_and_the_study(path):
    assert "SEED = " in code_of(path)[0]
    assert "pm.Study()" in code_of(path)[0] or "pm.new_study" in code_of(path)[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_lead_to_pages_and_notebooks_that_are_there(path):
    for cell in nbformat.read(path, 4).cells:
        for target in re.findall(r"\]\(([^)#]+)", cell.source) if cell.cell_type == "markdown" else ():
            assert (path.parent / target).exists(), target


def test_every_public_name_is_something_to_call():
    assert all(callable(getattr(pm, name)) for name in set(pm.__all__) - {"__version__"})


def executed(path, monkeypatch, *more):
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    book = nbformat.read(path, 4)
    book.cells += [nbformat.v4.new_code_cell(source) for source in more]
    return NotebookClient(book, timeout=int(10 * longest()), kernel_name="python3").execute()


@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p.stem in SIX], ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_from_top_to_bottom(path, monkeypatch):
    book = executed(path, monkeypatch)
    shown = [
        cell for cell in book.cells if cell.cell_type == "code" and cell.source.startswith(("pm.chart", "figures["))
    ]
    for cell in shown:
        assert "image/svg+xml" in cell.outputs[-1].data, cell.source


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_brief_notebook_shows_every_figure_of_the_brief(monkeypatch):
    book = executed(ROOT / "notebooks" / "brief.ipynb", monkeypatch, "len(list(brief.figures())), brief.left_out")
    pictures = sum("image/svg+xml" in out.get("data", {}) for cell in book.cells for out in cell.get("outputs", ()))
    assert book.cells[-1].outputs[0].data["text/plain"] == f"({pictures}, ())"
