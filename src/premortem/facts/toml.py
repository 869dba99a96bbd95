"""Reads TOML that a person wrote: whatever else it is, it is told in one error that names the file."""

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from premortem.errors import BadInput

MAX_BYTES = 1_000_000


def read_toml(path: Path | Traversable) -> dict[str, Any]:
    """The document of a TOML file. Raises `BadInput` where it cannot be read, is too large or is not TOML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be read ({error.strerror})", allowed="a TOML file") from error
    if len(raw) > MAX_BYTES:
        raise BadInput(path.name, "", f"is too large: {len(raw):,} bytes", allowed=f"{MAX_BYTES:,} bytes")
    return parse_toml(raw, path.name)


def parse_toml(raw: bytes, file: str) -> dict[str, Any]:
    """The document in these bytes. Raises `BadInput` where they are not TOML."""
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # beside its own errors: endless digits, endless brackets
        raise BadInput(file, "", f"is not TOML: {error}", allowed="UTF-8 TOML") from error
