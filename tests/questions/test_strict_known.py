"""A strict run refuses what cannot be proved known by the day of its case; and a run says where it can be simulated."""

import json
import sys

import pytest

from premortem import cli, questions
from premortem.ensemble.compiled import device_of
from premortem.ensemble.priors import COLUMNS
from premortem.errors import BadInput, BadInputs
from premortem.study import Study, make_study


def test_all_that_the_shipped_world_rests_on_can_be_proved_known(study):
    found = questions.strict_known(study)
    assert found.day == study.case.settings.day
    assert found.checked["priors"] == len(study.priors.rows)
    assert min(found.checked.values()) > 0


def test_a_prior_of_later_knowledge_is_refused(tmp_path, study):
    folder = make_study(tmp_path / "mine")
    row = study.priors["loophole_rate"]
    later = f"loophole_rate,{row.module},{row.unit},0.1,0.3,0.8,lognormal,m,b,judgement,2025-06-01,low"
    (folder / "params.csv").write_text(f"{','.join(COLUMNS)}\n{later}\n", "utf-8")
    with pytest.raises(
        (BadInput, BadInputs), match=r"params\.csv: loophole_rate: was known on 2025-06-01, after the day"
    ):
        questions.strict_known(Study(folder))


def test_a_strict_run_on_the_processor_is_made(capsys, monkeypatch):
    words = ["run", "--only", "3", "--policy", "as-written", "--device", "cpu", "--strict-known", "--json"]
    monkeypatch.setattr(sys, "argv", ["premortem", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out)


def test_a_device_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(BadInput, match="JAX finds no tpu here; allowed: cpu"):
        device_of("tpu")
