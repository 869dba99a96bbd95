"""No module imports one that imports it, not even inside a room or for types alone: the file list can be read one way."""

import ast
import re
import symtable
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import premortem

HOME = Path(premortem.__file__).parent


def modules(home: Path) -> dict[str, Path]:
    """Every module of a package by its full name; a package is the module of its `__init__`."""
    named = {path: path.relative_to(home.parent).with_suffix("").parts for path in sorted(home.rglob("*.py"))}
    return {".".join(parts).removesuffix(".__init__"): path for path, parts in named.items()}


def imported(name: str, known: Mapping[str, Path]) -> set[str]:
    """The modules among those known that one imports anywhere: at its head, inside a function, or for types alone."""
    package = name if known[name].name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(known[name].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            of = ".".join([*above, *([node.module] if node.module else [])])
            found |= {full if (full := f"{of}.{alias.name}") in known else of for alias in node.names}
    return found & {*known} - {name}


def importing(home: Path) -> dict[str, set[str]]:
    """What each module of a package imports of it."""
    known = modules(home)
    return {name: imported(name, known) for name in known}


@pytest.fixture(scope="module")
def house() -> dict[str, set[str]]:
    """What each module of ours imports of ours."""
    return importing(HOME)


def cycle(imports: Mapping[str, set[str]]) -> list[str]:
    """Modules of which each imports the next and the last the first; empty where there are none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_no_module_imports_one_that_imports_it(house):
    assert len(house) > 300
    assert cycle(house) == []


@pytest.mark.parametrize(
    "line",
    [
        "from house.b import b",
        "import house.b",
        "from . import b",
        "def f():\n    from house.b import b",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.b import b",
    ],
)
def test_a_cycle_is_found_wherever_the_import_stands(tmp_path, line):
    home = tmp_path / "house"
    home.mkdir()
    (home / "__init__.py").write_text("")
    (home / "a.py").write_text(line)
    assert cycle(importing(home)) == []
    (home / "b.py").write_text("from house import a")
    assert {*cycle(importing(home))} == {"house.a", "house.b"}


# Rooms of which the docstring is a table of contents; the others list what they export.
LISTED = (
    "charts",
    "ensemble",
    "exhibits",
    "files",
    "law",
    "law/clauses",
    "law/fields",
    "law/ledger",
    "law/parties",
    "propositions",
    "text",
    "watch",
)


def contents(room: str) -> str:
    """The docstring of a room."""
    return ast.get_docstring(ast.parse((HOME / room / "__init__.py").read_text("utf-8"))) or ""


@pytest.mark.parametrize("room", LISTED)
def test_the_contents_of_a_room_name_each_of_its_modules_once(room):
    told = re.findall(r"`([a-z_]+)`", contents(room))
    held = [p.stem for p in (HOME / room).glob("*.py") if p.stem != "__init__"]
    assert {*held} <= {*told}
    assert all(told.count(name) == 1 for name in held)


@pytest.mark.parametrize("room", LISTED)
def test_what_a_room_lists_as_inside_is_imported_by_no_other(room, house):
    name = f"premortem.{room.replace('/', '.')}"
    inside = {f"{name}.{module}" for module in re.findall(r"`([a-z_]+)`", contents(room).partition("Inside:")[2])}
    assert inside <= {*house}
    others = [other for other in house if not other.startswith(f"premortem.{room.split('/')[0]}")]
    assert not {other: held for other in others if (held := house[other] & inside)}


COMPREHENSIONS = ("listcomp", "dictcomp", "setcomp", "genexpr")


def comprehensions(of: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Those in a function or module, and in each other."""
    for within in of.get_children():
        if within.get_name() in COMPREHENSIONS:
            yield within
            yield from comprehensions(within)


def taken_twice(of: symtable.SymbolTable) -> Iterator[str]:
    """Names that comprehensions of a function give to what they go through, and that it reads from its module as well."""
    if of.get_name() not in COMPREHENSIONS:
        inner = [*comprehensions(of)]
        own = {s.get_name() for c in inner for s in c.get_symbols() if s.is_local()}
        yield from own & {s.get_name() for c in (of, *inner) for s in c.get_symbols() if s.is_global()}
    for within in of.get_children():
        yield from taken_twice(within)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="comprehensions are no functions of their own there")
def test_no_comprehension_takes_a_name_that_its_function_reads_from_the_module():
    """Python 3.12.1 mixes the two up in comprehensions within each other: a decision could not be recorded there."""
    tables = {name: symtable.symtable(path.read_text("utf-8"), name, "exec") for name, path in modules(HOME).items()}
    assert {name: found for name, table in tables.items() if (found := {*taken_twice(table)})} == {}
    bad = "def f(hits):\n    made = [{key: 1 for key in hit} for hit in hits]\n    return {key(hit) for hit in hits}"
    assert [*taken_twice(symtable.symtable(bad, "bad", "exec"))] == ["key"]
