"""What every command shares: the app, the options that several take, and how a result is shown."""

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="premortem",
    help="Find how a policy fails before it does.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DONE, NO, BAD, BUG = 0, 1, 2, 70

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no tables; errors stay.")]
StudyDir = Annotated[
    Path | None,
    typer.Option(
        "--study",
        help="Folder made by `premortem init`: its files over the shipped ones.",
        show_default="the shipped study",
    ),
]
RunDir = Annotated[Path | None, typer.Option("--run", help="Run folder.", show_default="the study's last run")]
Memory = Annotated[str | None, typer.Option("--memory", help="Ceiling, such as 2GB.", show_default="none")]
Under = Annotated[str, typer.Option("--under", help="Policy: history, as-written, rescinded, ... or a policy file.")]
OnDate = Annotated[str | None, typer.Option("--on", help="Day of export, YYYY-MM-DD.", show_default="today")]


def day(text: str, option: str) -> date:
    """A day as typed. Raises `BadInput` that names the option."""
    from premortem.errors import BadInput

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("command line", option, "is not a date", got=text, allowed="a day such as 2025-02-26") from None


# Bytes of each unit that people write; a unit of 1,024 has its own name.
UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def size(text: str, option: str) -> int:
    """Bytes of a size as typed, `2GB` or `1.5 GiB`. Raises `BadInput` that names the option."""
    from premortem.errors import BadInput

    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?) ?([KMGT]i?B)", text.strip(), re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise BadInput("command line", option, "is not a size", got=text, allowed="a size such as 2GB or 1.5GB")
    return int(float(found[1]) * UNITS[found[2].upper()])


def stored(study: Path | None, run: Path | None, memory: str | None = None) -> Any:
    """The run to look at: the given folder, or the last run of the study."""
    from premortem.study import Study

    return Study(study).stored(run, size(memory, "--memory") if memory else None)


def show(document: dict[str, Any], as_json: bool, quiet: bool, for_people: Callable[[], None]) -> None:
    """One JSON document on stdout, or the same for people unless they asked for quiet."""
    if as_json:
        typer.echo(json.dumps(document, default=plain, allow_nan=False))
    elif not quiet:
        for_people()


def plain(value: Any) -> Any:
    """What JSON has no word for, as what it has: numbers, ISO dates, text."""
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


def progress(silent: bool) -> Any:
    """A bar on stderr where a person watches; nothing in a pipe."""
    if silent or not sys.stderr.isatty():
        return None
    from premortem import report

    return report.progress_bar()
