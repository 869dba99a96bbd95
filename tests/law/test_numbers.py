"""Numbers and days as people write them: read where they say one thing, refused where they could say two."""

from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law import worked_cases
from premortem.law.decide import Transaction
from premortem.law.fields import numbers
from premortem.law.ledger import decisions

SENT = {"item": "H20", "destination": "FRA", "date": "2025-06-01"}


@pytest.mark.parametrize("text", ["1.000", "2.000", "12.500", "1,000", "10,5", "999,999"])
def test_f014_a_quantity_that_can_be_read_two_ways_is_refused_with_both(text):
    with pytest.raises(BadInput) as caught:
        Transaction(SENT | {"quantity": text})
    mark = "." if "." in text else ","
    as_decimal, as_whole = float(text.replace(mark, ".")), float(text.replace(mark, ""))
    assert f"as {as_decimal:.15g} or as {as_whole:.15g}" in str(caught.value)
    assert "\n" not in str(caught.value)


READ = {"1000": 1000, "1,000,000": 1e6, "1.000.000": 1e6, "1e3": 1000, "1,000.0": 1000, "1.000,0": 1000, "5.0": 5}


@pytest.mark.parametrize(("text", "read"), [*READ.items(), (1000, 1000), (1000.0, 1000)])
def test_f014_a_quantity_whose_digits_decide_is_read(text, read):
    assert Transaction(SENT | {"quantity": text}).fields["quantity"] == read


@pytest.mark.parametrize("field", ["tpp", "memory_gb_s", "used_tpp", "consignee_tpp_this_year"])
def test_f014_a_point_before_three_digits_is_refused_wherever_thousands_are_common(field):
    with pytest.raises(BadInput, match=r"two ways, as 4\.8 or as 4800"):
        Transaction(SENT | {field: "4.800"})


def test_f014_a_density_keeps_its_decimal_point():
    named = SENT | {"item": "custom", "tpp": "2400", "performance_density": "3.196"}  # a chip by name has its own
    assert Transaction(named).fields["performance_density"] == 3.196
    assert Transaction(SENT | {"ownership": "0.125"}).fields["ownership"] == 0.125


@pytest.mark.parametrize(("separator", "text"), [(";", "2.000"), (";", "10,5"), (";", "2,000"), (",", '"2,000"'), ("\t", "2.000")])  # fmt: skip
def test_f087_a_ledger_refuses_them_too_with_both_readings_and_decides_the_rest(tmp_path, separator, text):
    path = tmp_path / "l.csv"
    rows = [["item", "quantity", "destination", "date"], ["H20", text, "FRA", "2025-06-01"], ["H20", "3", "FRA", "2025-06-01"]]  # fmt: skip
    path.write_text("\n".join(separator.join(row) for row in rows) + "\n")
    decided, result, _ = decisions.decide_file(path, rules.load("history"))
    (wrong,) = result["rejected"]
    told = text.strip('"')
    one, two = numbers.readings(told, True)
    assert wrong["row"] == 1
    assert wrong["why"].startswith(f"quantity can be read two ways: {told} is {one} or {two}; --decimal ")
    assert wrong["why"].endswith("; or write it without a separator")
    marks = [mark for mark in ("point", "comma") if f"--decimal {mark} reads" in wrong["why"]]
    read = {mark: numbers.number(told, True, mark) for mark in ("point", "comma")}
    assert marks == [mark for mark, value in read.items() if value is not None], (
        "no mark is offered that would not help"
    )
    assert decided["outcome"][1] is not None


@given(st.integers(0, 10**9), st.sampled_from(["{}", "{:_}", "{}.0", "{}.00", "{:.6e}"]))
def test_f087_what_is_written_plainly_is_read_as_it_stands(whole, form):
    text = form.format(float(whole) if "e" in form else whole)
    assume(not numbers.readings(text, True))
    assert numbers.number(text, True) == pytest.approx(whole, rel=1e-6)


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(".,"))
def test_f087_one_mark_before_three_digits_is_never_guessed(before, behind, mark):
    text = f"{before}{mark}{behind:03}"
    assert numbers.number(text, True) is None
    assert len(numbers.readings(text, True)) == 2


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text):
    found = numbers.number(text, True)
    assert found is None or isinstance(found, float)


@pytest.mark.parametrize("written", ["2025-06-01T10:00:00", "2025-06-01 23:59", datetime(2025, 6, 1, 10), date(2025, 6, 1), "2025-06-01"])  # fmt: skip
def test_f090_a_time_on_a_day_is_read_as_its_day(written):
    assert Transaction(SENT | {"date": written}).fields["date"] == date(2025, 6, 1)


def test_f090_in_a_toml_file_too(tmp_path):
    path = tmp_path / "cases.toml"
    case = '[[case]]\nitem = "H20"\nto = "CHN"\ndate = {}\n'
    path.write_text(case.format("2025-06-01T10:00:00") + case.format("2025-06-01") + case.format("10:00:00"))
    timed, plain, nonsense = worked_cases.decide_file(path, rules.load("history")).answers
    assert timed["outcome"] == plain["outcome"] != ""
    assert "'10:00:00' is not a date; allowed: YYYY-MM-DD" in nonsense["error"]


@pytest.mark.parametrize("written", ["2025-06-0199", "2025-06-01x", "2025-13-01"])
def test_f090_what_only_begins_like_a_day_is_none_alone_and_in_a_ledger(written, tmp_path):
    with pytest.raises(BadInput, match="is not a date"):
        Transaction(SENT | {"date": written})
    path = tmp_path / "l.csv"
    path.write_text(f"item,quantity,destination,date\nH20,1,FRA,{written}\n")
    assert (
        decisions.decide_file(path, rules.load("history"))[1]["rejected"][0]["why"] == f"date cannot be read: {written}"
    )
