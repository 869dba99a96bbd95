"""A law of several kinds of answers: from which day a clause speaks, in what order, and what flags, readings and gaps do."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import case as cases
from premortem.app import clause_dates, policy_export
from premortem.app.view_state import state_from_address
from premortem.case import Case
from premortem.errors import BadInput, BadInputs
from premortem.law import compare_books
from premortem.law.answers import Answer, answers, complete, merged_answers, parse
from premortem.law.book import Book, load
from premortem.law.loopholes import Search, search
from premortem.law.opinion import opine
from premortem.study import Study
from premortem.terminal.rules import print_diff, print_loopholes

CASE = """
title = "A district's limit on nitrogen"
subject = "a district's limit"
claims = "nobody"
day = 2024-03-03
baseline = "plain"
policies = ["plain", "late", "strict"]
"""
VOCABULARY = """
first = 2020-01-01
last = 2035-12-31
[answers.duty]
says = "what a farm must do"
combine = "first"
otherwise = "none_due"
[answers.papers]
says = "what it keeps"
combine = "all"
where = "farm"
[answers.sanction]
says = "what it risks"
combine = "all"
since = "effective"
[outcomes.none_due]
kind = "duty"
[outcomes.report]
kind = "duty"
[outcomes.reduce]
kind = "duty"
[outcomes.exempt]
kind = "duty"
[outcomes.open]
kind = "duty"
open = true
[outcomes.ledger]
kind = "papers"
[outcomes.map]
kind = "papers"
[outcomes.fine]
kind = "sanction"
unit = "EUR"
[fields.nitrogen]
type = "number"
unit = "kg/ha"
says = "nitrogen on each hectare"
[fields.hectares]
type = "number"
unit = "ha"
says = "size"
[fields.cows]
type = "number"
unit = "cows"
says = "cows that it keeps"
[fields.organic]
type = "text"
choices = ["yes", "no", "unsettled"]
open = ["unsettled"]
default = "no"
says = "whether it is organic"
[fields.farm]
type = "flag"
given = false
by = "clauses"
says = "whether it is a farm"
[fields.large]
type = "flag"
given = false
by = "clauses"
says = "whether it is a large farm"
[fields.asked_on]
type = "date"
says = "the day asked about"
today = true
[instruments.inspection]
says = "share of farms inspected"
"""
EFFECTIVE, COMPLIES = date(2024, 6, 1), date(2025, 1, 1)


def clause(key: str, applies: str, *lines: str, stage: str = "answer") -> str:
    days = f"published = 2024-03-03\neffective = {EFFECTIVE}\ncomplies = {COMPLIES}\n"
    head = f'[{key}]\nsays = "{key}"\ncitation = "1"\n{days}stage = "{stage}"\napplies = "{applies}"\n'
    return head + 'confidence = "high"\nsource = "invented"\n' + "\n".join(lines) + "\n"


SMALL = clause("small", "hectares < 10", 'gives = ["exempt"]')
REDUCE = clause("reduce", "nitrogen > line", 'gives = ["reduce"]', 'line = { value = 170, unit = "kg/ha" }')
REPORT = clause("report", "nitrogen > 80", 'gives = ["report"]')
FLAGS = [
    clause("by_land", "hectares > 2", 'then = "farm"', stage="define"),
    clause("by_cows", "cows > 5", 'then = "farm"', stage="define"),
    clause("big", "farm and hectares > 50", 'then = "large"', stage="define"),
    clause("ledger", "nitrogen > 0", 'gives = ["ledger"]'),
    clause("map", "large", 'gives = ["map"]'),
]
FINE = clause("fine", "nitrogen > 170", 'gives = ["fine"]', 'amount = ["nitrogen * rate", "1000"]', 'rate = { value = 10, unit = "EUR" }')  # fmt: skip
POLICIES = {
    "plain": "",
    "late": '[clause."limit.reduce"]\ncomplies = 2030-01-01\n',
    "strict": '[clause."limit.reduce"]\nline = { value = 100, unit = "kg/ha" }\n[[strength.inspection]]\nvalue = 0.9\nfrom = 2024-06-01\n',
}


def law(folder: Path, *clauses: str, words: str = VOCABULARY, **more: str) -> Case:
    """A small case whose only instrument holds these clauses; `more` are further instruments by name."""
    (folder / "policies").mkdir()
    (folder / "clauses").mkdir()
    (folder / "case.toml").write_text(CASE)
    (folder / "vocabulary.toml").write_text(words)
    for name, text in POLICIES.items():
        head = f'name = "{name}"\ntitle = "{name}"\nsays = "x"\n'
        (folder / "policies" / f"{name}.toml").write_text(
            head + (text if any("[reduce]" in c for c in clauses) else "")
        )
    for name, text in ({"limit": "\n".join(clauses)} | more).items():
        (folder / "clauses" / f"{name}.toml").write_text(f'instrument = "{name}"\n{text}')
    return Case(folder)


def asked(book: Book, on: str = "2026-07-01", **fields: object) -> Answer:
    return merged_answers([complete(parse({"asked_on": on} | fields, book.vocabulary), book.vocabulary)], book)[0]


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return law(tmp_path_factory.mktemp("district"), SMALL, REDUCE, REPORT, *FLAGS, FINE)


def test_a_day_that_a_policy_moves_is_the_day_of_every_answer_and_comparison(district: Case) -> None:
    plain, late = load("plain", district), load("late", district)
    assert asked(plain, nitrogen=200, hectares=40).outcomes["duty"] == "reduce"
    assert asked(late, nitrogen=200, hectares=40).outcomes["duty"] == "report"
    changed = compare_books.diff((plain, date(2026, 7, 1)), (late, date(2026, 7, 1)))["changes"]
    assert [(c["kind"], c["clause"]) for c in changed] == [("gone", "limit.reduce")]
    assert asked(late, "2030-01-01", nitrogen=200, hectares=40).outcomes["duty"] == "reduce"


@given(
    st.sampled_from(["limit.reduce", "limit.fine"]),
    st.dates(date(2024, 4, 1), date(2034, 1, 1)),
    st.integers(-400, 400),
)
def test_a_clause_speaks_exactly_while_it_is_in_force_wherever_its_day_is_moved(
    district: Case, name: str, first: date, after: int
) -> None:
    moved = clause_dates.book_with_dates(load("plain", district), ((f"{name}.complies", first),))
    assert clause_dates.stands(moved, f"{name}.complies") == first
    day = first + timedelta(after)
    told = answers([complete({"nitrogen": 200.0, "hectares": 40.0, "asked_on": day}, moved.vocabulary)], moved)[0]
    assert (name in told.by.values()) == moved.in_force(name, day) == (day >= first)
    assert (name in {c["clause"] for c in compare_books.show(moved, day)}) == (day >= first)


def test_a_kind_may_speak_from_another_day_than_its_law(district: Case) -> None:
    book = load("plain", district)
    assert (book.by_id["limit.fine"].begins, book.by_id["limit.reduce"].begins) == (EFFECTIVE, COMPLIES)
    told = asked(book, "2024-07-01", nitrogen=200, hectares=40)
    assert (told.outcomes["duty"], told.outcomes["sanction"]) == ("none_due", ("fine",))


def test_a_clause_whose_kinds_begin_on_different_days_must_say_which_is_its_own(tmp_path: Path) -> None:
    both = clause("both", "nitrogen > 1", 'gives = ["report", "fine"]')
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with pytest.raises((BadInput, BadInputs), match="say since = 'complies' or 'effective'"):
        load("plain", law(tmp_path / "a", both))
    told = load("plain", law(tmp_path / "b", both + 'since = "effective"\n'))
    assert told.by_id["limit.both"].begins == EFFECTIVE


def test_a_day_that_no_clause_reads_is_refused_in_a_policy(district: Case, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\ntitle = "x"\nsays = "x"\n[clause."limit.fine"]\ncomplies = 2030-01-01\n')
    with pytest.raises(
        (BadInput, BadInputs), match=r"clause\.limit\.fine\.complies: moves nothing.*allowed: effective"
    ):
        load(mine, district)
    mine.write_text('name = "mine"\ntitle = "x"\nsays = "x"\n[clause."limit.*"]\ncomplies = 2030-01-01\n')
    assert not load(mine, district).in_force("limit.reduce", date(2029, 1, 1))


def test_a_moved_day_is_saved_under_the_key_that_its_clause_reads() -> None:
    study = Study(case="eu_gpai")
    view = state_from_address([("d.gpai.open.complies", "2028-01-01"), ("d.power.complies", "2029-01-01")], study)
    told = policy_export.toml(study.law("as-amended"), view, "mine")
    assert '[clause."gpai.open"]\neffective = 2028-01-01' in told
    assert '[clause."power.enforce"]\ncomplies = 2029-01-01' in told
    assert '[clause."power.delegated"]\neffective = 2029-01-01' in told


@pytest.mark.parametrize("name", ["gpai.open", "systemic.presumption", "power.enforce"])
def test_a_moved_day_of_the_second_case_moves_its_levers(name: str) -> None:
    ours = cases.load("eu_gpai")
    book = load("", ours)
    moved = clause_dates.book_with_dates(book, ((f"{name}.complies", date(2029, 1, 1)),))
    usual, later = ours.world.levers(book), ours.world.levers(moved)
    lever = {"gpai.open": "open_exemption", "systemic.presumption": "threshold", "power.enforce": "powers"}[name]
    before, after = getattr(usual, lever), getattr(later, lever)
    assert (before[:-4] != after[:-4]).any()
    assert (before[-3:] == after[-3:]).all()


def test_of_clauses_of_one_order_the_first_in_the_file_speaks(tmp_path: Path) -> None:
    for i, texts in enumerate([(SMALL, REDUCE, REPORT), (REPORT, SMALL), (REDUCE, REPORT, SMALL)]):
        (tmp_path / str(i)).mkdir()
        book = load("plain", law(tmp_path / str(i), *texts))
        assert asked(book, nitrogen=200, hectares=5).outcomes["duty"] == ["exempt", "report", "reduce"][i]


def test_files_speak_in_the_order_of_their_names_and_a_stated_order_goes_before(tmp_path: Path) -> None:
    for i, (a, z) in enumerate([(SMALL, REPORT), (REPORT, SMALL), (SMALL, REPORT + "order = 10\n")]):
        (tmp_path / str(i)).mkdir()
        book = load("plain", law(tmp_path / str(i), a=a, z=z))
        assert asked(book, nitrogen=100, hectares=5).outcomes["duty"] == ["exempt", "report", "report"][i]


def test_a_policys_own_clause_speaks_after_those_of_the_law_unless_it_states_an_order(tmp_path: Path) -> None:
    (tmp_path / "law").mkdir()
    held, mine = law(tmp_path / "law", REPORT), tmp_path / "mine.toml"
    for order, expected in (("", "report"), ("order = 10\n", "exempt")):
        own = SMALL.replace("[small]", '[clause."a.small"]') + order
        mine.write_text(f'name = "mine"\ntitle = "x"\nsays = "x"\n{own}')
        assert asked(load(mine, held), nitrogen=100, hectares=5).outcomes["duty"] == expected


# flags


@pytest.mark.parametrize(
    ("hectares", "cows", "farm"),
    [(1, 1, False), (40, 1, True), (1, 9, True), (40, 9, True), (1, None, None), (None, 9, True)],
)
def test_a_flag_is_set_by_any_of_the_clauses_that_define_it(
    district: Case, hectares: float | None, cows: float | None, farm: bool | None
) -> None:
    told = asked(load("plain", district), nitrogen=10, hectares=hectares, cows=cows)
    assert told.flags["farm"] is farm
    assert told.outcomes["papers"] == {True: ("ledger",), False: (), None: ("needs:cows",)}[farm]


def test_a_flag_is_down_before_the_clauses_that_set_it_are_in_force(district: Case) -> None:
    held = [asked(load("plain", district), str(day), hectares=90).flags for day in (COMPLIES - timedelta(1), COMPLIES)]
    assert held == [{"farm": False, "large": False}, {"farm": True, "large": True}]


def test_a_flag_that_hangs_on_a_field_asks_for_it(district: Case) -> None:
    told = asked(load("plain", district), nitrogen=10, hectares=1)
    assert "cows" in told.needs
    assert told.outcomes["papers"] == ("needs:cows",)


def test_a_kind_in_which_all_speak_gives_them_in_the_order_of_the_vocabulary(district: Case) -> None:
    told = asked(load("plain", district), nitrogen=10, hectares=90)
    assert told.outcomes["papers"] == ("ledger", "map")
    assert (told.by["ledger"], told.by["map"]) == ("limit.ledger", "limit.map")


# what is missing, unsettled or worked out


def test_the_first_clause_that_hangs_on_a_field_asks_for_it_before_a_later_one_speaks(district: Case) -> None:
    told = asked(load("plain", district), nitrogen=200)
    assert told.outcomes["duty"] == "needs:hectares"


def test_where_no_clause_speaks_the_answer_is_that_of_the_kind(district: Case) -> None:
    told = asked(load("plain", district), nitrogen=10, hectares=40)
    assert told.outcomes["duty"] == "none_due"
    assert "none_due" not in told.by


def test_an_answer_where_no_clause_speaks_cites_nothing_and_tells_its_day(district: Case) -> None:
    told = opine({"nitrogen": 10, "hectares": 40}, load("plain", district))
    assert told.as_dict()["transaction"][told.book.vocabulary.asked] == str(told.day)
    assert "()" not in told.sentence


@pytest.mark.parametrize(("nitrogen", "most"), [(175, 1750.0), (171, 1710.0), (90, None)])
def test_an_amount_is_the_largest_of_its_expressions(district: Case, nitrogen: float, most: float | None) -> None:
    assert asked(load("plain", district), nitrogen=nitrogen, hectares=40).amounts.get("fine") == most


def test_an_unsettled_field_leaves_open_only_what_its_readings_differ_in(tmp_path: Path) -> None:
    book = load("plain", law(tmp_path, clause("free", "organic = 'yes'", 'gives = ["exempt"]'), REPORT, *FLAGS))
    told = asked(book, nitrogen=100, hectares=90, organic="unsettled")
    assert told.outcomes["duty"] == "open"
    assert told.outcomes["papers"] == ("ledger", "map")
    assert asked(book, nitrogen=100, hectares=90).outcomes["duty"] == "report"


# what is compared where no day is named


def test_two_policies_are_compared_on_a_day_on_which_they_differ(district: Case) -> None:
    plain = load("plain", district)
    for other, day, kinds in (("late", COMPLIES, ["gone"]), ("strict", COMPLIES, ["number", "strength"])):
        found = compare_books.between((plain, None), (load(other, district), None))
        assert [c["kind"] for c in found["changes"]] == kinds
        assert found["sides"] == [{"policy": p, "day": str(day)} for p in ("plain", other)]


def test_a_side_without_a_day_takes_that_of_the_other(district: Case) -> None:
    found = compare_books.between((load("plain", district), date(2026, 7, 1)), (load("late", district), None))
    assert {side["day"] for side in found["sides"]} == {"2026-07-01"}


def test_a_comparison_tells_its_days(district: Case, capsys: pytest.CaptureFixture[str]) -> None:
    print_diff(compare_books.between((load("plain", district), None), (load("late", district), None)))
    assert f"From plain on {COMPLIES} to late on {COMPLIES}" in capsys.readouterr().out


def test_a_law_without_pairs_says_that_nothing_was_searched(district: Case, capsys: pytest.CaptureFixture[str]) -> None:
    print_loopholes(search(load("plain", district)), district)
    assert "nothing was searched" in " ".join(capsys.readouterr().out.split())
    print_loopholes(Search((), 12, False), district)
    assert "12 pairs searched; 0 loopholes found" in " ".join(capsys.readouterr().out.split())
