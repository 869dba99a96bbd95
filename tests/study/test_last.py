"""The last run of a study is found again by its folder, each study's apart, and never stands in the way of a run."""

import pytest

from premortem.study import last


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path


def test_the_last_folder_of_each_study_is_its_own(place):
    for name in ("a", "b"):
        (place / name / "made").mkdir(parents=True)
        last.remember(place / name, place / name / "made")
    assert [last.folder(place / name) for name in ("a", "b")] == [place / "a" / "made", place / "b" / "made"]


def test_a_folder_that_went_is_not_told_and_the_usual_one_is(place):
    (place / "made").mkdir()
    last.remember(place, place / "made")
    (place / "made").rmdir()
    assert last.folder(place) == place / "out"


def test_a_folder_without_a_finished_run_is_no_run(place):
    (place / "made").mkdir()
    last.remember(place, place / "made")
    assert last.run(place) is None


def test_a_home_that_cannot_be_written_costs_the_shortcut_alone(place):
    (place / "home").write_text("a file, and no folder")
    last.remember(place, place)
    assert last.folder(place) == place / "out"
