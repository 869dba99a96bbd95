"""What a map of a world is to the engine: a module of the case, `map.py`, that says what places hold at each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from premortem.text.result import Document


class Measure(NamedTuple):
    """What a map can show: its title, its unit (`share`, or any), and the words of its classes where it has classes from 1 on."""

    title: str
    unit: str = ""
    classes: tuple[str, ...] = ()


class Simulated(NamedTuple):
    """What a map is drawn from: the rulebook and its levers, and quantiles of the map's series, (quantile, step, region)."""

    book: Any
    levers: Any
    quantiles: Mapping[str, Any]  # 5, 50 and 95% over the futures
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Panel:
    """A place through time, rows `p5`, `p50`, `p95` and a limit `cap` by step: title, words for who cannot see it, source, unit, headings."""

    title: str
    says: str
    source: str
    unit: str
    rows: Sequence[Mapping[str, Any]]
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A place of a map on a day: its region (None where it is not simulated, and then without rows), what that holds by step,
    whether it is all of its region, and what else the case says of it.
    """

    iso3: str
    name: str
    region: str | None = None
    rows: tuple[Mapping[str, Any], ...] = ()
    alone: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> Document:
        """The keys that the app's data have."""
        told = {"region": self.region} | ({} if self.region is None else {"alone": self.alone})
        return {"iso3": self.iso3, "name": self.name} | dict(self.more) | told | {"rows": [*self.rows]}


class Map(Protocol):
    """The map of a case."""

    TITLE: str  # of the screen
    SOURCE: str  # a sentence under the map; empty where there is none
    FIRST: str  # the step from which it is shown
    USUAL: str  # the step that is shown unless another is asked for
    PLACE: str  # ISO code of the place that is shown unless another is asked for
    SERIES: tuple[str, ...]  # regional series that it is drawn from
    MEASURES: Mapping[str, Measure]  # the first is shown unless another is asked for
    ABSENT: str  # what is said of a place that the world does not simulate, with {name}
    ASKED: tuple[str, Mapping[str, str]]  # a question of the rules with {name}, and its fields without the destination

    def regions(self) -> Mapping[str, str]:
        """Name of the region that each place is part of, by its code."""

    def values(self, measure: str, seen: Simulated, places: Sequence[str]) -> Mapping[str, Sequence[float | None]]:
        """A measure by place and step; None where there is nothing to show."""

    def country(self, code: str, name: str, seen: Simulated, on: Any) -> Place:
        """A place on a day; `name` is empty where no table has it."""

    def heading(self, found: Place) -> str:
        """What stands after the name of a place."""

    def panel(self, found: Place) -> Panel:
        """The picture of a place that is simulated."""
