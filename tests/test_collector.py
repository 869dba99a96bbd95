"""How often Python looks for what is forgotten while a brief is written."""

import gc

from premortem import collector


def test_it_is_looked_seldom_and_then_as_often_as_before():
    before = gc.get_threshold()
    try:
        gc.set_threshold(700, 10, 10)
        with collector.seldom():
            assert gc.get_threshold() == collector.SELDOM
        assert gc.get_threshold() == (700, 10, 10)
        gc.set_threshold(100_000, 5, 5)
        with collector.seldom():
            assert gc.get_threshold() == (100_000, 5, 5), "who looks more seldom goes on so"
    finally:
        gc.set_threshold(*before)
