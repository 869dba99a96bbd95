"""Listed names by their words, so that a name which was never seen is held only against those that share some with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from premortem.regime.spelling import all_words, key, plain_words, shared

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


class Near:
    """Listed names, each with the number of its row, by whole spelling and by word."""

    def __init__(self, names: Sequence[tuple[str, int]], known: Iterable[str] = ()) -> None:
        """Of the listed `names`; words of names that are `known` not to be listed are no slips of the pen."""
        self._known = frozenset(w for name in known for w in plain_words(name))
        self._of = [(said, frozenset(said), i) for name, i in names if (said := plain_words(name))]
        self._holding: dict[str, list[int]] = {}
        for n, (_, bag, _) in enumerate(self._of):
            for word in bag:
                self._holding.setdefault(word, []).append(n)
        self._slips = _slips(self._holding, FEWEST_WORD)
        self._whole: dict[str, set[int]] = {}
        for name, i in names:
            for text in _run_together(name):
                self._whole.setdefault(text, set()).add(i)
        self._whole_slips = _slips(self._whole, FEWEST_WHOLE)
        self._initials = {_initials(said): i for said, _, i in self._of if len(said) >= INITIALS}

    def rows(self, name: str) -> Iterator[tuple[int, float]]:
        """Rows near a name with their likeness [of 100]: a slip of the pen away, or by their words in any order."""
        for whole in _run_together(name):
            for text in _alike(whole, self._whole_slips, FEWEST_WHOLE):
                yield from ((i, SLIP) for i in self._whole[text])
        said = plain_words(name)
        for word in said:
            if word in self._initials:
                yield self._initials[word], HOLDS
        means = [self._meant(word) for word in said]
        counts = Counter(n for n in (n for found in means for w in found for n in self._holding.get(w, ())))
        bag = frozenset(w for found in means for w in found)
        extra = [w for w, found in zip(said, means, strict=True) if not found and not _common(w)]
        for n in counts:
            theirs, words, i = self._of[n]
            if words <= bag:
                others = extra or not bag - words <= shared()
                if bag == words and not extra:
                    yield i, SAME
                elif not others or (len(theirs) >= WHOLE and _within(theirs, said)):
                    yield i, HOLDS
            elif not extra and len(bag) > 1 and bag <= words and _most_of(bag, words):
                yield i, PART

    def _meant(self, word: str) -> set[str]:
        """Words of listed names that a word is, or that it is a slip of the pen away from."""
        if word in self._holding:
            return {word}
        return set() if word in self._known else _alike(word, self._slips, FEWEST_WORD)


def _most_of(bag: frozenset[str], words: frozenset[str]) -> bool:
    """Whether a name lacks few letters of a listed one, and no telling word."""
    return words - bag <= shared() and sum(map(len, bag)) >= MOST_OF * sum(map(len, words))


def _within(part: Sequence[str], said: Sequence[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(said)} "


def _run_together(name: str) -> set[str]:
    """A name without spaces, with its legal form and without: a slip may be in either."""
    return {key(name), "".join(all_words(name))}


def _initials(said: Sequence[str]) -> str:
    return "".join(word[0] for word in said)


def _common(word: str) -> bool:
    return len(word) < 3 or word in shared()


def _cuts(word: str) -> set[str]:
    """A word, and it with any one letter left out: two words a slip apart share one of these."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def _slips(words: dict[str, list[int]] | dict[str, set[int]], fewest: int) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in words:
        for cut in _cuts(word) if len(word) >= fewest else ():
            found.setdefault(cut, []).append(word)
    return found


def _alike(word: str, slips: dict[str, list[str]], fewest: int) -> set[str]:
    """Words a letter more, less or other away, or with two neighbours swapped."""
    if len(word) < fewest - 1:
        return set()
    return {other for cut in _cuts(word) for other in slips.get(cut, ()) if _one_slip(word, other)}


def _one_slip(a: str, b: str) -> bool:
    """Whether two words differ by one letter left out, added or changed, or by two neighbours swapped."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[start + 1 :] == shorter[start:]
    swapped = a[start : start + 2] == b[start : start + 2][::-1] and a[start + 2 :] == b[start + 2 :]
    return swapped or a[start + 1 :] == b[start + 1 :]
