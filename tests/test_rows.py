"""Results show themselves in a notebook: units, shares in words, no false digits, nothing unescaped."""

import polars as pl
import pytest

import premortem as pm
from premortem.text.tables import SHOWN, plain


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "\u2013"),
        (True, "yes"),
        (3.2e-9, "about 0"),
        (0.0, "0"),
        (0.123456, "0.1235"),
        (15824.4, "15,824"),
        (1e26, "1e+26"),
        (2025, "2025"),
        (60000, "60,000"),
        ("<b>", "<b>"),
    ],
)
def test_a_value_reads_as_a_person_would_write_it(value, said):
    assert plain(value) == said


def test_a_table_has_units_shares_in_words_and_no_markup_from_data():
    made = pm.table([{"policy": "<i>", "holds": 0.004}], holds="share of futures", caption="Board & more")
    shown = made._repr_html_()
    assert "holds<br><small>share of futures</small>" in shown
    assert '<td class="n">under 1%</td>' in shown
    assert "&lt;i&gt;" in shown
    assert "Board &amp; more" in shown
    assert "holds [share of futures]" in repr(made)


def test_columns_are_chosen_and_hidden_rows_counted():
    made = pm.table(pl.DataFrame({"a": range(SHOWN + 5), "b": 0.5}), "b")
    assert made.frame.columns == ["b"]
    assert "5 more rows" in made._repr_html_()


def test_a_rulebook_tells_its_numbers_its_tiers_and_what_changes():
    law = pm.book("as-written").as_of("2025-06-01")
    allocation = law.numbers("diffusion.country_allocation")
    assert allocation["value"].unique().to_list() == [790_000_000]
    assert (law.tier("Poland"), pm.book("streamlined").as_of("2025-06-01").tier("POL")) == (2, 1)
    assert any("India" in words for words in pm.book("as-written").as_of("2025-05-14").diff(law)["words"])
    assert "as-written" in repr(law)
    assert "diffusion.lpp" in law._repr_html_()


def test_a_study_tells_its_series_and_its_dated_events():
    study = pm.Study()
    assert {"t2_unmet_share", "goodwill"} <= set(study.series)
    events = study.events("A4")
    assert events["date"].is_sorted()
    assert "AI Diffusion Framework released" in events["title"].to_list()
    assert "5 assumptions" in repr(study)


def test_a_run_shows_its_board_and_its_regions(small_run):
    run = small_run
    shown = run._repr_html_()
    assert "A4 Dominance locks the world in" in shown
    assert "not forecasts" in shown
    assert "5,000 futures" in repr(run)
    added = run.by_region("as-written", "additions")
    assert added.filter(pl.col("region") == "ARE")["name"].item() == "United Arab Emirates"
    assert (added["p5"] <= added["p50"]).all()
    assert (added["p50"] <= added["p95"]).all()
    chart = pm.chart("caps", run).to_dict()
    assert "description" in chart
    figures = pm.figures(run, "a4")
    assert {"fan", "shares", "threshold-us_stack"} <= set(figures)
    assert figures["fan"].to_dict()["description"].startswith("Fan of the margin of A4")
