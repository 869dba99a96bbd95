"""Files that a person edits, read into typed objects: every fault at once, told of the file, the key and what is allowed."""

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from premortem.errors import BadInput, nearest, raise_all
from premortem.files.faults import fault
from premortem.files.toml import Toml, read_toml
from premortem.text.result import shown


class Strict(BaseModel):
    """Data of a file that a person edits: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def __repr__(self) -> str:
        return shown(self, [*type(self).model_fields])


# How Pydantic marks that a key of a table is wrong, not its value.
KEY = "[key]"
Place = tuple[int | str, ...]
Kind = TypeVar("Kind", bound=BaseModel)


def read_typed(path: Path | Traversable, kind: type[Kind], context: Any = None) -> Kind:
    """A TOML file as one object; `context` is what its checks look things up in. Raises `BadInput`, or all of them at once."""
    return to_typed(read_toml(path), kind, path.name, context=context)


def read_entries(
    path: Path | Traversable, kind: type[Kind], key: str = "id", *, missing_ok: bool = False
) -> dict[str, Kind]:
    """Tables of a TOML file by their heading, each an object that also carries its heading as `key`; none where the file is not
    there and need not be (`missing_ok`).

    Raises `BadInput`, or all of them at once: not TOML, unknown keys (with the nearest), wrong values.
    """
    return {} if missing_ok and not path.is_file() else entries(read_toml(path), path.name, kind, key)


def entries(document: Toml, file: str, kind: type[Kind], key: str = "id") -> dict[str, Kind]:
    """The same of a document that is read already."""
    found: dict[str, Kind] = {}
    errors: list[BadInput] = []
    for name, table in document.items():
        if not isinstance(table, dict):
            errors.append(BadInput(file, name, "is not a table", got=table, allowed=f"[{name}]"))
            continue
        try:
            found[name] = kind.model_validate({key: name} | table)
        except ValidationError as wrong:
            errors += faults_of(wrong, kind, file, name)
    raise_all(errors)
    return found


def to_typed(document: Toml, kind: type[Kind], file: str, at: str = "", context: Any = None) -> Kind:
    """A document as an object; `at` is its place in the file, `context` what its checks look things up in.

    Raises `BadInput`, or all of them at once.
    """
    try:
        return kind.model_validate(document, context=context)
    except ValidationError as wrong:
        raise_all(faults_of(wrong, kind, file, at))
        raise  # unreachable: a ValidationError has at least one fault


def faults_of(wrong: ValidationError, kind: type[BaseModel], file: str, at: str = "") -> list[BadInput]:
    """Each fault under its key in the file, with the keys that are allowed in its table."""
    found = wrong.errors()
    return [
        fault(file, _place(at, one["loc"]), one, _allowed(kind, one["loc"]))
        for one in found
        if not _implied(one, found)
    ]


def _place(at: str, loc: Place) -> str:
    return ".".join([*filter(None, [at]), *(str(part) for part in loc if part != KEY)])


def _implied(one: Any, found: Sequence[Any]) -> bool:
    """Whether a fault only follows from another: a list is short by its faulty entries, a key is missing under a misspelling."""
    loc: Place = one["loc"]
    if one["type"] == "too_short":
        return any(len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in found)
    beside = [str(o["loc"][-1]) for o in found if o["type"] == "extra_forbidden" and o["loc"][:-1] == loc[:-1]]
    return one["type"] == "missing" and any(nearest(name, [str(loc[-1])]) for name in beside)


def _allowed(kind: type[BaseModel], place: Place) -> tuple[str, ...]:
    """Keys of the table in which a fault lies."""
    for part in place[:-1]:
        field = kind.model_fields.get(str(part))
        kind = (_inner(field.annotation) if field else None) or kind
    return tuple(field.alias or name for name, field in kind.model_fields.items())


def _inner(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, alone or in a list, a table or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part))), None)
