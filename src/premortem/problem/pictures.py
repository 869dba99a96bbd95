"""Pictures of a run of a problem, each an Altair chart by the name of what it shows."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.charts import exploration
from premortem.errors import BadInput, unknown
from premortem.problem.answers import Answers
from premortem.problem.comparing import Compared
from premortem.problem.stored import Plan
from premortem.questions.tables.boxes import Boxes
from premortem.questions.tables.indices import Sensitivities, Sobol
from premortem.text.phrases import plainly

Array = NDArray[Any]
KINDS = (
    "board", "pairs", "parallel", "regional", "stacking", "indices", "importance", "envelopes", "policies", "trade_off",
)  # fmt: skip
# Columns of a picture that shows several, and bins of one that is cut.
COLUMNS, BINS = 4, 5


class Shown(Protocol):
    """A run, as pictures need it."""

    @property
    def plan(self) -> Plan:
        """What it follows from."""

    @property
    def answers(self) -> Mapping[str, Answers]:
        """By policy."""

    @property
    def policies(self) -> tuple[str, ...]:
        """Their names."""

    def inputs(self) -> dict[str, Array]:
        """Uncertainties that vary."""

    def margins(self, assumption: str, policy: str | None = None) -> Array:
        """Margins of a proposition under a policy, shape (future,); above 0 it holds."""

    def board(self) -> pl.DataFrame:
        """Shares that hold."""


class Asked(Shown, Protocol):
    """A run that is asked for what a picture shows."""

    def boxes(self, assumption: str, policy: str | None = None) -> Boxes:
        """Where a proposition breaks."""

    def sensitivity(self, outcome: str, policy: str | None = None) -> Sensitivities:
        """What an outcome depends on."""

    def compare(self) -> Compared:
        """Policies against each other."""


def verdicts(run: Shown, assumption: str, policy: str) -> pl.DataFrame:
    """Uncertainties of the futures that did not fail, with the `verdict`, in an order that hides none behind others."""
    margins = run.margins(assumption, policy)
    known = np.flatnonzero(np.isfinite(margins))
    columns = {n: v[known] for n, v in run.inputs().items()}
    return pl.DataFrame({**columns, "verdict": np.where(margins[known] > 0, *exploration.VERDICTS)})


def box_pairs(run: Shown, found: Boxes, assumption: str, policy: str) -> Any:
    """The first box over the futures: one column that it limits as two distributions, more of them in pairs; without a box the first two."""
    limits = dict(found.boxes[0].limits) if found.boxes else {}
    names = [*(limits or [*run.inputs()][:2])][:COLUMNS]
    box = {n: limit for n, limit in limits.items() if isinstance(limit, tuple)}
    return exploration.pairs(verdicts(run, assumption, policy), names, box)


def box_caption(found: Boxes) -> str:
    """What `box_pairs` shows of the first of some boxes."""
    if len(found.boxes[0].limits) == 1:
        return "Futures by the uncertainty that the box limits; the lines are its limits."
    return "Futures by the uncertainties that the box limits; the frame is the box."


def chart(run: Asked, kind: str, of: Any, policy: str) -> Any:
    """A picture by its kind; see `Run.chart`. Stacking is by what the boxes limit first."""
    match kind:
        case "board":
            return exploration.board(run.board())
        case "pairs":
            return box_pairs(run, run.boxes(of, policy), of, policy)
        case "parallel":
            return parallel_axes(run, of, policy)
        case "regional":
            return regional(run, of, policy)
        case "stacking":
            limited = [name for box in run.boxes(of, policy).boxes for name in box.limits]
            return stacking(run, of, policy, list(dict.fromkeys([*limited, *run.inputs()]))[:COLUMNS])
        case "indices":
            return indices(run.sensitivity(of, policy))
        case "importance":
            return importance([run.sensitivity(o.name, policy) for o in run.plan.definition.outcomes])
        case "envelopes":
            return envelopes(run, of)
        case "policies":
            return policy_axes(run, run.compare().means)
        case "trade_off":
            if not isinstance(of, Sequence) or isinstance(of, str) or len(of) != 2:
                raise BadInput("chart", "of", "names no two outcomes", got=str(of), allowed='("cost", "harvest"), say')
            return trade_off(run, run.compare().means, *of)
    raise unknown("chart", "no such chart", kind, KINDS, file="run")


def indices(found: Sensitivities) -> Any:
    """Sobol indices as bars, first and total."""
    rows = []
    for row in found.of("sobol"):
        if isinstance(row, Sobol):
            rows += [
                {"param": plainly(row.param), "kind": "total", "value": row.total, "low": row.low, "high": row.high},
                {
                    "param": plainly(row.param),
                    "kind": "first",
                    "value": row.first,
                    "low": row.first_low,
                    "high": row.first_high,
                },
            ]
    return exploration.indices(pl.DataFrame(rows))


def parallel_axes(run: Shown, assumption: str, policy: str) -> Any:
    """Futures across axes of the uncertainties that have an order."""
    frame = verdicts(run, assumption, policy)
    return exploration.parallel_axes(frame, _numeric(frame))


def policy_axes(run: Shown, means: Mapping[str, Mapping[str, float | None]]) -> Any:
    """Policies across axes of the outcomes' means."""
    frame = pl.DataFrame([{"policy": p} | dict(by) for p, by in means.items()])
    return exploration.parallel_axes(frame, [c for c in frame.columns if c != "policy"], "policy")


def trade_off(run: Shown, means: Mapping[str, Mapping[str, float | None]], across: str, down: str) -> Any:
    """Policies by the means of two outcomes."""
    return exploration.trade_off(pl.DataFrame([{"policy": p} | dict(by) for p, by in means.items()]), across, down)


def envelopes(run: Shown, name: str) -> Any:
    """A series over time under each policy."""
    known = {s.name: s for s in run.plan.definition.series}
    if name not in known:
        raise unknown("series", "no such series", str(name), [*known], file="run")
    series = known[name]
    rows = []
    for policy in run.policies:
        held = run.answers[policy]
        bands = np.nanquantile(held.series[name][held.failed == ""], (0.05, 0.5, 0.95), axis=0)
        rows.append(
            pl.DataFrame(
                {"policy": policy, "time": list(series.labels), "p5": bands[0], "p50": bands[1], "p95": bands[2]}
            )
        )
    return exploration.envelopes(pl.concat(rows), f"{name} [{series.unit}]" if series.unit else name)


def regional(run: Shown, assumption: str, policy: str) -> Any:
    """Distributions of each uncertainty where the proposition holds and where it breaks."""
    frame, rows = verdicts(run, assumption, policy), []
    for name in _numeric(frame)[:8]:
        for verdict in exploration.VERDICTS:
            x = np.sort(frame.filter(pl.col("verdict") == verdict)[name].cast(pl.Float64).to_numpy())
            if len(x):
                at = np.linspace(0, 1, 60)
                rows.append(pl.DataFrame({"param": name, "value": np.quantile(x, at), "share": at, "verdict": verdict}))
    return exploration.regional(pl.concat(rows))


def importance(found: Sequence[Sensitivities]) -> Any:
    """Total Sobol indices of several outcomes as a grid."""
    rows = [
        {"param": plainly(r.param), "outcome": plainly(s.outcome), "value": r.total}
        for s in found
        for r in s.of("sobol")
        if isinstance(r, Sobol)
    ]
    return exploration.importance(pl.DataFrame(rows))


def stacking(run: Shown, assumption: str, policy: str, names: Sequence[str]) -> Any:
    """Dimensional stacking by up to four uncertainties, the first two outermost."""
    frame = verdicts(run, assumption, policy)
    chosen = [n for n in names if n in frame.columns][:COLUMNS]
    if len(chosen) < 2:
        raise BadInput(
            "stacking", "names", "are fewer than two", got=", ".join(names), allowed=", ".join(frame.columns[:-1])
        )
    across, down = chosen[::2], chosen[1::2]
    cut = frame.with_columns(_bins(frame, n).alias(n) for n in chosen)
    cells = (
        cut.group_by(chosen).agg(share=(pl.col("verdict") == "breaks").mean(), futures=pl.len()).sort([*across, *down])
    )
    told = cells.with_columns(across=pl.concat_str(across, separator=" / "), down=pl.concat_str(down, separator=" / "))
    return exploration.stacking(told, across, down)


def _bins(frame: pl.DataFrame, name: str) -> pl.Series:
    """A column cut into bins with as many futures each, told by their middles."""
    column = frame[name]
    if not column.dtype.is_numeric() or column.n_unique() <= BINS:
        return column.cast(pl.String)
    x = column.cast(pl.Float64).to_numpy()
    ends = np.quantile(x, np.linspace(0, 1, BINS + 1)[1:-1])
    place = np.searchsorted(ends, x)
    middles = [f"{k + 1}: {np.median(x[place == k]):.3g}" for k in range(BINS)]
    return pl.Series(name, [middles[k] for k in place])


def _numeric(frame: pl.DataFrame) -> list[str]:
    return [n for n in frame.columns if n != "verdict" and frame[n].dtype.is_numeric()]
