"""No page shows a reader a key, a code where a name fits, a power of ten as programs write it, or a year as a decimal."""

import re
from html import unescape

import pytest

from premortem import facts
from premortem.questions._amounts import label
from premortem.questions.describe import stands_for
from premortem.study import Study

# What stands in <code> is typed as it is; the rest is read.
TYPED = re.compile(r"<(script|style|code|pre|template|datalist)\b.*?</\1>|<svg.*?</svg>", re.S)
REFUSED = {
    "a key": re.compile(r"\b[A-Za-z]+[a-z0-9]*_[A-Za-z0-9_]+\b(?!\.csv)"),
    "a power of ten": re.compile(r"\d[eE]\+\d"),
    "a year as a decimal": re.compile(r"\b(?:19|20)\d\d\.\d(?!\d)"),
    "a value of a program": re.compile(r"\b(?:nan|None|null|undefined|NaN)\b"),
    "a prefix on a unit": re.compile(r"\b\d+(?:\.\d+)?[kµ]\b"),
    "a code of a country": re.compile(r"(?<!\()\b(?:ARE|CHN|SAU|MYS|IND|POL|JPN|KOR|DEU|SGP|TWN|NLD|QAT|BRA)\b"),
    "odds on an axis": re.compile(r"\blogit\b"),
    "a lever by its key": re.compile(r"\blever:\w"),
    "thousands parted by a space": re.compile(r"\d[\u2009\u202f\u00a0]\d|\b\d{1,3} 000\b"),
    "a share of nothing": re.compile(r"(?<!Tier-)\b\d(?:[\d.,]*\d)? share\b"),
    "a unit said twice": re.compile(r"\b(TPP|GB/s|nm): [\d.,]+ (?:million |billion )?\1"),
}
PATHS = [
    "/",
    "/board",
    "/a/A1",
    "/a/A4",
    "/levers",
    "/beliefs",
    "/world",
    "/rules",
    "/rules/diff",
    "/rules/ledger",
    "/about",
    "/find?q=cap",
]
LONG = ["/compare", "/watch", "/watch/hindcast", "/futures", "/exhibits"]


def read(page: str) -> str:
    """What a reader reads of a page, piece by piece."""
    main = re.search(r"<main.*?</main>", page, re.S)[0]
    return unescape(re.sub(r"<[^>]+>", "\n", TYPED.sub(" ", main)))


def refused(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return {
        f"{kind}: {m[0]}": line[:120] for line in lines for kind, what in REFUSED.items() if (m := what.search(line))
    }


@pytest.mark.parametrize("path", [*PATHS, *(pytest.param(p, marks=pytest.mark.slow) for p in LONG)])
def test_a_page_shows_no_key_no_code_and_no_raw_number(client, path):
    assert refused(read(client.get(path, params={"now": 1}).text)) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the country_allocation is", "a key"),
        ("at 1e+26 operations", "a power of ten"),
        ("from 2027.5 on", "a year as a decimal"),
        ("100k million", "a prefix on a unit"),
        ("3: CHN, HKG", "a code of a country"),
        ("margin [logit]", "odds on an axis"),
        ("lever:huawei blocking", "a lever by its key"),
        ("2 000 futures", "thousands parted by a space"),
        ("2\u2009400 TPP", "thousands parted by a space"),
        ("0.0450 share", "a share of nothing"),
        ("second China line: TPP: 2,400 TPP", "a unit said twice"),
    ],
)
def test_what_is_refused_is_found(text, kind):
    assert [k.partition(":")[0] for k in refused(text)] == [kind]


@pytest.mark.parametrize("case", ["us_ai_2025", "eu_gpai"])
def test_what_stands_for_an_item_is_said_and_never_a_key(case):
    study = Study(case=case)
    said = {b: stands_for(study, b) for a in study.assumptions for _, item in a.items for b in item.binds}
    assert not {b: text for b, text in said.items() if text.replace(" ", "_") == b.rpartition(":")[2]}
    assert not {b: text for b, text in said.items() if "_" in text or "lever" in text}


def test_a_clause_number_says_its_unit_once(study):
    book = study.law("as-written")
    names = {(r["clause"], r["parameter"]): r["name"] for r in facts.read("clause_edits", study.case).to_dicts()}
    assert label(book, names, "oct2023.3a090b", "tpp_low") == "Second China line: 2,400 TPP"
    assert label(book, names, "oct2023.3a090a", "tpp_dense") == "China line of dense chips: 1,600 TPP"


def test_a_signpost_without_a_number_says_what_would_pass_it(client):
    text = read(client.get("/a/A2").text)
    assert "that Huawei is put under full blocking sanctions" in text
    assert "\nin words\n" not in text
