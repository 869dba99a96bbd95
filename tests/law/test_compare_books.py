"""What changed between rulebooks, in words and as data."""

from datetime import date, timedelta

from premortem.case import default
from premortem.law import book as rules
from premortem.law import compare_books
from premortem.law.worked_cases import arguments, command

CASE = default()


def test_a_command_gives_back_the_fields_that_it_was_made_of():
    fields = {
        "item": "H100 SXM",
        "quantity": 1699.0,
        "destination": "ARE",
        "date": date(2025, 6, 1),
        "certified": False,
    }
    told = arguments(command(fields, "as-written", CASE).removeprefix("premortem check "), CASE)
    assert told == {
        "item": "H100 SXM", "quantity": "1699", "destination": "ARE", "date": "2025-06-01", "certified": "0", "under": "as-written",
    }  # fmt: skip


def between(a, b, book="history", other=None):
    return compare_books.diff(
        (rules.load(book), date.fromisoformat(a)), (rules.load(other or book), date.fromisoformat(b))
    )


def test_a_diff_of_a_book_with_itself_says_nothing():
    assert between("2025-06-01", "2025-06-01") == {"changes": [], "between": [], "gain": [], "lose": [], "words": []}


def test_a_diff_names_who_gains_and_who_loses_in_countries_and_chips():
    found = between("2026-01-14", "2026-02-03")
    (chinese,) = (r for r in found["gain"] if r["chip"] == "H200 SXM" and "CHN" in r["places"])
    assert chinese["to"] == "licence:case_by_case"
    assert set(chinese["places"]) == {"CHN", "HKG", "MAC"}
    assert found["lose"] == []
    moved = between("2025-11-06", "2025-11-07")
    assert "Cambodia leaves D:5" in [c["text"] for c in moved["changes"]]
    assert any(s.startswith("Cambodia gains, for 2,000") for s in moved["words"])


def test_a_diff_turns_around_when_its_sides_do():
    there, back = between("2025-05-14", "2025-05-15", "as-written"), between("2025-05-15", "2025-05-14", "as-written")
    assert {(r["chip"], r["from"], r["to"], r["count"]) for r in there["lose"]} == {
        (r["chip"], r["to"], r["from"], r["count"]) for r in back["gain"]
    }
    assert {c["clause"] for c in there["changes"] if c["kind"] == "new"} == {
        c["clause"] for c in back["changes"] if c["kind"] == "gone"
    }


def test_a_diff_of_policies_tells_numbers_tiers_and_strengths():
    changes = between("2025-06-01", "2025-06-01", "as-written", "streamlined")["changes"]
    kinds = {c["kind"] for c in changes}
    assert {"number", "place", "strength"} <= kinds
    (cap,) = (c for c in changes if c.get("clause") == "diffusion.country_allocation")
    assert (cap["from"], cap["to"]) == (790_000_000, 1_580_000_000)
    assert "Poland goes from tier 2 to 1" in [c["text"] for c in changes]


def test_f011_a_diff_goes_by_weight_keeps_law_apart_and_tells_what_came_and_went():
    found = between("2025-02-26", "2026-11-26")
    of = [c["of"] for c in found["changes"]]
    assert of == sorted(of)  # the law first, then strengths
    law = [c for c in found["changes"] if c["of"] == "law"]
    weights = [c["weight"] for c in law]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 0
    assert {c["kind"] for c in found["changes"] if c["of"] == "strengths"} == {"strength"}
    framework, *others = found["between"]
    assert (framework["instrument"], framework["in_force"]) == ("diffusion", False)
    assert framework["text"].endswith("it was never in force (17 clauses)")
    assert {"affiliates", "eda2025"} <= {row["instrument"] for row in others if row["in_force"]}


def test_what_came_and_went_is_told_of_days_and_not_of_two_policies_on_one_day():
    assert between("2025-06-01", "2025-06-01", "as-written", "streamlined")["between"] == []
    back = between("2026-11-26", "2025-02-26")["between"]
    assert [row["instrument"] for row in back] == [
        r["instrument"] for r in between("2025-02-26", "2026-11-26")["between"]
    ]


def test_a_question_that_a_text_leaves_open_is_not_told_as_law_in_force():
    book = rules.load("history")
    question = next(c for c in book.clauses if c.stage == "question" and c.begins and c.begins.year == 2025)
    sides = (book, question.begins - timedelta(1)), (book, question.begins)
    told = {row["clause"]: row["text"] for row in compare_books._clauses(*sides)}
    assert told[question.id].startswith("Now left open: ")
    back = {row["clause"]: row["text"] for row in compare_books._clauses(*reversed(sides))}
    assert back[question.id].startswith("No longer left open: ")


def test_the_name_of_an_instrument_begins_its_sentence_with_a_capital():
    sides = ((rules.load("as-written"), date(2026, 1, 1)), (rules.load("maximal"), date(2026, 1, 1)))
    told = [row["text"] for row in compare_books._strengths(*sides)]
    assert told
    assert all(text[0] == text[0].upper() for text in told)
