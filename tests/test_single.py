"""One future made anew: the same bits as in the run that held it, and told to people and to scripts."""

import json

import numpy as np
import pytest

import premortem as pm
from premortem.cases.us_ai_2025 import world
from premortem.errors import BadInput
from tests.test_cli import run  # noqa: F401  # a fixture

INDEX = 4321


@pytest.fixture(scope="module")
def future(study):
    return pm.one_future(study, INDEX, ["as-written", "maximal"], seed=3).as_dict()


def test_it_is_the_future_of_the_run_to_the_last_bit(small_run, future):
    names = [row["param"] for row in future["parameters"]]
    stored = small_run.parameters(names)[:, INDEX]
    np.testing.assert_array_equal(np.float32([row["value"] for row in future["parameters"]]), stored)
    for under in future["policies"]:
        columns = small_run.columns(under["policy"])
        for a in under["assumptions"]:
            assert a["margin"] == float(columns[f"margin.{a['assumption']}"][INDEX])
            assert a["holds"] == all(c["holds"] for c in a["conditions"])
        at = world.steps().index("2028Q4")
        assert under["series"]["price"][at] == float(columns["price@2028Q4"][INDEX])


def test_parameters_stand_furthest_from_their_medians_first(future):
    scores = [abs(row["score"] or 0.0) for row in future["parameters"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 1.5


def test_a_future_beyond_any_run_is_refused(study):
    for index in (-1, 10**9):
        with pytest.raises(BadInput, match="out of range"):
            pm.one_future(study, index)


def test_the_command_writes_no_run_and_shows_every_quarter(run, tmp_path, monkeypatch, future):  # noqa: F811
    monkeypatch.chdir(tmp_path)
    asked = ["run", "--only", INDEX, "--seed", 3, "--policy", "as-written"]
    code, out, _ = run(*asked, "--json")
    assert code == 0
    assert json.loads(out)["policies"][0] == json.loads(json.dumps(future["policies"][0]))
    code, out, _ = run(*asked)
    assert all(quarter in out for quarter in world.steps())
    assert not list(tmp_path.iterdir())


def test_a_result_is_still_read_by_key_with_a_warning(study):
    found = pm.one_future(study, INDEX, ["as-written"])
    with pytest.warns(DeprecationWarning, match=r"result\.future"):
        assert found["future"] == found.future
