"""Why a stored run came out as it did: boxes, sensitivities, breaking points, attribution, regret, edits, alternative
futures, time; what to watch, and how the model did.
"""

from premortem.questions.attribution import FROZEN, holder
from premortem.questions.boxes import discover
from premortem.questions.breaking_points import breaking_points
from premortem.questions.clause_sweeps import clause_thresholds
from premortem.questions.compare import compare, weights_of
from premortem.questions.describe import sentence
from premortem.questions.edits import heavy_edits
from premortem.questions.futures import futures, signs
from premortem.questions.hindcast import hindcast
from premortem.questions.margins import assumption_number, margins_of
from premortem.questions.one_future import one_future
from premortem.questions.prior_check import prior_bands, prior_check
from premortem.questions.sensitivity import sensitivities
from premortem.questions.since_last_run import since_last_run
from premortem.questions.single_changes import single_changes
from premortem.questions.stress import explain, stress
from premortem.questions.time import lags, time_asymmetry
from premortem.questions.watch import what_to_watch
from premortem.questions.weighted_board import board_of, past, weigh_run

__all__ = [
    "FROZEN",
    "assumption_number",
    "board_of",
    "breaking_points",
    "clause_thresholds",
    "compare",
    "discover",
    "explain",
    "futures",
    "heavy_edits",
    "hindcast",
    "holder",
    "lags",
    "margins_of",
    "one_future",
    "past",
    "prior_bands",
    "prior_check",
    "sensitivities",
    "sentence",
    "signs",
    "since_last_run",
    "single_changes",
    "stress",
    "time_asymmetry",
    "weigh_run",
    "weights_of",
    "what_to_watch",
]
