"""Cells of a board: told apart by their intervals, read back from a frame, and set as a table."""

from dataclasses import replace

import polars as pl

from premortem.propositions.board_cells import BoardCell, board_table, cells

CELL = BoardCell("X1", "one", 0.8, 0.75, 0.85, {"a": 1.0}, {"a": 1.0}, bands={"sampling": (0.75, 0.85)})
ROW = {
    "assumption": "X1", "policy": "one", "holds": 0.8, "low": 0.75, "high": 0.85,
    "fails_on": [{"condition": "a", "share": 0.7}, {"condition": "b", "share": 0.3}], "alone": [],
    "by_interpretation": {"hawk": 0.7, "dove": None}, "by_form": {"clearing_form": {"open": 0.9, "shut": None}},
}  # fmt: skip


def test_two_shares_are_apart_where_their_intervals_do_not_overlap():
    near, far = replace(CELL, low=0.84, holds=0.9, high=0.95), replace(CELL, low=0.86, holds=0.9, high=0.95)
    assert not CELL.apart(near)
    assert CELL.apart(far)
    assert far.apart(CELL)


def test_without_intervals_shares_are_apart_where_they_differ():
    bare = replace(CELL, low=None, high=None)
    assert not bare.apart(replace(bare, policy="two"))
    assert bare.apart(replace(bare, holds=0.81))


def test_a_cell_says_its_verdict():
    assert CELL.verdict == "holds"
    assert replace(CELL, holds=None).as_dict()["verdict"] == "cannot be told"


def test_a_cell_is_read_from_a_row_without_readers_and_values_that_it_has_not():
    (cell,) = cells(pl.DataFrame([ROW], strict=False))
    assert cell.fails_on == {"a": 0.7, "b": 0.3}
    assert cell.by_interpretation == {"hawk": 0.7}
    assert cell.by_form == {"clearing_form": {"open": 0.9}}


def test_a_table_has_a_row_an_assumption_and_a_column_a_policy():
    rows = [(a, p, h, h - 0.02, h + 0.02) for a, p, h in (("X1", "one", 0.8), ("X1", "two", 0.4), ("all", "one", 0.1))]
    board = pl.DataFrame(rows, ["assumption", "policy", "holds", "low", "high"], orient="row")
    table = board_table(board, {"X1": "Rivals stay behind"}, 2000, 7)
    assert table.frame.columns == ["assumption", "one", "two"]
    assert table.frame["assumption"][0] == "Rivals stay behind"
    assert table.frame["one"][0] == "80% (78 to 82%)"
    assert table.frame["two"][1] is None
