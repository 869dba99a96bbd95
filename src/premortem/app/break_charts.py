"""Why an assumption breaks, as pictures: effects of its items, the first box as ranges and as futures, how it was chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from premortem.app import chart_specs
from premortem.study import Run, Study
from premortem.text.units import bracketed

# Futures among which points of a scatter are sought, and most that are drawn.
SCATTERED, POINTS = 20_000, 500


def drawn(found: dict[str, Any], run: Run, policy: str) -> dict[str, Any]:
    """The answer of `analysis.explain` with its charts: effects by size; the first box as ranges, as futures, and how it was chosen."""
    effects = [
        {"label": r["item"].replace("_", " "), "kind": r["kind"], "change": r["effect"], "low": r["low"], "high": r["high"], "statement": r["statement"]}
        for r in found["attribution"] if r["modelled"]
    ]  # fmt: skip
    box = found["boxes"][0] if found["boxes"] else None
    ranges = _ranges(box, run.study) if box else []
    missing = [r for r in found["attribution"] if not r["modelled"]]
    return {
        "verdict": found["verdict"],
        "boxes": found["boxes"],
        "effects": effects,
        "not_modelled": missing,
        "effects_spec": _bare(chart_specs.diverging("change of the share that holds", len(effects))),
        "ranges": ranges,
        "path": _path(box) if box else [],
        "scatter": scattered(run, box, found["assumption"], policy) if box else {},
        "path_spec": _bare(chart_specs.path()),
        "ranges_spec": _bare(chart_specs.ranges(len(ranges))),
    }


def scattered(run: Run, box: dict[str, Any], name: str, policy: str) -> dict[str, Any]:
    """Futures across the box's two most telling uncertainties, those within its other limits; empty for a box of one.

    The chart clips to the middle 98% of each prior; `held_fixed` names the other limits, `shown` counts the futures.
    """
    study, column = run.study, f"margin.{name}"
    width = {r["name"]: r["hi"] - r["lo"] for r in _ranges(box, study)}
    limits = sorted(box["limits"], key=lambda k: (box["p_values"].get(k, 1.0), width[k]))
    if len(limits) < 2:
        return {}
    values = dict(zip(study.priors.names, run.parameters(first=SCATTERED), strict=True))
    breaks = run.columns(policy, [column], SCATTERED)[column] <= 0
    within = np.all(
        [(values[k] >= lo) & (values[k] <= hi) for k in limits[2:] for lo, hi in [box["limits"][k]]], axis=0
    )
    at = np.flatnonzero(np.broadcast_to(within, breaks.shape))[:POINTS]
    x, y = (values[k][at] for k in limits[:2])
    names = [study.priors[k].meaning for k in limits]
    rows = [
        {"x": float(a), "y": float(b), "breaks": "breaks" if c else "holds"}
        for a, b, c in zip(x, y, breaks[at], strict=True)
    ]
    sides = [_side(study, k, box["limits"][k]) for k in limits[:2]]
    return {
        "rows": rows, "titles": [s.title for s in sides], "shown": len(rows), "names": limits[:2], "held_fixed": names[2:],
        "spec": _bare(chart_specs.scatter(sides)),
    }  # fmt: skip


def _side(study: Study, name: str, box: Sequence[float]) -> chart_specs.Side:
    prior = study.priors[name]
    low, high = map(float, prior.quantile(np.array([0.01, 0.99])))
    unit = bracketed(prior.unit)
    title = prior.meaning if len(prior.meaning) < 60 else name.replace("_", " ")
    ends = (max(box[0], low), min(box[1], high))
    return chart_specs.Side(f"{title}{unit}", low, high, ends, prior.distribution in ("lognormal", "loguniform"))


def _path(box: dict[str, Any]) -> list[dict[str, Any]]:
    """The curve that a box was chosen from, the chosen step marked."""
    return [step | {"step": i, "chosen": i == box["chosen"]} for i, step in enumerate(box["curve"])]


def _ranges(box: dict[str, Any], study: Study) -> list[dict[str, Any]]:
    priors = study.priors
    rows = []
    for name, (low, high) in box["limits"].items():
        i = priors.names.index(name)
        both = np.repeat(priors.central, 2, axis=1)
        both[i] = low, high
        a, b = priors.cdf(both)[i]
        meaning = priors[name].meaning
        rows.append(
            {
                "name": name,
                "label": meaning if len(meaning) < 60 else name.replace("_", " "),
                "plo": 0.0,
                "phi": 1.0,
                "lo": float(a),
                "hi": float(b),
                "from": low,
                "to": high,
                "unit": priors[name].unit,
                "p": box["p_values"].get(name),
            }
        )
    return rows


def _bare(chart: Any) -> dict[str, Any]:
    return chart_specs.Chart("", "", "", "", chart, []).spec
