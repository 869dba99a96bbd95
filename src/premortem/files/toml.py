"""Reads TOML that a person wrote: whatever else it is, it is told in one error that names the file."""

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from premortem.errors import BadInput
from premortem.files.reader import not_utf8, read_bytes

MAX_BYTES = 1_000_000
# A document of TOML, or a table in one, before it is typed: whatever TOML can hold.
Toml: TypeAlias = dict[str, Any]


def read_toml(path: Path | Traversable, file: str = "") -> Toml:
    """The document of a TOML file; `file` is what it is told of as, by default its name. Raises `BadInput` where it cannot be read, is
    too large or is not TOML.
    """
    return parse_toml(read_bytes(path, "a TOML file", MAX_BYTES), file or path.name)


def parse_toml(raw: bytes, file: str) -> Toml:
    """The document in these bytes. Raises `BadInput` where they are not TOML."""
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise not_utf8(file, error, "UTF-8 TOML") from error
    except (ValueError, RecursionError) as error:  # beside its own errors: endless digits, endless brackets
        raise BadInput(file, "", f"is not TOML: {error}", allowed="UTF-8 TOML") from error
