"""Long addresses under a short name: the settings of a link in a file named by their hash, in the study's folder or the cache.

The only thing of a visitor's that is kept, and only when a page shortens an address of more than 1,500 characters.
"""

import hashlib
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.types import Receive, Scope, Send

from premortem.app.request_limits import App
from premortem.errors import BadInput
from premortem.files import writer
from premortem.files.reader import read_bytes

# Most characters of an address that is kept, most addresses, and days after which one that nobody opened goes.
LONGEST, MOST, DAYS = 20_000, 1000, 180
NAME = re.compile(r"[0-9a-f]{20}")
FOLDER = ".states"


class Saved:
    """The addresses that are kept beside a study."""

    def __init__(self, study: Path | None) -> None:
        self.home = study / FOLDER if study else Path.home() / ".cache" / "premortem" / "states"

    def save(self, query: str) -> str:
        """The name of an address's settings, which are kept under it. Raises `BadInput` for what is no address."""
        if len(query) > LONGEST:
            raise BadInput("address", "query", "is too long", got=f"{len(query):,} characters", allowed=f"{LONGEST:,}")
        pairs = [(key, value) for key, value in parse_qsl(query) if key != "state"]
        if not pairs:
            raise BadInput("address", "query", "holds no settings", got=query[:60], allowed="key=value&...")
        text = urlencode(pairs)
        name = _name(text)
        with writer.system_failure(self.home):
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            writer.put(self.home / name, text)
        self._prune()
        return name

    def read(self, name: str) -> str | None:
        """Settings by their name; None for a name that is not known, or whose file is no longer what it was."""
        if not NAME.fullmatch(name):
            return None
        path = self.home / name
        with suppress(OSError, ValueError):
            text = _ours(path)
            if text is not None:
                os.utime(path)
            return text
        return None

    def _prune(self) -> None:
        """Let go of what nobody opened for long, and of the oldest where there are too many."""
        with suppress(OSError):
            named = [path for path in self.home.iterdir() if NAME.fullmatch(path.name)]
            kept = sorted(named, key=lambda p: -p.stat().st_mtime)
            oldest = time.time() - DAYS * 86_400
            for i, path in enumerate(kept):
                if (i >= MOST or path.stat().st_mtime < oldest) and _ours(path) is not None:
                    path.unlink()


class Expanded:
    """ASGI middleware that puts the settings of `?state=NAME` in its place; a name that is not known is left to be told."""

    def __init__(self, app: App, saved: Saved) -> None:
        self.app, self.saved = app, saved

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, with the whole address."""
        if scope["type"] == "http" and b"state=" in scope["query_string"]:
            pairs = parse_qsl(scope["query_string"].decode("latin-1"))
            found = self.saved.read(dict(pairs).get("state", ""))
            if found is not None:
                rest = urlencode([(key, value) for key, value in pairs if key != "state"])
                scope = {**scope, "query_string": f"{found}&{rest}".rstrip("&").encode()}
        await self.app(scope, receive, send)


def _ours(path: Path) -> str | None:
    """The settings in a file of ours, which is named by the hash of what it holds; None for any other."""
    with suppress(BadInput, ValueError):
        text = read_bytes(path, "a file of settings", LONGEST * 3).decode("ascii")
        return text if _name(text) == path.name else None
    return None


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
