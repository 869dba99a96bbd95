"""Tables of this case as its exhibits read them, and names of places."""

from functools import cache, partial
from pathlib import Path

from premortem import facts
from premortem.case import Case

CASE = Case(Path(__file__).parents[1])
read = partial(facts.read, case=CASE)
# Names that are shorter than those of the standard.
SHORT = {
    "BOL": "Bolivia",
    "CZE": "Czechia",
    "GBR": "UK",
    "IRN": "Iran",
    "KOR": "South Korea",
    "LAO": "Laos",
    "PRK": "North Korea",
    "RUS": "Russia",
    "SYR": "Syria",
    "TWN": "Taiwan",
    "TZA": "Tanzania",
    "USA": "US",
    "VEN": "Venezuela",
    "VNM": "Vietnam",
    "XKX": "Kosovo",
}


@cache
def countries() -> dict[str, str]:
    """Short names of countries by ISO alpha-3 code."""
    return dict(read("iso_numeric").select("iso3", "name").rows()) | SHORT
