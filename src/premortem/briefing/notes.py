"""Notes in the order in which they are met, and references to figures in words."""

from collections.abc import Iterator, Mapping, Sequence

from premortem.briefing.content import Block, Brief, Bullets, Fold, Inline, Note, Paragraph, See


def notes_of(brief: Brief) -> tuple[str, ...]:
    """Texts of all notes of both editions, each once, in the order of reading."""
    return tuple(
        dict.fromkeys(
            part.text
            for section in (brief.summary, *brief.sections)
            for part in inlines(section.blocks)
            if isinstance(part, Note)
        )
    )


def inlines(blocks: Sequence[Block]) -> Iterator[Inline]:
    """Every piece of running text among blocks, in order."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.parts
        elif isinstance(block, Bullets):
            for item in block.items:
                yield from item
        elif isinstance(block, Fold):
            yield from inlines(block.blocks)


def references(part: See, numbers: Mapping[str, str]) -> list[tuple[str, str]]:
    """A reference as words, each with the figure that it leads to or none: `Figures `, `3`, ` and `, `4`."""
    first = part.figures[0]
    if len(part.figures) == 1:
        return [(f"Figure\u00a0{numbers[first]}", first)]
    said: list[tuple[str, str]] = [("Figures\u00a0", "")]
    for i, name in enumerate(part.figures):
        if i:
            said.append((" and " if i == len(part.figures) - 1 else ", ", ""))
        said.append((numbers[name], name))
    return said
