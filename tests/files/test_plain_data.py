"""Results as text and back: the same to the last digit, and nothing but plain data of this package."""

from datetime import date

import numpy as np
import pytest

from premortem.files import plain_data
from premortem.questions._paired import Effect
from premortem.questions.boxes import Leaf

HELD = Leaf({"a": (0.1, 1 / 3), "b": frozenset({1.0, 2.0})}, 0.25, float(np.nextafter(0.5, 1)), 0.1, ("a",), True)


def test_results_come_back_as_they_were():
    asked = (HELD, {4: date(2025, 2, 26), "none": None}, [1, "x"], Effect(0.1, -0.2, 1e-17))
    back = plain_data.from_text(plain_data.to_text(asked))
    assert back == asked
    assert [type(part) for part in back] == [type(part) for part in asked]
    assert type(back[0].limits["b"]) is frozenset


def test_arrays_and_their_single_numbers_keep_kind_and_bits():
    single, flags = np.float32(0.1), np.array([[True, False]])
    back = plain_data.from_text(plain_data.to_text((single, flags)))
    assert back[0].dtype == np.float32
    assert back[0] == single
    assert np.array_equal(back[1], flags)


@pytest.mark.parametrize("value", [print, object(), np.array([object()]), {"a": {1, 2}}])
def test_what_is_no_plain_data_is_refused(value):
    with pytest.raises(TypeError, match="no plain data"):
        plain_data.to_text(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"of":["os","system",{"command":"true"}]}',
        '{"of":["premortem.files.plain_data","to_text",{"value":1}]}',
        '{"of":["premortem.questions.boxes","Leaf",{"mass":1}]}',
        '{"of":["premortem.nowhere","Leaf",{}]}',
        '{"who":1}',
        '{"day":"soon"}',
        '{"array":["|O",[1],""]}',
    ],
)
def test_other_texts_are_refused_and_nothing_is_called(text):
    with pytest.raises(ValueError):  # noqa: PT011  # whatever a damaged file says
        plain_data.from_text(text)
