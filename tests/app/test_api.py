"""The JSON API: the keys of the command line, refusals in five fields, and schemathesis over all of it."""

import io
import json
import re
from itertools import pairwise

import polars as pl
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from premortem.app import view_state
from premortem.app.routes import board
from premortem.app.session import Desk
from premortem.app.site import bare
from premortem.questions.breaking_points import Breaks
from tests.law.sheets import desk_rows, xlsx


def test_the_board_has_the_keys_of_the_command_line(client, study):
    answer = client.get("/api/board").json()
    assert len(answer["board"]) == 6 * len(study.policies)
    for row in answer["board"]:
        assert {"assumption", "policy", "holds", "low", "high", "fails_on"} <= row.keys()
    assert "of futures" in answer["sentence"]
    assert not re.search("likely|probab|forecast", answer["sentence"])


def test_where_no_break_is_found_the_answer_says_what_was_tried(client, monkeypatch):
    tried = "no breaking point found: from the central future nothing that was tried breaks A2"
    monkeypatch.setattr(Desk, "answer", lambda self, key, make: make())  # kept answers are of other tests
    monkeypatch.setattr("premortem.app.routes.assumption.sought_breaks", lambda *asked: Breaks((), tried))
    answer = client.get("/api/assumption/A2/breaks").json()
    assert (answer["breaking"], answer["said"]) == ([], tried)
    assert "found.said" in client.get("/static/assumption.js").text


def test_only_what_is_in_view_is_answered_while_something_moves(client):
    answer = client.get("/api/board?only=1&vs=rescinded&l.diffusion.country_allocation.tpp=1e9").json()
    assert {r["policy"] for r in answer["board"]} == {"as-written", "rescinded"}
    assert len(answer["base"]) == 6
    assert answer["query"] == "vs=rescinded&l.diffusion.country_allocation.tpp=1000000000"


def test_changed_numbers_belong_to_their_policy_alone(client):
    plain = client.get("/api/board?vs=rescinded").json()["board"]
    moved = client.get("/api/board?vs=rescinded&l.diffusion.country_allocation.tpp=0").json()["board"]
    changed = {b["policy"] for a, b in zip(plain, moved, strict=True) if a["holds"] != b["holds"]}
    assert changed == {"as-written"}


def test_settings_that_are_not_understood_are_refused_all_at_once(client):
    answer = client.get("/api/board?only=1&polcy=rescinded&t.A2.models_contained=7&l.nosuch=1&vs=nosuch&pin=vs%3Dnone")
    assert answer.status_code == 422
    found = {one["key"]: one for one in answer.json()["errors"]}
    assert list(found) == ["vs", "l.nosuch", "t.A2.models_contained", "polcy", "pin"]
    assert found["polcy"]["hint"] == "did you mean policy?"
    assert "rescinded" in found["vs"]["allowed"]
    assert found["t.A2.models_contained"]["allowed"] == "0.05 to 0.5"
    assert all({"file", "key", "got", "allowed", "hint"} <= one.keys() for one in found.values())


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("board?policy=nosuch", "policy"),
        ("diff?since=abc", "since"),
        ("rules?on=abc", "date"),
        ("health?x=1", "x"),
        ("jobs?nosuch=1", "nosuch"),
        ("ledger/none/rows?outcom=1", "outcom"),
    ],
)
def test_no_key_of_an_address_of_the_api_goes_unread(client, path, key):
    answer = client.get(f"/api/{path}")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["key"] == key


def test_a_page_hands_on_what_it_understood_alone(client):
    text = client.get("/board?vs=rescinded&nonsense=1&l.nosuch=2").text
    assert 'data-left-out="nonsense=1&amp;l.nosuch=2"' in text


def test_an_assumption_answers_with_its_fan(client):
    answer = client.get("/api/assumption/a2").json()
    assert answer["assumption"] == "A2"
    assert len(answer["fan"]) == 32
    refused = client.get("/api/assumption/A9")
    assert refused.status_code == 400
    assert refused.json()["error"]["allowed"].startswith("A1, A2")


def test_curves_cross_where_the_verdict_flips(client):
    answer = client.get("/api/assumption/A3/curves").json()
    for name, points in answer["curves"].items():
        shares = [p["holds"] for p in points]
        assert shares in (sorted(shares), sorted(shares, reverse=True))
        flip = answer["flips"][name]
        assert (flip is None) == (max(shares) <= 0.5 or min(shares) > 0.5)


def test_a_decision_is_that_of_the_command_line(client):
    body = {"item": "H100 SXM", "quantity": 2000, "destination": "ARE", "date": "2025-06-01", "under": "as-written"}
    answer = client.post("/api/check", json=body).json()
    assert answer["outcome"] == "licence:presumption_of_approval"
    assert {"clause", "citation", "conditions_met", "headroom_tpp", "trace", "would_change"} <= answer.keys()


def test_changed_numbers_decide_shipments_too(client):
    body = {"item": "H100 SXM", "quantity": 2000, "destination": "ARE", "date": "2025-06-01", "under": "as-written"}
    answer = client.post("/api/check?l.diffusion.country_allocation.tpp=1000", json=body).json()
    assert answer["outcome"] == "licence:policy_of_denial"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"item": "H100 SXM", "destination": "Atlantis"}, "no such country"),
        ({"item": "H100 SXMX", "destination": "FRA"}, "did you mean"),
        ({"item": "H100 SXM", "destination": "FRA", "quantity": "nan"}, "whole units"),
        ({"item": "H100 SXM", "destination": "FRA", "colour": "red"}, "no such field"),
        ({"item": "H100 SXM", "destination": "FRA", "used_tpp": [1]}, "not one value"),
        ({"item": "H100 SXM", "destination": "FRA", "under": "nonsense"}, "as-written"),
        ({"item": "H100 SXM", "destination": "FRA", "date": "2525-01-01"}, "2035"),
    ],
)
def test_a_shipment_that_cannot_be_read_is_refused_in_words(client, body, said):
    answer = client.post("/api/check", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].keys() == {"file", "key", "got", "allowed", "hint"} | (
        {"what"} & answer.json()["error"].keys()
    )
    assert said in answer.text


def test_periods_of_a_shipment_follow_each_other_and_agree_with_single_decisions(client):
    from datetime import date, timedelta

    answer = client.get("/api/timeline?item=H20&to=CHN&quantity=10&under=history").json()
    periods = answer["periods"]
    for a, b in pairwise(periods):
        assert date.fromisoformat(a["to"]) + timedelta(1) == date.fromisoformat(b["from"])
    for p in periods:
        body = {"item": "H20", "destination": "CHN", "quantity": 10, "date": p["from"], "under": "history"}
        alone = client.post("/api/check", json=body).json()
        assert (alone["outcome"], alone["may_go"]) == (p["outcome"], p["may_go"])


def test_periods_of_the_page_hang_on_what_the_answer_hangs_on_and_say_to_which_day_news_were_followed(client):
    page = client.get("/rules?item=H200+SXM&to=MYS&quantity=500&on=2026-11-28").text
    assert "May go only under conditions" in page
    (last,) = re.findall(r'<li class="unknown now">.*?</li>', page, re.DOTALL)
    assert "May go only under conditions: no licence needed" in last
    assert "Does BIS still not enforce the framework" in last
    assert "The rulebook is verified to 8 October 2026 only" in last
    assert "no clause requires anything" not in last


def test_the_difference_of_two_days(client):
    answer = client.get("/api/diff?a=2025-02-26&b=2026-02-01").json()
    assert any(c["clause"] == "h20.letters" for c in answer["changes"])
    assert client.get("/api/diff?a=2025-02-26&b=2025-02-26").json()["changes"] == []
    assert client.get("/api/diff?a=nonsense&b=2025-02-26").status_code == 400


def upload(client, name, content, under="as-written"):
    return client.post("/api/ledger", files={"file": (name, content)}, data={"under": under})


def test_a_ledger_is_decided_and_what_cannot_be_read_is_on_top(client):
    answer = upload(
        client,
        "shipments.csv",
        (b"item,quantity,destination,date\nH100 SXM,10,FRA,2025-06-01\nH100 SXM,10,Atlantis,2025-06-01\n"),
    )
    found = answer.json()
    assert found["rows"] == 2
    assert found["rejected"][0]["row"] == 2
    assert len(found["preview"]) == 2
    whole = client.get(found["download"])
    assert pl.read_csv(io.BytesIO(whole.content)).height == 2
    assert client.get("/api/ledger/guessed").status_code == 400


def test_a_ledger_is_asked_under_the_law_as_it_stands_and_one_under_another_policy_says_that_it_is_not_the_law(client):
    assert '<option value="history" selected>' in client.get("/rules/ledger").text.partition('id="ledger"')[2]
    row = b"item,quantity,destination,date\nH100 SXM,10,FRA,2025-06-01\n"
    assert "hypothetical policy as-written" in upload(client, "one.csv", row).json()["not_law"]
    assert upload(client, "one.csv", row, under="").json()["not_law"] == ""


def test_each_outcome_of_a_ledger_reads_in_words_what_is_to_be_told_too(client):
    rows = b"item,quantity,destination,date\nT4,1,FRA,2025-06-01\nT4,1,Korea,2025-06-01\nRTX PRO 6000 Blackwell,1,QAT,2025-07-01\n"
    reads = upload(client, "one.csv", rows, under="").json()["reads"]
    assert reads["no_licence_required"] == "No licence needed"
    assert reads["needs:destination"] == "Cannot be decided: say what the destination is"
    assert reads["needs:datacentre"].startswith("Cannot be decided: say whether ")


OWN = b"Chip,Qty,Ship-to country,Ship date\nH100 SXM,10,FRA,2025-06-01\nH100 SXM,90000,IND,2025-06-01\n"


def test_somebodys_own_headings_are_matched_and_the_rows_can_be_asked_by_outcome(client):
    matched = client.post("/api/ledger/columns", files={"file": ("own.csv", OWN)}).json()
    fields = {c["heading"]: c["field"] for c in matched["columns"]}
    assert fields == {"Chip": "item", "Qty": "quantity", "Ship-to country": "destination", "Ship date": "date"}
    assert matched["columns"][1]["values"] == ["10", "90000"]
    files, data = {"file": ("own.csv", OWN)}, {"under": "as-written", "columns": json.dumps(fields)}
    found = client.post("/api/ledger", files=files, data=data).json()
    assert sum(found["by_clause"].values()) <= found["rows"] == 2
    denied = client.get(f"{found['download']}/rows", params={"outcome": "licence:policy_of_denial"}).json()
    assert (denied["matching"], denied["rows"][0][0], len(denied["rows"])) == (1, "2", 1)
    both = client.get(f"{found['download']}/rows", params={"first": 1}).json()
    assert (both["matching"], len(both["rows"])) == (2, 1)
    none = client.get(f"{found['download']}/rows", params={"clause": "nothing"}).json()
    assert (none["matching"], none["rows"]) == (0, [])


def test_a_ledger_comes_back_under_its_own_headings_with_the_rows_to_look_at_by_themselves(client):
    rows = 'a1,H100 SXM,10,France,2025-06-01,Acme\na2,H100 SXM,"1.000",Germany,2025-06-01,Acme\na3,T4,1,Korea,2025-06-01,Acme\n'
    content = f"Ref,Chip,Qty,Ship-to country,Ship date,outcome\n{rows}"
    found = client.post("/api/ledger", files={"file": ("own.csv", content)}).json()
    whole, look = [
        pl.read_csv(io.BytesIO(client.get(found[file]).content), infer_schema=False)
        for file in ("download", "look_file")
    ]
    assert whole.columns[:6] == [
        "Ref",
        "Chip",
        "Qty",
        "Ship-to country",
        "Ship date",
        "_outcome",
    ]  # the answer's name is taken
    assert whole["Ship-to country"].to_list() == ["France", "Germany", "Korea"]
    assert found["to_look_at"] == look.height < whole.height + 1
    by_ref = {row["Ref"]: row for row in look.to_dicts()}
    assert by_ref["a3"]["may_go"] is None
    assert by_ref["a3"]["rejected"] is None
    assert "the decimal mark set to comma reads 1000" in by_ref["a2"]["rejected"]
    assert "--" not in by_ref["a2"]["rejected"] + found["rejected"][0]["why"]
    assert look.columns[:2] == ["_row", "why"]
    assert all(look["why"]), "each row says why it is here"
    assert by_ref["a3"]["why"].startswith("Cannot be decided")
    assert "its parent's headquarters" in by_ref["a1"]["why"]
    assert not any("_" in said for said in look["why"])


def test_a_row_that_gives_back_an_earlier_one_hangs_on_nothing(client):
    rows = "a1,H100 SXM,10,France,2025-06-01,,Acme\na2,H100 SXM,4,France,2025-06-02,a1,Acme\n"
    content = f"id,item,quantity,destination,date,returns,consignee\n{rows}"
    found = client.post("/api/ledger", files={"file": ("own.csv", content)}).json()
    look = pl.read_csv(io.BytesIO(client.get(found["look_file"]).content), infer_schema=False)
    assert look["id"].to_list() == ["a1"]


@pytest.mark.parametrize(
    ("head", "row", "asked", "said"),
    [
        ("Item,Qty,Country,Date,Consignee,Consignee", "H20,1,SGP,2026-09-01,Acme,Huawei", {"Consignee", "Consignee (2)"}, "names two columns"),
        ("Item,Qty,Destination,Ship to,Date", "H20,1,SGP,CHN,2026-09-01", {"Ship to"}, "may be destination"),
        ("Item,Quantitty,Country,Date", "H20,1,SGP,2026-09-01", {"Quantitty"}, "no such column"),
    ],
)  # fmt: skip
def test_a_column_that_the_command_line_would_ask_of_is_asked_of_on_the_page(client, head, row, asked, said):
    files = {"file": ("own.csv", f"{head}\n{row}\n")}
    columns = client.post("/api/ledger/columns", files=files).json()["columns"]
    assert {c["heading"] for c in columns if c["asks"]} == asked
    assert all(said in c["asks"] and not c["field"] for c in columns if c["asks"])
    refused = client.post("/api/ledger", files=files)
    assert refused.status_code == 400
    assert said in refused.text


def test_a_customer_beside_a_consignee_is_read_as_a_party_on_the_page_too(client):
    head = "Item,Qty,Country,Date,Consignee,Customer\nH20,1,SGP,2026-09-01,Acme,Huawei\n"
    columns = client.post("/api/ledger/columns", files={"file": ("own.csv", head)}).json()["columns"]
    assert {c["heading"]: c["field"] for c in columns}["Customer"] == "purchaser"


def test_a_profile_that_no_longer_fits_is_told_before_columns_are_shown(client, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    kept = {"Thing": "item", "Qty": "quantity", "Country": "destination", "Day": "date"}
    files = {"file": ("own.csv", b"Thing,Qty,Country,Day\nH20,1,FR,2025-04-03\n")}
    client.post("/api/ledger", files=files, data={"columns": json.dumps(kept), "profile": "desk"})
    files = {"file": ("own.csv", b"Item,Qty,Country,Day\nH20,1,FR,2025-04-03\n")}
    refused = client.post("/api/ledger/columns", files=files, data={"profile": "desk"})
    assert refused.status_code == 400
    assert "profile desk no longer fits" in refused.json()["error"]["hint"]


def test_a_desks_workbook_is_matched_decided_and_its_rejected_rows_are_given_back(client, tmp_path):
    content = xlsx(tmp_path / "desk.xlsx", Shipments=desk_rows(), Notes=[["none"]]).read_bytes()
    asked = client.post("/api/ledger/columns", files={"file": ("desk.xlsx", content)})
    assert asked.status_code == 400
    assert "holds several sheets: Shipments, Notes" in asked.text
    assert asked.json()["error"]["file"] == "desk.xlsx"  # as its owner calls it
    matched = client.post(
        "/api/ledger/columns", files={"file": ("desk.xlsx", content)}, data={"sheet": "Shipments"}
    ).json()
    fields = {c["heading"]: c["field"] for c in matched["columns"]} | {"Part No": "", "Description": "item", "ECCN": ""}
    data = {"sheet": "Shipments", "columns": json.dumps(fields), "decimal": "point"}
    found = client.post("/api/ledger", files={"file": ("desk.xlsx", content)}, data=data).json()
    assert (found["rows"], found["rejected_count"], found["rejected"][0]["line"]) == (20, 1, 21)
    assert found["consignees_merged"]
    given = pl.read_csv(io.BytesIO(client.get(found["rejected_file"]).content))
    assert given.select("_row", "rejected").row(0) == (16, "destination cannot be read: Polska")


def test_a_layout_that_is_kept_under_a_name_reads_the_next_table(client, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    content = b"Thing,Qty,Country,Day\nH20,1,FR,03/04/2025\n"
    files = {"file": ("own.csv", content)}
    columns = {"Thing": "item", "Qty": "quantity", "Country": "destination", "Day": "date"}
    asked = {"columns": json.dumps(columns), "dates": "DMY", "profile": "my desk"}
    found = client.post("/api/ledger", files=files, data=asked).json()
    assert found["profile"] == str(tmp_path / "premortem/profiles/my desk.toml")
    matched = client.post("/api/ledger/columns", files=files, data={"profile": "my desk"}).json()
    assert {c["heading"]: c["field"] for c in matched["columns"]} == columns
    again = client.post("/api/ledger", files=files, data={"columns": json.dumps(columns), "profile": "my desk"}).json()
    assert (again["rejected"], again["profile"]) == ([], None)  # the order of its days is kept, and nothing is new
    assert 'value="my desk"' in client.get("/rules/ledger").text
    more = {"file": ("own.csv", b"Thing,Qty,Country,Day,Ultimate Destination\nH20,1,FR,03/04/2025,IR\n")}
    refused = client.post("/api/ledger", files=more, data={"profile": "my desk"})
    assert (refused.status_code, refused.json()["error"]["key"]) == (400, "Ultimate Destination")
    assert client.post("/api/ledger/columns", files=files, data={"profile": "../x"}).status_code == 400


@pytest.mark.parametrize("columns", ["{", "[]", '{"Chip": 1}', '{"Nothing": "item"}', '{"Chip": "colour"}'])
def test_a_match_of_columns_that_cannot_be_is_refused_in_words(client, columns):
    answer = client.post("/api/ledger", files={"file": ("own.csv", OWN)}, data={"columns": columns})
    assert answer.status_code == 400
    assert answer.json()["error"]["allowed"] or answer.json()["error"]["hint"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.png", b"\x89PNG"),
        ("broken.parquet", b"PAR1nonsense"),
        ("strange.csv", b"a,b\n1,2\n"),
        ("binary.csv", bytes(range(256)) * 10),
        ("../../etc/passwd.csv", b"a\n"),
    ],
)
def test_a_wrong_upload_is_refused_in_words(client, name, content):
    answer = upload(client, name, content)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["hint"] or answer.json()["error"]["allowed"]
    assert "passwd" not in answer.json()["error"]["file"] or "/" not in answer.json()["error"]["file"]


def test_the_world_is_told_by_country_and_what_is_missing_is_null(client):
    tiers = client.get("/api/world?measure=tier").json()
    assert (tiers["values"]["ARE"][0], tiers["values"]["CHN"][0], tiers["values"]["GBR"][0]) == (2, 3, 1)
    stock = client.get("/api/world?measure=stock").json()
    assert stock["values"]["USA"][-1] == stock["top"]
    assert "GRL" not in stock["values"]
    caps = client.get("/api/world?measure=cap").json()
    assert caps["values"]["USA"] == [None] * 32
    assert client.get("/api/world?measure=nonsense").status_code == 400


def test_a_country_stands_for_itself_or_says_which_block_it_is_part_of(client):
    alone = client.get("/api/world/India").json()
    assert (alone["iso3"], alone["tier"], alone["alone"], len(alone["rows"])) == ("IND", 2, True, 32)
    assert all(r["p5"] <= r["p50"] <= r["p95"] for r in alone["rows"])
    assert client.get("/api/world/GRL").json()["rows"] == []
    assert client.get("/api/world/Atlantis").status_code == 400


@pytest.mark.slow
def test_what_happened_is_held_against_what_was_said(client):
    found = client.get("/api/hindcast").json()
    assert {"observables", "coverage90", "beats_persistence", "events_brier"} <= found.keys()


@pytest.mark.slow
def test_an_exhibit_comes_as_a_picture_and_as_a_table(client):
    assert client.get("/api/exhibits/table-1.svg").text.startswith("<svg")
    assert client.get("/api/exhibits/table-1.png?bare=1").content.startswith(b"\x89PNG")
    assert pl.read_csv(io.BytesIO(client.get("/api/exhibits/table-1.csv").content)).height > 0
    assert client.get("/api/exhibits/table-1.html").headers["content-disposition"].startswith("attachment")


def test_an_exhibit_of_another_kind_or_name_is_refused(client):
    for wrong in ("table-1.exe", "nonsense.svg"):
        assert client.get(f"/api/exhibits/{wrong}").status_code == 400


def test_every_key_of_a_view_is_told_in_the_description_of_the_api(client):
    from premortem.app.view_state import _OWN

    told = client.get("/api/openapi.json").json()["info"]["description"]
    assert [k for k in [*_OWN, "l.", "d.", "t.", "p."] if f"`{k}" not in told] == []


schema = schemathesis.openapi.from_dict(bare().openapi())
# what takes seconds, or starts processes, is tried by tests of its own
QUICK = schema.exclude(
    path_regex="jobs|why|movers|compare|ledger|futures|watch|hindcast|exhibits|world|effects|refined|diff"
)
# what takes a second or more for each request that is right
LONG = schema.include(path_regex="effects|refined|diff")


def never_a_bug(case, client):
    asked = case.as_transport_kwargs(base_url="http://127.0.0.1:8760")
    body = "content" if isinstance(asked.get("data"), str | bytes) else "data"
    kept = {body if k == "data" else k: v for k, v in asked.items() if v is not None and k != "cookies"}
    answer = client.request(**kept)
    assert answer.status_code < 500, answer.text


@QUICK.parametrize()
@settings(max_examples=settings().max_examples // 8, suppress_health_check=list(HealthCheck))
def test_no_request_of_the_schema_ends_in_a_bug(case, client):
    never_a_bug(case, client)


@pytest.mark.slow
@LONG.parametrize()
@settings(max_examples=settings().max_examples // 8, suppress_health_check=list(HealthCheck))
def test_no_request_of_the_schema_that_takes_long_ends_in_a_bug(case, client):
    never_a_bug(case, client)


@pytest.mark.parametrize("path", ["/api/levers/effects", "/api/diff", "/api/board/refined"])
def test_a_wrong_request_for_what_takes_long_ends_in_no_bug(client, monkeypatch, path):
    """A few of those that the slow suite makes from the schema."""
    for module in (board, view_state):
        monkeypatch.setattr(module, "MOST_FUTURES", 2000)
    wrong = [
        "of=%00&a=%00",
        "of=&of=%0A&a=&b=&n=nan&seed=-1",
        "of=nothing&a=9999-99-99&b=null&w=record&asof=null&vs=%F0%9F",
    ]
    asked = [client.get(f"{path}?{query}") for query in wrong]
    asked += [client.request(method, path) for method in ("POST", "PUT", "TRACE")]
    assert [answer.text for answer in asked if answer.status_code >= 500] == []
    assert all(answer.status_code == 405 for answer in asked[3:])


@pytest.mark.parametrize(
    "of",
    [
        "p.imitation_lag",
        *(
            pytest.param(lever, marks=pytest.mark.slow)
            for lever in ("l.diffusion.country_allocation.tpp", "l.strength.deals")
        ),
    ],
)
def test_what_it_would_take_agrees_with_the_view_that_stands_there(client, of):
    found = client.get(f"/api/assumption/A2/takes?of={of}").json()
    there = found["rows"][4]
    value = f"{there['value']:.10g}" + (f"..{there['value']:.10g}" if of[0] == "p" else "")
    board = client.get(f"/api/assumption/A2?{of}={value}").json()["board"]
    assert next(r["holds"] for r in board if r["policy"] == "as-written") == pytest.approx(there["holds"], abs=2e-3)


@pytest.mark.parametrize("of", ["p.nothing", "l.no.such", "x", "", "l.strength.nothing", "p." + "x" * 200])
def test_what_cannot_be_tried_is_refused(client, of):
    assert client.get("/api/assumption/A2/takes", params={"of": of}).status_code in (400, 422)


def test_more_futures_are_set_beside_the_first_answer(client, monkeypatch):
    for module in (board, view_state):
        monkeypatch.setattr(module, "MOST_FUTURES", 4000)
    found = client.get("/api/board/refined?vs=rescinded&t.A2.models_contained=0.3").json()
    many = client.get("/api/board?only=1&vs=rescinded&t.A2.models_contained=0.3&n=4000").json()
    few = client.get("/api/board?only=1&vs=rescinded&t.A2.models_contained=0.3").json()
    assert (found["first"], found["futures"]) == (2000, 4000)
    assert found["board"] == many["board"]
    pairs = zip(few["board"], many["board"], strict=True)
    assert len(found["outside"]) == sum(not a["low"] <= b["holds"] <= a["high"] for a, b in pairs)


def test_more_futures_stop_when_nobody_waits(desk):
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from fastapi import HTTPException

    from premortem.app.routes.board import refined
    from premortem.app.view_state import State

    class Gone:
        asked = 0

        async def is_disconnected(self):
            self.asked += 1
            return self.asked > 2

    view, gone = State("as-written", seed=99), Gone()
    with pytest.raises(HTTPException, match="nobody waits"):
        # in a thread of its own: a browser of another test may hold this one's loop
        ThreadPoolExecutor(1).submit(asyncio.run, refined(gone, desk, view)).result()
    assert gone.asked == 3


def test_f097_formulas_of_a_ledger_are_tame_in_its_downloads_and_as_they_were_on_the_page(client):
    rows = "2025-02-01,H100 SXM,10,FRA,=HYPERLINK(1)\n2025-02-01,+1+1,3,FRA,@SUM(A1)\n2025-02-01,H100 SXM,-3,FRA,ok\n"
    content = "date,item,quantity,destination,consignee\n" + rows
    found = client.post("/api/ledger", files={"file": ("l.csv", content)}).json()
    whole, rejected = client.get(found["download"]).text, client.get(found["rejected_file"]).text
    for live in ("=HYPERLINK(1)", "+1+1", "@SUM(A1)"):
        assert f"'{live}" in whole
        assert f",{live}" not in whole + rejected
    assert ",-3," in rejected
    shown = client.get(f"{found['download']}/rows").json()["rows"]
    assert any("=HYPERLINK(1)" in row for row in shown)


def test_f095_an_upload_that_decodes_to_much_is_refused(client, monkeypatch):
    from premortem.app.routes import ledger

    monkeypatch.setattr(ledger, "MOST_DECODED", 100)
    held = io.BytesIO()
    pl.DataFrame({"item": ["x" * 1000] * 10}).write_parquet(held)
    answer = client.post("/api/ledger", files={"file": ("l.parquet", held.getvalue())})
    assert answer.status_code == 400
    assert "decodes to" in answer.text


def test_f096_half_a_character_is_refused_by_every_route_that_takes_one(client):
    for path in ("/api/check", "/api/jobs", "/api/states", "/api/levers/save"):
        kind = {"content-type": "application/json"}
        assert client.post(path, content='{"item": "\\ud800"}', headers=kind).status_code == 400
    asked = {"file": ("l.csv", "date,item\n")}
    answer = client.post("/api/ledger", files=asked, data={"columns": '{"\\ud800": "item"}'})
    assert answer.status_code == 400
    assert "half a character" in answer.text


def test_f096_a_line_break_in_a_name_is_refused(client):
    for name in ("a%0a", "a%0d%0ax:y", "%00"):
        assert client.get(f"/api/levers/policy.toml?name={name}").status_code == 400
