"""The brief as a tagged PDF, set by Typst in the packaged typeface."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from premortem.briefing.content import (
    Block,
    Brief,
    Bullets,
    Figure,
    Fold,
    Go,
    Inline,
    Pair,
    Paragraph,
    Section,
    See,
)
from premortem.briefing.notes import references
from premortem.briefing.typesetting import Paper, typeset
from premortem.text.result import Document


def render(brief: Brief, pictures: Mapping[str, str], paper: Paper = "a4") -> bytes:
    """The PDF on the paper asked for; `pictures` are SVG texts by figure id. Raises `PremortemError` with the setter's words when it fails."""
    drawn = {f"{name}.svg": svg for name, svg in pictures.items()}
    return typeset("brief.typ", {"brief.json": json.dumps(document(brief)), **drawn}, paper)


def document(brief: Brief) -> Document:
    """What the Typst template reads: the content without folds and charts."""
    return {
        "title": brief.title,
        "eyebrow": brief.eyebrow,
        "running": brief.running,
        "summary": _section(brief.summary, brief),
        "sections": [_section(s, brief) for s in brief.sections],
    }


def _section(section: Section, brief: Brief) -> dict[str, Any]:
    return {
        "id": section.id,
        "title": section.title,
        "new_page": section.new_page,
        "blocks": [_block(b, brief) for b in section.blocks if not isinstance(b, Fold)],
    }


def _block(block: Block, brief: Brief) -> dict[str, Any]:
    kind = {"kind": type(block).__name__.lower()}
    if isinstance(block, Paragraph):
        return kind | {"look": block.look, "parts": _parts(block.parts, brief)}
    if isinstance(block, Bullets):
        return kind | {"ordered": block.ordered, "items": [_parts(item, brief) for item in block.items]}
    if isinstance(block, Figure):
        return kind | _figure(block, brief)
    if isinstance(block, Pair):
        return kind | {"figures": [_figure(f, brief) for f in block.figures]}
    return kind | asdict(block)


def _figure(figure: Figure, brief: Brief) -> dict[str, str]:
    return {
        "id": figure.id,
        "number": brief.numbers[figure.id],
        "title": figure.title,
        "source": figure.source,
        "alternative": figure.alternative,
    }


def _parts(parts: Sequence[Inline], brief: Brief) -> list[dict[str, str]]:
    """Pieces of running text as `{kind, text, target}`."""
    out: list[dict[str, str]] = []
    for part in parts:
        if isinstance(part, str):
            out.append({"kind": "plain", "text": part, "target": ""})
        elif isinstance(part, See):
            out += [
                {"kind": "see" if target else "plain", "text": said, "target": target}
                for said, target in references(part, brief.numbers)
            ]
        elif isinstance(part, Go):
            out.append({"kind": "go", "text": part.text, "target": part.section})
        else:
            out.append({"kind": type(part).__name__.lower(), "text": part.text, "target": ""})
    return out
