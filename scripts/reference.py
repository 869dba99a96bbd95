"""Reference pages of the docs, from the code itself: every command with its options, every public name: `python scripts/reference.py docs`."""

import inspect
import re
import sys
from pathlib import Path
from typing import Any

import typer

import premortem as pm
from premortem.briefing.content import Brief
from premortem.cli import app
from premortem.cli.examples import with_examples
from premortem.exhibits.form import Exhibit
from premortem.files import writer
from premortem.law.decide import Decision
from premortem.law.notebook import Rulebook
from premortem.problem import run as problems
from premortem.problem.breaking import BreakingPoints
from premortem.problem.comparing import Compared as ComparedPolicies
from premortem.questions.boxes import TriedBox
from premortem.questions.breaking_points import BreakingPoint
from premortem.questions.compare import Compared
from premortem.questions.edits import HeavyEdits
from premortem.questions.futures import AlternativeFutures
from premortem.questions.stress import Explained, Stress
from premortem.questions.watch import ToWatch
from premortem.study import Run
from premortem.text.tables import Table

# What public functions give back, and so are public too.
GIVEN = (
    *(Run, Rulebook, Decision, Exhibit, Brief, Table),
    *(Stress, Explained, TriedBox, BreakingPoint, Compared, HeavyEdits, AlternativeFutures, ToWatch),
)
# What a problem of one's own gives back.
OF_PROBLEMS = (problems.Run, BreakingPoints, ComparedPolicies)


def commands() -> str:
    """The page of the command line: a section a command, with its usage, what it does, its options and examples."""
    lines = [
        "# Command line",
        "",
        "Exit 0 done, 1 the answer is no, 2 bad input, 70 a bug, 130 stopped by Ctrl-C (the app too), 143 by SIGTERM. Every command has `--help` and, where it answers, `--json`.",
        "",
    ]
    for name, command in _all(typer.main.get_command(app), "premortem"):
        context = command.make_context(name, [], resilient_parsing=True)
        whole = with_examples(inspect.cleandoc(command.help or ""), name.removeprefix("premortem "), None)
        said, _, examples = whole.partition("Examples:")
        usage = " ".join([name, *command.collect_usage_pieces(context)])
        lines += [f"## {name}", "", _flat(said), "", f"    {usage}", ""]
        rows = [record for p in command.get_params(context) if (record := p.get_help_record(context))]
        lines += (
            ["| option | means |", "| --- | --- |", *(f"| `{_cell(a)}` | {_cell(b)} |" for a, b in rows), ""]
            if rows
            else []
        )
        lines += [*(f"    {example.strip()}" for example in _flat(examples).split(";") if example.strip()), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def names() -> str:
    """The page of the Python names: functions of `premortem` in alphabetical order, then what they give back."""
    lines = ["# Python", "", "`import premortem as pm`; everything here is public, and nothing else is.", ""]
    for name in sorted(set(pm.__all__) - {"__version__"}):
        lines += _object(f"pm.{name}", getattr(pm, name))
    for kind in GIVEN:
        lines += _object(kind.__name__, kind)
    for kind in OF_PROBLEMS:
        lines += _object(f"problem.{kind.__name__}", kind)
    return "\n".join(lines)


def _all(command: Any, name: str) -> list[tuple[str, Any]]:
    below = getattr(command, "commands", None)
    return [pair for key, one in below.items() for pair in _all(one, f"{name} {key}")] if below else [(name, command)]


def _object(name: str, thing: Any) -> list[str]:
    lines = [f"## `{name}`", "", f"    {name}{_signature(thing)}", "", _words(thing), ""]
    if inspect.isclass(thing):
        ours = [base for base in reversed(thing.__mro__) if base.__module__.startswith("premortem.")]
        for key, member in {k: m for base in ours for k, m in vars(base).items()}.items():
            bare = getattr(member, "fget", None) or getattr(member, "func", None) or member
            if not key.startswith("_") and inspect.isfunction(bare):
                call = _signature(bare) if bare is member else ""
                lines.append(f"- `.{key}{call}`: {_words(bare)}")
        lines.append("")
    return lines


def _signature(thing: Any) -> str:
    """Names and defaults alone: types stand in the code."""
    found = inspect.signature(thing).parameters.values()
    plain = [p.replace(annotation=p.empty) for p in found if p.name != "self"]
    return str(inspect.Signature(plain)).replace("'", '"')


def _words(thing: Any) -> str:
    return _flat(inspect.getdoc(thing) or "")


def _flat(text: str) -> str:
    """A docstring as one paragraph, its code lines aside."""
    return " ".join(line for line in text.split("\n\n>>>")[0].split()).replace("[", "\\[")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")


def write(folder: Path) -> None:
    """Write both pages under a folder of docs."""
    writer.write(folder / "cli.md", commands())
    writer.write(folder / "python.md", names())


if __name__ == "__main__":
    write(Path(sys.argv[1]))
