"""What a ledger says beside its fields, by kind: each attack leaves no plain yes, and a desk's own columns and notes leave one."""

import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from premortem.law import book as rules
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.days_in_notes import days_of, put_off
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.ledger.field_guesses import guess
from premortem.law.ledger.matching import Headings, match
from premortem.law.parties.telltale import signs_of

BOOK = rules.load("history")
TOLD = tomllib.loads((Path(__file__).parent / "told_beside_fields.toml").read_text("utf-8"))
SEEN = "looked up in the whole lists"
FIELDS = ("headquarters", "parent_headquarters", "end_user_headquarters")
HOME = {
    "item": "T4",
    "destination": "DEU",
    "date": "2025-06-01",
    "quantity": 4,
    "consignee": "Orbital Widgets",
    "end_use": "data_centre",
    "ownership": 0.0,
    "cleared": f"Orbital Widgets={SEEN}",
} | dict.fromkeys(FIELDS, "DEU")
# the law turns on 9 April 2025, by NVIDIA's letter
ABROAD = HOME | {"item": "H20", "destination": "CHN", "date": "2025-03-01"} | dict.fromkeys(FIELDS, "CHN")


def decided(given, book=BOOK):
    return decide_ledger(pl.from_dicts(given, infer_schema_length=None), book)


def plain(given, book=BOOK):
    """Of each row whether it is a plain yes: it may go, and rests on nothing."""
    found = decided(given, book)
    return [may_go is True and rests is None for may_go, rests in found.select("may_go", "rests_on").rows()]


def named(name, reason=SEEN):
    return HOME | {"consignee": name, "cleared": f"{name}={reason}"}


def test_a_note_that_says_more_than_a_row_asks():
    assert [
        note
        for note, yes in zip(TOLD["notes"], plain([HOME | {"note": note} for note in TOLD["notes"]]), strict=True)
        if yes
    ] == []


def test_a_note_that_puts_goods_off_asks_where_the_law_turns_worse_within_a_year():
    assert [
        note
        for note, yes in zip(TOLD["later"], plain([ABROAD | {"note": note} for note in TOLD["later"]]), strict=True)
        if yes
    ] == []
    told = decided([ABROAD | {"note": "delivery after the holidays"}])["rests_on"][0]
    assert told.startswith(
        "column note says after the holidays, which is no day, and on 2025-04-09 it would be licence"
    )
    # where it turns nothing, and at the door
    assert plain(
        [HOME | {"note": "delivery after the holidays"}, ABROAD | {"note": "deliver after 9am, call before delivery"}]
    ) == [True, True]
    assert plain(
        [ABROAD | {"note": "ship later", "cleared": f"{HOME['cleared']};note=left on the day of the row"}]
    ) == [True]


@pytest.mark.parametrize("note", ["dock closes after 16:00", "until 5 pm", "call after appointment", "2 of 3 cartons"])
def test_hours_put_nothing_off(note):
    assert put_off(note) == ""


def test_months_of_short_years_and_in_roman_figures_are_days():
    assert [*days_of("delivery Jun-25", date(2025, 3, 1))] == [date(2025, 6, 1), date(2025, 6, 30)]
    assert [*days_of("ship 15.V.2025", date(2025, 3, 1))] == [date(2025, 5, 15)]


@pytest.mark.parametrize("text", TOLD["numbers"])
def test_numbers_of_orders_and_of_other_places_are_not_dialled_there(text):
    assert signs_of([text], BOOK.case) == {}


def test_a_column_that_no_field_takes_is_read():
    given = [HOME | {f"_{heading}": cell} for heading, cell in TOLD["columns"]]
    headings = dict.fromkeys(f"_{heading}" for heading, _ in TOLD["columns"])
    yes = plain([headings | row for row in given])
    assert [told for told, is_plain in zip(TOLD["columns"], yes, strict=True) if is_plain] == []
    assert plain([headings | HOME]) == [True]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Actual ship date", "2025-06-03"), ("ETD", "03.06.2025"), ("Delivery", "Jun-25"), ("Versanddatum", "3.6.2025"), ("Total order qty", "500000"),
("Gesamtmenge", "9000"), ("Bestellmenge", "9000"), ("Quantité totale", "9000"), ("Cantidad total", "9000"), ("Totaal besteld", "9000"),
    ],
)  # fmt: skip
def test_a_column_of_ship_dates_or_of_totals_is_read_as_a_note_that_says_so(heading, cell):
    assert plain([ABROAD | {f"_{heading}": cell}]) == [False]


def test_a_column_of_order_dates_is_read_as_no_ship_date():
    assert plain([ABROAD | {"_Order date": "2025-06-03"}]) == [True]


def test_another_item_in_a_column_asks_where_it_may_not_go():
    gulf = HOME | {"destination": "SAU", "date": "2024-06-01"} | dict.fromkeys(FIELDS, "SAU")
    cells = ("NVIDIA H100 80GB PCIe", "Tesla T4 16GB", "spare")
    assert plain([gulf | {"_Goods": cell} for cell in cells]) == [False, True, True]
    assert "and as H100 PCIe it would be licence" in decided([gulf | {"_Goods": cells[0]}])["rests_on"][0]
    assert plain([HOME | {"_Goods": cells[0]}, gulf | {"_Shelf": "H100"}]) == [True, True]


FIRMS = (
    "Orbital Widgets",
    "Bremer Messtechnik GmbH",
    "Lyon Calcul SAS",
    "TBC Bank JSC",
    "Hanse Logistik AG",
    "Nordlicht Rechenzentrum AB",
)


def test_forty_rows_of_a_desk_are_a_plain_yes():
    given = [
        HOME
        | named(FIRMS[i % len(FIRMS)])
        | {f"_{heading}": cells[i % len(cells)] for heading, cells in TOLD["desk"].items()}
        for i in range(40)
    ]
    assert plain(given) == [True] * 40


def test_a_name_is_cleared_by_a_reason_that_tells_of_it():
    yes = plain([named(name, reason or SEEN) for name, reason, _ in TOLD["names"]])
    assert [told for told, is_plain in zip(TOLD["names"], yes, strict=True) if told[2] is not is_plain] == []


def test_a_name_to_order_and_a_reason_that_nobody_looked_are_told():
    told = decided([named("Orbital Widgets", "not screened yet, ship anyway")])["rests_on"][0]
    assert "says not screened, by which nobody looked" in told


MANY = ABROAD | {"quantity": 1_352}


def of(name, **more):
    return MANY | {"consignee": name, "cleared": f"{name}={SEEN};Zeta={SEEN}"} | more


@pytest.mark.parametrize(
    ("sent", "yes"),
    [
        # unlike items, one whose TPP is not known, one party in two roles, and one purchaser
        ([of("Alpha"), of("Alpha", item="T4", quantity=6_200)], [False, False]),
        ([of("Alpha"), of("Alpha", item="Xeon 6980P", quantity=10)], [False, False]),
        ([of("Alpha"), of("Alpha", item="software")], [True, False]),
        ([of("Zeta"), of("Beta", end_user="Zeta")], [False, False]),
        ([of("Alpha", purchaser="Zeta"), of("Beta", purchaser="Zeta")], [False, False]),
        ([of("Alpha"), of("Beta")], [True, True]),
    ],
)  # fmt: skip
def test_what_goes_to_one_party_is_added_up_in_every_role_and_item(sent, yes):
    assert plain(sent) == yes


def test_alike_names_that_exceed_a_kept_total_together_are_asked():
    def rests(*names, more=""):
        row = (
            HOME
            | {"item": "H100 SXM", "destination": "IND", "quantity": 1_000, "certified": True}
            | dict.fromkeys(FIELDS, "IND")
        )
        given = [row | {"consignee": name, "cleared": f"{name}={SEEN}{more}"} for name in names]
        found = decided(given, rules.load("as-written"))
        return found["outcome"].to_list(), "31,648,000 TPP with consignees of alike names" in (
            found["rests_on"][1] or ""
        )

    assert rests("Yotta", "Yotta Ltd") == (["exception:LPP", "licence:presumption_of_approval"], False)
    assert rests("Yotta Site 1", "Yotta Site 2") == (["exception:LPP"] * 2, True)
    assert not rests("Yotta Site 1", "Yotta Site 2", more=";alike=two firms with registers of their own")[1]
    assert not rests("Yotta", "Zeta")[1]


def test_an_amount_of_a_note_counts_what_goes_to_alike_names():
    sent = [HOME | {"note": "order total 8 pcs"}, HOME | named("Orbital Widgets Ltd")]
    assert plain(sent) == [True, True]


def test_a_quantity_in_thousands_is_no_quantity_as_it_is():
    words = vocabulary(BOOK.case)
    assert guess(["Qty (thousands)", "Qty (pcs)"], words) == {"Qty (thousands)": "", "Qty (pcs)": "quantity"}
    headings = ("Item", "Qty (k)", "Date", "Destination")
    table = Headings(headings, (), {}, lambda _: 1.0, "desk.csv")
    assert match(table, words)[0].fields["Qty (k)"] == ""


def test_everyday_notes_of_more_languages_say_nothing():
    yes = plain([HOME | {"note": note} for note in TOLD["everyday"]])
    assert [note for note, is_plain in zip(TOLD["everyday"], yes, strict=True) if not is_plain] == []
