"""Reads an item's name among words that tell no items apart: maker, board partner, memory as the catalogue has it, form.

A name that could be two is asked, and so is one whose memory or form is another than the catalogue's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import NamedTuple

# A size of memory, a number of chips in one unit, and a height in a rack.
SIZE, TIMES, HEIGHT = (re.compile(pattern) for pattern in (r"(\d+)gb?", r"(\d{1,2})x", r"\d{1,2}u"))
BETWEEN = re.compile(r"[\s_\-–/(),;+™®©]+")
# Most sizes and forms of one text that are tried in every order: no item's name holds so many, and of twelve the orders never end.
MOST_BESIDE = 5
# What a word of a model has, and one of another thing has not.
MODEL = re.compile(r"(?=.*\d)\w{2,}")


class Words(NamedTuple):
    """Words that may stand beside an item's name, small."""

    makers: frozenset[str]  # who makes it, or what it is built into
    little: frozenset[str]  # that say nothing more
    stacked: tuple[str, ...]  # how the kinds of memory begin that are stacked beside the chip
    flat: tuple[str, ...]  # and those of any other
    forms: Mapping[str, str]  # forms in which it is built, by their spellings
    platforms: frozenset[str]  # of systems, which begin so
    whole: frozenset[str]  # that make one unit a system


class Spec(NamedTuple):
    """What the catalogue says of an item: memory [GB], as each of its names has it, and whether that is stacked."""

    sizes: frozenset[int]
    stacked: bool


class Held(NamedTuple):
    """What is held: what each folded spelling means, one item or several; items; and the chip and count of each system."""

    means: Mapping[str, str | tuple[str, ...]]
    items: Mapping[str, Spec]
    systems: Mapping[str, tuple[str, int]]


class _Parts(NamedTuple):
    name: tuple[str, ...]
    sizes: tuple[str, ...]
    stacked: bool | None
    forms: tuple[str, ...]
    platforms: tuple[str, ...]
    times: int
    whole: bool


def read_among_words(text: str, held: Held, words: Words) -> str | tuple[str, ...] | None:
    """The one item that a text names, those that it could name, or nothing: a word that is not known leaves it unread."""
    parts = _parts(text, words)
    found = next((told for name in _names(parts, words) if (told := held.means.get(name)) is not None), None)
    if found is None or (isinstance(found, str) and found not in held.items):
        return None if parts.times or parts.platforms or parts.whole else found
    if isinstance(found, tuple):
        fitting = tuple(item for item in found if _fits(item, parts, held, words))
        found = fitting if len(fitting) > 1 else found
    elif not _fits(found, parts, held, words):
        beside = [i for i in _family(found, held) if i != found]
        found = (found, *([i for i in beside if _fits(i, parts, held, words)] or beside))
    if not (parts.times or parts.platforms or parts.whole):
        return found
    return _systems((found,) if isinstance(found, str) else found, parts, held, words)


def tokens(text: str) -> list[str]:
    """The words of an item's name, small; a size is one word.

    >>> tokens("A100-SXM4 (80 GB)")
    ['a100', 'sxm4', '80gb']
    """
    joined = re.sub(r"(\d)\s+gb\b", r"\1gb", text.casefold())
    return [token for token in BETWEEN.split(joined) if token]


def models(text: str) -> set[str]:
    """The words of an item's name that tell its model: with a number, and no size of memory."""
    return {token for token in tokens(text) if MODEL.fullmatch(token) and not SIZE.fullmatch(token)}


def _parts(text: str, words: Words) -> _Parts:
    told = tokens(text)
    memory = [token for token in told if token.startswith((*words.stacked, *words.flat))]
    kinds = {token.startswith(words.stacked) for token in memory}
    times = [int(match[1]) for token in told if (match := TIMES.fullmatch(token))]
    apart = (*memory, *words.makers, *words.little, *words.forms, *words.platforms, *words.whole)
    patterns = (SIZE, TIMES, HEIGHT)
    return _Parts(
        tuple(t for t in told if t not in apart and not any(pattern.fullmatch(t) for pattern in patterns)),
        tuple(dict.fromkeys(t for t in told if SIZE.fullmatch(t))),
        kinds.pop() if len(kinds) == 1 else None,
        tuple(dict.fromkeys(t for t in told if t in words.forms)),
        tuple(dict.fromkeys(t for t in told if t in words.platforms)),
        max(times, default=0),
        any(t in words.whole for t in told) or any(HEIGHT.fullmatch(t) for t in told),
    )


def _names(parts: _Parts, words: Words) -> Iterator[str]:
    """Folded spellings that the parts may make, the fullest first."""
    forms = {form: (form, words.forms[form]) for form in parts.forms}
    beside = (*parts.forms, *parts.sizes)
    if len(beside) > MOST_BESIDE:
        return
    for count in range(len(beside), -1, -1):
        for told in permutations(beside, count):
            for spelt in ([*told], [forms[t][1] if t in forms else t for t in told]):
                yield "".join((*parts.name, *spelt))


def _fits(item: str, parts: _Parts, held: Held, words: Words) -> bool:
    """Whether nothing that the text says is another for an item."""
    spec = held.items.get(item)
    if spec is None:
        return False
    if any(int(size.rstrip("gb")) not in spec.sizes for size in parts.sizes) or parts.stacked not in (
        None,
        spec.stacked,
    ):
        return False
    forms, own = {words.forms[form] for form in parts.forms}, _forms(item, words)
    return forms <= own or not any(_forms(other, words) for other in _family(item, held))


def _forms(item: str, words: Words) -> set[str]:
    return {words.forms[token] for token in tokens(item) if token in words.forms}


def _family(item: str, held: Held) -> list[str]:
    """Items that share the word of an item's model."""
    model = models(item) or {*tokens(item)}
    return [other for other in held.items if model & {*tokens(other)}]


def _systems(items: Sequence[str], parts: _Parts, held: Held, words: Words) -> tuple[str, ...] | None:
    """What a text means that names chips and how many are in one unit, or what they are built into: the chip, or a system of it."""
    built = [name for name, (chip, count) in held.systems.items() if chip in items and parts.times in (0, count)]
    begin = tuple(parts.platforms or words.platforms)
    usual = [name for name in built if name.casefold().startswith(begin)]
    built = usual if usual or parts.platforms else built
    return (*items, *built) if built else None
