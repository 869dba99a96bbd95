"""A case without items, places and parties: its clauses decide by its own fields, and nothing of another case is there."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from premortem.case import Case
from premortem.errors import BadInput, PremortemError
from premortem.law import compare_books
from premortem.law.book import Book, load
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.fields import items, places
from premortem.law.fields.transfers import Transfers, transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.loopholes import search
from premortem.law.parties import lookup

FILES = {
    "case.toml": """
title = "Parcels of a shop"
subject = "the shop"
claims = "nobody"
day = 2030-01-01
baseline = "plain"
policies = ["plain", "eager"]
""",
    "rulebook.toml": """
version = "1"
text = 2030-01-01
news = 2030-01-01
source = "the shop's own rules"
not_checked = ["Whether the parcel is sound."]
""",
    "vocabulary.toml": """
first = 2028-01-01
last = 2032-12-31
[outcomes.sent]
reads = "It is sent"
free = true
[outcomes.asked]
reads = "The owner is asked"
[outcomes.kept]
reads = "It is kept"
denied = true
[instruments.staff]
says = "how many times the staff of the first year"
low = 1
high = 3
rest = 1
[fields.land]
type = "country"
says = "where it goes"
[fields.weight]
type = "number"
unit = "kg"
says = "how heavy"
[fields.fragile]
type = "flag"
says = "whether it breaks"
default = false
[fields.date]
type = "date"
says = "the day"
""",
    "policies/plain.toml": 'name = "plain"\ntitle = "Plain"\nsays = "As it is"\n',
    "policies/eager.toml": """
name = "eager"
title = "Eager"
says = "More staff, heavier parcels"
[clause."shop.heavy"]
limit = { value = 40, unit = "kg" }
[[strength.staff]]
value = 2.5
from = 2031-01-01
""",
    "clauses/shop.toml": """
instrument = "Rules of the shop"
[heavy]
says = "A parcel over the limit asks for the owner"
citation = "Rule 1"
published = 2029-01-01
effective = 2029-01-01
complies = 2029-01-01
stage = "requires"
applies = "weight > limit"
limit = { value = 20, unit = "kg" }
confidence = "high"
[fragile]
says = "What breaks is kept"
citation = "Rule 2"
published = 2029-01-01
effective = 2029-01-01
complies = 2029-01-01
stage = "review"
order = 1
applies = "fragile and land <> 'here'"
then = "kept"
confidence = "high"
[others]
says = "Of the rest the owner decides"
citation = "Rule 3"
published = 2029-01-01
effective = 2029-01-01
complies = 2029-01-01
stage = "review"
order = 2
applies = "weight > 0"
then = "asked"
confidence = "high"
""",
    "facts/tables.toml": "",
    "facts/columns.toml": "[common]\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return Case(folder)


def asked(shop: Case, policy: str = "plain", **fields: object) -> Decision:
    return explain(Transaction({"date": "2030-03-01"} | fields, case=shop), load(policy, shop))


def test_clauses_of_a_case_decide_by_its_own_fields(shop: Case) -> None:
    assert asked(shop, weight=10, land="there").outcome == "sent"
    assert asked(shop, weight=30, land="there").clause == "shop.others"
    broken = asked(shop, weight=30, land="there", fragile=True)
    assert (broken.outcome, broken.denied, broken.may_go) == ("kept", True, False)
    assert asked(shop, "eager", weight=30, land="there").outcome == "sent"
    assert asked(shop, land="there").outcome == "needs:weight"


def test_what_is_told_holds_nothing_of_another_case(shop: Case) -> None:
    said = repr(asked(shop, weight=30, land="there")) + str(asked(shop, weight=30, land="there").as_dict())
    assert "The owner is asked" in said
    assert not [word for word in ("ECCN", "BIS", "TPP", "chips", "consignee", "List") if word in said]


def test_features_that_need_tables_are_absent(shop: Case) -> None:
    assert transfers(shop) == Transfers()
    assert items.named_items(shop).is_empty()
    assert places.country_codes(shop) == {}
    assert places.iso3("anywhere", "land", shop) == "anywhere"
    assert lookup.screen({"consignee": "Acme"}, date(2030, 1, 1), shop) == ()
    assert lookup.unscreened_names({"consignee": "Acme"}, shop) == ()
    assert search(load("plain", shop)).searched == 0
    assert load("plain", shop).moves == ()


def test_an_instrument_has_its_own_range_and_rest(shop: Case, tmp_path: Path) -> None:
    assert vocabulary(shop).instruments["staff"].high == 3
    books: dict[str, Book] = {name: load(name, shop) for name in ("plain", "eager")}
    assert [books["eager"].strength("staff", date(year, 1, 1)) for year in (2030, 2031)] == [1.0, 2.5]
    assert books["plain"].strength("staff", date(2031, 1, 1)) == 1.0
    changes = compare_books.diff((books["plain"], date(2031, 2, 1)), (books["eager"], date(2031, 2, 1)))["changes"]
    assert [change["kind"] for change in changes] == ["number", "strength"]
    mine = tmp_path / "mine.toml"
    mine.write_text(FILES["policies/eager.toml"].replace('"eager"', '"mine"').replace("2.5", "3.5"))
    with pytest.raises(BadInput, match=r"strength\.staff\.0\.value: '3\.5' is out of range; allowed: 3 or less"):
        load(mine, shop)


def test_a_ledger_of_a_case_needs_its_own_columns_alone(shop: Case) -> None:
    rows = pl.DataFrame({"weight": [10.0, 30.0, None], "date": ["2030-03-01"] * 3, "land": ["here"] * 3})
    decided = decide_ledger(rows, load("plain", shop))
    assert decided["outcome"].to_list() == ["sent", "asked", "needs:weight"]
    assert decided["may_go"].to_list() == [True, False, None]


def test_a_field_of_another_case_is_no_field_here(shop: Case) -> None:
    with pytest.raises(PremortemError, match="no such field"):
        Transaction(case=shop, item="H100 SXM")
    with pytest.raises(PremortemError, match="no rule is held"):
        Transaction(case=shop, date="2040-01-01")
