"""The bar of a run, drawn as a terminal draws it: a pipe hides it."""

import io

import pytest
from rich.console import Console

from premortem.terminal import board


@pytest.fixture
def drawn(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(board, "WAIT", -1.0)
    monkeypatch.setattr(board, "Console", lambda **_: Console(file=out, force_terminal=True, width=100))
    return out


def test_progress_is_drawn_at_its_start_a_part_and_its_end(drawn):
    with board.progress_bar() as advance:
        for done in (0, 1000, 2000):
            advance(done, 2000, 0.0)
            assert f"{done:,} of 2,000 futures" in drawn.getvalue()


def test_progress_that_is_drawn_as_it_ends_knows_its_total(drawn):
    with board.progress_bar() as advance:
        advance(64, 64, 0.0)
    assert "64 of 64 futures" in drawn.getvalue()
    assert "writing up what was found" in drawn.getvalue(), "what follows takes time too"


def test_a_run_that_fails_gives_the_terminal_its_cursor_back(drawn):
    with pytest.raises(KeyboardInterrupt), board.progress_bar() as advance:
        advance(1, 2, 0.0)
        raise KeyboardInterrupt
    assert drawn.getvalue().rfind("\x1b[?25h") > drawn.getvalue().rfind("\x1b[?25l")


def test_a_run_that_ends_at_once_shows_no_progress(drawn, monkeypatch):
    monkeypatch.setattr(board, "WAIT", 60.0)
    with board.progress_bar() as advance:
        advance(0, 2, 0.0)
        advance(2, 2, 0.0)
    assert not drawn.getvalue()
