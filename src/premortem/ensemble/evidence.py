"""Evidence: every prior beside what its quantity says, worked out from the quantity's own numbers.

`evidence.csv` has a row for each prior: the quantities of the packaged table that it rests on (`q84.low` in an
expression), how they are converted, and why the prior departs where it does so on purpose. Verdicts are worked out here,
never written down.
"""

import ast
import csv
import math
import operator
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.ensemble.priors import Prior, Priors, read
from premortem.errors import BadInput, MissingData, nearest, raise_all
from premortem.text.numbers import ranges
from premortem.text.result import Document

EVIDENCE = "evidence.csv"
COLUMNS = ("name", "quantity", "conversion", "low", "central", "high", "cites", "why")
ENDS = ("low", "central", "high")
# What a number of a source becomes in the prior's unit.
CONVERSIONS: dict[str, Callable[[float], float]] = {
    "none": float,  # the unit is the same
    "log": math.log,  # a factor a year as a log growth a year
    "log1p": math.log1p,  # a growth a year of 0.4 as a log growth a year
    "share": lambda percent: percent / 100,
    "months": lambda months: months / 12,  # a lag in months as years
}
NO_NUMBER: Literal["no number"] = "no number"  # judgement: nobody published it as a number
# Parts of the source's range by which a centre, and an end, may lie away from it and still agree.
CENTRE_OFF, END_OFF = 0.2, 1 / 3
Verdict = Literal["agrees", "leans", "departs", "no number", "contradicts"]
Three = tuple[float | None, float | None, float | None]
_QUANTITY = re.compile(r"q(\d+)")
_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS = {"ln": math.log, "exp": math.exp, "sqrt": math.sqrt}


@dataclass(frozen=True)
class Compared:
    """A prior against its quantity: both as low, central, high in the prior's unit; None where the source has none."""

    name: str
    quantity: str
    conversion: str
    implied: Three
    shipped: Three
    verdict: Verdict
    why: str
    cites: str

    def as_dict(self) -> Document:
        """The keys of `premortem evidence --json`."""
        return asdict(self) | {"implied": list(self.implied), "shipped": list(self.shipped)}


def evidence(case: Case, priors: Priors | None = None, path: Path | None = None) -> tuple[Compared, ...]:
    """Every prior of a case, or others, beside its evidence (by default `evidence.csv` of the case), in the order of the priors.

    Raises `BadInput`, or all of them at once: a prior without a row, a row without a prior, an unknown quantity or
    conversion, an expression that cannot be worked out.
    """
    priors, path = priors or read(case / "params.csv"), path or case / EVIDENCE
    if not path.is_file():
        raise MissingData(f"{case.name} holds no {EVIDENCE}: what each prior rests on stands in its row of params.csv")
    quantities = facts.read("quantities", case)
    rows, numbers, errors = _rows(path), _numbers(quantities), []
    known = {f"q{number}" for number in quantities["number"]}
    by_name = {row["name"]: row for row in rows}
    missing = [name for name in priors.names if name not in by_name]
    strange = [name for name in by_name if name not in priors.names]
    errors += [BadInput(path.name, name, "a prior without a row of evidence") for name in missing]
    errors += [BadInput(path.name, n, "no such prior", got=n, hint=nearest(n, priors.names)) for n in strange]
    found = []
    for prior in priors.rows:
        if prior.name not in by_name:
            continue
        row = by_name[prior.name]
        try:
            implied = _implied(row, numbers, known, path.name)
        except BadInput as error:
            errors.append(error)
            continue
        shipped = (prior.low, prior.central, prior.high)
        told = verdict(implied, prior, row["why"])
        found.append(
            Compared(prior.name, row["quantity"], row["conversion"], implied, shipped, told, row["why"], row["cites"])
        )
    raise_all(errors)
    return tuple(found)


def verdict(implied: Three, prior: Prior, why: str = "") -> Verdict:
    """How a prior stands to what its source implies.

    *contradicts*: its centre, or its whole range, lies outside the source's range. *leans*: its centre is off by a fifth of
    that range or more, or an end by a third. Either is *departs* where a reason is given. Compared in logs where the
    prior is lognormal.
    """
    if implied == (None, None, None):
        return NO_NUMBER
    scale = math.log if prior.distribution in ("lognormal", "loguniform") else float
    low, centre, high = (None if x is None else scale(x) for x in implied)
    ours_low, ours_high = scale(prior.low), scale(prior.high)
    ours = None if prior.central is None else scale(prior.central)
    width = high - low if low is not None and high is not None and high > low else ours_high - ours_low
    slack = 1e-9 * (1 + abs(width))
    if (
        (high is not None and ours_low > high + slack)
        or (low is not None and ours_high < low - slack)
        or (ours is not None and low is not None and ours < low - slack)
        or (ours is not None and high is not None and ours > high + slack)
    ):
        return "departs" if why else "contradicts"
    off = [(centre, ours, CENTRE_OFF), (low, ours_low, END_OFF), (high, ours_high, END_OFF)]
    agrees = all(x is None or y is None or abs(x - y) <= part * width + slack for x, y, part in off)
    return "agrees" if agrees else "departs" if why else "leans"


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        table = csv.DictReader(path.read_text("utf-8").splitlines(), strict=True)
        rows = [{k: (v or "").strip() for k, v in row.items() if isinstance(k, str)} for row in table]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(path.name, "", f"cannot be read: {error}", allowed="a UTF-8 CSV table") from error
    absent = [c for c in COLUMNS if c not in (table.fieldnames or ())]
    raise_all([BadInput(path.name, c, "column is missing", allowed=", ".join(COLUMNS)) for c in absent])
    names = [row["name"] for row in rows]
    raise_all([BadInput(path.name, n, "stands twice", got=n) for n in sorted(set(names)) if names.count(n) > 1])
    return rows


def _numbers(quantities: pl.DataFrame) -> dict[str, float]:
    """Numbers of the packaged quantities by name: `q84.low`."""
    return {
        f"q{row['number']}.{end}": row[end] for row in quantities.to_dicts() for end in ENDS if row[end] is not None
    }


def _implied(row: Mapping[str, str], numbers: Mapping[str, float], known: AbstractSet[str], file: str) -> Three:
    name, conversion = row["name"], row["conversion"]
    asked = [f"q{q.strip()}" for q in row["quantity"].split(";") if q.strip()]
    used = {f"q{n}" for end in ENDS for n in _QUANTITY.findall(row[end])}
    for quantity in sorted({*asked, *used}):
        if quantity not in known:
            there = ranges(int(q.removeprefix("q")) for q in known)
            raise BadInput(file, name, f"no such quantity: {quantity[1:]}", got=quantity, allowed=there)
    if unsaid := sorted(used - {*asked}):
        raise BadInput(file, name, f"uses {', '.join(unsaid)} and does not name it under quantity")
    if conversion == NO_NUMBER:
        return (None, None, None)
    if conversion not in CONVERSIONS:
        allowed = ", ".join([*CONVERSIONS, NO_NUMBER])
        hint = nearest(conversion, [*CONVERSIONS, NO_NUMBER])
        raise BadInput(file, name, f"no such conversion: {conversion}", got=conversion, allowed=allowed, hint=hint)
    texts = {end: row[end] for end in ENDS}
    if not any(texts.values()):
        if len(asked) != 1:
            raise BadInput(file, name, "names no number", allowed=f"one quantity, an expression, or '{NO_NUMBER}'")
        texts = {end: f"{asked[0]}.{end}" if f"{asked[0]}.{end}" in numbers else "" for end in ENDS}
        if not any(texts.values()):
            raise BadInput(file, name, f"quantity {asked[0][1:]} has no number of its own", allowed="an expression")
    low, central, high = (_convert(text, conversion, numbers, file, name) if text else None for text in texts.values())
    return low, central, high


def _convert(text: str, conversion: str, numbers: Mapping[str, float], file: str, name: str) -> float:
    try:
        return CONVERSIONS[conversion](_value(ast.parse(text, mode="eval").body, numbers))
    except (SyntaxError, ValueError, ArithmeticError, KeyError, TypeError) as error:
        allowed = "numbers, q84.low, + - * / **, ln(), exp(), sqrt()"
        raise BadInput(file, name, f"cannot be worked out: {text} ({error})", got=text, allowed=allowed) from error


def _value(node: ast.expr, numbers: Mapping[str, float]) -> float:
    """The value of an arithmetic expression; nothing but arithmetic is understood."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return numbers[f"{node.value.id}.{node.attr}"]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, numbers)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, numbers), _value(node.right, numbers))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1:
        return _FUNCTIONS[node.func.id](_value(node.args[0], numbers))
    raise ValueError("not arithmetic")
