"""Parties: equal names are listed from their day on, near ones are shown until cleared, and others are left alone."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import premortem as pm
from premortem import facts
from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.law import book as rules
from premortem.law import engine
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.parties import fields as party_fields
from premortem.law.parties import lists as party_lists
from premortem.law.parties import lookup, name_matches, spelling
from premortem.law.parties.spelling import key, telling
from premortem.law.row_defaults import complete
from premortem.law.transactions import frame_of
from tests.examples import examples

CASE = default()
WORDS = vocabulary(CASE)

DAY = date(2026, 6, 1)
ROWS = facts.read("parties")
LISTED = ROWS.filter(pl.col("list") == "Entity List").to_dicts()
FREE = [
    *ROWS.filter(pl.col("list") == "not listed")["name"],
    *facts.read("entities").filter(pl.col("entity_listed").is_null())["name"],
]


def hits(name, day=DAY, cleared=None):
    return lookup.screen({"consignee": name}, day, CASE, cleared)


def facts_of(day=DAY, **named):
    row = {"item": "H20", "destination": "CHN", "date": day, **named}
    return complete(frame_of([row], CASE), rules.load("history")).collect().row(0, named=True)


def named(row):
    """The name of a listed party and its aliases."""
    return [row["name"], *(a.strip() for a in (row["aliases"] or "").split(";") if a.strip())]


def test_every_listed_name_and_alias_is_found_from_its_day_and_not_before():
    assert len(LISTED) > 300
    wrong = []
    for row in LISTED:
        first = date.fromisoformat(row["effective"]) if row["effective"] else None
        last = date.fromisoformat(row["removed"]) if row["removed"] else None
        before = date.fromordinal(first.toordinal() - 1) if first else None
        for name in named(row):
            found = [h for h in hits(name, DAY if last is None else first) if h.equal]
            if row["name"] not in [h.name for h in found] or any(h.score != 100.0 for h in found):
                wrong.append((row["name"], name, "is not found, or by less than all of it"))
            for day in filter(None, (last, before)):
                if row["name"] in [h.name for h in hits(name, day)]:
                    wrong.append((row["name"], name, f"is found on {day}"))
    assert not wrong


def test_a_firm_that_is_known_not_to_be_listed_is_no_hit():
    assert len(FREE) > 50
    assert {name: found for name in FREE if (found := hits(name))} == {}


@pytest.mark.parametrize("name", [n.lower() for n in facts.read("chips")["vendor"].unique().sort()] + ["reseller", "fabricator", "designer", "distributor"])  # fmt: skip
def test_the_words_for_an_exporter_are_near_nobody_but_the_listed(name):
    listed = {"huawei", "biren", "cambricon", "hygon", "moore threads", "various"}  # "various" names nobody
    assert bool(lookup.screen({"exporter": name}, DAY, CASE)) == (name in listed)


@pytest.mark.parametrize(
    "name",
    [
        "HUAWEI TECHNOLOGIES CO LTD",
        "Huawei Technologies, Co. Limited",
        "huawei  technologies",
        "Huáwèi Technologies",
        "Ｈｕａｗｅｉ",
        "Hua-Wei Technologies Co.,Ltd",
    ],
)
def test_case_punctuation_accents_and_legal_forms_do_not_hide_a_name(name):
    assert any(h.equal for h in hits(name))
    assert facts_of(consignee=name)["entity_listed"]


@examples(4)
@given(st.sampled_from(LISTED), st.sampled_from([str.upper, str.lower, str.title]), st.sampled_from(["", " Ltd", ", Inc.", " GmbH", " B.V."]))  # fmt: skip
def test_no_way_of_writing_a_name_hides_it(row, case, form):
    day = DAY if not row["removed"] else date.fromisoformat(row["effective"])
    assert any(h.equal and h.name == row["name"] for h in hits(case(row["name"]) + form, day))


@pytest.mark.parametrize("name", ["Huawai", "Hua Wei Cloud Ireland Ltd", "SMIC Frankfurt GmbH", "Hikvison", "Sensetimes", "Cambricom"])  # fmt: skip
def test_a_near_name_is_shown_and_asks_until_it_is_cleared(name):
    found = hits(name)
    assert found
    assert all(not h.equal and name_matches.NEAR <= h.score < 100 for h in found)
    told = facts_of(consignee=name)
    assert (told["near_name"], told["entity_listed"]) == (True, False)
    assert not facts_of(consignee=name, cleared=f"Another Ltd=not this; {name.upper()}=a bakery")["near_name"]
    assert {h.cleared for h in hits(name, cleared={name: "another firm, by its register number"})} == {
        "another firm, by its register number"
    }


def test_clearing_does_not_lift_a_listed_name():
    assert facts_of(consignee="Huawei", cleared="Huawei=a bakery")["entity_listed"]


def test_names_that_differ_by_a_number_or_a_word_are_shown_and_never_merged():
    assert not any(h.equal for h in hits("CETC 99"))
    assert lookup.key("Yotta 1") != lookup.key("Yotta 2")
    assert lookup.key("Yotta") != lookup.key("Yotta Data Services")


@pytest.mark.parametrize("role", lookup.ROLES)
def test_every_named_party_is_screened(role):
    told = facts_of(**{role: "Huawei"}, date=date(2025, 6, 1))  # the rule on ownership is neither in force nor stayed
    assert told["entity_listed"]
    assert told["footnote_1"]
    assert not told["footnote_4"]
    assert told["entity_policy"] == "presumption_of_denial"


def test_the_strictest_policy_of_all_parties_counts_and_any_flag():
    denied = next(r["name"] for r in LISTED if r["policy"] == "policy_of_denial")
    told = facts_of(consignee="Biren", end_user=denied, parent="Someone Else")
    assert told["entity_policy"] == "policy_of_denial"
    assert told["footnote_4"]
    alone = facts_of(consignee="Sensetime")  # its policy hangs on the item
    assert alone["entity_policy"] == transfers(CASE).parties.unread


def test_a_footnote_counts_from_its_own_day():
    assert not facts_of(date(2022, 10, 20), consignee="Sensetime")["footnote_4"]
    assert facts_of(date(2022, 10, 21), consignee="Sensetime")["footnote_4"]


def test_an_affiliate_of_a_listed_party_counts_as_owned_by_it_whatever_less_is_told():
    (hit,) = hits("Nexperia")
    assert (hit.list, hit.equal) == (transfers(CASE).parties.owned.list, True)
    told = facts_of(consignee="NEXPERIA B.V.")
    assert (told["ownership"], told["entity_listed"]) == (transfers(CASE).parties.owned.share, False)
    assert facts_of(consignee="Nexperia", ownership=0.2)["ownership"] == transfers(CASE).parties.owned.share
    assert facts_of(consignee="Nexperia", ownership=0.9)["ownership"] == 0.9
    assert facts_of(consignee="Another")["ownership"] == 0.0
    rows = [{"item": "H20", "destination": "NLD", "date": DAY, "consignee": name} for name in ("Another", "Nexperia")]
    assert complete(frame_of(rows, CASE), rules.load("history")).collect()["ownership"].to_list() == [
        0.0,
        transfers(CASE).parties.owned.share,
    ]


def test_nobody_named_is_nobody_found():
    told = facts_of()
    assert not any(told[name] for name in party_fields._columns(CASE) if name in WORDS.fields)


def test_dates_of_firms_and_of_parties_agree():
    firms = facts.read("entities").filter(pl.col("entity_listed").is_not_null())
    for name, day in firms.select("name", "entity_listed").rows():
        assert min(h.date for h in hits(name) if h.equal) == day, name


def test_a_row_without_a_first_day_is_listed_on_every_day_with_low_confidence():
    undated = ROWS.filter((pl.col("list") == "Entity List") & pl.col("effective").is_null())
    assert undated.height > 0
    assert set(undated["confidence"]) == {"low"}
    (hit,) = hits(undated["name"][-1], date(2020, 1, 1))[:1]
    assert hit.date is None


def test_a_list_that_is_held_says_its_day_and_rows():
    held = {h.name: h for h in party_lists.lists_held(CASE)}
    assert held["Entity List"].rows == len(LISTED)
    assert date.fromisoformat(held["Entity List"].date)


def test_spellings_of_one_consignee_share_its_yearly_limit():
    """LPP counts one consignee once, however it is written."""
    names = ["Yotta Data Services", "YOTTA Data-Services Pvt. Ltd.", "Yotta data services private limited"]
    rows = [{"item": "H100 SXM", "quantity": 800.0, "destination": "IND", "date": date(2025, 6, d), "consignee": n} for d, n in enumerate(names, 1)]  # fmt: skip
    found = engine.decide(frame_of(rows, CASE), rules.load("as-written"), engine.Totals())["outcome"].to_list()
    assert found == ["exception:LPP", "exception:LPP", "licence:presumption_of_approval"]
    others = [row | {"consignee": f"Yotta {i}"} for i, row in enumerate(rows)]
    apart = engine.decide(frame_of(others, CASE), rules.load("as-written"), engine.Totals())["outcome"].to_list()
    assert apart == 3 * ["exception:LPP"]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("effective", "2019-13-01", "parties.csv: Acme, effective: '2019-13-01' is not a date; allowed: YYYY-MM-DD"),
        ("removed", "soon", "parties.csv: Acme, removed: 'soon' is not a date"),
        ("list", "Naughty List", "parties.csv: Acme, list: no such list: Naughty List; allowed: Entity List"),
        ("name", None, "parties.csv: row 1, name: is missing"),
    ],
)
def test_a_table_that_cannot_be_read_is_one_clear_line(column, value, said):
    good = {c: None for c in ROWS.columns} | {"name": "Acme", "list": "Entity List", "effective": "2019-05-16"}
    assert party_lists.read_party_table(pl.DataFrame([good]), party_lists.lists(CASE))[0].effective == date(2019, 5, 16)
    with pytest.raises((BadInput, BadInputs)) as caught:
        party_lists.read_party_table(pl.DataFrame([good | {column: value}]), party_lists.lists(CASE))
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_name_that_was_never_seen_is_held_once_against_the_list_and_the_list_is_not_read_again(monkeypatch):
    lookup.screen({"consignee": "warm"}, DAY, CASE)
    passes, near_rows = [], name_matches.near_rows
    monkeypatch.setattr(name_matches, "near_rows", lambda held, name: passes.append(name) or near_rows(held, name))
    read = spelling.words.cache_info().misses
    unheard = {role: f"Unheard Zq of {role}" for role in lookup.ROLES}
    lookup.screen(unheard, DAY, CASE)
    assert len(passes) == len(unheard)
    assert spelling.words.cache_info().misses - read <= 2 * len(unheard)
    lookup.screen(unheard, DAY, CASE)
    assert len(passes) == len(unheard)


def test_many_names_are_looked_up_at_once_as_each_is_alone(monkeypatch):
    monkeypatch.setattr(name_matches, "_known", lambda case: {})

    @examples(1)
    @given(st.lists(st.sampled_from([*(name for _, name in NAMES[::7]), *ORDINARY, ""]), max_size=12), st.data())
    def holds(names, data):
        bent = [data.draw(st.sampled_from([name, f"{name} Branch", name[1:], name[:6]])) for name in names]
        assert name_matches.look_up(bent, CASE) == {name: name_matches.matches(name, CASE) for name in bent}

    holds()


def test_names_beyond_what_is_kept_are_still_all_told(monkeypatch):
    kept = {}
    monkeypatch.setattr(name_matches, "_known", lambda case: kept)
    monkeypatch.setattr(name_matches, "MOST_KEPT", 2)
    for names in (["Huawei", "Acme"], ["Huawei", "Inspur"], ["Huawei", "SMIC", "YMTC", "Acme"]):
        found = name_matches.look_up(names, CASE)
        assert [*found] == names
        assert found["Huawei"][0][1] == name_matches.EQUAL
        assert kept.keys() <= {*names}


def test_near_names_of_one_likeness_stand_by_list_then_name():
    hits = lookup.screen({"consignee": "Huawei Technologes", "end_user": "Inspur Electronic"}, DAY, CASE)
    lists = [*lookup.transfers(CASE).parties.lists]
    for role in ("consignee", "end_user"):
        placed = [(-h.score, lists.index(h.list), h.name.casefold()) for h in hits if h.party == role]
        assert len(placed) > 2
        assert placed == sorted(placed)


NAMES = [
    (row, name)
    for row in party_lists.index(CASE).rows
    if row.list != party_lists.NOT_LISTED and row.in_force(DAY)
    for name in row.names
]
AROUND = ("{} Branch", "{} Holdings", "{} (HK) Limited", "{} Shanghai Branch", "PRC {}", "{} PRC", "Branch {}")
SPELT = (
    ("Center", "Centre"), ("center", "centre"), ("International", "Intl"), ("International", "Int'l"), ("Int'l", "International"),
    ("Technologies", "Technology"), ("Microelectronics", "Micro Electronics"), ("Micro Electronics", "Microelectronics"),
    ("Laboratory", "Lab"), ("National Supercomputing Center", "NSCC"),
)  # fmt: skip
# Firms and places of many countries, of which few share a telling word with a listed one.
ORDINARY = [
    name.strip()
    for line in (Path(__file__).parent / "ordinary_names.txt").read_text("utf-8").splitlines()
    for name in line.split("|")
]


def one_slip(name):
    """Each spelling of a name with one letter left out, or with two neighbours swapped."""
    at = [i for i, c in enumerate(name) if c.isalnum()]
    yield from (name[:i] + name[i + 1 :] for i in at)
    yield from (name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in at if i + 1 in at)


# Names fall into so many parts: the first is looked up in the fast suite, all in the slow one.
PARTS = 4


@pytest.mark.parametrize("part", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in range(1, PARTS))])
def test_a_listed_name_with_its_words_reversed_or_others_around_it_or_in_another_spelling_is_a_hit(part):
    missed = []
    for _, name in NAMES[part::PARTS]:
        others = [name.replace(a, b) for a, b in SPELT if a in name]
        told = [" ".join(name.split()[::-1]), *(form.format(name) for form in AROUND), *others]
        missed += [spelling for spelling in told if not hits(spelling)]
    assert missed == []


@examples(16)
@given(st.sampled_from([name for _, name in NAMES if sum(map(str.isalnum, name)) >= 6 and name.isascii()]), st.data())
def test_a_listed_name_with_a_letter_dropped_or_two_swapped_is_a_hit(name, data):
    slip = data.draw(st.sampled_from([*one_slip(name)]))
    known = {lookup.key(row.name) for row in party_lists.index(CASE).rows if row.list == party_lists.NOT_LISTED}
    assert hits(slip) or lookup.key(slip) in known  # CANCON without a letter is Canon, which is known not to be listed


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("Semiconductor Manufacturing Int'l Corporation", "Semiconductor Manufacturing International Corporation"),
        ("Semiconductor Manufacturing International (Frankfurt) GmbH", "Semiconductor Manufacturing International Corporation"),
        ("Shanghai Micro Electronics", "Shanghai Micro Electronics Equipment (Group) Co., Ltd."),
        ("UESTC", "University of Electronic Science and Technology of China"),
        ("UESTC Chengdu", "University of Electronic Science and Technology of China"),
        ("Zhongxin Guoji", "Semiconductor Manufacturing International Corporation"),
        ("NSCC Wuxi", "National Supercomputing Center Wuxi"),
        ("National Supercomputing Centre in Wuxi", "National Supercomputing Center Wuxi"),
        ("Hua\u200bwei", "Huawei Technologies Co., Ltd. (Huawei)"),
        ("中芯国际", "Semiconductor Manufacturing International Corporation"),
    ],
)  # fmt: skip
def test_a_listed_firm_is_found_under_the_names_by_which_it_goes(name, listed):
    assert listed in [h.name for h in hits(name)]


SHORT = {
    "Equipment": "Equip", "Science": "Sci", "Sciences": "Sci", "Information": "Info", "Integrated Circuits?": "IC", "Electronics?": "Elec",
    "Electric(al)?": "Elec", "Technology": "Tech", "Technologies": "Tech", "Institute": "Inst", "University": "Univ", "Corporation": "Corp",
    "Engineering": "Eng", "Research": "Res", "Development": "Dev", "Academy": "Acad", "Communications?": "Comm", "Microelectronics?": "Micro-Electronics",
}  # fmt: skip


def test_a_listed_name_with_its_words_shortened_is_a_hit():
    patterns = {re.compile(rf"\b{word}\b"): short for word, short in SHORT.items()}
    told = {(name, pattern.sub(short, name)) for _, name in NAMES for pattern, short in patterns.items()}
    for _, name in NAMES:
        spelling = name
        for pattern, short in patterns.items():
            spelling = pattern.sub(short, spelling)
        told.add((name, spelling))
    shortened = [spelling for name, spelling in told if spelling != name]
    assert len(shortened) > 1000
    assert [spelling for spelling in shortened if not hits(spelling)] == []


@pytest.mark.parametrize("tail", ["tech", "Technologies", "chip", "electronics", "semi", " Tech"])
def test_a_listed_word_written_together_with_a_common_one_or_apart_in_two_is_a_hit(tail):
    words = {told[0] for _, name in NAMES if len(told := telling(name)) == 1 and len(told[0]) > 4}
    assert len(words) > 50
    assert [word + tail for word in words if not hits(word + tail)] == []
    assert hits("Cloud Walk")
    assert hits("Shanghai Micro-Electronics Equip")


def test_few_ordinary_names_ask_to_be_looked_at():
    asking = [name for name in ORDINARY if hits(name)]
    assert len(ORDINARY) > 250
    assert len(asking) <= 0.05 * len(ORDINARY), asking
    forms = ("{} Holdings", "{} Singapore Branch", "{} (HK) Limited", "PRC {}")
    sharing = {
        "Zhaoxin",
        "ACM Research, Inc.",
        "H3C",
        "New H3C",
    }  # with a listed firm, the word that tells them apart from others
    assert {name for name in FREE for form in forms if hits(form.format(name))} <= sharing


@pytest.mark.parametrize("name", ["TBD", "N/A", "---", "???", "unknown", "none", "Ltd", ".", "123", "\u200b", "华夏技术有限公司", "Вектор"])  # fmt: skip
def test_a_name_that_cannot_be_looked_up_is_a_hit_and_asks(name):
    (hit,) = hits(name)
    assert (hit.list, hit.equal, hit.name) == (lookup.NOT_LOOKED_UP, False, "")
    assert facts_of(consignee=name)["near_name"]


def test_a_name_equal_to_a_row_not_yet_or_no_longer_in_force_is_near_only_the_rows_of_others():
    assert hits("Zhipu AI", date(2025, 1, 15)) == ()
    assert [h.equal for h in hits("Huawei Cloud Beijing", date(2020, 1, 1))][:1] == [False]  # Huawei itself was listed
    assert all(h.equal for h in hits("Huawei Cloud Beijing"))


def test_a_word_of_many_firms_names_tells_a_listed_one_only_alone():
    def near(name):
        return {h.name for h in lookup.screen({"consignee": name}, date(2025, 6, 1), default()) if h.name}

    institute = "Aeronautics Computing Technique Research Institute"
    assert near("West Air Computing Technology Institute") == {institute}
    assert near("West Air Computing") == {institute}
    for name in ("Mahan Air Cargo", "Air Liquide", "Singapore Air Cargo", "Time Warner", "Core Scientific"):
        assert institute not in near(name)
        assert near(name) == set(), name


@pytest.mark.parametrize("name", ["CNOOC", "Qihoo 360", "Tiandy", "Uniview", "New H3C"])
def test_a_firm_whose_seat_alone_is_held_was_looked_up_in_no_list(name):
    found = pm.book("history").decide(
        pm.Transaction(item="T4", destination="CHN", consignee=name, end_use="data_centre", date="2025-08-15")
    )
    assert found.outcome == "no_licence_required"
    assert found.unscreened == (name,)
    assert found.may_go is None
    assert found.sentence.startswith(f"If {name} is on none of the lists that are not held")


def test_every_firm_that_was_added_for_its_seat_clears_nothing_by_its_name():
    seats_alone = facts.read("entities").filter(pl.col("seat_only").is_not_null())["name"].to_list()
    assert len(seats_alone) > 100
    searched = {key(text) for row in ROWS.filter(pl.col("list") == "not listed").to_dicts() for text in named(row)}
    bare = [name for name in seats_alone if key(name) not in searched]
    free = [name for name in bare if not lookup.unscreened_names({"end_user": name}, CASE)]
    assert free == []
