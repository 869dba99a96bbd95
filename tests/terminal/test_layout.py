"""Commands and tables as wide as a terminal."""

import io
import shlex
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from premortem.questions.single_changes import Change
from premortem.terminal import changes
from premortem.terminal.layout import typed

WORDS = st.lists(st.text("abc -='", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS, st.integers(30, 100))
def test_a_command_over_several_lines_is_read_by_a_shell_as_the_words_that_it_was_made_of(words, width):
    shown = typed(shlex.join(words), width, "    ")
    assert shlex.split(shown.replace("\\\n", "")) == words


def test_a_long_command_is_broken_within_the_width():
    shown = typed("premortem check --item 'H100 SXM' " + "--set field=value " * 20, 80, "    ")
    assert max(map(len, shown.splitlines())) <= 80
    assert "'H100 SXM'" in shown


def test_the_table_of_moves_has_each_key_below_what_it_moves_and_each_step_told_once(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr(changes, "Console", lambda **_: Console(file=out, width=80, highlight=False))
    rows = [
        Change("p.growth", "growth of runs", "", "ten percentiles up", True, {"E1": 0.1, "E2": 0.0}),
        Change("l.strength.staff", "staff", "", "a tenth stronger", True, {"E1": 0.0, "E2": -0.2}),
        Change("l.strength.limits", "limits", "", "a tenth stronger", True, {"E1": 0.0, "E2": -0.2}),
        Change("l.strength.deals", "deals", "", "a tenth weaker", True, {"E1": 0.0, "E2": 0.1}),
    ]
    at = SimpleNamespace(
        holds={"E1": 0.5, "E2": 0.5}, values=SimpleNamespace(shape=(1, 64)), book=SimpleNamespace(name="law")
    )
    changes.print_changes(at, rows)
    text = out.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    for row in rows:
        assert row.key in text
    assert text.count("ten percentiles up") == 1
    assert text.count("a tenth stronger") == 1
    assert "deals, a tenth weaker" in text
