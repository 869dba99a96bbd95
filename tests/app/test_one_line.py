"""A shipment or a reading typed in one line is answered where it belongs, from any page."""

import pytest

from premortem.app import one_line
from premortem.app.routes.find import read_by_signposts
from premortem.app.routes.rules import whichever
from premortem.law.decide import Transaction, explain
from premortem.law.fields import places


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("500 H200 to Malaysia today", {"quantity": "500", "item": "H200", "to": "Malaysia"}),
        ("May 2,000 H100 SXM go to France on 1 June 2025?", {"quantity": "2000", "item": "H100 SXM", "to": "France", "on": "1 June 2025"}),
        ("H20 to China", {"item": "H20", "to": "China"}),
        ("country cap to zero", None),
        ("back to the board", None),
    ],
)  # fmt: skip
def test_a_shipment_in_one_line_fills_the_form(study, line, fields):
    assert one_line.shipment(line, study.case) == fields


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SMIC yield 60%", ("smic_yield_ascend", "60%")),
        ("SMIC\u2019s yield is 55% on 2025-09-30", ("smic_yield_ascend", "55%@2025-09-30")),
        ("SMIC yield 55% on 26 February 2025", ("smic_yield_ascend", "55%@2025-02-26")),
        ("SMIC yield 55 % on 2025-02-26", ("smic_yield_ascend", "55%@2025-02-26")),
        ("SMIC yield 55% today", ("smic_yield_ascend", "55%")),
        ("capex 400 today", ("capex_big4_year", "400")),
        ("SMIC yield 55% on 31 February 2025", None),
        ("capex 400", ("capex_big4_year", "400")),
        ("in a calendar year 7", None),
        ("country cap", None),
    ],
)
def test_a_reading_in_one_line_names_its_quantity(study, line, told):
    assert one_line.reading(line, read_by_signposts(study), study.case.text.app.found_by) == told


def test_each_example_of_a_line_is_read(study):
    found = one_line.examples(study)
    assert one_line.shipment(found["/rules"], study.case)
    assert one_line.reading(found["/watch"], read_by_signposts(study), study.case.text.app.found_by)


def test_each_example_of_a_line_is_answered_on_its_page(client, study):
    for screen, line in one_line.examples(study).items():
        went = client.get("/find", params={"q": line}, follow_redirects=False)
        assert went.headers["location"].startswith(f"{screen}?"), line
        page = client.get("/find", params={"q": line}).text
        assert "no such" not in page
        assert 'class="notice" role="alert"><p><b>' not in page
    told = client.get("/rules", params={"item": "H100 SXM", "to": "the UK", "quantity": "1"}).text
    assert "United Kingdom" in told
    assert "no such country" not in told


@pytest.mark.parametrize(
    ("said", "code"),
    [("the United Arab Emirates", "ARE"), ("The UK", "GBR"), ("the US", "USA"), ("the Netherlands", "NLD"), ("the UAE", "ARE"), ("Theland", None)],
)  # fmt: skip
def test_an_article_before_a_place_does_no_harm(study, said, code):
    assert places.found(said, study.case) == code
    assert places.could_be("the Congo", study.case) == places.could_be("Congo", study.case)


def test_a_line_is_answered_where_it_belongs(client):
    went = client.get("/find", params={"q": "500 H200 to Malaysia today"}, follow_redirects=False)
    assert (went.status_code, went.headers["location"]) == (303, "/rules?quantity=500&item=H200&to=Malaysia")
    told = client.get("/find", params={"q": "500 H200 to Malaysia today"}).text
    assert "Which one is meant" in told
    assert "Not checked" in told
    assert "The answer is the same for H200 SXM and H200 NVL: if the consignee is headquartered in Malaysia" in told
    assert "Left open: Does BIS still not enforce the framework?" in told
    went = client.get("/find", params={"q": "SMIC yield 60%"}, follow_redirects=False)
    assert went.headers["location"] == "/watch?r.smic_yield_ascend=60%25"
    assert client.get("/find", params={"q": "country cap"}, follow_redirects=False).status_code == 200


def test_a_number_of_the_law_is_tried_by_one_press(client):
    assert 'data-take="l.diffusion.country_allocation.tpp">country cap<' in client.get("/a/A4").text


def test_items_that_a_spelling_could_mean_are_told_apart_by_what_they_differ_in(study):
    def told(place, *items):
        book = study.law("history")
        return whichever(
            {
                i: explain(Transaction(item=i, quantity=5, destination=place, date="2026-09-01"), book, "history")
                for i in items
            }
        )

    assert told("CHN", "H100 SXM", "T4").startswith("They differ in: ")
    assert told("MYS", "H200 SXM", "H200 NVL").startswith("The answer is the same for H200 SXM and H200 NVL: if ")
    assert told("MYS") == ""
