"""Shared pieces: the shipped study, levers of its policies, batches of futures, and one small run on disk."""

import atexit
import fcntl
import gc
import os
import shutil
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import jax
import numpy as np
import pytest
from hypothesis import Phase, settings

from premortem.ensemble import compiled, stored_programs
from premortem.ensemble.run import draw, use_compilation_cache
from premortem.study import Run, Study
from tests.chance import no_shared_chance  # noqa: F401  # for every test
from tests.examples import LOOSE
from tests.fewer import fewer_futures  # noqa: F401  # for every test
from tests.parts import small_parts  # noqa: F401  # for files that ask for it
from tests.workbench import ema  # noqa: F401  # for tests beside it

# A property has few examples in the fast suite, and the slow one (`--hypothesis-profile many`) tries all of them again with many.
# What fails in the fast one is told as it was found, without minutes of search for the smallest such example; it is kept, so the
# same test with `--hypothesis-profile many` finds that.
FOUND = (Phase.explicit, Phase.reuse, Phase.generate)
settings.register_profile("few", max_examples=10, phases=FOUND, report_multiple_bugs=False, print_blob=True, **LOOSE)
settings.register_profile("many", max_examples=100, **LOOSE)
settings.load_profile("few")


# Modules are compiled once and not by each process that the tests start, whatever the user's own setting.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What is loaded while tests are looked for stays until the end: looking through it again and again for what may be forgotten,
# as Python does when a process has made many things, takes a tenth of the time.
gc.disable()

# XLA's older way of making kernels takes half of the time to compile, which is most of what the suite does, and gives the same
# verdicts; the program that users run is compiled anew by the benchmark. Processes that tests start compile alike.
# JAX of Python 3.12 and later no longer knows the flag, and ends a process that bears it.
if version("jaxlib").startswith("0.10."):
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_use_fusion_emitters=false --xla_llvm_disable_expensive_passes=true")

# Two processes of tests have two processors: in each of them tables of a few rows are read by one thread, and none waits for another.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("POLARS_MAX_THREADS", "1")

# Compiled programs that a process of tests keeps, in place of a user's 16: its many small studies would put those of the shipped
# world out, each of which takes a second to trace again and eight to compile where no disk holds it.
KEPT = 200
# Futures in which a page tells what moves its board most, in place of 2,000.
MOVED = 256
# Most bytes of compiled code that are kept from one run of the tests to the next; a run that finds more begins anew.
MOST_COMPILED = 1_000_000_000

# Files that compile the gradient of the world and make briefs go to one process, one after the other, and come first.
ONE_PROCESS = ("briefing/test_brief.py", "questions/test_why.py", "tests/test_cli.py")
# Rooms whose files share what takes long to make, and so go to one process, by what that is: made exhibits; the app, its model
# and the answers that it keeps.
TOGETHER = {"tests/exhibits": "exhibits", "tests/app": "site", "tests/browser": "site"}
# Rooms in their order. Meanwhile the other process does law, which compiles nothing; then come the rooms whose tests
# compile, simulate and wait, which find what the first process compiled, the longest of them first.
ORDER = ("law", "browser", "app", "questions", "briefing", "ensemble", "exhibits", "watch", "bench", "world")
# Files of law from here on come last of all: many and short, they leave no process alone with a long one at the end.
LAST = "test_m"


def place(path: Path) -> int:
    """Where a file of tests comes among all."""
    if path.as_posix().endswith(ONE_PROCESS):
        return -1
    if path.parent.name == "law" and path.name > LAST:
        return len(ORDER) + 1
    return ORDER.index(path.parent.name) if path.parent.name in ORDER else len(ORDER)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.path))


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    atexit.register(gc.unfreeze)  # else libraries complain of what is left as the process ends
    gc.set_threshold(10_000)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """What `--dist loadfile` hands out: files, and those of `ONE_PROCESS` and of rooms that are `TOGETHER` as if they were one."""
    from xdist.scheduler import LoadFileScheduling  # late: the tests run without it too

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return "briefs" if file.endswith(ONE_PROCESS) else TOGETHER.get(file.rpartition("/")[0], file)

    config.option.loadscopereorder = False  # as sorted above, not by how many tests a file has
    return Files(config, log) if config.getvalue("dist") == "loadfile" else None


def compiled_code(config: pytest.Config) -> Path | None:
    """Where the tests keep compiled code, which JAX names by what was compiled, how and for what processor; none without pytest's cache."""
    return config.cache.mkdir("compiled") if hasattr(config, "cache") else None


def pytest_sessionstart(session: pytest.Session) -> None:
    """What has grown too large is forgotten by the process that starts the others, before these look."""
    if not hasattr(session.config, "workerinput"):
        folder = compiled_code(session.config)
        if folder and sum(file.stat().st_size for file in folder.rglob("*")) > MOST_COMPILED:
            shutil.rmtree(folder)


@pytest.fixture(scope="session", autouse=True)
def home(request, tmp_path_factory):
    """A home of the tests' own: no run of the user's is seen. What any process of tests compiled, no other need, today or tomorrow."""
    patch = pytest.MonkeyPatch()
    own = tmp_path_factory.mktemp("home")
    kept = compiled_code(request.config) or tmp_path_factory.mktemp("compiled")
    (own / ".cache" / "premortem").mkdir(parents=True)
    for name in ("jax", "programs"):
        (kept / name).mkdir(exist_ok=True)
        (own / ".cache" / "premortem" / name).symlink_to(kept / name, target_is_directory=True)
    patch.setenv("HOME", str(own))
    # Else JAX sets a folder below the home for XLA's own caches, which is part of the name under which it keeps compiled code:
    # no process would find what another one compiled.
    patch.setenv("JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES", "none")
    jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
    use_compilation_cache()  # from the first test on, whichever it is
    patch.setattr(compiled._PROGRAMS, "most", KEPT)
    patch.setattr(stored_programs, "MOST", KEPT)
    patch.setattr(stored_programs, "MOST_NAMES", 4 * KEPT)
    yield
    patch.undo()


@pytest.fixture(scope="module", autouse=True)
def no_last_run(home):
    """What one file of tests stored last is not what a command of the next one looks at."""
    yield
    shutil.rmtree(Path.home() / ".cache" / "premortem" / "last", ignore_errors=True)


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


def made_once(study: Study, policies: list[str], name: str, factory: pytest.TempPathFactory) -> Run:
    """A run of 5,000 futures: two chunks, the last one padded. The process of tests that asks first makes it, the others open it."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / name / "out"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return Run(study, folder) if folder.exists() else study.run(policies, futures=5000, seed=3, out=folder)


@pytest.fixture(scope="session")
def small_run(study, tmp_path_factory) -> Run:
    """A stored run under three policies."""
    return made_once(study, ["as-written", "rescinded", "maximal"], "run", tmp_path_factory)


@pytest.fixture(scope="session")
def second_run(tmp_path_factory) -> Run:
    """The same of the second case, whose world compiles in a tenth of the time."""
    return made_once(Study(case="eu_gpai"), ["as-amended", "as-adopted", "tracks-frontier"], "second", tmp_path_factory)


@pytest.fixture(scope="session", params=["second_run", pytest.param("small_run", marks=pytest.mark.slow)])
def a_run(request) -> Run:
    """A run of each case, for what is asked of any: of the second in the fast suite, of the leading one too in the slow one."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def site(small_run):
    """The app on the shipped case with the small run: one for its pages, its API and the browser."""
    from premortem.app.routes import board  # late: most rooms test without a server
    from premortem.app.site import close, make

    patch, movers = pytest.MonkeyPatch(), board.movers
    # What moves a board most is asked by each page that shows one, of each view that is come to.
    patch.setattr(board, "movers", lambda live, view: movers(live, replace(view, n=MOVED)))
    made = make(hosts=("testserver",))  # the name under which schemathesis asks
    made.state.desk.run = small_run
    yield made
    close(made)
    patch.undo()
