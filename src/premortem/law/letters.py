"""Texts that may be a few slips of the pen from another, found by their length and the letters that they hold: few of many are
left to be compared letter by letter.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Bits that tell which letters a text holds, and as many which it holds twice or more.
BUCKETS = 32
# More than what is lost when a share of a length is worked out.
LOST = 1e-9
# How far two texts may be apart: so many slips, or, of a share, as many as that share of the longer one's letters.
Apart = int | float


class Texts(NamedTuple):
    """Texts, the shortest first, with where those of each length begin and the bits of their letters."""

    texts: NDArray[Any]
    begins: tuple[int, ...]  # by length, from 0 to one more than the longest
    lengths: NDArray[np.int64]
    bits: NDArray[np.uint64]

    def about(self, text: str, apart: Apart) -> list[str]:
        """Those that may be so many slips away or fewer, a slip being a letter more, less or other, or two neighbours swapped."""
        window = _window(len(text), len(self.begins) - 2, apart)
        first, last = self.begins[window.shortest], self.begins[window.longest + 1]
        if first == last:
            return []
        differing = np.bitwise_count(self.bits[first:last] ^ np.uint64(_bits(text)))
        return self.texts[first:last][differing <= window.most_bits.take(self.lengths[first:last])].tolist()


def made_ready(texts: Iterable[str]) -> Texts:
    """Texts to be looked in."""
    held = sorted(texts, key=len)
    lengths = np.array([len(text) for text in held], np.int64)
    begins = np.searchsorted(lengths, range(int(lengths.max(initial=0)) + 2))
    return Texts(
        np.array(held, object), tuple(begins.tolist()), lengths, np.array([_bits(text) for text in held], np.uint64)
    )


class _Window(NamedTuple):
    """Lengths of texts that may be near one, and, by length, in how many bits they may differ from it."""

    shortest: int
    longest: int
    most_bits: NDArray[np.int8]


@lru_cache(maxsize=4096)
def _window(length: int, longest: int, apart: Apart) -> _Window:
    """The window of a text of a length among texts of which the longest has `longest` letters.

    A letter more or less changes one bit at most, another letter two: where the lengths differ, so many slips at least are
    of the first kind.
    """
    most_bits = np.full(longest + 1, -1, np.int8)
    for other in range(longest + 1):
        slips = apart if isinstance(apart, int) else int(apart * max(length, other) + LOST)
        if abs(other - length) <= slips:
            most_bits[other] = min(2 * slips - abs(other - length), 2 * BUCKETS)
    near = np.flatnonzero(most_bits >= 0)
    return _Window(int(near[0]), int(near[-1]), most_bits) if len(near) else _Window(0, -1, most_bits)


class _Bits(dict[str, int]):
    """The bit of each letter; letters may share one."""

    def __missing__(self, letter: str) -> int:
        self[letter] = bit = 1 << (ord(letter) % BUCKETS)
        return bit


_BITS = _Bits()


def _bits(text: str) -> int:
    """A bit for each letter that is there, and one for each that is there twice."""
    once = twice = 0
    for bit in map(_BITS.__getitem__, text):
        twice |= once & bit
        once |= bit
    return once | twice << BUCKETS
