"""Draws charts in a process of its own, as long as it is given any: a line of JSON in, a chart; a line out, its picture.

Run as `python -m premortem.charts.draw_process`; nothing but the renderer is loaded here.
"""

import json
import sys

from premortem.charts.render import svg_of


def main() -> None:
    """Draw the chart of each line; an empty line comes back for one that cannot be drawn, which who asked then tries and tells."""
    for line in sys.stdin:
        try:
            drawn = json.dumps(svg_of(json.loads(line)))
        except Exception:  # whatever the renderer raises
            drawn = ""
        print(drawn, flush=True)


if __name__ == "__main__":
    main()
