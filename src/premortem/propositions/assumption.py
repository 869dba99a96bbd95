"""The assumptions as propositions: conditions on outcomes with margins, their thresholds, and what carries or breaks
them.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from premortem.case import Case
from premortem.errors import BadInput, each, nearest
from premortem.files import faults
from premortem.files.toml import Toml
from premortem.files.typed import Strict, read_typed


class Limit(Strict):
    """A threshold: a judgement with the range that a reader may try."""

    value: float
    low: float
    high: float
    unit: str
    basis: str

    @model_validator(mode="after")
    def _within(self) -> "Limit":
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value {self.value:g} is not between low {self.low:g} and high {self.high:g}")
        return self


class Condition(Strict):
    """One condition of a proposition; it holds where the margin is positive."""

    id: str = Field(pattern=faults.FIELD)
    says: str
    fails: str = Field(
        default="", description="how its failure reads after 'fails first:'; `not: ` and what it says if left out"
    )
    note: str = Field(
        default="",
        description="what of the document behind the case it stands for, in our words; nothing for one of your own",
    )
    margin: str
    over_time: str
    limit: Limit

    @property
    def failure(self) -> str:
        """What has happened where it does not hold, in a few words."""
        return self.fails or f"not: {self.says}"


class Item(Strict):
    """A driver, an arrestor or an item to watch, bound to parameters, levers or facts, or said not to be modelled."""

    id: str
    statement: str
    binds: tuple[str, ...] = ()
    observable: str = ""
    raises: tuple[str, ...] = Field(
        default=(), description="of what a driver or arrestor binds: what is higher where there is more of it"
    )
    lowers: tuple[str, ...] = Field(default=(), description="what is lower where there is more of it")
    untold: str = Field(default="", description="of what it binds: which way it goes the text does not tell, and why")
    modelled: bool = True
    why: str = ""
    disagrees: str = Field(
        default="", description="what the model has of it against the document behind the case, and why, in a sentence"
    )

    @model_validator(mode="after")
    def _bound_or_not(self) -> "Item":
        if self.modelled and not self.binds:
            raise ValueError(
                "binds nothing: name parameters, lever:NAME or facts:NAME, or say modelled = false and why"
            )
        if not self.modelled and not self.why:
            raise ValueError("is not modelled: say why")
        if lost := [name for name in (*self.raises, *self.lowers) if name not in self.binds]:
            raise ValueError(f"raises or lowers {', '.join(lost)}, which it does not bind")
        if twice := [name for name in self.raises if name in self.lowers]:
            raise ValueError(f"both raises and lowers {', '.join(twice)}")
        return self

    @property
    def parameters(self) -> tuple[str, ...]:
        """Uncertainties it is bound to."""
        return tuple(bound for bound in self.binds if ":" not in bound)

    @property
    def directed(self) -> tuple[str, ...]:
        """What it is taken away by: uncertainties whose direction it declares, and levers that it does not lower."""
        declared = {*self.raises, *self.lowers}
        levers = (name for name in self.levers if f"lever:{name}" not in self.lowers)
        return (*(name for name in self.parameters if name in declared), *levers)

    @property
    def levers(self) -> tuple[str, ...]:
        """Levers it is bound to."""
        return tuple(bound.removeprefix("lever:") for bound in self.binds if bound.startswith("lever:"))


class Interpretation(Strict):
    """How another reader takes the same proposition: limits by condition in place of the shipped ones, conditions that it does
    without, and why.
    """

    name: str = Field(min_length=1, max_length=40)
    says: str = Field(description="why somebody reads it so, in a sentence")
    limits: Mapping[str, float] = Field(default_factory=dict)
    without: tuple[str, ...] = ()


class Assumption(Strict):
    """An assumption that a policy rests on."""

    id: str = Field(pattern=faults.ASSUMPTION)
    name: str
    claim: str
    condition: tuple[Condition, ...] = Field(min_length=1)
    driver: tuple[Item, ...] = ()
    arrestor: tuple[Item, ...] = ()
    watch: tuple[Item, ...] = ()
    interpretation: tuple[Interpretation, ...] = ()
    _file: str = PrivateAttr("")

    @model_validator(mode="after")
    def _interprets_its_own(self) -> "Assumption":
        known, read = {c.id: c.limit for c in self.condition}, [i.name for i in self.interpretation]
        if len(set(read)) < len(read):
            raise ValueError("two interpretations have one name")
        for i in self.interpretation:
            for name in (*i.limits, *i.without):
                if name not in known:
                    raise ValueError(f"interpretation {i.name}: no condition {name}; allowed: {', '.join(known)}")
            for name, value in i.limits.items():
                if not known[name].low <= value <= known[name].high:
                    ends = f"{known[name].low:g} to {known[name].high:g}"
                    raise ValueError(
                        f"interpretation {i.name}: {name} is {value:g}; allowed: {ends}, as its limit says"
                    )
            if set(i.without) >= set(known):
                raise ValueError(f"interpretation {i.name}: no condition is left")
        return self

    @property
    def file(self) -> str:
        """Name of the file that it was read from; made from its id where it was read from none."""
        return self._file or f"{self.id.lower()}.toml"

    @property
    def items(self) -> tuple[tuple[Literal["driver", "arrestor", "watch"], Item], ...]:
        """Every item with its kind."""
        kinds: tuple[Literal["driver", "arrestor", "watch"], ...] = ("driver", "arrestor", "watch")
        return tuple((kind, item) for kind in kinds for item in getattr(self, kind))


# Comes after every letter.
LAST = "~"
# Lists of an assumption, and what an entry must say to be checked against the model.
PARTS: dict[str, type[Condition] | type[Item]] = {
    "condition": Condition,
    "driver": Item,
    "arrestor": Item,
    "watch": Item,
}
CHECKED: dict[type[Strict], set[str]] = {Condition: {"id", "margin", "over_time"}, Item: {"id", "binds"}}


@cache
def shipped_assumptions(case: Case) -> tuple[Assumption, ...]:
    """The assumptions of a case, the first by number first."""
    found = each(read, sorted((case / "assumptions").glob("*.toml")))
    return tuple(sorted(found, key=lambda a: id_order(a.id)))


def study_assumptions(case: Case, folder: Path | None) -> tuple[Assumption, ...]:
    """Assumptions of a study: its own files over the shipped ones of the same id, then any new ones."""
    own = [read(path) for path in sorted(folder.glob("*.toml"))] if folder and folder.is_dir() else []
    by_id = {a.id: a for a in shipped_assumptions(case)} | {a.id: a for a in own}
    return tuple(by_id[key] for key in sorted(by_id, key=id_order))


def id_order(assumption: str) -> tuple[str, int, str]:
    """Key that puts ids of assumptions in the order of their letters and numbers, X2 before X10; what is no such id comes last."""
    letter, number = assumption[:1], assumption[1:]
    is_id = re.fullmatch(faults.ASSUMPTION, assumption) is not None
    return (letter, int(number), "") if is_id else (LAST, 0, assumption)


def read(path: Path | Traversable) -> Assumption:
    """One assumption file. Raises `BadInput`, or all of them at once, naming the file, the key and what is allowed."""
    found = read_typed(path, Assumption)
    found._file = path.name
    return found


def spoken(document: Toml, file: str) -> Assumption:
    """What of a document, even a faulty one, speaks of the model: its margins, and what its items are bound to."""
    parts: dict[str, Any] = {key: _readable(document.get(key), kind) for key, kind in PARTS.items()}
    found = Assumption.model_construct(id="A0", name="", claim="", **parts)
    found._file = file
    return found


def _readable(tables: object, kind: type[Condition] | type[Item]) -> tuple[Any, ...]:
    """What can be read of these tables, of each that says enough to be checked against the model."""
    found = []
    for table in tables if isinstance(tables, list) else ():
        try:
            found.append(kind.model_validate(table))
        except ValidationError as wrong:
            faulty = {error["loc"][0] for error in wrong.errors() if error["loc"]}
            sound = {k: v for k, v in table.items() if k not in faulty} if isinstance(table, dict) else {}
            if CHECKED[kind] <= {*sound}:
                found.append(kind.model_construct(**sound))
    return tuple(found)


def check_binds(
    assumption: Assumption,
    file: str,
    parameters: Sequence[str],
    levers: Sequence[str] | None,
    tables: Sequence[str],
) -> list[BadInput]:
    """Faults of bindings: every parameter, lever and table of facts that an item names must exist; without `levers`, as where the law
    cannot be read, no lever is looked up.
    """
    known = {"": parameters, "lever": levers, "facts": tables}
    allowed = {
        "": "a name in params.csv of the case, lever:NAME or facts:NAME",
        "lever": f"lever: and one of {', '.join(levers or ())}",
        "facts": f"facts: and a table of the case{': ' if tables else ', which has none'}{', '.join(tables)}",
    }
    errors = []
    for kind, item in assumption.items:
        for bound in item.binds:
            of, _, name = bound.rpartition(":")
            held = known.get(of, ())
            if held is None or name in held:
                continue
            what = f"no such {'table' if of == 'facts' else 'parameter or lever'}: {bound}"
            hint, key = nearest(name, held), f"{kind}.{item.id}.binds"
            errors.append(BadInput(file, key, what, got=bound, allowed=allowed.get(of, allowed[""]), hint=hint))
    return errors
