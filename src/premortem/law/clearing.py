"""Names near a listed one that a person looked at and cleared, each with the reason; a name alone clears nothing."""

from collections.abc import Mapping
from functools import lru_cache

from premortem.errors import BadInput
from premortem.law.spelling import NOBODY, unread

# The field that holds them.
CLEARED = "cleared"
ALLOWED = "NAME=reason, several separated by semicolons"


@lru_cache(maxsize=4096)
def clearings(text: str) -> dict[str, str]:
    """Reasons by name, of a text `NAME=reason;NAME=reason`. Raises `BadInput` for a name without a reason, or for one
    that names nobody.
    """
    return check_reasons(dict(_pair(part) for part in text.split(";") if part.strip()))


def _pair(part: str) -> tuple[str, str]:
    name, _, reason = part.partition("=")
    return name.strip(), reason.strip()


def check_reasons(reasons: Mapping[str, str], key: str = "cleared", file: str = "transaction") -> dict[str, str]:
    """The same reasons by name. Raises `BadInput` as `clearings` does; `file` and `key` say where they stand."""
    for name, reason in reasons.items():
        if not reason.strip():
            raise BadInput(file, key, f"{name!r} has no reason for which it is cleared", got=name, allowed=ALLOWED)
        if unread(name) == NOBODY:
            raise BadInput(
                file, key, f"{name!r} names nobody, and cannot be cleared", got=name, allowed="a party's name"
            )
        if ";" in name:
            raise BadInput(file, key, f"{name!r} holds a semicolon", got=name, allowed=ALLOWED)
    return dict(reasons)


def as_text(reasons: Mapping[str, str]) -> str:
    """Reasons by name as a transaction or a ledger holds them."""
    return ";".join(f"{name}={reason.replace(';', ',')}" for name, reason in reasons.items())
