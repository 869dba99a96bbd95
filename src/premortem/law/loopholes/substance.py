"""What a case says of loopholes, in `loopholes.toml`: what two transactions must share to be alike in substance. Whatever else a
transaction tells is form, and the search changes it.
"""

from collections.abc import Mapping
from functools import cache

from pydantic import Field as Key

from premortem.case import Case
from premortem.files.typed import Strict, read_typed

FILE = "loopholes.toml"
# In `set`: each value worth trying of a field.
ANY = "*"


class Change(Strict):
    """A change of several fields together that leaves the substance as it is."""

    says: str = Key(description="what is done")
    where: str = Key(default="", description="a condition on what the first transaction gives; none: any")
    set: Mapping[str, str | tuple[str, ...]] = Key(
        description="by field: `*` for each value worth trying, the same in all fields; an expression over what the first "
        "transaction gives; several, of which the first that is given counts; nothing, to leave the field out"
    )
    values: Mapping[str, tuple[str, ...]] = Key(default_factory=dict, description="by field, what `*` stands for")


class Size(Strict):
    """What slips through, where no catalogue of items measures it: a field, and how much of it counts as one."""

    field: str = ""
    per: float = 1.0


class Substance(Strict):
    """What is alike, and how far form is changed."""

    kept: tuple[str, ...] = Key(description="fields that are never changed: what it is for, and who uses it")
    work: tuple[str, ...] = Key(
        default=(),
        description="fields of items: units of another item that reach the same by one of them do the same work",
    )
    units: float = Key(default=1.0, description="units of the transactions that are tried")
    near: float = Key(default=0.1, description="share by which a number may differ, to come to lie beyond a line")
    days: int = Key(default=31, description="days by which it may come sooner or later")
    tried: Mapping[str, tuple[float, ...]] = Key(
        default_factory=dict, description="numbers worth trying of fields of which no clause tells any"
    )
    size: Size = Size()
    change: Mapping[str, Change] = Key(default_factory=dict, description="changes of several fields, by name")
    called: Mapping[str, str] = Key(
        default_factory=dict,
        description="names of kinds, by `CHANGE > CLAUSE THAT FREES`, `CHANGE @ FILE OF CLAUSES`, `CHANGE @ KIND OF ITEM` or `CHANGE`",
    )


@cache
def substance(case: Case) -> Substance | None:
    """What a case says of loopholes; None where it has no such file. Raises `BadInput`, every fault at once."""
    path = case / FILE
    return read_typed(path, Substance) if path.is_file() else None
