"""Faults of run folders that speak of the command line's options, told by the arguments of Python that a problem's runs have."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from premortem.errors import BadInput, MissingData, NotReproducible

# What the command line calls it, and what Python does; longer ones first.
CALLED = {
    r"a folder that `premortem run` wrote": "a folder that a Problem's run wrote: problem.run(..., out=FOLDER)",
    r"run `premortem run` first, or pass --run FOLDER": "",
    r"`?premortem run --resume`?": "run(..., out=FOLDER, resume=True)",
    r"premortem run --seed SEED --futures FUTURES": "run(..., futures=FUTURES, seed=SEED)",
    r"premortem run --out NEW": "run(..., out=NEW)",
    r"premortem run\b": "run(...)",
    r"--resume": "resume=True",
    r"--replace": "replace=True",
    r"--out\b": "out=",
}


@contextmanager
def of_python() -> Iterator[None]:
    """Faults raised within are told so."""
    try:
        yield
    except BadInput as error:
        file, key, what, allowed, hint = map(_told, (error.file, error.key, error.what, error.allowed, error.hint))
        raise BadInput(file, key, what, got=error.got, allowed=allowed, hint=hint) from error
    except (MissingData, NotReproducible) as error:
        raise type(error)(_told(str(error))) from error


def _told(text: str) -> str:
    for option, argument in CALLED.items():
        text = re.sub(option, argument, text)
    return text
