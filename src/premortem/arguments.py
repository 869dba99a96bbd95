"""How a fault names what was given: by the options of a command while one runs, elsewhere by the arguments of Python.

Rooms speak of options, which most users type. Who calls Python typed none, and reads `policy`, `out=` and `resume=True` instead.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

# What an option is called in Python, where it is not its own name without dashes.
NAMES = {"weigh": "weights", "from": "start", "only": "index", "form": "forms", "run": "folder", "POLICY": "policies"}
# What the command line calls it, and what Python does; longer ones first.
CALLED = {
    r"a folder that `premortem run` wrote": "a folder that a run wrote: run(..., out=FOLDER)",
    r"run `premortem run` first, or pass --run FOLDER": "",
    r"`?premortem run --resume`?": "run(..., out=FOLDER, resume=True)",
    r"premortem run --seed SEED --futures FUTURES": "run(..., futures=FUTURES, seed=SEED)",
    r"premortem run --policy (\S+)": r'run(policies=["\1"])',
    r"premortem run --out NEW": "run(..., out=NEW)",
    r"`?premortem run`?(?![\w ])": "run(...)",
    r"--(resume|replace)\b": r"\1=True",
    r"(?<!no )--data pulled": "pulled=True",
    r"--data shipped": "pulled=False",
    r"--(case|study|form|dates|decimal) (\w+)": r'\1="\2"',
    r'--map ("[^"]*")': r"map=\1",
}
COMMAND = "command line: "
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
_commands: list[None] = []  # one for each command that runs; more where one calls another, as tests do


@contextmanager
def named_as_options() -> Iterator[None]:
    """Within, a fault names options, as the user of a command typed them."""
    _commands.append(None)
    try:
        yield
    finally:
        _commands.pop()


def as_told(text: str) -> str:
    """The words of a fault for whoever is told of it.

    >>> as_told("command line: --policy: no such policy; allowed: another --out")
    'policy: no such policy; allowed: another out='
    """
    if _commands:
        return text
    if text.startswith(COMMAND):
        key, separator, rest = text.removeprefix(COMMAND).partition(": ")
        text = f"{_name(key)}{separator}{rest}"
    for option, argument in CALLED.items():
        text = re.sub(option, argument, text)
    return _OPTION.sub(lambda found: f"{_name(found[0])}=", text).removesuffix("; ")


def _name(option: str) -> str:
    """An option, or an argument of a command such as POLICY, as Python calls it; a name of the user's own as it is."""
    bare = option.removeprefix("--")
    ours = bare != option or bare.isupper() or bare == "as of"
    return NAMES.get(bare, bare.lower().replace("-", "_").replace(" ", "_") if ours else bare)
