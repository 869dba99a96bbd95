"""The rulebook: clauses read from TOML, in force as of a day, under a policy, which is an overlay on them and nothing
else.
"""

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field, ValidationError, model_validator

from premortem.errors import BadInput, nearest, raise_all
from premortem.regime.clause import STAGES, Clause, Dated, Strict
from premortem.regime.countries import TierChange, atlas
from premortem.regime.expressions import check

CLAUSES = files("premortem.regime") / "clauses"
POLICIES = files("premortem") / "policies"
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
# Day on which the base rulebook stands: instruments published later belong to the policies that name them.
AS_WRITTEN = date(2025, 2, 26)
MAX_BYTES = 1_000_000


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

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
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


@dataclass(frozen=True)
class Book:
    """The rulebook under a policy."""

    policy: Policy
    clauses: tuple[Clause, ...]

    @property
    def name(self) -> str:
        """Name of the policy."""
        return self.policy.name

    @cached_property
    def by_id(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def moves(self) -> tuple[TierChange, ...]:
        """Moves of tiers, for the atlas."""
        return tuple(TierChange(m.countries, m.tier, m.start) for m in self.policy.tier)

    def as_of(self, day: date) -> tuple[Clause, ...]:
        """Clauses in force on a day, in the order in which they decide."""
        return tuple(clause for clause in self.clauses if clause.in_force(day))

    def in_force(self, clause: str, on: date) -> bool:
        """Whether a clause is in force on a day; False for one that the policy does not hold."""
        return clause in self.by_id and self.by_id[clause].in_force(on)

    def number(self, clause: str, key: str, on: date | None = None) -> float:
        """A number of a clause on a day. Raises `BadInput` for a clause or number that is not there."""
        if clause not in self.by_id or key not in self.by_id[clause].numbers:
            known = [f"{c.id}.{k}" for c in self.clauses for k in c.numbers]
            name = f"{clause}.{key}"
            raise BadInput(f"policy {self.name}", name, "no such clause number", got=name, hint=nearest(name, known))
        return self.by_id[clause].number(key, on)

    def strength(self, name: str, on: date) -> float:
        """Strength of what no clause says, on a day; 0 before its first."""
        steps = [s for s in self.policy.strength.get(name, ()) if s.start <= on]
        return max(steps, key=lambda s: s.start).value if steps else 0.0

    def tier(self, iso3: str, on: date) -> int:
        """Tier of a place on a day, by the list and the policy's moves, whether or not the framework is in force."""
        places = atlas(self.moves)
        row = places.table.filter((pl.col("iso3") == iso3) & (pl.col("period") == places.period(on)))
        return int(row["tier"][0])

    def with_number(self, clause: str, key: str, value: float) -> "Book":
        """This book with a clause number changed; where it has several dated values, all in the same proportion."""
        old = self.number(clause, key)
        changed = self.by_id[clause]
        dated = tuple(
            d.model_copy(update={"value": d.value * value / old if old else value}) for d in changed.numbers[key]
        )
        new = changed.model_copy(update={"numbers": changed.numbers | {key: dated}})
        return replace(self, clauses=tuple(new if c.id == clause else c for c in self.clauses))

    def with_strength(self, name: str, value: float, start: date = date(2025, 4, 1)) -> "Book":
        """This book with a strength set from a day on."""
        earlier = tuple(s for s in self.policy.strength.get(name, ()) if s.start < start)
        steps = (*earlier, Strength.model_validate({"value": value, "from": start}))
        return replace(self, policy=self.policy.model_copy(update={"strength": self.policy.strength | {name: steps}}))

    def numbers(self) -> pl.DataFrame:
        """Every number of every clause that decides: clause, parameter, value, unit, from, to, citation, instrument."""
        rows = [
            {
                "clause": c.id,
                "parameter": key,
                "value": d.value,
                "unit": d.unit,
                "from": d.start or c.complies,
                "to": d.end or c.ends,
                "citation": c.citation,
                "instrument": c.instrument,
                "says": c.says,
            }
            for c in self.clauses
            for key, dated in c.numbers.items()
            for d in dated
        ]
        return pl.DataFrame(rows, infer_schema_length=None)


def policies() -> tuple[str, ...]:
    """Names of the shipped policies: `as-written` first, `history` last."""
    names = sorted(path.name.removesuffix(".toml") for path in POLICIES.iterdir() if path.name.endswith(".toml"))
    rank = {
        "as-written": 0,
        "rescinded": 1,
        "streamlined": 2,
        "bilateral": 3,
        "plurilateral": 4,
        "maximal": 5,
        "history": 6,
    }
    return tuple(sorted(names, key=lambda name: (rank.get(name, 9), name)))


@cache
def load(policy: str | Path = "as-written") -> Book:
    """The rulebook under a shipped policy, by name, or under a policy file. Raises `BadInput` (all at once)."""
    if isinstance(policy, str):
        if policy not in policies():
            raise BadInput(
                "policies",
                policy,
                "no such policy",
                got=policy,
                allowed=", ".join(policies()),
                hint=nearest(policy, policies()),
            )
        return overlay(_read_policy(POLICIES / f"{policy}.toml"))
    return overlay(_read_policy(policy))


def overlay(policy: Policy) -> Book:
    """The rulebook under a policy. Raises `BadInput` for an overlay on a clause that is not there and for bad values."""
    file = f"{policy.name}.toml"
    raw = copy.deepcopy(_raw_clauses())
    unknown = [name for name in policy.include if name not in {r["instrument"] for r in raw.values()}]
    errors = [BadInput(file, "include", f"no such instrument: {name}", got=name) for name in unknown]
    held = {k: r for k, r in raw.items() if r["published"] <= AS_WRITTEN or r["instrument"] in policy.include}
    for pattern, change in policy.clause.items():
        ids = [k for k in held if k == pattern or (pattern.endswith(".*") and k.startswith(pattern[:-1]))]
        if not ids:
            errors.append(
                BadInput(
                    file,
                    f"clause.{pattern}",
                    "no such clause in the rulebook",
                    got=pattern,
                    hint=nearest(pattern, [*held]),
                )
            )
        for key in ids:
            held[key] = _changed(held[key], change)
    raise_all(errors)
    clauses = _validated(held, file if policy.clause else "")
    return Book(policy, tuple(sorted(clauses, key=lambda c: (STAGES.index(c.stage), c.order, c.id))))


def _changed(raw: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    numbers = {k: v for k, v in change.items() if k in raw.get("numbers", {})}
    rest = {k: v for k, v in change.items() if k not in numbers}
    return raw | rest | {"numbers": raw.get("numbers", {}) | {k: _dated(v) for k, v in numbers.items()}}


def _dated(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _raw_clauses() -> dict[str, dict[str, Any]]:
    """Every clause as written in the files, by id."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(CLAUSES.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            document = tomllib.loads(path.read_text("utf-8"))
            title = document.pop("instrument")
            stem = path.name.removesuffix(".toml")
            for key, body in document.items():
                found[f"{stem}.{key}"] = _raw(f"{stem}.{key}", title, body)
    return found


def _raw(id_: str, instrument: str, body: dict[str, Any]) -> dict[str, Any]:
    """A clause body with its numbers, the keys that hold a value and a unit, gathered apart."""
    is_number = {k: _dated(v) for k, v in body.items() if _looks_dated(v)}
    return (
        {k: v for k, v in body.items() if k not in is_number}
        | {
            "id": id_,
            "instrument": id_.split(".")[0],
            "numbers": is_number,
        }
        | ({} if "source" in body else {"source": instrument})
    )


def _looks_dated(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and "value" in first and "unit" in first


def _validated(raw: Mapping[str, dict[str, Any]], overlay_file: str) -> list[Clause]:
    errors: list[BadInput] = []
    clauses: list[Clause] = []
    for key, body in raw.items():
        file = overlay_file or f"{key.split('.')[0]}.toml"
        try:
            clause = Clause.model_validate(body)
        except ValidationError as wrong:
            errors += [_fault(file, key, dict(f)) for f in wrong.errors()]
            continue
        errors += [
            BadInput(file, f"{key}.{part}", why)
            for part, why in check(clause.applies, clause.within, [*clause.numbers])
        ]
        clauses.append(clause)
    raise_all(errors)
    return clauses


def _fault(file: str, key: str, fault: dict[str, Any]) -> BadInput:
    place = ".".join([key, *(str(p) for p in fault["loc"])]).replace(".numbers.", ".")
    known = [*Clause.model_fields, *Dated.model_fields, *Policy.model_fields]
    if fault["type"] == "extra_forbidden":
        return BadInput(file, place, "no such key", got=fault["loc"][-1], hint=nearest(str(fault["loc"][-1]), known))
    return BadInput(file, place, str(fault["msg"]).removeprefix("Value error, "), got=fault.get("input"))


def _read_policy(path: Path | Traversable) -> Policy:
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            raise BadInput(path.name, "", f"is too large: {len(raw):,} bytes", allowed=f"{MAX_BYTES:,} bytes")
        return Policy.model_validate(tomllib.loads(raw.decode("utf-8")))
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be read ({error.strerror})", allowed="a policy file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(path.name, "", f"is not TOML: {error}", allowed="UTF-8 TOML") from error
    except ValidationError as wrong:
        raise_all([_fault(path.name, "", dict(f)) for f in wrong.errors()])
        raise


def instrument_title(name: str) -> str:
    """Title of an instrument by the name of its clause file."""
    return str(tomllib.loads((CLAUSES / f"{name}.toml").read_text("utf-8"))["instrument"])


def dates_as_written(clause: str) -> str:
    """The days of a clause as its file has them, before any policy's overlay."""
    raw = _raw_clauses()[clause]
    days = {"published": "published", "effective": "effective", "complies": "complies", "ends": "last day"}
    return "; ".join(f"{word} {raw[key]}" for key, word in days.items() if raw.get(key))
