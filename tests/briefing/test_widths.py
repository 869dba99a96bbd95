"""Tables in terminals of every width: no word is broken and no line is wider than the terminal."""

import re
import sys

import pytest
from rich.console import Console
from rich.table import Table

from premortem import cli, questions, terminal
from premortem.terminal.layout import add_columns, print_table
from premortem.text.layout import wrap

WIDTHS = (60, 80, 120)
COMMANDS = (
    ("data", "status"),
    ("evidence",),
    ("check", "--item", "H20", "--quantity", "1000", "--to", "CHN", "--on", "2024-06-01"),
    (
        "check",
        "--item",
        "H100 SXM",
        "--quantity",
        "5000",
        "--to",
        "IND",
        "--on",
        "2025-06-01",
        "--under",
        "streamlined",
    ),
    ("validate",),
)
# Marks that end a cell or a sentence, and do not belong to its words.
MARKS = ".,;:"


def words(text: str) -> list[str]:
    return re.findall(r"\S+", text)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_breaks_no_word_at_any_width(monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    table = Table(box=None)
    add_columns(table, "clause number", "moves most", "by 10%", "index", texts=("clause number", "moves most"))
    rows = [["diffusion.country_allocation.tpp", "locks the world in", "+0.0123 *", "0.904"]] * 2
    for row in rows:
        table.add_row(*row)
    print_table(Console(width=width), table)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= width
    assert {w for row in rows for cell in row for w in words(cell)} <= {w.rstrip(MARKS) for w in words(shown)}


def test_a_paragraph_is_broken_between_words_alone():
    told = wrap(
        "licence:presumption_of_approval, by diffusion.country_allocation, as-written (high confidence)", 40, "  "
    )
    assert words(told) == words(wrap(told, 500))
    assert "as-written" in told


def shown_at(monkeypatch, capsys, width: int, show) -> str:
    monkeypatch.setenv("COLUMNS", str(width))
    show()
    return str(capsys.readouterr().out)


def fits(monkeypatch, capsys, show) -> None:
    """What is shown at each width has no line over it and no word that a wide terminal does not show."""
    whole = {w.rstrip(MARKS) for w in words(shown_at(monkeypatch, capsys, 1000, show))}
    for width in WIDTHS:
        shown = shown_at(monkeypatch, capsys, width, show)
        assert max(map(len, shown.splitlines())) <= width
        assert not {w.rstrip(MARKS) for w in words(shown)} - whole


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_breaks_no_word_at_any_width(monkeypatch, capsys, command):
    monkeypatch.setattr(sys, "argv", ["premortem", *command])

    def show():
        with pytest.raises(SystemExit):
            cli.main()
            raise SystemExit(0)

    fits(monkeypatch, capsys, show)


def test_answers_of_a_run_break_no_word_at_any_width(monkeypatch, capsys, small_run):
    compared, record = questions.compare(small_run, time=False), questions.prior_check(small_run.study).to_dicts()
    for show in (
        lambda: terminal.print_board(small_run),
        lambda: terminal.print_compare(compared),
        lambda: terminal.print_history(record),
    ):
        fits(monkeypatch, capsys, show)


@pytest.mark.slow
def test_answers_that_take_longer_break_no_word_at_any_width(monkeypatch, capsys, small_run):
    judged = questions.hindcast(run=small_run)
    edits, watched = questions.heavy_edits(small_run.study), questions.what_to_watch(small_run.study, small_run)
    for show in (
        lambda: terminal.print_hindcast(judged),
        lambda: terminal.print_edits(edits),
        lambda: terminal.print_watch(watched),
    ):
        fits(monkeypatch, capsys, show)
