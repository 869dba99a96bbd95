"""Folders of this machine in general terms, for whoever reads of them elsewhere: a reader of a page, or of a bug report."""

import re
import sys
import sysconfig
from pathlib import Path


def without_folders(text: str) -> str:
    """The same text without a path from the root: folders of Python, of the program and of the user by what they are, of any other
    only the last name.

    >>> without_folders("at /data/jane/work/policies/mine.toml: x")
    'at <folder>/mine.toml: x'
    """
    places = {
        sysconfig.get_path("purelib"): "<packages>",
        str(Path(__file__).resolve().parents[2]): "<packages>",
        sysconfig.get_path("stdlib"): "<python>",
        sys.prefix: "<environment>",
        str(Path.cwd()): ".",
        str(Path.home()): "~",
    }
    for place in sorted(places, key=len, reverse=True):
        if len(place) > 1:
            # whole names only: a folder beside it may begin with the same letters
            text = re.sub(rf"(?<![\w.~>/-]){re.escape(place)}(?![\w@+-]|\.\w)", places[place], text)
    return re.sub(
        r"(?:(?<=file://)|(?<![\w.~>/]))/(?!/)(?:[\w.@+-]+/)+", "<folder>/", text
    )  # and no address of the web
