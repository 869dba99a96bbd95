"""Texts that may be a few slips of the pen from another, found by their length and the letters that they hold: few of many are
left to be compared letter by letter.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Bits that tell which letters a text holds, and as many which it holds twice or more.
BUCKETS = 32


class Texts(NamedTuple):
    """Texts, the shortest first, with where those of each length begin and the bits of their letters."""

    texts: tuple[str, ...]
    begins: tuple[int, ...]  # by length, from 0 to one more than the longest
    bits: NDArray[np.uint64]

    def about(self, text: str, slips: int) -> list[str]:
        """Those that may be so many slips away or fewer, a slip being a letter more, less or other, or two neighbours swapped.

        Such a slip changes the length by one at most, and two bits at most.
        """
        most = len(self.begins) - 1
        first, last = self.begins[min(max(len(text) - slips, 0), most)], self.begins[min(len(text) + slips + 1, most)]
        if first == last:
            return []
        near = np.bitwise_count(self.bits[first:last] ^ np.uint64(_bits(text))) <= 2 * slips
        return [self.texts[first + i] for i in near.nonzero()[0].tolist()]


def made_ready(texts: Iterable[str]) -> Texts:
    """Texts to be looked in."""
    held = tuple(sorted(texts, key=len))
    lengths = [len(text) for text in held]
    begins = np.searchsorted(lengths, range(max(lengths, default=0) + 2))
    return Texts(held, tuple(begins.tolist()), np.array([_bits(text) for text in held], np.uint64))


def _bits(text: str) -> int:
    """A bit for each letter that is there, and one for each that is there twice; letters may share them."""
    once = twice = 0
    for letter in text:
        bit = 1 << (ord(letter) % BUCKETS)
        twice |= once & bit
        once |= bit
    return once | twice << BUCKETS
