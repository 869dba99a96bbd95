"""Futures with some of their uncertainties put elsewhere, all else left as it was drawn."""

import numpy as np

# Feedbacks that run against a cause by design (`test_monotone.py`), held still.
STILL = {"roi_feedback": 0.0, "training_yields": 0.0, "capex_form": 0.0}


def put(study, futures, **values):
    """The futures with uncertainties put at a value, or at a chance of their own prior (`name=(chance,)`)."""
    moved = futures.copy()
    for name, value in values.items():
        row = study.priors[name]
        at = row.quantile(np.array(value))[0] if isinstance(value, tuple) else value
        moved[study.priors.names.index(name)] = at
    return moved
