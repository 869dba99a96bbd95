"""Every exhibit: a finding with numbers, a valid chart at two widths, words that can be drawn, data that survive CSV."""

import json
import re

import polars as pl
import pytest
from fontTools.ttLib import TTFont

from premortem import exhibits
from premortem.charts import render
from premortem.charts.theme import HOLDS, INK, WIDTH
from premortem.errors import BadInput, MissingData
from premortem.exhibits import board, form

NAMES = exhibits.names()
# These compile and simulate anew; the fast suite has their parts elsewhere.
LONG = ("edit-index", "time-asymmetry", "hindcast")
EACH = [pytest.param(name, marks=pytest.mark.slow if name in LONG else ()) for name in NAMES]
PHONE = 328
LETTERS = set(TTFont(render.FONTS / "SourceSans3-Regular.ttf").getBestCmap())


def texts(node) -> str:
    """All words of a specification, data apart from their geometry."""
    return json.dumps(node, ensure_ascii=False)


def test_there_are_eighteen_and_the_notes_seven_come_first():
    assert len(NAMES) >= 18
    assert NAMES[:7] == ("figure-1", "table-1", "table-2", "figure-2", "figure-3", "figure-4", "figure-5")


@pytest.mark.parametrize("name", EACH)
def test_an_exhibit_says_what_it_finds_in_numbers_and_where_it_is_from(made, name):
    e = made(name)
    assert re.search(r"\d", e.title), "a title states a finding"
    assert not e.title.endswith(".")
    assert len(re.findall(r"\d+", e.alternative)) >= 4, "a text alternative carries the numbers"
    for text in (e.unit, e.method, e.source, e.check):
        assert len(text) > 3
    assert not re.search(r"\b(probability|likely to be|chance|predict)\b", f"{e.title} {e.alternative}")
    assert "nan" not in f"{e.title} {e.alternative} {e.check}".lower().split()


@pytest.mark.parametrize("name", exhibits.rebuilt())
def test_each_of_the_notes_seven_says_what_reproduces(made, name):
    e = made(name)
    assert e.badge in ("replicates", "replicates in part", "substitute data")
    assert re.search(r"\d", e.check)


@pytest.mark.parametrize("width", [PHONE, pytest.param(WIDTH, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", EACH)
def test_a_chart_is_valid_and_draws_all_its_words(made, name, width):
    spec = made(name).picture(width).to_dict()
    svg = render._renderer().vegalite_to_svg(spec)
    drawn = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    assert made(name).title.split()[0] in svg
    missing = {c for c in drawn if ord(c) not in LETTERS and not c.isspace()}
    assert not missing, "letters that the typeface lacks would be drawn in another, or not at all"
    sizes = [float(s) for s in re.findall(r'font-size="([\d.]+)px"', svg)]
    assert min(sizes) >= 12, "labels are never under 12 px"
    assert "NaN" not in svg
    assert "undefined" not in svg


KEY = re.compile(r"[a-z0-9]_[a-z0-9]|\b(p5|p25|p50|p75|p95|iso3|musd|busd)\b|^as-written$")


@pytest.mark.parametrize("name", EACH)
def test_a_table_for_readers_speaks_in_words(made, name):
    rows = made(name).readable
    said = {text for row in rows for pair in row.items() for text in pair if not text.startswith("http")}
    assert len(rows) == made(name).shown.height
    assert [text for text in said if KEY.search(text)] == []


@pytest.mark.parametrize("name", EACH)
def test_data_survive_csv(made, name):
    frame = made(name).shown
    back = pl.read_csv(made(name).csv().encode(), schema_overrides=frame.schema, infer_schema_length=None)
    assert back.equals(frame)


@pytest.mark.parametrize("name", EACH)
def test_colours_are_never_red_beside_green_and_stand_beside_another_cue(made, name):
    """Series that share a panel by colour have words, dashes, shapes or places of their own too."""
    text = texts(made(name).chart.to_dict())
    assert not re.search(r'"(red|green|#FF0000|#00FF00)"', text)
    if '"color": {"field"' in text or '"color": {"legend"' in text:
        assert any(cue in text for cue in ("strokeDash", '"type": "text"', "legend", "mark_text"))


@pytest.mark.parametrize("width", [WIDTH, PHONE])
def test_no_line_of_a_title_is_a_word_alone_where_there_is_room_for_two(width):
    text = "As written, A5 is the weakest assumption: it holds in 40% of futures; all five together in 10%"
    lines = form._balanced(text, 17, width)
    assert " ".join(lines) == text
    assert max(map(len, lines)) <= width / (form.CHARACTER * 17)
    assert len(lines[-1]) > 0.5 * len(lines[0])
    assert form._balanced("a" * 300, 17, width)[0] == "a" * int(width / (form.CHARACTER * 17))
    assert form._balanced("", 17, width) == [""]


def test_letters_in_a_cell_of_the_board_stand_out_from_its_colour():
    """Contrast as WCAG 2 counts it, over every share; the larger text of a cell needs 3."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    ends = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in ("#F6F7F9", HOLDS)]
    for percent in range(101):
        x = percent / 100
        cell = "#" + "".join(f"{round(a + (b - a) * x):02X}" for a, b in zip(*ends, strict=True))
        letters = light("#FFFFFF" if x > board.DARK else INK)
        high, low = sorted((light(cell), letters), reverse=True)
        assert (high + 0.05) / (low + 0.05) > 3.9, percent


def test_an_unknown_exhibit_is_refused_with_the_near_name():
    with pytest.raises(BadInput, match="did you mean figure-5"):
        exhibits.exhibit("figure5")


def test_without_a_run_all_are_listed_and_those_that_need_none_are_made():
    rows = exhibits.rows(NAMES[:8])
    assert [row.name for row in rows] == list(NAMES[:8])
    assert all(row.check for row in rows[:7])
    assert rows[7].error.endswith("run(...)")
    assert rows[7].title == "Compute by place and origin"
    assert rows[3].substitute
    assert not any(row.files for row in rows)


def test_one_that_fails_stops_no_other(monkeypatch):
    from premortem.cases.us_ai_2025.exhibits import figure2

    def broken():
        raise MissingData("figure2_ofdi_projects: the table is not there")

    monkeypatch.setattr(figure2, "data", broken)
    rows = exhibits.rows(("figure-2", "figure-4"))
    assert rows[0].error == "figure2_ofdi_projects: the table is not there"
    assert rows[1].check


def test_a_run_without_an_outcome_says_which(small_run, monkeypatch):
    from premortem.exhibits import run_bands

    with pytest.raises(MissingData, match="holds no goodwil; did you mean goodwill"):
        run_bands.bands(small_run, "goodwil")


def test_files_are_written_in_the_formats_asked_for(tmp_path):
    rows = exhibits.rows(("figure-4",), folder=tmp_path / "new", formats=("html", "csv", "svg", "png"))
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["figure-4.csv", "figure-4.html", "figure-4.png", "figure-4.svg"]
    assert len(rows[0].files) == 4
    page = (tmp_path / "new" / "figure-4.html").read_text("utf-8")
    assert 'src="http' not in page
    assert '<th scope="col">' in page
    assert 'role="img" aria-label="Lines by day' in page
    assert page.count("<h1>") == 1
    assert (tmp_path / "new" / "figure-4.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("a file, not a folder")
    with pytest.raises(BadInput, match="cannot be written"):
        exhibits.rows(("figure-4",), folder=blocked / "in")


def test_an_unknown_format_is_refused():
    with pytest.raises(BadInput, match="no such format: pgn; allowed: html, svg, png, csv; did you mean png"):
        exhibits.rows(("figure-4",), formats=("pgn",))
