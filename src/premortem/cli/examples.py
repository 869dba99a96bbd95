"""Examples in the help of a command: those of every case, which its docstring gives, then those of the case in `text.toml`."""

from premortem.case import DEFAULT, load


def with_examples(said: str, command: str, case: str | None) -> str:
    """The help of a command (`regime diff`), its examples followed by those that the case gives. Raises `BadInput` for a case that
    is not there or does not read.
    """
    own = load(case or DEFAULT).text.examples.get(command, ())
    return "; ".join([said.rstrip(), *(f"premortem {command} {words}" for words in own)])
