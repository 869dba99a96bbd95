"""Countries: any common spelling is read, an ambiguous one asks, and a hint is no guess by letters."""

import pytest

from premortem import facts
from premortem.errors import BadInput
from premortem.regime import book as rules
from premortem.regime import countries, items
from premortem.regime.decide import Transaction, explain

SENT = {"item": "H100 SXM", "date": "2024-06-01"}


COMMON = {
    "Republic of Korea": "KOR", "U.A.E": "ARE", "PRC": "CHN", "Hong Kong SAR": "HKG", "Saudi": "SAU", "Burma": "MMR",
    "Holland": "NLD", "Iran (Islamic Republic of)": "IRN", "CÔTE D'IVOIRE": "CIV",
}  # fmt: skip


@pytest.mark.parametrize(("said", "code"), COMMON.items())
def test_f016_common_spellings_are_resolved(said, code):
    assert Transaction(SENT | {"destination": said}).fields["destination"] == code


@pytest.mark.parametrize("row", [r for r in items.aliases("country") if not r["target"].startswith("ask")], ids=lambda r: r["alias"])  # fmt: skip
def test_f016_every_spelling_of_the_table_means_its_country(row):
    assert countries.iso3(row["alias"], "destination") == row["target"]


@pytest.mark.parametrize("row", [r for r in items.aliases("country") if r["target"].startswith("ask")], ids=lambda r: r["alias"])  # fmt: skip
def test_an_ambiguous_country_asks_and_is_never_guessed(row):
    answer = explain(Transaction(SENT | {"destination": row["alias"]}), rules.load("history"))
    assert answer.outcome == "needs:destination"
    for choice in items.choices(row["target"]):
        assert choice in answer.sentence


@pytest.mark.parametrize(
    ("said", "hinted"),
    [
        ("Sudai", None),  # Sudan is a letter away, and Saudi two
        ("Saudia", "SAU"),
        ("Vietnm", "VNM"),
        ("Koreia", None),
        ("Chian", None),
        ("Atlantis", None),
        ("Islamic Republic of Iran Shipping", "IRN"),
    ],
)
def test_f016_a_hint_is_never_another_country_by_letters_alone(said, hinted):
    with pytest.raises(BadInput) as caught:
        countries.iso3(said, "destination")
    codes = [code for code in facts.read("countries")["iso3"] if f"({code})" in caught.value.hint]
    assert codes == ([hinted] if hinted else [])


def test_an_alias_that_points_at_no_country_is_one_clear_line():
    with pytest.raises(BadInput, match=r"^aliases\.csv: Freedonia: points at nothing: FRD; allowed: a code"):
        countries.spelt([{"iso3": "FRA", "iso2": "FR", "name": "France"}], [{"alias": "Freedonia", "target": "FRD"}])
