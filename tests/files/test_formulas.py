"""What a spreadsheet would run is kept from it, and comes back as it was."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.files import formulas
from premortem.law.ledger import files

LIVE = ["=HYPERLINK(1)", "+1+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "\t=1", " =1", "\n=1", "＝1", "'=1"]
TAME = ["-5", "+5", "-1.5e3", "-5%", "2025-01-01", "NVIDIA", "a=b", "'quoted'", "", None]
texts = st.text(st.sampled_from("=+-@\t '1a.,％＝"), max_size=5) | st.none()


@pytest.mark.parametrize("text", LIVE)
def test_f097_a_formula_gets_an_apostrophe(text):
    assert formulas.neutralise(pl.DataFrame({"a": [text]}))["a"].to_list() == [f"'{text}"]
    assert formulas.neutralise(pl.DataFrame({text: [1]})).columns == [f"'{text}"]


def test_f097_numbers_days_and_words_stay_as_they_are():
    frame = pl.DataFrame({"a": TAME, "b": range(len(TAME))})
    assert formulas.neutralise(frame).equals(frame)


@given(st.lists(texts, min_size=1, max_size=8))
def test_f097_what_was_neutralised_comes_back_as_it_was(column):
    frame = pl.DataFrame({"a": column}, schema={"a": pl.String})
    there = formulas.neutralise(frame)
    assert formulas.restore(there).equals(frame)
    assert all(text is None or text[:1] not in "=@" for text in there["a"] if text)


def test_f097_a_ledger_of_formulas_is_written_tame_and_read_as_it_was(tmp_path):
    frame = pl.DataFrame({"item": LIVE, "=note": ["x"] * len(LIVE)})
    files.write(frame, tmp_path / "out.csv")
    assert all(text.startswith("'") for text in pl.read_csv(tmp_path / "out.csv", infer_schema=False)["item"])
    assert files.read(tmp_path / "out.csv").columns == frame.columns
    assert files.read(tmp_path / "out.csv")["item"][:3].to_list() == LIVE[:3]
