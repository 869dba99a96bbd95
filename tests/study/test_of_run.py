"""What a stored run was made with, as its folder alone tells."""

import pytest

import premortem as pm
from premortem.errors import BadInput
from premortem.study import of_run


def test_a_run_of_a_case_tells_its_case_and_that_nothing_else_was_given(second_run):
    folder = second_run.folder
    assert of_run.case_of_run(folder) == "eu_gpai"
    assert of_run.forms_of_run(folder) == {}
    assert of_run.pulled_of_run(folder) is False
    assert of_run.policy_files_of_run(folder) == ()


def test_a_run_is_opened_by_its_folder_alone_and_by_its_text(second_run):
    opened = pm.open(str(second_run.folder))
    assert (opened.study.case.name, opened.policies, opened.futures) == (
        "eu_gpai",
        second_run.policies,
        second_run.futures,
    )


def test_the_first_futures_of_a_run_are_a_run_whose_columns_are_the_first_of_all(second_run):
    head = second_run.head(100)
    policy = head.policies[0]
    name = f"margin.{head.study.assumptions[0].id}"
    assert head.futures == 100
    assert head.columns(policy, [name])[name].tolist() == second_run.columns(policy, [name])[name][:100].tolist()
    assert second_run.head(10**9).futures == second_run.futures


@pytest.mark.parametrize("asked", [of_run.case_of_run, of_run.forms_of_run, of_run.pulled_of_run])
def test_a_folder_without_a_run_is_told(tmp_path, asked):
    with pytest.raises(BadInput, match="no results found here"):
        asked(tmp_path)
