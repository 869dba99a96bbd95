"""No word is lost on the way to a picture, and pictures need nothing from outside."""

import altair as alt
import polars as pl
import pytest
from PIL import Image, ImageChops

from premortem.charts import render
from premortem.charts.theme import FONT, apply_theme

BARS = pl.DataFrame({"name": ["one", "two"], "value": [1.0, 2.0]})


def picture(chart) -> Image.Image:
    from io import BytesIO

    return Image.open(BytesIO(render.png(chart))).convert("L")


def bars(title: str | None) -> alt.Chart:
    """Bars under a title; a blank one keeps its room, so that pictures of both are of one size."""
    chart = alt.Chart(BARS).mark_bar().encode(x="value:Q", y="name:N")
    return apply_theme(chart.properties(title=title), height=60, width=200)


def test_a_picture_contains_its_title():
    titled, blank = picture(bars("Compute doubles")), picture(bars("\u00a0"))
    assert titled.size == blank.size
    changed = ImageChops.difference(titled, blank).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] > 100, "a line of text is wide"


def test_text_in_a_font_that_is_not_there_vanishes_which_is_why_ours_is_packaged():
    """The judge of the test above: an unquoted name with a digit loses every letter."""
    spec = bars("Compute doubles").to_dict()
    spec["config"]["font"] = "Source Sans 3"
    lost = picture(alt.Chart.from_dict(spec))
    assert ImageChops.difference(lost, picture(bars("Compute doubles"))).getbbox() is not None


def word(font: str, weight: int) -> Image.Image:
    text = alt.Chart(BARS.head(1)).mark_text(font=font, fontWeight=weight, fontSize=20).encode(text=alt.value("Rag"))
    return picture(apply_theme(text, height=40, width=80))


@pytest.mark.parametrize("weight", [400, 600])
def test_both_weights_are_the_packaged_typeface(weight):
    """Letters differ from those of the generic family, which is what a missing font falls back to."""
    assert ImageChops.difference(word(FONT, weight), word("sans-serif", weight)).getbbox() is not None


def test_the_heavier_weight_is_heavier():
    assert sum(word(FONT, 600).tobytes()) < sum(word(FONT, 400).tobytes()), "more ink is darker"


def test_scripts_of_a_live_chart_need_no_other_host():
    script = render.script(bars("Compute </script> doubles"), bars("Narrow"), "place")
    assert 'src="http' not in script
    assert "getElementById('place')" in script
    assert '"Narrow"' in script
    assert script.count("</script>") == 2, "text of a chart cannot end the script"
    assert render.font_face().startswith("@font-face")


def test_a_picture_that_stands_alone_brings_its_typeface():
    drawn = render.with_font(render.svg(bars("Compute doubles")))
    assert drawn.count("@font-face") == 1
    assert drawn.index("<svg") < drawn.index("@font-face") < drawn.index("Compute")


def test_a_picture_that_is_no_wider_than_print_is_drawn_once(monkeypatch):
    from premortem.charts.theme import WIDTH
    from premortem.exhibits import form

    drawn, svg = [], render.svg
    monkeypatch.setattr(render, "svg", lambda chart: drawn.append(1) or svg(chart))
    says = form.Says("Two is twice one", "Bars of one and two", "")
    narrow = form.Exhibit("bars", "Bars", "ours", says, "", "", "made up", BARS, lambda data, width=WIDTH: bars(""))
    assert render.width_of(narrow.drawn) <= WIDTH
    assert len(drawn) == 1
