"""What a terminal shows: the board, tables, sentences and a progress bar."""

from importlib import import_module
from typing import Any

# Where each public name lives; loaded when asked for, so that a decision needs no JAX.
_HOMES = (
    {
        "print_exhibits": "exhibits",
        "print_published": "exhibits",
        "print_future": "one_future",
        "print_changes": "changes",
        "print_curve": "changes",
    }
    | {"print_stress": "stress", "print_compare": "compare", "print_edits": "edits", "print_futures": "futures"}
    | dict.fromkeys(("print_board", "print_run", "progress_bar"), "board")
    | dict.fromkeys(("print_hindcast", "print_timeline", "print_watch", "print_weighted"), "watch")
    | {"print_as_of": "as_of", "print_then": "as_of", "print_deciding": "experts", "print_experts": "experts"}
    | dict.fromkeys(("print_boxes", "print_sensitivities"), "own_table")
    | dict.fromkeys(
        (
            "print_cases",
            "print_clauses",
            "print_decision",
            "print_diff",
            "print_ledger",
            "print_loopholes",
            "print_status",
            "print_opinion",
            "print_screening",
        ),
        "rules",
    )
    | dict.fromkeys(
        (
            "print_benchmarks",
            "print_case_list",
            "print_evidence",
            "print_history",
            "print_pulled",
            "print_strict_known",
            "print_tables",
        ),
        "shipped",
    )
)
__all__ = [
    "print_as_of",
    "print_benchmarks",
    "print_board",
    "print_boxes",
    "print_case_list",
    "print_cases",
    "print_changes",
    "print_clauses",
    "print_compare",
    "print_curve",
    "print_deciding",
    "print_decision",
    "print_diff",
    "print_edits",
    "print_evidence",
    "print_exhibits",
    "print_experts",
    "print_future",
    "print_futures",
    "print_hindcast",
    "print_history",
    "print_ledger",
    "print_loopholes",
    "print_opinion",
    "print_published",
    "print_pulled",
    "print_run",
    "print_screening",
    "print_sensitivities",
    "print_status",
    "print_stress",
    "print_strict_known",
    "print_tables",
    "print_then",
    "print_timeline",
    "print_watch",
    "print_weighted",
    "progress_bar",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    return getattr(import_module(f"premortem.terminal.{_HOMES[name]}"), name)
