"""The small case of docs/second-case.md, as a stranger types it."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "second-case.md"
# A file of the case: its name in the text, and the next block.
FILE = re.compile(r"`(cars/[\w./-]+\.(?:toml|csv|py))`(?:(?!```).)*```\w+\n(.*?)```", re.S)


def typed_case(home: Path) -> Path:
    """Its folder, made below another."""
    (home / "cars").mkdir(parents=True)
    for name, text in FILE.findall(PAGE.read_text("utf-8")):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    return home / "cars"
