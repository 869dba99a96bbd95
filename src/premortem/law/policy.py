"""A policy file: an overlay on the rulebook, of dates, numbers, tiers and strengths."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError

from premortem.errors import nearest
from premortem.files import faults
from premortem.files.typed import Strict, read_typed

STRENGTHS = (
    "allied_servicing",
    "coercion",
    "deals",
    "compute_governance",
    "open_weights_limits",
    "api_limits",
    "chinese_model_limits",
    "huawei_blocking",
    "permitting",
)


class Strength(Strict):
    """Strength of what no clause says, between 0 and 1, from a day on."""

    value: float = Field(ge=0, le=1)
    start: date = Field(alias="from")
    why: str = ""


def _known_strength(name: str) -> str:
    if name not in STRENGTHS:
        near = nearest(name, STRENGTHS)
        raise ValueError(f"no such strength: {name}; allowed: {', '.join(STRENGTHS)}{near and f'; {near}'}")
    return name


class Move(Strict):
    """Places that a policy puts into another tier."""

    countries: tuple[str, ...]
    tier: Literal[1, 2, 3]
    start: date = Field(alias="from")


class Policy(Strict):
    """A policy file: an overlay on the rulebook."""

    name: str = Field(pattern=faults.NAME)
    title: str
    says: str
    include: tuple[str, ...] = ()
    clause: dict[str, dict[str, Any]] = Field(default_factory=dict)
    tier: tuple[Move, ...] = ()
    strength: dict[Annotated[str, AfterValidator(_known_strength)], tuple[Strength, ...]] = Field(default_factory=dict)


def read_policy(path: Path | Traversable) -> Policy:
    """A policy from its file. Raises `BadInput`, every fault at once, with its key."""
    return read_typed(path, Policy)


def overlay_of(document: Mapping[str, Any]) -> Policy:
    """What of a faulty document can be laid over the rulebook, so that its faults there can be told with the others."""
    held: dict[str, Any] = {"name": "faulty", "title": "", "says": ""}
    for key in {"include", "clause"} & {*document}:
        with suppress(ValidationError):
            Policy.model_validate(held | {key: document[key]})
            held[key] = document[key]
    return Policy.model_validate(held)
