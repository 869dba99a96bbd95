"""The picture of a section as it is shared: its finding, its bars or points, and what it rests on."""

from premortem.charts.share_card import Row, share_card
from premortem.story.parts import Section, Story

# Rows that a card has room for.
ROWS, POINTS = 7, 4


def card(section: Section) -> str:
    """The picture of a section as SVG text, 1200 by 630."""
    rows = tuple(Row(b.label, b.share, b.said) for g in section.groups[:1] for b in g.bars)
    if not rows:
        rows = tuple(Row(f"{p.mark}: {p.text}" if p.mark else p.text) for p in section.points[:POINTS])
    under = section.groups[0].title if section.groups else section.asks
    return share_card(section.finding, under, rows[:ROWS], section.source)


def front(story: Story) -> str:
    """The picture of the whole story: the answer, and the bets."""
    bars = next(s for s in story.sections if s.id == "bets").groups[0].bars
    rows = tuple(Row(b.label, b.share, b.said) for b in bars)
    return share_card(f"{story.title}. {story.answer}", "", rows[:ROWS], story.source)
