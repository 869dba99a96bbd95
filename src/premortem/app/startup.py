"""Answers requests while the app is still loading: a page that says what it waits for, until the app takes over."""

import asyncio
import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from premortem.app.request_limits import KEPT_FONT, Guard

if TYPE_CHECKING:  # what is loaded behind the door takes seconds
    from fastapi import FastAPI

STATIC = files("premortem.app") / "static"
FONT = files("premortem") / "charts" / "fonts" / "source-sans-3-latin.woff2"
SHELL = (STATIC / "starting.html").read_bytes()
# What is fetched by the first page, by the end of its name.
KINDS = {".css": b"text/css", ".js": b"text/javascript", ".svg": b"image/svg+xml", ".woff2": b"font/woff2"}
# How often those who wait look whether it is open [s].
LOOK = 0.02
# How long the first page has the processor for itself [s]: until it is answered, and while the browser fills it.
FIRST, FILLED = 1.0, 1.0


class Doorway:
    """ASGI app around the app: answers itself until the app is there, and then hands every request on."""

    def __init__(
        self,
        folder: Path | None,
        hosts: tuple[str, ...],
        failed: Callable[[], None],
        case: str | None = None,
        run: Path | None = None,
        token: str = "",
    ) -> None:
        """`failed` is called when the app cannot be made, as of a study that does not read: why is then in `fault`."""
        self._folder, self._hosts, self._failed = folder, hosts, failed
        self._case, self._run, self._token = case, run, token
        self.site: FastAPI | None = None
        self.fault: Exception | None = None
        self.doing = "Loading"
        self._door, self._ready, self._closing = Guard(self._shut, hosts, token), threading.Event(), threading.Event()
        self._answered = threading.Event()
        self._opening = threading.Thread(target=self._open, name="opening", daemon=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, or answer at the door."""
        await (self.site if self.site and self._ready.is_set() else self._door)(scope, receive, send)
        if self._ready.is_set() and _is_page(scope):
            self._answered.set()

    def start(self) -> None:
        """Begin to load, in a thread of its own."""
        self._opening.start()

    def interrupt(self) -> None:
        """Tell what runs behind the door that it stops; waits for none of it."""
        self._closing.set()
        if self.site:
            from premortem.app.site import interrupt  # loaded by now; before, this would wait until it is

            interrupt(self.site)

    def close(self, patience: float, jobs: float | None = None) -> bool:
        """Stop what runs behind the door; whether all of it ended within so many seconds, or jobs within `jobs`."""
        ends, has_ended = time.monotonic() + patience, True
        self._closing.set()
        if self.site:
            from premortem.app.site import close  # loaded by now; before, this would wait until it is

            has_ended = close(self.site, patience, jobs)
        if self._opening.is_alive():
            self._opening.join(max(ends - time.monotonic(), 0))
        return has_ended and not self._opening.is_alive()

    def _open(self) -> None:
        try:
            with _loading():
                from premortem.app.routes.story import foretell
                from premortem.app.site import make

                self.doing = "Reading the study and preparing its model"
                self.site = make(self._folder, self._hosts, self._case, self._run, self._token)
            desk = self.site.state.desk
            if self._closing.is_set():
                return desk.close()
            if desk.stored:  # the story is told from it: futures are simulated once the first page is out
                self._show()
            self.doing = "Simulating the first futures of every policy"
            desk.first()
            if not desk.stored:
                self._show()
            foretell(desk)
            desk.warm()
            gc.collect()
            gc.freeze()  # compiled programs stay too
        except Exception as error:  # told by the thread that serves
            self.fault = error
            self._failed()

    def _show(self) -> None:
        """Open, and leave the processor to whoever comes first; a page that asks how far it is has not come yet."""
        self._ready.set()
        if self._answered.wait(FIRST):
            self._closing.wait(FILLED)

    async def _shut(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is answered at the door: the page, what it is made of, and how far it is; all else waits until it is open."""
        path = scope["path"]
        if path == "/api/health":
            await _say(send, b"application/json", json.dumps({"starting": self.doing}).encode())
        elif file := _packaged(path):
            await _say(send, KINDS[Path(path).suffix], file.read_bytes())
        elif _is_page(scope):
            await _say(send, b"text/html; charset=utf-8", SHELL)
        else:
            await self._wait(scope, receive, send)

    async def _wait(self, scope: Scope, receive: Receive, send: Send) -> None:
        while not self._ready.is_set() and not self.fault and not self._closing.is_set():
            await asyncio.sleep(LOOK)
        if self.site and self._ready.is_set():
            await self.site(scope, receive, send)
        else:
            await _say(send, b"text/plain", b"premortem stops", 503)


@contextmanager
def _loading() -> Iterator[None]:
    """While this lasts nothing is looked through for what is left, and the collector passes over what was loaded ever after: it
    stays, and a look through modules takes half a second in all, and a tenth of one in the middle of an answer.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _is_page(scope: Scope) -> bool:
    """Whether a browser asks for a page."""
    asks = dict(scope.get("headers", ())).get(b"accept", b"")
    return scope.get("method") == "GET" and not scope["path"].startswith("/api/") and b"text/html" in asks


def _packaged(path: str) -> Traversable | None:
    """The packaged file that a path asks for: a name right under `/static/`, or the typeface."""
    name = path.removeprefix("/static/")
    if path == "/font.woff2":
        return FONT
    known = path != name and "/" not in name and Path(name).suffix in KINDS
    return STATIC / name if known and (STATIC / name).is_file() else None


async def _say(send: Send, kind: bytes, body: bytes, status: int = 200) -> None:
    kept = KEPT_FONT.encode() if kind == KINDS[".woff2"] else b"no-store"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", kept)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
