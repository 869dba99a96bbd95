"""Loopholes by search: transactions alike in substance that a rulebook decides differently, each to be checked again by hand.

- `search`: looks for them under a book, within so many seconds and pairs
- `substance`: what a case says is alike, in `loopholes.toml` (`FILE`)
- `Search`, `Loophole`: what is found
"""

from premortem.law.loopholes.pairs import Loophole
from premortem.law.loopholes.search import PAIRS, SECONDS, Search, search
from premortem.law.loopholes.substance import FILE, substance

__all__ = ["FILE", "PAIRS", "SECONDS", "Loophole", "Search", "search", "substance"]
