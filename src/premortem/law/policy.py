"""A policy file: an overlay on the rulebook, of dates, numbers, tiers and strengths."""

from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

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
    strength: dict[str, tuple[Strength, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known_strengths(self) -> "Policy":
        for name in self.strength:
            if name not in STRENGTHS:
                raise ValueError(
                    f"no such strength: {name}; allowed: {', '.join(STRENGTHS)}; {nearest(name, STRENGTHS)}"
                )
        return self


def read_policy(path: Path | Traversable) -> Policy:
    """A policy from its file. Raises `BadInput`, every fault at once, with its key."""
    return read_typed(path, Policy)
