"""Other problems from the literature: a fishery, a newsvendor; results as published, or as arithmetic has them."""

import numpy as np
import pytest

import premortem as pm
from tests.problem.small import EXAMPLES, example

BASE = {"a": 0.005, "b": 0.5, "c": 0.5, "d": 0.1, "h": 0.1, "K": 2000.0, "m": 0.7, "sigma_x": 0.004, "sigma_y": 0.004}
# Objectives of three policies in the base world: Hadjimichael, Reed and Quinn 2020.
PUBLISHED = {
    "profit": (5486.3462, 0.5555, 0.0, 225.9866, 1614.1446),
    "between": (5563.7283, 0.5449, 0.0, 195.0282, 4460.5741),
    "robust": (3101.7101, 0.2344, 0.0, 146.2294, 5.4182),
}


@pytest.mark.parametrize("policy", PUBLISHED)
def test_the_fishery_gives_the_published_objectives(policy):
    module = example("fishery")
    found = module.fishery(**BASE, harvest="rule", **module.policies[policy])
    for name, value in zip(("npv", "deficit", "low_run", "worst", "variance"), PUBLISHED[policy], strict=True):
        assert found[name][0] == pytest.approx(value, rel=0.01, abs=2.5 if name == "variance" else 1e-9)


def test_two_in_three_worlds_lose_the_predator_without_any_harvest():
    board = example("fishery").problem.run({"none": {"harvest": "none"}}, futures=256, seed=7).board()
    alive = next(row["holds"] for row in board.to_dicts() if row["assumption"] == "alive")
    assert abs(alive - 0.317) < 3 * np.sqrt(0.317 * 0.683 / 256)


def test_a_model_by_chance_is_run_as_often_as_asked_and_comes_out_the_same_again():
    module = example("newsvendor")
    first, second = (module.problem.run(module.policies, futures=48, seed=3) for _ in range(2))
    assert first.table("ample").equals(second.table("ample"))
    assert set(first.table().weather) <= {"dry", "wet", "mixed"}
    assert first.table().returns.between(0, 20).all()


def test_the_example_of_biofuels_reads_a_table_that_is_given_and_none_is_shipped(tmp_path):
    rng = np.random.default_rng(0)
    module = example("bryant_lempert")
    columns = ["biomass", "elasticity", *module.DESIGN, *module.OUTCOMES]
    table = np.round(rng.random((400, len(columns))), 6)
    table[:, -1] = (table[:, 0] < 0.3) & (table[:, 1] > 0.4)
    path = tmp_path / "table.csv"
    path.write_text("\n".join([",".join(columns), *(",".join(map(str, row)) for row in table)]))
    assert sorted(module.boxes(path).boxes[0].limits) == ["biomass", "elasticity"]
    assert not [*EXAMPLES.rglob("*.csv")]


def test_ishigami_comes_out_as_the_integral_has_it():
    def ishigami(x1, x2, x3):
        return {"y": np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)}

    made = pm.Problem(
        "ishigami", ishigami, [pm.Uniform(f"x{i}", -np.pi, np.pi) for i in (1, 2, 3)], outcomes=[pm.Outcome("y")]
    )
    found = {row.param: row for row in made.run(futures=64).sensitivity("y").of("sobol")}
    for name, first, total in (("x1", 0.314, 0.558), ("x2", 0.442, 0.442), ("x3", 0.0, 0.244)):
        assert abs(found[name].first - first) < 0.05
        assert abs(found[name].total - total) < 0.05


@pytest.mark.slow
def test_the_notebook_of_the_examples_runs(monkeypatch):
    import os

    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(EXAMPLES.parent / "src"), str(EXAMPLES)]))
    book = nbformat.read(EXAMPLES / "textbook.ipynb", 4)
    assert not any(cell.get("outputs") for cell in book.cells)
    NotebookClient(book, timeout=600, kernel_name="python3").execute()
