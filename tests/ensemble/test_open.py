"""Run folders are plain Parquet: DuckDB, pandas, polars and xarray open them; `premortem.open` gives the rest."""

import itertools

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
import xarray as xr

import premortem as pm
from premortem.ensemble import read
from premortem.propositions import score


def test_open_gives_a_run_with_its_board(small_run):
    assert pm.open(small_run.folder).board().equals(small_run.board())


def test_a_run_in_a_study_folder_is_opened_with_that_study(tmp_path):
    from premortem.study import make_study

    mine = pm.Study(make_study(tmp_path / "mine"))
    mine.run(["as-written"], futures=50, seed=3)
    assert pm.open(tmp_path / "mine" / "out").study.folder == tmp_path / "mine"


def test_duckdb_pandas_polars_and_xarray_read_a_run_directly(small_run):
    folder = small_run.folder / "as-written"
    mean = small_run.columns("as-written", ["margin.A1"])["margin.A1"].mean()
    by_sql = duckdb.sql(f"select count(*), avg(\"margin.A1\") from '{folder}/*.parquet'").fetchall()[0]
    assert by_sql == (5000, pytest.approx(mean, rel=1e-5))
    assert pl.scan_parquet(folder).select(pl.col("margin.A1").mean()).collect().item() == pytest.approx(mean, rel=1e-5)
    frame = pd.read_parquet(folder, columns=["future", "margin.A1"]).set_index("future")
    assert frame["margin.A1"].mean() == pytest.approx(mean, rel=1e-5)
    assert xr.Dataset.from_dataframe(frame)["margin.A1"].sel(future=17) == frame["margin.A1"][17]


def test_uncertainties_join_margins_by_future(small_run):
    joined = duckdb.sql(
        f"select p.future, yield_max, \"margin.A1\" from '{small_run.folder}/futures/*.parquet' f"
        f" join '{small_run.folder}/as-written/*.parquet' p using (future) order by 1"
    ).pl()
    np.testing.assert_array_equal(joined["yield_max"], small_run.parameters(["yield_max"])[0])
    np.testing.assert_array_equal(joined["margin.A1"], small_run.columns("as-written", ["margin.A1"])["margin.A1"])


@pytest.mark.parametrize("replicates", [0, 16])
def test_a_board_of_parts_equals_the_board_of_the_whole(small_run, replicates):
    margins = small_run.margins("as-written")
    assumptions = small_run.study.assumptions
    whole = score.board({"p": margins}, assumptions, replicates)
    cuts = [0, 100, 1777, 4000, 5000]
    parts = [{k: v[a:b] for k, v in margins.items()} for a, b in itertools.pairwise(cuts)]
    assert score.board_of_parts({"p": parts}, assumptions, replicates).equals(whole)


def test_a_weighted_board_of_parts_equals_the_weighted_board_of_the_whole(small_run):
    margins = small_run.margins("as-written")
    weights = np.random.default_rng(4).random(5000)
    whole = score.board({"p": margins}, small_run.study.assumptions, 16, weights)
    parts = [{k: v[:900] for k, v in margins.items()}, {k: v[900:] for k, v in margins.items()}]
    cut = [weights[:900], weights[900:]]
    pieced = score.board_of_parts({"p": parts}, small_run.study.assumptions, 16, cut)
    np.testing.assert_allclose(pieced.select("holds", "low", "high"), whole.select("holds", "low", "high"), rtol=1e-12)


def test_pandas_is_loaded_before_threads_that_read_and_draw_begin():
    """Else a chart that is drawn while a run is first read finds half of it, and a brief of a finished run ends in an error now and then."""
    assert read.pandas.Timestamp
