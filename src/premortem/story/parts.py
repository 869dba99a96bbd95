"""What a story is made of, before it is a page or a picture: sections of sentences, bars, points and doors."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """A lowest and highest share of futures [0 to 1] with the reason for its width: sampling, readings, forms of the model."""

    reason: str
    low: float
    high: float
    said: str


@dataclass(frozen=True)
class Bar:
    """A share of futures [0 to 1] by its label; `said` is the share in words, `note` a line below, `link` a screen of the app."""

    label: str
    share: float | None
    said: str
    bands: tuple[Band, ...] = ()
    detail: str = ""
    note: str = ""
    link: str = ""
    act: str = ""  # what the link does
    lead: bool = False  # whether it stands for the policy that leads


@dataclass(frozen=True)
class Group:
    """Bars on one scale under one heading."""

    title: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Point:
    """A sentence with a remark below it; `mark` is a word that stands out before it."""

    text: str
    note: str = ""
    mark: str = ""
    link: str = ""


@dataclass(frozen=True)
class Door:
    """Where one kind of reader goes on: who, what is there, and the screen."""

    who: str
    says: str
    link: str


@dataclass(frozen=True)
class Section:
    """A part of the story: the finding is its title, `asks` the question that it answers, `source` what it rests on."""

    id: str
    asks: str
    finding: str
    text: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    points: tuple[Point, ...] = ()
    doors: tuple[Door, ...] = ()
    source: str = ""
    link: str = ""  # the screen that shows more
    more: str = ""  # what it shows


@dataclass(frozen=True)
class Story:
    """The whole, in the order in which it is read; `left_out` says which parts could not be told, and why."""

    title: str
    answer: str
    lede: str
    sections: tuple[Section, ...]
    source: str
    left_out: tuple[str, ...] = ()
