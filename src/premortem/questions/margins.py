"""Margins of every assumption for any values and levers, and what a run must be to be looked at."""

from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from premortem.case import Levers
from premortem.errors import BadInput, PremortemError, nearest, unknown
from premortem.study import Run, Study, model, model_identity

Array = NDArray[Any]
# Series that a refusal names; the others are counted.
FEW = 5
# Parts of a run's inputs without which stored futures and new ones are not of one world.
SAME = ("parameters", "assumptions", "world")


def margins_of(study: Study, values: Array, pulled: Levers) -> Array:
    """Margins of every assumption, (assumption, future), for any number of futures."""
    return study.compiled.margins(values, pulled)


def futures_in_a_call(study: Study) -> int:
    """How many futures have their margins in the time of one: those of a call; of a function that is not compiled no more than one."""
    return 1 if study.compiled.forward.outside else model.SMALL


def assumption_number(study: Study, name: str) -> int:
    """Place of an assumption by its id. Raises `BadInput` with the known ones."""
    ids = [a.id for a in study.assumptions]
    if name.upper() not in ids:
        hint = study.case.elsewhere("assumptions", name.lower()) or nearest(name.upper(), ids)
        raise unknown("ASSUMPTION", f"no such assumption of {study.case.name}", name, ids, hint)
    return ids.index(name.upper())


def policy_of(run: Run, policy: str | None) -> str:
    """A policy of the run, its first when none is named. Raises `BadInput` with those it has."""
    chosen = policy or run.policies[0]
    if chosen not in run.policies:
        run_it = f"premortem run --policy {chosen}" if chosen in run.study.policies else None
        raise unknown("--policy", "not in this run", chosen, run.policies, run_it)
    return chosen


def changed_inputs(run: Run) -> list[str]:
    """Which inputs of the study are others than those that a run was made with, by kind; other words change no number."""
    made, now = run.manifest["inputs"], run.study.hashes(run.policies)
    other = [name for name in (*SAME, "rules") if made.get(name) != now[name]]
    earlier = run.study.hashes_with_words() if other else {}
    return [name for name in other if made.get(name) != earlier.get(name)]


def check_inputs(run: Run) -> None:
    """Raises `BadInput` where a run was made with other parameters, assumptions, rules or another model than the study's.

    New futures are run beside the stored ones, so both must be of one world.
    """
    if other := changed_inputs(run):
        version = run.manifest["inputs"].get("versions", {}).get("premortem", "another version")
        own = run.study.simulate.function is not None and "world" in other
        told = ", ".join("model" if own and name == "world" else name for name in other)
        again = "run again: premortem run"
        raise BadInput(
            str(run.folder),
            "inputs",
            f"this run (premortem {version}) was made with other {told} than the study has now",
            got=told,
            allowed="a run of the study as it is",
            hint="run again into another folder, or hand over the model that made it (see `version=` of Study)"
            if own
            else again,
        )


def stale(run: Run) -> tuple[str, ...]:
    """The warning of what shows a run's own numbers and works out no new ones, where the study has others now; else none."""
    try:
        other = changed_inputs(run)
    except PremortemError as error:
        return (f"the study cannot be read as it is now, and these numbers are the run's own: {error}",)
    told = ", ".join(other)
    return (
        (f"the study has other {told} now than {run.folder} was made with; these numbers are the run's own",)
        if told
        else ()
    )


def check_varies(study: Study) -> None:
    """Raises `BadInput` where every uncertainty is fixed: all futures are one, and nothing can be told apart."""
    if not any(row.varies for row in study.priors.rows):
        what = "every uncertainty is fixed, so all futures are the same"
        raise BadInput("params.csv", "", what, allowed="one row at least with low below high that is not `fixed`")


def check_gives(study: Study, names: Iterable[str], what: str) -> None:
    """Raises `BadInput` where a model of the user's own does not give series that `what` speaks of."""
    missing = sorted(set(names) - study.simulate.names)
    if missing:
        raise BadInput(
            model_identity.name_of(study.simulate.function) if study.simulate.function else "simulator",
            "",
            f"gives no {', '.join(missing[:FEW])}{f' and {len(missing) - FEW} other series' if len(missing) > FEW else ''}, which {what} reads",
            got=", ".join(sorted(study.simulate.names)),
            allowed="a model that gives these series",
            hint="board, discover, stress, compare and breaking_points need no series of the shipped world",
        )
