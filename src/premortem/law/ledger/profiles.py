"""Saved table layouts, by name, in the user's own folder: headings, sheet, order of dates, decimal mark."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field as Key

from premortem.errors import BadInput
from premortem.files import writer
from premortem.files.typed import Strict, read_typed
from premortem.law.ledger.intake import Convention
from premortem.law.ledger.summary import Layout, Summary

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


def keep_new(summary: Summary, used: Convention, held: Convention | None) -> Layout:
    """Keep how a table was read under the name that it bears, where that is not just what is `held`; and say where. One of which
    most rows were rejected was read wrong: it is not kept, and a note says so.
    """
    rows, rejected = summary["rows"], summary["rejected_count"]
    if not used.profile or used == held:
        return {"profile": None, "notes": summary["notes"]}
    if rows > 2 * rejected:
        return {"profile": str(keep(used.profile, used)), "notes": summary["notes"]}
    why = f"{rejected:,} of {rows:,} rows were rejected" if rows else "it has no rows"
    notes = [*summary["notes"], f"its layout is not kept as {used.profile}, since {why}"]
    return {"profile": None, "notes": notes}


def names() -> tuple[str, ...]:
    """Names under which something is kept."""
    return tuple(sorted(path.stem for path in folder().glob("*.toml")))


def _quoted(text: str) -> str:
    """A text as TOML writes it between quotation marks."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + '"'
