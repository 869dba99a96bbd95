"""Reads a TOML file that a person edits into a validated model; every fault at once, with its file and key."""

from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from premortem.errors import BadInput, raise_all
from premortem.files import faults
from premortem.files.toml import read_toml

Model = TypeVar("Model", bound=BaseModel)


def read_entries(path: Path | Traversable, entry: type[Model], key: str = "id") -> dict[str, Model]:
    """Tables of a file by their heading, each an `entry` that also carries its heading as `key`.

    Raises `BadInput`, or all of them at once: not TOML, unknown keys (with the nearest), wrong values.
    """
    found: dict[str, Model] = {}
    errors: list[BadInput] = []
    for name, table in read_toml(path).items():
        if not isinstance(table, dict):
            errors.append(BadInput(path.name, name, "is not a table", got=table, allowed=f"[{name}]"))
            continue
        try:
            found[name] = entry.model_validate({key: name} | table)
        except ValidationError as wrong:
            errors += [_fault(path.name, name, dict(fault), entry) for fault in wrong.errors()]
    raise_all(errors)
    return found


def _fault(file: str, heading: str, fault: dict[str, Any], entry: type[BaseModel]) -> BadInput:
    key = ".".join([heading, *map(str, fault["loc"])])
    return faults.fault(file, key, fault, tuple(sorted(entry.model_fields)))
