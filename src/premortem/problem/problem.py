"""`Problem`: a model, what it cannot know, what one may choose and what counts; and `run`, which tries policies in many futures."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from premortem.argument_types import checked, checked_methods
from premortem.ensemble.design import check_seed
from premortem.errors import BadInput, raise_all
from premortem.problem import brief as html
from premortem.problem import samplers, stored
from premortem.problem.definition import MOST, ONLY, OURS, Definition, Reduce, check
from premortem.problem.evaluate import Evaluator
from premortem.problem.given_priors import of_table
from premortem.problem.levers import lever_of, read_policy
from premortem.problem.margins import Proposition, Reader, propositions
from premortem.problem.model_values import Constants, LeverValues, ModelValue
from premortem.problem.outcomes import parted
from premortem.problem.run import Run
from premortem.problem.uncertainties import Uncertainty
from premortem.text.layout import fit
from premortem.text.numbers import count_noun

# Seconds that a call of a model may take, unless its author says otherwise.
TIMEOUT = 60.0
# Names that folders of runs use.
TAKEN = ("futures", "series")


@checked_methods
class Problem:
    """A problem under deep uncertainty: `model` is called with uncertainties, levers and constants by name, and gives outcomes by name."""

    @checked
    def __init__(
        self,
        name: str,
        model: Callable[..., Any],
        uncertainties: Sequence[Uncertainty] | str | Path = (),
        levers: Sequence[Any] = (),
        outcomes: Sequence[Any] = (),
        constants: Constants | None = None,
        propositions: Any = None,
        replications: int | None = None,
        version: str = "",
        *,
        reduce: Reduce = "mean",
        correlations: Mapping[tuple[str, str], float] | None = None,
        timeout: float = TIMEOUT,
        processes: int | None = None,
        files: str | Path | Sequence[str | Path] = (),
    ) -> None:
        """`uncertainties` may be a CSV table of priors, `propositions` TOML files; see `docs/problem.md`.

        The model may take arrays of futures or plain numbers of one; it is tried both ways. `replications` are runs of a model that draws at
        random, each by its own seed, of which `reduce` is kept. `correlations` are Spearman's by pair of names, `timeout` is in seconds a call,
        `processes` how many run a model that takes one future; by default as many as there are cores. `files` are those that the model reads,
        a change of which makes it another model. Raises `BadInput`, all faults at once.

        >>> problem = Problem("line", lambda x, k: {"y": x * k}, [Uniform("x", 0, 1)], [Lever("k", 0, 2)], [Outcome("y")], propositions={"low": "y < 0.5"})
        >>> float(problem.run({"one": {"k": 1}}, 64, seed=7).board()["holds"][0])
        0.5
        """
        given = of_table(Path(uncertainties)) if isinstance(uncertainties, str | Path) else tuple(uncertainties)
        raise_all(
            [
                BadInput(str(name), kind, f"are {len(many):,}, too many to be answered for", got=len(many), allowed=f"up to {MOST:,}")
                for kind, many in {"uncertainties": given, "levers": levers, "outcomes": outcomes}.items()
                if len(many) > MOST
            ]
        )  # fmt: skip
        for one in given:
            if not isinstance(one, Uncertainty):
                allowed = "pm.Uniform, Triangular, Normal, Lognormal, Beta, Integer or Category"
                raise BadInput(
                    "uncertainties", str(getattr(one, "name", one)), "is no uncertainty", got=one, allowed=allowed
                )
        outcomes_, series = parted(outcomes)
        self.definition = Definition(
            name=str(name), model=model, uncertainties=given, levers=tuple(map(lever_of, levers)), outcomes=outcomes_, series=series,
            constants=dict(constants or {}), propositions=(), replications=replications or 0, reduce=reduce, version=str(version),
            timeout=float(timeout), correlations=tuple((a, b, float(r)) for (a, b), r in (correlations or {}).items()), processes=processes,
            files=tuple(Path(f).absolute() for f in ([files] if isinstance(files, str | Path) else files)),
        )  # fmt: skip
        check(self.definition)
        object.__setattr__(self.definition, "propositions", _read(propositions, self.definition.reader))

    def __repr__(self) -> str:
        d = self.definition
        held = {
            "uncertainty": d.uncertainties,
            "lever": d.levers,
            "outcome": (*d.outcomes, *d.series),
            "proposition": d.propositions,
        }
        return fit(f"Problem {d.name}: {', '.join(count_noun(len(of), thing) for thing, of in held.items())}")

    @property
    def name(self) -> str:
        """Its name."""
        return self.definition.name

    @cached_property
    def _evaluators(self) -> dict[str, Evaluator]:
        return {}

    def evaluator(self, levers: LeverValues) -> Evaluator:
        """What runs the model; made once, and tried under the first policy."""
        if "made" not in self._evaluators:
            self._evaluators["made"] = Evaluator(self.definition, levers)
        made = self._evaluators["made"]
        made.check()
        return made

    def run(
        self,
        policies: Any = None,
        futures: int = 10_000,
        seed: int = 7,
        out: str | Path | None = None,
        *,
        design: str = "sobol",
        resume: bool = False,
        replace: bool = False,
        progress: Callable[[int, int, float], None] | bool | None = None,
    ) -> Run:
        """Each policy in the same futures: the same bits for the same seed.

        `policies` are levers by policy, or how many are drawn from the levers' ranges; none for a model without levers. With `out` the run is
        stored in a folder, and with `resume` gone on with; a finished run there makes way only for one that has all of it, or with `replace`.
        `design` is sobol, lhs, montecarlo, factorial, morris or saltelli. A future in which the model fails is counted, and no verdict of it.
        Raises `BadInput` for what cannot be run, `NotReproducible` where the model is not that of the run to go on with.
        """
        check_seed(seed)
        chosen, notes = self.policies(policies, seed)
        sampler = samplers.named(design)
        count = samplers.size(sampler, futures, self.definition.uncertainties)
        if count != futures:
            notes = (*notes, f"a {sampler} design has {count_noun(count, 'future')} for {futures:,} asked for")
        evaluator = self.evaluator(next(iter(chosen.values())))
        plan = stored.Plan(self.definition, chosen, count, seed, sampler)
        began = time.perf_counter()
        answers = stored.make(
            plan, evaluator, Path(out) if out is not None else None, resume, replace, stored.progress_of(progress)
        )
        return Run(plan, evaluator, answers, notes, time.perf_counter() - began, Path(out) if out is not None else None)

    def policies(self, given: Any, seed: int = 0) -> tuple[Mapping[str, LeverValues], tuple[str, ...]]:
        """Policies by name with a value for each lever, and notes on those beyond a range. Raises `BadInput`, all faults at once."""
        d = self.definition
        named = _by_name(given, d, seed)
        read = {name: read_policy(name, levers, d.levers) for name, levers in named.items()}
        wrong = [n for n in named if n in TAKEN or "/" in n or n.startswith(".") or not n]
        errors = [
            BadInput("policies", n, "is no name for a policy", got=n, allowed="letters, digits, _ and -") for n in wrong
        ]
        raise_all([*errors, *(fault for _, faults in read.values() for fault in faults)])
        notes = [
            f"{name}: {lever.name} lies beyond {lever.low:g} to {lever.high:g}"
            for name, (values, _) in read.items()
            for lever in d.levers
            if lever.beyond(values[lever.name])
        ]
        return {name: values for name, (values, _) in read.items()}, tuple(notes)

    def stored(self, out: str | Path) -> Run:
        """The run of this problem in a folder. Raises `BadInput` where there is none, `NotReproducible` where it is of another model."""
        plan, answers = stored.read(self.definition, Path(out), self.policies)
        return Run(plan, self.evaluator(next(iter(plan.policies.values()))), answers, (), 0.0, Path(out))

    def brief(self, run: Run, path: str | Path = "brief.html") -> Path:
        """The brief of a run as a page of its own, written to a path."""
        return html.write(run, Path(path))


def _read(given: Any, reader: Reader) -> tuple[Proposition, ...]:
    found, errors = propositions(given, reader)
    taken = [p.name for p in found if p.name in OURS]
    raise_all(
        [
            *errors,
            *(BadInput("propositions", n, "is a name of our own", got=n, allowed="another name") for n in taken),
        ]
    )
    return found


def _by_name(given: Any, definition: Definition, seed: int) -> Mapping[str, ModelValue]:
    """Policies by name, of whatever is given: none, how many to draw, a mapping, or a list of named or plain sets of levers."""
    if given is None:
        needed = [v.name for v in definition.levers if v.default is v.__class__.__dataclass_fields__["default"].default]
        if needed:
            allowed = f'policies={{"NAME": {{{needed[0]!r}: VALUE}}}}, or how many to draw'
            raise BadInput("policies", "", f"are missing, and {', '.join(needed)} must be set", allowed=allowed)
        return {ONLY: {}}
    if isinstance(given, int) and not isinstance(given, bool):
        if given < 1:
            raise BadInput("policies", "", f"are {given}", got=given, allowed="1 or more")
        return dict(samplers.policies(given, definition.levers, seed))
    if isinstance(given, Mapping):
        if not given:
            raise BadInput("policies", "", "are none", allowed='policies={"NAME": {"LEVER": VALUE}}')
        if (
            definition.levers
            and {*given} <= {v.name for v in definition.levers}
            and not any(isinstance(v, Mapping) for v in given.values())
        ):
            return {ONLY: dict(given)}  # one policy without a name
        return {str(name): levers for name, levers in given.items()}
    if isinstance(given, Sequence) and not isinstance(given, str) and given:
        return {
            str(getattr(one, "name", None) or f"policy_{i}"): dict(one)
            for i, one in enumerate(given, 1)
            if isinstance(one, Mapping)
        }
    raise BadInput(
        "policies", "", "cannot be read", got=given, allowed='policies={"NAME": {"LEVER": VALUE}}, or how many to draw'
    )
