"""Two thousand futures, live: a policy with changed numbers is simulated, scored and shown within one breath.

The model is compiled once, for chunks of one shape; levers, thresholds and values are arguments, so nothing that a person
moves compiles it again. Outcomes are kept for the last few policies, so a moved threshold only scores them anew.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from datetime import date
from functools import cached_property, partial
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from premortem.app import clause_dates
from premortem.app.view_state import FUTURES, STRENGTH, State
from premortem.case import Levers
from premortem.ensemble import bands, design
from premortem.ensemble.priors import SCORES
from premortem.ensemble.run import draw, use_compilation_cache
from premortem.law.book import Book
from premortem.propositions import score
from premortem.questions.weighted_board import answered, read_under
from premortem.study import Study, plain_rows
from premortem.study.simulator import Simulator
from premortem.watch import quantities, weights

Array = NDArray[Any]
Outcomes = dict[str, jax.Array]
# Regional series that the map shows.
REGIONAL = ("stock_us", "stock_cn", "unmet")
# How many simulated policies are kept (about 20 MB each), boards, and chunks of futures drawn (2 MB) and scored (160 kB).
KEPT, BOARDS, DRAWN, SCORED = 12, 512, 12, 60


class Kept:
    """The last few results by key; safe for threads, and each is made once however many ask for it."""

    def __init__(self, most: int) -> None:
        self.most, self._held, self._lock = most, OrderedDict[Hashable, Any](), threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._held

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is held under a key, made first where it is not."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._held:
                    return self._held[key]
            try:
                made = make()
                with self._lock:
                    self._held[key] = made
                    while len(self._held) > self.most:
                        self._held.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(key, None)


class Live:
    """The compiled model of a study, and what it answers for a `State`."""

    def __init__(self, study: Study) -> None:
        use_compilation_cache()
        self.study = study
        self._simulated, self._boards, self._drawn = Kept(KEPT), Kept(BOARDS), Kept(DRAWN)
        self._scored, self._seen = Kept(SCORED), Kept(SCORED)
        self._simulate = self._compiled(partial(_national, study.simulate))
        self._regional = jax.jit(partial(_of_regions, study.simulate))
        self._margins = jax.jit(study.scorer.margins)
        self._over_time = jax.jit(study.scorer.over_time)

    def _compiled(self, model: Callable[..., Any]) -> Any:
        shape = jax.ShapeDtypeStruct((len(self.study.priors.rows), FUTURES), np.float32)
        pulled = jax.tree.map(
            lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), self.study.levers(self.study.policies[0])
        )
        return jax.jit(model).lower(shape, pulled).compile()

    # what is asked

    def book(self, state: State) -> Book:
        """The rulebook under the policy with the numbers and days that the state changes."""
        book = self.study.book(state.policy)
        for name, value in state.levers:
            clause, _, key = name.rpartition(".")
            book = book.with_strength(key, value) if clause == STRENGTH else book.with_number(clause, key, value)
        return clause_dates.moved(book, state.days)

    def pulled(self, state: State) -> Levers:
        """That rulebook as the world's levers."""
        return self._boards.get(("levers", state.law), lambda: self.study.case.world.levers(self.book(state)))

    def values(self, state: State, chunk: int = 0) -> Array:
        """The uncertainties of a chunk of futures, shape (parameter, 2,000): priors within the ranges believed."""
        rows, start = self.study.priors.rows, chunk * FUTURES
        base, u = self._drawn.get(
            (state.seed, chunk),
            lambda: (
                draw(self.study.priors, "sobol", state.seed, start, FUTURES),
                design.uniforms("sobol", len(rows), state.seed, start, FUTURES),
            ),
        )
        if not state.beliefs:
            return np.asarray(base)
        out = base.copy()
        for name, low, high in state.beliefs:
            i = self.study.priors.names.index(name)
            out[i] = self._within(i, low, high, u[i])
        return out

    def _within(self, i: int, low: float, high: float, u: Array) -> Array:
        """A prior kept between two values, at chances `u`; one value where they meet."""
        row, table = self.study.priors.rows[i], self.study.priors.table[i]
        if low == high or not row.varies:
            return np.full_like(u, low)
        least, most = (ndtr(np.interp(end, table, SCORES)) for end in (low, high))
        inside = least + (most - least) * u
        if row.distribution == "categorical":
            return np.clip(row.quantile(inside), np.ceil(low), np.floor(high))
        return np.clip(np.interp(ndtri(inside), SCORES, table), low, high)

    # what is answered

    def outcomes(self, state: State, chunk: int = 0) -> Outcomes:
        """National series of a chunk, each of shape (quarter, 2,000)."""
        key = (state.law, state.beliefs, state.seed)

        def made() -> Outcomes:
            return dict(jax.block_until_ready(self._simulate(self.values(state, chunk), self.pulled(state))))

        return made() if chunk else dict(self._simulated.get(key, made))

    def thresholds(self, state: State) -> dict[str, np.float32]:
        """Thresholds in use."""
        return self.study.scorer.thresholds | {k: np.float32(v) for k, v in state.thresholds}

    def margins(self, state: State) -> dict[str, Array]:
        """Margins of assumptions and conditions, each of shape (future,), under `margin.NAME`."""
        found = [self._margins_of(state, chunk) for chunk in range(state.n // FUTURES)]
        return {f"margin.{k}": np.concatenate([f[k] for f in found]) for k in found[0]}

    def _margins_of(self, state: State, chunk: int) -> dict[str, Array]:
        def made() -> dict[str, Array]:
            found = self._margins(self.outcomes(state, chunk), self.thresholds(state))
            return {name: np.asarray(margin) for name, margin in found.items()}

        key = (state.law, state.beliefs, state.thresholds, state.seed, chunk)
        return dict(self._scored.get(key, made))

    def score(self, values: Array, state: State) -> dict[str, Array]:
        """Margins of given futures, (parameter, 2,000), under the state's policy and thresholds, by name."""
        found = self._margins(dict(self._simulate(values, self.pulled(state))), self.thresholds(state))
        return {name: np.asarray(margin) for name, margin in found.items()}

    def rows(self, state: State) -> list[dict[str, Any]]:
        """Rows of the board for the state's policy: the keys of `premortem board --json`."""
        return list(self._boards.get(self._board(state), lambda: self._rows(state)))

    def steps(self, state: State) -> Iterator[Callable[[], object]]:
        """Pieces of work after which the rows of a state are soon made, a chunk of futures each; none where they are at hand."""
        if self._board(state) in self._boards:
            return
        for chunk in range(state.n // FUTURES):
            yield partial(self._margins_of, state, chunk)
            if state.weights:
                yield partial(self._seen_in, self._happened(state), chunk)

    def _board(self, state: State) -> tuple[Hashable, ...]:
        return ("board", state.law, state.thresholds, state.beliefs, state.seed, state.n, self._as_of(state))

    def _rows(self, state: State) -> list[dict[str, Any]]:
        held = self.record(state)
        frame = score.board(
            {state.policy: self.margins(state)},
            self.study.assumptions,
            design.REPLICATES,
            None if held is None else held.values,
        )
        return answered(plain_rows(frame), held)

    def fan(self, state: State, assumption: str) -> list[dict[str, Any]]:
        """Bands of an assumption's margin by quarter over all futures, and the share of them that breaks."""
        names = self.study.steps
        margin = np.asarray(self._over_time(self.outcomes(state), self.thresholds(state))[assumption])
        cuts = bands.of(margin)
        broken = (margin <= 0).mean(1)
        return [
            {
                "quarter": q,
                "year": self.study.case.clock.middle(q),
                **{name: float(band[i]) for name, band in cuts.items()},
                "breaks": float(broken[i]),
            }
            for i, q in enumerate(names)
            if q >= "2025"
        ]

    def _as_of(self, state: State) -> date | None:
        return state.asof if state.weights else None

    def record(self, state: State) -> weights.Weights | None:
        """Weights of the futures by the readings known on the state's day; None where they are not asked for."""
        if not state.weights:
            return None
        key = ("record", state.beliefs, state.seed, state.n, state.asof)
        return self._boards.get(key, lambda: self._record(state))

    def _record(self, state: State) -> weights.Weights:
        readings = self.study.readings.known(state.asof)
        parts = [self._seen_in(self._happened(state), chunk) for chunk in range(state.n // FUTURES)]
        seen = {k: np.concatenate([p[k] for p in parts]) for k in parts[0]}
        return weights.weigh(seen, readings, quantities.shipped(self.study.case))

    def _happened(self, state: State) -> State:
        """The same futures under the policy that was in force when the state's readings were made."""
        return State(
            read_under(self.study.case, self.study.policies, state.asof),
            beliefs=state.beliefs,
            n=state.n,
            seed=state.seed,
        )

    def _seen_in(self, state: State, chunk: int) -> dict[str, Array]:
        def made() -> dict[str, Array]:
            return {name: np.asarray(x) for name, x in self._observed(self.outcomes(state, chunk)).items()}

        return dict(self._seen.get((state.law, state.beliefs, state.seed, chunk), made))

    @cached_property
    def _observed(self) -> Callable[[Outcomes], dict[str, jax.Array]]:
        known = quantities.shipped(self.study.case)
        asked = [(known[r.quantity], r.on) for r in self.study.readings.mapped]
        return jax.jit(quantities.Observer(asked, frozenset(self._names), self.study.steps))

    @cached_property
    def _names(self) -> list[str]:
        return list(self.outcomes(State(self.study.policies[0])))

    def regional(self, state: State) -> dict[str, Array]:
        """Quantiles 5, 50 and 95% of regional series over the futures, each of shape (3, quarter, region)."""

        def made() -> dict[str, Array]:
            found = self._regional(self.values(state), self.pulled(state))
            return {n: np.quantile(np.asarray(x), (0.05, 0.5, 0.95), axis=-1) for n, x in found.items()}

        return dict(self._boards.get(_regions_of(state), made))

    def knows_regions(self, state: State) -> bool:
        """Whether the regional series of a view are at hand."""
        return _regions_of(state) in self._boards

    def moves_world(self, state: State, name: str) -> bool:
        """Whether a changed clause number or day changes anything that the simulated world reads."""
        numbers = tuple(pair for pair in state.levers if pair[0] != name)
        without = State(state.policy, levers=numbers, days=tuple(pair for pair in state.days if pair[0] != name))
        pairs = zip(self.pulled(state), self.pulled(without), strict=True)
        return not all(np.array_equal(a, b) for a, b in pairs)


def _national(simulate: Simulator, values: jax.Array, pulled: Levers) -> Outcomes:
    return {name: series for name, series in simulate(values, pulled).items() if series.ndim == 2}


def _of_regions(simulate: Simulator, values: jax.Array, pulled: Levers) -> Outcomes:
    found = simulate(values, pulled)
    return {name: found[name] for name in REGIONAL}


def _regions_of(state: State) -> tuple[Hashable, ...]:
    return ("regional", state.law, state.beliefs, state.seed)
