"""Rooms of the engine say no word of a case: what they show of one is data of it, or follows from its data."""

import ast
import re
from doctest import DocTestParser
from pathlib import Path

import pytest

import premortem
from premortem import case
from premortem.text.numbers import day_in_words, month_in_words

HOME = Path(premortem.__file__).parent
# `cases` may hold them, `bench` takes them from its case (below), and `law` has stricter words of its own:
# `law/test_no_words_of_a_case.py`.
APART = ("bench", "cases", "law")
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


def texts(tree: ast.AST) -> list[ast.Constant]:
    """Texts of a module that a program uses: all but docstrings."""
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documented = [n.body[0].value for n in ast.walk(tree) if isinstance(n, homes) and isinstance(n.body[0], ast.Expr)]
    return [
        n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in documented
    ]


def said(source: str, words: re.Pattern[str]) -> list[tuple[int, str]]:
    held = (n for n in texts(ast.parse(source)) if n.value not in KEYS)
    return [(n.lineno, n.value) for n in held if words.search(n.value)]


@pytest.mark.parametrize("name", case.names())
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_no_word_of_a_case(room, name):
    words = words_of(name)
    found = [
        f"{path.relative_to(HOME)}:{line}: {text[:80]}"
        for path in sorted((HOME / room).rglob("*.py"))
        for line, text in said(path.read_text("utf-8"), words)
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
    words, homes = words_of(name), (ast.Module, ast.ClassDef, ast.FunctionDef)
    found = [
        f"{path.relative_to(HOME)}: {match.group()}"
        for path in sorted((HOME / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, homes)
        for part in DocTestParser().parse(ast.get_docstring(node) or "")
        if isinstance(part, str) and (match := words.search(part))
    ]
    assert not found, "\n".join(found)


def test_a_word_of_the_case_in_a_text_is_found_and_an_example_in_a_docstring_is_not():
    words = words_of(case.DEFAULT)
    assert said('x = "under as-written"\n', words) == [(1, "under as-written")]
    assert said('def f():\n    """`A1` as of February 2025."""\n    return f"{1} of China"\n', words) == [
        (3, " of China")
    ]
