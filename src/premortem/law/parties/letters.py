"""Texts that may be a few slips of the pen from another, found by their length, their letters or their ends: few of many are left
to be compared letter by letter.

A slip is a letter more, less or other, or two neighbours swapped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

# Bits that tell which letters a text holds, and as many which it holds twice or more.
BUCKETS = 32
# More than what is lost when a share of a length is worked out.
LOST = 1e-9
# Most comparisons of bits that are held at once.
AT_ONCE = 4_000_000
# Fewest letters of a text that is found by its ends.
SHORTEST = 5
# How far two texts may be apart: so many slips, or, of a share, as many as that share of the longer one's letters.
Apart = int | float


class Ends(NamedTuple):
    """Texts by how they begin and by how they end, in as many letters as a slip leaves."""

    begins: Mapping[str, Sequence[str]]
    ends: Mapping[str, Sequence[str]]


class Texts(NamedTuple):
    """Texts, the shortest first, with where those of each length begin and the bits of their letters."""

    texts: NDArray[Any]
    begins: tuple[int, ...]  # by length, from 0 to one more than the longest
    lengths: NDArray[np.int64]
    bits: NDArray[np.uint64]

    def about(self, asked: Sequence[str], apart: Apart) -> tuple[NDArray[np.intp], NDArray[Any]]:
        """Pairs of the place of an asked text and a text that may be so many slips away from it, or fewer; shape (pair), each."""
        lengths = np.array([len(text) for text in asked], np.int64)
        bits = _bits(asked, lengths)
        pairs = [(at[i], j) for at in _of_length(lengths) for i, j in self._pairs(bits[at], int(lengths[at[0]]), apart)]
        which = np.concatenate([i for i, _ in pairs]) if pairs else np.zeros(0, np.intp)
        return which, self.texts[np.concatenate([j for _, j in pairs])] if pairs else np.zeros(0, object)

    def _pairs(self, bits: NDArray[np.uint64], length: int, apart: Apart) -> Iterator[tuple[NDArray[np.intp], ...]]:
        """The same for texts of one length by their bits, both by their places."""
        window = _window(length, len(self.begins) - 2, apart)
        first, last = self.begins[window.shortest], self.begins[window.longest + 1]
        if first == last:
            return
        most, step = window.most_bits.take(self.lengths[first:last]), max(AT_ONCE // (last - first), 1)
        for start in range(0, len(bits), step):
            differing = np.bitwise_count(bits[start : start + step, None] ^ self.bits[first:last])
            i, j = np.nonzero(differing <= most)
            yield i + start, j + first


def made_ready(texts: Iterable[str]) -> Texts:
    """Texts to be looked in."""
    held = sorted(texts, key=len)
    lengths = np.array([len(text) for text in held], np.int64)
    begins = np.searchsorted(lengths, range(int(lengths.max(initial=0)) + 2))
    return Texts(np.array(held, object), tuple(begins.tolist()), lengths, _bits(held, lengths))


def by_ends(texts: Iterable[str]) -> Ends:
    """Texts of `SHORTEST` letters or more, to be looked in by `slip_away`: a slip leaves a text's beginning or its end as it was."""
    begins: dict[str, list[str]] = {}
    ends: dict[str, list[str]] = {}
    for text in texts:
        letters = _untouched(len(text))
        begins.setdefault(text[:letters], []).append(text)
        ends.setdefault(text[-letters:], []).append(text)
    return Ends(begins, ends)


def slip_away(text: str, held: Ends) -> set[str]:
    """Of the texts that are held, those that are this one or a slip away from it."""
    near: list[str] = []
    # of the lengths a letter less, the same and a letter more, two leave as many letters
    for letters in {_untouched(max(len(text) - 1, SHORTEST)), _untouched(len(text) + 1)}:
        near += held.begins.get(text[:letters], ())
        near += held.ends.get(text[-letters:], ())
    return {other for other in near if OSA.distance(text, other, score_cutoff=1) <= 1} if near else set()


def _untouched(length: int) -> int:
    """How many letters at its beginning, or as many at its end, a slip in a text of so many letters leaves as they were."""
    return (length - 3) // 2  # two letters between them, which a swap takes, and one that may be missing


def _of_length(lengths: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """The places of texts of each length."""
    order = np.argsort(lengths, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1) if len(order) else []


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


def _bits(texts: Sequence[str], lengths: NDArray[np.int64]) -> NDArray[np.uint64]:
    """A bit for each letter that is there, and one for each that is there twice; letters may share one. Shape (text)."""
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    places = np.repeat(np.arange(len(texts)) * BUCKETS, lengths) + letters % BUCKETS
    counts = np.bincount(places, minlength=len(texts) * BUCKETS).reshape(-1, BUCKETS)
    return np.packbits(np.hstack([counts > 0, counts > 1]), axis=1).view(np.uint64).ravel()
