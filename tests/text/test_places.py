"""A folder is told in general terms, and a folder beside it by its own name."""

from pathlib import Path

import pytest

from premortem.text.places import without_folders


def test_a_name_that_begins_as_the_folder_at_work_is_not_taken_for_it(tmp_path, monkeypatch):
    here = tmp_path / "rv-look"
    here.mkdir()
    monkeypatch.chdir(here)
    assert without_folders(f"{here}/mine.toml: x") == "./mine.toml: x"
    assert without_folders(f"read {here}, then x") == "read ., then x"
    assert without_folders(f"{here}-run/lock.json") == "<folder>/lock.json"
    assert without_folders(f"{here}-run").endswith("/rv-look-run")


@pytest.mark.parametrize("end", ["2", "-old", ".d", "_x"])
def test_a_folder_beside_home_is_not_home(monkeypatch, end):
    monkeypatch.setattr(Path, "home", lambda: Path("/data/jane"))
    assert without_folders("/data/jane/a.toml") == "~/a.toml"
    assert without_folders(f"/data/jane{end}/a.toml") == "<folder>/a.toml"
