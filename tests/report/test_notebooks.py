"""Notebooks are short, kept without outputs, and run from top to bottom."""

import ast
import os
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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
            ast.parse(cell.source)


def test_the_brief_notebook_shows_every_section_that_has_figures():
    from premortem.report.brief import assemble

    shown = (ROOT / "notebooks" / "brief.ipynb").read_text("utf-8")
    for name in ("A1", "A2", "A3", "A4", "A5", "policies", "edits", "futures", "exhibits", "record"):
        assert f'show(\\"{name}\\")' in shown
    assert assemble.assemble.__name__ in shown


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore")
def test_a_notebook_runs_from_top_to_bottom(path, monkeypatch):
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]))
    NotebookClient(nbformat.read(path, 4), timeout=600, kernel_name="python3").execute()
