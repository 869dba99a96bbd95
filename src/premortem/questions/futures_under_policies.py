"""Futures as they can be observed: the same futures under several policies, from a stored run or simulated at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble import read
from premortem.ensemble.bands import BANDS
from premortem.ensemble.priors import Prior
from premortem.ensemble.run import draw
from premortem.questions._bounded_memory import in_memory
from premortem.questions.margins import check_gives, check_inputs
from premortem.study import Run, Study, outcome_names
from premortem.study.model import Chunk
from premortem.watch import process
from premortem.watch import quantities as known_quantities
from premortem.watch.quantities import Observer, Quantity, When

Array = NDArray[Any]
Asked = Sequence[tuple[Quantity, When]]
# Futures that are simulated where no run is stored, and their seed: those of a run as it comes.
AT_ONCE, SEED = 20_000, 7
# Of the bands of a series, the median and the ends.
BAND = {name: BANDS[name] for name in ("p5", "p50", "p95")}
# Most futures of a run that are judged against what became known: drawing paths of policy for one takes some 9 KB.
MOST = 50_000
# A day within the horizon: which series a quantity reads does not depend on it.
ANY_DAY = date(2026, 12, 31)


@dataclass(frozen=True)
class Futures:
    """The same futures under several policies; every array of shape (future,)."""

    study: Study
    seed: int
    values: Array  # of the uncertainties, (parameter, future)
    margins: Mapping[str, Mapping[str, Array]]  # by policy, then `margin.A1`, `margin.A1.lead_widens`
    columns: Mapping[str, Mapping[str, Array]]  # by policy, then `Quantity.column`, goodwill and progress
    outside: frozenset[str]  # columns asked for that lie outside the simulated quarters

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies that the futures were simulated under."""
        return tuple(self.margins)

    @property
    def count(self) -> int:
        """How many futures."""
        return int(self.values.shape[1])

    @property
    def forms(self) -> dict[Prior, Array]:
        """Values of the forms of the world that the futures are in."""
        names = self.study.priors.names
        return {form: self.values[names.index(form.name)] for form in self.study.form_priors}

    def holds(self, policy: str) -> dict[str, Array]:
        """Whether each assumption holds under a policy, by its id, and `all`; boolean, False where a future failed (see `known`)."""
        each = {a.id: self.margins[policy][f"margin.{a.id}"] > 0 for a in self.study.assumptions}
        return each | {"all": np.all([*each.values()], axis=0)}

    def joined(self, others: "Futures") -> "Futures":
        """These and others, under the same policies."""
        both = (self.margins, others.margins), (self.columns, others.columns)
        margins, columns = (
            {p: {k: np.concatenate([x, theirs[p][k]]) for k, x in own[p].items()} for p in own} for own, theirs in both
        )
        values = np.concatenate([self.values, others.values], axis=1)
        return replace(self, values=values, margins=margins, columns=columns)

    def known(self, policies: Sequence[str] | None = None) -> Array:
        """Futures that failed under none of the policies (by default all): every margin is a number."""
        every = [m for p in policies or self.policies for m in self.margins[p].values()]
        return np.asarray(np.all([np.isfinite(m) for m in every], axis=0))

    def paths(self, as_of: date, happened: Mapping[str, date] | None = None) -> process.Paths:
        """Paths of policy from a day on, answering to each future's goodwill and a rival's progress in it."""
        columns, named = next(iter(self.columns.values()), {}), self.study.case.settings.answers_to.columns
        told = {name: columns[column] for name, column in named.items()}
        if "progress" in told:
            ability = told["progress"]
            told["progress"] = (ability - np.median(ability)) / max(float(ability.std()), 1e-9)
        return process.draw(
            self.study.case,
            self.count,
            self.seed,
            as_of,
            told.get("goodwill", 0.5),
            told.get("progress", 0.0),
            happened,
        )


def stored(
    run: Run,
    asked: Asked,
    policies: Sequence[str] | None = None,
    under: Sequence[str] | None = None,
    first: int | None = None,
    on: date | None = None,
) -> Futures:
    """The futures of a stored run (of a large one its first), or its `first`, under some policies (by default its own), and what is asked of them
    `under` some of these (by default all). What the run keeps is read; what it lacks is simulated again from its values, as is a policy of
    which less was known `on` a day.
    """
    run = in_memory(run)
    study, observer = run.study.on(on) if on else run.study, observer_of(run.study, asked)
    wanted = {*observer.expressions, *_drivers(study)}
    values = run.values(first)
    margins: dict[str, dict[str, Array]] = {}
    columns: dict[str, dict[str, Array]] = {}
    for policy in policies or run.policies:
        needed = wanted if under is None or policy in under else set()
        kept = {*read.column_names(run.folder, policy)} if policy in run.policies and policy not in study.cut else set()
        lacking = needed - kept
        if lacking or not kept:
            check_inputs(run)  # stored and new futures must be of one world
        if kept and lacking <= observer.expressions.keys():
            margins[policy] = run.columns(policy, run.margin_names(), first)
            columns[policy] = run.columns(policy, sorted(needed & kept), first) if needed & kept else {}
            columns[policy] |= observe(study, values, study.levers(policy), observer, lacking) if lacking else {}
        else:
            margins[policy], columns[policy] = simulate(study, values, study.levers(policy), observer)
    held = {policy: found for policy, found in columns.items() if found}
    return Futures(study, run.seed, values, margins, held, frozenset(observer.outside))


def simulated(
    study: Study, asked: Asked, policies: Sequence[str], count: int | None = None, seed: int = SEED
) -> Futures:
    """Futures simulated at once: the first `count` of the design with that seed, 20,000 by default."""
    return of_values(
        study, draw(study.priors, "sobol", seed, 0, AT_ONCE if count is None else count), asked, policies, seed
    )


def of_values(study: Study, values: Array, asked: Asked, policies: Sequence[str], seed: int = SEED) -> Futures:
    """Futures simulated at once at given values of the uncertainties, (parameter, future)."""
    observer = observer_of(study, asked)
    both = {p: simulate(study, values, study.levers(p), observer) for p in policies}
    margins, columns = ({p: pair[i] for p, pair in both.items()} for i in (0, 1))
    return Futures(study, seed, values, margins, columns, frozenset(observer.outside))


def observer_of(study: Study, asked: Asked) -> Observer:
    """What is asked, compiled."""
    return Observer(asked, outcome_names(study.case), study.steps)


def simulate(
    study: Study,
    values: Array,
    pulled: Levers,
    observer: Observer,
    own: Mapping[str, Array] | None = None,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Margins (`margin.X1` and so on), and quantities by column, of any number of futures.

    `own` are levers in which each future differs, each of shape (step, future).
    """
    drivers = _drivers(study)
    wanted = {*observer.expressions, *drivers}

    def read(chunk: Chunk) -> dict[str, Array]:
        # what the study watches comes with every future; what else is asked is read off the series
        given = {**chunk.scalars, **chunk.interpreted(chunk.series)}
        found = {name: x for name, x in given.items() if name in wanted or name.startswith("margin.")}
        found |= {n: chunk.series[n.partition("@")[0]][_step(study, n)] for n in drivers if n not in found}
        return found | _observed(observer, chunk, wanted - found.keys())

    whole = _read_of(study, values, pulled, own, read)
    kept = {name: x for name, x in whole.items() if name in wanted}
    return {name: x for name, x in whole.items() if name not in wanted}, kept


def observe(
    study: Study,
    values: Array,
    pulled: Levers,
    observer: Observer,
    only: Collection[str] | None = None,
    own: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Quantities by column of futures, or `only` those columns: what `simulate` gives to some millionths, in less time. No step is simulated
    after the last that is asked of, and nothing that no quantity reads. `own` are levers in which each future differs.
    """
    _check_gives(study)
    asked = observer.expressions.keys() if only is None else only
    until = study.case.clock.middle(study.steps[observer.last(asked)])
    parts = []
    for chunk in study.compiled.early(values, pulled, until, _names_read(study), own):
        found = {name: x for name, x in chunk.scalars.items() if name in asked}
        found |= _observed(observer, chunk, asked - found.keys())
        parts.append({name: np.asarray(x)[: chunk.count] for name, x in found.items()})
    return _joined(parts)


def _observed(observer: Observer, chunk: Chunk, only: Collection[str]) -> dict[str, Any]:
    """Some columns, read off the series of a chunk."""
    return observer(chunk.series, only) if only else {}


def _read_of(
    study: Study,
    values: Array,
    pulled: Levers,
    own: Mapping[str, Array] | None,
    read: Callable[[Chunk], Mapping[str, Any]],
) -> dict[str, Array]:
    """What is read of each chunk of futures, joined, by column."""
    _check_gives(study)
    parts = [
        {name: np.asarray(x)[: chunk.count] for name, x in read(chunk).items()}
        for chunk in study.compiled.chunks(values, pulled, own, few=values.shape[1])
    ]
    return _joined(parts)


def _joined(parts: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Columns of several lots of futures, one after the other, each of shape (future,)."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def bands_on(study: Study, series: Mapping[str, Array], asked: Asked) -> dict[str, dict[str, float]]:
    """Bands of quantities on days over futures, by column; what lies outside the simulated steps is left out."""
    found = jax.jit(observer_of(study, asked))(dict(series))
    cuts = {column: np.quantile(np.asarray(x), [*BAND.values()]) for column, x in found.items()}
    return {column: dict(zip(BAND, map(float, cut), strict=True)) for column, cut in cuts.items()}


def _drivers(study: Study) -> tuple[str, ...]:
    """Columns of what the rates of the policy process answer to."""
    return tuple(study.case.settings.answers_to.columns.values())


def _step(study: Study, column: str) -> int:
    return study.steps.index(column.partition("@")[2])


@cache
def _check_gives(study: Study) -> None:
    """Raises `BadInput` where a model of the user's own lacks a series that some quantity may read."""
    names = {*(name.partition("@")[0] for name in _drivers(study)), *_names_read(study)}
    check_gives(study, names, "the record of readings")


@cache
def _names_read(study: Study) -> frozenset[str]:
    """Series that some quantity reads."""
    known = known_quantities.shipped_quantities(study.case).values()
    every = observer_of(study, [(quantity, ANY_DAY) for quantity in known])
    return frozenset(n for expression, _ in every.expressions.values() for n in expression.names)
