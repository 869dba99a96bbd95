"""Works side by side: in order, no more of them than there are cores and one, and what fails is told."""

import threading

import pytest

from premortem.ensemble.cores import count, side_by_side


@pytest.mark.parametrize("many", [0, 1, 9])
def test_what_is_made_comes_in_order(many):
    assert list(side_by_side(lambda x: x * x, range(many))) == [x * x for x in range(many)]


def test_no_more_are_begun_than_cores_and_one_before_one_is_taken():
    begun, lock = [], threading.Lock()

    def make(x):
        with lock:
            begun.append(x)
        return x

    made = side_by_side(make, range(100))
    assert next(made) == 0
    assert len(begun) <= count() + 1
    made.close()


def test_what_fails_is_raised_where_its_turn_comes():
    def make(x):
        if x == 2:
            raise ValueError("the third")
        return x

    made = side_by_side(make, range(5))
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(ValueError, match="the third"):
        next(made)
