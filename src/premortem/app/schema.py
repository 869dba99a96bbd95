"""What the JSON API answers, typed: the same keys as the command line prints."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Sent(BaseModel):
    """A body that is sent to the API: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """A document of the API; more keys may come, none is renamed."""

    model_config = ConfigDict(extra="allow")


class BoardRow(BaseModel):
    """An assumption under a policy."""

    assumption: str
    policy: str
    holds: float | None = Field(description="share of futures; null where too few are left to tell it")
    low: float | None
    high: float | None
    failed: int = Field(description="futures with a margin that is no number: in no share")
    fails_on: dict[str, float]
    alone: dict[str, float]
    first: str = Field(description="what fails first most often, in words")
    fails_words: str | None = None
    bands: dict[str, list[float] | None] = Field(
        description="lowest and highest shares by sampling, interpretations, forms"
    )
    by_interpretation: dict[str, float]
    by_form: dict[str, dict[str, float]]
    decided: str | None = Field(description="why the verdict is the same whatever is uncertain, where it is")
    verdict: str = Field(description="holds, breaks, or on what it depends")
    depends: bool = Field(default=False, description="whether its share by itself is no verdict: the `*` of a board")


class Board(Answer):
    """The board for a view: rows, its sentence, and what the rows rest on."""

    board: list[BoardRow]
    base: list[BoardRow] = Field(description="what is pinned, else the same policy with nothing changed")
    moved: str = Field(description="what the view changes in each share against `base`, in words")
    sentence: str
    futures: int
    seed: int
    effective_futures: float | None
    warnings: list[str]
    unmoved: list[str] = Field(description="changed clause numbers that the simulated world does not read")
    notices: list[str] = Field(description="always empty: settings that are not understood are refused")
    query: str
    milliseconds: float


class Refined(Board):
    """The board with more futures, beside the first answer."""

    first: int = Field(description="futures of the first answer")
    outside: list[str] = Field(description="rows whose share lies outside the interval of the first answer")


class Band(BaseModel):
    """Bands of a margin in a step over all futures."""

    quarter: str
    year: float = Field(description="middle of the step")
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float
    breaks: float


class AssumptionAnswer(Answer):
    """One assumption under the view's policy, and under the one compared with."""

    assumption: str
    claim: str
    board: list[BoardRow]
    base: list[BoardRow]
    fan: list[Band]
    sentence: str
    headline: str
    futures: int
    notices: list[str]
    query: str
    milliseconds: float


class Point(BaseModel):
    """A share at a value."""

    value: float
    holds: float


class Curves(Answer):
    """Share that holds against each threshold, with the value at which it crosses one half, and that in words."""

    curves: dict[str, list[Point]]
    flips: dict[str, float | None]
    said: dict[str, str]


class Movers(Answer):
    """What a tenth more of each lever and belief does to the shares."""

    movers: list[dict[str, Any]]


class Effect(BaseModel):
    """What a standard nudge of one lever does."""

    key: str = Field(
        description="its key in the address: `l.` a number or strength, `d.` the days of a clause or instrument"
    )
    move: str = Field(description="the nudge in words: 10% more, a tenth stronger, a year later")
    read: bool = Field(description="whether the nudge changes anything that the simulated world reads")
    changes: dict[str, float] = Field(description="change of the share of futures in which each assumption holds")


class Effects(Answer):
    """A standard nudge of every lever, over the same futures."""

    effects: list[Effect]
    futures: int


class Column(BaseModel):
    """A column of somebody's table."""

    heading: str
    field: str = Field(description="the field that it seems to stand for; empty where none does")
    asks: str = Field(description="why it must be said what it holds; empty where it is clear")
    values: list[str] = Field(description="its first values")


class Columns(Answer):
    """The columns of a table, and the fields that they may stand for."""

    file: str
    columns: list[Column]
    fields: list[str]
    needed: list[str]
    names_item: list[str] = Field(description="fields of which one is needed, to say what a row is of")
    linking: list[str] = Field(description="columns that link rows to earlier ones")


class ErrorBody(BaseModel):
    """What is wrong with a request, in the five fields of every error."""

    file: str
    key: str
    got: str
    allowed: str
    hint: str
    what: str = Field(default="", description="what is wrong, where the hint says something else")


class Refusal(Answer):
    """An error of the asker's making."""

    error: ErrorBody
