"""Docs that are written by the data are fresh, and say what a reader needs."""

from pathlib import Path

from premortem.report import pages

DOCS = Path(__file__).parents[2] / "docs"


def test_generated_pages_are_fresh():
    """`make docs` writes them."""
    stale = [
        name
        for name, text in pages.pages().items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text("utf-8") != text
    ]
    assert not stale


def test_every_parameter_and_mechanism_is_documented():
    model = (DOCS / "model.md").read_text("utf-8")
    for word in ("politics", "chips", "supply", "allocation", "models", "market", "energy", "conserv"):
        assert word in model.lower()
