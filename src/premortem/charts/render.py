"""Charts as SVG, PNG and scripts, without a browser or a network, in the packaged typeface."""

import base64
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from premortem.errors import MissingData

# A chart as Vega-Lite writes it down, or a part of one.
VegaLite: TypeAlias = dict[str, Any]
FONTS = files("premortem.charts") / "fonts"
NO_FONTS = "the typeface of the package is not there, without which pictures lose their words; install premortem again"
# Pixels a unit of a PNG: 680 units print at 170 mm with some 200 dots an inch.
SCALE = 2.0
# Numbers of the areas at which marks are cut off: the renderer counts them on from one picture to the next.
CLIPS = re.compile(r'(?<=url\(#clip)\d+(?=\))|(?<=id="clip)\d+(?=")')
# Least room [pixels] of a page for a chart of print width.
ROOM = 520


def svg(chart: Any) -> str:
    """The chart as SVG text. Its words stay text, so a page that shows it needs `font_face()`."""
    return svg_of(specification(chart))


def svg_of(told: VegaLite) -> str:
    """A chart's specification as SVG text: the same whatever was drawn before it."""
    drawn = str(_renderer().vegalite_to_svg(told))
    names = {name: str(i) for i, name in enumerate(dict.fromkeys(CLIPS.findall(drawn)), 1)}
    return CLIPS.sub(lambda found: names[found[0]], drawn)


def width_of(drawn: str) -> float:
    """The width of an SVG picture in its own units."""
    return size_of(drawn)[0]


def size_of(drawn: str) -> tuple[float, float]:
    """Width and height of an SVG picture in its own units: a page that knows them keeps room for it."""
    width, height = SIZE.search(drawn).groups()  # type: ignore[union-attr]  # the renderer always writes it
    return float(width), float(height)


def cut(drawn: str, width: float) -> str:
    """An SVG picture cut at the right to a width, where it is wider: the renderer guesses titles wider than they are."""
    if width_of(drawn) <= width:
        return drawn
    return SIZE.sub(lambda m: f'width="{width:g}" height="{m[2]}" viewBox="0 0 {width:g} {m[2]}"', drawn, count=1)


# The size of a picture as the renderer writes it.
SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+"')


def specification(chart: Any) -> VegaLite:
    """The chart as a Vega-Lite specification; not held against the schema again, which takes longer than drawing it."""
    return dict(chart.to_dict(validate=False))


def with_font(drawn: str) -> str:
    """An SVG picture with the typeface inside, so that it looks the same where it is shown alone."""
    start = drawn.index(">", drawn.index("<svg")) + 1
    return f"{drawn[:start]}<defs><style>{font_face()}</style></defs>{drawn[start:]}"


def png(chart: Any, scale: float = SCALE) -> bytes:
    """The chart as a PNG picture of `scale` pixels a unit."""
    return png_of(svg(chart), scale)


def png_of(drawn: str, scale: float = SCALE) -> bytes:
    """An SVG picture of ours as a PNG picture of `scale` pixels a unit."""
    return bytes(_renderer().svg_to_png(drawn, scale=scale))


def script(wide: Any, narrow: Any, place: str) -> str:
    """Scripts that put the live chart into the element with the id `place`, the narrow one where that has no room for
    the wide one; they need nothing from outside.
    """
    specs = json.dumps([specification(wide), specification(narrow)]).replace("</", "<\\/")
    return f"{_library()}<script>{LIVE % {'specs': specs, 'place': place, 'room': ROOM}}</script>"


# Draws the chart that fits, and the other one when the window is turned or made smaller.
LIVE = """
const specs = %(specs)s, place = document.getElementById('%(place)s');
let shown;
function draw() {
  const fits = place.clientWidth < %(room)d ? 1 : 0;
  if (fits === shown) return;
  shown = fits;
  vegaEmbed(place, specs[fits], {actions: false, renderer: 'svg'}).catch(console.error);
}
draw();
addEventListener('resize', draw);
"""


@cache
def _library() -> str:
    """Vega, Vega-Lite and Vega-Embed as one script [some 0.9 MB], as the renderer ships them."""
    page = str(_renderer().vegalite_to_html({"mark": "bar", "data": {"values": []}}, bundle=True))
    return page[page.index("<script") : page.index("</script>")] + "</script>"


@cache
def font_face() -> str:
    """CSS that brings the typeface into a page, its latin letters inside [some 40 kB]."""
    file = FONTS / "source-sans-3-latin.woff2"
    if not file.is_file():
        raise MissingData(NO_FONTS)
    letters = base64.b64encode(file.read_bytes()).decode()
    return (
        "@font-face{font-family:'Source Sans 3';font-weight:200 900;font-display:swap;"
        f"src:url(data:font/woff2;base64,{letters}) format('woff2')}}"
    )


def register_fonts() -> None:
    """Tell the renderer of the packaged fonts, so that whoever draws with it finds them."""
    _renderer()


@cache
def _renderer() -> Any:
    """The renderer, told of the packaged fonts: it drops all text without a word in a font that it does not have."""
    import vl_convert

    if not (FONTS / "SourceSans3-Regular.ttf").is_file():
        raise MissingData(NO_FONTS)
    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
