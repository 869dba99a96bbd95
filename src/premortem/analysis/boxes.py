"""Boxes as rows, each tried on new futures."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.analysis.sentences import sentence
from premortem.stress import discover
from premortem.study import Study

Array = NDArray[Any]


def boxes(
    found: discover.Discovery, subject: str, study: Study, fresh: Array, fresh_breaks: Array
) -> list[dict[str, Any]]:
    """Boxes as rows, each tried on new futures that no earlier box holds, as it was found on such."""
    rows, left = [], np.ones(fresh.shape[1], bool)
    for box in found.boxes:
        row = _box(box, subject, study, fresh[:, left], study.priors.names, fresh_breaks[left])
        row["coverage_out_of_sample"] *= float(fresh_breaks[left].sum() / max(fresh_breaks.sum(), 1))
        rows.append(row)
        left &= ~box.holds(fresh, list(study.priors.names))
    return rows


def _box(
    box: discover.Box, subject: str, study: Study, fresh: Array, names: Sequence[str], fresh_breaks: Array
) -> dict[str, Any]:
    coverage, density = discover.out_of_sample(box, fresh, names, fresh_breaks)
    return {
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
        "limits": {k: list(v) for k, v in box.limits.items()},
        "p_values": box.p_values,
        "sentence": sentence(box, subject, study),
        "reason": box.reason,
        "coverage_out_of_sample": coverage,
        "density_out_of_sample": density,
        "curve": [
            {"coverage": s.coverage, "density": s.density, "mass": s.mass, "restricted": s.restricted}
            for s in box.curve
        ],
    }
