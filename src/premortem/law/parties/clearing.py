"""Names near a listed one that a person looked at and cleared, each with the reason; a name alone clears nothing."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from premortem.errors import BadInput
from premortem.law.parties.nameless import is_nameless
from premortem.law.parties.spelling import all_words, key

# The field that holds them.
CLEARED = "cleared"
ALLOWED = "NAME=reason, several separated by semicolons"
# What a reason must be at least: two words that are not of the name, with so many letters in all; of a writing without spaces so many.
LETTERS_OF_WORDS, LETTERS_OF_ONE = 6, 10
IN_WORDS = f"NAME=reason, of two words or more that are not the name's, with {LETTERS_OF_WORDS} letters in all"


def _in_words(reason: str, name: str) -> bool:
    """Whether a reason says something: a letter over and over, a mark or the name again is none."""
    own = {*all_words(name)}
    told = dict.fromkeys(word for word in all_words(reason) if word not in own and any(map(str.isalpha, word)))
    said = [word for word in told if len(word) == 1 or len({*word}) > 1]
    letters = sum(map(str.isalpha, "".join(said)))
    return letters >= (LETTERS_OF_WORDS if len(said) > 1 else LETTERS_OF_ONE) and (
        len(said) > 1 or not said[0].isascii()
    )


class Cleared(NamedTuple):
    """A party that a person cleared, and what that did."""

    name: str
    reason: str
    near: tuple[str, ...]  # listed names that it is near and, as the reason says, is not
    listed: tuple[str, ...]  # listed names that are its own, which no reason clears

    @property
    def says(self) -> str:
        """What the reason did, as a sentence."""
        if self.listed:
            return f"{self.name} is {' and '.join(self.listed)} by name: its reason ({self.reason}) clears nothing."
        if self.near:
            return f"{self.name} was cleared of being {' or '.join(self.near)}: {self.reason}."
        return (
            f"{self.name}: no row that is held hits it, so that its reason ({self.reason}) cleared nothing of these; "
            "it stands for a look at the lists that are not held."
        )


@lru_cache(maxsize=4096)
def clearings(text: str) -> dict[str, str]:
    """Reasons by name, of a text `NAME=reason;NAME=reason`. Raises `BadInput` for a name without a reason in words, or for
    one that names nobody.
    """
    return check_reasons(dict(_pair(part) for part in text.split(";") if part.strip()))


def reason_of(name: str, cleared: str) -> str:
    """The reason for which a text of reasons clears a name, in any spelling; "" for none."""
    if not cleared:
        return ""
    return next((reason for other, reason in clearings(cleared).items() if key(other) == key(name)), "")


def _pair(part: str) -> tuple[str, str]:
    name, _, reason = part.partition("=")
    return name.strip(), reason.strip()


def check_reasons(reasons: Mapping[str, str], key: str = "cleared", file: str = "transaction") -> dict[str, str]:
    """The same reasons by name. Raises `BadInput` as `clearings` does; `file` and `key` say where they stand."""
    for name, reason in reasons.items():
        if not reason.strip():
            raise BadInput(file, key, f"{name!r} has no reason for which it is cleared", got=name, allowed=ALLOWED)
        if not _in_words(reason, name):
            raise BadInput(file, key, f"{name!r} is cleared for no reason in words", got=reason, allowed=IN_WORDS)
        if is_nameless(name):
            raise BadInput(
                file, key, f"{name!r} names nobody, and cannot be cleared", got=name, allowed="a party's name"
            )
        if ";" in name:
            raise BadInput(file, key, f"{name!r} holds a semicolon", got=name, allowed=ALLOWED)
    return dict(reasons)


def as_text(reasons: Mapping[str, str]) -> str:
    """Reasons by name as a transaction or a ledger holds them."""
    return ";".join(f"{name}={reason.replace(';', ',')}" for name, reason in reasons.items())
