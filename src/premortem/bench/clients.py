"""Many readers of the app at once, from a process of their own, so that they take no turn of the server's interpreter.

Runs as a script with a host, a port and what is moved, as JSON; prints one JSON document: milliseconds of each read, by path.
"""

import asyncio
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a client loads nothing of the program
    from premortem.case import Moved

# Clients at once, and rounds of the paths by each.
CLIENTS, ROUNDS = 20, 4
# What anybody may be reading: pages and data of the view nobody changed, and answers to a threshold of the client's own.
PATHS = (
    "/", "/board", "/api/board?only=1", "/api/assumption/{assumption}", "/api/levers", "/api/beliefs", "/levers", "/beliefs",
    "/static/app.css", "/api/board?only=1&t.{threshold}={own}", "/api/assumption/{assumption}?t.{threshold}={own}",
)  # fmt: skip
Taken = list[tuple[str, float]]


def measure(host: str, port: int, moved: "Moved") -> dict[str, list[float]]:
    """Milliseconds of every read by path; run in another process. Raises `CalledProcessError` where a read failed."""
    asked = [sys.executable, __file__, host, str(port), json.dumps(moved._asdict())]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)
    return {path: list(map(float, times)) for path, times in json.loads(done.stdout).items()}


async def _client(host: str, port: int, moved: dict[str, Any], number: int) -> Taken:
    """One connection, kept open as a browser does, that asks for the next path when it has read the last."""
    reader, writer = await asyncio.open_connection(host, port)
    taken: Taken = []
    for i in range(ROUNDS * len(PATHS)):
        path = PATHS[(number + i) % len(PATHS)]
        # no two clients and no two rounds ask for the same threshold
        along = (number + CLIENTS * (i // len(PATHS))) / (CLIENTS * ROUNDS)
        own = moved["threshold_from"] + (moved["threshold_to"] - moved["threshold_from"]) * along
        began = time.perf_counter()
        writer.write(f"GET {path.format(**moved, own=f'{own:.6f}')} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        await _read(reader, path)
        taken.append((path, 1000 * (time.perf_counter() - began)))
    writer.close()
    return taken


async def _read(reader: asyncio.StreamReader, path: str) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if not head.startswith("http/1.1 200"):
        raise SystemExit(f"{path}: {head.splitlines()[0]}")
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    await reader.readexactly(int(length.split(":")[1]))


async def _all(host: str, port: int, moved: dict[str, Any]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {path: [] for path in PATHS}
    for taken in await asyncio.gather(*(_client(host, port, moved, n) for n in range(CLIENTS))):
        for path, spent in taken:
            found[path].append(spent)
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_all(sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])))))
