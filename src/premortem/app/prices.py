"""What a request may cost a client: a price by what must be worked out for it, and a budget that fills up again.

A price of 1 is one simulation of 2,000 futures under one policy.
"""

import time
from collections import deque
from urllib.parse import parse_qsl

# Answers that take seconds, and the ends of such addresses; a page that is asked for with `now` works its answer out at once.
ANALYSES = (
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
ANALYSES_END = ("/why", "/breaks", "/curves", "/effects", "/takes")
# Answers that take about a second, each time or the first time: pictures to draw, two bodies of law to compare, a memo to set.
SECONDS = ("/api/exhibits", "/exhibits/", "/api/diff", "/rules/diff", "/api/memo")
# What costs nothing: files of the package, and whether the server is up.
FREE = ("/static/", "/font.woff2", "/favicon.ico", "/geo/", "/api/health")
# Keys of an address, or how they begin, for which every policy is simulated anew, and those for which one is; `state` stands for any.
ANEW, ONCE = (
    frozenset({"state", "seed", "n", "pin", "asof", "p.", "r."}),
    frozenset({"w", "policy", "vs", "l.", "d.", "t."}),
)
ANALYSIS, ALL_POLICIES, ONE_POLICY = 25, 10, 1
# Analyses that a client may ask for in a window [s]; its budget is as much as they cost.
MANY, WINDOW = 40, 10.0
# Clients that are remembered; those that asked longest ago are forgotten first.
CLIENTS = 10_000


def price(path: str, query: str) -> int:
    """What a request costs, in simulations of one policy."""
    if path.startswith(FREE):
        return 0
    named = [key for key, _ in parse_qsl(query, keep_blank_values=True)]
    keys = {key[:2] if key[1:2] == "." else key for key in named}
    if path.startswith(ANALYSES) or path.endswith(ANALYSES_END) or "now" in keys:
        return ANALYSIS
    return ALL_POLICIES if keys & ANEW or path.startswith(SECONDS) else ONE_POLICY if keys & ONCE else 0


class Budget:
    """What each client has asked for in the last seconds."""

    def __init__(self) -> None:
        self._spent: dict[str, deque[tuple[float, int]]] = {}

    def takes(self, client: str, asked: int) -> bool:
        """Whether a client may ask for something of this price now; then it is spent."""
        if not asked:
            return True
        now = time.monotonic()
        spent = self._spent.pop(client, deque())
        self._spent[client] = spent  # the last in order
        while spent and spent[0][0] < now - WINDOW:
            spent.popleft()
        while len(self._spent) > CLIENTS:
            del self._spent[next(iter(self._spent))]
        if sum(cost for _, cost in spent) + asked > MANY * ANALYSIS:
            return False
        spent.append((now, asked))
        return True
