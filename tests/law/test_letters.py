"""Few texts are left to be compared letter by letter, and none that is near is lost."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from premortem.law.letters import made_ready

TEXTS = st.text(alphabet="abcdeé李1", min_size=1, max_size=12)


@given(st.lists(TEXTS, max_size=30), TEXTS, st.integers(0, 4))
def test_every_text_that_is_so_many_slips_away_is_among_those_left(texts, asked, slips):
    near = {text for text in texts if OSA.distance(asked, text) <= slips}
    assert near <= {*made_ready(texts).about(asked, slips)}


def test_most_texts_are_left_out():
    held = made_ready([f"firm{n:04}{'abcdefghij'[n % 10] * 3}" for n in range(2_000)])
    assert len(held.about("firm0012ccc", 1)) < 200


@given(st.lists(TEXTS, max_size=30), TEXTS, st.sampled_from((0.2, 0.34, 0.5)))
def test_every_text_that_is_as_like_is_among_those_left(texts, asked, apart):
    near = {text for text in texts if OSA.normalized_similarity(asked, text) >= 1 - apart}
    assert near <= {*made_ready(texts).about(asked, apart)}
