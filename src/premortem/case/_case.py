"""A case: where its files lie, what the engine must know of it, and its world."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from pydantic import Field

from premortem.case._clock import Clock, foreign
from premortem.case._code import load_module
from premortem.case._map import Map
from premortem.case._text import Text
from premortem.case._timed import Timed
from premortem.case._world import WORLD_PARTS, World
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.reader import read_bytes
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, to_typed
from premortem.text.layout import fit

PACKAGE = "premortem.cases"
HOME = Path(str(files(PACKAGE)))
DEFAULT = "us_ai_2025"
# The file by which a folder is known to be a case, and what else it must hold.
MARK = "case.toml"
TEXT = "text.toml"
NEEDED = (MARK, "params.csv", "vocabulary.toml", "policies", "assumptions", "clauses", "world")


class Steps(Strict):
    """Steps of the world's clock that are looked at; every one where a case names none."""

    kept: tuple[str, ...] = Field(default=(), description="at which a run keeps every series of every future")
    compared: tuple[str, ...] = Field(default=(), description="of these, at which families of futures are compared")
    early: str = Field(default="", description="of those, by which signposts must tell families apart")
    named: str = Field(default="", description="of those, at which a family is named")


class AnswersTo(Strict):
    """Series of the world that the rates of policy events answer to, and the step at which; a name is empty where none is."""

    goodwill: str = Field(default="", description="goodwill of partners, between 0 and 1")
    progress: str = Field(default="", description="progress of a rival")
    at: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """Each by what it is, as a column of a series at a step."""
        named = {"goodwill": self.goodwill, "progress": self.progress}
        return {name: f"{series}@{self.at}" for name, series in named.items() if series}


class Settings(Strict):
    """What the engine must know of a case and no other file of it says."""

    title: str
    subject: str = Field(description="what the assumptions carry, in a sentence")
    claims: str = Field(description="whose assumptions they are: author, title and day")
    day: date = Field(description="last day of what priors may rest on")
    baseline: str = Field(description="policy that leads every page")
    record: str = Field(default="", description="policy that follows what became of the law; empty where none does")
    strictest: str = Field(default="", description="policy whose levers stand once an event of the process sets them")
    policies: tuple[str, ...] = Field(description="names of the policies in the order in which they are shown")
    forms: tuple[str, ...] = Field(
        default=(), description="uncertainties with named categories that are rival forms of how the world works"
    )
    instrument: str = Field(default="", description="file of clauses that comes first where all are shown")
    binding_on: date | None = Field(
        default=None, description="day by which a clause is told to bind; `compared_on` if left out"
    )
    compared_on: date | None = Field(
        default=None, description="day on which two policies are compared; `day` if left out"
    )
    steps: Steps = Steps()
    answers_to: AnswersTo = AnswersTo()

    @property
    def stands(self) -> str:
        """The policy of the law as it stands: the record, where the case has one, else the baseline."""
        return self.record or self.baseline

    @property
    def binding(self) -> date:
        """The day by which a clause is told to bind."""
        return self.binding_on or self.compared

    @property
    def compared(self) -> date:
        """The day on which two policies are compared, unless another is named."""
        return self.compared_on or self.day


@dataclass(frozen=True)
class Case:
    """A case by its folder, and by lists and tables of a user's own. `case / "params.csv"` is a file of it."""

    folder: Path
    lists: str = ""  # the hash of the lists of parties that were pulled, where a user asks for them
    own: tuple[tuple[str, bytes], ...] = ()  # files of a study's folder that are laid over its own: path and content
    known_by: date | None = None  # the day by which places must have moved between groups; None: all that did

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """What is kept of each case is looked up by it, many times in each answer."""
        return hash((self.folder, self.lists, self.own, self.known_by))

    def __truediv__(self, name: str) -> Path:
        return self.folder / name

    def with_own(self, folder: Path, paths: Iterable[str]) -> "Case":
        """This case with those of the named files that lie in a study's folder; their content, so that what is kept by a case follows it."""
        held = tuple(
            (path, read_bytes(folder / path, "a file of a study")) for path in paths if (folder / path).is_file()
        )
        return replace(self, own=held) if held else self

    def __getstate__(self) -> dict[str, Any]:  # what was read is read again where it goes
        return {"folder": self.folder, "lists": self.lists, "own": self.own, "known_by": self.known_by}

    def __repr__(self) -> str:
        return fit(f"Case {self.name}: {self.settings.title}")

    @property
    def name(self) -> str:
        """Name of its folder, by which `--case` finds one that ships."""
        return self.folder.name

    @property
    def reference(self) -> str:
        """What finds it again: its name where it ships, else its folder."""
        return self.name if self.folder.parent == HOME else str(self.folder.resolve())

    @cached_property
    def settings(self) -> Settings:
        """What `case.toml` says. Raises `BadInput`, every fault at once."""
        return to_typed(read_toml(self / MARK), Settings, f"{self.name}/{MARK}")

    @cached_property
    def text(self) -> Text:
        """What `text.toml` says; nothing where it is not there. Raises `BadInput`, every fault at once."""
        path = self / TEXT
        return to_typed(read_toml(path), Text, f"{self.name}/{TEXT}") if path.is_file() else Text()

    @cached_property
    def world(self) -> World:
        """Its world: `simulate`, `levers`, the clock and the names of what it is given. Code of the case is run.

        Raises `BadInput` where that fails, and for every part of a world that it lacks, all at once.
        """
        module = self._module("world")
        file = "world.py" if (self / "world.py").is_file() else "world/__init__.py"
        allowed = f"a world has {', '.join(WORLD_PARTS)}"
        raise_all([BadInput(file, n, "is missing", allowed=allowed) for n in WORLD_PARTS if not hasattr(module, n)])
        return cast(World, module)

    @cached_property
    def exhibits(self) -> ModuleType | None:
        """Its own exhibits (`premortem.exhibits` says what they are); None where it has none. Code of the case is run."""
        return self._module("exhibits") if (self / "exhibits").is_dir() else None

    @cached_property
    def map(self) -> Map | None:
        """Its map; None where it has none. Code of the case is run."""
        return cast(Map, self._module("map")) if (self / "map.py").is_file() else None

    @cached_property
    def timed(self) -> Timed | None:
        """What the benchmarks time of it; None where it has none. Code of the case is run."""
        return cast(Timed, self._module("timed")) if (self / "timed.py").is_file() else None

    @property
    def code(self) -> tuple[Path, ...]:
        """Files of its world."""
        one = self / "world.py"
        return (one,) if one.is_file() else tuple(sorted((self / "world").glob("*.py")))

    def elsewhere(self, folder: str, stem: str) -> str:
        """How another case that ships and holds such a file, as one of `policies`, is asked for: a hint; empty where none does."""
        others = (name for name in names() if name != self.name)
        has = (name for name in others if any(path.stem == stem for path in (HOME / name / folder).glob("*.toml")))
        return next((f"{name} has it: --case {name}" for name in has), "")

    def _module(self, name: str) -> ModuleType:
        if self.folder.parent == HOME:
            return import_module(f"{PACKAGE}.{self.name}.{name}")
        return load_module(self.folder, name)

    @cached_property
    def clock(self) -> Clock:
        """The steps of its world. Raises `BadInput` for a step of no length that is known."""
        labels = self.world.steps()
        if wrong := foreign(labels):
            what = f"{wrong} is no year, and no part of one as the first step is"
            forms = "2030, 2030H2, 2030Q4 or 2030M12, all alike"
            raise BadInput(f"{self.name}/world", "steps", what, got=wrong, allowed=forms)
        return Clock(labels)

    @cached_property
    def steps(self) -> Steps:
        """Steps that are looked at: what `case.toml` says, else all of them, the middle one early and named."""
        told, labels = self.settings.steps, self.clock.labels
        kept = told.kept or labels
        compared = told.compared or kept
        middle = compared[len(compared) // 2]
        return Steps(kept=kept, compared=compared, early=told.early or middle, named=told.named or middle)


def names() -> tuple[str, ...]:
    """Names of the cases that ship."""
    found = (path.name for path in HOME.iterdir() if (path / MARK).is_file())
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


@cache
def default() -> Case:
    """The case that leads."""
    return Case(HOME / DEFAULT)


def load(name: str | Path = DEFAULT) -> Case:
    """A case by the name of one that ships or by a folder. Raises `BadInput`, every missing file at once."""
    if isinstance(name, str) and name in names():
        return default() if name == DEFAULT else Case(HOME / name)
    folder = Path(name)
    if not folder.is_dir():
        what = f"no such case: {name}"
        allowed = f"{', '.join(names())}, or a folder with {MARK}"
        raise BadInput("command line", "--case", what, got=str(name), allowed=allowed, hint=nearest(str(name), names()))
    raise_all(_missing(folder))
    return Case(folder)


def _missing(folder: Path) -> Sequence[BadInput]:
    absent = [part for part in NEEDED if not ((folder / part).exists() or (folder / f"{part}.py").exists())]
    return [BadInput(str(folder), part, "is missing", allowed=f"a case has {', '.join(NEEDED)}") for part in absent]
