"""Finds how a policy fails before it does: its assumptions are tested in thousands of simulated futures."""

from importlib import import_module
from types import FunctionType
from typing import Any
from warnings import warn

# Public names and where they live, `MODULE:NAME` where it has another name there; loaded when asked for, so that
# `import premortem` and `--help` stay light. What a function is given is held against its types. `__init__.pyi` tells their types to editors and type checkers.
_HOMES = {
    "Study": "premortem.study",
    "open": "premortem.study:open_run",
    "Transaction": "premortem.law.decide",
    "book": "premortem.law.notebook",
    "complete_question": "premortem.law.answers:complete",
    "legal_answers": "premortem.law.answers:answers",
    "brief": "premortem.briefing.notebook",
    "chart": "premortem.exhibits",
    "exhibit": "premortem.exhibits",
    "figures": "premortem.briefing.notebook",
    "new_study": "premortem.study:make_study",
    "table": "premortem.text.tables",
    "discover": "premortem.questions",
    "explain": "premortem.questions",
    "breaking_points": "premortem.questions",
    "time_asymmetry": "premortem.questions",
    "compare": "premortem.questions",
    "futures": "premortem.questions",
    "heavy_edits": "premortem.questions",
    "one_future": "premortem.questions",
    "response_curve": "premortem.questions:curve",
    "screen": "premortem.law.screening",
    "single_changes": "premortem.questions",
    "standing": "premortem.questions",
    "hindcast": "premortem.questions",
    "what_to_watch": "premortem.questions",
    "stress_test": "premortem.questions:stress",
    "boxes": "premortem.questions.tables",
    "regret": "premortem.questions.tables",
    "sensitivity": "premortem.questions.tables",
    "trees": "premortem.questions.tables",
    "value_of_information": "premortem.questions.tables",
    "Problem": "premortem.problem.problem",
    "Uniform": "premortem.problem.uncertainties",
    "Triangular": "premortem.problem.uncertainties",
    "Normal": "premortem.problem.uncertainties",
    "Lognormal": "premortem.problem.uncertainties",
    "Beta": "premortem.problem.uncertainties",
    "Integer": "premortem.problem.uncertainties",
    "Category": "premortem.problem.uncertainties",
    "Drawn": "premortem.problem.given_priors",
    "Lever": "premortem.problem.levers",
    "Outcome": "premortem.problem.outcomes",
    "Rules": "premortem.problem.rules",
    "Series": "premortem.problem.outcomes",
    "from_ema": "premortem.problem.adapters",
    "from_program": "premortem.problem.adapters",
    "from_pysd": "premortem.problem.adapters",
    "from_rhodium": "premortem.problem.adapters",
    "from_salib": "premortem.problem.adapters",
}
__all__ = ["__version__", *_HOMES]


# Rooms under the names that they had before; each warns, and goes with version 0.3.
_RENAMED = {"analysis": "questions", "regime": "law", "stress": "propositions", "report": "terminal"}


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # slow to load, and seldom asked for

        return version("premortem")
    if name in _RENAMED:
        warn(f"premortem.{name} is now premortem.{_RENAMED[name]}", DeprecationWarning, stacklevel=2)
        return import_module(f"premortem.{_RENAMED[name]}")
    if name not in _HOMES:
        raise AttributeError(f"module 'premortem' has no attribute {name!r}")
    module, _, there = _HOMES[name].partition(":")
    found = getattr(import_module(module), there or name)
    if isinstance(found, FunctionType):
        from premortem.argument_types import checked

        found = checked(found, name)
    return globals().setdefault(name, found)
