"""Why a stored run came out as it did, and what to watch: one module a question.

Each question takes a run (or a study) and returns a result; sentences of it stand in `describe` and `findings`. Long answers that brief,
site and app share are asked for in `answers_of_run`, which keeps them with the run.
"""

from importlib import import_module
from typing import Any
from warnings import warn

from premortem.questions.as_of import as_of_day  # what stands, what fell and what to watch next, on any day
from premortem.questions.attribution import FROZEN  # futures in which an item is frozen to see what it carries
from premortem.questions.boxes import discover  # where an assumption breaks: ranges of a few uncertainties
from premortem.questions.breaking_points import breaking_points, turns  # how little turns an assumption
from premortem.questions.clause_sweeps import clause_thresholds  # the value of a clause number that turns an assumption
from premortem.questions.compare import compare, weights_of  # policies against each other: regret, robustness
from premortem.questions.describe import sentence  # a box in words
from premortem.questions.edits import heavy_edits  # clause numbers in line for heavy edits
from premortem.questions.elicitation import (  # what decides the board, and the board by expert
    board_by_expert,
    deciding_priors,
    write_form,
)
from premortem.questions.futures import futures, signs  # families of futures, and the series that name them
from premortem.questions.hindcast import hindcast  # what the model said on a day, against what came later
from premortem.questions.margins import assumption_number, margins_of  # margins for any values and levers
from premortem.questions.move import levers_of, moved, standing
from premortem.questions.one_future import one_future  # one future made anew, step by step
from premortem.questions.prior_check import prior_bands, prior_check  # whether the priors can produce the record
from premortem.questions.run_of_day import run_of_day  # a run as it would be on another day
from premortem.questions.sensitivity import sensitivities  # Sobol indices of the margins
from premortem.questions.since_last_run import since_last_run  # what changed between two runs
from premortem.questions.single_changes import curve, single_changes
from premortem.questions.stress import explain, stress  # why an assumption breaks: all of the above about it
from premortem.questions.strict_known import strict_known  # what a run rests on, and when it was known
from premortem.questions.time import lags, time_asymmetry  # how long controls lag, and what a quarter more would change
from premortem.questions.watch import what_to_watch  # signposts by the value of their next reading
from premortem.questions.weighted_board import board_of, past, weigh_run  # the board by what was known on a day

__all__ = [
    "FROZEN",
    "as_of_day",
    "assumption_number",
    "board_by_expert",
    "board_of",
    "breaking_points",
    "clause_thresholds",
    "compare",
    "curve",
    "deciding_priors",
    "discover",
    "explain",
    "futures",
    "heavy_edits",
    "hindcast",
    "lags",
    "levers_of",
    "margins_of",
    "moved",
    "one_future",
    "past",
    "prior_bands",
    "prior_check",
    "run_of_day",
    "sensitivities",
    "sentence",
    "signs",
    "since_last_run",
    "single_changes",
    "standing",
    "stress",
    "strict_known",
    "time_asymmetry",
    "turns",
    "weigh_run",
    "weights_of",
    "what_to_watch",
    "write_form",
]

# Modules that were merged, under the names that they had before; each warns, and goes with the next version.
_MERGED = {
    "bounded_memory": "_bounded_memory",
    "edit_index": "edits",
    "prior_check_scores": "prior_check",
    "regret_measures": "robustness",
    "shapley": "attribution",
    "sobol_indices": "sensitivity",
    "trees": "_trees",
}


def __getattr__(name: str) -> Any:
    if name not in _MERGED:
        raise AttributeError(f"module 'premortem.questions' has no attribute {name!r}")
    now = f"premortem.questions.{_MERGED[name]}"
    warn(f"premortem.questions.{name} is now {now}", DeprecationWarning, stacklevel=2)
    return import_module(now)
