"""Policies of a problem against each other: regret in each outcome's own unit, shares of propositions that hold, and the Pareto set."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, MissingData
from premortem.problem.answers import Answers
from premortem.problem.definition import Definition
from premortem.questions.robustness import pareto
from premortem.questions.tables.regret import Regrets, regret
from premortem.text.layout import fit, fit_columns
from premortem.text.numbers import count_noun, number, share
from premortem.text.result import Result

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Compared(Result):
    """Regret by outcome that has a direction; shares that hold by policy and proposition; `means` by policy and outcome; the policies of which no
    other is better in one mean and worse in none (`pareto`).
    """

    regret: Mapping[str, Regrets]
    shares: Mapping[str, Mapping[str, float | None]]
    means: Mapping[str, Mapping[str, float | None]]
    pareto: tuple[str, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        """A row a policy: its mean regret by outcome, its shares, and whether another beats it."""
        policies = [*self.means]
        columns = {"policy": policies} | {
            f"regret in {name}": [number_or_dash(by.regret[p].mean) for p in policies]
            for name, by in self.regret.items()
        }
        columns |= {
            f"{name} holds": [_share(self.shares[p][name]) for p in policies]
            for name in next(iter(self.shares.values()), {})
        }
        columns["beaten"] = ["no" if p in self.pareto else "yes" for p in policies]
        regret_said = "Regret: what a policy gives up, on average, against the best one in the same future."
        return "\n".join([fit_columns(columns), *map(fit, (regret_said, *self.notes))])


def compare(
    definition: Definition, answers: Mapping[str, Answers], shares: Mapping[str, Mapping[str, float | None]]
) -> Compared:
    """Policies compared. Raises `BadInput` where there are fewer than two, or no outcome says which way is better."""
    if len(answers) < 2:
        raise BadInput(
            "compare",
            "policies",
            f"needs two or more, has {len(answers)}",
            allowed="run(policies={...}) of two or more",
        )
    better = {o.name: o.better for o in definition.outcomes if o.better != "info"}
    if not better:
        raise BadInput("compare", "outcomes", "say not which way is better", allowed='pm.Outcome(NAME, "max") or "min"')
    found: dict[str, Regrets] = {}
    notes = []
    for name, way in better.items():
        table = {policy: _values(held, name) for policy, held in answers.items()}
        try:
            found[name] = regret(table, way)
        except MissingData:
            notes.append(f"{name} has no future without a failure under some policy")
    lost = {policy: int((held.failed != "").sum()) for policy, held in answers.items()}
    notes += [
        f"{n:,} of {count_noun(len(answers[p]), 'future')} failed under {p}, and are compared with none"
        for p, n in lost.items()
        if n
    ]
    means = {p: {o.name: _mean(_values(held, o.name)) for o in definition.outcomes} for p, held in answers.items()}
    scores = {p: [_signed(by[n], way) for n, way in better.items()] for p, by in means.items()}
    return Compared(found, dict(shares), means, tuple(pareto(scores)), tuple(notes))


def number_or_dash(value: float | None) -> str:
    """A number to three digits; a dash where there is none."""
    return "-" if value is None else number(value, 3)


def _share(value: float | None) -> str:
    return "-" if value is None else share(value)


def _values(held: Answers, name: str) -> Array:
    return np.where(held.failed == "", held.outcomes[name], np.nan)


def _signed(mean: float | None, way: str) -> float:
    """A mean turned so that more is better; nothing is worst."""
    return -np.inf if mean is None else -mean if way == "min" else mean


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
