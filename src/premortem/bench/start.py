"""How long until the command line answers, beside a bare interpreter."""

import subprocess
import sys
from collections.abc import Callable

from premortem.bench.timing import Row, row, time_pair


def rows(quick: bool) -> list[Row]:
    """Seconds of whole processes: the help, and importing what a run needs."""
    times = 1 if quick else 9
    help_, bare = time_pair(_process("-m", "premortem", "--help"), _process("-c", "pass"), times)
    ready, loaded = time_pair(
        _process("-c", "import premortem.study"), _process("-c", "import jax, polars, numba"), times
    )
    return [
        row("premortem --help", help_, bare, "s", "a bare Python process", False),
        row("loading what a run needs", ready, loaded, "s", "a process that loads JAX, polars and Numba", False),
    ]


def _process(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
