"""Charts drawn beside other work: the renderer holds the interpreter as long as it draws, so it has a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any

from premortem.charts import draw_process
from premortem.charts.render import FONTS, specification, svg_of

# What tells the renderer where fonts lie, and the packaged ones alone: it measures every letter of a picture by those, and each of a font of
# the machine it opens again, which takes half of its time. A picture then is the same on every machine, too.
FONTS_OF, PACKAGED = "FONTCONFIG_FILE", FONTS / "fonts.conf"


@contextmanager
def drawing() -> Iterator[Callable[[Any], str]]:
    """What draws a chart as `render.svg` does: one after another, in a process that lives as long as this; here, where there can be none."""
    asked = [sys.executable, "-P", "-m", draw_process.__name__]  # not from the folder that the user is in
    quiet, turn = subprocess.DEVNULL, Lock()
    process, pipe, fonts = None, subprocess.PIPE, {FONTS_OF: str(PACKAGED)}
    with suppress(OSError):
        # in a session of its own, so that Ctrl-C reaches it only as the end of what it is given
        process = subprocess.Popen(
            asked, stdin=pipe, stdout=pipe, stderr=quiet, text=True, start_new_session=True, env=os.environ | fonts
        )

    def draw(chart: Any) -> str:
        told = specification(chart)
        with turn:
            return (process and _asked(process, json.dumps(told))) or svg_of(told)

    try:
        yield draw
    finally:
        if process:
            _end(process)


def _asked(process: "subprocess.Popen[str]", line: str) -> str:
    """What a process answers to a line; nothing where it has ended or cannot."""
    if process.stdin and process.stdout:
        with suppress(OSError, ValueError):  # it has ended, in the middle of a line even
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
            return str(json.loads(process.stdout.readline()))
    return ""


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    with suppress(OSError):  # what was left to be written to it
        process.communicate()
