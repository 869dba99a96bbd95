"""Time asymmetry: what a faster regulator would save."""

import numpy as np
import polars as pl

from premortem.analysis.margins import margins_of
from premortem.ensemble.run import draw
from premortem.study import Study

# Futures that are moved.
MOVED = 8192


def time_asymmetry(study: Study, policy: str = "as-written") -> pl.DataFrame:
    """How the shares that hold move when the regulator patches a quarter faster, or the memory ban is known two
    quarters earlier.
    """
    values, pulled = draw(study.priors, "sobol", 0, 0, MOVED), study.levers(policy)
    faster = values.copy()
    lag = study.priors.names.index("patch_lag")
    faster[lag] = np.maximum(values[lag] - 0.25, 0.05)
    warned = pulled.hbm_warning.copy()
    first = int(np.argmax(warned > 0))
    warned[max(first - 2, 0) : first] = 1.0
    cases = {
        "as it is": margins_of(study, values, pulled),
        "patched a quarter faster": margins_of(study, faster, pulled),
        "announced two quarters earlier": margins_of(study, values, pulled._replace(hbm_warning=warned)),
    }
    rows = [
        {
            "case": name,
            "assumption": a.id,
            "holds": float((m[i] > 0).mean()),
            "change": float((m[i] > 0).mean() - (cases["as it is"][i] > 0).mean()),
        }
        for name, m in cases.items()
        for i, a in enumerate(study.assumptions)
    ]
    return pl.DataFrame(rows)
