"""Margins of every assumption for any values and levers, and what a run must be to be looked at."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.run import CHUNK, use_compilation_cache
from premortem.errors import BadInput, nearest, unknown
from premortem.study import Run, Study, model_identity

Array = NDArray[Any]
# Few futures are run in chunks of this size.
SMALL = 1024
# Series that a refusal names; the others are counted.
FEW = 5
# Step in standard scores over which a slope is measured where the model gives none.
STEP = 0.02
# Parts of a run's inputs without which stored futures and new ones are not of one world.
SAME = ("parameters", "assumptions", "world")


def _stacked(study: Study) -> Callable[[jax.Array, Levers], jax.Array]:
    ids = [a.id for a in study.assumptions]

    def margins(values: jax.Array, pulled: Levers) -> jax.Array:
        found = study.scorer.margins(study.simulate(values, pulled), study.scorer.thresholds)
        return jnp.stack([found[name] for name in ids])

    return margins


@cache
def _margins(study: Study) -> Callable[..., Any]:
    """Margins of assumptions, (assumption, future), from values and levers; compiled once, for chunks of one shape."""
    use_compilation_cache()
    return jax.jit(_stacked(study))


@cache
def _slopes(study: Study) -> Callable[..., Any]:
    """Margins of one assumption and their gradient in the scores; compiled once for all assumptions and policies."""
    use_compilation_cache()
    margins, priors = _stacked(study), study.priors

    def total(z: jax.Array, fixed: jax.Array, free: jax.Array, pulled: Levers, place: jax.Array) -> Any:
        values = jnp.where(free[:, None] > 0, priors.from_normal_jax(z), fixed[:, None])
        one = margins(values, pulled)[place]
        return one.sum(), one

    return jax.jit(jax.value_and_grad(total, has_aux=True))


@cache
def has_gradient(study: Study) -> bool:
    """Whether JAX can differentiate the model: the shipped world, or a compiled function that calls nothing outside."""
    if study.simulate.function is None:
        return True
    z, pulled = study.priors.to_normal(study.priors.central), study.levers(study.policies[0])
    try:
        jax.eval_shape(jax.jacfwd(lambda x: _stacked(study)(study.priors.from_normal_jax(x), pulled)), np.float32(z))
    except Exception:  # whatever a model that is not JAX raises when it is traced: the step is then the way
        return False
    return True


@cache
def _derivatives(study: Study) -> Callable[..., Any]:
    """Softened margins of all assumptions and their derivative along a change of the levers, (assumption, future)."""
    use_compilation_cache()
    margins = _stacked(study)

    def along(values: jax.Array, pulled: Levers, change: Levers) -> Any:
        return jax.jvp(lambda x: jnp.tanh(margins(values, x)), (pulled,), (change,))

    return jax.jit(along)


def margins_of(study: Study, values: Array, pulled: Levers) -> Array:
    """Margins of every assumption, (assumption, future), for any number of futures, in padded chunks."""
    run, out = _margins(study), []
    chunk = SMALL if values.shape[1] <= SMALL else CHUNK
    for start in range(0, values.shape[1], chunk):
        part = values[:, start : start + chunk]
        padded = np.pad(part, ((0, 0), (0, chunk - part.shape[1])), mode="edge").astype(np.float32)
        out.append(np.asarray(run(padded, pulled))[:, : part.shape[1]])
    return np.concatenate(out, axis=1)


def slopes_of(study: Study, place: int, z: Array, fixed: Array, free: Array, pulled: Levers) -> tuple[Array, Array]:
    """Margins of one assumption at scores (parameter, start), and their gradients; `fixed` are values that stay.

    Of a model that JAX cannot differentiate, gradients are central differences over a step of 0.02 standard scores.
    """
    if not has_gradient(study):
        return _differences(study, place, z, fixed, free, pulled)
    narrow = [np.asarray(x, np.float32) for x in (z, fixed, free)]
    (_, margins), gradient = _slopes(study)(*narrow, pulled, place)
    return np.asarray(margins, float), np.asarray(gradient, float)


def _differences(study: Study, place: int, z: Array, fixed: Array, free: Array, pulled: Levers) -> tuple[Array, Array]:
    moving = np.flatnonzero(free)
    steps = np.zeros((len(z), 2 * len(moving) + 1))
    steps[moving, 1 + np.arange(len(moving))], steps[moving, 1 + len(moving) + np.arange(len(moving))] = STEP, -STEP
    moved = z[:, None, :] + steps[:, :, None]  # (parameter, step, start)
    values = study.priors.from_normal(moved.reshape(len(z), -1))
    values = np.where(free[:, None] > 0, values, np.asarray(fixed)[:, None])
    found = margins_of(study, values, pulled)[place].astype(float).reshape(steps.shape[1], z.shape[1])
    gradient = np.zeros_like(z, float)
    up, down = found[1 : len(moving) + 1], found[len(moving) + 1 :]
    gradient[moving] = np.nan_to_num((up - down) / (2 * STEP), posinf=0.0, neginf=0.0)
    return found[0], gradient


def derivatives_of(study: Study, values: Array, pulled: Levers, change: Levers) -> tuple[Array, Array]:
    """Softened margins (assumption, future), and how they change along a small change of the levers, of a model with a gradient."""
    margins, slope = _derivatives(study)(np.asarray(values, np.float32), pulled, change)
    return np.asarray(margins), np.asarray(slope)


def assumption_number(study: Study, name: str) -> int:
    """Place of an assumption by its id. Raises `BadInput` with the known ones."""
    ids = [a.id for a in study.assumptions]
    if name.upper() not in ids:
        raise unknown("ASSUMPTION", "no such assumption", name, ids, nearest(name.upper(), ids))
    return ids.index(name.upper())


def policy_of(run: Run, policy: str | None) -> str:
    """A policy of the run, its first when none is named. Raises `BadInput` with those it has."""
    chosen = policy or run.policies[0]
    if chosen not in run.policies:
        run_it = f"premortem run --policy {chosen}" if chosen in run.study.policies else None
        raise unknown("--policy", "not in this run", chosen, run.policies, run_it)
    return chosen


def check_inputs(run: Run) -> None:
    """Raises `BadInput` where a run was made with other parameters, assumptions, rules or another model than the study's.

    New futures are run beside the stored ones, so both must be of one world.
    """
    made, now = run.manifest["inputs"], run.study.hashes(run.policies)
    other = [name for name in (*SAME, "rules") if made.get(name) != now[name]]
    if other:
        version = made.get("versions", {}).get("premortem", "another version")
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
