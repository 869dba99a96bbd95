"""What the bits of a run rest on, each as a hash: a run goes on, and is opened, only by the same."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from premortem.case import Levers
from premortem.ensemble.priors import Priors
from premortem.propositions.assumption import Assumption
from premortem.watch.quantities import Observer


def hashes(
    priors: Priors,
    assumptions: Sequence[Assumption],
    levers: Sequence[Levers],
    world: Sequence[str],
    observer: Observer,
) -> dict[str, str]:
    """SHA-256 by kind; `levers` are those of each policy, `world` the texts of its code and of outcomes of the user's own."""
    pulled = [np.concatenate([x.ravel() for x in of_policy]).tobytes().hex() for of_policy in levers]
    together = [list(pair) for pair in priors.copula.pairs] if priors.copula else []
    return {
        "parameters": _sha([row.as_dict() for row in priors.rows] + together),
        "assumptions": _sha([a.model_dump(mode="json") for a in assumptions]),
        "rules": _sha(pulled),
        "world": _sha(list(world)),
        "readings": _sha({name: expression.text for name, (expression, _) in observer.expressions.items()}),
    }


def _sha(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
