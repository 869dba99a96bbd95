"""Chips and countries of a user's own, in a study's folder: laid over the case's tables wherever these are read."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.errors import BadInput, BadInputs
from premortem.facts.own import laid_over
from premortem.law.audit import book_told
from premortem.law.fields.items import named_items
from premortem.study import Study, problems

CHIP = "name,vendor,hq_iso3,released,applicable_die_area_mm2,tpp,performance_density,memory_gb,has_hbm,marketed_for_datacentre,kind,source\n"
MINE = "B40X,NVIDIA,USA,2026-01,700,2000,2.86,96,1,1,chip,our data sheet\n"


@pytest.fixture
def mine(tmp_path):
    """A study's folder; `mine(chips=..., countries=...)` writes tables into it."""

    def made(**tables):
        (tmp_path / "facts").mkdir(exist_ok=True)
        (tmp_path / "study.toml").write_text("format = 1\n", "utf-8")
        for name, text in tables.items():
            (tmp_path / "facts" / f"{name}.csv").write_text(text, "utf-8")
        return tmp_path

    return made


def test_f104_a_chip_of_ones_own_is_decided_by_its_numbers(mine):
    study = Study(mine(chips=CHIP + MINE))
    frame = facts.read("chips", study.case)
    assert frame.schema == facts.read("chips").schema
    assert frame[:-1].equals(facts.read("chips"))
    assert frame[-1].to_dicts()[0]["tpp"] == 2000
    assert frame[-1].to_dicts()[0]["tdp_w"] is None
    assert named_items(study.case).filter(pl.col("item") == "B40X")["c_tpp"].to_list() == [2000]
    assert "B40X" not in facts.read("chips")["name"].to_list()  # the shipped case is as it was


def test_f104_a_cell_of_ones_own_takes_the_place_of_the_shipped_one_alone(mine):
    case = Study(mine(chips="name,tpp\nH100 SXM,100\n")).case
    ours, shipped = facts.read("chips", case), facts.read("chips")
    assert ours.filter(pl.col("name") == "H100 SXM")["tpp"].to_list() == [100]
    assert ours.drop("tpp").equals(shipped.drop("tpp"))
    assert ours.filter(pl.col("name") != "H100 SXM").equals(shipped.filter(pl.col("name") != "H100 SXM"))


def test_f104_a_country_of_another_tier_moves_the_law_and_the_world(mine):
    study = Study(mine(countries="iso3,diffusion_tier\nPOL,1\n"))
    before, after = (world.levers(s.law("as-written")) for s in (Study(), study))
    assert (after.tier2 <= before.tier2).all()
    assert (after.tier2 < before.tier2).any()
    assert study.hashes(["as-written"]) != Study().hashes(["as-written"])


def test_f104_the_record_of_a_decision_tells_tables_of_ones_own_apart(mine):
    shipped, own = (
        book_told(s.law("as-written"))["rulebook"]["sha256"] for s in (Study(), Study(mine(chips=CHIP + MINE)))
    )
    assert shipped != own


def test_all_faults_of_both_tables_are_told_at_once(mine):
    folder = mine(
        chips="name,tpp,tppp\nX,many,1\nX,1,1\n,3,\n",
        countries="iso3,diffusion_tier\nPOL,one\nXXX,1\n",
        places="iso3\nPOL\n",
    )
    told = [str(fault) for fault in problems(folder)]
    assert len(told) == 4
    assert "facts/places.csv: no such table of a study; allowed: chips.csv, countries.csv" in told[0]
    assert "facts/chips.csv: tppp: no such column" in told[1]
    assert "facts/countries.csv: row 3: iso3: no such row" in told[2]
    assert "facts/countries.csv: row 2: diffusion_tier: is not read: one" in told[3]
    mine(chips="name,tpp\nX,many\nX,1\n,3\nY\n")
    (short,) = [str(fault) for fault in problems(folder) if "facts/chips.csv: row" in str(fault)]
    assert "row 5: has 1 cells" in short
    mine(chips="name,tpp\nX,many\nX,1\n,3\n")
    found = "\n".join(str(fault) for fault in problems(folder) if "facts/chips.csv: row" in str(fault))
    for part in ("row 2: name: stands twice", "row 4: name: is empty", "row 2: tpp: is not read: many"):
        assert part in found


def test_a_value_that_no_row_could_have_is_refused_and_frees_no_chip(mine):
    """A chip of another kind, of under no performance or of no country was free of every rule of chips."""
    header = "name,hq_iso3,tpp,performance_density,kind,has_hbm\n"
    folder = mine(
        chips=header + "X,USA,-5,inf,chip,1\nY,XXX,2000,2.4,chap,2\nZ,NLD,0,0,hbm_stack,0\n",
        countries="iso3,diffusion_tier,in_D5\nPOL,9,7\n",
    )
    assert [str(fault).partition("; ")[0] for fault in problems(folder)] == [
        "facts/chips.csv: row 3: hq_iso3: is XXX",
        "facts/chips.csv: row 2: tpp: is -5",
        "facts/chips.csv: row 2: performance_density: is inf",
        "facts/chips.csv: row 3: kind: is chap",
        "facts/chips.csv: row 3: has_hbm: is 2",
        "facts/countries.csv: row 2: diffusion_tier: is 9",
        "facts/countries.csv: row 2: in_D5: is 7",
    ]
    assert "allowed: chip, hbm_stack" in str(problems(folder)[3])


@pytest.mark.parametrize(
    ("content", "what"), [(b"", "is empty"), (b"\xff\xfe\x00", "cannot be read"), (b"tpp\n1\n", "name: is missing")]
)
def test_what_is_no_table_is_one_line(content, what):
    with pytest.raises((BadInput, BadInputs), match=what):
        laid_over(facts.read("chips"), "chips", content, "name", True, {})


CELLS = st.one_of(st.none(), st.integers(0, 10**6))


@given(st.dictionaries(st.sampled_from(["H100 SXM", "T4", "mine", "other"]), CELLS, min_size=1))
def test_rows_laid_over_lose_nothing_and_an_empty_cell_changes_nothing(given_rows):
    shipped = facts.read("chips")
    text = "name,tpp\n" + "".join(f"{name},{'' if tpp is None else tpp}\n" for name, tpp in given_rows.items())
    found = laid_over(shipped, "chips", text.encode(), "name", True, {})
    was = dict(shipped.select("name", "tpp").iter_rows())
    now = dict(found.select("name", "tpp").iter_rows())
    assert list(now) == [*was, *(name for name in given_rows if name not in was)]
    for name, tpp in now.items():
        told = given_rows.get(name)
        assert tpp == (told if told is not None else was.get(name))
    assert found.schema == shipped.schema


def test_a_folder_without_tables_leaves_the_case_as_it_is(tmp_path):
    assert default().with_own(tmp_path, ["facts/chips.csv"]) is default()
    assert facts.opened(default()) == ("chips", "countries")
