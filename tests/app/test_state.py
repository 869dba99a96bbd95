"""The address holds the view, and what it does not understand it says."""

from dataclasses import replace
from datetime import date
from functools import cache
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.app import view_state as states
from premortem.app.view_state import State
from premortem.case import default
from premortem.study import Study
from premortem.watch.reading_files import latest_day
from tests.examples import examples


@cache
def shipped() -> Study:
    """Read by the process that asks, not by each that looks for tests."""
    return Study()


def read(query: str) -> State:
    return states.state_from_address(parse_qsl(query, keep_blank_values=True), shipped())


def test_the_reason_that_clears_a_name_is_no_setting_that_was_not_understood():
    assert read("clear.Huawai=another+firm&f.ownership=0").notices == ()
    assert read("clear=x").notices == ("clear",)


@cache
def numbers() -> list[str]:
    """Each number of the shipped rules that a view may move."""
    book = shipped().law("as-written")
    return [f"{c.id}.{k}" for c in book.clauses for k in c.numbers if c.numbers[k][0].unit != "share"]


@st.composite
def views(draw):
    limits = {f"{a.id}.{c.id}": c.limit for a in shipped().assumptions for c in a.condition}
    free = [row.name for row in shipped().priors.rows if row.varies]
    levers = draw(st.dictionaries(st.sampled_from(numbers()), st.floats(0, 2000), max_size=3))
    thresholds = {
        n: draw(st.floats(limits[n].low, limits[n].high))
        for n in draw(st.lists(st.sampled_from([*limits]), max_size=3))
    }
    beliefs = []
    for name in draw(st.lists(st.sampled_from(free), max_size=3, unique=True)):
        low, high = states.ends(shipped(), name)
        a, b = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
        beliefs.append((name, low + a * (high - low), low + b * (high - low)))
    return State(
        "as-written",
        draw(st.sampled_from(["", "rescinded"])),
        draw(st.dates(date(2022, 10, 7), date(2030, 1, 1))),
        tuple(sorted(levers.items())),
        tuple(sorted(thresholds.items())),
        tuple(sorted(beliefs)),
        draw(st.sampled_from(["", "record"])),
        draw(st.sampled_from([2000, 20000])),
        draw(st.integers(0, 2**31 - 1)),
        draw(
            st.sampled_from([(), (("diffusion.ends", date(2027, 1, 1)), ("diffusion.uveu.complies", date(2026, 2, 3)))])
        ),
    )


@given(view=views())
@examples(8)
def test_a_view_survives_its_address(view):
    once = read(view.query)
    days = default().settings.day <= view.asof <= latest_day(default())
    assert [n.partition(" ")[0] for n in once.notices] == ([] if days or not view.weights else ["w=record"])
    assert read(once.query) == once
    assert [k for k, *_ in once.beliefs] == [k for k, *_ in view.beliefs]
    for (_, a, b), (_, c, d) in zip(once.beliefs, view.beliefs, strict=True):
        assert (a, b) == (pytest.approx(c, rel=1e-8), pytest.approx(d, rel=1e-8))


def test_an_empty_address_is_the_default_view_and_writes_itself_empty():
    assert read("") == State("as-written", asof=default().settings.day)
    assert read("").query == ""
    legal = shipped().law("as-written").number("diffusion.country_allocation", "tpp")
    assert read(f"l.diffusion.country_allocation.tpp={legal}").levers == ()


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("policy", "nonsense", "allowed: as-written"),
        ("vs", "nonsense", "allowed: as-written"),
        ("asof", "yesterday", "is not a date"),
        ("l.diffusion.country_allocation.tpp", "nan", "is not a finite number"),
        ("l.diffusion.country_allocation.tpp", "-1", "allowed: 0"),
        ("l.diffusion.uveu.country_max", "1.5", "allowed: 0 to 1"),
        ("l.diffusion.nothing.tpp", "1", "no such clause number"),
        ("l.strength.courage", "1", "no such strength"),
        ("t.A2.models_contained", "0.9", "allowed: 0.05 to 0.5"),
        ("t.A9.nothing", "1", "no such threshold"),
        ("p.imitation_lag", "5..1", "low end is above"),
        ("p.imitation_lag", "1e9..1e10", "lies outside the prior"),
        ("p.nothing", "1..2", "no such uncertainty"),
        ("w", "wishes", "allowed: record"),
        ("n", "3", "allowed: 2000"),
        ("seed", "-1", "allowed: 0"),
        ("seed", "1.5", "is not a whole number"),
        ("colour", "red", "colour"),
    ],
)
def test_what_is_not_understood_is_left_out_and_named(key, text, said):
    view = states.state_from_address([(key, text)], shipped())
    assert view == State("as-written")
    assert len(view.notices) == 1
    assert said in view.notices[0]


@given(text=st.text(max_size=30))
def test_any_text_is_a_number_or_an_error_in_words(text):
    try:
        value = states.number(text)
    except ValueError as error:
        assert "number" in str(error)
    else:
        assert value == value
        assert abs(value) != float("inf")


@given(view=views(), pin=views())
@examples(1.2)
def test_a_pinned_view_survives_its_address_and_changes_no_answer(view, pin):
    there, alone = read(replace(view, pinned=read(pin.query)).query), read(view.query)
    if len(pin.query) > states.MOST_PIN:
        assert there.pinned is None
        return
    assert there.pinned == read(pin.query)
    assert there == alone
    assert read(replace(pin, pinned=there).query).pinned.pinned is None


def test_a_pin_that_is_not_understood_is_named():
    assert read("pin=policy%3Dnonsense").notices[0].startswith("pin: policy=nonsense")
    assert read("pin=" + "x" * 2000).pinned is None


def test_numbers_may_carry_a_size():
    assert [states.number(t) for t in ("0.9bn", "790 million"[:3] + "m", "25%", "1,000", "2k")] == [
        0.9e9,
        790e6,
        0.25,
        1000,
        2000,
    ]


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(0.673861, "share", "0.674"), (790e6, "TPP", "790000000"), (2027.52, "year", "2027.5"), (4800.0, "", "4800"), (673.861, "MH", "674"), (-0.00012345, "", "-0.000123"), (0.0, "", "0")],
)  # fmt: skip
def test_a_field_shows_no_more_digits_than_are_known(value, unit, shown):
    from premortem.app import labels

    assert labels.field(value, unit) == shown
