"""Why an assumption breaks: everything that `premortem stress` shows."""

from typing import Any

from premortem.analysis.attribution import attribution
from premortem.analysis.boxes import boxes
from premortem.analysis.breaks import breaking_points, clause_thresholds
from premortem.analysis.margins import assumption_number, margins_of
from premortem.analysis.sensitivities import sensitivities
from premortem.ensemble.run import draw
from premortem.errors import BadInput
from premortem.stress import discover
from premortem.study import Run

# Futures drawn anew to test boxes.
FRESH = 16_384


def stress(run: Run, assumption: str, policy: str | None = None, top: int = 3, seed: int = 1) -> dict[str, Any]:
    """Why an assumption breaks under a policy of the run: the keys of `premortem stress --json`."""
    study = run.study
    place = assumption_number(study, assumption)
    policy = policy or run.policies[0]
    if policy not in run.policies:
        raise BadInput(
            "command line", "--policy", f"not in this run: {policy}", got=policy, allowed=", ".join(run.policies)
        )
    a, pulled, names = study.assumptions[place], study.levers(policy), study.priors.names
    values = run.parameters()
    breaks = run.columns(policy, [f"margin.{a.id}"])[f"margin.{a.id}"] <= 0
    found = discover.discover(values, names, breaks, most=top, seed=seed)
    fresh = draw(study.priors, "sobol", run.seed + seed, 0, FRESH)
    fresh_breaks = margins_of(study, fresh, pulled)[place] <= 0
    nearest_breaks, single = breaking_points(study, place, pulled, top)
    return {
        "assumption": a.id,
        "policy": policy,
        "futures": run.futures,
        "breaks": float(breaks.mean()),
        "verdict": found.verdict,
        "boxes": boxes(found, a.id, study, fresh, fresh_breaks),
        "sensitivity": sensitivities(study, place, pulled, seed),
        "breaking": nearest_breaks,
        "thresholds": single + clause_thresholds(study, place, policy),
        "attribution": attribution(study, place, pulled, values, breaks, seed),
    }


def explain(run: Run, assumption: str, policy: str, seed: int = 1) -> dict[str, Any]:
    """The part of `stress` that the brief shows, quick to compute: boxes tested on new futures, and attribution."""
    study = run.study
    place = assumption_number(study, assumption)
    name, pulled, names = study.assumptions[place].id, study.levers(policy), study.priors.names
    values = run.parameters()
    breaks = run.columns(policy, [f"margin.{name}"])[f"margin.{name}"] <= 0
    found = discover.discover(values, names, breaks, most=2, seed=seed)
    fresh = draw(study.priors, "sobol", run.seed + seed, 0, FRESH)
    fresh_breaks = margins_of(study, fresh, pulled)[place] <= 0
    return {
        "verdict": found.verdict,
        "boxes": boxes(found, name, study, fresh, fresh_breaks),
        "attribution": attribution(study, place, pulled, values, breaks, seed),
    }
