"""The command line: parse, call, show, exit. Every command has `--json`, which prints one document on stdout."""

import gc
import json
import os
import re
import signal
import sys
from functools import partial
from typing import Annotated

import typer
from typer.exceptions import TyperException

from premortem import collector
from premortem.arguments import named_as_options
from premortem.cli import admin, exhibits, regime, rules, run, sharing, shipments, tables, watch, why
from premortem.cli.shared import BAD, BUG, DONE, Command, app, error_document, tell_progress
from premortem.errors import BadInput, BadInputs, PremortemError, nearest
from premortem.files.faults import fault

# Exit status of a process that a signal ended: this and the signal's number, 130 for Ctrl-C, 143 for SIGTERM.
SIGNALLED = 128
# How loudly XLA logs: at 3 not even that it thinks a compilation slow, with advice to file a bug of its own. Errors are raised either way.
XLA_LOGS, QUIET = "TF_CPP_MIN_LOG_LEVEL", "3"
# Commands register as their modules load; `--help` shows the panels in this order.
PANELS = ("Main job", "Why", "Rules", "Watch", "More")
app.registered_commands.sort(key=lambda command: PANELS.index(str(command.rich_help_panel)))
for one in (app, *(group.typer_instance for group in app.registered_groups)):
    for command in one.registered_commands if one else ():
        command.cls = Command

__all__ = [
    "admin",
    "app",
    "exhibits",
    "main",
    "regime",
    "rules",
    "run",
    "sharing",
    "shipments",
    "tables",
    "watch",
    "why",
]


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="On an error show its traceback, and write a file for a bug report.")
    ] = False,
) -> None:
    """Find how a policy fails before it does."""
    context.with_resource(named_as_options())
    if version:
        from importlib.metadata import version as installed

        typer.echo(installed("premortem"))
    elif context.invoked_subcommand is None:
        typer.echo(
            "premortem finds how a policy fails before it does: it tests the policy's assumptions\n"
            "in thousands of simulated futures. Try:\n"
            "  premortem run            simulate every policy, score them, write the brief\n"
            "  premortem board          show the scored table again\n"
            "  premortem --help         every command"
        )


@named_as_options()
def main() -> None:
    """Run the command line; map errors to exit codes, one line each, and to JSON where that was asked for."""
    gc.set_threshold(*collector.SELDOM)
    debug, as_json = "--debug" in sys.argv, "--json" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "--debug"]
    if arguments[:1] == ["help"]:  # `premortem help run`, as other tools have it
        arguments = [*arguments[1:], "--help"]
    if not debug:
        os.environ.setdefault(XLA_LOGS, QUIET)  # read when JAX is loaded, which is later
    if not {"--quiet", "-q"} & {*arguments}:
        tell_progress()
    stopped: list[int] = []
    before = signal.signal(signal.SIGTERM, partial(_stop, stopped))
    try:
        code = _run(arguments)
        if code == SIGNALLED + signal.SIGINT:  # what typer makes of an interrupt
            raise KeyboardInterrupt
        sys.stdout.flush()  # a reader who left shows here, not as Python ends
        sys.exit(code if isinstance(code, int) else DONE)
    except BrokenPipeError:
        _left()
    except (KeyboardInterrupt, typer.Abort):
        typer.echo(_stopped(arguments), err=True)
        sys.exit(SIGNALLED + (stopped or [signal.SIGINT])[0])
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except Exception as error:
        if debug:
            _show_all(error, arguments)
        sys.exit(_refuse(error, as_json) if isinstance(error, PremortemError) else _usage_or_bug(error, as_json))
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(arguments: list[str]) -> object:
    """What a command returns. Raises `BrokenPipeError` where its reader left, which the parser and the printer make an exit of 1."""
    try:
        return app(arguments, standalone_mode=False)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        raise


def _left() -> None:
    """End as any program whose reader left: without a word, as SIGPIPE would have ended it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still held is written as Python ends
    sys.exit(SIGNALLED + signal.SIGPIPE)


def _stop(stopped: list[int], number: int, _frame: object) -> None:
    """A request to end is met like Ctrl-C: nothing half-written."""
    stopped.append(number)
    raise KeyboardInterrupt


def _stopped(arguments: list[str]) -> str:
    """What a person is told of a command that was stopped: only a run of many futures keeps its parts."""
    keeps = arguments[:1] == ["run"] and not any(a.split("=")[0] == "--only" for a in arguments)
    return "Stopped. What is finished is kept; the same command with --resume goes on." if keeps else "Stopped."


def _show_all(error: Exception, arguments: list[str]) -> None:
    """The traceback, and a file of it for a bug report."""
    import traceback

    from premortem.cli.bundle import write_bundle

    typer.echo("".join(traceback.format_exception(error)), err=True)
    path = write_bundle(error, arguments)
    if path:
        typer.echo(f"For a bug report, without personal paths: {path}", err=True)


def _refuse(error: PremortemError, as_json: bool) -> int:
    """Print an error of the user's making: lines on stderr, and with `--json` the same on stdout."""
    errors = list(error.errors) if isinstance(error, BadInputs) else [error]
    for one in errors:
        typer.echo(f"error: {one}", err=True)
    if len(errors) > 1:
        typer.echo(f"{len(errors)} errors, nothing written", err=True)
    if as_json:
        typer.echo(json.dumps(error_document(errors)))
    return BAD


def _usage_or_bug(error: Exception, as_json: bool) -> int:
    """A wrong option and an error in the code of a user's case are the user's; anything else is ours: one line, and how to report it."""
    if isinstance(error, TyperException):
        return _refuse(_usage(error), as_json)
    from premortem.case import code_fault  # heavy for start-up

    if (theirs := code_fault(error)) is not None:
        return _refuse(theirs, as_json)
    typer.echo(f"error: a bug in premortem: {type(error).__name__}: {error}", err=True)
    typer.echo("hint: run again with --debug and report what it prints", err=True)
    if as_json:
        typer.echo(json.dumps(error_document([error])))
    return BUG


def _as_setting(option: str) -> str:
    """How a field of the leading case is given that has no option of its own, where one bears its name; else nothing."""
    from premortem.case import default  # heavy for start-up
    from premortem.law.fields.vocabulary import vocabulary

    name = option.strip("-").replace("-", "_")
    return f"did you mean --set {name}=VALUE?" if name in vocabulary(default()).fields else ""


def _usage(error: TyperException) -> BadInput:
    """What the parser refuses, as every other error of the user's: the option, what is wrong, and what may be meant."""
    context, param, option = (getattr(error, name, None) for name in ("ctx", "param", "option_name"))
    command = getattr(context, "command_path", "premortem")
    key = option or (param.opts[0] if param is not None else "")
    what = re.sub(r"^(Invalid value for .+?: )?(Value error, )?|\.$", "", error.format_message())
    hint = f"see `{command} --help`"
    cause = getattr(error.__cause__ or error.__context__, "errors", None)
    if cause is not None:  # a value of the wrong kind
        found = fault("command line", key, cause()[0])
        return BadInput("command line", key, found.what, got=found.got, allowed=found.allowed, hint=hint)
    taken = [name for one in context.command.params for name in (*one.opts, *one.secondary_opts)] if context else []
    if option and "No such option" in what:
        meant = _as_setting(option) if "--set" in taken else ""
        return BadInput("command line", key, "no such option", got=option, hint=meant or nearest(option, taken) or hint)
    if "--run" in taken and (extra := re.fullmatch(r"Got unexpected extra argument\(s\) \((\S+)\)", what)):
        return BadInput("command line", extra[1], "unexpected", got=extra[1], hint=f"did you mean --run {extra[1]}?")
    if param is not None and what.startswith("Missing"):
        return BadInput("command line", key, "is missing", hint=hint)
    return BadInput("command line", key, what, hint=hint)
