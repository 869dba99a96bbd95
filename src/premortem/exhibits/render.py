"""Charts as SVG, PNG and self-contained HTML, without a browser or a network, in the packaged typeface."""

import base64
from functools import cache
from importlib.resources import files
from typing import Any

FONTS = files("premortem.exhibits") / "fonts"
# Pixels a unit of a PNG: 680 units print at 170 mm with some 200 dots an inch.
SCALE = 2.0


def svg(chart: Any) -> str:
    """The chart as SVG text. Its words stay text, so a page that shows it needs `font_face()`."""
    return str(_renderer().vegalite_to_svg(chart.to_dict()))


def png(chart: Any, scale: float = SCALE) -> bytes:
    """The chart as a PNG picture of `scale` pixels a unit."""
    return bytes(_renderer().vegalite_to_png(chart.to_dict(), scale=scale))


def html(chart: Any) -> str:
    """The chart as one HTML page that needs no other file: scripts, data and typeface inside."""
    page = str(_renderer().vegalite_to_html(chart.to_dict(), bundle=True))
    return page.replace("<head>", f"<head><style>{font_face()}</style>", 1)


@cache
def font_face() -> str:
    """CSS that brings the typeface into a page, its latin letters inside [some 40 kB]."""
    letters = base64.b64encode((FONTS / "source-sans-3-latin.woff2").read_bytes()).decode()
    return (
        "@font-face{font-family:'Source Sans 3';font-weight:200 900;font-display:swap;"
        f"src:url(data:font/woff2;base64,{letters}) format('woff2')}}"
    )


@cache
def _renderer() -> Any:
    """The renderer, told of the packaged fonts: it drops all text without a word in a font that it does not have."""
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
