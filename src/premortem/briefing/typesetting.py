"""Typst in the packaged typeface: a template and the files that it reads become a tagged PDF; no browser, no other program."""

import tempfile
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Literal

from premortem.charts.render import FONTS
from premortem.errors import PremortemError

TEMPLATES = files("premortem.briefing") / "templates"
# The standard for accessible PDF: refuses a picture without words, a document without title, a skipped heading.
STANDARD: Final = "ua-1"
Paper = Literal["a4", "letter"]
# What the setter calls each.
PAPERS: Final[Mapping[Paper, str]] = {"a4": "a4", "letter": "us-letter"}


def typeset(template: str, texts: Mapping[str, str], paper: Paper = "a4") -> bytes:
    """The PDF that a template of the room makes of `texts` (files by name, beside it) on a paper. Raises `PremortemError` with
    the setter's words when it fails.
    """
    import typst

    with tempfile.TemporaryDirectory() as held, as_file(FONTS) as fonts:
        folder = Path(held)
        for name, text in {**texts, template: (TEMPLATES / template).read_text("utf-8")}.items():
            (folder / name).write_text(text, "utf-8")
        try:
            made: bytes = typst.compile(
                str(folder / template),
                font_paths=[str(fonts)],
                ignore_system_fonts=True,
                pdf_standards=[STANDARD],
                sys_inputs={"paper": PAPERS[paper]},
            )
        except typst.TypstError as error:
            raise PremortemError(f"the PDF could not be set: {error}; the HTML edition is there") from error
    return made
