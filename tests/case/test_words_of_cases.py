"""Rooms of the engine say no word of a case: what they show of one is data of it, or follows from its data."""

import ast
import re
from doctest import DocTestParser
from functools import cache
from pathlib import Path

import pytest

import premortem
from premortem import case
from premortem.text.numbers import day_in_words, month_in_words

HOME = Path(premortem.__file__).parent
# `cases` may hold them, and `law` has stricter words of its own:
# `law/test_no_words_of_a_case.py`.
APART = ("cases", "law")
ROOMS = sorted(room.name for room in HOME.iterdir() if (room / "__init__.py").is_file() and room.name not in APART)
# Keys of what `regime diff --json` and the map's data print, which users rely on.
KEY, KEYS = "r.chip", {"quarters"}
# What the app and the brief are laid out with.
LAID_OUT = sorted(
    p
    for end in ("html", "js", "typ", "md")
    for p in HOME.rglob(f"*.{end}")
    if p.name != "vega.js" and "cases" not in p.parts
)
# What the cases speak of, beside what their files hold.
SUBJECTS = "|".join(
    [
        r"\bTPP\b|\bVEU\b|\bECCN\b|\bBIS\b|retaliat|China|Chinese|Tier|H100|H20|HBM|NVIDIA|Huawei|Rhodium Group",
        r"\bUS\b|\bEU\b|\bthe note\b|\bchips?\b|foundr|diffusion|export control|\b(?:a|no|without) licence\b",
        # steps of a clock are quarters in one case alone; a column of that name is a key
        r"\bin (?:a|each|the last) quarter\b|(?<!, )(?<!`)\bquarters\b",
    ]
)


def words_of(name: str) -> re.Pattern[str]:
    """Policies (those with a name of two words or more: others are English), clauses, assumptions and day of a case."""
    found = case.load(name)
    settings = found.settings
    policies = [re.escape(policy) for policy in settings.policies if "-" in policy]
    clauses = [rf"\b{re.escape(path.stem)}\.(?!toml|py)[a-z]" for path in (found / "clauses").glob("*.toml")]
    ids = [rf"\b{path.stem.upper()}\b" for path in (found / "assumptions").glob("*.toml")]
    days = [str(settings.day), day_in_words(settings.day), month_in_words(settings.day)]
    return re.compile("|".join([SUBJECTS, *policies, *clauses, *ids, *days]))


HOMES = (ast.Module, ast.ClassDef, ast.FunctionDef)


def texts(nodes: list[ast.AST]) -> list[tuple[int, str]]:
    """Texts of a module that a program uses, each with its line: all but docstrings."""
    documented = {id(n.body[0].value) for n in nodes if isinstance(n, HOMES) and isinstance(n.body[0], ast.Expr)}
    held = (n for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in documented)
    return [(n.lineno, n.value) for n in held]


def documents(nodes: list[ast.AST]) -> list[str]:
    """What docstrings of a module say beside their examples."""
    told = (ast.get_docstring(node) or "" for node in nodes if isinstance(node, HOMES))
    return [part for text in told for part in DocTestParser().parse(text) if isinstance(part, str)]


@cache
def read(room: str) -> dict[str, tuple[list[tuple[int, str]], list[str]]]:
    """Texts and docstrings of each module of a room, read once for the words of every case."""
    every = {path: [*ast.walk(ast.parse(path.read_text("utf-8")))] for path in sorted((HOME / room).rglob("*.py"))}
    return {str(path.relative_to(HOME)): (texts(nodes), documents(nodes)) for path, nodes in every.items()}


def said(held: list[tuple[int, str]], words: re.Pattern[str]) -> list[tuple[int, str]]:
    return [(line, text) for line, text in held if text not in KEYS and words.search(text)]


@pytest.mark.parametrize("name", case.names())
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_no_word_of_a_case(room, name):
    words = words_of(name)
    found = [
        f"{path}:{line}: {text[:80]}" for path, (held, _) in read(room).items() for line, text in said(held, words)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", case.names())
def test_what_pages_are_laid_out_with_says_no_word_of_a_case(name):
    words = words_of(name)
    lines = (
        (path, i, line.replace(KEY, ""))
        for path in LAID_OUT
        for i, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    )
    found = [f"{path.relative_to(HOME)}:{i}: {m.group()}" for path, i, line in lines if (m := words.search(line))]
    assert LAID_OUT
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", case.names())
@pytest.mark.parametrize("room", ROOMS)
def test_no_docstring_says_a_word_of_a_case(room, name):
    """Those of `cli` are the help of commands, whose examples of a case come from its `text.toml`. Examples that are run may."""
    words = words_of(name)
    found = [
        f"{path}: {match.group()}"
        for path, (_, told) in read(room).items()
        for part in told
        if (match := words.search(part))
    ]
    assert not found, "\n".join(found)


def test_a_word_of_the_case_in_a_text_is_found_and_an_example_in_a_docstring_is_not():
    words = words_of(case.DEFAULT)

    def found(source):
        return said(texts([*ast.walk(ast.parse(source))]), words)

    assert found('x = "under as-written"\n') == [(1, "under as-written")]
    assert found('def f():\n    """`A1` as of February 2025."""\n    return f"{1} of China"\n') == [(3, " of China")]
