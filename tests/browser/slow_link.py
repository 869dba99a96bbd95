"""The app as it comes over a slow link: a page block by block, each of them drawn, and all that it asks for late."""

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# A page is cut where a block begins, so that whatever stands alone for a moment is drawn alone.
BLOCK = re.compile(rb"(?=<(?:main|h1|h2|p|div|section|aside|figure|table|tr|ul|li|form|details|article|footer)\b)")
# Blocks that come by themselves, which fill the first screen at any width; the others come together.
ALONE = 45
# The pause after each [s], some frames; and before the first, as long as a browser keeps back what it has.
PAUSE, FIRST = 0.04, 0.6
# By how much all else is late [s], scripts after the page, charts and data after the scripts, letters last. Styles are
# not: before them nothing is drawn that could move.
LATE = {"/static/vega.js": 1.0, "/static/": 0.5, "/api/": 0.5, "/story/": 0.5, "/font.woff2": 2.0}


class SlowLink:
    """ASGI middleware around the app."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer as the app does, late."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"]
        if not path.endswith(".css"):
            await asyncio.sleep(next((by for start, by in LATE.items() if path.startswith(start)), 0.0))
        if path.startswith(("/static/", "/api/", "/story/", "/font")):
            return await self.app(scope, receive, send)
        whole = bytearray()

        async def slowly(message: Message) -> None:
            if message["type"] != "http.response.body":
                return await send(message)
            whole.extend(message.get("body", b""))
            if message.get("more_body", False):
                return None
            await _in_pieces(bytes(whole), send)

        await self.app(scope, receive, slowly)


async def _in_pieces(page: bytes, send: Send) -> None:
    head, *blocks = BLOCK.split(page[page.find(b"<main") :]) if b"<main" in page else [page]
    start = page[: page.find(b"<main")] + head if b"<main" in page else head
    pieces = [start, *blocks[:ALONE], b"".join(blocks[ALONE:])]
    for i, piece in enumerate(pieces):
        await send({"type": "http.response.body", "body": piece, "more_body": i + 1 < len(pieces)})
        await asyncio.sleep(PAUSE if i else FIRST)
