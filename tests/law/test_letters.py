"""Few texts are left to be compared letter by letter, and none that is near is lost."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from premortem.law.parties.letters import by_ends, made_ready, slip_away

TEXTS = st.text(alphabet="abcdeé李1", min_size=1, max_size=12)


def _about(texts, asked, apart):
    return {*made_ready(texts).about([asked], apart)[1]}


@given(st.lists(TEXTS, max_size=30), TEXTS, st.integers(0, 4))
def test_every_text_that_is_so_many_slips_away_is_among_those_left(texts, asked, slips):
    near = {text for text in texts if OSA.distance(asked, text) <= slips}
    assert near <= _about(texts, asked, slips)


def test_most_texts_are_left_out():
    texts = [f"firm{n:04}{'abcdefghij'[n % 10] * 3}" for n in range(2_000)]
    assert len(_about(texts, "firm0012ccc", 1)) < 200


@given(st.lists(TEXTS, max_size=30), TEXTS, st.sampled_from((0.2, 0.34, 0.5)))
def test_every_text_that_is_as_like_is_among_those_left(texts, asked, apart):
    near = {text for text in texts if OSA.normalized_similarity(asked, text) >= 1 - apart}
    assert near <= _about(texts, asked, apart)


@given(st.lists(TEXTS, max_size=30), st.lists(TEXTS, max_size=8), st.sampled_from((0, 1, 3, 0.2, 0.5)))
def test_many_texts_are_asked_at_once_as_each_is_alone(texts, asked, apart):
    held = made_ready(texts)
    which, found = held.about(asked, apart)
    for place, text in enumerate(asked):
        assert sorted(found[which == place]) == sorted(held.about([text], apart)[1])


@given(st.lists(st.text("abc", min_size=5, max_size=9), max_size=40), st.text("abc", min_size=3, max_size=10))
def test_a_text_a_slip_away_is_found_by_its_ends(texts, asked):
    assert slip_away(asked, by_ends(texts)) == {text for text in texts if OSA.distance(asked, text) <= 1}
