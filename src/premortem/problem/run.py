"""`Run`: policies of a problem in many futures, and every question that may be asked of them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray

from premortem.argument_types import checked_methods
from premortem.ensemble.design import check_seed
from premortem.errors import BadInput, unknown
from premortem.problem import breaking, comparing, indices, pictures, words
from premortem.problem import brief as html
from premortem.problem import futures_after_readings as readings_
from premortem.problem.answers import Answers
from premortem.problem.breaking import BreakingPoints
from premortem.problem.comparing import Compared
from premortem.problem.evaluate import Evaluator, failures
from premortem.problem.margins import Proposition
from premortem.problem.model_values import Known
from premortem.problem.quantities import quantity
from premortem.problem.stored import Plan
from premortem.questions.tables.boxes import Boxes, Method, of_inputs
from premortem.questions.tables.frame import frame, inputs
from premortem.questions.tables.indices import Sensitivities
from premortem.questions.tables.worth import Worths
from premortem.study import chosen_of
from premortem.text.layout import fit
from premortem.text.numbers import count_noun
from premortem.text.tables import table

Array = NDArray[Any]
# All propositions at once, where there are several.
ALL = "all"


@checked_methods
class Run:
    """Policies in the same futures. Made by `Problem.run` and `Problem.stored`."""

    def __init__(
        self,
        plan: Plan,
        evaluator: Evaluator,
        answers: Mapping[str, Answers],
        notes: Sequence[str],
        seconds: float,
        folder: Path | None,
    ) -> None:
        """`answers` by policy, of all futures of the plan."""
        self.plan, self.evaluator, self.answers = plan, evaluator, dict(answers)
        self.seconds, self.folder, self._said = seconds, folder, tuple(notes)
        self.designed: dict[tuple[str, str, int, int], tuple[dict[str, Array], Answers]] = {}

    def __repr__(self) -> str:
        d = self.plan.definition
        futures = count_noun(self.futures, "future")
        return fit(f"Run of {d.name}: {futures} under {', '.join(self.policies)}; seed {self.seed}")

    def _repr_html_(self) -> str:
        return (
            table(self.board(), holds="share of futures", low="share", high="share", caption=repr(self))._repr_html_()
            if self.propositions
            else f"<p>{escape(repr(self))}</p>"
        )

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies."""
        return tuple(self.plan.policies)

    @property
    def futures(self) -> int:
        """How many futures."""
        return self.plan.futures

    @property
    def seed(self) -> int:
        """The seed."""
        return self.plan.seed

    @property
    def propositions(self) -> tuple[Proposition, ...]:
        """What is tested."""
        return self.plan.definition.propositions

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know: of the model, of policies beyond a range, of futures that failed and why."""
        said = [*self._said, *self.evaluator.notes]
        for policy in self.policies:
            lost = self.failed(policy)
            if lost:
                why = "; ".join(f"{n:,}: {text}" for text, n in [*lost.items()][:3])
                said.append(
                    f"{sum(lost.values()):,} of {count_noun(self.futures, 'future')} failed under {policy} ({why})"
                )
        return tuple(said)

    def failed(self, policy: str) -> dict[str, int]:
        """Why futures failed under a policy, and how many."""
        return failures(self.answers[self._policy(policy)].failed)

    def known(self, policy: str) -> Known:
        """Everything that a proposition may name under a policy: outcomes and uncertainties (future,), series (future, time), levers, constants."""
        return self.plan.known(policy, self.plan.values, self.answers[policy])

    def margins(self, assumption: str, policy: str | None = None) -> Array:
        """Margins of a proposition, or of another text such as "cost < 3", (future,): above 0 where it holds, NaN where the model failed."""
        proposition, chosen = self.proposition(assumption), self._policy(policy)
        found = proposition.of(self.known(chosen), self.futures)
        return np.where(self.answers[chosen].failed == "", found, np.nan)

    def proposition(self, name: str) -> Proposition:
        """A proposition by its name, or one read from a text. Raises `BadInput` where it is neither."""
        for one in self.propositions:
            if one.name == name:
                return one
        if name == ALL and self.propositions:
            return Proposition(ALL, "all at once", ALL, self._all)
        if str(name).isidentifier() and name not in self.plan.definition.reader.names:
            raise unknown(
                "assumption", "no such proposition", str(name), [p.name for p in self.propositions], file="run"
            )
        return self.plan.definition.reader.proposition(str(name), name)

    def _all(self, known: Known) -> Any:
        return np.minimum.reduce(np.broadcast_arrays(*(np.asarray(p.margin(known), float) for p in self.propositions)))

    def board(self) -> pl.DataFrame:
        """Share of the futures in which each proposition holds under each policy, with its 95% interval: columns assumption, policy, holds, low,
        high, failed. Futures that failed are in no share; a share that no future can tell is null.
        """
        if not self.propositions:
            raise BadInput(
                self.plan.definition.name,
                "propositions",
                "are none",
                allowed='propositions={"NAME": "OUTCOME - NUMBER"}',
            )
        names = [p.name for p in self.propositions] + ([ALL] if len(self.propositions) > 1 else [])
        rows = [
            {"assumption": name, "policy": policy} | self._share(name, policy)
            for name in names
            for policy in self.policies
        ]
        kinds = {
            "assumption": pl.String,
            "policy": pl.String,
            "holds": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
            "failed": pl.Int64,
        }
        return pl.DataFrame(rows, schema=kinds)

    def _share(self, name: str, policy: str) -> dict[str, float | int | None]:
        margins = self.margins(name, policy)
        told = dict(zip(("holds", "low", "high"), self.plan.share(margins > 0, np.isnan(margins)), strict=True))
        return {k: None if np.isnan(v) else float(v) for k, v in told.items()} | {
            "failed": int(np.isnan(margins).sum())
        }

    def table(self, policy: str | None = None) -> pd.DataFrame:
        """A row a future: its uncertainties, numeric outcomes, the margin of each proposition (`margin_NAME`), and why it failed."""
        chosen = self._policy(policy)
        answers = self.answers[chosen]
        columns = {**self.plan.values, **answers.outcomes}
        margins = {f"margin_{p.name}": self.margins(p.name, chosen) for p in self.propositions}
        return pd.DataFrame(
            {**columns, **margins, "failed": [str(why) for why in answers.failed]},
            index=pd.RangeIndex(self.futures, name="future"),
        )

    def series(self, name: str, policy: str | None = None) -> pd.DataFrame:
        """A series under a policy: a row a future, a column a time."""
        found = next((s for s in self.plan.definition.series if s.name == name), None)
        if found is None:
            raise unknown("series", "no such series", name, [s.name for s in self.plan.definition.series], file="run")
        return pd.DataFrame(
            self.answers[self._policy(policy)].series[name],
            columns=list(found.labels),
            index=pd.RangeIndex(self.futures, name="future"),
        )

    def inputs(self) -> dict[str, Array]:
        """Values of the uncertainties that vary, (future,), levels of categories as texts."""
        varying = {u.name: u for u in self.plan.definition.uncertainties if u.varies}
        return {
            n: self.plan.values[n] if u.ordered else np.array([str(v) for v in self.plan.values[n]])
            for n, u in varying.items()
        }

    def boxes(
        self, assumption: str, policy: str | None = None, *, most: int = 3, method: Method = "prim", seed: int = 0
    ) -> Boxes:
        """Where a proposition breaks: ranges and categories of a few uncertainties, with the whole curve to choose from. By default under the
        first policy.
        """
        self._check_varies()
        margins, read = self.margins(assumption, policy), inputs(frame(self.inputs()))
        breaks = np.where(np.isnan(margins), np.nan, margins <= 0)
        return of_inputs(read, breaks, None, most, method, seed, words.of_boxes(self.plan.definition))

    def sensitivity(
        self,
        outcome: str,
        policy: str | None = None,
        methods: str | Sequence[str] = "sobol",
        *,
        samples: int | None = None,
        seed: int = 0,
    ) -> Sensitivities:
        """Which uncertainties an outcome, a proposition's margin or a text such as "lake@50" depends on.

        Sobol indices and Morris's effects are of `samples` base samples simulated now, where the model is fast enough, else of the run's own
        futures, which the notes say; delta, pawn, forest and regional are of the run.
        """
        check_seed(seed)
        self._check_varies()
        return indices.sensitivity(
            self, quantity(self.plan.definition, outcome), outcome, self._policy(policy), methods, samples, seed
        )

    def breaking_points(
        self, assumption: str, policy: str | None = None, top: int = 3, *, start: int | None = None, seed: int = 0
    ) -> BreakingPoints:
        """The smallest moves of the uncertainties that turn a proposition, from the central future or future `start`."""
        check_seed(seed)
        return breaking.breaking_points(
            self.plan,
            self.evaluator,
            self.proposition(assumption),
            self._policy(policy),
            self.answers,
            top,
            self.plan.centre if start is None else start,
            seed,
        )

    def given(
        self,
        readings: Mapping[str, Any],
        under: str | None = None,
        *,
        futures: int | None = None,
        seed: int = 0,
    ) -> "Run":
        """The run in the futures that readings leave possible: of every policy, to be asked like this one.

        `readings` give a value and its standard error by what was read: an uncertainty, an outcome or a text such as "level@3", `under` the
        policy in force, by default the first. Where too few of the run's futures agree, `futures` others are drawn by running the model.
        Raises `MissingData` where neither is enough.
        """
        check_seed(seed)
        plan, answers, note = readings_.given(self, readings, self._policy(under), futures, seed)
        return Run(plan, self.evaluator, answers, (*self._said, note), 0.0, None)

    def value_of_information(self, of: str, readings: Any = None, under: str | None = None) -> Worths:
        """What it is worth to read uncertainties, or texts such as "level@3" `under` the policy in force, before a policy is chosen.

        `of` is an outcome with a direction, whose regret a reading saves, or a proposition: then the share of futures in which it holds after all.
        By default each uncertainty is read without an error; a mapping gives errors, in standard deviations of what is read.
        """
        return readings_.value_of_readings(self, of, readings, self._policy(under))

    def compare(self, policies: Sequence[str] | None = None) -> Compared:
        """Policies against each other: regret by outcome, shares that hold, and which of them no other beats."""
        chosen = [self._policy(p) for p in chosen_of("compare", policies, self.policies)]
        shares = {p: {q.name: self._share(q.name, p)["holds"] for q in self.propositions} for p in chosen}
        return comparing.compare(self.plan.definition, {p: self.answers[p] for p in chosen}, shares)

    def chart(self, kind: str, of: Any = None, policy: str | None = None) -> Any:
        """A picture as an Altair chart. Of a proposition: pairs, parallel, regional, stacking; of an outcome: indices; of two outcomes: trade_off;
        of a series: envelopes; of the run: board, policies, importance.
        """
        self._check_varies()
        return pictures.chart(self, kind, of, self._policy(policy))

    def brief(self, path: str | Path = "brief.html") -> Path:
        """The run on a page of its own: the board, where propositions break, what outcomes depend on, the policies. Gives the path."""
        return html.write(self, Path(path))

    def _check_varies(self) -> None:
        if not any(u.varies for u in self.plan.definition.uncertainties):
            what = "do not vary, so nothing tells futures apart"
            raise BadInput(self.plan.definition.name, "uncertainties", what, allowed="one that varies")

    def _policy(self, policy: str | None) -> str:
        if policy is None:
            return self.policies[0]
        if policy not in self.policies:
            raise unknown("policy", "not in this run", str(policy), [*self.policies], file="run")
        return policy
