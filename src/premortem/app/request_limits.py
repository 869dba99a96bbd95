"""Who may ask, how much and how often: Host, Origin and Sec-Fetch, the token, sizes of bodies, a budget, and the headers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from html import escape
from importlib.resources import files
from urllib.parse import parse_qsl, quote, urlencode

from starlette.types import Message, Receive, Scope, Send

from premortem.app import token
from premortem.app.prices import ANALYSIS, MANY, WINDOW, Budget, price

App = Callable[[Scope, Receive, Send], Awaitable[None]]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    # no address leaves this site; with `no-referrer` a browser would send a form of ours from nowhere, `Origin: null`
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
LOCAL = ("127.0.0.1", "localhost", "::1")
# Largest body of a request, and of a ledger [bytes].
MOST, MOST_LEDGER = 200_000, 50_000_000
# Longest wait for the next piece of a body, and for a client to take the next piece of an answer [s].
PATIENCE = 30.0
# How long the typeface is kept, whose file never changes: asked for anew, it would come too late now and then.
KEPT_FONT = "public, max-age=31536000, immutable"
# Pages that stand for the one asked for: where a link of another site leads here, and where a token is needed.
PAGES = {"elsewhere.html": "A link from another site", "token.html": "Token", "often.html": "Asked too often"}
STATIC = files("premortem.app") / "static"
ELSEWHERE, ASK, BUSY = (
    (STATIC / "door.html")
    .read_bytes()
    .replace(b"{title}", f"{title} \u00b7 premortem".encode())
    .replace(b"{main}", (STATIC / name).read_bytes())
    for name, title in PAGES.items()
)
FORM, MOST_FORM = "application/x-www-form-urlencoded", 1000
# In the scope of a request whose token was seen at the door.
KNOWN = "premortem.known"
Refused = tuple[int, str, str]
OFTEN = 429, "rate", f"too much is asked for; allowed: {MANY} analyses, or what costs as much, in {WINDOW:.0f} seconds"


class Guard:
    """ASGI middleware around the whole app. `hosts` are the names under which it may be asked; a `token` is asked of everybody."""

    def __init__(
        self, app: App, hosts: tuple[str, ...], token: str = "", at_hand: Callable[[Scope], bool] = lambda scope: False
    ) -> None:
        """`at_hand` tells whether a request asks for what is kept, which costs nothing."""
        self.app, self.hosts, self.token = app, frozenset(hosts) | frozenset(LOCAL), token
        self._at_hand = at_hand
        self._budget = Budget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it with a plain reason."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # what watches a server asks so: as GET, and nothing is sent but headers
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        send = _with_headers(send, scope["path"])
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if reason := self._stranger(scope, headers):
            return await _answer(send, *reason)
        if _from_elsewhere(scope, headers):
            return await _refuse(scope, headers, send, ELSEWHERE, (403, "Sec-Fetch-Site", "asked from another site"))
        query = scope["query_string"].decode("latin-1")
        if self.token and not scope.get(KNOWN) and not token.is_open(scope["method"], scope["path"]):
            if not token.is_known(self.token, headers, query):
                return await self._ask(scope, headers, receive, send)
            rest = token.without_token(query) if token.in_query(query) else query
            if rest != query and _reads_page(scope):
                return await _enter(send, scope, rest, self.token)
            scope = {**scope, "query_string": rest.encode("latin-1"), KNOWN: True}
        if reason := self._too_large(scope, headers):
            return await _answer(send, *reason)
        asked = price(scope["path"], scope["query_string"].decode("latin-1"))
        if asked and not self._at_hand(scope) and not self._budget.takes(_client(scope), asked):
            return await _refuse(scope, headers, send, _busy(scope), OFTEN)
        await _patiently(self.app, scope, _limited(receive, _most(scope)), send)

    def _stranger(self, scope: Scope, headers: dict[str, str]) -> Refused | None:
        """Why a request is refused for the names it gives, whoever asks."""
        host = _name(headers.get("host", ""))
        if host not in self.hosts:
            return 403, "Host", f"this server does not answer for {host[:80] or 'no host'}"
        origin = headers.get("origin", "")
        if scope["method"] != "GET" and origin and origin.split("://")[-1] != headers.get("host"):
            return 403, "Origin", "asked from another site"
        return None

    async def _ask(self, scope: Scope, headers: dict[str, str], receive: Receive, send: Send) -> None:
        """Ask for the token, or take it from the form that asks for it; who guesses spends a budget as for an analysis."""
        if not self._budget.takes(_client(scope), ANALYSIS):
            return await _refuse(scope, headers, send, _busy(scope), OFTEN)
        if scope["method"] == "POST" and headers.get("content-type") == FORM:
            typed = (await _limited(receive, MOST_FORM)()).get("body", b"").decode("latin-1")
            if token.is_known(self.token, {}, typed):
                return await _enter(send, scope, scope["query_string"].decode("latin-1"), self.token)
        needed = "needs the token that the server was started with: ?token=, or Authorization: Bearer"
        await _refuse(scope, headers, send, ASK, (401, "token", needed))

    def _too_large(self, scope: Scope, headers: dict[str, str]) -> Refused | None:
        length, most = headers.get("content-length", "0"), _most(scope)
        if not (length.isascii() and length.isdigit()) or int(length) > most:
            return 413, "Content-Length", f"is too large; allowed: {most:,} bytes"
        return None


def _busy(scope: Scope) -> bytes:
    """The page of a client that asked for too much: when to ask again, and the same view by the priors alone, which is quicker."""
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    plain = urlencode([(key, value) for key, value in pairs if key not in ("w", "now", token.KEY)])
    there = quote("/" + scope["path"].lstrip("/\\")) + (f"?{plain}" if plain else "")
    return BUSY.replace(b"{seconds}", str(int(WINDOW)).encode()).replace(b"{plain}", escape(there).encode())


def _from_elsewhere(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a page of another site makes a browser ask. The first page without settings is what anybody sees: let through."""
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not (
        _reads_page(scope) and scope["path"] == "/" and not scope["query_string"] and headers.get("sec-fetch-mode") == "navigate"
    )  # fmt: skip


def _reads_page(scope: Scope) -> bool:
    return scope["method"] == "GET" and not scope["path"].startswith("/api/")


def _most(scope: Scope) -> int:
    return MOST_LEDGER if scope["path"].startswith("/api/ledger") else MOST


def _client(scope: Scope) -> str:
    return str((scope.get("client") or ("?",))[0])


class TooLarge(Exception):
    """A body that goes on past its limit."""


class TooSlow(Exception):
    """A body whose next piece does not come."""


async def _patiently(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand on; a body that is too large or too slow is refused where nothing is answered yet, else the connection ends."""
    begun = False

    async def sending(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(scope, receive, sending)
    except (TooLarge, TooSlow) as error:
        if begun:
            raise
        status, why = (413, "the body is too large") if isinstance(error, TooLarge) else (408, "the body did not come")
        await _answer(send, status, "body", why)


def _limited(receive: Receive, most: int) -> Receive:
    taken, whole = 0, False

    async def limited() -> Message:
        nonlocal taken, whole
        try:
            message = await (receive() if whole else asyncio.wait_for(receive(), PATIENCE))
        except TimeoutError:
            raise TooSlow from None
        whole = not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > most:
            raise TooLarge
        return message

    return limited


def _with_headers(send: Send, path: str) -> Send:
    # scripts and styles are asked for again with their tag, so that an upgrade is never mixed with what was kept
    kept = b"no-cache" if path.startswith("/static/") else b"no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            said = any(name == b"cache-control" for name, _ in message["headers"])
            message["headers"] = [*message["headers"], *HEADERS, *([] if said else [(b"cache-control", kept)])]
        await send(message)

    return sending


def _without_body(send: Send) -> Send:
    async def sending(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return sending


def _name(host: str) -> str:
    """Name without the port; IPv6 without brackets."""
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.rsplit(":", 1)[0] if ":" in host else host


async def _answer(send: Send, status: int, key: str, why: str) -> None:
    body = json.dumps({"error": {"file": "request", "key": key, "got": "", "allowed": "", "hint": why}}).encode()
    headers = [(b"content-type", b"application/json")]
    headers += [(b"retry-after", str(int(WINDOW)).encode())] if status == 429 else []
    headers += [(b"www-authenticate", b"Bearer")] if status == 401 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _refuse(scope: Scope, headers: dict[str, str], send: Send, page: bytes, reason: Refused) -> None:
    """Refuse with a page where a person reads it, else with the reason as JSON."""
    if scope["path"].startswith("/api/") or "text/html" not in headers.get("accept", ""):
        return await _answer(send, *reason)
    shown = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
    shown += [(b"retry-after", str(int(WINDOW)).encode())] if reason[0] == 429 else []
    await send({"type": "http.response.start", "status": reason[0], "headers": shown})
    await send({"type": "http.response.body", "body": page})


async def _enter(send: Send, scope: Scope, rest: str, known: str) -> None:
    """Keep the token in a cookie and go on to the same page, so that no address that is copied holds it."""
    # two slashes would be the name of another site
    there = "/" + quote(scope["path"].lstrip("/\\")) + (f"?{rest}" if rest else "")
    headers = [(b"location", there.encode()), (b"set-cookie", token.set_cookie(known, scope["scheme"] == "https"))]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
