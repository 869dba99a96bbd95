"""Texts in a party's cell that name nobody: what a desk types where it knows no name, or writes elsewhere."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from premortem.law.parties.spelling import all_words, branch_words, key, legal_forms, word_lists

# Most letters of a word that only numbers those who are not named, as in `Customer A`.
MARK = 1


class _Told(NamedTuple):
    roles: frozenset[str]
    whole: frozenset[str]
    begins: frozenset[tuple[str, ...]]
    firsts: frozenset[str]  # first words of `begins`
    numbered: frozenset[str]
    words_too: frozenset[str]
    initials: frozenset[str]
    empty: frozenset[str]  # words of texts that name nobody


@lru_cache(maxsize=400_000)
def is_nameless(name: str) -> bool:
    """Whether a text names no party: no letters, a word for a role, or one of the texts that stand for a name.

    >>> [is_nameless(text) for text in ("TBD", "see notes", "Customer 2", "Distributor Ltd", "See Hup Seng", "Test Research Ltd")]
    [True, True, True, True, False, False]
    """
    said, told = all_words(name), _told()
    letters = "".join(said)
    if (
        not any(map(str.isalpha, letters))
        or (letters.isascii() and len({*letters}) == 1 < len(letters))
        or letters in told.whole
        or key(name) in told.roles
    ):
        return True
    if said[-1] in legal_forms() and (len(said) == 1 or said[-1] not in told.words_too):
        return len(said) == 1
    if _begins_as_nobody(said):
        return True
    own = [word for word in said if len(word) > MARK and not word.isdecimal()]
    return len(own) < len(said) and "".join(own) in told.numbered


def nobody_of(name: str) -> str:
    """What stands before the legal form of a firm's name, where that names nobody (`Stock Ltd`, `Undisclosed Customer GmbH`); "" else."""
    own = said = all_words(name)
    if is_firm_of_initials(said):
        return ""
    while own and own[-1] in legal_forms():
        own = own[:-1]
    if not own or len(own) == len(said):
        return ""
    return " ".join(own) if "".join(own) in _told().whole or _begins_as_nobody(own) else ""


def initials() -> frozenset[str]:
    """Short words for nobody that may be a firm's initials."""
    return _told().initials


def is_firm_of_initials(said: Sequence[str]) -> bool:
    """Whether a name's short word for nobody may be initials: a word of its own and a legal form stand beside (`TBC Bank JSC`).

    >>> [is_firm_of_initials(all_words(name)) for name in ("TBC Bank JSC", "TBC Customer Ltd", "TBC Trading Ltd", "TBC Bank")]
    [True, False, False, False]
    """
    told = _told()
    if not said or said[-1] not in legal_forms() or told.initials.isdisjoint(said):
        return False
    return any(word not in told.empty and word not in told.initials and len(word) > MARK for word in said[:-1])


def _begins_as_nobody(said: tuple[str, ...]) -> bool:
    """Whether the first words of a text stand for a name, whatever follows."""
    told = _told()
    return said[0] in told.firsts and any(said[:n] in told.begins for n in range(1, len(said) + 1))


@cache
def _told() -> _Told:
    read = word_lists("nameless.toml")
    joined = {kind: frozenset("".join(all_words(text)) for text in texts) for kind, texts in read.items()}
    begins = frozenset(all_words(text) for text in read["begins"])
    return _Told(
        joined["roles"],
        joined["nobody"],
        begins,
        frozenset(b[0] for b in begins),
        joined["numbered"],
        joined["words_too"],
        joined["initials"],
        branch_words().union(
            word for kind in ("roles", "nobody", "numbered") for text in read[kind] for word in all_words(text)
        ),
    )
