"""Two thousand futures, live: a policy with changed numbers is simulated, scored and shown in well under a second.

The model is compiled once, for chunks of one shape; levers, thresholds and values are arguments, so nothing that a person
moves compiles it again. Outcomes are kept for the last few policies, so a moved threshold only scores them anew.

Over 300 lines: one class, whose answers share what it keeps.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from typing import Any, cast

import jax
import numpy as np
from numpy.typing import NDArray

from premortem.app import clause_dates, redrawn_futures
from premortem.app.chart_specs import Rows
from premortem.app.further_futures import continued, joined
from premortem.app.simulation_queue import Turns
from premortem.app.view_state import FIRST, FUTURES, QUICK, STRENGTH, State
from premortem.case import Levers
from premortem.ensemble import bands, design
from premortem.ensemble.compiled import Kept
from premortem.ensemble.run import draw
from premortem.law.book import Book
from premortem.propositions import score
from premortem.propositions.board_cells import BoardCell, cells
from premortem.questions import weighted_board
from premortem.questions.move import Standing
from premortem.questions.weighted_board import reading_policy, weighted_rows
from premortem.study import Study
from premortem.study.model import Chunk, Model
from premortem.text.result import Document
from premortem.watch import quantities, weights

Array = NDArray[Any]
Outcomes = dict[str, jax.Array]
# How many simulated policies are kept (about 20 MB each), boards, and chunks of futures drawn (2 MB) and scored (160 kB).
KEPT, BOARDS, DRAWN, SCORED = 12, 512, 12, 60


class Live:
    """The compiled model of a study, and what it answers for a `State`."""

    def __init__(self, study: Study, of_day: Callable[[date], weighted_board.Board] | None = None) -> None:
        """`of_day` tells the board of a run by what was known on a day: shown where nothing is changed, so that it is the command line's."""
        self.study, self.of_day = study, of_day
        self._simulated, self._boards, self._drawn = Kept(KEPT), Kept(BOARDS), Kept(DRAWN)
        self._scored, self._read, self._seen = Kept(SCORED), Kept(SCORED), Kept(SCORED)
        self.turns = Turns()

    @cached_property
    def _model(self) -> Model:
        """The compiled model, made when the first future is asked for: a stored run is told of without it."""
        return self.study.compiled

    def book(self, state: State) -> Book:
        """The rulebook under the policy with the numbers and days that the state changes."""
        policy, *_, known_by = state.law
        book = (self.study.on(known_by) if known_by else self.study).law(policy)
        for name, value in state.levers:
            clause, _, key = name.rpartition(".")
            book = book.with_strength(key, value) if clause == STRENGTH else book.with_number(clause, key, value)
        return clause_dates.book_with_dates(book, state.days)

    def pulled(self, state: State) -> Levers:
        """That rulebook as the world's levers."""
        return self._boards.get(("levers", state.law), lambda: self.study.case.world.levers(self.book(state)))

    def values(self, state: State, chunk: int = 0) -> Array:
        """The uncertainties of a chunk of futures, shape (parameter, 2,000) or fewer: priors within the ranges believed."""
        if self._is_redrawn(state):
            return self._anew(state).values
        return self._values(state, chunk)[:, : state.n]

    def _values(self, state: State, chunk: int) -> Array:
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
            out[i] = self.study.priors.within(name, low, high, u[i])
        return out

    def outcomes(self, state: State, chunk: int = 0) -> dict[str, Array]:
        """National series of a chunk, each of shape (step, 2,000)."""
        parts = self._parts(state, chunk)
        return {
            name: np.concatenate([np.asarray(p.series[name])[:, : p.count] for p in parts], axis=1)
            for name in self.study.simulate.names
        }

    def _parts(self, state: State, chunk: int = 0) -> tuple[Chunk, ...]:
        """A chunk of futures as it was run: in small parts, side by side on all cores; those at hand are not run again."""

        def made() -> tuple[Chunk, ...]:
            values, held = self.values(state, chunk), () if chunk else self._begun(state)
            return continued(held, values, lambda rest: self._model.chunks(rest, self.pulled(state), few=FUTURES))

        key = (*self._futures_of(state), state.law)
        return cast(tuple[Chunk, ...], made() if chunk else self._simulated.get(key, made))

    def _begun(self, state: State) -> tuple[Chunk, ...]:
        """The first futures of a view as an answer of more, or of fewer, ran them; none where there was none."""
        counts = () if state.weights else (FUTURES, FIRST, QUICK)  # weighted ones may be drawn anew
        keys = ((state.beliefs, state.seed, n, state.law) for n in counts)
        return next((held for key in keys if (held := self._simulated.held(key))), ())

    def standing(self, state: State) -> Standing:
        """The first 2,000 futures of a view as they stand, for what a single change does to them."""
        at = self.study, self.book(state), self.pulled(state), self.values(state), self.thresholds(state)
        return Standing(*at, self._parts(state))

    def thresholds(self, state: State) -> dict[str, np.float32]:
        """Thresholds in use."""
        return self.study.scorer.thresholds | {k: np.float32(v) for k, v in state.thresholds}

    def margins(self, state: State) -> dict[str, Array]:
        """Margins of assumptions and conditions under `margin.NAME`, and of other interpretations under theirs, each of shape (future,)."""
        return joined([self._margins_of(state, chunk) for chunk in self._chunks(state)])

    def _margins_of(self, state: State, chunk: int) -> dict[str, Array]:
        of, parts = (*self._futures_of(state), state.law), partial(self._parts, state, chunk)

        def scored() -> dict[str, Array]:
            found = [self._model.rescored(part, self.thresholds(state)) for part in parts()]
            return joined([{f"margin.{k}": x for k, x in one.items()} for one in found])

        def read() -> dict[str, Array]:  # other readers have limits of their own, whatever threshold is moved
            return joined([{k: np.asarray(x)[: p.count] for k, x in p.interpreted(p.series).items()} for p in parts()])

        return self._scored.get((*of, state.thresholds, chunk), scored) | self._read.get((*of, chunk), read)

    def rows(self, state: State) -> list[Document]:
        """Rows of the board for the state's policy: the keys of `premortem board --json`."""
        told = self.told_by_run(state)
        rows = [cell.as_dict() for cell in told.board if cell.policy == state.policy] if told else []
        return rows or self.own_rows(state)  # of a policy that the run has not

    def own_rows(self, state: State) -> list[Document]:
        """The same by the futures of this model alone: what a view with changes is shown against."""
        key = ("rows", *self._board(state))  # kept too: a moved number asks for those of every policy
        return list(self._boards.get(key, lambda: [cell.as_dict() for cell in self.cells(state)]))

    def told_by_run(self, state: State) -> weighted_board.Board | None:
        """The board of the run by what was known on the state's day, where that is asked for and nothing is changed; else None."""
        return self.of_day(state.asof) if self.asks_run(state) and self.of_day else None

    def asks_run(self, state: State) -> bool:
        """Whether a view is told by the run's own board."""
        return bool(state.weights and not state.edits and state.seed == State.seed and self.of_day)

    def knows(self, state: State) -> bool:
        """Whether the board of a state by the futures of this model is at hand."""
        return self._board(state) in self._boards

    def cells(self, state: State) -> tuple[BoardCell, ...]:
        """Cells of the board for the state's policy, by the futures of this model."""
        return cast(tuple[BoardCell, ...], self._boards.get(self._board(state), lambda: self._cells(state)))

    def affordable(self, state: State, first: bool = False) -> State:
        """The state, with fewer futures where its answer is not at hand and many wait, or a `first` answer is asked for."""
        if state.n != FUTURES or self._board(state) in self._boards:
            return state
        return replace(state, n=QUICK if self.turns.crowded else FIRST if first and not state.weights else FUTURES)

    def steps(self, state: State) -> Iterator[Callable[[], object]]:
        """Pieces of work after which the rows of a state are soon made, a chunk of futures each; none where they are at hand."""
        if self._board(state) in self._boards or self.told_by_run(state) is not None:
            return
        for chunk in self._chunks(state):
            yield partial(self._margins_of, state, chunk)
            if state.weights and not self._is_redrawn(state):
                yield partial(self._seen_in, self._happened(state), chunk)

    def _board(self, state: State) -> tuple[Hashable, ...]:
        day = state.asof if state.weights else None
        return ("board", state.law, state.thresholds, state.beliefs, state.seed, state.n, day)

    def _cells(self, state: State) -> tuple[BoardCell, ...]:
        with self.turns.turn():
            held, margins = self.record(state), self.margins(state)
        frame = score.board(
            {state.policy: margins},
            self.study.assumptions,
            design.REPLICATES,
            None if held is None else held.values,
            {form: self._value_of(state, form.name) for form in self.study.form_priors},
        )
        return weighted_rows(cells(frame), held)

    def _value_of(self, state: State, name: str) -> Array:
        """Values of an uncertainty over the futures of a state, (future,)."""
        place = self.study.priors.names.index(name)
        return np.concatenate([self.values(state, chunk)[place] for chunk in self._chunks(state)])

    def fan(self, state: State, assumption: str) -> Rows:
        """Bands of an assumption's margin by step over all futures, and the share of them that breaks."""
        names = self.study.steps
        parts, limits = self._parts(state), self.thresholds(state)
        margin = np.concatenate([self._model.over_time(part, limits)[assumption] for part in parts], axis=1)
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
            if q >= str(self.study.case.settings.day.year)
        ]

    def record(self, state: State) -> weights.Weights | None:
        """Weights of the futures by the readings known on the state's day; None where they are not asked for."""
        if not state.weights:
            return None
        key = ("record", state.beliefs, state.seed, state.n, state.asof)
        return self._boards.get(key, lambda: self._record(state))

    def _record(self, state: State) -> weights.Weights:
        readings = self.study.readings.telling(state.asof)
        happened = self._happened(state)
        seen = joined([self._seen_in(happened, chunk) for chunk in self._chunks(happened)])
        found = weights.weigh(seen, readings, quantities.shipped_quantities(self.study.case))
        return self._by_anew(state) if found.collapsed else found

    def _by_anew(self, state: State) -> weights.Weights:
        drawn = self._anew(state)
        pulled = self.pulled(self._happened(state))
        parts = list(self._model.chunks(drawn.values, pulled, few=drawn.values.shape[1]))
        found = joined([{k: np.asarray(x)[: p.count] for k, x in p.scalars.items()} for p in parts])
        margins = {a.id: found[f"margin.{a.id}"] for a in self.study.assumptions}
        return redrawn_futures.weights_of(drawn, self.study.priors.names, state.beliefs, margins)

    def _anew(self, state: State) -> redrawn_futures.Redrawn:
        day, seed = state.asof, state.seed
        return cast(
            redrawn_futures.Redrawn,
            self._drawn.get(("anew", day, seed), lambda: redrawn_futures.redrawn(self.study, day, seed)),
        )

    def _is_redrawn(self, state: State) -> bool:
        return bool((held := self.record(state)) and held.redrawn)

    def _chunks(self, state: State) -> range:
        return range(1 if self._is_redrawn(state) else max(state.n // FUTURES, 1))

    def _futures_of(self, state: State) -> tuple[Hashable, ...]:
        """What the futures of a chunk depend on."""
        if self._is_redrawn(state):
            return "anew", state.asof, state.seed
        return state.beliefs, state.seed, min(state.n, FUTURES)

    def _happened(self, state: State) -> State:
        """The same futures under the policy that was in force when the state's readings were made."""
        return State(
            reading_policy(self.study.case, self.study.policies, state.asof),
            beliefs=state.beliefs,
            n=state.n,
            seed=state.seed,
            known_by=state.asof,
        )

    def _seen_in(self, state: State, chunk: int) -> dict[str, Array]:
        def of(part: Chunk) -> dict[str, Array]:
            return {name: np.asarray(x)[: part.count] for name, x in self._observed(dict(part.series)).items()}

        def made() -> dict[str, Array]:
            return joined([of(part) for part in self._parts(state, chunk)])

        return dict(self._seen.get((*self._futures_of(state), state.law, chunk), made))

    @cached_property
    def _observed(self) -> Callable[[Outcomes], dict[str, jax.Array]]:
        known = quantities.shipped_quantities(self.study.case)
        asked = [(known[r.quantity], r.on) for r in self.study.readings.mapped]
        return jax.jit(quantities.Observer(asked, self.study.simulate.names, self.study.steps))

    def regional(self, state: State) -> dict[str, Array]:
        """Quantiles 5, 50 and 95% of the series of the case's map over the futures, each of shape (3, step, region)."""
        drawn = self.study.case.map
        if drawn is None:
            return {}

        def made() -> dict[str, Array]:
            found = self._model.regional(self.values(state), self.pulled(state))
            shown = {name: np.asarray(found[name])[..., :FUTURES] for name in drawn.SERIES}
            return {name: np.quantile(x, (0.05, 0.5, 0.95), axis=-1) for name, x in shown.items()}

        return dict(self._boards.get(_regions_of(state), made))

    def knows_regions(self, state: State) -> bool:
        """Whether the regional series of a view are at hand."""
        return _regions_of(state) in self._boards


def _regions_of(state: State) -> tuple[Hashable, ...]:
    return ("regional", state.law, state.beliefs, state.seed, state.asof if state.weights else None)
