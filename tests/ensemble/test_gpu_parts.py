"""What is made for a graphics card is what the processor makes: its draws, its counts, and whole runs. Judged here on the processor."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from premortem.cases.us_ai_2025 import world
from premortem.ensemble import bands, compiled, correlation, design, gpu_parts, priors, store
from premortem.ensemble import run as ensemble
from premortem.ensemble.part import Spec, values_of
from premortem.errors import BadInput, NotReproducible
from tests.ensemble.conftest import toy

SHIPPED = priors.read(world.PARAMS)
POLICIES = {"plain": jnp.float32(0), "shifted": jnp.float32(1)}


class Doubled:
    """A further column, worked out from the series."""

    def __call__(self, series):
        return self.traced(series)

    def traced(self, series):
        return {"twice": 2 * series["x"][0]}


def spec_of(folder, futures, of=SHIPPED, seed=3):
    sizes = {"chunk": gpu_parts.LEAST, "size": gpu_parts.LEAST}
    return Spec("key", folder, toy, of, POLICIES, "sobol", seed, futures, {}, **sizes)


@pytest.mark.parametrize("seed", [0, 7])
def test_points_are_put_together_from_what_each_bit_changes(seed):
    futures = 16 * 300
    first, turns = design.directions(5, seed, futures)
    at = np.arange(300)
    points = np.repeat(first[:, None], 300, 1)
    for bit, turn in enumerate(turns):
        points ^= np.where(((at ^ (at >> 1)) >> bit & 1)[None, :, None], turn[:, None], 0).astype(np.uint32)
    ours = points.transpose(2, 1, 0).reshape(5, futures) / design.UNITS
    assert (ours == design.uniforms("sobol", 5, seed, 0, futures)).all()


@pytest.mark.parametrize("part", [0, 3])
@pytest.mark.parametrize("correlated", [False, True])
def test_values_drawn_there_are_those_of_the_processor(tmp_path, part, correlated):
    names = [row.name for row in SHIPPED.rows if row.varies and row.distribution != "categorical"][:3]
    pairs = [(names[0], names[1], 0.6), (names[1], names[2], -0.3)]
    of = replace(SHIPPED, copula=correlation.copula_of("x", pairs, SHIPPED.names)) if correlated else SHIPPED
    spec = spec_of(tmp_path, 5 * gpu_parts.LEAST, of)
    ours, theirs = np.asarray(gpu_parts.drawn(spec, part)), values_of(spec, part)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=2e-7, atol=1e-12)
    categories = [i for i, row in enumerate(of.rows) if row.distribution == "categorical"]
    assert (ours[categories] == theirs[categories]).all()


FLOATS = st.one_of(st.floats(-5, 5, width=32), st.sampled_from([np.nan, np.inf, -np.inf, 1e30, 0.0]))


@given(arrays.arrays(np.float32, (1, 3, 40), elements=FLOATS), st.integers(0, 40))
def test_counts_made_there_are_those_of_the_processor(series, count):
    """But for rounding: a value that lies on the edge of two bins may fall into the other one."""
    laid = bands.lay(series)
    ours = np.asarray(gpu_parts.counts_of(jnp.asarray(series[0]), laid.edges[0], count))
    theirs = bands.count(np.ascontiguousarray(series[:, :, :count]), *laid)[0]
    for mine, other in zip(ours, theirs, strict=True):
        bins = [np.repeat(np.arange(len(counts)), counts) for counts in (mine, other)]
        assert len(bins[0]) == len(bins[1])
        assert np.abs(bins[0] - bins[1]).max(initial=0) <= 1


@pytest.fixture
def a_card(monkeypatch):
    """A card that is the processor: a run made by way of it."""
    for module in (gpu_parts, compiled):
        monkeypatch.setattr(module, "device_of", lambda kind: jax.devices("cpu")[0])
    monkeypatch.setattr(gpu_parts, "MOST", gpu_parts.LEAST)


def toy_values(futures):
    values = np.stack([np.linspace(-3, 3, futures), np.linspace(1, 2, futures)]).astype(np.float32)
    values[1, 5] = np.nan
    return values


def test_a_run_made_by_the_card_is_the_processors_run(a_card, toy_run, tmp_path, monkeypatch):
    """All files of two parts: the second one is short, and one future is not finite."""
    futures = gpu_parts.LEAST + 100
    more = {"futures": futures, "given": toy_values(futures), "kept": {"x@end": ("x", 1)}, "reread": Doubled()}
    timing = toy_run(tmp_path / "card", device="gpu", **more)
    monkeypatch.setattr(ensemble, "PART", gpu_parts.LEAST)
    assert toy_run(tmp_path / "processor", **more).non_finite == timing.non_finite == {"plain": [5], "shifted": [5]}
    assert timing.simulated == 2 * futures
    names = sorted(w.file for w in store.read_checksums(tmp_path / "processor"))
    assert sorted(w.file for w in store.read_checksums(tmp_path / "card")) == names
    assert len(names) == 2 * (1 + 2 * 2) + 2 * 2
    for name in names:
        ours, theirs = (pl.read_parquet(tmp_path / kind / name) for kind in ("card", "processor"))
        assert ours.equals(theirs), name
    inputs = store.read_manifest(tmp_path / "card")["inputs"]
    assert (inputs["device"], inputs["chunk"], inputs["part"]) == ("gpu", gpu_parts.LEAST, gpu_parts.LEAST)


def test_a_run_that_the_card_left_half_done_is_gone_on_with(a_card, toy_run, tmp_path):
    def stop(done, futures, seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        toy_run(tmp_path / "half", futures=2 * gpu_parts.LEAST, device="gpu", progress=stop)
    assert (
        toy_run(tmp_path / "half", futures=2 * gpu_parts.LEAST, device="gpu", resume=True).simulated
        == 2 * gpu_parts.LEAST
    )
    toy_run(tmp_path / "whole", futures=2 * gpu_parts.LEAST, device="gpu")
    half, whole = ((tmp_path / name / "checksums.jsonl").read_bytes() for name in ("half", "whole"))
    assert half == whole
    with pytest.raises(NotReproducible, match="other chunk, part"):
        toy_run(tmp_path / "half", futures=2 * gpu_parts.LEAST, resume=True)


def test_a_batch_fits_the_memory_and_is_no_larger_than_the_run(monkeypatch):
    def told(bytes_limit):
        device = type(
            "Device", (), {"memory_stats": lambda self: {"bytes_limit": bytes_limit} if bytes_limit else None}
        )()
        monkeypatch.setattr(gpu_parts, "device_of", lambda kind: device)
        return lambda futures: gpu_parts.batch(toy, SHIPPED, POLICIES["plain"], futures, "gpu")

    assert told(60 * 2**30)(10**7) == gpu_parts.MOST == 262_144
    assert told(60 * 2**30)(20_000) == 32_768
    assert told(60 * 2**30)(1) == gpu_parts.LEAST
    each = 4 * gpu_parts.COPIES * 3  # the toy gives one margin and two steps of a series
    assert told(10_000 * each)(10**7) == 8192
    assert told(None)(10**7) == gpu_parts.MOST


def test_a_card_that_is_not_there_is_told_before_anything_is_written(toy_run, tmp_path):
    if {device.platform for device in jax.devices()} != {"cpu"}:
        pytest.skip("a card is here")
    with pytest.raises(BadInput, match="JAX finds no gpu here"):
        toy_run(tmp_path / "out", device="gpu")
    assert not (tmp_path / "out").exists()
    with pytest.raises(BadInput, match="no cluster="):
        toy_run(tmp_path / "out", device="gpu", cluster="local:1")
