"""Models of other tools as problems: the EMA Workbench's own objects, Rhodium's by their attributes, SALib's dictionaries, a program."""

import math
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import premortem as pm
from premortem.errors import BadInput, BadInputs
from premortem.problem.adapters import pysd


def pair(x, n, owner, flag, k, name_in_model, years):
    return {
        "raw": k * x + n,
        "cost": 3.0 if owner == "near" else 4.0,
        "path": [x * t for t in range(years)],
        "flag": float(flag),
        "named": name_in_model,
    }


@pytest.fixture
def workbench(ema):
    model = ema.Model("pair", function=pair)
    model.uncertainties = [
        ema.RealParameter("x", 1, 3),
        ema.IntegerParameter("n", 2, 4),
        ema.CategoricalParameter("owner", ["near", "far"]),
        ema.BooleanParameter("flag"),
        ema.RealParameter("a name", 5, 6, variable_name="name_in_model"),
    ]
    model.levers = [ema.RealParameter("k", 0, 2)]
    model.constants = [ema.Constant("years", 4)]
    model.outcomes = [
        ema.ScalarOutcome("twice", ema.ScalarOutcome.MAXIMIZE, variable_name="raw", function=lambda raw: 2 * raw),
        ema.ScalarOutcome("cost", ema.ScalarOutcome.MINIMIZE),
        ema.ScalarOutcome("named"),
        ema.TimeSeriesOutcome("path"),
    ]
    model.constraints = [ema.Constraint("cheap", outcome_names="cost", function=lambda cost: max(0.0, cost - 3.5))]
    return model


@pytest.mark.slow
def test_a_model_of_the_workbench_runs_with_its_own_policies_and_gives_what_the_workbench_gives(ema, workbench):
    problem = pm.from_ema(workbench, propositions={"large": "twice > 10"})
    run = problem.run([ema.Policy("mine", k=1.5)], futures=64, seed=1)
    table = run.table("mine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scenarios = [
            ema.Scenario(
                str(i), **{("a name" if c == "a_name" else c): row[c] for c in ("x", "n", "owner", "flag", "a_name")}
            )
            for i, row in table.iterrows()
        ]
        with ema.SequentialEvaluator(workbench) as evaluator:
            experiments, outcomes = evaluator.perform_experiments(scenarios, [ema.Policy("mine", k=1.5)])
    order = np.argsort(experiments["scenario"].astype(int).to_numpy())
    np.testing.assert_allclose(table.twice, outcomes["twice"][order])
    np.testing.assert_allclose(run.series("path", "mine"), outcomes["path"][order])
    assert run.board()["assumption"].to_list() == ["cheap", "large", "all"]
    assert [o.better for o in problem.definition.outcomes] == ["max", "min", "info"]
    assert run.board()["holds"][0] == pytest.approx((table.owner == "near").mean())


def named(kind, name, **fields):
    """An object as Rhodium has it, known by its class and attributes."""
    made = type(kind, (), {})()
    vars(made).update(name=name, **fields)
    return made


class Likeness:
    """Objects of the workbench by the attributes that are read of them: importing the workbench takes six seconds."""

    class ReplicatorModel:
        levers = constants = constraints = ()

        def __init__(self, name, function):
            self.name, self.function = name, function

        def __setattr__(self, name, value):
            super().__setattr__(name, [{}] * value if name == "replications" else value)

    @staticmethod
    def RealParameter(name, low, high):
        held = {
            "lower_bound": low,
            "upper_bound": high,
            "variable_name": [name],
            "dist": stats.uniform(low, high - low),
        }
        return named("RealParameter", name, default=None, **held)

    @staticmethod
    def ScalarOutcome(name, variable_name, function):
        made = named("ScalarOutcome", name, variable_name=[variable_name], function=function)
        made.kind = 0
        return made


@pytest.fixture(params=["alike", pytest.param("ema", marks=pytest.mark.slow)])
def bench(request):
    """What makes a model of the workbench: likenesses in the fast suite, the workbench itself in the slow one."""
    return Likeness if request.param == "alike" else request.getfixturevalue("ema")


def test_a_replicator_is_seeded_and_reduced_by_the_outcomes_own_function(bench):
    def chance(x):
        return {"y": x + np.random.normal()}  # noqa: NPY002

    model = bench.ReplicatorModel("chance", function=chance)
    model.replications = 50
    model.uncertainties = [bench.RealParameter("x", 0, 1)]
    model.outcomes = [bench.ScalarOutcome("mean_y", variable_name="y", function=np.mean)]
    tables = [pm.from_ema(model).run(futures=24, seed=2).table() for _ in range(2)]
    assert tables[0].equals(tables[1])
    assert (tables[0].mean_y - tables[0].x).std() == pytest.approx(1 / math.sqrt(50), rel=0.5)


def test_what_is_no_model_of_a_function_is_told():
    with pytest.raises(BadInput, match="is no Model of a Python function"):
        pm.from_ema(object())
    with pytest.raises(BadInput, match="is no Model of Rhodium"):
        pm.from_rhodium(object())


def test_a_model_of_rhodium_keeps_its_order_of_responses_lists_and_constraints():
    def lake(limit, b, q=2, sites=1):
        assert isinstance(limit, list)
        return (sum(limit), b * q, "ignored", float(sites))

    model = SimpleNamespace(
        function=lake,
        parameters=[
            named("Parameter", "limit", default_value=None),
            named("Parameter", "b", default_value=0.4),
            named("Parameter", "q", default_value=3.0),
        ],
        responses=[
            named("Response", n, type=way) for n, way in (("total", -1), ("product", 1), ("text", 0), ("sites", 2))
        ],
        constraints=["total <= 2", named("Constraint", "c", expr="product >= 1.2")],
        levers=[named("RealLever", "limit", min_value=0.0, max_value=1.0, length=3)],
        uncertainties=[named("UniformUncertainty", "b", min_value=0.1, max_value=0.5)],
        fixed_parameters={},
    )
    problem = pm.from_rhodium(model)
    run = problem.run({"flat": {"limit": 0.5}, "each": {"limit": [0.9, 0.8, 0.7]}}, futures=48)
    board = {(r["assumption"], r["policy"]): r["holds"] for r in run.board().to_dicts()}
    assert (board["constraint_1", "flat"], board["constraint_1", "each"]) == (1.0, 0.0)
    np.testing.assert_allclose(run.table("flat")["product"], 3 * run.table("flat").b)
    assert board["constraint_2", "flat"] == pytest.approx(0.25, abs=0.05)
    model.constraints.append(named("Constraint", "c", expr=lambda total: total <= 2))
    with pytest.raises(BadInput, match="constraint 3: is a function"):
        pm.from_rhodium(model)
    assert [o.better for o in problem.definition.outcomes] == ["min", "max", "info"]


@pytest.mark.parametrize("by_name", [True, False])
def test_a_dictionary_of_salib_with_a_function_of_samples_or_of_names(by_name):
    problem = {"num_vars": 2, "names": ["x 1", "x 2"], "bounds": [[0, 2], [0.5, 0.1]], "dists": ["unif", "norm"]}
    model = (lambda x_1, x_2: {"y": x_1 + x_2}) if by_name else (lambda X: X[:, 0] + X[:, 1])
    table = pm.from_salib(problem, model).run(futures=512).table()
    np.testing.assert_allclose(table.y, table.x_1 + table.x_2)
    assert table.x_2.mean() == pytest.approx(0.5, abs=0.01)
    assert [type(u).__name__ for u in pm.from_salib(problem)] == ["Uniform", "Normal"]


def test_every_distribution_of_salib_is_drawn_as_salib_draws_it():
    scale = pytest.importorskip("SALib.util")
    problem = {
        "num_vars": 6, "names": list("abcdef"), "dists": ["unif", "triang", "norm", "truncnorm", "lognorm", "logunif"],
        "bounds": [[1, 2], [0, 4, 0.25], [1, 2], [0, 3, 1, 2], [0.5, 0.2], [1, 100]],
    }  # fmt: skip
    u = np.random.default_rng(0).random((200, 6))
    theirs = scale._nonuniform_scale_samples(u.copy(), problem["bounds"], problem["dists"])
    for i, one in enumerate(pm.from_salib(problem)):
        np.testing.assert_allclose(one.quantile(u[:, i]), theirs[:, i], rtol=1e-7, err_msg=problem["dists"][i])


def test_a_program_reads_a_table_and_writes_one_and_its_failures_are_counted(tmp_path):
    script = tmp_path / "model.py"
    script.write_text(
        "import csv, sys\n"
        "rows = list(csv.DictReader(open(sys.argv[1])))\n"
        "if any(float(r['x']) > 0.95 for r in rows): sys.exit('too far')\n"
        "out = csv.writer(open(sys.argv[2], 'w'))\n"
        "out.writerow(['y'])\n"
        "out.writerows([[float(r['x']) * float(r['by_1'])] for r in rows])\n"
    )
    problem = pm.from_program(
        [sys.executable, str(script), "{input}", "{output}"], "program",
        [pm.Uniform("x", 0, 1)], [pm.Lever("by", 0, 9, size=2)], [pm.Outcome("y")],
    )  # fmt: skip
    run = problem.run({"a": {"by": [1, 3]}}, futures=24, seed=5)
    table = run.table()
    fine = table.failed == ""
    assert problem.evaluator({"by": np.array([1.0, 3.0])}).kind == "in batches"
    assert fine.sum() > 16
    np.testing.assert_allclose(table.y[fine], 3 * table.x[fine])
    assert (table.x[~fine] > 0.95).all()
    with pytest.raises(BadInput, match="names not both files"):
        pm.from_program(["ls"], "p")


def test_pysd_is_asked_for_where_it_is_not(tmp_path):
    if "pysd" in sys.modules:
        pytest.skip("PySD is here")
    (tmp_path / "m.mdl").write_text("")
    with pytest.raises(BadInput, match="pip install"):
        pm.from_pysd(tmp_path / "m.mdl", [], ["y"])


class Cup:
    """A model as PySD 3.14 gives it: what `run` takes and gives, and its names in `doc`."""

    doc = pd.DataFrame({"Real Name": ["Cup Heat", "Room Heat"], "Py Name": ["cup_heat", "room_heat"]})

    def run(self, params=None, return_columns=()):
        room = (params or {}).get("Room Heat", 70.0)
        return pd.DataFrame({name: [180.0, (180 + room) / 2, room] for name in return_columns}, index=[0.0, 1.0, 2.0])


def test_a_model_of_pysd_gives_series_over_its_time_and_its_names_are_checked(tmp_path, monkeypatch):
    monkeypatch.setattr(pysd, "_model", lambda path: Cup())
    (tmp_path / "cup.mdl").write_text("")
    asked = [pm.Uniform("Room_Heat", 60, 80)]
    run = pm.from_pysd(tmp_path / "cup.mdl", asked, ["Cup Heat"], propositions={"warm": "Cup_Heat@2.0 > 70"}).run(
        futures=64
    )
    assert run.board()["holds"][0] == 0.5
    with pytest.raises(BadInputs, match="did you mean Room_Heat"):
        pm.from_pysd(tmp_path / "cup.mdl", [pm.Uniform("Roam_Heat", 60, 80)], ["Cup Het"])
    with pytest.raises(BadInput, match="are none; allowed: Cup Heat"):
        pm.from_pysd(tmp_path / "cup.mdl", asked, [])
