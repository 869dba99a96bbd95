"""How a problem's names and propositions read in sentences: a name stands in quotes, a margin is told as what must be above what, in its unit."""

import ast
import re
from collections.abc import Mapping, Sequence

from premortem.problem.definition import ONLY, Definition
from premortem.problem.margins import OVER_TIME, Proposition, readable
from premortem.questions.tables.sentences import Words
from premortem.text.phrases import plainly

# How a comparison reads, and its opposite sides turned.
COMPARED: Mapping[type[ast.cmpop], str] = {
    ast.Gt: "is above", ast.GtE: "is at least", ast.Lt: "is below", ast.LtE: "is at most", ast.Eq: "is", ast.NotEq: "is not",
}  # fmt: skip

# What is said of a proposition that is a function and says nothing of itself.
BY_FUNCTION = "a function of its author's gives more than 0"
# A time of a series, as texts are parsed.
_AT = re.compile(r"_at\((\w+), '([^']*)'\)")


def called(name: object) -> str:
    """A name of the user's as a name: `“clean”`, `“worth it”`."""
    return f"“{plainly(name)}”"


def under(policies: Sequence[str], policy: str) -> str:
    """`, under “bold”`; nothing where the problem has no levers and so no policy with a name."""
    return "" if [*policies] == [ONLY] else f", under {called(policy)}"


def units(definition: Definition) -> dict[str, str]:
    """Units by name of what has one."""
    every = (*definition.given, *definition.uncertainties, *definition.levers)
    return {one.name: one.unit for one in every if one.unit and one.unit != "-"}


def of_boxes(definition: Definition) -> Words:
    """Words of a problem's boxes: futures break, its names stand in quotes, its units with the limits."""
    return Words("futures", "break", "breaks", called, units(definition))


def condition(proposition: Proposition, definition: Definition) -> str:
    """What a proposition asks for: what its author says, else its text read out: `“low” is above 50 m` for `low - 50`."""
    if proposition.says != proposition.name:
        return proposition.says
    try:
        node = ast.parse(readable(proposition.text), mode="eval").body
    except SyntaxError:
        return BY_FUNCTION
    if isinstance(node, ast.Name) and node.id not in definition.reader.names:
        return BY_FUNCTION  # its name
    return _said(node, units(definition))


def _said(node: ast.expr, of: Mapping[str, str]) -> str:
    match node:
        case ast.BoolOp(op=op, values=parts):
            word = " and " if isinstance(op, ast.And) else " or "
            return word.join(_said(part, of) for part in parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARED:
            return f"{_side(left)} {COMPARED[type(op)]} {_side(right)}{_unit(left, right, of)}"
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return f"{_side(left)} is above {_side(right)}{_unit(left, right, of)}"
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return _side(node)
    return f"{_side(node)} is above 0{_unit(node, ast.Constant(0), of)}"


def _side(node: ast.expr) -> str:
    """One side: a name in quotes, a series at a time or over all times in words, anything else as it was written."""
    match node:
        case ast.Name(id=name):
            return called(name)
        case ast.Constant(value=str() as text):
            return text
        case ast.Call(func=ast.Name(id="_at"), args=[ast.Name(id=name), ast.Constant(value=str() as when)]):
            return f"{called(name)} at {when}"
        case ast.Call(func=ast.Name(id=over), args=[ast.Name(id=name)]) if over in OVER_TIME:
            return f"the {over} {called(name)}"
    return _AT.sub(r"\1@\2", ast.unparse(node))


def _unit(left: ast.expr, right: ast.expr, of: Mapping[str, str]) -> str:
    """The unit of what stands on the left alone, where the right is a number."""
    name = next((one.id for one in ast.walk(left) if isinstance(one, ast.Name) and one.id in of), "")
    by = left.func.id if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) else ""
    alone = isinstance(left, ast.Name) or by == "_at" or by in OVER_TIME
    plain = alone and isinstance(right, ast.Constant | ast.UnaryOp)
    return f" {of[name]}" if plain and name and not isinstance(getattr(right, "value", 0), str) else ""
