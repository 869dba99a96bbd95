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


def test_every_mechanism_has_a_picture_that_shows_what_it_says():
    """Drawn by `make docs`; words are looked for, not shapes, which the last bit of a machine may move."""
    from premortem.report import mechanisms

    model = (DOCS / "model.md").read_text("utf-8")
    for name, mechanism in mechanisms.MECHANISMS.items():
        picture = (DOCS / "img" / "mechanisms" / f"{name}.svg").read_text("utf-8")
        assert f"img/mechanisms/{name}.svg" in model
        for words in (mechanism["title"], *(panel["title"] for panel in mechanism["panels"])):
            assert words in picture, (name, words)


def test_the_record_is_drawn_where_it_stands_for_a_series():
    from premortem.report import mechanisms

    points = {(row["series"], row["year"]): row for row in mechanisms.record().to_dicts()}
    assert points["cn_yield", 2025.125]["value"] == 0.40
    assert points["us_offered", 2024.5]["value"] == 4.4 / 4


def test_each_of_the_notes_seven_has_a_picture_that_states_its_finding():
    from premortem import exhibits

    page = (DOCS / "exhibits.md").read_text("utf-8")
    for name, made, _ in exhibits.exhibits(exhibits.NOTE):
        picture = (DOCS / "img" / "exhibits" / f"{name}.svg").read_text("utf-8")
        assert f"img/exhibits/{name}.svg" in page
        assert " ".join(made.title.split()[:4]) in picture, "make docs"
