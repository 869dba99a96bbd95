"""A seed is a whole number from 0, wherever one is given."""

import numpy as np
import pytest

from premortem import questions
from premortem.ensemble.design import check_seed, uniforms
from premortem.errors import BadInput
from premortem.questions import tables
from premortem.study import Study
from tests.case.test_case_faults import command

X = np.random.default_rng(0).random((64, 2))
FAILS = X[:, 0] > 0.5


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None])
def test_r32_what_no_draw_can_start_from_is_refused(seed):
    with pytest.raises(BadInput, match=r"^seed: is .*; allowed: a whole number from 0$"):
        check_seed(seed)


@pytest.mark.parametrize("seed", [0, 2**70, np.int64(7)])
def test_any_whole_number_from_0_will_do(seed):
    check_seed(seed)
    assert uniforms("montecarlo", 2, 7, 0, 3).shape == (2, 3)


@pytest.mark.parametrize(
    "ask",
    [
        lambda out: Study(case="eu_gpai").run(futures=8, seed=-1, out=out),
        lambda _: questions.hindcast(study=Study(case="eu_gpai"), seed=-1),
        lambda _: questions.one_future(Study(case="eu_gpai"), 0, seed=-1),
        lambda _: tables.boxes(X, FAILS, seed=-1),
        lambda _: tables.trees(X, FAILS, seed=-1),
        lambda _: tables.sensitivity(X, X[:, 0], seed=-1),
        lambda _: tables.value_of_information(X, FAILS, seed=-1),
    ],
)
def test_r32_it_is_refused_wherever_one_is_asked_for(ask, tmp_path):
    with pytest.raises(BadInput, match=r"^seed: is -1"):
        ask(tmp_path / "z")
    assert not (tmp_path / "z").exists()


@pytest.mark.parametrize("name", ["run --futures 8 --out {}", "hindcast"])
def test_r32_a_command_says_it_in_one_line(name, tmp_path, monkeypatch, capsys):
    words = name.format(tmp_path / "z").split()
    code, _, err = command(monkeypatch, capsys, *words, "--case", "eu_gpai", "--seed", "-1")
    assert (code, err) == (2, "error: command line: --seed: is -1; allowed: a whole number from 0\n")
