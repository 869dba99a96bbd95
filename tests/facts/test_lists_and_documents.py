"""Lists of parties and Federal Register documents, pulled from a server on this machine that answers in their published format."""

import json
import sys
from datetime import UTC, datetime, timedelta

import pytest

from premortem import cli, facts
from premortem.bench.screening import published
from premortem.case import default
from premortem.cases.us_ai_2025.timed import FIRMS
from premortem.errors import BadInput, MissingData
from premortem.facts import fetch as fetching
from premortem.facts import live
from premortem.law import book as rules
from premortem.law.audit import book_told
from premortem.law.decide import Transaction, explain
from premortem.law.parties.pulled_lists import with_pulled
from premortem.law.screening import screen
from tests.facts.served import Server, get

TODAY = datetime.now(UTC).date()
LISTED = {
    "id": "1", "name": "Zorvath Kelpont Co., Ltd.", "alt_names": ["Wuvelo Brannt"], "type": None, "programs": [],
    "addresses": [{"address": "1 Example Road", "city": "Elsewhere", "state": None, "postal_code": None, "country": "CN"}],
    "source": "Entity List (EL) - Bureau of Industry and Security", "start_date": "2026-08-20", "end_date": None,
    "federal_register_notice": "91 FR 50000", "standard_order": None, "license_requirement": "For all items subject to the EAR.",
    "license_policy": "Policy of denial.", "source_list_url": "https://example.org",
}  # fmt: skip
OTHER = LISTED | {
    "name": "Elsewhere Trading",
    "alt_names": None,
    "source": "Nonproliferation Sanctions (ISN) - State Department",
}
PAGE = "https://example.org/1"


def document(n: int) -> dict[str, object]:
    return {"document_number": f"2026-{n:05}", "citation": f"91 FR {60000 + n}", "title": f"Revision {n} of Export Controls",
            "type": "Rule", "publication_date": f"2026-10-{n:02}", "effective_on": None, "html_url": PAGE, "abstract": None,
            "agency_names": ["Commerce Department", "Industry and Security Bureau"],
            "cfr_references": [{"title": 15, "part": 744}]}  # fmt: skip


@pytest.fixture
def known(server, monkeypatch, tmp_path):
    monkeypatch.setattr(live, "home", lambda: tmp_path / "data")
    few = {"url": server, "least_rows": 1}
    found = {name: facts.sources()[name].model_copy(update=few) for name in ("screening_list", "federal_register")}
    monkeypatch.setattr(live, "sources", lambda case=None: found)
    monkeypatch.setattr(facts, "sources", lambda case=None: found)
    return found


def sends(told, **more):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return lambda server: server.send(body, **more)


def pull(known, name, *answers):
    Server.answers = list(answers)
    return live.pull([name], known=known, get=get)


def lists(*entries):
    return sends({"results": [*entries], "total": len(entries)})


def test_a_good_list_is_kept_dated_and_hashed(known):
    (record,) = pull(known, "screening_list", lists(LISTED, OTHER))["pulled"]
    assert record["rows"] == 2
    assert len(record["sha256"]) == 64
    assert record["fetched"].startswith(str(TODAY))
    assert live.read_pulled("screening_list", known)["alt_names"].to_list() == ["Wuvelo Brannt", None]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sends(json.dumps({"results": [LISTED]}).encode()[:-40]), "is not a json table as expected"),
        (sends(json.dumps({"results": [LISTED]}).encode()[:-40], length=5_000), "cut short"),
        (sends({"results": [LISTED], "total": 2}), "came half-way: 1 of 2 entries"),
        (sends({"entries": [LISTED], "total": 1}), "the columns have changed: no list under results"),
        (
            lists({k: v for k, v in LISTED.items() if k != "source"}),
            "the columns have changed: not every entry has source",
        ),
        (lists(), "has 0 rows"),
        (sends(b"<html>down for maintenance</html>"), "is not a json table as expected"),
    ],
)
def test_a_bad_list_is_one_line_and_the_one_before_stays(known, answer, said):
    good = pull(known, "screening_list", lists(LISTED))["pulled"][0]
    (failed,) = pull(known, "screening_list", answer)["failed"]
    assert said in failed["why"]
    assert "\n" not in failed["why"]
    assert live.records(known) == [good]


def test_a_slow_server_is_given_up_on_and_what_it_was_asked_is_not_printed(server, tmp_path):
    Server.answers = [lambda s: s.server.gate.wait(20)]
    with pytest.raises(MissingData, match=r"no answer in 0\.2 s") as caught:
        fetching.fetch(f"{server}?conditions=long", tmp_path / "x", 10_000, patience=0.2, waits=())
    assert "conditions" not in str(caught.value)


def test_documents_of_all_pages_are_one_table(known, server):
    first = {"count": 3, "total_pages": 2, "next_page_url": f"{server}?page=2", "results": [document(1), document(2)]}
    last = {"count": 3, "total_pages": 2, "results": [document(3)]}
    (record,) = pull(known, "federal_register", sends(first), sends(last))["pulled"]
    assert record["rows"] == 3
    assert live.read_pulled("federal_register", known)["citation"].to_list() == [
        f"91 FR {60000 + n}" for n in (1, 2, 3)
    ]
    (failed,) = pull(known, "federal_register", sends(first), sends({"count": 3, "results": []}))["failed"]
    assert "came half-way: 2 of 3 entries" in failed["why"]


def test_a_next_page_at_another_server_is_not_followed(known):
    away = {"count": 2, "next_page_url": "https://example.org/2", "results": [document(1)]}
    (failed,) = pull(known, "federal_register", sends(away))["failed"]
    assert "its next page is at another server" in failed["why"]


def test_pages_without_end_are_given_up_on(known, server):
    again = {"count": 9, "next_page_url": server, "results": [document(1)]}
    (failed,) = pull(known, "federal_register", sends(again))["failed"]
    assert "has over 20 pages" in failed["why"]


def test_documents_are_asked_for_from_the_day_to_which_the_text_was_read():
    from premortem.law.rulebook_version import shipped_version

    assert f"publication_date%5D%5Bgte%5D={shipped_version(default()).text}" in facts.sources()["federal_register"].url


def asked(case, name, day=TODAY, **more):
    return explain(
        Transaction(case=case, item="H20", destination="IND", date=day, consignee=name, headquarters="IND", **more),
        rules.load("history", case),
    )


def test_pulled_lists_decide_when_asked_and_are_hashed_into_the_answer(known):
    pull(known, "screening_list", lists(LISTED, OTHER))
    case = with_pulled(default())
    shipped, pulled = asked(default(), LISTED["name"]), asked(case, LISTED["name"])
    assert shipped.outcome == "no_licence_required"
    assert (pulled.outcome, pulled.may_go) == ("licence:policy_of_denial", False)
    assert (
        asked(case, LISTED["name"], day=datetime(2026, 8, 19).date()).outcome == "no_licence_required"
    )  # before its day
    assert asked(case, "wuvelo brannt").outcome == "licence:policy_of_denial"  # by its other name
    (hit,) = pulled.hits
    assert (hit.list, str(hit.date), hit.source.split(";")[0]) == ("Entity List", "2026-08-20", "91 FR 50000")
    digest = live.records(known)[0]["sha256"]
    assert pulled.as_dict()["rulebook"]["lists_sha256"] == digest
    assert "lists_sha256" not in shipped.as_dict()["rulebook"]
    told, before = book_told(rules.load("history", case)), book_told(rules.load("history"))
    assert told["parties_sha256"] != before["parties_sha256"]


def test_a_name_on_no_pulled_list_is_screened_on_the_day_of_the_pull_alone(known):
    pull(known, "screening_list", lists(LISTED))
    case = with_pulled(default())
    assert asked(default(), "Bengal Compute").unscreened == ("Bengal Compute",)
    assert asked(case, "Bengal Compute").unscreened == ()
    for day in (TODAY - timedelta(1), TODAY + timedelta(1)):
        assert asked(case, "Bengal Compute", day=day).unscreened == ("Bengal Compute",)
    found = screen(["Bengal Compute", "Huawei Technologies"], TODAY, case)
    assert found.unknown == ()
    assert {h.given for h in found.hits} == {"Huawei Technologies"}  # the table that ships stays in use
    assert ("Entity List", str(TODAY), 1) in found.lists


def test_an_entry_without_a_policy_or_with_several_counts_as_the_strict_one(known):
    unsaid = LISTED | {
        "license_policy": "Case-by-case for some; presumption of denial for others.",
        "name": "Mixed Optics",
    }
    pull(known, "screening_list", lists(unsaid))
    assert asked(with_pulled(default()), "Mixed Optics").outcome == "licence:presumption_of_denial"


def test_lists_that_were_never_pulled_or_that_a_case_has_not_are_one_line(known):
    with pytest.raises(MissingData, match="premortem data pull screening_list"):
        with_pulled(default())
    from premortem.case import load

    with pytest.raises(BadInput, match="eu_gpai has no lists of parties to pull"):
        with_pulled(load("eu_gpai"))


def test_check_screen_and_ledger_take_the_pulled_lists(known, tmp_path, capsys, monkeypatch):
    pull(known, "screening_list", lists(LISTED))
    table = tmp_path / "desk.csv"
    table.write_text(f'item,quantity,to,date,consignee\nH20,1,IND,2026-09-01,"{LISTED["name"]}"\n')
    for args, told in (
        (
            ["check", "--item", "H20", "--to", "IND", "--on", "2026-09-01", "--consignee", LISTED["name"]],
            '"outcome": "licence:policy_of_denial"',
        ),
        (["screen", LISTED["name"], "--on", "2026-09-01"], "91 FR 50000"),
        (["ledger", str(table)], '"licence:policy_of_denial": 1'),
    ):
        for data, there in (("pulled", True), ("shipped", False)):
            monkeypatch.setattr(sys, "argv", ["premortem", *args, "--data", data, "--json"])
            with pytest.raises(SystemExit):
                cli.main()
            assert (told in capsys.readouterr().out) is there, (args[0], data)


def test_a_published_list_holds_as_many_names_as_asked_for():
    entries = published(FIRMS, 1_000)["results"]
    assert sum(1 + len(entry["alt_names"]) for entry in entries) in (1_000, 1_001)
