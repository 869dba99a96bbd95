"""A stored run under a study: the board, outcomes, bands, and what it was made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.case import DEFAULT
from premortem.ensemble import bands, read, store, swap
from premortem.ensemble import run as ensemble
from premortem.ensemble.layout import FUTURES
from premortem.ensemble.manifest import FINISHED
from premortem.errors import BadInput, MissingData
from premortem.propositions import score
from premortem.text import phrases
from premortem.text.numbers import counted, share
from premortem.text.tables import Table

if TYPE_CHECKING:
    from premortem.study.study import Study

Array = NDArray[Any]


@dataclass
class Run:
    """A run folder under a study: the board, outcomes, bands, and what it was made of."""

    study: "Study"
    folder: Path
    timing: ensemble.Timing | None = None
    memory: int | None = None  # ceiling on what analyses of it hold [bytes]
    first: int | None = None  # how many of its futures are looked at, from the first one on: all of them by default

    def __post_init__(self) -> None:
        swap.recover(self.folder)
        self.manifest = store.read_manifest(self.folder)
        if self.manifest["status"] != FINISHED:
            what = "is not finished: it was stopped, or is still being made"
            raise BadInput(str(self.folder), "", what, allowed="a finished run", hint="premortem run --resume")
        case = self.manifest.get("case") or DEFAULT
        if case != self.study.case.reference:
            what = f"is a run of the case {case}, not of {self.study.case.name}"
            raise BadInput(str(self.folder), "case", what, got=case, hint=f"--case {case}")
        self.seconds: dict[str, float] = {}
        if self.timing:
            self.seconds = {
                "compile": self.timing.compile,
                "simulate": self.timing.simulate,
            }
        self._bands: dict[str, pl.DataFrame] = {}

    def __repr__(self) -> str:
        return f"Run of {counted(self.futures, 'future')} under {', '.join(self.policies)}; seed {self.seed}; {self.folder}"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies of the run, in order."""
        return tuple(self.manifest["inputs"]["policies"])

    @property
    def futures(self) -> int:
        """How many futures are looked at."""
        return self.stored if self.first is None else min(self.first, self.stored)

    @property
    def stored(self) -> int:
        """How many futures the folder holds."""
        return int(self.manifest["inputs"]["futures"])

    def head(self, first: int) -> "Run":
        """The run as if it held its first futures only, which are a design of their own."""
        return Run(self.study, self.folder, self.timing, self.memory, min(first, self.futures))

    @property
    def seed(self) -> int:
        """Seed of the design."""
        return int(self.manifest["inputs"]["seed"])

    @property
    def replicates(self) -> int:
        """Independent replicates of the design; 0 for plain Monte Carlo."""
        return int(self.manifest["replicates"])

    @property
    def non_finite(self) -> dict[str, list[int]]:
        """Futures with a result that is not finite, by policy; one with such a margin has failed: it is in no share."""
        found = self.manifest.get("non_finite", {})
        return {policy: list(found[policy]) for policy in self.policies if found.get(policy)}

    def columns(self, policy: str, names: Sequence[str] | None = None, first: int | None = None) -> dict[str, Array]:
        """Scalars of every future, or of the `first`, under a policy, by column, each of shape (future,)."""
        return read.read_columns(self.folder, policy, names, self._most(first))

    def parts(self, policy: str, names: Sequence[str] | None = None) -> Iterator[dict[str, Array]]:
        """The same part by part, in order, in the memory of one part; `futures` in place of a policy gives the
        uncertainties.
        """
        return read.read_parts(self.folder, policy, names, self.first)

    def margin_names(self) -> list[str]:
        """Columns that hold the margins of assumptions and conditions."""
        return [f"margin.{n}" for a in self.study.assumptions for n in (a.id, *(f"{a.id}.{c.id}" for c in a.condition))]

    def margins(self, policy: str) -> dict[str, Array]:
        """Margins of assumptions and conditions under a policy."""
        return self.columns(policy, self.margin_names())

    def parameters(self, names: Sequence[str] | None = None, first: int | None = None) -> Array:
        """Values of the uncertainties, shape (parameter, future); of the `first` futures only, where given."""
        wanted = list(names or self.study.priors.names)
        found = read.read_columns(self.folder, FUTURES, wanted, self._most(first))
        return np.stack([found.pop(name) for name in wanted])

    def _most(self, first: int | None) -> int:
        return self.futures if first is None else min(first, self.futures)

    def verify(self) -> None:
        """Check every byte of the run against its checksums. Raises `MissingData` naming the files that are damaged."""
        wrong = store.damaged(self.folder)
        if wrong:
            raise MissingData(
                f"{self.folder}: damaged: {', '.join(wrong)}; make them again with `premortem run --resume`"
            )

    def board(self) -> pl.DataFrame:
        """Assumption by policy: the share of futures that holds, its interval, what fails first and alone."""
        if not hasattr(self, "_board"):
            streams = {p: self._scored(p) for p in self.policies}
            self._board = score.board_of_parts(
                streams, self.study.assumptions, self.replicates, forms=self.study.form_priors
            )
        return self._board

    def _scored(self, policy: str) -> Iterator[dict[str, Array]]:
        """Margins under a policy part by part, with the forms that the futures are in."""
        forms = [form.name for form in self.study.form_priors]
        margins = self.parts(policy, self.margin_names())
        yield from (a | b for a, b in zip(margins, self.parts(FUTURES, forms), strict=True)) if forms else margins

    def board_rows(self) -> list[dict[str, Any]]:
        """The board as plain rows; causes of failure without the conditions of other assumptions."""
        return plain_rows(self.board())

    def table(self) -> Table:
        """The board for people: a row an assumption, a column a policy, shares of futures with their 95% intervals."""
        rows: dict[str, dict[str, str]] = {}
        for r in self.board().select("assumption", "policy", "holds", "low", "high").to_dicts():
            said = share(r["holds"]) + (
                "" if r["low"] is None else f" ({100 * r['low']:.0f} to {100 * r['high']:.0f}%)"
            )
            rows.setdefault(r["assumption"], {"assumption": r["assumption"]})[r["policy"]] = said
        caption = f"Share of {counted(self.futures, 'future')} in which each assumption holds (95% interval); seed {self.seed}; not forecasts"
        names = {a.id: f"{a.id} {a.name}" for a in self.study.assumptions}
        names["all"] = phrases.at_once(len(names))
        frame = pl.DataFrame([*rows.values()]).with_columns(pl.col("assumption").replace(names))
        return Table(frame, {}, caption)

    def bands(self, policy: str) -> pl.DataFrame:
        """Bands of every series over all futures: series, quarter, p5, p25, p50, p75, p95."""
        if policy not in self._bands:
            self._bands[policy] = bands.read_bands(self.folder, policy, self.study.steps)
        return self._bands[policy]

    def paths(self, policy: str) -> pl.DataFrame:
        """Whole series of the first futures: future, quarter (0 to 39) and a column a series."""
        return bands.read_paths(self.folder, policy)

    def regional(self, policy: str, names: Sequence[str]) -> dict[str, Array]:
        """Regional series of the first futures, which a run does not keep and which are simulated again: each of shape
        (quarter, region, future). Raises `MissingData` with a model of the user's own.
        """
        if self.study.simulate.function is not None:
            raise MissingData(f"{self.folder}: regional series are of the shipped world; a model of your own has none")
        design, count = self.manifest["inputs"]["design"], min(bands.THIN, self.futures)
        values = ensemble.draw(self.study.priors, design, self.seed, 0, bands.THIN)
        found = self.study.compiled.regional(values, self.study.levers(policy))
        return {name: np.asarray(found[name])[..., :count] for name in names}

    def by_region(self, policy: str, name: str, first: str = "2025Q1", last: str = "2027Q4") -> pl.DataFrame:
        """A regional series, such as `additions` or `unmet` [in the unit of the series], summed from one quarter to another:
        region, name, and p5, p50, p95 over the first futures.
        """
        labels = self.study.steps
        held = self.regional(policy, [name])[name][labels.index(first) : labels.index(last) + 1].sum(0)
        low, middle, high = np.quantile(held, [0.05, 0.5, 0.95], axis=-1)
        places = facts.read("regions", self.study.case).select(region="id", name="name")
        return places.with_columns(p5=pl.Series(low), p50=pl.Series(middle), p95=pl.Series(high))

    @cached_property
    def outcomes(self) -> Any:
        """Scalars of every future as an `xarray.Dataset` with dimensions policy and future."""
        import xarray as xr

        held = {policy: self.columns(policy) for policy in self.policies}
        names = [n for n in next(iter(held.values())) if n != "future"]
        data = {n: (("policy", "future"), np.stack([held[p][n] for p in self.policies])) for n in names}
        return xr.Dataset(data, coords={"policy": list(self.policies), "future": np.arange(self.futures)})

    def summary(self, **more: Any) -> dict[str, Any]:
        """What `premortem run --json` prints."""
        seconds = {k: round(self.seconds.get(k, 0.0), 3) for k in ("compile", "simulate", "score")}
        seconds["report"] = round(float(more.pop("report_seconds", 0.0)), 3)
        simulated = self.timing.simulated if self.timing else 0
        rate = simulated / self.seconds["simulate"] if simulated else 0.0
        return {
            "run": str(self.folder),
            "brief": str(more.pop("brief", "")),
            "futures": self.futures,
            "policies": list(self.policies),
            "seed": self.seed,
            "seconds": seconds,
            "futures_per_second": round(rate, 1),
            "peak_mb": round(ensemble.peak_mb(), 1),
            "non_finite": {policy: len(futures) for policy, futures in self.non_finite.items()},
            "board": self.board_rows(),
        } | more


def plain_rows(board: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows of a board; causes of failure without the conditions of other assumptions."""
    return [
        row
        | {
            key: {k: v for k, v in (row[key] or {}).items() if v is not None}
            for key in ("fails_on", "alone", "by_form")
        }
        for row in board.to_dicts()
    ]
