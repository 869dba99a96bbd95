"""Runs on disk: same bits however they are interrupted, and nothing half-written."""

import os
import signal
import subprocess
import sys
import time

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest

from premortem.ensemble import bands, store
from premortem.errors import BadInput, NotReproducible


def files_of(folder):
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in (store.MANIFEST, store.CHECKSUMS)
    }


@pytest.fixture
def again(study):
    def run(out, **more):
        return study.run(["as-written", "rescinded", "maximal"], futures=5000, seed=3, out=out, **more)

    return run


def test_the_same_seed_gives_the_same_bits(small_run, again, tmp_path):
    assert files_of(again(tmp_path / "b").folder) == files_of(small_run.folder)


def test_damaged_and_missing_parts_are_found_and_only_they_are_made_anew(small_run, again, tmp_path):
    out = again(tmp_path / "c").folder
    (out / "rescinded" / "part-00001.parquet").unlink()
    broken = out / "maximal" / "part-00000.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    kept = (out / "as-written" / "part-00000.parquet").stat().st_mtime_ns
    resumed = again(out, resume=True)
    assert resumed.timing.simulated == 4096 + 904
    assert files_of(out) == files_of(small_run.folder)
    assert (out / "as-written" / "part-00000.parquet").stat().st_mtime_ns == kept


def test_a_killed_run_resumes_to_the_same_bits(small_run, again, tmp_path):
    out = tmp_path / "killed"
    code = (
        "from premortem.study import Study;"
        f"Study().run(['as-written','rescinded','maximal'], futures=5000, seed=3, out={str(out)!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", code])
    wait_for(lambda: (out / "as-written").is_dir() or process.poll() is not None)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert files_of(again(out, resume=True).folder) == files_of(small_run.folder)


def wait_for(ready, most=60.0):
    until = time.monotonic() + most
    while not ready() and time.monotonic() < until:
        time.sleep(0.02)


def test_resuming_with_other_inputs_is_refused(study, small_run, tmp_path):
    study.run(["as-written"], futures=100, seed=3, out=tmp_path / "d")
    with pytest.raises(NotReproducible, match="seed"):
        study.run(["as-written"], futures=100, seed=4, out=tmp_path / "d", resume=True)


def test_a_second_process_is_refused(tmp_path):
    inputs = {"inputs": {}, "format": store.FORMAT}
    with store.opened(tmp_path / "e", inputs, resume=False), pytest.raises(BadInput, match="another process"):  # noqa: SIM117
        with store.opened(tmp_path / "e", inputs, resume=False):
            pass


def test_a_folder_that_holds_other_files_is_never_replaced(study, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="holds other files"):
        study.run(["as-written"], futures=10, out=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("futures", [0, -1, 10**12])
def test_numbers_of_futures_out_of_range_are_refused(study, tmp_path, futures):
    with pytest.raises(BadInput, match="out of range"):
        study.run(["as-written"], futures=futures, out=tmp_path / "f")
    assert not (tmp_path / "f").exists()


def test_duckdb_pandas_and_polars_read_a_run_directly(small_run):
    glob = str(small_run.folder / "as-written" / "part-*.parquet")
    count, mean = duckdb.sql(f"select count(*), avg(\"margin.A1\") from read_parquet('{glob}')").fetchall()[0]
    assert count == 5000
    assert mean == pytest.approx(small_run.columns("as-written", ["margin.A1"])["margin.A1"].mean(), rel=1e-5)
    assert pl.scan_parquet(glob).select(pl.len()).collect().item() == 5000
    assert len(pd.read_parquet(small_run.folder / "futures" / "part-00000.parquet")) == 4096


def test_a_future_can_be_had_again_from_seed_and_index(study, small_run):
    from premortem.ensemble.run import draw

    stored = small_run.parameters()[:, 4321]
    np.testing.assert_array_equal(draw(study.priors, "sobol", 3, 4321, 1)[:, 0], stored)


def test_bands_read_off_counts_are_within_a_bin_of_the_exact_quantiles():
    series = np.random.default_rng(1).lognormal(size=(2, 3, 20_000)).astype(np.float32)
    laid = bands.lay(series)
    got = bands.quantiles(bands.count(series, *laid), laid)
    exact = np.quantile(series, bands.QUANTILES, axis=-1)
    assert (np.abs(got - exact) <= (laid.high - laid.low) / bands.BINS).all()
