"""What commands, exhibits and pictures to share say holds no key and no raw number: the words of `app/test_plain_words.py`, elsewhere."""

import re

import pytest

from premortem import exhibits
from premortem.story import cards, tell
from premortem.story.story_basis import ground_of_run
from tests.app.test_plain_words import REFUSED, refused
from tests.test_cli import run  # noqa: F401  # a fixture

# What a command prints that scripts type again: the outcome of a decision, and the code of its place.
TYPED = ("Outcome ", "premortem ")


@pytest.mark.parametrize(
    "words",
    [
        ("regime", "diff", "2025-02-26", "2026-02-01"),
        ("timeline",),
        ("screen", "Huawei Technologies"),
    ],
    ids=lambda words: words[0],
)
def test_a_command_says_no_key(run, words):  # noqa: F811
    told = re.sub(r"\(by\s+[\w.]+", "", run(*words)[1])  # a clause is cited by its id, as `check` cites it
    said = "\n".join(line for line in told.splitlines() if not line.strip().startswith(TYPED))
    assert refused(said) == {}


def test_the_board_of_a_run_says_no_raw_number(run, small_run):  # noqa: F811
    assert refused(run("board", "--run", small_run.folder)[1]) == {}


@pytest.mark.parametrize("name", ["figure-1", "table-1", "table-2", "figure-2", "figure-4", "price", "gap", "board"])
def test_an_exhibit_says_no_key(small_run, name):
    found = exhibits.exhibit(name, small_run)
    assert refused("\n".join([found.title, found.unit, found.check, found.alternative])) == {}


def test_a_picture_to_share_says_no_key(small_run):
    story = tell.opening(ground_of_run(small_run))
    drawn = [cards.front(story), *(cards.card(s) for s in story.sections)]
    for words in REFUSED.values():
        assert not [text for text in drawn if words.search(text.partition("<text")[2].replace("font-family", ""))]
