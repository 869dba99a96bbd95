"""Why an assumption breaks, as pictures: effects of its items, the first box as ranges and as futures, how it was chosen."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from premortem.app import axes, chart_specs
from premortem.questions import boxes
from premortem.questions.attribution import Carried, NotCarried
from premortem.questions.boxes import TriedBox
from premortem.questions.describe import amount
from premortem.questions.limits import ends
from premortem.questions.stress import Explained
from premortem.study import Run, Study
from premortem.text.result import Document


def break_figures(found: Explained, run: Run, policy: str) -> Document:
    """The answer of `questions.explain` with its charts: effects by size; the first box as ranges, as futures, and how it was chosen."""
    effects = [
        {"label": axes.stacked(f"{r.statement} ({r.kind})", 36), "kind": r.kind, "change": r.effect, "low": r.low, "high": r.high,
         "said": points_said(r.effect), "statement": r.statement}
        for r in found.attribution if isinstance(r, Carried)
    ]  # fmt: skip
    box = found.boxes[0] if found.boxes else None
    ranges = _ranges(box, run.study) if box else []
    missing = [r.as_dict() for r in found.attribution if isinstance(r, NotCarried)]
    return {
        "verdict": found.verdict,
        "boxes": [one.as_dict() for one in found.boxes],
        "effects": effects,
        "not_modelled": missing,
        "effects_spec": _bare(chart_specs.diverging("change in points", len(effects))),
        "ranges": ranges,
        "path": _path(box) if box else [],
        "scatter": scatter_data(run, box, found.assumption, policy) if box else {},
        "path_spec": _bare(chart_specs.path()),
        "ranges_spec": _bare(chart_specs.ranges(len(ranges))),
    }


def points_said(change: float) -> str:
    """A change in points beside its bar; one under half a point has no sign of its own.

    >>> points_said(0.034), points_said(-0.002), points_said(0.0)
    ('+3', 'under 1', '0')
    """
    points = round(100 * change)
    return f"{points:+d}" if points else "under 1" if change else "0"


def scatter_data(run: Run, box: TriedBox, name: str, policy: str) -> Document:
    """Futures across the box's two most telling uncertainties, those within its other limits; empty for a box of one.

    The chart clips to the middle 98% of each prior; `held_fixed` names the other limits, `shown` counts the futures.
    """
    study = run.study
    width = {r.name: r.width for r in boxes.ranges(box.limits, study)}
    limits = sorted(box.limits, key=lambda k: (box.p_values.get(k, 1.0), width[k]))
    if len(limits) < 2:
        return {}
    found = boxes.points(run, box.limits, limits, f"margin.{name}", policy)
    names = [study.priors[k].meaning for k in limits]
    rows = [
        {"x": float(a), "y": float(b), "breaks": "breaks" if c else "holds"}
        for a, b, c in zip(found.x, found.y, found.breaks, strict=True)
    ]
    sides = [_side(study, k, ends(box.limits[k])) for k in limits[:2]]
    return {
        "rows": rows, "titles": [s.title for s in sides], "shown": len(rows), "names": limits[:2], "held_fixed": names[2:],
        "spec": _bare(chart_specs.scatter(sides)),
    }  # fmt: skip


def _side(study: Study, name: str, box: Sequence[float]) -> chart_specs.Side:
    prior = study.priors[name]
    low, high = map(float, prior.quantile(np.array([0.01, 0.99])))
    ends = (max(box[0], low), min(box[1], high))
    log = prior.distribution in ("lognormal", "loguniform")
    ticks = axes.ticks_of(prior, low, high)
    return chart_specs.Side(axes.title_of(prior), low, high, ends, log, axes.labels_of(prior), ticks)


def _path(box: TriedBox) -> list[dict[str, Any]]:
    """The curve that a box was chosen from, the chosen step marked: of the points whose limits are all significant, those that none beats."""
    fine = [(i, s) for i, s in enumerate(box.curve) if s.significant]
    return [
        {"coverage": s.coverage, "density": s.density, "mass": s.mass, "restricted": s.restricted, "step": i, "chosen": i == box.chosen}
        for i, s in fine
        if i == box.chosen or not any(o.coverage >= s.coverage and o.density > s.density for _, o in fine)
    ]  # fmt: skip


def _ranges(box: TriedBox, study: Study) -> list[dict[str, Any]]:
    return [
        {
            "name": r.name, "label": axes.stacked(study.priors[r.name].meaning), "plo": 0.0, "phi": 1.0, "lo": r.low, "hi": r.high,
            "meaning": study.priors[r.name].meaning, "from": amount(study.priors[r.name], r.start), "to": amount(study.priors[r.name], r.to),
            "p": box.p_values.get(r.name),
        }
        for r in boxes.ranges(box.limits, study)
    ]  # fmt: skip


def _bare(chart: Any) -> dict[str, Any]:
    return chart_specs.Chart("", "", "", "", chart, []).spec
