"""Why a stored run came out as it did: boxes, sensitivities, breaking points, attribution, regret, edits, alternative
futures, time.
"""

from premortem.analysis.asymmetry import time_asymmetry
from premortem.analysis.attribution import FROZEN, holder
from premortem.analysis.breaks import clause_thresholds
from premortem.analysis.clauses import KNOWN, heavy_edits
from premortem.analysis.families import futures, signs
from premortem.analysis.margins import assumption_number, margins_of
from premortem.analysis.policies import compare
from premortem.analysis.sentences import sentence
from premortem.analysis.why import explain, stress

__all__ = [
    "FROZEN",
    "KNOWN",
    "assumption_number",
    "clause_thresholds",
    "compare",
    "explain",
    "futures",
    "heavy_edits",
    "holder",
    "margins_of",
    "sentence",
    "signs",
    "stress",
    "time_asymmetry",
]
