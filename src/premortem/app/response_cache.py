"""Keeps answers that depend only on the address and the study, so that each is made once."""

import hashlib
from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from starlette.types import Receive, Scope, Send

from premortem.app.request_limits import App
from premortem.app.session import Desk

# Screens and data that nothing but the address, the study and its run decides: no clock, no job, no other visitor.
PURE = frozenset({"/board", "/levers", "/beliefs", "/api/board", "/api/levers", "/api/levers/changes", "/api/beliefs"})
PURE_UNDER = ("/a/", "/api/assumption/")
# Most that is held [bytes].
MOST = 64_000_000
Message = MutableMapping[str, Any]
Key = tuple[int, str, bytes]


@dataclass
class _Sent:
    """Headers and body of an answer; its tag is that of its bytes, asked for when they are whole."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""
    whole: bool = False

    @cached_property
    def tag(self) -> bytes:
        return b'"' + hashlib.sha256(self.body).hexdigest()[:24].encode() + b'"'


class Held:
    """What was answered with 200, until the desk's study or run is another."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._held, self._bytes = OrderedDict[Key, _Sent](), 0

    def __contains__(self, scope: Scope) -> bool:
        """Whether the answer to a request is held."""
        return self.is_pure(scope) and self.key(scope) in self._held

    def is_pure(self, scope: Scope) -> bool:
        """Whether nothing but the address, the study and its run decides an answer."""
        path = scope["path"]
        return (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and (path in PURE or path.startswith(PURE_UNDER))
            and not self.desk.stale
        )

    def key(self, scope: Scope) -> Key:
        """Under what an answer is held."""
        return self.desk.generation, scope["path"], scope["query_string"]

    def get(self, key: Key) -> _Sent | None:
        """The answer that is held; it is then the one that was asked for last."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def hold(self, key: Key, made: _Sent) -> None:
        """Hold an answer; the one that was not asked for longest goes when there is no more room."""
        if key[0] != self.desk.generation:
            return
        if key not in self._held:
            self._held[key], self._bytes = made, self._bytes + len(made.body)
        while self._bytes > MOST:
            self._bytes -= len(self._held.popitem(last=False)[1].body)


class Answers:
    """ASGI middleware that gives what is held, and holds what was answered."""

    def __init__(self, app: App, held: Held) -> None:
        self.app, self.held = app, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give what is held, or ask the app and hold its answer."""
        if not self.held.is_pure(scope):
            await self.app(scope, receive, send)
            return
        key = self.held.key(scope)
        if found := self.held.get(key):
            return await _give(found, dict(scope["headers"]).get(b"if-none-match"), send)
        made = await self._asked(scope, receive, send)
        if made.whole:
            self.held.hold(key, made)

    async def _asked(self, scope: Scope, receive: Receive, send: Send) -> _Sent:
        """What the app answers, collected and then sent with its tag."""
        made, status = _Sent(), 0

        async def collect(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status, made.headers = message["status"], list(message["headers"])
            else:
                made.body += message.get("body", b"")
                made.whole = status == 200 and not message.get("more_body", False)

        await self.app(scope, receive, collect)
        if dict(made.headers).get(b"cache-control") == b"no-store":
            made.whole = False  # an answer in haste: the next is a better one
        if made.whole:
            made.headers += [(b"etag", made.tag), (b"cache-control", b"no-cache")]
        await send({"type": "http.response.start", "status": status, "headers": made.headers})
        await send({"type": "http.response.body", "body": made.body})
        return made


async def _give(held: _Sent, known: bytes | None, send: Send) -> None:
    same = known == held.tag
    headers = [h for h in held.headers if not same or h[0] not in (b"content-length", b"content-type")]
    await send({"type": "http.response.start", "status": 304 if same else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if same else held.body})
