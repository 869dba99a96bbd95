"""The lake problem with a rule of release (Quinn, Reed and Keller 2017) in five forms, and a stock in plain Python: what problems are timed on."""

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.problem.levers import Lever
from premortem.problem.outcomes import Outcome
from premortem.problem.problem import Problem
from premortem.problem.uncertainties import Uncertainty, Uniform

Array = NDArray[Any]
SAMPLES = YEARS = 100
NOISE = np.random.default_rng(42).standard_normal((SAMPLES, YEARS))
RULE = {"c1": 0.25, "r1": 0.5, "w1": 0.5, "c2": 0.25, "r2": 0.5}
RANGES = {"b": (0.1, 0.45), "q": (2.0, 4.5), "mean": (0.01, 0.05), "stdev": (0.001, 0.005), "delta": (0.93, 0.99)}
STOCK = {"demand": (10.0, 30.0), "spread": (0.0, 8.0), "lag": (1.0, 9.0), "loss": (0.0, 0.05)}


def one(
    b: float, q: float, mean: float, stdev: float, delta: float, c1: float, r1: float, w1: float, c2: float, r2: float
) -> dict[str, float]:
    """One future in loops of Python, as the workbench's example is written."""
    mu, sigma = math.log(mean**2 / math.sqrt(stdev**2 + mean**2)), math.sqrt(math.log(1 + stdev**2 / mean**2))
    average, utility = np.zeros(YEARS), 0.0
    for sample in range(SAMPLES):
        x = np.zeros(YEARS)
        inflow = np.exp(mu + sigma * NOISE[sample])
        for t in range(1, YEARS):
            before = x[t - 1]
            release = min(max(w1 * abs((before - c1) / r1) ** 3 + (1 - w1) * abs((before - c2) / r2) ** 3, 0.01), 0.1)
            x[t] = (1 - b) * before + before**q / (1 + before**q) + release + inflow[t - 1]
            average[t] += x[t] / SAMPLES
            utility += 0.4 * release * delta ** (t - 1) / SAMPLES
    return {"max_p": float(average.max()), "utility": utility}


def vector(
    b: float, q: float, mean: float, stdev: float, delta: float, c1: float, r1: float, w1: float, c2: float, r2: float
) -> dict[str, float]:
    """One future with its samples as arrays of NumPy, as the workbench's vectorised example is written."""
    mu, sigma = math.log(mean**2 / math.sqrt(stdev**2 + mean**2)), math.sqrt(math.log(1 + stdev**2 / mean**2))
    x, inflow, peak, utility = np.zeros(SAMPLES), np.exp(mu + sigma * NOISE), 0.0, 0.0
    for t in range(1, YEARS):
        release = np.clip(w1 * np.abs((x - c1) / r1) ** 3 + (1 - w1) * np.abs((x - c2) / r2) ** 3, 0.01, 0.1)
        x = (1 - b) * x + x**q / (1 + x**q) + release + inflow[:, t - 1]
        peak = max(peak, float(x.mean()))
        utility += 0.4 * float(release.mean()) * delta ** (t - 1)
    return {"max_p": peak, "utility": utility}


def batch(
    b: Any, q: Any, mean: Any, stdev: Any, delta: Any, c1: float, r1: float, w1: float, c2: float, r2: float
) -> dict[str, Array]:
    """Many futures at once in NumPy, in single precision."""
    b, q, mean, stdev = (np.asarray(v, np.float32)[:, None] for v in (b, q, mean, stdev))
    mu, sigma = np.log(mean**2 / np.sqrt(stdev**2 + mean**2)), np.sqrt(np.log(1 + stdev**2 / mean**2))
    x, noise = np.zeros((len(b), SAMPLES), np.float32), NOISE.astype(np.float32)
    peak, utility, worth = np.zeros(len(b)), np.zeros(len(b)), np.ones(len(b))
    for t in range(1, YEARS):
        near, far = np.abs((x - np.float32(c1)) / np.float32(r1)), np.abs((x - np.float32(c2)) / np.float32(r2))
        release = np.clip(
            np.float32(w1) * near * near * near + np.float32(1 - w1) * far * far * far,
            np.float32(0.01),
            np.float32(0.1),
        )
        grown = np.exp(q * np.log(np.maximum(x, np.float32(1e-20))))
        x = (1 - b) * x + grown / (1 + grown) + release + np.exp(mu + sigma * noise[:, t - 1])
        peak = np.maximum(peak, x.mean(1))
        utility += 0.4 * release.mean(1) * worth
        worth = worth * delta
    return {"max_p": peak, "utility": utility}


def compiled(
    b: Any, q: Any, mean: Any, stdev: Any, delta: Any, c1: Any, r1: Any, w1: Any, c2: Any, r2: Any
) -> dict[str, jax.Array]:
    """Many futures at once in JAX."""
    b, q, mean, stdev = (v[:, None] for v in (b, q, mean, stdev))
    mu, sigma = jnp.log(mean**2 / jnp.sqrt(stdev**2 + mean**2)), jnp.sqrt(jnp.log(1 + stdev**2 / mean**2))

    def year(state: Any, z: Any) -> Any:
        x, peak, utility, worth = state
        near, far = jnp.abs((x - c1) / r1), jnp.abs((x - c2) / r2)
        release = jnp.clip(w1 * near * near * near + (1 - w1) * far * far * far, 0.01, 0.1)
        grown = jnp.exp(q * jnp.log(jnp.maximum(x, 1e-20)))
        x = (1 - b) * x + grown / (1 + grown) + release + jnp.exp(mu + sigma * z)
        return (x, jnp.maximum(peak, x.mean(1)), utility + 0.4 * release.mean(1) * worth, worth * delta), None

    zero = jnp.zeros_like(delta)
    start = (jnp.zeros((len(delta), SAMPLES)), zero, zero, zero + 1)
    (_, peak, utility, _), _ = jax.lax.scan(year, start, jnp.asarray(NOISE.T[: YEARS - 1], jnp.float32))
    return {"max_p": peak, "utility": utility}


def stock(demand: float, spread: float, lag: float, loss: float, order: float) -> dict[str, float]:
    """A stock over a year of days in plain Python: one future, a fraction of a millisecond."""
    held, lost, due = 4 * demand, 0.0, 0.0
    for day in range(365):
        wanted = max(demand + spread * math.sin(day * 1.7), 0.0)
        sold = min(held, wanted)
        lost += wanted - sold
        held = held - sold + due - loss * held
        due = order if held < lag * demand else 0.0
    return {"lost": lost, "held": held}


def lake_problem(model: Any) -> Problem:
    """The lake as a problem of one of its forms."""
    levers = [Lever(name, -2, 2) for name in RULE]
    return Problem("lake", model, _uniform(RANGES), levers, [Outcome("max_p", "min"), Outcome("utility", "max")])


def stock_problem() -> Problem:
    """The stock as a problem."""
    return Problem(
        "stock", stock, _uniform(STOCK), [Lever("order", 0, 100)], [Outcome("lost", "min"), Outcome("held", "info")]
    )


def _uniform(ranges: dict[str, tuple[float, float]]) -> list[Uncertainty]:
    return [Uniform(name, *ends) for name, ends in ranges.items()]
