"""Faults name arguments to who calls Python, and options to who types a command."""

import pytest
from typer.testing import CliRunner

import premortem as pm
from premortem.arguments import as_told, named_as_options
from premortem.cli import app
from premortem.errors import BadInput


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("command line: --policy: no such policy", "policy: no such policy"),
        ("command line: POLICY: needs two", "policies: needs two"),
        ("command line: --weigh: all weights are 0", "weights: all weights are 0"),
        ("x: allowed: another --out, or --replace", "x: allowed: another out=, or replace=True"),
        ("x: damaged; make it again with `premortem run --resume`", "x: damaged; make it again with run(..., out=FOLDER, resume=True)"),
        ("my-file--odd.csv: is no table", "my-file--odd.csv: is no table"),
    ],
)  # fmt: skip
def test_an_option_is_told_as_an_argument_and_within_a_command_as_it_is(said, told):
    assert as_told(said) == told
    with named_as_options():
        assert as_told(said) == said


def test_a_study_names_its_argument_and_a_command_its_option():
    with pytest.raises(BadInput, match=r"^case: no such case: nope; allowed: "):
        pm.Study(case="nope")
    refused = CliRunner().invoke(app, ["run", "--case", "nope"]).exception
    assert str(refused).startswith("command line: --case: no such case: nope; allowed: ")
    with pytest.raises(BadInput, match=r"^case: "):  # what a command said is over
        pm.Study(case="nope")
