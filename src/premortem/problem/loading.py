"""A problem in a Python file of the user's: `lake.py:problem`. The file is run, because the user names it."""

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from premortem.errors import BadInput, PremortemError, nearest
from premortem.problem.answers import in_words
from premortem.problem.problem import Problem
from premortem.problem.run import Run

ALLOWED = "FILE.py:NAME, a Python file and the Problem in it"
# What a file may hold beside its problem: the policies to run.
POLICIES = "policies"
# Policies that are drawn from the levers' ranges where a file holds none.
DRAWN = 4
# Futures of a run that is made to be shown.
FUTURES = 2000


@dataclass(frozen=True)
class Loaded:
    """A problem of a file, with the policies or the run that the file holds."""

    problem: Problem
    policies: Any
    made: Run | None

    def run(self, folder: Path | None = None) -> Run:
        """The run of a folder, that of the file, or one that is made now."""
        if folder is not None:
            return self.problem.stored(folder)
        return self.made or self.problem.run(self.policies, futures=FUTURES)


def load(given: str) -> Loaded:
    """The problem that `FILE.py:NAME` names; without a name the only one of the file. Raises `BadInput`."""
    file, _, name = given.rpartition(":") if ":" in given and not given.endswith(".py") else (given, "", "")
    path = Path(file)
    if path.suffix != ".py" or not path.is_file():
        raise BadInput("command line", "--problem", f"no such Python file: {file}", got=given, allowed=ALLOWED)
    held = vars(_module(path))
    known = {key: value for key, value in held.items() if isinstance(value, Problem)}
    runs = {key: value for key, value in held.items() if isinstance(value, Run)}
    if name in runs:
        owner = next((p for p in known.values() if p.definition is runs[name].plan.definition), None)
        if owner is not None:
            return Loaded(owner, None, runs[name])
    if not name and len(known) == 1:
        (name,) = known
    if name not in known:
        what = f"holds no Problem {name}" if name else f"holds {len(known)} Problems"
        raise BadInput(
            str(path),
            name,
            what,
            got=given,
            allowed=", ".join(known) or "problem = pm.Problem(...)",
            hint=nearest(name, [*known]),
        )
    problem = known[name]
    made = next((run for run in runs.values() if run.plan.definition is problem.definition), None)
    return Loaded(problem, held.get(POLICIES, DRAWN if problem.definition.levers else None), made)


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadInput("command line", "--problem", f"cannot be read: {path}", allowed=ALLOWED)
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.resolve().parent))  # files beside it are found, as when it is run
    try:
        spec.loader.exec_module(module)
    except PremortemError:
        raise
    except Exception as error:
        raise BadInput(str(path), "", f"raises {in_words(error)}", allowed="a file that runs") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module
