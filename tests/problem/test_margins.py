"""Propositions as texts: what they mean, what they refuse, and files of them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.errors import BadInput, BadInputs
from premortem.problem.margins import Reader, propositions
from premortem.problem.outcomes import Series

READER = Reader(["y", "x", "owner", "k"], [Series("s", [2020, 2030, "end"])])
KNOWN = {
    "y": np.array([1.0, 2.0, 3.0]),
    "x": np.array([0.0, 2.0, 5.0]),
    "owner": np.array(["a", "b", "a"]),
    "k": 2.0,
    "s": np.arange(9.0).reshape(3, 3),
}


def margin(text):
    return READER.proposition("p", text).of(KNOWN, 3)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("y - 1.5", [False, True, True]),
        ("y > 2", [False, False, True]),
        ("y >= 2", [False, True, True]),
        ("2 <= y < 3", [False, True, False]),
        ("y > 1 and x < 3", [False, True, False]),
        ("y > 2.5 or x < 1", [True, False, True]),
        ("not y > 2", [True, True, False]),
        ("owner == 'a'", [True, False, True]),
        ("owner != 'a' or y > 2", [False, True, True]),
        ("s@2030 > 3", [False, True, True]),
        ("s@'end' < 4", [True, False, False]),
        ("s[2020] >= 3", [False, True, True]),
        ("highest(s) - 4", [False, True, True]),
        ("mean(s) < last(s) - 0.5", [True, True, True]),
        ("max(s) > 2 and min(s) > 1", [False, True, True]),
        ("min(y, x) > 0.5", [False, True, True]),
        ("log(y) < k ** -1", [True, False, False]),
        ("y / x > 0.9", [True, True, False]),
    ],
)
def test_what_a_text_means(text, holds):
    assert (margin(text) > 0).tolist() == holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yy > 2", "no such name: yy"), ("s > 2", "names the series s without a time; allowed: s@end"), ("s@2040 > 1", "has a time that s has not"),
        ("y >", "cannot be read"), ("__import__('os')", "has no function"), ("y.real", "not allowed"), ("[y]", "not allowed"),
        ("y in x", "compares in a way"), ("sin(y)", "has no function sin"), ("y@2030", "what is no series"),
    ],
)  # fmt: skip
def test_what_is_no_proposition_is_told(text, said):
    with pytest.raises(BadInput, match="propositions: p") as caught:
        margin(text)
    assert said in str(caught.value)


@given(low=st.floats(-5, 5), high=st.floats(-5, 5))
def test_a_comparison_holds_where_python_says_so(low, high):
    for sign, truth in ((">", high > low), (">=", high >= low), ("<", high < low), ("<=", high <= low)):
        found = READER.proposition("p", f"y {sign} x").of({"y": np.array([high]), "x": np.array([low])}, 1)
        assert (found[0] > 0) == truth


def test_files_of_sections_and_of_assumptions_are_read(tmp_path):
    (tmp_path / "a.toml").write_text('[clean]\nmargin = "y - limit"\nlimit = 1.5\nsays = "It is clean"\nplain = 3\n')
    (tmp_path / "b.toml").write_text(
        'id = "A1"\nclaim = "Both"\n[[condition]]\nmargin = "y - limit"\nlimit = { value = 0.5 }\n[[condition]]\nmargin = "3 - x"\n'
    )
    found, errors = propositions(tmp_path, READER)
    assert errors == []
    assert [(p.name, p.says) for p in found] == [("clean", "It is clean"), ("A1", "Both")]
    assert [(p.of(KNOWN, 3) > 0).tolist() for p in found] == [[False, True, True], [True, True, False]]
    with pytest.raises(BadInput, match="no such file"):
        propositions(tmp_path / "no.toml", READER)


def test_a_function_is_a_proposition_too():
    assert margin(lambda known: known["y"] - known["k"]).tolist() == [-1.0, 0.0, 1.0]


def test_every_fault_is_told():
    _, errors = propositions({"a": "yy > 1", "b": 3, "c": "y >"}, READER)
    assert [e.file for e in errors] == ["propositions: a", "propositions: b", "propositions: c"]
    assert isinstance(BadInputs(errors), Exception)
