"""Why a stored run came out as it did: boxes, sensitivities, breaking points, attribution, regret, edits, alternative
futures, time; what to watch, and how the model did.
"""

from premortem.analysis.alone import alone
from premortem.analysis.asymmetry import lags, time_asymmetry
from premortem.analysis.attribution import FROZEN, holder
from premortem.analysis.boxes import discover
from premortem.analysis.breaks import breaking_points
from premortem.analysis.clauses import KNOWN, heavy_edits
from premortem.analysis.families import futures, signs
from premortem.analysis.judging import hindcast
from premortem.analysis.knobs import clause_thresholds
from premortem.analysis.margins import assumption_number, margins_of
from premortem.analysis.moved import moved
from premortem.analysis.policies import compare, weights_of
from premortem.analysis.record import prior_bands, record
from premortem.analysis.sentences import sentence
from premortem.analysis.single import one_future
from premortem.analysis.sobol import sensitivities
from premortem.analysis.watching import what_to_watch
from premortem.analysis.weighing import board_of, past, weigh_run
from premortem.analysis.why import explain, stress

__all__ = [
    "FROZEN",
    "KNOWN",
    "alone",
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
    "moved",
    "one_future",
    "past",
    "prior_bands",
    "record",
    "sensitivities",
    "sentence",
    "signs",
    "stress",
    "time_asymmetry",
    "weigh_run",
    "weights_of",
    "what_to_watch",
]
