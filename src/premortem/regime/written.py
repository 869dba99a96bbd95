"""Clauses as their files have them, before any policy's overlay."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

CLAUSES = files("premortem.regime") / "clauses"


@cache
def raw_clauses() -> dict[str, dict[str, Any]]:
    """Every clause as written in the files, by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CLAUSES.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            document = tomllib.loads(path.read_text("utf-8"))
            title = document.pop("instrument")
            stem = path.name.removesuffix(".toml")
            for key, body in document.items():
                found[f"{stem}.{key}"] = raw_clause(f"{stem}.{key}", title, body)
    return found


def raw_clause(id_: str, instrument: str, body: dict[str, Any]) -> dict[str, Any]:
    """A clause body with its numbers, the keys that hold a value and a unit, gathered apart."""
    is_number = {k: as_list(v) for k, v in body.items() if _looks_dated(v)}
    return (
        {k: v for k, v in body.items() if k not in is_number}
        | {
            "id": id_,
            "instrument": id_.split(".")[0],
            "numbers": is_number,
        }
        | ({} if "source" in body else {"source": instrument})
    )


def _looks_dated(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and "value" in first and "unit" in first


def as_list(value: Any) -> list[Any]:
    """A dated number's values, of which a file may write one without a list."""
    return value if isinstance(value, list) else [value]


def instrument_title(name: str) -> str:
    """Title of an instrument by the name of its clause file."""
    return str(tomllib.loads((CLAUSES / f"{name}.toml").read_text("utf-8"))["instrument"])


def dates_as_written(clause: str) -> str:
    """The days of a clause as its file has them, before any policy's overlay."""
    raw = raw_clauses()[clause]
    days = {"published": "published", "effective": "effective", "complies": "complies", "ends": "last day"}
    return "; ".join(f"{word} {raw[key]}" for key, word in days.items() if raw.get(key))
