"""A file of a folder with another text in place of one that stands there."""

from pathlib import Path


def edited(folder: Path, file: str, before: str, after: str) -> None:
    """Put a text in the place of another in a file; the other must stand there."""
    path = folder / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
