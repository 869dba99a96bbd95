"""The memo that is signed: its order, its citations with pages, its checklists, and its files."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from premortem.briefing import memo_file
from premortem.case import default
from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law import memo_parts
from premortem.law.checklists import checklists, red_flags
from premortem.law.clauses.citations import linked
from premortem.law.clauses.clause_files import raw_clauses
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.fields.field_words import untyped
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.rulebook_version import shipped_version
from tests.test_cli import run  # noqa: F401  # a fixture

CASE = default()
CURRENT = shipped_version(CASE)
ASKED = ("check", "--item", "H200 SXM", "--to", "CHN", "--on", "2026-03-01", "--consignee", "Alibaba")
# The order in which the memo is read; parts that have nothing to say are left out.
ORDER = [
    "What it rests on", "Numbers and their lines", "Given", "Assumed, not given", "To be answered first", "Not checked", "What would change it",
    "Checklist", "Red flags to ask about", "Clauses that were asked", "The ladder",
]  # fmt: skip


def answer(under: str = "history", **fields: object) -> Decision:
    return explain(Transaction(fields), rules.load(under))


ALIBABA = {"item": "H200 SXM", "destination": "CHN", "consignee": "Alibaba", "date": "2026-03-01"}
ASKED_OF = [
    ALIBABA,
    {"item": "RTX 4090", "destination": "CHN", "date": "2025-08-01"},
    {"under": "as-written", "item": "H100 SXM", "quantity": 500, "destination": "IND", "date": "2026-02-01"},
    {"item": "H20", "destination": "IND", "date": "2026-08-01"},
    {"item": "sme_tool", "listed": True, "fab_node_nm": 40, "destination": "DEU", "date": "2026-08-01"},
    {"item": "L4", "destination": "FRA", "end_user": "Huawei Technologes", "date": "2026-11-20"},
]


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    return [answer(**asked) for asked in ASKED_OF]


@pytest.fixture(params=range(len(ASKED_OF)))
def found(request, decisions) -> Decision:
    return decisions[request.param]


def test_a_memo_is_read_in_one_order(found):
    memo = memo_parts.of_decision(found, trace=True)
    places = [next(i for i, title in enumerate(ORDER) if part.title.startswith(title)) for part in memo.parts]
    assert places == sorted(places)
    whole = f"{memo.answer} {CURRENT.warning(found.transaction['date'])}" if found.stale else memo.answer
    assert whole == untyped(found.sentence).replace("policy as-written", "policy “As written”")
    assert memo.parts[0].title == ORDER[0]
    assert memo.parts[-1].title == ORDER[-1]
    assert [p.title for p in memo_parts.of_decision(found).parts] == [p.title for p in memo.parts[:-1]]


def test_a_memo_holds_whatever_the_answer_rests_on_assumes_and_leaves_out(found):
    memo = memo_parts.of_decision(found)
    text = " ".join(line.text for part in memo.parts for line in part.lines)
    assert all(f"[{c.clause}]" in text and c.says in text for c in found.citations)
    left = [sentence for sentence in found.not_checked if sentence not in text]
    assert len(left) == bool(found.stale)  # that it is stale stands above all else, and nowhere again
    assert memo.alarm.startswith("Stale") is bool(found.stale)
    assert text.count(CURRENT.version) == 1
    assumed = [line for part in memo.parts for line in part.lines if line.mark == "assumed"]
    assert len(assumed) == len(found.assumed)
    assert bool(memo.alarm) == (found.stale or found.hypothetical)
    if not found.clause:
        assert all(name in text for name in found.asked)


def test_a_memo_tells_the_item_s_numbers_beside_the_lines_of_the_paragraphs():
    def lines(**fields):
        parts = {part.title: part for part in memo_parts.of_decision(answer(**fields)).parts}
        return [line.text for line in parts["Numbers and their lines"].lines]

    h100 = lines(item="H100 SXM", destination="ARE", date="2025-06-01")
    assert "TPP of one unit: 15,824 TPP. Lines in [oct2023.3a090a]: at least 4,800; at least 1,600." in h100
    assert any(line.startswith("Performance density: 19.44 TPP/mm2. Lines in [oct2023.3a090a]: at least 5.92") for line in h100)  # fmt: skip
    h20 = lines(item="H20", destination="CHN", date="2025-06-01", exporter="Acme")
    assert any(line.startswith("Memory bandwidth: 4,000 GB/s. Lines in [h20.") for line in h20), h20


def test_a_memo_has_lines_for_who_signs_it_and_calls_a_policy_by_its_title():
    memo = memo_parts.of_decision(answer(under="as-written", item="H100 SXM", destination="ARE", date="2025-06-01"))
    text = memo_file.as_text(memo)
    for blank in ("Matter number", "Prepared by: name and capacity", "Signed by: name and capacity", "Date"):
        assert re.search(rf"^{blank}: +_+$", text, re.MULTILINE), blank
        assert f"<span>{blank}</span>" in memo_file.as_html(memo)
    assert "as-written" not in text
    assert "hypothetical policy “As written”" in text
    assert max(map(len, text.splitlines())) <= memo_file.WIDTH or "https://" in text


def test_every_paragraph_and_register_page_of_a_citation_leads_to_a_public_page():
    unlinked = re.compile(r"\b\d+ FR \d+|\b7[3-7]\d\.\d+|Supplement No\. \d+ to part \d+")
    told = [clause["citation"] for clause in raw_clauses(CASE).values()]
    told += [ask.citation for c in checklists(CASE) for ask in c.asks] + [f.citation for f in red_flags(CASE)]
    for citation in told:
        pieces = linked(citation, CURRENT)
        assert "".join(piece.text for piece in pieces) == citation
        assert not [piece.text for piece in pieces if not piece.url and unlinked.search(piece.text)], citation


def test_a_paragraph_leads_to_its_own_place_on_the_page():
    pieces = linked("15 CFR 742.6(b)(10); 90 FR 4544", CURRENT)
    assert [p.url for p in pieces if p.url] == [
        "https://www.ecfr.gov/current/title-15/section-742.6#p-742.6(b)(10)",
        "https://www.federalregister.gov/citation/90-FR-4544",
    ]


def test_a_clause_says_whether_its_text_was_read_and_never_against_its_source():
    for name, body in raw_clauses(CASE).items():
        if body.get("read"):
            assert re.search(r"\bread\b|3A090 text|742\.6", f"{body['source']} {body['citation']}"), name
    notes = [n for p in memo_parts.of_decision(answer(**ALIBABA)).parts for line in p.lines for n in line.notes]
    assert any("Text read. Source: " in n for n in notes)
    assert any("Text not read. Source: " in n for n in notes)


@pytest.mark.parametrize(
    ("under", "fields", "titles"),
    [
        ("history", {"item": "H200 SXM", "destination": "CHN", "date": "2026-03-01"}, {"licence", "h200"}),
        ("history", {"item": "H200 SXM", "destination": "CHN", "date": "2026-01-14"}, {"licence"}),
        ("history", {"item": "RTX 4090", "destination": "CHN", "date": "2025-08-01"}, {"nac"}),
        ("history", {"item": "H100 SXM", "destination": "SAU", "date": "2026-08-01"}, {"licence"}),
        ("history", {"item": "L4", "destination": "FRA", "date": "2026-08-01"}, set()),
        ("as-written", {"item": "H100 SXM", "destination": "IND", "date": "2026-02-01"}, {"lpp"}),
        ("as-written", {"item": "H100 SXM", "destination": "GBR", "date": "2026-02-01"}, {"aia"}),
        ("as-written", {"item": "H100 SXM", "quantity": 9000, "destination": "IND", "date": "2026-02-01"}, {"licence", "veu_application"}),
        ("as-written", {"item": "H100 SXM", "destination": "IND", "status": "nveu", "date": "2025-06-01"}, {"veu_shipment"}),
    ],
)  # fmt: skip
def test_a_checklist_goes_with_what_must_be_filed_or_certified(under, fields, titles):
    found = answer(under, **fields)
    assert {c.id for c in found.checklists} == titles
    assert {c["id"] for c in found.as_dict()["checklists"]} == titles
    assert all(ask.citation and ask.source for c in found.checklists for ask in c.asks)


def test_the_end_user_statement_is_asked_of_china_alone():
    says = "PRC End-User Statement"
    for place, asked in (("CHN", True), ("HKG", False), ("MAC", False), ("SAU", False)):
        found = answer(item="B200", destination=place, date="2026-08-01")
        assert any(says in a.says for c in found.checklists for a in c.asks) is asked, place


def test_red_flags_are_asked_by_kind_and_day_and_not_where_it_is_barred():
    fields = {"item": "sme_tool", "listed": True, "fab_node_nm": 40, "destination": "DEU"}
    before, after = (answer(**fields, date=day) for day in ("2024-12-01", "2024-12-02"))
    assert {f.id for f in after.red_flags} - {f.id for f in before.red_flags} == {"24", "25", "26", "27"}
    assert "26" not in {f.id for f in answer(item="L4", destination="FRA", date="2026-08-01").red_flags}
    assert not answer(item="B200", destination="RUS", date="2026-08-01").red_flags


def test_checklists_and_flags_speak_of_what_the_case_knows():
    words = vocabulary(CASE)
    clauses = rules.load("history").by_id.keys() | rules.load("as-written").by_id.keys()
    for c in checklists(CASE):
        assert {*c.outcomes} <= words.outcomes.keys()
        assert {*c.clauses} <= clauses
        assert {*c.offers, *(f for a in c.asks for f in a.where)} <= words.fields.keys()
    for flag in red_flags(CASE):
        assert {*flag.kinds} <= {*words.kinds}
        assert flag.asks.split(". ")[0].rstrip(".").endswith("?") or "?" in flag.asks


# files


@pytest.mark.parametrize("ending", memo_file.TYPES)
def test_a_memo_is_written_by_its_ending_and_the_same_twice(run, tmp_path, ending):  # noqa: F811
    first, second = tmp_path / f"a{ending}", tmp_path / f"b{ending}"
    for path in (first, second):
        assert run(*ASKED, "-o", path, "--json")[0] == 0
    assert first.read_bytes() == second.read_bytes()
    if ending == ".pdf":
        assert first.read_bytes().startswith(b"%PDF")
        return
    text = first.read_text("utf-8")
    assert "case by case" in text
    assert json.loads(text)["outcome"] == "licence:case_by_case" if ending == ".json" else "91 FR 1684" in text


def test_a_text_is_no_wider_than_a_page_but_for_addresses(run, tmp_path):  # noqa: F811
    path = tmp_path / "memo.txt"
    run(*ASKED, "--trace", "-o", path)
    lines = path.read_text("utf-8").splitlines()
    assert max(len(line) for line in lines if "http" not in line and " " in line.strip()) <= memo_file.WIDTH
    assert "THE LADDER" in lines


def test_a_page_escapes_what_a_user_typed(tmp_path):
    memo = memo_parts.of_decision(answer(item="L4", destination="FRA", consignee="<script>x</script> & Co", date="2025-06-01"))  # fmt: skip
    page = memo_file.as_html(memo)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert memo_file.as_pdf(memo).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("memo.docx", (), "an ending that no memo is written as"),
        ("memo", (), "an ending that no memo is written as"),
        ("no/folder/memo.txt", (), "cannot be written"),
        ("memo.json", ("--audit", "memo.json"), "is the record of the decision"),
        ("own.html", ("--under", "own.toml"), ""),
        ("memo.txt", ("--file", "cases.csv"), "writes the memo of one answer"),
    ],
)
def test_a_memo_that_cannot_be_written_is_one_line(run, tmp_path, monkeypatch, name, more, said):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    Path("own.toml").write_text('name = "own"\ntitle = "Own"\nsays = "Own."\n')
    Path("cases.csv").write_text("item,to,on\nL4,FRA,2025-06-01\n")
    code, _, err = run(*ASKED, "-o", name, *more)
    assert code in ((2,) if said else (0, 1))
    assert len([line for line in err.splitlines() if "error:" in line]) == bool(said)
    assert said in err
    assert Path(name).exists() is not bool(said)


def test_a_memo_is_never_written_over_a_link_a_device_or_the_policy(run, tmp_path):  # noqa: F811
    policy, link = tmp_path / "own.toml", tmp_path / "memo.html"
    policy.write_text('name = "own"\ntitle = "Own"\nsays = "Own."\n')
    link.symlink_to(policy)
    assert run(*ASKED, "-o", link)[0] == 2
    hard = tmp_path / "memo.txt"
    hard.hardlink_to(policy)
    code, _, err = run(*ASKED, "--under", policy, "-o", hard)
    assert (code, "is the input" in err) == (2, True)
    assert policy.read_text().startswith("name")
    with pytest.raises(BadInput):
        memo_file.check(Path("/dev/null.txt").with_name("null"), "--out")


def test_a_law_of_several_kinds_has_a_memo_too(run, tmp_path):  # noqa: F811
    path = tmp_path / "memo.html"
    code, _, err = run("check", "--case", "eu_gpai", "--set", "flop_cumulative=3e25", "-o", path, "--json")
    assert code in (0, 1), err
    assert "What is said of each kind" in path.read_text("utf-8")


def test_an_old_answer_says_so_before_anything_else():
    memo = memo_parts.of_decision(answer(item="L4", destination="FRA", date="2026-11-20"))
    assert memo.alarm.startswith("Stale")
    assert memo_file.as_text(memo).startswith("STALE")
    assert date(2026, 11, 20) > CURRENT.news


def test_facts_that_were_given_are_printed_in_the_memo():
    told = answer(**ALIBABA, certified=True, us_share=0.25)
    given = next(part for part in memo_parts.of_decision(told).parts if part.title == "Given")
    assert [line.text for line in given.lines] == [
        "Certificates given: yes",
        "Shipments to China and Macau over those to US customers: 0.25",
    ]
    assert "Given: certificates given: yes" in str(told).replace("\n    ", " ")
    assert told.as_dict()["transaction"]["us_share"] == 0.25
    assert "Given" not in [part.title for part in memo_parts.of_decision(answer(**ALIBABA)).parts]


def test_a_review_that_certificates_decide_says_that_it_rests_on_them():
    assert "If the certificates are given" in answer(**ALIBABA).sentence
    assert answer(**ALIBABA, certified=True, us_share=0.0).rests_on == ()


def test_no_status_is_told_as_no_validated_end_user():
    found = answer("as-written", item="H100 SXM", quantity=500, destination="IND", date="2026-02-01")
    assert "the consignee is no validated end user" in found.sentence
