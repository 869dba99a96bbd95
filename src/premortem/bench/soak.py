"""Twenty readers who move levers for minutes: how long they wait, and what is refused.

Runs as a script with a host, a port, seconds and what is moved, as JSON; prints one JSON document: milliseconds of each answer, and statuses.
"""

import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from premortem.text.result import Document

if TYPE_CHECKING:  # a reader loads little of the program
    from premortem.case import Moved

# Readers at once, and how long one looks before the next move [s].
READERS, LOOKS = 20, 1.0
# How long it takes [s]: of a whole benchmark, and of a quick one.
LONG, SHORT = 300.0, 20.0
# A reader's move: a number of the reader's own, or, in so many cases of one, one that colleagues look at together.
MOVE, TOGETHER = "/api/board?only=1&l.{lever}={value}", 0.3


def measure(host: str, port: int, seconds: float, moved: "Moved") -> Document:
    """`milliseconds` of each answer and how many had each of the `statuses`; run in another process."""
    asked = [sys.executable, __file__, host, str(port), str(seconds), json.dumps(moved._asdict())]
    done = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def summary(found: Document) -> dict[str, float]:
    """Median and 95th percentile of the answers [ms], how many there were, and how many were refused."""
    taken = sorted(found["milliseconds"])
    refused = sum(count for status, count in found["statuses"].items() if status != "200")
    return {
        "median": statistics.median(taken),
        "p95": taken[int(0.95 * (len(taken) - 1))],
        "answers": len(taken),
        "refused": refused,
    }


async def _reader(
    host: str, port: int, moved: dict[str, Any], number: int, ends: float, taken: list[float], statuses: Counter[str]
) -> None:
    chance = random.Random(number)
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < ends:
        together = chance.random() < TOGETHER
        value = chance.choice(moved["together"]) if together else chance.uniform(moved["lever_from"], moved["lever_to"])
        began = time.perf_counter()
        writer.write(
            f"GET {MOVE.format(lever=moved['lever'], value=f'{value:.0f}')} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        await reader.readexactly(int(length.split(":")[1]))
        taken.append(1000 * (time.perf_counter() - began))
        statuses[head.split()[1]] += 1
        await asyncio.sleep(LOOKS)
    writer.close()


async def _all(host: str, port: int, seconds: float, moved: dict[str, Any]) -> dict[str, Any]:
    taken: list[float] = []
    statuses: Counter[str] = Counter()
    ends = time.perf_counter() + seconds
    await asyncio.gather(*(_reader(host, port, moved, n, ends, taken, statuses) for n in range(READERS)))
    return {"milliseconds": taken, "statuses": statuses}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_all(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), json.loads(sys.argv[4])))))
