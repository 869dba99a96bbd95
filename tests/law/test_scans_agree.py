"""Scans of many texts, which look closely at few of them, find what a close look at each finds."""

import ast
from functools import cache
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from premortem.case import default
from premortem.law.fields.transfers import transfers
from premortem.law.parties import listed_in_texts, name_matches
from premortem.law.parties.listed_in_texts import listed_within
from premortem.law.parties.lists import index
from premortem.law.parties.name_matches import look_up
from premortem.law.parties.telltale import Sign, _as_read, _compiled, _signs, _told, _words, saying

CASE = default()
HERE = Path(__file__).parent


@cache
def said() -> list[str]:
    """All texts of this folder's tests, and the ordinary names."""
    trees = (ast.parse(path.read_text("utf-8")) for path in HERE.glob("test_*.py"))
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return sorted(
        {text for text in texts if text and 3 < len(text) < 100}
        | {*(HERE / "ordinary_names.txt").read_text("utf-8").split(" | ")}
    )


def told_closely(text: str, party: bool) -> tuple[Sign, ...]:
    words, read = _words(CASE, party), _as_read(text)
    return _signs(_compiled(words.pattern).findall(read), _compiled(words.bodies).findall(read), words)


def listed_closely(text: str) -> str:
    return listed_in_texts._listed_in(text, listed_in_texts._within(CASE))


def check(texts: list[str]) -> None:
    many = [*dict.fromkeys([*texts, *said()[:70]])]  # enough to be read as a column
    found = listed_within(pl.Series(many, dtype=pl.String), CASE)
    for text in texts:
        assert found.get(text, ("",)) == (listed_closely(text),), text
    for party in (False, True):
        signs = _told(many, _words(CASE, party))
        for text in texts[:: 5 if party else 1]:  # of a name the same patterns are fewer
            assert signs.get(text, ()) == told_closely(text, party), text


def test_of_all_texts_of_the_tests_a_column_tells_what_each_does():
    check(said())


def test_texts_that_say_words_of_a_caution_are_found_one_by_one_as_in_a_column():
    cautions = [caution.named for caution in transfers(CASE).cautions.known if caution.named]
    texts = [*said(), *(word.rstrip("*") for words in cautions for word in words)]
    for words in cautions:
        found = saying(texts, words)
        assert found
        assert found == {text for text in texts if saying([text], words)}


LISTED = [name for row in index(CASE).rows for name in row.names][::7]
WORDS = ["for", "to", "Orbital", "Iran", "Hua", "wei", "Tencent", "re-export", "Tehran", "深圳", "중국", "москва", "IRGC", "Pla", "Hu@wei",
         "h u a w e i", "Ｓｍｉｃ", "under the limit"]  # fmt: skip
MARKS = [" ", ", ", "-", "_", "'s ", ". ", "/", ""]


@st.composite
def texts(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.sampled_from([*WORDS, *LISTED]) | st.text(max_size=6), min_size=1, max_size=4))
    text = "".join(part + draw(st.sampled_from(MARKS)) for part in parts)
    return draw(st.sampled_from([text, text.upper(), text.lower(), text.title()]))


@settings(max_examples=40, deadline=None)
@given(st.lists(texts(), min_size=1, max_size=12))
def test_of_made_texts_a_column_tells_what_each_does(made):
    check([text for text in made if text.strip()])


@settings(max_examples=15, deadline=None)
@given(st.lists(texts(), min_size=2, max_size=8, unique=True))
def test_names_looked_up_together_are_near_what_each_alone_is(made):
    together = look_up(made, CASE)
    for name in made:
        name_matches._known(CASE).pop(name, None)
        assert look_up([name], CASE)[name] == together[name]
