"""Runs on disk: same bits however they are made and interrupted, damage found, and nothing half-written."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import polars as pl
import pytest

from premortem.ensemble import bands, read, store
from premortem.ensemble import run as ensemble
from premortem.errors import BadInput, MissingData, NotReproducible
from premortem.study import Study
from tests.parts import IN_A_PROCESS, PART
from tests.waiting import until

# Three parts, the last one short and its last chunk padded.
FUTURES = 2 * PART + 700
# Policies that are run, by case: the second one's world takes a tenth of the time; the slow tests, which kill a run that must last a
# while, are of the leading one.
POLICIES = {"eu_gpai": ["as-amended", "as-adopted"], "us_ai_2025": ["as-written", "rescinded"]}
of_the_leading_case = pytest.mark.parametrize("again", ["us_ai_2025"], indirect=True)

pytestmark = pytest.mark.usefixtures("small_parts")


def files_of(folder):
    """Every file of a run but its log and lock, which tell of the process and not of the futures."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in (store.LOG, "lock.json", "brief.html")
    }


def differences(folder, other):
    """Files of two runs that differ, each with the first rows of a table that do: their places, and both values."""
    one, two = files_of(folder), files_of(other)
    found = {name: [] for name in one | two if one.get(name) != two.get(name)}
    for name in found:
        if name.endswith(".parquet") and name in one and name in two:
            a, b = (pl.read_parquet(at / name) for at in (folder, other))
            for column in a.columns:
                rows = a[column].ne_missing(b[column]).arg_true()[:5]
                found[name] += [(column, row, a[column][row], b[column][row]) for row in rows]
    return found


@pytest.fixture(scope="module", params=["eu_gpai"])
def again(request, small_parts):
    study, policies = Study(case=request.param), POLICIES[request.param]
    return lambda out, futures=FUTURES, **more: study.run(policies, futures=futures, seed=3, out=out, **more)


@pytest.fixture
def copy(whole, tmp_path):
    """A copy of the whole run, to be damaged."""
    return shutil.copytree(whole.folder, tmp_path / "copy")


@pytest.fixture(scope="module")
def whole(again, tmp_path_factory):
    """A run that nothing interrupted."""
    return again(tmp_path_factory.mktemp("whole") / "out")


def test_the_same_seed_gives_the_same_bits_and_a_log_beside_them(whole, again, tmp_path):
    folder = again(tmp_path / "b").folder
    assert differences(folder, whole.folder) == {}
    assert "part 3 of 3" in (folder / store.LOG).read_text()


def test_damaged_and_missing_parts_are_found_and_only_they_are_made_anew(whole, again, copy):
    out = copy
    (out / "as-adopted" / "part-00001.parquet").unlink()
    cut = out / "as-adopted" / "part-00002.parquet"
    cut.write_bytes(cut.read_bytes()[:-100])
    flipped = out / "series" / "as-adopted" / "counts-00000.parquet"
    bits = bytearray(flipped.read_bytes())
    bits[len(bits) // 2] ^= 1
    flipped.write_bytes(bits)
    found = {"as-adopted/part-00001", "as-adopted/part-00002", "series/as-adopted/counts-00000"}
    assert set(store.damaged_files(out)) == {f"{name}.parquet" for name in found}
    kept = (out / "as-amended" / "part-00001.parquet").stat().st_mtime_ns
    resumed = again(out, resume=True)
    assert resumed.timing.simulated == FUTURES  # all three parts of one policy, none of the other
    assert files_of(out) == files_of(whole.folder)
    assert (out / "as-amended" / "part-00001.parquet").stat().st_mtime_ns == kept


def test_parts_made_on_one_core_and_on_several_have_the_same_bytes(toy_run, tmp_path, monkeypatch):
    for cores in (1, 3):
        monkeypatch.setattr("os.sched_getaffinity", lambda pid, n=cores: set(range(n)))
        toy_run(tmp_path / str(cores), futures=PART + 5000)
    assert files_of(tmp_path / "1") == files_of(tmp_path / "3")


def kill_and_resume(folder, seconds, futures=FUTURES):
    """Start a run in another process and kill it so many seconds after its folder appears; whether it was under way."""
    code = (
        "from premortem.study import Study\n"
        f"Study().run({POLICIES['us_ai_2025']!r}, futures={futures}, seed=3, out=sys.argv[1], resume=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", IN_A_PROCESS + code, str(folder)])
    until(lambda: (folder / store.MANIFEST).exists() or process.poll() is not None)
    time.sleep(seconds)
    killed = process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return killed


def kill_often(folder, times, rng, futures=FUTURES):
    """Kill a run at random moments, over and over in one folder; how many kills met a run that was under way."""
    return sum(kill_and_resume(folder, rng.uniform(0, 2.0), futures) for _ in range(times))


@pytest.mark.slow
@of_the_leading_case
def test_a_run_killed_again_and_again_resumes_to_the_same_bits(whole, again, tmp_path):
    out = tmp_path / "killed"
    assert kill_often(out, 2, random.Random(1)) >= 1
    assert files_of(again(out, resume=True).folder) == files_of(whole.folder)
    assert not list(out.rglob("*.half"))


@pytest.mark.slow
@of_the_leading_case
def test_thirty_kills_at_random_moments_cost_no_bit(again, tmp_path):
    many = 4 * FUTURES
    kept = files_of(again(tmp_path / "whole", many).folder)
    rng, met = random.Random(2), 0
    for i in range(10):
        out = tmp_path / f"killed-{i}"
        met += kill_often(out, 3, rng, many)
        assert files_of(again(out, many, resume=True).folder) == kept
    assert met >= 20


def test_a_checksum_line_cut_short_by_a_kill_costs_its_file_only(whole, again, copy):
    out = copy
    lines = (out / store.CHECKSUMS).read_text()
    (out / store.CHECKSUMS).write_text(lines[:-40])
    assert again(out, resume=True).timing.simulated < FUTURES * 2
    assert files_of(out) == files_of(whole.folder)


def test_resuming_with_other_inputs_is_refused(study, tmp_path):
    study.run(["as-written"], futures=100, seed=3, out=tmp_path / "d")
    with pytest.raises(NotReproducible, match="seed"):
        study.run(["as-written"], futures=100, seed=4, out=tmp_path / "d", resume=True)


def test_a_second_writer_is_refused_and_a_dead_one_is_not_in_the_way(tmp_path):
    asked = {"futures": 1, "seed": 1, "design": "sobol", "policies": ["p"], "part": PART}
    inputs = {
        "format": store.FORMAT,
        "status": "running",
        "inputs": asked,
        "uncertainties": [],
        "replicates": 0,
    }
    code = (
        "import sys; from premortem.ensemble.lock import hold_lock; from pathlib import Path\n"
        "with hold_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "e")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout.readline() == "held\n"
        with (
            pytest.raises(BadInput, match=f"another process is writing this run .process {owner.pid} on"),
            store.open_store(tmp_path / "e", inputs, resume=False),
        ):
            pass
    finally:
        owner.kill()
        owner.communicate()
    with store.open_store(tmp_path / "e", inputs, resume=False):
        assert (tmp_path / "e" / store.MANIFEST).is_file()


def test_a_folder_that_holds_other_files_is_never_replaced(study, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BadInput, match="holds other files"):
        study.run(["as-written"], futures=10, out=tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_run_of_another_version_is_refused_with_the_way_out(study, tmp_path):
    out = study.run(["as-written"], futures=100, seed=3, out=tmp_path / "old").folder
    manifest = json.loads((out / store.MANIFEST).read_text())
    (out / store.MANIFEST).write_text(json.dumps(manifest | {"format": 1}))
    with pytest.raises(BadInput, match=r"another version.*run\(\.\.\."):
        study.stored(out)
    with pytest.raises(BadInput, match="another version"):
        study.run(["as-written"], futures=100, seed=3, out=out, resume=True)


def run_with_small_files(out, most):
    """A run in a process that may write no file larger than `most` bytes: the same error as a full disk's."""
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"sys.argv = ['premortem', 'run', '--policy', 'as-written', '--policy', 'rescinded', '--futures', '{FUTURES}', '--seed', '3', '--out', {str(out)!r}, '--resume']\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))\n"
        "cli.main()"
    )
    return subprocess.run([sys.executable, "-c", IN_A_PROCESS + code], capture_output=True, text=True)


@pytest.mark.slow
@of_the_leading_case
def test_a_disk_that_takes_no_more_loses_nothing(whole, again, tmp_path):
    out = tmp_path / "full"
    failed = run_with_small_files(out, 5_000_000)
    assert failed.returncode == 2, failed.stderr
    assert "--resume" in failed.stderr
    assert (out / "futures" / "part-00000.parquet").exists()
    assert not list(out.rglob("*.half"))
    assert files_of(again(out, resume=True).folder) == files_of(whole.folder)


@pytest.mark.slow
@of_the_leading_case
def test_a_full_disk_loses_nothing(whole, again, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    sizes = {name: len(content) for name, content in files_of(whole.folder).items()}
    later = {part: sum(size for name, size in sizes.items() if f"-0000{part}" in name) for part in (1, 2)}
    # room for the first of three parts, and for half of the second
    room = sum(sizes.values()) - later[2] - later[1] // 2
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", small]).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        with pytest.raises(BadInput, match="No space left"):
            again(small / "out")
        subprocess.run(["mount", "-o", f"remount,size={4 * room}", small], check=True)
        kept = store.read_checksums(small / "out")
        assert kept
        assert not store.damaged_files(small / "out")
        assert files_of(again(small / "out", resume=True).folder) == files_of(whole.folder)
    finally:
        subprocess.run(["umount", small], check=True)


@pytest.mark.parametrize("futures", [0, -1, 10**12])
def test_numbers_of_futures_out_of_range_are_refused(study, tmp_path, futures):
    with pytest.raises(BadInput, match="out of range"):
        study.run(["as-written"], futures=futures, out=tmp_path / "f")
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("name", ["futures", "series"])
def test_a_policy_may_not_bear_the_name_of_a_folder_of_the_run(study, tmp_path, name):

    with pytest.raises(BadInput, match="run folders use"):
        ensemble.run(study.model(), study.priors, {name: ()}, 10, 1, tmp_path / "i", inputs={})
    assert not (tmp_path / "i").exists()


def test_reading_finds_a_part_that_is_gone_short_or_damaged(copy):
    out = copy
    held = out / "as-amended" / "part-00001.parquet"
    before, name = held.read_bytes(), ["margin.E1"]
    bits = bytearray(before)
    middle = len(bits) // 2
    bits[middle : middle + 100] = bytes(100)
    held.write_bytes(bits)
    with pytest.raises(MissingData, match=r"part-00001.*resume=True"):
        read.read_columns(out, "as-amended")
    held.write_bytes((out / "as-amended" / "part-00002.parquet").read_bytes())
    with pytest.raises(MissingData, match="under another name"):
        read.read_columns(out, "as-amended", name)
    short = {"margin.E1": np.zeros(700, np.float32)}
    store.write_table(out, store.read_manifest(out)["run"], "as-amended/part-00001.parquet", short)
    with pytest.raises(MissingData, match=f"holds 700 futures, not {PART}"):
        read.read_columns(out, "as-amended", name)
    held.unlink()
    with pytest.raises(MissingData, match="is not there"):
        read.read_columns(out, "as-amended", name)
    assert len(read.read_columns(out, "as-amended", name, first=PART)["margin.E1"]) == PART
    with pytest.raises(MissingData, match=r"no column margin\.A9"):
        read.read_columns(out, "as-amended", ["margin.A9"], first=1)


def test_futures_that_are_not_finite_are_kept_and_listed_even_after_a_resume(study, tmp_path):
    import dataclasses

    rows = tuple(
        row.model_copy(update={"low": 0.0, "high": 0.0, "central": 0.0, "distribution": "fixed"})
        if row.name == "stock_2022"
        else row
        for row in study.priors.rows
    )
    broken = dataclasses.replace(study.priors, rows=rows)
    pulled = {"as-written": (study.levers("as-written"), study.scorer.thresholds)}

    def run(**more):
        return ensemble.run(study.model(), broken, pulled, 50, 3, tmp_path / "h", inputs={}, **more)

    first = run().non_finite
    listed = json.loads((tmp_path / "h" / store.MANIFEST).read_text())["non_finite"]
    columns = read.read_columns(tmp_path / "h", "as-written")
    bad = np.flatnonzero(~np.all([np.isfinite(x) for x in columns.values()], axis=0))
    assert len(bad) > 0
    assert first == listed == {"as-written": bad.tolist()}
    assert run(resume=True).non_finite == first


def test_futures_that_are_not_finite_are_told_wherever_the_run_is_shown(tmp_path, capsys):
    """Families leave them out, the board says how many there are and how they count, and a run of nothing else is refused."""
    from premortem import questions, terminal
    from premortem.briefing.assemble import assemble

    study = Study(case="eu_gpai")

    class Holed(type(study.run(["as-amended"], futures=600, seed=3, out=tmp_path / "holed"))):
        def columns(self, policy, names=None, first=None):
            found = super().columns(policy, names, first)
            return {name: np.where(np.arange(len(x)) % 10 == 0, np.nan, x) for name, x in found.items()}

    run = Holed(study, tmp_path / "holed")
    run.manifest["non_finite"] = {"as-amended": list(range(0, 600, 10))}
    families = questions.futures(run, k=2)
    assert families.futures_seen == 540
    assert all(row.medoid % 10 for row in families.archetypes)
    terminal.print_board(run)
    assert "60 of 600 futures under as-amended have a result that is not finite" in " ".join(
        capsys.readouterr().out.split()
    )
    assert questions.board_of(run).non_finite == {"as-amended": 60}
    run.manifest["non_finite"] = {"as-amended": list(range(600))}
    with pytest.raises(MissingData, match="no future has finite results"):
        assemble(run)


def test_a_future_can_be_had_again_from_seed_and_index(study, small_run):
    from premortem.ensemble.run import draw

    stored = small_run.parameters()[:, 4321]
    np.testing.assert_array_equal(draw(study.priors, "sobol", 3, 4321, 1)[:, 0], stored)


def test_bands_read_off_counts_are_within_a_bin_of_the_exact_quantiles():
    series = np.random.default_rng(1).lognormal(size=(2, 3, 20_000)).astype(np.float32)
    laid = bands.lay(series)
    got = bands.quantiles(bands.count(series, *laid), laid)
    exact = np.quantile(series, bands.QUANTILES, axis=-1)
    widest = np.diff(laid.edges, axis=-1).max(-1) / bands.EACH
    assert (np.abs(got - exact) <= widest).all()


def test_f056_bands_of_a_skewed_series_follow_its_quantiles():
    spread = np.array([1.0, 3.0])[:, None, None]  # of the logarithm: the second has a tail a thousand times its median
    series = np.exp(spread * np.random.default_rng(2).normal(size=(2, 3, 20_000))).astype(np.float32)
    series[0, 0, ::3] = 0.0  # many futures may share a value
    laid = bands.lay(series)
    got = bands.quantiles(bands.count(series, *laid), laid)
    exact = np.quantile(series, bands.QUANTILES, axis=-1)
    np.testing.assert_allclose(got, exact, rtol=0.06, atol=1e-6)
