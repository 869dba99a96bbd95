"""The app on a case of another kind: without a map and shipments, with a law of several kinds of answers."""

import re
from datetime import date
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from premortem import case
from premortem.app import question_form
from premortem.app.pages import rules_screens, screens_of, watch_screens
from premortem.app.routes.board import movers
from premortem.app.site import close, make
from premortem.app.view_state import State
from premortem.law.book import load
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.opinion import opine
from premortem.law.timeline import opinions
from premortem.study import Study
from premortem.text.numbers import days_in_words
from tests.app.conftest import ADDRESS
from tests.case.test_words_of_cases import words_of

OTHER = case.load("eu_gpai")
ASKED = {"flop_cumulative": "3e25", "placed_on": "2025-10-01", "provider_seat": "USA", "asked_on": "2026-09-01"}
# What the leading case speaks of, and the other does not.
FOREIGN = re.compile(r"Tier \d|H100|H20\b|HBM|NVIDIA|Huawei|Rhodium|shipments?|\bECCN\b|\bTPP\b|the note\b|\bchips?\b")


@pytest.fixture(scope="module")
def other():
    made = make(case="eu_gpai")
    yield TestClient(made, base_url=ADDRESS, raise_server_exceptions=False)
    close(made)


def asked(fields):
    return {f"f.{name}": value for name, value in fields.items()}


def main_of(text):
    return re.sub(r"<[^>]+>", " ", text[text.index("<main") : text.index("</main>")])


def test_screens_of_which_the_case_holds_nothing_are_left_out():
    screens = screens_of(Study(case="eu_gpai")).values()
    assert "World" not in screens
    assert "Rules" in screens
    assert {"World", "Rules"} <= {*screens_of(Study()).values()}
    assert "/rules/ledger" not in rules_screens(OTHER)
    assert "/rules/ledger" in rules_screens(case.default())
    assert "/watch/hindcast" not in watch_screens(OTHER)
    assert "/watch/hindcast" in watch_screens(case.default())


def test_what_moves_most_comes_first_of_each_kind(other):
    found = movers(other.app.state.desk.live, State("as-amended"))
    assert {r["kind"] for r in found} == {"lever", "belief"}
    for kind in ("lever", "belief"):
        sizes = [abs(r["change"]) for r in found if r["kind"] == kind]
        assert 0 < len(sizes) <= 5
        assert sizes == sorted(sizes, reverse=True)


def test_a_screen_of_a_map_or_a_ledger_says_in_words_that_there_is_none(other):
    for path, words in (("/world", "holds no map"), ("/rules/ledger", "decides no shipments")):
        answer = other.get(path)
        assert answer.status_code == 400
        assert words in answer.text


def test_the_answer_to_a_question_stands_with_its_clauses_and_what_would_change_it(other):
    text = other.get("/rules", params=asked(ASKED)).text
    opinion = opine(ASKED, load("as-amended", OTHER))
    assert days_in_words(opinion.sentence) in text
    assert all(f"<code>{c.clause}</code>" in text and c.paragraph in text for c in opinion.citations)
    assert text.count("Try it: With ") == len(opinion.changes) > 0
    assert "What was not checked" in text
    assert "Needs a licence" not in main_of(text)


def test_every_try_it_of_a_question_leads_to_the_answer_that_it_promises(other):
    text = other.get("/rules", params=asked(ASKED)).text
    links = re.findall(r'class="button small" href="([^"]+)" aria-label="Try it: With ([^"]+)"', text)
    changes = opine(ASKED, load("as-amended", OTHER)).changes
    assert len(links) == len(changes)
    for (link, _), change in zip(links, changes, strict=True):
        verdict = re.search(
            r'<p class="verdict told \w+"><b>[^<]+</b>.*?<code>([^<]+)</code>',
            other.get(link.replace("&amp;", "&")).text,
        )
        assert verdict
        assert verdict[1] == change.outcome


def test_a_question_that_cannot_be_read_leaves_the_form_filled_and_tells_every_fault(other):
    text = other.get("/rules", params=asked({"flop_cumulative": "banana", "narrow": "perhaps"})).text
    assert "is not a number" in text
    assert "is none of its values" in text
    assert 'value="banana"' in text


def test_a_question_is_answered_as_data_as_the_command_line_does(other):
    found = other.get("/api/rules", params=asked(ASKED)).json()
    told = opine(ASKED, load("as-amended", OTHER)).as_dict()
    assert {key: found[key] for key in ("outcome", "outcomes", "clause")} == {
        key: told[key] for key in ("outcome", "outcomes", "clause")
    }
    posted = other.post("/api/check", json={**ASKED, "under": "as-amended"}).json()
    assert posted["outcomes"] == told["outcomes"]


def test_the_form_holds_every_field_of_the_vocabulary_once():
    words = vocabulary(OTHER)
    first, others = question_form.form(ASKED, words)
    assert [f.name for f in first] == [f"f.{name}" for name in words.given if name in ASKED]
    assert {f.name for f in (*first, *others)} == {f"f.{name}" for name in words.given}


def test_the_strip_of_a_question_has_no_gap_and_agrees_with_the_answer_of_each_day():
    book = load("as-amended", OTHER)
    spans = opinions(ASKED, book, date(2027, 12, 31))
    assert spans[0].first == vocabulary(OTHER).first
    assert spans[-1].last == date(2027, 12, 31)
    assert all((b.first - a.last).days == 1 for a, b in pairwise(spans))
    for span in spans:
        for day in (span.first, span.last):
            assert opine({**ASKED, "asked_on": day}, book).outcome == span.outcome


def test_two_sides_of_the_law_are_compared_from_the_case_s_own_days(other):
    text = other.get("/rules/diff").text
    assert "law-changes" in text
    assert "<code>omnibus" not in text
    assert "Who gains" not in text


@pytest.mark.parametrize("path", ["/", "/board", "/levers", "/beliefs", "/rules", "/rules/diff", "/about", "/a/E1"])
def test_no_page_of_the_case_says_a_word_of_the_one_that_leads(other, path):
    said = main_of(other.get(path).text)
    assert not FOREIGN.findall(said)
    assert "2025-02-26" not in said
    assert "26 February 2025" not in said


def test_words_that_would_be_foreign_are_of_the_case_that_leads():
    assert words_of(case.DEFAULT).search("chips of Tier 2")


def test_an_app_of_a_run_of_another_case_is_refused_before_it_serves(small_run, monkeypatch, capsys):
    from premortem.cli import main

    words = ["premortem", "app", "--case", "eu_gpai", "--run", str(small_run.folder), "--no-browser", "--port", "0"]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 2
    assert "is a run of the case us_ai_2025, not of eu_gpai" in told.err
    assert "serves" not in told.out
