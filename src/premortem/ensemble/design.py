"""Designs: which futures are tried. Any future follows from (seed, index) alone, whatever is run before or beside it."""

import threading
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput

if TYPE_CHECKING:  # loading scipy.stats takes half a second, and most who import this draw nothing yet
    from scipy.stats import qmc

Array = NDArray[np.float64]
Design = Literal["sobol", "lhs", "montecarlo"]
DESIGNS: tuple[Design, ...] = ("sobol", "lhs", "montecarlo")
# Independent scrambles of one Sobol sequence, interleaved: future i is point i // 16 of replicate i % 16. The spread
# of the
# sixteen means gives an interval, which one sequence cannot.
REPLICATES = 16
# Chances are kept off 0 and 1, where a prior without ends has no value.
WITHIN = 1e-9, 1 - 1e-9
# Units in which SciPy's points are whole numbers.
UNITS = 2.0**30
# As many bits of Gray codes are kept between processes, so that 65,536 futures are drawn without SciPy, which takes longer to load than
# they do to draw.
KEPT_BITS = 12
# Latin hypercubes are made in blocks of this many futures, so that any future can be had without the others.
LHS_BLOCK = 4096


def check_seed(seed: object) -> None:
    """Raises `BadInput` for what no draw can start from."""
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BadInput("command line", "--seed", f"is {seed!r}", got=seed, allowed="a whole number from 0")


def uniforms(kind: Design, parameters: int, seed: int, start: int, count: int) -> Array:
    """Chances in (0, 1) of futures `start` to `start + count`, shape (parameter, future).

    Raises `BadInput` for an unknown design, and for a seed below 0. Sobol: Owen 1998 scrambling by SciPy. LHS: a hypercube for each block of
    4,096. Monte Carlo: Philox, one counter range a future.
    """
    if kind not in DESIGNS:
        raise BadInput("design", kind, "no such design", got=kind, allowed=", ".join(DESIGNS))
    check_seed(seed)
    points = {"sobol": _sobol, "lhs": _lhs, "montecarlo": _montecarlo}[kind](parameters, seed, start, count)
    return np.ascontiguousarray(np.clip(points, *WITHIN).T)


def replicate(start: int, count: int) -> NDArray[np.int64]:
    """Replicate that each future belongs to, shape (future,)."""
    return np.arange(start, start + count) % REPLICATES


def _sobol(parameters: int, seed: int, start: int, count: int) -> Array:
    out = np.empty((count, parameters))
    for r in range(REPLICATES):
        first = start + (r - start) % REPLICATES
        if first < start + count:
            wanted = (start + count - 1 - first) // REPLICATES + 1
            out[first - start :: REPLICATES] = _points(parameters, seed, r, first // REPLICATES, wanted)
    return out


def _points(parameters: int, seed: int, r: int, skip: int, wanted: int) -> Array:
    """The same points as of SciPy's engine: each is the one before it, changed by what the lowest bit of its index stands for."""
    if skip + wanted > 2**KEPT_BITS:
        return _scramble(parameters, seed, r, skip, wanted)
    held = _kept_directions(parameters, seed)[:, r]
    first, changes, index = held[0], held[1:], np.arange(skip, skip + wanted)
    points = changes[np.bitwise_count((index & -index) - 1) % KEPT_BITS]
    code = skip ^ skip >> 1
    points[0] = np.bitwise_xor.reduce([first, *(change for k, change in enumerate(changes) if code >> k & 1)])
    return np.bitwise_xor.accumulate(points) / UNITS


@cache
def _kept_directions(parameters: int, seed: int) -> NDArray[np.uint32]:
    """`directions` of as many bits as are kept, in one: shape (1 + bit, replicate, parameter)."""
    from premortem.ensemble.stored_programs import stored_bytes  # late: it loads JAX

    def made() -> bytes:
        first, changes = directions(parameters, seed, REPLICATES * 2**KEPT_BITS)
        return np.concatenate([first[None], changes]).astype("<u4").tobytes()

    held = stored_bytes(("directions", version("scipy"), version("numpy"), parameters, seed, KEPT_BITS), made)
    return np.frombuffer(held, "<u4").reshape(1 + KEPT_BITS, REPLICATES, parameters)


def _scramble(parameters: int, seed: int, r: int, skip: int, wanted: int) -> Array:
    engine, own = _engine(parameters, seed, r)
    # An engine has a place in its sequence, which another thread would move meanwhile.
    with own:
        engine.reset()
        if skip:
            engine.fast_forward(skip)
        # A part of a sequence need not be a power of two, as the whole design is what is balanced, but a first part that is none is warned
        # of; and a filter of warnings is every thread's, of which the first to be done takes it from the others.
        drawn = wanted if skip else 1 << (wanted - 1).bit_length()
        return np.asarray(engine.random(drawn))[:wanted]


@cache
def _engine(parameters: int, seed: int, r: int) -> "tuple[qmc.Sobol, threading.Lock]":
    from scipy.stats import qmc

    return qmc.Sobol(parameters, scramble=True, rng=np.random.default_rng([seed, r])), threading.Lock()


def directions(parameters: int, seed: int, futures: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """What the first `futures` points of the replicates are made of, in units of 2^-30: the first point of each, shape
    (replicate, parameter), and what each bit of a point's Gray code changes in it, (bit, replicate, parameter).

    Read off points whose Gray code has one bit alone: those of index 2^(k + 1) - 1.
    """
    bits = max((-(-futures // REPLICATES) - 1).bit_length(), 1)
    points = np.empty((1 + bits, REPLICATES, parameters), np.uint32)
    for r in range(REPLICATES):
        points[0, r] = _scramble(parameters, seed, r, 0, 1)[0] * UNITS
        for k in range(bits):
            points[1 + k, r] = _scramble(parameters, seed, r, 2 ** (k + 1) - 1, 1)[0] * UNITS
    return points[0], points[1:] ^ points[0]


def _lhs(parameters: int, seed: int, start: int, count: int) -> Array:
    blocks = range(start // LHS_BLOCK, (start + count - 1) // LHS_BLOCK + 1)
    made = np.concatenate([_lhs_block(parameters, seed, block) for block in blocks])
    offset = start - blocks.start * LHS_BLOCK
    return made[offset : offset + count]


def _lhs_block(parameters: int, seed: int, block: int) -> Array:
    from scipy.stats import qmc

    return np.asarray(qmc.LatinHypercube(parameters, rng=np.random.default_rng([seed, block])).random(LHS_BLOCK))


def _montecarlo(parameters: int, seed: int, start: int, count: int) -> Array:
    # Philox makes four numbers a step; a future takes whole steps, so its numbers do not depend on its neighbours.
    steps = -(-parameters // 4)
    bits = np.random.Philox(key=seed).advance(start * steps)
    return np.random.Generator(bits).random((count, steps * 4))[:, :parameters]
