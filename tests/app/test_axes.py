"""Axes and fields say the values of an uncertainty as sentences do: no logarithm, no unit that has to be worked out."""

import re
from datetime import date

import numpy as np
import pytest

from premortem.app import axes, chart_specs, labels, timeline_marks
from premortem.charts.marks import PLAIN
from premortem.questions import describe
from premortem.text import units


def test_no_axis_of_an_uncertainty_is_in_logarithms(study):
    for row in study.priors.rows:
        title = axes.title_of(row)
        assert title.startswith(row.meaning)
        assert not re.search(r"\bln\b|logit|/yr|yr2|\[-\]|0-1", title.removeprefix(row.meaning)), title
        if row.unit in ("ln", "ln/yr", "logit", "logit/yr"):
            assert axes.labels_of(row) != PLAIN


def test_an_axis_of_a_log_rate_reads_as_per_cent_a_year_and_a_fall_as_a_fall(study):
    rates = [r for r in study.priors.rows if r.unit == "ln/yr"]
    falls = [r for r in rates if "fall" in r.meaning]
    assert falls
    assert len(falls) < len(rates)
    assert all("1 - exp(-datum.value)" in axes.labels_of(r) for r in falls)
    assert all(axes.title_of(r).endswith("[a year]") for r in rates)


def test_an_axis_that_reads_a_logarithm_is_marked_where_it_reads_round_numbers(study):
    rows = [r for r in study.priors.rows if r.varies and r.unit in ("ln", "ln/yr", "logit", "logit/yr")]
    assert rows
    for row in rows:
        low, high = map(float, row.quantile(np.array([0.01, 0.99])))
        told, _ = axes._told(row)
        read = [told(value) for value in axes.ticks_of(row, low, high)]
        assert len(read) > 1, row.name
        assert all(float(f"{value:.2g}") == pytest.approx(value) for value in read), (row.name, read)
        assert min(told(low), told(high)) <= read[0]
    assert axes.ticks_of(next(r for r in study.priors.rows if r.unit == "months"), 1.0, 9.0) == []


@pytest.mark.parametrize("text", ["short", "a label of a few more words than one line has room for", "word " * 60])
def test_a_label_has_at_most_three_lines_and_says_where_it_is_cut(text):
    lines = axes.stacked(text).split("|")
    assert len(lines) <= axes.MOST_LINES
    assert all(len(line) <= axes.LABEL for line in lines)
    assert ("\u2026" in lines[-1]) == (" ".join(lines) != text.strip())


def test_what_stands_beside_a_field_is_in_words(study):
    for row in study.priors.rows:
        said = labels.side_label(row.high, row.unit)
        assert not re.search(r"\bln\b|logit|/yr", said), (row.name, said)
    assert labels.side_label(5.44, "ln") == "times"
    assert labels.range_label(0.2, 0.4, "0-1") == "20% to 40%"
    assert labels.range_label(2.0, 4.0, "months") == "months"


def test_a_field_of_a_logarithm_holds_what_people_say(study):
    assert labels.field(5.44, "ln") == "230"
    assert (labels.field(0.199, "ln/yr"), labels.range_label(0.199, 0.468, "ln/yr")) == ("1.22", "times a year")
    assert labels.field(-4.93, "logit") == "0.717%"
    for row in study.priors.rows:
        assert "logarithm" not in labels.typed_in(row.unit), row.name
        assert row.unit not in (*labels.HELD,) or labels.field(row.low, row.unit) != labels.field(row.low), row.name


def test_a_field_of_a_fall_holds_what_its_sentences_tell(study):
    falls = [r for r in study.priors.rows if r.unit == "ln/yr" and describe.takes_away(r)]
    assert {"energy_efficiency_growth", "cost_fall"} <= {r.name for r in falls}
    for row in falls:
        unit = labels.field_unit(row)
        shown = labels.field(row.high, unit)
        assert float(shown.rstrip("%")) / 100 == pytest.approx(1 - np.exp(-row.high), rel=5e-3)
        assert f"{float(describe.amount(row, row.high).split('%')[0]):.0f}" == f"{float(shown.rstrip('%')):.0f}"
        assert (labels.side_label(row.high, unit), labels.typed_in(unit)[:19]) == ("less a year", "percent less a year")
    growing = study.priors["capex_growth"]
    assert labels.field(growing.high, labels.field_unit(growing)) == labels.field(growing.high, "ln/yr")


def test_the_fan_marks_the_day_and_the_rule_and_says_its_sides(study):
    marks = timeline_marks.on_chart(date(2025, 2, 26), study.law("as-written"))
    assert [text for _, text in marks] == ["as of 26 Feb 2025", "rule in force 15 May 2025"]
    assert 2025 < marks[0][0] < marks[1][0] < 2025.5
    spec = chart_specs.fan(2025, 2033, marks).to_dict()
    words = [layer["mark"]["text"] for layer in spec["layer"] if "text" in layer.get("mark", {})]
    assert words == ["holds", "breaks", "as of 26 Feb 2025", "rule in force 15 May 2025"]


def test_a_threshold_of_a_log_rate_reads_as_per_cent_a_year(study):
    rates = [s for s in study.signposts.values() if s.unit == "ln/yr" and s.threshold]
    assert rates
    assert all(re.fullmatch(r"[\d.]+% a year", labels.limit(s)) for s in rates)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(1.25, "times/yr", "1.25 times a year"), (0.6, "share", "60%"), (2e6, "stacks", "2 million stacks"), (0.25, "ln/yr", "1.3 times a year")],
)  # fmt: skip
def test_a_threshold_is_spoken(value, unit, said):
    assert units.quantity(value, unit) == said
