"""The law as a compliance desk meets it: nothing that part 744 or 746 asks is lifted by what does not admit it."""

import csv
import itertools
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.errors import PremortemError
from premortem.law import book as rules
from premortem.law import worked_cases
from premortem.law.clauses.candidate_clauses import embargoed_places
from premortem.law.clauses.totals import Totals
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.transactions import frame_of, parse
from tests.examples import examples

CASE = default()
WORDS = vocabulary(CASE)

SHARED = Path(__file__).parents[3] / "shared"
FREE = ("no_licence_required", "exception:", "veu:")
HISTORY = "history"


def handed(name):
    path = SHARED / name
    return list(csv.DictReader(path.read_text("utf-8").splitlines())) if path.exists() else []


def decided(rows, policy=HISTORY, totals=None):
    return decide(frame_of([parse(row, CASE) for row in rows], CASE), rules.load(policy), totals)


def free(outcome):
    return outcome.startswith(FREE)


def asked(case):
    fields = worked_cases.arguments(case["args"], CASE)
    return decided([fields], fields.pop("under", HISTORY))["outcome"][0]


def rows(name):
    """Rows of a handed table as parameters, by their ids; a checkout without it skips."""
    skipped = pytest.param(None, id="none", marks=pytest.mark.skip(reason="the handed cases lie beside the repository"))
    return [pytest.param(case, id=case["case_id"]) for case in handed(name)] or [skipped]


@pytest.mark.parametrize("case", rows("cases/law_reality.csv"))
def test_law_reality_rows_are_right(case):
    assert worked_cases.agrees(asked(case), case["expected"], WORDS), case["why"]


@pytest.mark.parametrize("case", rows("data/law/law_questions.csv"))
def test_handed_questions_are_answered_right(case):
    assert worked_cases.agrees(asked(case), case["expected"], WORDS), case["why"]


# Embargoed places with the first day of each embargo: destination, region, first day, and last day or none.
EMBARGOES = (
    ("CUB", "", date(2020, 1, 1), date(2035, 12, 31)),
    ("PRK", "", date(2020, 1, 1), date(2035, 12, 31)),
    ("IRN", "", date(2020, 1, 1), date(2035, 12, 31)),
    ("SYR", "", date(2020, 1, 1), date(2035, 12, 31)),
    ("RUS", "", date(2022, 2, 24), date(2035, 12, 31)),
    ("BLR", "", date(2022, 3, 2), date(2035, 12, 31)),
    ("UKR", "crimea", date(2020, 1, 1), date(2035, 12, 31)),
    ("UKR", "dnr", date(2022, 2, 21), date(2035, 12, 31)),
    ("UKR", "lnr", date(2022, 2, 21), date(2035, 12, 31)),
)
DAYS = tuple(date(year, 11, 16) for year in range(2020, 2036))
# What a kind of item is asked about, so that nothing hangs on a fact that is not there.
TOLD = {"fab_node_nm": 28, "node_nm": 28, "ops": 1e24, "density_gb_s_mm2": 1.0, "transistors_bn": 1}
# Software and weights off the control list were not caught in the first weeks of the rules on Russia and Belarus.
FIRST_WEEKS = {"RUS", "BLR"}


def items():
    chips = facts.read("chips").filter(pl.col("tpp").is_not_null())["name"].to_list()
    return [
        *sorted(chips)[::3],
        "T4",
        "RTX 4090",
        "H20",
        "H100 SXM",
        "MI210",
        "DGX H100",
        *(kind for kind in WORDS.kinds if kind not in ("chip", "open_weights")),
    ]


@pytest.mark.parametrize("policy", ["history", pytest.param("as-written", marks=pytest.mark.slow)])
def test_no_item_goes_free_to_an_embargoed_place_on_any_day(policy):
    rows = [
        {"item": item, "destination": place, "date": day, "destination_region": region, "headquarters": "USA", **TOLD}
        for place, region, first, last in EMBARGOES
        for day in (first, *(d for d in DAYS if first < d <= last))
        for item in items()
        if not (item == "closed_weights" and place in FIRST_WEEKS and day < date(2022, 4, 8))
    ]
    found = decided(rows, policy)
    wrong = [
        (r["item"], r["destination"], r["date"], o) for r, o in zip(rows, found["outcome"], strict=True) if free(o)
    ]
    assert not wrong, wrong[:10]


def test_the_day_before_an_embargo_is_not_blocked_by_it():
    """Over-blocking is a fault too: a T4 was free the day before, and is free to Ukraine, to Sudan since, to a neighbour."""
    for place, region, day in (
        ("RUS", "", "2022-02-23"), ("BLR", "", "2022-03-01"), ("UKR", "dnr", "2022-02-20"), ("UKR", "", "2025-06-01"),
        ("SDN", "", "2024-06-01"), ("TUR", "", "2024-06-01"),
    ):  # fmt: skip
        row = {"item": "T4", "destination": place, "destination_region": region, "date": day}
        assert decided([row])["outcome"][0] == "no_licence_required", row


LISTED = facts.read("parties").filter(pl.col("list") == "Entity List")


def test_no_listed_party_receives_anything_freely_by_any_of_its_names_in_any_role():
    rows, names = [], []
    for party in LISTED.filter(pl.col("removed").is_null()).to_dicts():
        spelt = [party["name"], *[a.strip() for a in (party["aliases"] or "").split(";") if a.strip()]]
        for name, role in itertools.product(spelt, ("consignee", "end_user")):
            for item in ("T4", "RTX 4090"):
                rows.append({"item": item, "destination": "SGP", role: name, "date": "2026-06-01", **TOLD})
                names.append(name)
    found = decided(rows)["outcome"]
    wrong = sorted({n for n, outcome in zip(names, found, strict=True) if free(outcome)})
    assert not wrong, wrong[:10]


@given(
    st.sampled_from(sorted(LISTED.filter(pl.col("removed").is_null())["name"])),
    st.sampled_from(items()),
    st.sampled_from(["CHN", "SGP", "FRA", "ARE", "TWN", "VNM"]),
    st.sampled_from(["history", "as-written", "maximal"]),
    st.sampled_from(["none", "uveu", "nveu", "veu"]),
    st.sampled_from(WORDS.lists["end_uses"]),
)
def test_no_status_or_exception_helps_a_listed_party(name, item, place, policy, status, end_use):
    row = {"item": item, "destination": place, "consignee": name, "date": "2026-06-01", "status": status}
    assert not free(decided([row | {"end_use": end_use} | TOLD], policy)["outcome"][0])


def test_every_exception_lifts_only_what_admits_it():
    """Of every exception that any clause grants: parts 744 and 746 never admit it unless the clause says so by name."""
    for policy in rules.policies(default()):
        book = rules.load(policy)
        granting = [c for c in book.clauses if c.stage == "exception"]
        strict = [c for c in book.clauses if c.stage == "requires" and c.prohibition not in ("GP 1", "GP 2", "GP 3")]
        assert len(strict) > 20
        for granted, required in itertools.product(granting, strict):
            names = {*WORDS.outcomes[granted.then].under}
            if granted.then.startswith("exception:"):  # else that of a general licence
                assert granted.then.removeprefix("exception:") in names
            assert names <= {*WORDS.requirements.authorisations}
            assert required.stops(granted, WORDS) == names.isdisjoint(required.admits)
            assert "part 740" not in required.admits


@pytest.mark.parametrize("many", [1000, pytest.param(3000, marks=pytest.mark.slow)])
def test_an_answer_is_never_milder_than_any_requirement_that_binds_alone(many):
    """Take away every other requirement that states its own policy: what is left never gives a stricter answer than all."""
    dice = random.Random(11)
    choices = {
        "item": ["RTX 4090", "MI210", "L40", "H100 SXM", "H20", "T4", "BR100"],
        "destination": ["CHN", "RUS", "IRN", "VNM", "FRA", "ARE", "KHM", "SYR", "MAC", "SAU"],
        "end_use": ["data_centre", "supercomputer", "military", "military_intelligence", "production"],
        "consignee": ["", "Huawei", "Biren", "somebody"],
        "ownership": [0.0, 0.6],
        "date": [date(2022, 8, 1) + timedelta(days=n) for n in range(1600)],
    }
    rows = [{name: dice.choice(values) for name, values in choices.items()} for _ in range(many)]
    book, frame = rules.load(HISTORY), frame_of([parse(row, CASE) for row in rows], CASE)
    whole = decide(frame, book)["outcome"].to_list()
    own = [c for c in book.clauses if c.stage == "requires" and c.then]
    assert len(own) > 30
    names = {c.id for c in own}
    for kept in own:
        alone = tuple(c for c in book.clauses if c.id not in names or c is kept)
        for row, less, more in zip(rows, decide(frame, replace(book, clauses=alone))["outcome"], whole, strict=True):
            assert WORDS.strictness[less] <= WORDS.strictness[more], (kept.id, row)


def test_a_shipment_that_a_stricter_policy_denies_draws_on_no_total():
    base = {"item": "H100 SXM", "destination": "IND", "date": "2025-06-02", "quantity": 1_600}
    rows = [base | {"consignee": "Huawei"}, base | {"consignee": "a"}, base | {"consignee": "a", "quantity": 1}]
    rows[0]["quantity"] = 40_000
    found = decided([*rows, base | {"quantity": 49_000, "consignee": "b"}], "as-written", Totals())
    denial, approval = "licence:presumption_of_denial", "licence:presumption_of_approval"
    assert found["outcome"].to_list() == [denial, "exception:LPP", "exception:LPP", approval]
    assert found["country_tpp_after"].to_list()[3] == 49_000 * 15_824


def test_a_letter_reaches_every_chip_with_its_numbers_from_its_addressee_alone():
    chip = {"item": "custom", "tpp": 2300, "performance_density": 2.9, "destination": "CHN", "date": "2025-05-01"}
    for memory, link, exporter, outcome in (
        (4000, 0, "nvidia", "licence:case_by_case"), (0, 900, "nvidia", "licence:case_by_case"),
        (3999, 899, "nvidia", "no_licence_required"), (4000, 900, "reseller", "no_licence_required"),
        (1400, 0, "intel", "licence:case_by_case"), (1000, 700, "intel", "licence:case_by_case"),
        (4000, 0, "NVIDIA Corporation", "licence:case_by_case"), (1400, 0, "Intel Corp.", "licence:case_by_case"),
        (1400, 0, "Intelligent Systems", "no_licence_required"),
    ):  # fmt: skip
        row = chip | {"memory_gb_s": memory, "interconnect_gb_s": link, "exporter": exporter}
        assert decided([row])["outcome"][0] == outcome, row


def test_f003_lpp_counts_the_largest_tpp_of_all_bit_widths():
    row = {"item": "MI355X", "destination": "IND", "date": "2025-06-01"}
    found = decided([row | {"quantity": 660}, row | {"quantity": 445}, row | {"quantity": 446}], "as-written")
    assert found["outcome"].to_list() == [
        "licence:presumption_of_approval",
        "exception:LPP",
        "licence:presumption_of_approval",
    ]
    assert found["shipment_tpp"][0] == pytest.approx(660 * 60_400, rel=1e-3)


def test_f004_the_return_of_the_affiliates_rule_is_marked_unverified():
    sent = {"item": "H20", "quantity": 10, "destination": "SGP", "ownership": 0.6, "date": "2026-11-20"}
    decision = explain(Transaction(sent), rules.load(HISTORY))
    clause = rules.load(HISTORY).by_id[decision.clause]
    assert decision.outcome == "licence:presumption_of_denial"
    assert (clause.id, clause.confidence) == ("affiliates.return", "low")
    assert "unverified" in clause.says.lower()


def test_f005_no_clause_reaches_a_tool_for_an_old_node():
    sent = {"item": "sme_tool", "fab_node_nm": 28, "destination": "CHN", "date": "2025-03-01"}
    found = decided([sent])
    assert found["outcome"][0] == "no_licence_required"
    assert found["clause"][0] is None
    assert found["required_by"][0] is None
    assert found["eccn"][0] == "3B991"


def test_a_name_that_is_near_a_listed_one_waits_for_a_person_and_a_denial_goes_before():
    near = {"item": "T4", "destination": "SGP", "consignee": "Hauwei", "date": "2025-06-01"}
    assert decided([near])["outcome"][0] == "needs:screening"
    assert decided([near | {"destination": "IRN"}])["outcome"][0] == "licence:policy_of_denial"


def test_none_is_no_classification_of_a_chip():
    found = decided([{"item": "T4", "destination": "FRA", "date": "2025-06-01"}])
    assert found["eccn"].to_list() == ["3A991"]


def test_an_end_use_that_is_misspelt_is_refused():
    with pytest.raises(PremortemError, match="did you mean military"):
        parse({"item": "T4", "destination": "CHN", "end_use": "militray"}, CASE)


OWN = 'name = "mine"\ntitle = "Mine"\nsays = "x"\n[clause."mine.ban"]\nsays = "x"\ncitation = "none"\npublished = 2025-03-01\n'
OWN += 'effective = 2025-03-01\ncomplies = 2025-03-01\nstage = "requires"\nconfidence = "low"\nsource = "a test"\n'


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('prohibition = "GP 5"\nadmits = ["NACC"]\n', "no such exception: NACC"),
        ("admits = []\n", "names the prohibition"),
        ('prohibition = "GP 11"\nadmits = []\n', "names the prohibition"),
        ('prohibition = "GP 5"\nadmits = []\nwithin = "private_sector"\nthen = "prohibited"\n', "`otherwise`"),
        ('prohibition = "GP 5"\nadmits = []\nthen = "maybe"\n', "is not an outcome"),
    ],
)
def test_a_requirement_with_an_unknown_exception_or_prohibition_is_one_clear_line(tmp_path, more, said):
    path = tmp_path / "mine.toml"
    path.write_text(OWN + "applies = \"destination = 'MYS'\"\n" + more)
    with pytest.raises(PremortemError) as caught:
        rules.load(path)
    assert said in str(caught.value)
    assert "mine.toml: mine.ban" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_requirement_of_a_policy_binds_and_is_lifted_by_what_it_admits(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        OWN + 'applies = "destination = \'VNM\' and eccn = \'3A090.b\'"\nprohibition = "GP 5"\nadmits = ["ACA"]\n'
        'then = "licence:presumption_of_denial"\n'
    )
    sent = frame_of([parse({"item": "MI210", "destination": "VNM", "date": "2025-04-01"}, CASE)], CASE)
    assert decide(sent, rules.load(path))["outcome"][0] == "exception:ACA"
    path.write_text(path.read_text().replace('["ACA"]', "[]"))
    found = decide(sent, rules.load(path))
    assert (found["outcome"][0], found["clause"][0]) == ("licence:presumption_of_denial", "mine.ban")


@pytest.mark.parametrize("outcome", ["no_licence_required", "exception:NAC"])
def test_a_requirement_never_frees_a_shipment(outcome):
    clause = next(c for c in rules.load(HISTORY).clauses if c.stage == "requires" and c.then)
    with pytest.raises(ValueError, match="frees a shipment"):
        type(clause).model_validate({**clause.model_dump(by_alias=True), "then": outcome}, context=WORDS)


def test_a_rule_is_cited_before_a_letter_to_one_exporter_among_equals():
    asking = {"item": "H200 SXM", "destination": "CHN", "date": "2026-03-01"}
    found = decided([asking])
    assert found["outcome"][0] == "licence:case_by_case"
    assert found["clause"][0] == "jan2026.h200"


TOOL = {"item": "sme_tool", "destination": "CHN", "listed": True, "end_use": "fab"}


@pytest.mark.parametrize("made_in", ["NLD", "JPN", "KOR"])
@pytest.mark.parametrize(
    "more", [{}, {"us_chip_inside": False}, {"item": "sme_part", "listed": None, "fab_node_nm": 7}]
)
@pytest.mark.parametrize("day", ["2022-11-01", "2023-12-01", "2025-06-01"])
def test_a_tool_made_abroad_that_is_shipped_from_the_us_is_as_any_item_there(made_in, more, day):
    sent = TOOL | more | {"made_in": made_in, "from": "USA", "date": day}
    assert decided([sent])["outcome"][0] == "licence:presumption_of_denial"


def test_a_tool_is_taken_to_be_shipped_from_where_it_is_made_and_a_permission_says_so():
    found = explain(Transaction(TOOL | {"made_in": "NLD", "date": "2025-06-01"}), rules.load(HISTORY))
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert ("from", "NLD") in [(a.field, a.value) for a in found.rests_on]
    unsaid = explain(Transaction(TOOL | {"date": "2025-06-01"}), rules.load(HISTORY))
    assert unsaid.outcome == "licence:presumption_of_denial"
    for sent, free_to_go in (({"from": "NLD"}, True), ({}, True), ({"from": "USA"}, False)):
        rows = [TOOL | {"made_in": "NLD", "date": "2025-06-01"} | sent, TOOL | {"made_in": "USA", "date": "2025-06-01"}]
        assert [free(o) for o in decided(rows)["outcome"]] == [free_to_go, False]  # in a table, too


DIE = {"item": "logic_die", "destination": "CHN", "date": "2025-06-01", "end_use": "data_centre"}


@pytest.mark.parametrize(
    "more", [{}, {"designer": "approved", "designer_hq": "USA"}, {"packaged_by": "approved_osat", "transistors_bn": 20}]
)
@pytest.mark.parametrize("day", ["2024-06-01", "2025-03-01", "2026-06-01"])
def test_a_die_whose_tpp_is_over_the_line_is_never_free_to_china_whoever_designed_or_packaged_it(more, day):
    assert decided([DIE | more | {"tpp": 20_000, "date": day}])["outcome"][0] == "licence:presumption_of_denial"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"node_nm": 7, "exporter": "designer"}, "tpp"),
        ({"node_nm": 22, "tpp": 1000}, "non_planar"),
        ({"node_nm": 7, "tpp": 1000, "date": "2024-12-20"}, "exporter"),
        ({"node_nm": 3, "designer": "approved", "designer_hq": "USA"}, "certified"),
        ({"destination": "MYS", "tpp": 20_000}, "designer_hq"),
        ({"destination": "MYS", "tpp": 20_000, "date": "2024-12-20"}, "designer_hq"),
        ({"item": "chip", "destination": "JPN", "tpp": 20_000}, "designer_hq"),
        (
            {"item": "chip", "tpp": 2300, "performance_density": 2.9, "memory_gb_s": 4000, "interconnect_gb_s": 0},
            "exporter",
        ),
    ],
)
def test_what_nobody_said_of_a_die_or_a_chip_is_a_condition_of_its_permission(more, field):
    found = explain(Transaction(DIE | more), rules.load(HISTORY))
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert field in {a.field for a in found.rests_on}
    assert found.sentence.startswith("If ")


@pytest.mark.parametrize("place", ["MYS", "TWN", "JPN"])
@pytest.mark.parametrize("day", ["2023-11-17", "2025-03-01", "2025-05-12"])
@pytest.mark.parametrize("more", [{"tpp": 20_000}, {"tpp": 20_000, "node_nm": 7, "exporter": "fabricator"}])
def test_a_die_of_a_chinese_designer_is_not_free_to_a_packager_abroad(place, day, more):
    sent = DIE | more | {"destination": place, "designer_hq": "CHN", "end_use": "packaging", "date": day}
    assert decided([sent])["outcome"][0] == "licence:presumption_of_denial"


def test_a_presumed_die_is_of_paragraph_a_whatever_milder_paragraph_its_numbers_are_of():
    die = DIE | {"tpp": 4000, "performance_density": 1.6, "node_nm": 7}
    found = decided([die | {"exporter": "fabricator"}, die | {"exporter": "designer"}])
    assert found["eccn"].to_list() == ["3A090.a", "3A090.b"]


def test_of_two_equally_strict_rules_the_later_is_cited():
    sent = {"item": "T4", "destination": "RUS", "date": "2025-06-01"}
    assert decided([sent])["clause"][0] == "emb.russia_belarus"  # of April 2022, not emb.russia of February
    assert decided([sent | {"date": "2022-04-07"}])["clause"][0] == "emb.russia"


def test_an_embargo_is_known_by_its_prohibition_and_not_by_its_name():
    book = rules.load(HISTORY)
    renamed = [c.model_copy(update={"id": c.id.replace("emb.", "mine.")}) for c in book.clauses]
    day = date(2025, 10, 1)
    barred = embargoed_places(replace(book, clauses=tuple(renamed)), day)
    assert barred == embargoed_places(book, day) >= {"CUB", "IRN", "PRK", "RUS", "BLR", "SYR"}


# Facts that a person may leave out, with what they may say.
UNSAID = {
    "from": ("USA", "NLD", "CHN"), "made_in": ("USA", "NLD", "KOR", "CHN"), "exporter": ("nvidia", "fabricator", "designer"),
    "exporter_hq": ("USA", "TWN", "CHN"), "headquarters": ("CHN", "USA", "FRA", "RUS"), "status": ("none", "veu"),
    "end_use": ("data_centre", "packaging", "fab", "supercomputer", "military"), "designer_hq": ("USA", "CHN"),
    "designer": ("approved", "authorised", "unlisted"), "packaged_by": ("fabricator", "approved_osat", "none"),
    "packaged_in": ("TWN", "CHN"), "us_chip_inside": (True, False), "listed": (True, False), "us_items": (True, False),
    "person": ("USA", "JPN"), "certified": (True, False), "notice_given": (True, False), "datacentre": (True, False),
    "performance_density": (0.5, 1.6, 5.92), "memory_gb_s": (500, 4000), "interconnect_gb_s": (100, 900),
    "density_gb_s_mm2": (1, 2.5, 4), "node_nm": (3, 16, 28), "non_planar": (True, False), "transistors_bn": (10, 45),
    "hbm": (True, False), "ops": (1e25, 2e26), "private_sector": (True, False),
    "pflops_fp64": (10, 500), "cubic_feet": (1000, 90000), "ownership": (0.0, 1.0),
}  # fmt: skip
SOME = st.fixed_dictionaries(
    {
        "item": st.sampled_from(["hbm_stack", "sme_tool", "sme_part", "servicing", "logic_die", "closed_weights"]),
        "destination": st.sampled_from(["CHN", "MAC", "VNM", "MYS", "FRA", "ARE", "RUS", "SYR"]),
        "date": st.dates(date(2022, 10, 7), date(2026, 11, 26)),
    },
    optional={"tpp": st.sampled_from([1000, 3000, 20_000])}
    | {name: st.sampled_from(values) for name, values in UNSAID.items()},
).map(lambda sent: sent if sent["item"] == "logic_die" else {k: v for k, v in sent.items() if k != "tpp"})


@examples(2.4)
@given(SOME, st.sampled_from(["history", "as-written"]))
def test_an_unsaid_fact_is_never_freer_than_whatever_may_be_said_of_it(sent, policy):
    """What is not told is taken as one of the things that it may be, or is asked for."""
    unsaid = [name for name in UNSAID if name not in sent]
    rows = [sent, *({**sent, name: value} for name in unsaid for value in UNSAID[name])]
    first, *others = map(free, decided(rows, policy)["outcome"])
    if first:
        said = iter(others)
        for name in unsaid:
            assert any([next(said) for _ in UNSAID[name]]), name
