"""Every error that a user can meet: one family, one line each, with the file, the key, what came and what is allowed."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from premortem.arguments import as_told

Given = TypeVar("Given")
Read = TypeVar("Read")
# Of the letters of two names, what at least must be common and in order for one to be meant by the other.
NEAR = 2 / 3


class PremortemError(Exception):
    """Root of the errors that a caller may catch; anything else that escapes is a bug.

    A command's user reads of its options, a caller in Python of arguments: `as_told` says which.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(as_told(text))


class BadInput(PremortemError):
    """A value from a user that cannot be used.

    `file` is the file, option or table in the user's words, `key` the place in it, `got` what came,
    `allowed` what would do, `hint` a command or the nearest valid name. Prints as
    `FILE: KEY: what is wrong; allowed: ...`.
    """

    def __init__(
        self, file: str, key: str, what: str, *, got: object = None, allowed: str = "", hint: str = ""
    ) -> None:
        self.file, self.key, self.what = file, key, what
        self.got, self.allowed, self.hint = got, allowed, hint
        text = f"{file}: {key}: {what}" if key else f"{file}: {what}"
        super().__init__("; ".join([text, *([f"allowed: {allowed}"] if allowed else []), *([hint] if hint else [])]))

    def at(self, file: str, key: str | None = None) -> "BadInput":
        """The same fault, told of a file, and a place in it, under the name by which the user knows it."""
        return BadInput(
            file, self.key if key is None else key, self.what, got=self.got, allowed=self.allowed, hint=self.hint
        )

    def as_dict(self) -> dict[str, str]:
        """The same five fields, as the command line and the app print them."""
        got = "" if self.got is None else str(self.got)
        return {"file": self.file, "key": self.key, "got": got, "allowed": self.allowed, "hint": self.hint or self.what}


class BadInputs(PremortemError):
    """Several `BadInput`s found in one reading, reported together in the order in which they stand in the files."""

    def __init__(self, errors: Sequence[BadInput]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(map(str, self.errors)))


class MissingData(PremortemError):
    """A figure that is needed and not there: missing is never zero."""


class NotReproducible(PremortemError):
    """A stored run that does not match the inputs, version or machine that it is asked to continue."""


def raise_all(errors: Sequence[BadInput]) -> None:
    """Raise the one error, or all of them as one `BadInputs`; does nothing when there is none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise BadInputs(errors)


def each(read: Callable[[Given], Read], given: Iterable[Given]) -> list[Read]:
    """What every given part is read as; the faults of all parts are raised together."""
    found: list[Read] = []
    errors: list[BadInput] = []
    for part in given:
        try:
            found.append(read(part))
        except BadInputs as several:
            errors += several.errors
        except BadInput as one:
            errors.append(one)
    raise_all(errors)
    return found


def call_all(*checks: Callable[[], object]) -> None:
    """Call every check; the faults of all are raised together."""
    each(lambda check: check(), checks)


def nearest(name: str, known: Sequence[str]) -> str:
    """`did you mean X?` for the known name closest to `name`, or an empty string when none is near."""
    from difflib import get_close_matches  # heavy for start-up, and only wanted when something is wrong

    close = get_close_matches(name, known, n=1, cutoff=NEAR)
    return f"did you mean {close[0]}?" if close else ""


def unknown(
    key: str, what: str, name: str, known: Sequence[str], hint: str | None = None, *, file: str = "command line"
) -> BadInput:
    """The refusal of a name, by default on the command line, that is none of the known ones; hints at the nearest unless told otherwise."""
    hint = nearest(name, known) if hint is None else hint
    return BadInput(file, key, f"{what}: {name}", got=name, allowed=", ".join(known), hint=hint)
