"""Who may ask, how much and how often: Host and Origin, sizes of bodies, a limit on heavy requests, and the headers."""

import hmac
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
LOCAL = ("127.0.0.1", "localhost", "::1")
# Largest body of a request, and of a ledger [bytes].
MOST, MOST_LEDGER = 200_000, 50_000_000
# Heavy requests that a client may make in a window [s].
HEAVY = (
    "/api/board/refined",
    "/api/states",
    "/api/movers",
    "/api/ledger",
    "/api/jobs",
    "/api/compare",
    "/api/futures",
    "/api/watch",
    "/api/hindcast",
)
HEAVY_PARTS = ("/why", "/breaks", "/curves", "/effects")
MANY, WINDOW = 40, 10.0
# The cookie that holds the token of a server that asks for one.
COOKIE = "premortem_token"


class Guard:
    """ASGI middleware around the whole app. `hosts` are the names under which it may be asked."""

    def __init__(self, app: App, hosts: tuple[str, ...], token: str = "") -> None:
        self.app, self.hosts, self.token = app, frozenset(hosts) | frozenset(LOCAL), token
        self._asked: dict[str, deque[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with a plain reason."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if reason := self._refused(scope, headers):
            await _answer(send, *reason)
            return
        if self.token and not self._known(headers):
            await self._admit(scope, send)
            return
        most = MOST_LEDGER if scope["path"].startswith("/api/ledger") else MOST
        await self.app(scope, _limited(receive, most), _with_headers(send, scope["path"]))

    def _known(self, headers: dict[str, str]) -> bool:
        """Whether a request brings the token, as a cookie of ours or as `Authorization: Bearer T`."""
        held = [part.strip().partition("=") for part in headers.get("cookie", "").split(";")]
        brought = [value for name, _, value in held if name == COOKIE]
        brought.append(headers.get("authorization", "").removeprefix("Bearer "))
        return any(hmac.compare_digest(one.encode(), self.token.encode()) for one in brought)

    async def _admit(self, scope: Scope, send: Send) -> None:
        """Give the cookie for `?token=T`, and show the page without the token in its address; refuse whoever has none."""
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = dict(pairs).get("token", "")
        if not hmac.compare_digest(asked.encode(), self.token.encode()):
            await _answer(
                send,
                403,
                "token",
                "this server asks for the token that it was started with: open its address with ?token=TOKEN",
            )
            return
        rest = urlencode([(key, value) for key, value in pairs if key != "token"])
        there = "/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self.token}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"location", there.encode()), (b"set-cookie", cookie.encode()), *HEADERS]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    def _refused(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, str] | None:
        host = _name(headers.get("host", ""))
        if host not in self.hosts:
            return 403, "Host", f"this server does not answer for {host[:80] or 'no host'}"
        origin = headers.get("origin", "")
        if scope["method"] not in ("GET", "HEAD") and origin and origin.split("://")[-1] != headers.get("host"):
            return 403, "Origin", "asked from another site"
        length = headers.get("content-length", "0")
        most = MOST_LEDGER if scope["path"].startswith("/api/ledger") else MOST
        if not length.isdigit() or int(length) > most:
            return 413, "Content-Length", f"is too large; allowed: {most:,} bytes"
        if self._too_often(scope):
            return 429, "rate", f"too many heavy requests; allowed: {MANY} in {WINDOW:.0f} seconds"
        return None

    def _too_often(self, scope: Scope) -> bool:
        path = scope["path"]
        if not (path.startswith(HEAVY) or path.endswith(HEAVY_PARTS)):
            return False
        client = (scope.get("client") or ("?",))[0]
        asked, now = self._asked.setdefault(client, deque()), time.monotonic()
        while asked and asked[0] < now - WINDOW:
            asked.popleft()
        if len(asked) >= MANY:
            return True
        asked.append(now)
        return False


class TooLarge(Exception):
    """A body that goes on past its limit."""


def _limited(receive: Receive, most: int) -> Receive:
    taken = 0

    async def limited() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send, path: str) -> Send:
    # scripts and styles are asked for again with their tag, so that an upgrade is never mixed with what was kept
    kept = b"no-cache" if path.startswith("/static/") else b"no-store"

    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            said = any(name == b"cache-control" for name, _ in message["headers"])
            message["headers"] = [*message["headers"], *HEADERS, *([] if said else [(b"cache-control", kept)])]
        await send(message)

    return sending


def _name(host: str) -> str:
    """Name without the port; IPv6 without brackets."""
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.rsplit(":", 1)[0] if ":" in host else host


async def _answer(send: Send, status: int, key: str, why: str) -> None:
    body = json.dumps({"error": {"file": "request", "key": key, "got": "", "allowed": "", "hint": why}}).encode()
    headers = [(b"content-type", b"application/json"), *HEADERS]
    headers += [(b"retry-after", str(int(WINDOW)).encode())] if status == 429 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
