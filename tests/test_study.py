"""A study folder: what `init` makes, what `validate` tells, and that bad input costs one clear line each."""

from pathlib import Path

import pytest

from premortem.errors import BadInput, BadInputs
from premortem.propositions.board_cells import cells
from premortem.questions.findings import cell
from premortem.study import Study, make_study, open_run, problems
from tests.edits import edited


@pytest.fixture
def folder(tmp_path):
    return make_study(tmp_path / "mine")


def test_the_readme_names_every_file_of_the_folder(folder):
    text = (folder / "README.md").read_text("utf-8")
    for part in folder.iterdir():
        assert part.name == "README.md" or f"`{part.name}" in text, part.name


def test_a_new_study_is_sound_and_equal_to_the_shipped_one(folder):
    assert not problems(folder)
    assert Study(folder).hashes(["as-written"]) == Study().hashes(["as-written"])


def test_what_is_deleted_is_taken_from_the_package(folder):
    for name in ("params.csv", "correlations.csv", "outcomes.toml", "signposts.toml", "readings.csv", "README.md"):
        (folder / name).unlink()
    assert not problems(folder)
    assert Study(folder).priors.names == Study().priors.names


def test_faults_of_every_file_are_told_at_once(folder):
    (folder / "params.csv").write_text((folder / "params.csv").read_text().replace("yield_max,", "yield_maks,", 1))
    (folder / "correlations.csv").write_text("a,b,rho\nyield_max,nothing,0.5\n")
    (folder / "outcomes.toml").write_text("[x]\nsays = 'x'\nunit = '1'\nvalue = 'nothing@quarter'\n")
    (folder / "policies" / "bad.toml").write_text("name = 'bad'\ntitle = 'x'\nsays = 'x'\nfoo = 1\n")
    (folder / "assumptions" / "a1.toml").write_text("id = 'A1'\n")
    (folder / "notes.txt").write_text("mine")
    found = problems(folder)
    assert {fault.file for fault in found} >= {
        "params.csv",
        "correlations.csv",
        "outcomes.toml",
        "policies/bad.toml",
        "assumptions/a1.toml",
    }
    assert any(fault.key == "notes.txt" for fault in found)
    with pytest.raises(BadInputs):
        Study(folder)


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("params.csv", "yield_max,chips", "yield_maks,chips", "did you mean yield_max"),
        ("params.csv", "0.45,0.65,0.8,beta", "0.85,0.65,0.8,beta", "not in order"),
        ("params.csv", "0.45,0.65,0.8,beta", "nan,0.65,0.8,beta", "finite|must be numbers"),
        ("params.csv", "0.45,0.65,0.8,beta", "0.45,0.65,0.8,betta", "distribution"),
        ("policies/as-written.toml", "diffusion.country_allocation", "diffusion.contry_allocation", "no such clause"),
        ("policies/as-written.toml", "tpp = [", "tppp = [", "tpp"),
        ("policies/as-written.toml", "instrument.compute_governance", "instrument.compute_goverment", "compute_govern"),
        ("assumptions/a2.toml", "cn_model_share@2028Q4", "cn_modell_share@2028Q4", "did you mean cn_model_share"),
        ("assumptions/a2.toml", "cn_model_share@2028Q4", "cn_model_share@2040Q1", "outside the horizon"),
        ("assumptions/a2.toml", "value = 0.2, low = 0.05", "value = 0.2, low = 0.3", "not between"),
        ("assumptions/a2.toml", '"cn_uptake_speed"', '"cn_uptake_sped"', "did you mean cn_uptake_speed"),
    ],
)
def test_each_fault_is_one_line_that_names_file_key_and_what_would_do(folder, file, before, after, said):
    edited(folder, file, before, after)
    with pytest.raises((BadInput, BadInputs), match=said) as caught:
        Study(folder)
    line = str(caught.value).splitlines()[0]
    assert line.startswith(file)


def test_a_folder_that_is_no_study_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(BadInput, match="premortem init"):
        Study(tmp_path)


def test_init_never_writes_over_what_is_there(folder):
    with pytest.raises(BadInput, match="not empty"):
        make_study(folder)


def test_a_folder_of_a_run_may_lie_in_a_study_under_any_name(folder):
    (folder / "first-try").mkdir()
    assert any(fault.key == "first-try" for fault in problems(folder))
    (folder / "first-try" / "manifest.json").write_text("{}")
    assert not problems(folder)


OWN_POLICY = 'name = "mine"\ntitle = "Mine"\nsays = "A test."\nbase = "rescinded"\n'


def test_f104_a_policy_file_is_run_as_a_policy_and_the_run_is_opened_without_it(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(OWN_POLICY)
    Study(policy_files=[file]).run(["mine", "rescinded"], futures=200, out=tmp_path / "run")
    file.unlink()
    run = open_run(tmp_path / "run")
    assert run.policies == ("mine", "rescinded")
    mine, base = ({a: m.tolist() for a, m in run.margins(policy).items()} for policy in run.policies)
    assert mine == base


def test_f104_a_policy_file_with_the_name_of_another_policy_is_refused(tmp_path):
    for name in ("rescinded", "mine"):
        (tmp_path / f"{name}.toml").write_text(OWN_POLICY)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine.toml").write_text(OWN_POLICY)
    for files in (["rescinded.toml"], ["mine.toml", "b/mine.toml"]):
        with pytest.raises(BadInput, match="there is a policy of this name"):
            Study(policy_files=[tmp_path / file for file in files])


def test_f104_a_policy_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        Study(policy_files=[tmp_path / "none.toml"]).law("none")


def test_a_fault_names_the_folder_that_one_stands_in(tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text("format = 1\n", "utf-8")
    (tmp_path / "polices").mkdir()
    monkeypatch.chdir(tmp_path)
    (told,) = problems(Path("."))
    assert str(told).startswith(f"{tmp_path.name}: polices: no such part of a study")


def test_the_cells_of_a_board_are_made_once_and_found_by_name(small_run):
    rows = small_run.board_rows()
    assert small_run.board_rows() is rows
    assert rows == cells(small_run.board())
    assert all(cell(small_run, row.assumption, row.policy) is row for row in rows)
