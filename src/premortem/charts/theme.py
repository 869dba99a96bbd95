"""One look for every chart: colours with measured contrast, quoted font names, direct labels, faint grids."""

from functools import cache
from typing import Any

# Quoted, generic family last: an unknown or unquoted name makes the renderer drop all text without a word.
FONT = "'Source Sans 3', sans-serif"
INK, MUTED, GRID = "#1B1F24", "#57606A", "#E3E7EC"
HOLDS, BREAKS, CONTEXT = "#1F6FB2", "#C2500A", "#8B949E"
# Lines that are told apart by colour, and three steps of one colour from light to dark.
LINES = ("#0A346F", "#9E351B", "#278770", "#CC60BE", "#AD930D")
STEPS = ("#C9DDF0", "#5B9BD0", "#12457F")
WIDTH = 680
# Width for a phone of 360 to 390 pixels, less the margins of a page and the labels of an axis.
PHONE_WIDTH = 330

# How many numbers an axis along the foot has, by the room of its plot: one in 75 pixels, and three at least.
TICKS = "clamp(ceil(width / 75), 3, 10)"


def apply_theme(chart: Any, height: int | None = None, width: int | None = WIDTH) -> Any:
    """The chart itself with the project's look; configure once, at the outermost level, who makes it. Altair would copy each of its layers
    some four times, and those within layers as often again, which takes longer than to draw it.
    """
    if width:
        chart.width = width
    if height:
        chart.height = height
    chart.config = _config()
    return chart


@cache
def _config() -> Any:
    """The look as Altair has it, made and held against its schema once: that takes as long as drawing a chart."""
    import altair as alt  # late: whoever wants a colour draws nothing yet

    axis = {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "labelColor": MUTED,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "domainColor": GRID,
        "tickColor": GRID,
        "gridColor": GRID,
        "labelLimit": 320,
        "labelPadding": 5,
    }
    return alt.Config(
        font=FONT,
        background="white",
        view={"stroke": None},
        axis=axis,
        # numbers along the foot have room: fewer of them on a phone, and what a chart asks for is thinned before it runs together
        axisXQuantitative={"tickCount": {"expr": TICKS}, "labelOverlap": True, "labelSeparation": 8},
        legend={"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": MUTED},
        title={
            "anchor": "start",
            "frame": "group",
            "fontSize": 15,
            "fontWeight": 600,
            "color": INK,
            "subtitleColor": MUTED,
        },
        header={"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK},
        text={"fontSize": 13, "color": INK},
    )
