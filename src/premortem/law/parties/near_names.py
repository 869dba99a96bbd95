"""An index of listed names by word, so that a new name is compared only with those that share a word with it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import OSA

from premortem.law.parties.letters import Ends, by_ends, slip_away
from premortem.law.parties.spelling import all_words, common_words, key, plain_words, shortened_words

# Likeness [of 100] of a name to a listed one: the same words; all its words and others; one slip of the pen; fewer words.
SAME, HOLDS, SLIP, PART = 99.0, 90.0, 95.0, 80.0
# Fewest letters of a name, or of a word, in which a slip of the pen is looked for.
FEWEST_WHOLE, FEWEST_WORD = 6, 6
# A listed name of so many words is near wherever it stands in a longer one.
WHOLE = 3
# Share of a listed name's letters that a shorter one must have.
MOST_OF = 0.7
# Fewest words whose first letters are taken for a name.
INITIALS = 5


class Meant(NamedTuple):
    """Words of listed names that a word is, that it may be short for, or that it is a slip of the pen away from."""

    words: frozenset[str]
    # the names of which one of these is the rarest word: a name whose words are all said is among them
    rarest: frozenset[int]


class Near(NamedTuple):
    """Listed names, each with the number of its row, by whole spelling and by word."""

    names: tuple[tuple[tuple[str, ...], frozenset[str], int], ...]  # words in order, as a set, and the row
    holding: dict[str, frozenset[int]]  # the names that hold a word
    whole: dict[str, set[int]]  # rows by a name's letters
    initials: dict[str, set[int]]
    slips: dict[str, list[str]]  # words by themselves with a letter left out
    spellings: Ends  # whole spellings that are long enough for a slip of the pen
    rarest: dict[str, list[int]]  # the names of which a word is the one that fewest names hold
    known: frozenset[str]  # words of firms that are known not to be listed: no slips of the pen
    meant: dict[str, Meant]  # by a word that was looked up


def near(names: Sequence[tuple[str, int]], known: Iterable[str] = ()) -> Near:
    """The listed `names`, each with its row, made ready; `known` are names that are known not to be listed."""
    spelt = tuple((said, frozenset(said), i) for name, i in names if (said := plain_words(name)))
    holds: dict[str, list[int]] = {}
    whole: dict[str, set[int]] = {}
    initials: dict[str, set[int]] = {}
    for n, (said, bag, i) in enumerate(spelt):
        for word in bag:
            holds.setdefault(word, []).append(n)
        if len(said) >= INITIALS:
            initials.setdefault("".join(word[0] for word in said), set()).add(i)
    for name, i in names:
        for text in _run_together(name):
            whole.setdefault(text, set()).add(i)
    free = frozenset(word for name in known for word in plain_words(name))
    rarest: dict[str, list[int]] = {}
    for n, (_, bag, _) in enumerate(spelt):
        rarest.setdefault(min(bag, key=lambda word: (len(holds[word]), word)), []).append(n)
    holding = {word: frozenset(names) for word, names in holds.items()}
    long = by_ends(text for text in whole if len(text) >= FEWEST_WHOLE)
    return Near(spelt, holding, whole, initials, _slips(holding), long, rarest, free, {})


def rows(held: Near, name: str) -> Iterator[tuple[int, float]]:
    """Rows near a name with their likeness [of 100]: a slip of the pen away, by initials, or by words in any order."""
    for letters in _run_together(name):
        for text in slip_away(letters, held.spellings):
            yield from ((i, SLIP) for i in held.whole[text])
    said = plain_words(name)
    for word in said:
        if word in held.initials:
            yield from ((i, HOLDS) for i in held.initials[word])
    yield from _by_words(held, said)


def _by_words(held: Near, said: Sequence[str]) -> Iterator[tuple[int, float]]:
    told, unheard, inside = [], False, set[int]()
    for word in said:
        meant = _meant(held, word)
        if meant.words:
            told.append(meant.words)
            inside.update(meant.rarest)
        else:
            unheard = unheard or not _common(word)
    if unheard and not inside:
        return
    bag = frozenset[str]().union(*told)
    # with a word that no listed name has, it can only hold a whole one
    fitting = frozenset[int]() if unheard else _holding_all(held, told)
    for n in inside | fitting:
        theirs, words, i = held.names[n]
        if words <= bag:
            only = not unheard and all(means <= common_words() or not means.isdisjoint(words) for means in told)
            if only or (len(theirs) >= WHOLE and _within(theirs, said)):
                yield i, SAME if n in fitting and only else HOLDS
        elif n in fitting and not unheard and len(told) > 1 and _most_of(bag & words, words):
            yield i, PART


def _holding_all(held: Near, told: Sequence[frozenset[str]]) -> frozenset[int]:
    """Names that hold a word of each of these sets."""
    each = [frozenset().union(*(held.holding[word] for word in means)) if len(means) > 1 else held.holding[next(iter(means))] for means in told]  # fmt: skip
    return frozenset.intersection(*sorted(each, key=len)) if each else frozenset()


def _meant(held: Near, word: str) -> Meant:
    """What a word may mean."""
    found = held.meant.get(word)  # names of firms share most of their words
    if found is None:
        means = {w for w in (word, *shortened_words().get(word, ())) if w in held.holding}
        means = means or (set() if word in held.known else _alike(word, held.slips))
        found = Meant(frozenset(means), frozenset(n for other in means for n in held.rarest.get(other, ())))
        held.meant[word] = found
    return found


def _most_of(bag: frozenset[str], words: frozenset[str]) -> bool:
    """Whether a name lacks few letters of a listed one, and no telling word."""
    return words - bag <= common_words() and sum(map(len, bag)) >= MOST_OF * sum(map(len, words))


def _within(part: Sequence[str], said: Sequence[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(said)} "


def _run_together(name: str) -> set[str]:
    """A name without spaces, with its legal form and without: a slip may be in either."""
    return {key(name), "".join(all_words(name))}


def _common(word: str) -> bool:
    return len(word) < 3 or word in common_words()


def cuts(word: str) -> set[str]:
    """A word, and it with a letter left out: two words a slip apart share one of these.

    >>> sorted(cuts("abc"))
    ['ab', 'abc', 'ac', 'bc']
    """
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _slips(words: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        for cut in cuts(word) if len(word) >= FEWEST_WORD else ():
            found.setdefault(cut, []).append(word)
    return found


def _alike(word: str, slips: dict[str, list[str]]) -> set[str]:
    """Words a letter more, less or other away, or with two neighbours swapped."""
    if len(word) < FEWEST_WORD - 1:
        return set()
    shared = [cut for cut in cuts(word) if cut in slips]
    return {other for cut in shared for other in slips[cut] if OSA.distance(word, other) <= 1}
