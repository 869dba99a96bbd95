"""Saved table layouts, by name, in the user's own folder: headings, sheet, order of dates, decimal mark."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field as Key

from premortem.errors import BadInput
from premortem.files import writer
from premortem.files.typed import Strict, read_typed
from premortem.law.ledger.intake import Convention

NAME = re.compile(r"[\w][\w .-]{0,60}")


class _File(Strict):
    sheet: str = ""
    dates: Literal["", "DMY", "MDY"] = ""
    decimal: Literal["", "point", "comma"] = ""
    columns: Mapping[str, str] = Key(default_factory=dict)


def folder() -> Path:
    """Where profiles are kept."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "premortem" / "profiles"


def path_of(name: str) -> Path:
    """The file of a profile. Raises `BadInput` for a name that no file may have."""
    if not NAME.fullmatch(name) or name.endswith("."):
        allowed = "letters, digits, spaces, points, hyphens and underscores, at most 61"
        raise BadInput("command line", "--profile", "is no name", got=name, allowed=allowed)
    return folder() / f"{name}.toml"


def kept(name: str) -> Convention | None:
    """What is kept under a name; None where nothing is. Raises `BadInput` for a file that is no profile."""
    path = path_of(name)
    if not path.is_file():
        return None
    held = read_typed(path, _File)
    return Convention(held.columns, held.sheet, held.dates or None, held.decimal or None, name)


def keep(name: str, how: Convention) -> Path:
    """Keep how a table is written, whole or not at all, and say where. Raises `BadInput`."""
    path = path_of(name)
    lines = [
        f"{key} = {_quoted(value)}"
        for key, value in (("sheet", how.sheet), ("dates", how.dates), ("decimal", how.decimal))
        if value
    ]
    columns = [f"{_quoted(heading)} = {_quoted(field)}" for heading, field in how.columns.items()]
    text = "\n".join(["# How a desk writes its tables of shipments: `premortem ledger FILE --profile NAME`.", *lines, "", "[columns]", *columns, ""])  # fmt: skip
    tomllib.loads(text)
    writer.write(path, text, parents=True)
    return path


def keep_new(result: dict[str, Any], held: Convention | None) -> None:
    """Keep how a table was read under the name that it bears, where that is not just what is `held`: where in `profile` of the
    result, the summary of its ledger, from which `convention` goes. One of which most rows were rejected was read wrong: it is
    not kept, and a note of the result says so.
    """
    used, rows, rejected = result.pop("convention"), result["rows"], result["rejected_count"]
    result["profile"] = None
    if not used.profile or used == held:
        return
    if rows > 2 * rejected:
        result["profile"] = str(keep(used.profile, used))
    else:
        why = f"{rejected:,} of {rows:,} rows were rejected" if rows else "it has no rows"
        result["notes"].append(f"its layout is not kept as {used.profile}, since {why}")


def names() -> tuple[str, ...]:
    """Names under which something is kept."""
    return tuple(sorted(path.stem for path in folder().glob("*.toml")))


def _quoted(text: str) -> str:
    """A text as TOML writes it between quotation marks."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + '"'
