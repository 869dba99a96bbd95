"""Parts made by other processes: the same bits for any number of workers, and after one is killed."""

import os
import signal
import threading
from importlib.util import find_spec

import pytest

from premortem.ensemble import run as ensemble
from premortem.errors import BadInput
from tests.ensemble.test_run_and_store import files_of

# Workers make parts of the usual size: two whole ones and the rest.
FUTURES = 2 * ensemble.PART + 700
POLICIES = ["as-written", "rescinded"]

# looked for and not imported: that takes most of a second wherever tests are found
pytestmark = pytest.mark.skipif(find_spec("distributed") is None, reason="distributed is not installed")


@pytest.fixture(scope="module")
def whole(study, tmp_path_factory):
    return study.run(POLICIES, futures=FUTURES, seed=3, out=tmp_path_factory.mktemp("whole") / "out")


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_bits_are_the_same_for_any_number_of_workers(study, whole, tmp_path, workers):
    seen = []
    made = study.run(
        POLICIES,
        futures=FUTURES,
        seed=3,
        out=tmp_path / "out",
        cluster=f"local:{workers}",
        progress=lambda done, total, _seconds: seen.append((done, total)),
    )
    assert files_of(made.folder) == files_of(whole.folder)
    assert seen[-1] == (FUTURES, FUTURES)


@pytest.mark.slow
def test_the_bits_are_the_same_after_a_worker_is_killed(study, whole, tmp_path):
    from distributed import LocalCluster

    futures = 4 * FUTURES
    straight = study.run(POLICIES, futures=futures, seed=3, out=tmp_path / "straight")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        victim = next(iter(cluster.workers.values())).pid
        died = threading.Event()

        def kill(done, _total, _seconds):
            if done > FUTURES and not died.is_set():
                os.kill(victim, signal.SIGKILL)
                died.set()

        made = study.run(
            POLICIES, futures=futures, seed=3, out=tmp_path / "out", cluster=cluster.scheduler_address, progress=kill
        )
        assert died.is_set()
    assert files_of(made.folder) == files_of(straight.folder)


@pytest.mark.parametrize("address", ["local:0", "local:many", "local:100000"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(study, tmp_path, address):
    with pytest.raises(BadInput, match="no number of workers"):
        study.run(["as-written"], futures=10, out=tmp_path / "out", cluster=address)


def test_a_scheduler_that_is_not_there_is_refused(study, tmp_path, monkeypatch):
    from premortem.ensemble import cluster

    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(BadInput, match="no scheduler with workers answers"):
        study.run(["as-written"], futures=10, out=tmp_path / "out", cluster="tcp://127.0.0.1:9")
