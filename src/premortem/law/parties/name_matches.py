"""Names compared with those on the lists that a case holds, many at once: which they are equal to, which they are near, and how near."""

from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from premortem.case import Case
from premortem.law.fields.transfers import transfers
from premortem.law.parties.letters import Texts, made_ready
from premortem.law.parties.lists import FEWEST, Index, index
from premortem.law.parties.near_names import rows as near_rows
from premortem.law.parties.spelling import beginnings, compounds, key, parts, telling, weak_words, words
from premortem.law.parties.table import NOT_LISTED

# Likeness of equal names.
EQUAL = 100.0
# From this likeness on a name is near a listed one [of 100].
NEAR = 80.0
# A name that holds a whole listed name and more is this like it [of 100].
HOLDS = 90.0
# A near name is at most this like.
MOST_NEAR = 99.0
# Most names of which is kept what was found, but for more that are looked up at once.
MOST_KEPT = 400_000
# Rows of the table that a name is equal to (100) or near (less), the nearest first.
Matches = tuple[tuple[int, float], ...]


def matches(name: str, case: Case) -> Matches:
    """Rows of the table that a name is equal to (100) or near (less), whatever the day; nearest first, then by list in the
    order in which the case names them, then by name.

    A name equal to one that is known not to be listed, and to no listed one, is near none.
    """
    found = _known(case).get(name)
    return look_up([name], case)[name] if found is None else found


def look_up(names: Iterable[str], case: Case) -> dict[str, Matches]:
    """`matches` of each name, looked up at once, which for many takes a fraction of the time; they are known from then on."""
    known = _known(case)
    found = {name: known.get(name) for name in names}
    new = [name for name, rows in found.items() if rows is None]
    told = dict(zip(new, _compared(new, case), strict=True))
    if len(known) + len(told) > MOST_KEPT:
        known.clear()
    known |= told
    return {name: told[name] if rows is None else rows for name, rows in found.items()}


@cache
def _known(case: Case) -> dict[str, Matches]:
    """What was found of names that were looked up."""
    return {}


def _compared(names: Sequence[str], case: Case) -> Iterator[Matches]:
    held, places = index(case), _places(case)
    joined = ["".join(telling(name)) for name in names]
    # none where these are too few, or are those of a firm that is not listed
    alike = _alike([text for text in dict.fromkeys(joined) if len(text) >= FEWEST and text not in held.free], case)
    for name, text in zip(names, joined, strict=True):
        # a listed party's own name is its own behind `c/o` or `formerly` too
        equal = held.by_key.get(key(name)) or tuple(_of_parts(name, held))
        found = {i: EQUAL for i in equal if held.rows[i].list != NOT_LISTED}
        if not equal or found:
            likes = alike.get(text)
            by_telling = () if likes is None else _by_telling(name, likes, case)
            for i, score in chain(by_telling, near_rows(held.near, name)):
                found[i] = max(found.get(i, 0.0), score)
        yield tuple(sorted(found.items(), key=lambda near: (-near[1], places[near[0]]))) if found else ()


def _of_parts(name: str, held: Index) -> Iterator[int]:
    """Rows of listed parties that a part of a name is equal to."""
    rows = (i for part in parts(name) for i in held.by_key.get(key(part), ()))
    return (i for i in rows if held.rows[i].list != NOT_LISTED)


@cache
def _places(case: Case) -> tuple[int, ...]:
    """Where each row stands among others that a name is as near to: by its list, in the case's order, then by its name."""
    lists, rows = [*transfers(case).parties.lists], index(case).rows
    of_list = {name: lists.index(name) if name in lists else len(lists) for name in {row.list for row in rows}}
    order = sorted(range(len(rows)), key=lambda i: (of_list[rows[i].list], rows[i].name.casefold(), i))
    return tuple(np.argsort(order).tolist())


def _alike(joined: Sequence[str], case: Case) -> dict[str, dict[str, float]]:
    """Of each text, those that listed names are told apart by and that are like it, with their likeness [of 100]."""
    found: dict[str, dict[str, float]] = {text: {} for text in joined}
    places, others = _tellings(case).about(joined, 1 - NEAR / 100)
    asked = [joined[i] for i in places]
    least = NEAR / 100
    scores = process.cpdist(asked, others, scorer=OSA.normalized_similarity, score_cutoff=least, dtype=np.float64)
    for i in np.flatnonzero(scores >= least):
        found[asked[i]][others[i]] = min(MOST_NEAR, 100 * float(scores[i]))
    return found


@cache
def _tellings(case: Case) -> Texts:
    """Telling words of listed names."""
    return made_ready(index(case).telling)


def _by_telling(name: str, alike: dict[str, float], case: Case) -> Iterator[tuple[int, float]]:
    """Rows near a name by the words that tell firms apart; `alike` are those of listed names that are like the name's own."""
    held, begin, told = index(case).telling, _beginnings(case), telling(name)
    joint = [part for word in told for part in compounds(word)]
    parts = {part for part in (*_runs(told, 1, begin), *_runs(words(name), 2, begin), *joint) if part in held}
    parts -= {"".join(told), *weak_words()}
    scores = alike | {part: max(HOLDS, alike.get(part, 0.0)) for part in parts} if parts else alike
    for text, score in scores.items():
        for i in held[text]:
            yield i, score


@cache
def _beginnings(case: Case) -> frozenset[str]:
    """How the telling words of listed names begin, and they themselves."""
    return beginnings(index(case).telling)


def _runs(said: Sequence[str], fewest: int, begin: Container[str]) -> list[str]:
    """Neighbouring words of a name, so many or more, run together, of those that `begin` holds."""
    found = []
    for i in range(len(said) - fewest + 1):
        run = ""
        for many, word in enumerate(said[i:], 1):
            run += word
            if run not in begin:
                break
            if many >= fewest:
                found.append(run)
    return found
