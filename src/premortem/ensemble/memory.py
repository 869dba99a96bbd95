"""A ceiling on memory: how many parts may be made side by side under it, and a watch on what is really held."""

import platform
import resource

import jax

from premortem.ensemble.part import Spec
from premortem.errors import BadInput

MB = 1024 * 1024
# A part's columns are held as computed, as a table and compressed; its series as computed and stacked; its values as
# chances, scores and numbers of eight bytes.
COPIES_OF_COLUMNS, COPIES_OF_SERIES, COPIES_OF_VALUES = 3, 2, 6


def peak_mb() -> float:
    """Most memory that this process has held [MB]."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if platform.system() == "Darwin" else 1024)


def threads(spec: Spec, cores: int, ceiling: int | None) -> int:
    """How many parts to make side by side: one a core, fewer under a ceiling [bytes].

    Raises `BadInput` where not even one fits; a chunk is never made smaller, since that would change the last bits.
    """
    if ceiling is None:
        return cores
    held, each = peak_mb() * MB, bytes_needed(spec)
    fit = int((ceiling - held) // each)
    if fit < 1:
        least = f"{(held + each) / MB:,.0f} MB"
        raise BadInput(
            "command line", "--memory", "is less than one part needs", got=f"{ceiling / MB:,.0f} MB", allowed=least
        )
    return min(cores, fit)


def bytes_needed(spec: Spec) -> int:
    """Bytes that making one part takes beside what the process holds already."""
    scalars, series = jax.eval_shape(spec.model, *spec.call)
    columns = (sum(x.dtype.itemsize for x in scalars.values()) + 4 * len(spec.kept)) * min(spec.size, spec.futures)
    on_host = spec.device == "cpu"  # a card keeps the series to itself
    shown = sum(x.dtype.itemsize * x.size for x in series.values() if on_host) * spec.chunk // spec.called
    drawn = 4 * len(spec.priors.rows) * min(spec.size, spec.futures)
    return COPIES_OF_COLUMNS * columns + COPIES_OF_SERIES * shown + COPIES_OF_VALUES * drawn


def check(ceiling: int | None) -> None:
    """Raises `BadInput` once the process holds more than its ceiling [bytes]; what is finished is kept."""
    if ceiling is not None and peak_mb() * MB > ceiling:
        raise BadInput(
            "command line",
            "--memory",
            f"the run came to hold {peak_mb():,.0f} MB",
            got=f"{ceiling / MB:,.0f} MB",
            hint="go on with more: premortem run --resume",
        )


def beyond(ceiling: int | None) -> list[str]:
    """In words where the process came to hold more than its ceiling [bytes] all the same; else nothing."""
    if ceiling is None or peak_mb() * MB <= ceiling:
        return []
    return [f"the command came to hold {peak_mb():,.0f} MB, more than --memory of {ceiling / MB:,.0f} MB"]
