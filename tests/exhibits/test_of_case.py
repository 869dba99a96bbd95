"""Exhibits are found through the case: its own, then those that any case may have; a case may have none of its own."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from premortem import case, exhibits, facts
from premortem.briefing.exhibited import exhibit_section
from premortem.errors import BadInput, BadInputs
from premortem.exhibits import board, edit_index, hindcast
from tests.case.cars import typed_case


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the leading case in a folder of its own."""
    left_out = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(case.default().folder, tmp_path / "mine", ignore=left_out)


def test_a_case_shows_its_own_first_and_then_what_any_case_may_have():
    own = tuple(case.default().exhibits.EXHIBITS)
    assert exhibits.names() == (*own, *exhibits.EVERY_CASE)
    assert not {*own} & {*exhibits.EVERY_CASE}
    assert {*exhibits.rebuilt(), *exhibits.shown_in_brief()} <= {*own}


def test_a_case_without_exhibits_has_those_whose_tables_it_holds(folder):
    shutil.rmtree(folder / "exhibits")
    bare = case.load(folder)
    assert bare.exhibits is None
    assert exhibits.names(bare) == tuple(exhibits.EVERY_CASE)
    assert exhibits.rebuilt(bare) == exhibits.shown_in_brief(bare) == ()
    listed = (folder / "facts" / "tables.toml").read_text("utf-8")
    (folder / "facts" / "tables.toml").write_text(listed.replace("[clause_edits", "[other_edits"), "utf-8")
    (folder / "facts" / "clause_edits.csv").rename(folder / "facts" / "other_edits.csv")
    facts.tables._catalogue.cache_clear()
    assert exhibits.names(bare) == ("board", "hindcast")
    with pytest.raises(BadInput, match=r"no such exhibit of the case .*: figure-5"):
        exhibits.exhibit("figure-5", case=bare)


def test_exhibits_of_a_folder_read_the_tables_of_that_folder(folder):
    table = folder / "facts" / "figure2_ofdi_projects.csv"
    rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join(rows[:-1]) + "\n", "utf-8")
    mine, ours = (exhibits.exhibit("figure-2", case=c).data for c in (case.load(folder), case.default()))
    assert not mine.equals(ours)


def test_an_exhibit_of_a_folder_is_a_module_in_its_package(folder):
    package = folder / "exhibits"
    (package / "__init__.py").write_text('EXHIBITS = {"two": "two"}\nREBUILT = ()\nBRIEF = ("two",)\n', "utf-8")
    (package / "two.py").write_text(
        'import polars as pl\nfrom premortem.exhibits.form import Says\nSUBJECT, BADGE, UNIT = "Two", "ours", "one"\n'
        'METHOD, SOURCE = "Counted.", "by hand"\n'
        'def data():\n    return pl.DataFrame({"x": [1, 2]})\n'
        "def chart(frame, width=680):\n    return None\n"
        'def says(frame):\n    return Says(f"There are {frame.height}", "", "Ours.")\n',
        "utf-8",
    )
    found = case.load(folder)
    assert exhibits.names(found)[0] == "two"
    assert exhibits.exhibit("two", case=found).title == "There are 2"
    assert exhibits.shown_in_brief(found) == ("two",)
    assert [row.name for row in exhibits.rows(("two",), case=found)] == ["two"]


def test_the_brief_leaves_out_the_exhibits_of_a_case_that_has_none(small_run, monkeypatch):
    from premortem.briefing import assemble

    class None_:
        EXHIBITS, REBUILT, BRIEF = {}, (), ()
        __name__ = "none"

    names = [name for name, _ in assemble._of_case(small_run)]
    assert "exhibits" in names
    monkeypatch.setitem(small_run.study.case.__dict__, "exhibits", None_)
    assert [name for name, _ in assemble._of_case(small_run)] == [name for name in names if name != "exhibits"]
    with pytest.raises(Exception, match="has no exhibits of its own"):
        exhibit_section(small_run)


def test_the_method_of_the_board_speaks_of_the_policies_that_were_run(small_run):
    alone = SimpleNamespace(policies=("rescinded",), study=small_run.study)
    assert "each policy of the run" in board.method(small_run)
    assert "Under ‘Rescinded’ alone." in board.method(alone)
    assert "each policy" not in board.method(alone)


def test_what_any_case_may_have_says_the_day_of_its_case(small_run, monkeypatch):
    settings = small_run.study.case.settings.model_copy(update={"day": case.default().settings.day.replace(year=2031)})
    monkeypatch.setitem(small_run.study.case.__dict__, "settings", settings)
    for module in (board, edit_index, hindcast):
        said = module.method(small_run)
        assert "2031" in said
        assert "2025" not in said
        assert "{" not in said, "a value of the case stands in its place"


def test_a_key_that_no_sentence_has_is_an_error_of_the_cases_own_file(folder):
    assert case.Text() == case.Text.model_validate({})
    (folder / "text.toml").write_text('sourse = "the note"\n[brief]\nwould = ""\n', "utf-8")
    with pytest.raises(BadInputs) as caught:
        _ = case.load(folder).text
    assert "mine/text.toml" in str(caught.value)
    (folder / "text.toml").unlink()
    assert case.load(folder).text == case.Text()


def test_the_package_of_a_folder_does_not_shadow_that_of_another(folder):
    assert case.load(folder).exhibits is not case.default().exhibits
    assert sys.modules[case.load(folder).exhibits.__name__] is case.load(folder).exhibits
    assert isinstance(exhibits.exhibit("figure-2", case=case.load(folder)).data, pl.DataFrame)


def test_an_exhibit_that_lacks_names_is_told_all_of_them_at_once(tmp_path):
    """It ended as `a bug in premortem`."""
    cars = typed_case(tmp_path)
    (cars / "exhibits").mkdir()
    (cars / "exhibits" / "__init__.py").write_text('EXHIBITS = {"fleet": "fleet"}\n', "utf-8")
    (cars / "exhibits" / "fleet.py").write_text('SUBJECT = "Cars"\ndef data(run):\n    return run\n', "utf-8")
    with pytest.raises(BadInputs) as told:
        exhibits.exhibit("fleet", case=case.load(cars))
    lines = str(told.value).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["BADGE", "UNIT", "METHOD", "SOURCE", "chart", "says", "RUN"]
    assert all(line.startswith("exhibits/fleet.py: ") for line in lines)
