"""What every command shares: the app, the options that several take, and how a result is shown."""

import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from premortem.errors import BadInput, BadInputs, raise_all
from premortem.progress import LOG
from premortem.text.result import Document

# Where a context keeps the case that `--case` names: help is shown before any option is read.
CASE_ASKED = "premortem.case"


class Command(TyperCommand):
    """A command that refuses an option which is given twice and keeps one value, so that none is dropped without a word; its
    help ends with examples of the case.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, parsed; raises `BadInput` for every option that is repeated in vain."""
        # every command takes `--quiet`; what has no tables has nothing else to leave out
        if not any("--quiet" in p.opts for p in self.params):
            args = [a for a in args if a not in ("--quiet", "-q")]
        given, _, order = self.make_parser(ctx).parse_args(args=[*args])
        ctx.meta[CASE_ASKED] = given.get("case")
        kept = [p for p in order if isinstance(p, TyperOption) and not (p.multiple or p.is_flag)]
        repeated = [p for p, times in Counter(kept).items() if times > 1]
        raise_all([BadInput("command line", p.opts[0], "is given more than once", allowed="once") for p in repeated])
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """What the command returns; where it fails for the files of a case of the user's own, all that is wrong with these is told."""
        try:
            return super().invoke(ctx)
        except (BadInput, BadInputs) as error:
            told = error.errors if isinstance(error, BadInputs) else (error,)
            if all(one.file != "command line" for one in told):
                from premortem.cli.own_case import faults_of_own_case

                raise_all(faults_of_own_case(ctx.params.get("study"), ctx.meta[CASE_ASKED]))
            raise

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help, each paragraph as wide as the terminal, with examples of the case that `--case` names, else of the shipped one."""
        from premortem.cli.examples import with_examples

        shown, path = copy(self), ctx.command_path.removeprefix(ctx.find_root().command_path).strip()
        flowing = re.sub(r"(?<!\n)\n(?!\n)", " ", self.help or "")
        shown.help = with_examples(flowing, path, ctx.meta.get(CASE_ASKED))
        super(Command, shown).format_help(ctx, formatter)


app = typer.Typer(
    name="premortem",
    help="Find how a policy fails before it does.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
DONE, NO, BAD, BUG = 0, 1, 2, 70
# An error that knows no place.
UNPLACED = {"file": "", "key": "", "got": "", "allowed": "", "hint": ""}

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
CASE = "A case that ships (`premortem cases`), or a folder."
CaseName = Annotated[
    str | None,
    typer.Option("--case", help=CASE, show_default="that of the study, else the first of `premortem cases`"),
]
CaseOfRun = Annotated[
    str | None, typer.Option("--case", help=CASE, show_default="that of the study, else of its last run")
]
RunDir = Annotated[Path | None, typer.Option("--run", help="Run folder.", show_default="the study's last run")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="Only what was known on this day counts, YYYY-MM-DD.", show_default="the day of the case"
    ),
]
Effective = Annotated[
    int | None,
    typer.Option(
        "--effective",
        min=1,
        max=200_000,
        help="With --as-of: draw futures until at least this many independent ones agree with what was known.",
        show_default="those of the run, else some 1,500",
    ),
]
Memory = Annotated[str | None, typer.Option("--memory", help="Ceiling, such as 2GB.", show_default="none")]
Under = Annotated[
    str | None,
    typer.Option("--under", help="A policy of the case, or a policy file.", show_default="the law as it stands"),
]
Lists = Annotated[
    str,
    typer.Option(
        "--data", help="Lists of parties: shipped, or pulled (`premortem data pull`) besides.", metavar="shipped|pulled"
    ),
]
Token = Annotated[
    str,
    typer.Option(
        "--token",
        envvar="PREMORTEM_TOKEN",
        show_envvar=True,
        help="Serve only who has this token.",
        show_default="none for this machine alone; else one is made",
    ),
]
HostNames = Annotated[
    list[str] | None,
    typer.Option("--allow-host", help="A name under which a proxy asks; repeat for more.", show_default="none"),
]
OnDate = Annotated[str | None, typer.Option("--on", help="Day asked about, YYYY-MM-DD.", show_default="today")]


def day(text: str, option: str) -> date:
    """A day as typed. Raises `BadInput` that names the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("command line", option, "is not a date", got=text, allowed="a day such as 2026-01-31") from None


# Bytes of each unit that people write; a unit of 1,024 has its own name.
UNITS = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def size(text: str, option: str) -> int:
    """Bytes of a size as typed, `2GB` or `1.5 GiB`. Raises `BadInput` that names the option."""
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,6})?) ?([KMGT]i?B)", text.strip(), re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise BadInput("command line", option, "is not a size", got=text, allowed="a size such as 2GB or 1.5GB")
    return int(float(found[1]) * UNITS[found[2].upper()])


# Seconds of each unit that people write.
DURATIONS = {"s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}


def duration(text: str, option: str) -> float:
    """Seconds of a duration as typed, `60s` or `2min`. Raises `BadInput` that names the option."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?(s|sec|min|m|h)", text.strip(), re.IGNORECASE)
    if not found or float(found[1]) <= 0:
        raise BadInput("command line", option, "is not a duration", got=text, allowed="a duration such as 60s or 2min")
    return float(found[1]) * DURATIONS[found[2].lower()]


def study_of(study: Path | None, case: str | None, run: Path | None = None) -> Any:
    """The study of a folder or case (what `CaseOfRun` asks); where neither is named, that of the case of a run, if one is given
    or was stored last; with the forms of the world that the run has fixed.
    """
    from premortem.study import Study, case_of_run, forms_of_run, last_run, policy_files_of_run, pulled_of_run

    where = run or last_run(study)
    if study is None and case is None and where is not None:
        case = case_of_run(where)
    of_run = where is not None and (case is None or case_of_run(where) == case)
    if not of_run or where is None:
        return Study(study, case=case)
    files, pulled = policy_files_of_run(where), pulled_of_run(where)
    return Study(study, case=case, forms=forms_of_run(where), pulled=pulled, policy_files=files)


def listing(case: Any, data: str) -> Any:
    """The case, with the lists of parties that the user asks for: those that ship, or those that were pulled as well."""
    from premortem.law.parties.pulled_lists import with_lists

    return with_lists(case, "pulled" if is_pulled(data) else "shipped")


def is_pulled(data: str) -> bool:
    """Whether `--data` asks for what was pulled. Raises `BadInput` for another word."""
    if data not in ("shipped", "pulled"):
        raise BadInput("command line", "--data", "is neither", got=data, allowed="shipped or pulled")
    return data == "pulled"


def book_under(
    study: Path | None,
    case: str | None,
    under: str | None,
    asked: str = "--under",
    *,
    baseline: bool = False,
    data: str = "shipped",
) -> Any:
    """The rulebook under a policy, by default the law as it stands (or the case's `baseline`), or under a policy file; `asked` is
    the option that named it, `data` the lists of parties.
    """
    from dataclasses import replace

    from premortem.law.book import load
    from premortem.study import Study

    held = Study(study, case=case)
    settings = held.case.settings
    under = under or (settings.baseline if baseline else settings.stands)
    if under.endswith(".toml"):
        book = load(Path(under), held.case)
    elif under not in held.policies:
        raise held.unknown_policy(asked, under)
    else:
        book = held.law(under)
    return replace(book, case=listing(book.case, data))


def check_effective(effective: int | None, by: object) -> None:
    """Raises `BadInput` where effective futures are asked for and no day is named that they would agree with."""
    if effective and by is None:
        raise BadInput("command line", "--effective", "needs a day", got=effective, allowed="with --as-of DAY")


def show(document: Document, as_json: bool, quiet: bool, for_people: Callable[[], None]) -> None:
    """One JSON document on stdout, or the same for people unless they asked for quiet."""
    if as_json:
        typer.echo(json.dumps(document, default=plain, allow_nan=False))
    elif not quiet:
        for_people()


def error_document(errors: Sequence[Exception]) -> Document:
    """Errors as keys of a JSON document: the first by itself, and all where there are several."""
    dicts = [e.as_dict() | {"why": e.what} if isinstance(e, BadInput) else UNPLACED | {"hint": str(e)} for e in errors]
    return {"error": dicts[0]} | ({"errors": dicts} if len(dicts) > 1 else {})


def plain(value: Any) -> Any:
    """What JSON has no word for, as what it has: numbers, ISO dates, text."""
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)


class _Lines(logging.Handler):
    """A line on stderr for each thing said."""

    def emit(self, record: logging.LogRecord) -> None:
        typer.echo(record.getMessage(), err=True)


def tell_progress() -> None:
    """From now on, what takes seconds says on stderr how far it is."""
    LOG.setLevel(logging.INFO)
    if not any(isinstance(handler, _Lines) for handler in LOG.handlers):
        LOG.addHandler(_Lines())


def progress(silent: bool) -> AbstractContextManager[Any]:
    """A bar on stderr where a person watches; nothing in a pipe."""
    if silent or not sys.stderr.isatty():
        return nullcontext()
    from premortem import terminal

    return terminal.progress_bar()
