"""A firm's name, whatever its spelling: its words, and which of them identify it."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files

from premortem.files.toml import Toml
from premortem.law.parties.look_alikes import plain_letters
from premortem.text.numbers import strip_accents

# What a name is read by; an initial is a letter with its full stop before another.
APOSTROPHES, INITIAL, WORD = re.compile(r"['’‘`´]"), re.compile(r"\b(\w)\.(?=\w\b)"), re.compile(r"\w+")
# From this length on [letters], the `s` at the end of a word may be left out.
PLURAL = 5
# Fewest letters by which a longer word may be shortened.
FEWEST = 3


@cache
def word_lists(file: str, room: str = "parties") -> Toml:
    """Lists of words by their kind, of a file of this room or of another one of the law."""
    return tomllib.loads((files("premortem.law") / room / file).read_text("utf-8"))


@cache
def _words() -> dict[str, frozenset[str]]:
    return {kind: frozenset(words) for kind, words in word_lists("names.toml").items() if isinstance(words, list)}


@cache
def _same() -> dict[str, tuple[str, ...]]:
    return {word: tuple(means.split()) for word, means in word_lists("names.toml")["same"].items()}


@lru_cache(maxsize=400_000)
def words(name: str) -> tuple[str, ...]:
    """A name's words without capitals, accents, punctuation and legal forms.

    >>> words("Huawei Technologies Co., Ltd.") == words("HUAWEI TECHNOLOGIES")
    True
    """
    found = all_words(name)
    kept = [w for i, w in enumerate(found) if i == 0 or w not in _words()["legal"]]
    while len(kept) > 1 and kept[-1] in _words()["at_end"]:
        kept.pop()
    return tuple(kept)


@lru_cache(maxsize=400_000)
def all_words(name: str) -> tuple[str, ...]:
    """A name's words without capitals, accents and punctuation."""
    plain = strip_accents(plain_letters(name))
    for ending in _words()["written"]:
        plain = plain.removesuffix(ending)
    plain = APOSTROPHES.sub("", plain.replace("&", " and "))
    if "." in plain:
        plain = INITIAL.sub(r"\1", plain)  # B.V. is bv
    return tuple(WORD.findall(plain.replace("_", " ")))


@lru_cache(maxsize=400_000)
def key(name: str) -> str:
    """What two spellings of one name share: its words run together.

    >>> key("Yotta Data-Services Pvt. Ltd.") == key("YOTTA Data Services")
    True
    """
    return "".join(words(name))


@cache
def _marks() -> re.Pattern[str]:
    marks = sorted(_words()["marks"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, marks))})(?!\w)[:.]?", re.IGNORECASE)


def parts(name: str) -> tuple[str, ...]:
    """The names that one name holds, where it says whom it stands for or was; else none.

    >>> parts("Acme Ltd c/o Huawei"), parts("formerly Huawei Technologies Co"), parts("Acme Ltd")
    (('Acme Ltd', 'Huawei'), ('Huawei Technologies Co',), ())
    """
    found = _marks().split(name)
    return tuple(part for text in found if (part := text.strip(" ,;()[]-"))) if len(found) > 1 else ()


@cache
def ordinary_words() -> frozenset[str]:
    """Telling words of listed names that are words of much else."""
    return _words()["ordinary"]


@cache
def weak_words() -> frozenset[str]:
    """Words of so many firms' names that beside another telling word they tell of no listed firm."""
    return _words()["weak"]


@cache
def branch_words() -> frozenset[str]:
    """Words that many firms share, that say little, or that tell only which branch of a firm it is."""
    held = _words()
    return held["common"] | held["little"] | held["branches"] | legal_forms()


@lru_cache(maxsize=400_000)
def telling(name: str) -> tuple[str, ...]:
    """A name's words without those that many firms share."""
    return tuple(w for w in words(name) if w not in _words()["common"])


@lru_cache(maxsize=400_000)
def plain_words(name: str) -> tuple[str, ...]:
    """All words of a name in order, each under one spelling, without legal forms and those that are often left out.

    >>> plain_words("Centre for Micro-Electronics, Int'l") == plain_words("International Center of Microelectronic")
    False
    >>> sorted(plain_words("Int'l Centre for Microelectronics Ltd")) == sorted(plain_words("Micro-Electronic Center, Intl."))
    True
    """
    dropped = _words()["legal"] | _words()["little"]
    spelt = (w.removesuffix("s") if len(w) > PLURAL else w for w in all_words(name) if w not in dropped)
    return tuple(part for w in spelt for part in _same().get(w, (w,)))


@cache
def common_words() -> frozenset[str]:
    """Words that many firms share, as `plain_words` spells them, with legal forms that may also be words."""
    shared = {part for kind in ("common", "at_end") for w in _words()[kind] for part in plain_words(w)}
    return frozenset(shared)


@cache
def shortened_words() -> dict[str, frozenset[str]]:
    """Words that many firms share, by each beginning of them, `FEWEST` letters or more, that may stand for them."""
    found: dict[str, set[str]] = {}
    for word in common_words():
        for end in range(FEWEST, len(word)):
            found.setdefault(word[:end], set()).add(word)
    return {start: frozenset(means) for start, means in found.items()}


@lru_cache(maxsize=400_000)
def compounds(word: str) -> tuple[str, ...]:
    """What is left of a word without a word that many firms share, or the beginning of one, written together with it.

    >>> compounds("birentech")
    ('biren',)
    """
    common, found = _common(), []
    for i in range(FEWEST, len(word) - FEWEST + 1):
        start, end = word[:i], word[i:]
        if end in common and len(start) >= PLURAL:
            found.append(start)
        if start in common and len(end) >= PLURAL:
            found.append(end)
    return tuple(found)


@cache
def _common() -> frozenset[str]:
    """Words that many firms share, as they may be spelt or shortened: with an `s` at the end, and those without one as they are."""
    spelt = {word for word, means in _same().items() if common_words().issuperset(means)}
    held = {*common_words(), *spelt, *shortened_words()}
    return frozenset(f"{word}s" for word in held) | {word for word in held if not word.endswith("s")}


def beginnings(texts: Iterable[str]) -> frozenset[str]:
    """How texts begin, and they themselves: what begins with none of these begins with none of them.

    >>> sorted(beginnings(["abc", "ad"]))
    ['a', 'ab', 'abc', 'ad']
    """
    return frozenset(text[:end] for text in texts for end in range(1, len(text) + 1))


@cache
def legal_forms() -> frozenset[str]:
    """Legal forms of firms, those that may also be words too."""
    return _words()["legal"] | _words()["at_end"]


def in_other_script(name: str) -> bool:
    """Whether a name holds letters of another script than the Latin one."""
    said = "".join(all_words(name))
    return not said.isascii() and any(
        c.isalpha() and not c.isascii() and "LATIN" not in unicodedata.name(c, "") for c in said
    )
