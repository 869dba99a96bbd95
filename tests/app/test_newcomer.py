"""What a stranger looks for and reads: names that readers use, units in words, days in order, and shares that are no verdict."""

import re
from datetime import date
from html import unescape

import pytest

from premortem.app.routes.assumption import flip_said
from premortem.charts.figures import LABEL, first_two_lines
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.field_guesses import fold_heading, guess
from premortem.propositions.verdicts import DEPENDS, NO_VERDICT
from premortem.questions.describe import span
from premortem.questions.robustness import pareto, unbeaten
from premortem.text.numbers import day_in_words, days_in_words
from premortem.watch.quantities import shipped_quantities

OWN = "Ref No;Versanddatum;Produkt;Stk;Zielland;Empf\u00e4nger\nS-1;03.06.2025;H100 SXM;2.000;Malaysia;Foo\n".encode()


@pytest.fixture(scope="module")
def changed(client):
    return client.get("/rules/diff").text


def listed(page: str) -> list[str]:
    """The changes of the law on a page, in order, as read."""
    rows = re.findall(r"<li>(.*?)</li>", page.split('<ol class="law-changes" start="1">')[1].split("<h2>")[0], re.S)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def test_what_changed_ends_today_and_is_told_by_days_in_words(changed):
    heading = re.search(r"<h1>(.*?)</h1>", changed)[1]
    assert heading.endswith(f"to {day_in_words(date.today())}")
    assert not re.search(r"\d{4}-\d\d-\d\d", " ".join(listed(changed)))


def test_what_changed_tells_first_what_turns_most_answers_and_no_key(changed, client):
    rows = listed(changed)
    turns = [int(found[1]) for row in rows if (found := re.search(r"turns (\d+) answers?$", row))]
    assert turns == sorted(turns, reverse=True)
    assert turns[0] > 1
    assert rows[0].startswith("13 May 2025 Never came into force: Framework for Artificial Intelligence Diffusion")
    assert not any("lie outside 3A090" in row for row in rows[: len(turns)])  # a clause that turns no answer
    assert "<code>" not in changed.split('<ol class="law-changes" start="1">')[1].split("<h2>")[0]
    found = client.get("/api/diff", params={"a": "2025-02-26", "b": str(date.today())}).json()
    law = [row["weight"] for row in found["changes"] if row["of"] == "law"]
    assert law == sorted(law, reverse=True)


def test_an_effort_that_changed_is_told_as_a_part_of_full(changed):
    assert re.search(r"<li>Coercion: from \d+% to \d+% of full effort</li>", changed)


def test_days_of_a_text_are_told_in_words():
    assert days_in_words("from 2025-05-23 to 2025-07-01") == "from 23 May 2025 to 1 July 2025"


@pytest.mark.parametrize(
    ("flip", "unit", "said"),
    [
        (0.4217, "0 to 1", "The verdict flips at 0.42."),
        (0.4982, "share of the surplus", "The verdict flips at 50% of the surplus."),
        (0.2, "log growth a year", "The verdict flips at 22.1% a year."),
        (0.0358, "share", "The verdict flips at 3.6%."),
        (None, "share", "No threshold in this range flips the verdict."),
    ],
)
def test_where_a_threshold_flips_the_verdict_is_told_in_its_unit(flip, unit, said):
    assert flip_said(flip, unit) == said


def test_no_range_of_an_uncertainty_is_told_in_logarithms(study):
    said = [span(row) for row in study.priors.rows if not row.categories]
    assert [text for text in said if re.search(r"\bln\b|logit|1/|/yr|\d[eE]\+|^-", text)] == []
    assert len(said) > 100


def test_the_names_that_readers_use_are_of_things_that_are_there(study):
    book, found_by = study.law("as-written"), study.case.text.app.found_by
    numbers = {f"l.{c.id}.{name}" for c in book.clauses for name in c.numbers}
    known = numbers | {f"p.{name}" for name in study.priors.names} | {f"r.{q}" for q in shipped_quantities(study.case)}
    known |= {f"a.{a.id}" for a in study.assumptions}
    assert found_by.keys() <= known
    assert found_by["l.diffusion.country_allocation.tpp"][0] == "country cap"
    assert "SMIC yield" in found_by["r.smic_yield_ascend"]


@pytest.mark.parametrize(
    ("path", "words"),
    [("/a/A4", "country cap"), ("/levers", "country cap"), ("/beliefs", "Ascend yield")],
)
def test_a_page_that_is_searched_holds_the_names_that_readers_use(client, path, words):
    held = " ".join(re.findall(r'data-words="([^"]*)"', client.get(path).text))
    assert words in unescape(held)


def test_levers_are_called_instruments_and_efforts(client):
    text = client.get("/levers").text
    assert "Instruments and efforts" in text
    assert "Strengths" not in text
    assert "Strengths" not in client.get("/a/A1").text


def test_the_board_marks_what_is_no_verdict_and_says_so(client):
    page, rows = client.get("/board").text, client.get("/api/board").json()["board"]
    cells = re.findall(r'data-cell="([^"]+)".*?<span class="no-verdict"[^>]*?( hidden)?>\*</span>', page)
    marked = {cell for cell, hidden in cells if not hidden}
    assert marked == {f"{r['assumption']}:{r['policy']}" for r in rows if r["verdict"].startswith(DEPENDS)}
    assert marked
    assert NO_VERDICT in unescape(page)


def test_a_share_by_quarter_says_why_it_is_another_than_the_headline(client):
    assert (
        "each quarter is judged by itself, and conditions need not be met in the same one" in client.get("/a/A5").text
    )


def test_of_policies_that_read_alike_none_is_beaten_by_what_does_not_show():
    close = {"a": [0.5, 0.401], "b": [0.5, 0.404], "c": [0.5, 0.39]}
    assert pareto(close) == ["b"]
    assert unbeaten(close) == ["a", "b"]


def test_headings_of_other_languages_are_matched_and_a_doubtful_number_names_its_setting(client, study):
    words = vocabulary(study.case)
    headings = [fold_heading(h) for h in ("Versanddatum", "Produkt", "St\u00fcckzahl", "Zielland", "Empf\u00e4nger")]
    assert list(guess(headings, words).values()) == ["date", "item", "quantity", "destination", "consignee"]
    sent = {"file": ("own.csv", OWN, "text/csv")}
    columns = client.post("/api/ledger/columns", files=sent).json()["columns"]
    assert [c["field"] for c in columns] == ["reference", "date", "item", "quantity", "destination", "consignee"]
    found = client.post("/api/ledger", files=sent, data={"dates": "DMY"}).json()
    assert ["can be read two ways" in row["why"] for row in found["rejected"]] == [True]
    assert not [head for head in found["heads"] if "_" in head]
    assert {"May go", "Headroom TPP", "ECCN"} <= {*found["heads"]}
    told = client.post("/api/ledger", files=sent, data={"dates": "DMY", "decimal": "comma"}).json()
    assert told["rejected"] == []


@pytest.fixture(scope="module")
def shipment(client):
    asked = {"item": "H200 SXM", "quantity": 500, "to": "MYS", "on": "2026-11-26", "under": "history"}
    return unescape(client.get("/rules", params=asked).text)


def test_the_answer_to_a_shipment_reads_as_a_sentence(shipment):
    box = re.search(r'<div class="verdict.*?</div>', shipment, re.DOTALL)[0]
    assert "Listed parties own nothing of each party" in box
    assert re.search(r"open points? below do(es)? not bar it", box)


def test_a_ladder_classifies_an_item_once(shipment, study):
    stands = re.findall(r"<li class=\"(?:met|missed)\"><p><b>([^<]+)</b> <code>([^<]+)</code>", shipment)
    book = study.law("history")
    applied = [clause for word, clause in stands if word == "Applies" and book.by_id[clause].stage == "classify"]
    assert applied == ["oct2023.3a090a"]
    assert ("Classified above", "ear.unlisted_chip") in stands


def test_a_label_of_many_words_keeps_its_day():
    label = first_two_lines(f"{'many words of a reading ' * 6}, 2026-03")
    assert label.endswith("2026-03")
    assert max(map(len, label.split("|"))) <= LABEL + 1
    assert label.count("|") == 1
