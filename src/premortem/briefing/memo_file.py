"""A memo as a file: text, one HTML page, a tagged PDF, or the JSON that the command line prints."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import fill
from typing import Any

from markupsafe import Markup

from premortem.briefing.typesetting import Paper, typeset
from premortem.briefing.web_page import web_page
from premortem.errors import BadInput
from premortem.files import writer
from premortem.law.clauses.citations import Piece
from premortem.law.memo_parts import Line, Memo, Part
from premortem.text.result import Document

# Width of a text [columns].
WIDTH = 80
# Where the lines to be filled in begin [columns].
BLANK = 36
# A box to be ticked, in plain text.
BOX = "[ ] "
# What is sent for each ending, to a browser.
TYPES = {".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".json": "application/json"}  # fmt: skip


def check(path: Path, option: str, *inputs: Path) -> None:
    """Raises `BadInput`, before the work, where a memo could not be written: another ending, an input, a link, a device."""
    if path.suffix.lower() not in TYPES:
        what = "has an ending that no memo is written as"
        raise BadInput("command line", option, what, got=str(path), allowed=", ".join(TYPES))
    writer.check_target(path, *inputs)


def write(path: Path, memo: Memo, document: Document) -> None:
    """Write a memo as the ending of the file says; `document` is what JSON holds. Whole or not at all."""
    writer.write(path, content(path.suffix.lower(), memo, document))


def content(ending: str, memo: Memo, document: Document) -> bytes:
    """A memo as bytes, by the ending of its file."""
    made: dict[str, Callable[[], str | bytes]] = {
        ".txt": lambda: as_text(memo),
        ".html": lambda: as_html(memo),
        ".pdf": lambda: as_pdf(memo),
        ".json": lambda: json.dumps(document, indent=2, default=str, allow_nan=False, ensure_ascii=False) + "\n",
    }
    told = made[ending]()
    return told if isinstance(told, bytes) else told.encode("utf-8")


def as_text(memo: Memo) -> str:
    """The memo as text, no line longer than the width but an address."""
    head = [memo.title.upper(), "", _filled(f"Asked: {memo.asked}"), "", _filled(memo.answer)]
    alarm = [_filled(memo.alarm.upper()), ""] if memo.alarm else []
    body = [line for part in memo.parts for line in _text_of(part)]
    blanks = [line for blank in memo.to_sign for line in (f"{blank + ':':<{BLANK}}{'_' * (WIDTH - BLANK)}", "")]
    foot = [*blanks, _filled(memo.made), memo.advice]
    return "\n".join([*alarm, *head, *body, "", *foot]) + "\n"


def _text_of(part: Part) -> Iterator[str]:
    yield ""
    yield part.title.upper()
    if part.note:
        yield _filled("".join(piece.text for piece in part.note))
        yield from _pages(part.note)
    for line in part.lines:
        lead = BOX if part.look == "boxes" else f"- {f'({line.mark}) ' if line.mark else ''}"
        yield _filled(lead + line.text, "    " if part.look == "boxes" else "  ")
        yield from (_filled(note, "    ", "    ") for note in line.notes)
        yield from _pages(line.pieces)


def _pages(pieces: Sequence[Piece]) -> Iterator[str]:
    """The pages that pieces lead to, a line each."""
    return (f"    {url}" for url in dict.fromkeys(p.url for p in pieces if p.url))


def _filled(text: str, after: str = "", before: str = "") -> str:
    return fill(
        text, WIDTH, initial_indent=before, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )


def as_html(memo: Memo) -> str:
    """The memo as one HTML page that needs no other file."""
    return web_page("memo", {"linked": linked}, memo=memo)


def linked(pieces: Sequence[Piece]) -> Markup:
    """Pieces as HTML, each that leads to a page as a link, names of the law files as code."""
    return Markup("").join(map(_marked, pieces))


def _marked(piece: Piece) -> Markup:
    if piece.url:
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(piece.url, piece.text)
    return Markup("<code>{}</code>" if piece.code else "{}").format(piece.text)


def as_pdf(memo: Memo, paper: Paper = "a4") -> bytes:
    """The memo as a tagged PDF. Raises `PremortemError` with the setter's words when it fails."""
    return typeset("memo.typ", {"memo.json": json.dumps(_set(memo))}, paper)


def _set(memo: Memo) -> dict[str, Any]:
    """What the template reads."""
    parts = [
        {"title": p.title, "look": p.look, "note": _pieces(p.note), "lines": [_line(line) for line in p.lines]}
        for p in memo.parts
    ]
    return asdict(memo) | {"parts": parts}


def _line(line: Line) -> dict[str, Any]:
    return {"pieces": _pieces(line.pieces), "mark": line.mark, "notes": [*line.notes]}


def _pieces(pieces: Sequence[Piece]) -> list[dict[str, str | bool]]:
    return [p._asdict() for p in pieces]
