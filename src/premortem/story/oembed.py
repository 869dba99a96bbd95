"""What a page tells of itself to another that shows a link to it, as JSON of oEmbed 1.0 (https://oembed.com, read 2026-11-27)."""

from premortem.charts.share_card import HEIGHT, WIDTH
from premortem.text.result import Document

# What a page says where its answer lies, and the size of a frame of one section [px].
TYPE = "application/json+oembed"
FRAME = (720, 560)


def photo(title: str, picture: str, most: tuple[int, int] = (WIDTH, HEIGHT)) -> Document:
    """A finding as its picture, no larger than `most` [px]; `picture` is a whole address."""
    scale = min(1.0, most[0] / WIDTH, most[1] / HEIGHT)
    return _common(title) | {
        "type": "photo",
        "url": picture,
        "width": round(WIDTH * scale),
        "height": round(HEIGHT * scale),
    }


def rich(title: str, frame: str, picture: str) -> Document:
    """A finding as a frame of its own page, with its picture for who shows no frames; whole addresses."""
    width, height = FRAME
    html = f'<iframe src="{frame}" width="{width}" height="{height}" loading="lazy" title="premortem"></iframe>'
    small = {"thumbnail_url": picture, "thumbnail_width": WIDTH, "thumbnail_height": HEIGHT}
    return _common(title) | {"type": "rich", "html": html, "width": width, "height": height} | small


def _common(title: str) -> Document:
    return {"version": "1.0", "title": title, "provider_name": "premortem"}
