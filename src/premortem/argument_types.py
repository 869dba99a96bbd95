"""What is given to a public function, held against the types that the function names: one clear line for each that is something else."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, wraps
from numbers import Integral, Real
from types import FunctionType, NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from premortem.errors import BadInput, raise_all

Given = ParamSpec("Given")
Returned = TypeVar("Returned")
Kind = TypeVar("Kind")
# Types of what holds others in an order.
LISTS = ("Sequence", "Iterable", "Collection")
# Types in words; what came in words, where its own name tells less; wider types by which numbers of other libraries count too.
WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "True or False",
    "NoneType": "None",
    "date": "a datetime.date",
    "Path": "a pathlib.Path",
    "Callable": "a function",
    "Mapping": "a dict",
    **dict.fromkeys(LISTS, "a list"),
    "ndarray": "a NumPy array",
    "DataFrame": "a frame",
    "Uncertainty": "an uncertainty such as pm.Uniform",
}
CALLED = {
    "NoneType": "None",
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "dict": "a dict",
    "PosixPath": "a path",
}
WIDER: dict[type, type] = {int: Integral, float: Real}
# Arguments that stand for any number of them: Python hands them on together.
REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
# How one comes by what is wanted.
MADE = {
    "Run": "premortem.open(FOLDER) and Study(...).run() each give one",
    "Study": "premortem.Study() and premortem.Study(FOLDER) are such, and so is `.study` of a run",
    "Book": "premortem.book(POLICY).book is one",
    "Rulebook": "premortem.book(POLICY) is one",
    "Vocabulary": "premortem.book(POLICY).book.vocabulary is one",
    "Case": "premortem.Study(case=NAME).case is one",
}


def checked(function: Callable[Given, Returned], name: str = "") -> Callable[Given, Returned]:
    """The function, which tells first of every argument that is of another type than it names, and is not called then; under
    the `name` by which it is called, where that is another than its own.

    Raises `BadInput`, all at once.
    """
    signature = inspect.signature(function)
    name = name or function.__qualname__.removesuffix(".__init__").rpartition(".")[2]

    @wraps(function)
    def called(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError as wrong:  # what is missing, or is no argument
            raise TypeError(f"{name}: {wrong}") from None
        wanted = _types(function)
        named = {k: v for k, v in given.items() if k in wanted and signature.parameters[k].kind not in REST}
        raise_all([_fault(name, k, v, wanted[k]) for k, v in named.items() if not _is(v, wanted[k])])
        return function(*args, **kwargs)

    return called


def checked_methods(kind: type[Kind]) -> type[Kind]:
    """A class whose public methods are checked so."""
    for name, held in list(vars(kind).items()):
        if isinstance(held, FunctionType) and not name.startswith("_"):
            setattr(kind, name, checked(held))
    return kind


@cache
def _types(function: Callable[..., Any]) -> dict[str, Any]:
    named = {name: kind for name, kind in function.__annotations__.items() if name != "return"}
    try:
        return get_type_hints(SimpleNamespace(__annotations__=named), function.__globals__)
    except NameError:  # of a library that only type checkers load
        return {}


def _is(value: Any, wanted: Any) -> bool:
    """Whether a value is of a type; true of a type that cannot be looked at while the program runs."""
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (Union, UnionType):
        return any(_is(value, one) for one in inner)
    if origin is Literal:  # a word that is none of a few the function tells itself, with the nearest
        return type(value) in map(type, inner)
    kind = origin or wanted
    if kind is Any or not isinstance(kind, type):
        return True
    return _is_of(value, kind) and _holds(value, kind, inner)


def _is_of(value: Any, kind: type) -> bool:
    if isinstance(value, bool) and kind in WIDER:
        return False
    if isinstance(value, Mapping) and kind in (Iterable, Collection):
        return False  # which would be read by its keys
    if isinstance(value, str) and kind is not str and issubclass(kind, Iterable):
        return False  # which would be read letter by letter
    return isinstance(value, WIDER.get(kind, kind))


def _holds(value: Any, kind: type, inner: tuple[Any, ...]) -> bool:
    """Whether the keys of a dict, or what a list holds, are of the types that are named; true of what can be read only once. What a dict
    holds is told by who reads it, with its key.
    """
    if issubclass(kind, Mapping) and inner:
        return all(_is(key, inner[0]) for key in value)
    if len(inner) == 1 and isinstance(value, Collection):
        return all(_is(held, inner[0]) for held in value)
    return True


def _fault(name: str, key: str, value: Any, wanted: Any) -> BadInput:
    kinds = [one for one in _kinds(wanted) if one is not NoneType]
    inside, made = getattr(value, key, None), [MADE[_name(one)] for one in kinds if _name(one) in MADE]
    near = inside is not None and any(_is(inside, one) for one in kinds)
    hint = f"did you mean `.{key}` of it?" if near else "".join(made[:1])
    holders = [kind for one in kinds if isinstance(kind := get_origin(one) or one, type)]
    what = "holds other things" if any(_is_of(value, kind) for kind in holders) else f"is {_called(value)}"
    allowed = " or ".join(dict.fromkeys(map(_in_words, kinds)))
    return BadInput(name, key, what, got=type(value).__name__, allowed=allowed, hint=hint)


def not_a_run(name: str, given: object) -> BadInput:
    """The same of what was given for a run, where its type is not loaded."""
    return BadInput(name, "run", f"is {_called(given)}", got=type(given).__name__, allowed="a Run", hint=MADE["Run"])


def _called(value: Any) -> str:
    name = type(value).__name__
    return CALLED.get(name) or _with_article(name)


def _kinds(wanted: Any) -> tuple[Any, ...]:
    return get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)


def _in_words(kind: Any) -> str:
    """A type in words: `a Run`, `a list, each a text`."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " or ".join(map(repr, inner))
    name = _name(kind)
    if name in LISTS and inner and inner[0] is not Any:
        return f"a list, each {' or '.join(map(_in_words, _kinds(inner[0])))}"
    return WORDS.get(name) or _with_article(name)


def _name(kind: Any) -> str:
    return getattr(get_origin(kind) or kind, "__name__", str(kind))


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOaeio' else 'a'} {name}"
