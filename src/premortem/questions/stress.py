"""Why an assumption breaks: everything that `premortem stress` shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import memory
from premortem.ensemble.design import check_seed
from premortem.ensemble.run import draw
from premortem.progress import LOG
from premortem.questions import _bounded_memory, scenario_discovery
from premortem.questions.attribution import Attribution, Moved, attribution
from premortem.questions.boxes import Leaf, TriedBox, boxes, not_failed, sought, tree_check
from premortem.questions.breaking_points import (
    BreakingPoint,
    Place,
    Threshold,
    place_of,
    single_thresholds,
    sought_breaks,
)
from premortem.questions.clause_sweeps import ClauseThreshold, clause_thresholds
from premortem.questions.form_dependence import FormDependence, form_dependence
from premortem.questions.margins import assumption_number, check_inputs, check_varies, margins_of, policy_of
from premortem.questions.sensitivity import SAMPLES, Sensitivity, measured
from premortem.study import Run, Study
from premortem.text.numbers import count_noun
from premortem.text.phrases import weak
from premortem.text.result import Result

Array = NDArray[Any]
# Futures drawn anew to test boxes and to freeze items.
FRESH = 16_384
OF_PRIORS = (
    "shares, boxes and what carries it are of the day; sensitivities, nearest breaks and thresholds are measured on the priors, so they are "
    "not told as of a day: ask without it. Sampling errors count futures that were drawn anew as independent ones, which they are not quite: the "
    "board of the day says how many they are worth"
)


@dataclass(frozen=True, repr=False)
class Check(Result):
    """The boxes beside another method: `cart` the densest leaf of a classification tree, None where it was not asked or cannot tell."""

    cart: Leaf | None


@dataclass(frozen=True, repr=False)
class Explained(Result):
    """Where an assumption breaks under a policy and what carries it: the shares of the futures that did not fail in which it `holds` and
    `breaks`, `failed` how many did; where there are no boxes the `verdict` says why.
    """

    assumption: str
    name: str
    policy: str
    futures: int
    sought_in: int  # the first so many futures, in which boxes were sought
    holds: float | None
    breaks: float | None
    failed: int
    verdict: str
    boxes: tuple[TriedBox, ...]
    check: Check
    attribution: Attribution  # the largest effect first


@dataclass(frozen=True, repr=False)
class Stress(Explained):
    """The same with what its margin depends on, and how little turns it: the keys of `premortem stress --json`. Those are measured on the
    priors, so that there are none of a run of given futures (`of_day`), as one is as of a day.
    """

    sensitivity: tuple[Sensitivity, ...]  # the largest total first
    samples: int
    breaking: tuple[BreakingPoint, ...]  # the nearest first
    thresholds: tuple[Threshold | ClauseThreshold, ...]
    warnings: tuple[str, ...]
    forms: tuple[FormDependence, ...] = ()  # the form of the world that the verdict hangs on most first
    of_day: bool = False


def stress(
    run: Run,
    assumption: str,
    policy: str | None = None,
    top: int = 3,
    seed: int = 1,
    *,
    samples: int = SAMPLES,
    start: int | None = None,
    weights: Array | None = None,
) -> Stress:
    """Why an assumption breaks under a policy of the run: the keys of `premortem stress --json`.

    `samples` base samples feed the Sobol indices; breaks are sought from the central future or from future `start` of
    the run; `weights` (one a future) weigh the boxes. `warnings` says what of it means little, and why. Of a large run,
    or under a ceiling on memory, boxes are sought in the first futures (`sought_in`) and measured on all; weighted ones are
    measured where they are sought.
    """
    check_seed(seed)
    check_inputs(run)
    check_varies(run.study)
    whole, run = run, _bounded_memory.in_memory(run)
    study, policy = run.study, policy_of(run, policy)
    number = assumption_number(study, assumption)
    place = place_of(whole, start)
    LOG.info("%s: seeking boxes, and what its drivers and arrestors carry", study.assumptions[number].id)
    explained = _explained(run, whole, number, policy, top, seed, weights, in_full=True)
    near = _OfPriors(said=(OF_PRIORS,)) if whole.given else _of_priors(study, number, policy, top, seed, samples, place)
    warnings = _warnings(run, study.assumptions[number].id, policy, weights, near.said)
    return Stress(
        **vars(explained),
        sensitivity=near.sensitivity,
        samples=samples,
        breaking=near.breaking,
        thresholds=near.thresholds,
        forms=form_dependence(whole, study.assumptions[number].id, policy),
        of_day=whole.given,
        warnings=(*warnings, *memory.beyond(run.memory)),  # the last, when all else was held
    )


class _OfPriors(NamedTuple):
    """What is measured on the priors, and what must be said of it."""

    sensitivity: tuple[Sensitivity, ...] = ()
    breaking: tuple[BreakingPoint, ...] = ()
    thresholds: tuple[Threshold | ClauseThreshold, ...] = ()
    said: tuple[str, ...] = ()


def _of_priors(study: Study, number: int, policy: str, top: int, seed: int, samples: int, place: Place) -> _OfPriors:
    pulled, subject = study.levers(policy), study.assumptions[number].id
    LOG.info("%s: measuring what its margin depends on", subject)
    indices = measured(study, policy, samples, seed, pulled)[subject]
    LOG.info(
        "%s: seeking the nearest breaks; where assumptions or world are new, slopes are compiled first, a minute or two",
        subject,
    )
    breaking = sought_breaks(place, number, pulled, top)
    LOG.info("%s: trying single uncertainties and clause numbers", subject)
    thresholds: tuple[Threshold | ClauseThreshold, ...] = (
        *single_thresholds(place, number, pulled),
        *clause_thresholds(place, number, policy),
    )
    return _OfPriors(indices.rows, breaking.rows, thresholds, (indices.said, breaking.said))


def explain(run: Run, assumption: str, policy: str, seed: int = 1) -> Explained:
    """The part of `stress` that the brief shows, quick to compute: boxes tested on new futures, and attribution."""
    check_inputs(run)
    number, policy = assumption_number(run.study, assumption), policy_of(run, policy)
    return _explained(_bounded_memory.in_memory(run), run, number, policy, 2, seed, None)


def carried(run: Run, assumption: str, policy: str, seed: int = 1) -> Attribution:
    """The attribution of `explain` alone: what each driver and arrestor carries, in the same futures drawn anew."""
    check_inputs(run)
    number, policy = assumption_number(run.study, assumption), policy_of(run, policy)
    return _carried(_bounded_memory.in_memory(run), run, number, policy, seed)


def _carried(run: Run, whole: Run, number: int, policy: str, seed: int, *, in_company: bool = False) -> Attribution:
    fresh = _fresh(run, whole, policy, seed)
    given = run.study, number, run.study.levers(policy), fresh.values, fresh.margins[number], seed
    return attribution(*given, in_company=in_company, known=fresh.moved)


class _Fresh(NamedTuple):
    """Futures in which nothing was sought, the margins of all assumptions in them, and those once something is moved, as they are asked for."""

    values: Array
    margins: Array
    moved: Moved


def _fresh(run: Run, whole: Run, policy: str, seed: int) -> _Fresh:
    return _kept_back(whole, run, policy) if whole.given else _anew(run.study, policy, run.seed + seed)


def _explained(
    run: Run,
    whole: Run,
    number: int,
    policy: str,
    top: int,
    seed: int,
    weights: Array | None,
    *,
    in_full: bool = False,
) -> Explained:
    """What `run` tells, with boxes and breaks measured on the `whole` of it where nothing is weighed; `in_full` with what
    a classification tree says and what each item carries in company.
    """
    study = run.study
    a, values = study.assumptions[number], run.values()
    column = f"margin.{a.id}"
    stored = run.columns(policy, [column])[column]
    found = sought(study, values, stored, top, weights, seed)
    tree = tree_check(found, values, study, stored, weights) if in_full else None
    del values
    if weights is None and whole.futures > run.futures:
        found = _bounded_memory.on_all(found, whole, policy, column)
    fresh = _fresh(run, whole, policy, seed)
    tried, left, _ = not_failed(fresh.values, fresh.margins[number])
    return Explained(
        assumption=a.id,
        name=a.name,
        policy=policy,
        futures=run.futures if weights is not None else whole.futures,
        sought_in=run.futures,
        holds=None if found.base_rate is None else 1 - found.base_rate,
        breaks=found.base_rate,
        failed=found.failed,
        verdict=found.verdict,
        boxes=boxes(found, a.id, study, run.futures, tried, left <= 0),
        check=Check(tree),
        attribution=_carried(run, whole, number, policy, seed, in_company=in_full),
    )


def _kept_back(whole: Run, run: Run, policy: str) -> _Fresh:
    """The futures of a run of given ones in which nothing was sought, and the margins of all assumptions in them."""
    values, names = whole.parameters()[:, run.futures :], [f"margin.{a.id}" for a in whole.study.assumptions]
    held = whole.columns(policy, names)
    return _Fresh(values, np.stack([held[name][run.futures :] for name in names]), {})


def _anew(study: Study, policy: str, seed: int) -> _Fresh:
    """Futures drawn anew, and the margins of all assumptions in them: kept, since each assumption asks for the same."""
    with _DRAWING:
        return _drawn(study, policy, seed)


_DRAWING = Lock()


@lru_cache(maxsize=2)
def _drawn(study: Study, policy: str, seed: int) -> _Fresh:
    values = draw(study.priors, "sobol", seed, 0, FRESH)
    return _Fresh(values, margins_of(study, values, study.levers(policy)), {})


def _warnings(run: Run, name: str, policy: str, weights: Array | None, told: Sequence[str]) -> list[str]:
    """What a reader must know before trusting the numbers, as sentences; first what the analyses say of themselves."""
    said = [text for text in told if text]
    margins = run.columns(policy, [f"margin.{name}"])[f"margin.{name}"]
    known = margins[np.isfinite(margins)]
    if len(known) < len(margins):
        count = f"{len(margins) - len(known):,} of {count_noun(len(margins), 'future')} failed under {policy}"
        said.append(
            f"{count}: the margin of {name} is no number there, so they count neither as holding nor as breaking"
        )
    if len(known) and ((known > 0).all() or (known <= 0).all()):
        verb = "holds" if (known > 0).all() else "breaks"
        said.append(
            f"{name} {verb} in all {count_noun(len(known), 'future')} under {policy}: there is nothing to box or to attribute; "
            "breaking points and thresholds still say how far it is from turning"
        )
    if len(margins) < scenario_discovery.LEAST_FUTURES:
        said.append(f"too few futures for boxes ({len(margins):,}): run at least {scenario_discovery.LEAST_FUTURES}")
    if weights is not None:
        effective = float(weights.sum() ** 2 / (weights**2).sum())
        if weak(effective):
            said.append(
                f"the weights rest on {effective:,.0f} effective futures of {len(margins):,}: read shares with care"
            )
    return said
