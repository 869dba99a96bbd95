"""Shared pieces: the shipped study, levers of its policies, batches of futures, and one small run on disk."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from premortem.ensemble.run import draw
from premortem.study import Run, Study
from tests.chance import no_shared_chance  # noqa: F401  # for every test

# A property is judged by what it finds, at any load: no example and no drawing of one has a time limit.
settings.register_profile("any load", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any load")


# Files that compile the gradient of the world and make briefs go to one process, one after the other, so that nothing is
# compiled twice at once; every other file goes to whichever process is free.
ONE_PROCESS = ("briefing/test_brief.py", "questions/test_why.py", "tests/test_cli.py")
# Rooms whose tests compile, simulate and wait: they come first, so that no process has a long file left when the other is done.
LONG = ("briefing", "questions", "browser", "ensemble", "exhibits", "watch", "app")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rooms of `LONG` in their order, then the rest as they come."""
    items.sort(key=lambda item: LONG.index(item.path.parent.name) if item.path.parent.name in LONG else len(LONG))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What `--dist loadfile` hands out: files, and those of `ONE_PROCESS` as if they were one."""
    from xdist.scheduler import LoadFileScheduling  # late: the tests run without it too

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "briefs" if file.endswith(ONE_PROCESS) else file

    config.option.loadscopereorder = False  # as sorted above, not by how many tests a file has
    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory):
    """A home of the tests' own: no run of the user's is seen, and compiled code is kept between tests only."""
    patch = pytest.MonkeyPatch()
    own = tmp_path_factory.mktemp("home")
    if "PYTEST_XDIST_WORKER" in os.environ:  # what one process compiled, the other need not
        compiled = tmp_path_factory.getbasetemp().parent / "compiled"
        compiled.mkdir(exist_ok=True)
        (own / ".cache" / "premortem").mkdir(parents=True)
        (own / ".cache" / "premortem" / "jax").symlink_to(compiled, target_is_directory=True)
    patch.setenv("HOME", str(own))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def study() -> Study:
    return Study()


@pytest.fixture(scope="session")
def levers(study):
    return {name: study.levers(name) for name in study.policies}


@pytest.fixture(scope="session")
def futures(study) -> np.ndarray:
    """512 futures of the full prior, shape (parameter, future)."""
    return draw(study.priors, "sobol", 11, 0, 512)


@pytest.fixture(scope="session")
def small_run(study, tmp_path_factory) -> Run:
    """A stored run of 5,000 futures under three policies: two chunks, the last one padded."""
    folder: Path = tmp_path_factory.mktemp("run") / "out"
    return study.run(["as-written", "rescinded", "maximal"], futures=5000, seed=3, out=folder)


@pytest.fixture(scope="session")
def site(small_run):
    """The app on the shipped case with the small run: one for its pages, its API and the browser."""
    from premortem.app.site import close, make  # late: most rooms test without a server

    made = make(hosts=("testserver",))  # the name under which schemathesis asks
    made.state.desk.run = small_run
    yield made
    close(made)
