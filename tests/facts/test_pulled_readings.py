"""What companies file, pulled from a server on this machine in the SEC's published format, as readings of a run that asks for them."""

import json
import sys
from datetime import date

import pytest

from premortem import cli, facts
from premortem.case import default
from premortem.errors import BadInput, MissingData
from premortem.facts import live
from premortem.study import Study, case_of_run
from premortem.watch import pulled, quantities
from tests.facts.served import Server, get
from tests.waiting import longest

CAPEX = [f"sec_capex_{firm}" for firm in ("amazon", "alphabet", "meta", "microsoft")]


def filing(start, end, value, filed, form="10-Q"):
    return {"start": start, "end": end, "val": value, "accn": "0001-25-1", "fy": 2025, "fp": "Q1", "form": form, "filed": filed, "frame": "CY"}  # fmt: skip


def concept(*filings, unit="USD"):
    """A company's concept as the SEC publishes it."""
    document = {"cik": 1, "taxonomy": "us-gaap", "tag": "PaymentsToAcquirePropertyPlantAndEquipment", "label": "Payments", "description": "Payments",
                "entityName": "A COMPANY", "units": {unit: [*filings]}}  # fmt: skip
    return json.dumps(document).encode()


# A company whose year ends in June, and one whose year is the calendar's.
JUNE = (
    filing("2024-07-01", "2025-06-30", 64e9, "2025-07-30", "10-K"),
    filing("2024-07-01", "2024-12-31", 30e9, "2025-01-29"),
    filing("2025-07-01", "2025-12-31", 49e9, "2026-01-28"),
    filing("2025-07-01", "2025-09-30", 19e9, "2025-10-29"),
)
CALENDAR = (
    filing("2025-01-01", "2025-12-31", 131e9, "2026-02-05", "10-K"),
    filing("2025-01-01", "2025-12-31", 129e9, "2027-02-04", "10-K"),
    filing("2025-01-01", "2025-06-30", 55e9, "2025-08-01"),
    filing("2025-01-01", "2025-09-30", 90e9, "2025-10-31"),
)


@pytest.fixture
def sources(server, monkeypatch, tmp_path):
    monkeypatch.setattr(live, "home", lambda: tmp_path / "data")
    monkeypatch.setenv("PREMORTEM_CONTACT", "someone@example.org")
    held = live.sources(default())
    small = {name: s.model_copy(update={"url": server, "least_rows": 3}) for name, s in held.items() if name in CAPEX}
    monkeypatch.setattr(live, "sources", lambda case=None: small)
    monkeypatch.setattr(facts, "sources", lambda case=None: small)
    return small


def sends(body, **more):
    return lambda server: server.send(body, **more)


def pull(sources, *answers, names=CAPEX):
    Server.answers = list(answers)
    return live.pull(names, known=sources, get=get)


def test_every_rule_is_of_a_quantity_and_of_sources_that_there_are():
    rules = pulled.rules_of_readings(default())
    assert {rule.quantity for rule in rules} <= quantities.shipped_quantities(default()).keys()
    assert {name for rule in rules for name in rule.sources} <= live.sources(default()).keys()


def test_a_calendar_year_is_put_together_from_filings_of_another_year():
    filed = pulled.first_filings(JUNE, "sec")
    year = pulled.flow_over(filed, date(2025, 1, 1), date(2025, 12, 31))
    assert year == pulled.Flow(64e9 - 30e9 + 49e9, date(2026, 1, 28))
    quarter = pulled.flow_over(filed, date(2025, 10, 1), date(2025, 12, 31))
    assert quarter == pulled.Flow(49e9 - 19e9, date(2026, 1, 28))
    assert pulled.flow_over(filed, date(2026, 1, 1), date(2026, 12, 31)) is None


def test_what_was_filed_first_counts_since_that_was_known_then():
    filed = pulled.first_filings(CALENDAR, "sec")
    assert pulled.flow_over(filed, date(2025, 1, 1), date(2025, 12, 31)) == pulled.Flow(131e9, date(2026, 2, 5))


def test_a_run_that_asks_for_pulled_tables_reads_them_and_says_which(sources):
    result = pull(sources, *(sends(concept(*CALENDAR)) for _ in range(3)), sends(concept(*JUNE)))
    assert [r["name"] for r in result["pulled"]] == CAPEX
    assert Server.asked[-1]["User-Agent"].endswith("someone@example.org")
    study = Study(pulled=True)
    two = [r.value for r in study.readings.mapped if (r.quantity, r.group) == ("capex_microsoft_year", "capex2025")]
    assert two == pytest.approx([118, 83]), "cash stands beside what counts leases"
    year = {r.quantity: r for r in study.readings.mapped if r.on == date(2025, 12, 31) and r.source.startswith("filed")}
    assert year["capex_amazon_year"].value == pytest.approx(131)
    assert year["capex_big4_year"].value == pytest.approx(3 * 131 + 83)
    assert year["capex_big4_year"].known_on == date(2026, 2, 5)
    assert year["capex_big4_year"].group == "capex2025"
    ours = {r.quantity: r.value for r in Study().readings.mapped if r.on == date(2025, 12, 31)}
    assert ours["capex_amazon_year"] == pytest.approx(131.8), "a run that does not ask keeps the record"
    noted = {name for name in study.hashes(["as-written"]) if name.startswith("pulled.")}
    assert noted == {f"pulled.{name}" for name in CAPEX}
    assert not any(name.startswith("pulled.") for name in Study().hashes(["as-written"]))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sends(concept(*CALENDAR)[:-40]), "is not a json table as expected"),
        (sends(concept(*CALENDAR, unit="EUR")), "the columns have changed: no list under units.USD"),
        (sends(concept(*({**f, "val": None} for f in CALENDAR))), "the columns have changed: not every entry has val"),
        (sends(concept(CALENDAR[0])), "has 1 row; expected: 3 or more"),
        (sends(b"", status=403), "the server answers 403"),
        (lambda server: server.server.gate.wait(longest()), "no answer in"),
    ],
    ids=["truncated", "other unit", "empty", "few", "refused", "slow"],
)
def test_what_is_not_as_published_is_told_and_nothing_is_kept(sources, answer, said, monkeypatch):
    from premortem.facts import fetch as fetching

    quick = lambda url, path, most: fetching.fetch(url, path, most, patience=0.2, waits=(0,), sleep=lambda _: None)  # noqa: E731
    Server.answers = [answer]
    result = live.pull(CAPEX[:1], known=sources, get=quick)
    assert said in result["failed"][0]["why"]
    assert not live.records(sources)
    with pytest.raises(MissingData, match="nothing that readings are made of has been pulled: premortem data pull"):
        _ = Study(pulled=True).readings


def test_a_publisher_that_wants_to_know_who_asks_is_not_asked_by_nobody(sources, monkeypatch):
    monkeypatch.delenv("PREMORTEM_CONTACT")
    result = pull(sources, sends(concept(*CALENDAR)), names=CAPEX[:1])
    assert "set PREMORTEM_CONTACT" in result["failed"][0]["why"]


def test_a_case_without_rules_has_no_pulled_readings():
    with pytest.raises(BadInput, match="makes no readings of pulled tables"):
        _ = Study(case="eu_gpai", pulled=True).readings


@pytest.mark.slow
def test_a_run_with_pulled_tables_is_opened_as_one(sources, tmp_path, capsys, monkeypatch):
    pull(sources, *(sends(concept(*CALENDAR)) for _ in range(3)), sends(concept(*JUNE)))
    out = tmp_path / "out"
    Study(pulled=True).run(["as-written"], futures=64, out=out)
    assert case_of_run(out) == default().reference
    monkeypatch.setattr(sys, "argv", ["premortem", "board", "--run", str(out), "--as-of", "2026-03-01", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    told = json.loads(capsys.readouterr().out)
    assert "capex_amazon_year 131 on 2025-12-31" in told["weights"]["readings"]


def test_status_says_for_which_answers_a_table_is_too_old():
    young, old = (
        {row["name"]: row for row in facts.status(default(), day)} for day in (date(2026, 11, 27), date(2030, 1, 1))
    )
    assert old["readings"]["age_days"] > young["readings"]["age_days"]
    assert any("today" in says for says in old["readings"]["too_old_for"])
    named = {name for answer in facts.tables.answers(default()) for name in answer.tables}
    assert named <= facts.catalogue(default()).keys()


def price(output, input_=1e-6):
    """An entry as LiteLLM publishes it."""
    return {"input_cost_per_token": input_, "output_cost_per_token": output, "litellm_provider": "a", "max_tokens": 8192, "mode": "chat"}  # fmt: skip


PRICES = {
    "sample_spec": {"litellm_provider": "one of the list", "mode": "one of the list"},
    "gpt-6-astra": price(50e-6, 10e-6),
    "claude-opus-5-5": price(20e-6, 4e-6),
    "gpt-6-sol": price(10e-6, 2e-6),
    "deepseek/deepseek-v4-pro": price(3.96e-6, 1.32e-6),
    "deepseek/deepseek-v4-flash": price(1.2e-6, 0.3e-6),
    "a-free-one": price(0.0, 0.0),
}


@pytest.fixture
def listed(server, monkeypatch, tmp_path):
    monkeypatch.setattr(live, "home", lambda: tmp_path / "data")
    held = live.sources(default())["model_prices"]
    small = {"model_prices": held.model_copy(update={"url": server, "least_rows": 3})}
    monkeypatch.setattr(live, "sources", lambda case=None: small)
    monkeypatch.setattr(facts, "sources", lambda case=None: small)
    return small


def test_a_list_of_prices_is_read_on_the_day_on_which_it_was_pulled(listed):
    result = pull(listed, sends(json.dumps(PRICES).encode()), names=["model_prices"])
    (record,) = result["pulled"]
    found = {r.quantity: r for r in pulled.pulled_readings(default()).mapped}
    assert found.keys() == {"price_closed", "price_input_closed", "price_open"}
    closed, open_ = found["price_closed"], found["price_open"]
    assert (closed.value, closed.low, closed.high) == pytest.approx((50, 10, 50))
    assert (open_.value, open_.low, open_.high) == pytest.approx((3.96, 1.2, 3.96))
    assert closed.on == closed.known_on == date.fromisoformat(record["fetched"][:10])
    assert (
        closed.group == f"pclosed{closed.on:%y}n"
    )  # that of the record's own reading of the year, so that both tell of one fact


def test_a_list_without_the_flagship_of_the_day_is_told_in_one_line(listed):
    pull(
        listed,
        sends(json.dumps({k: v for k, v in PRICES.items() if k != "gpt-6-astra"}).encode()),
        names=["model_prices"],
    )
    with pytest.raises(MissingData, match=r"model_prices: lists no gpt-6-astra, of which price_closed is read"):
        pulled.pulled_readings(default())


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": "day", "field": "val"},
        {"period": "year", "field": "val", "entries": ["a"]},
        {"period": "day", "field": "val", "entries": ["a"], "sources": ["one", "two"]},
    ],
)
def test_a_rule_of_a_list_names_one_list_its_field_and_its_entries(wrong):
    with pytest.raises(ValueError, match="go with period = 'day'"):
        pulled.Rule.model_validate({"quantity": "price_open", "sources": ["one"], "times": 1.0} | wrong)


def test_sources_that_never_answered_are_told_by_data_status_until_they_are_pulled(listed, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["premortem", "data", "status", "--json"])

    def reached():
        with pytest.raises(SystemExit):
            cli.main()
        return {s["name"]: s["reached"] for s in json.loads(capsys.readouterr().out)["sources"]}

    listed["model_prices"] = listed["model_prices"].model_copy(update={"reached": False})
    assert reached() == {"model_prices": False}
    pull(listed, sends(json.dumps(PRICES).encode()), names=["model_prices"])
    assert reached() == {"model_prices": True}
