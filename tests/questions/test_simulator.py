"""Outcomes and models of the user's own: the same design, store and score; nothing of a folder is run as Python."""

import re
import threading
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
import pytest
from scipy.special import ndtri

from premortem import questions
from premortem.briefing import write_brief
from premortem.cases.us_ai_2025 import world
from premortem.errors import BadInput, MissingData
from premortem.study import Study, make_study, problems
from tests.questions.own import PLACES, flat, study_of, uniform

OUTCOME = """
[hardware_ratio]
says = "US-aligned additions over all that China gains"
unit = "ratio"
value = "us_supply@quarter / cn_total@quarter"
"""
ASSUMPTION = """
id = "A6"
name = "A wide lead"
claim = "US-aligned additions are over twenty times what China gains at the end of 2028"

[[condition]]
id = "wide"
says = "The ratio is over twenty"
note = "ours"
margin = "log({series}@2028Q4) - log(limit)"
over_time = "log({series}@quarter) - log(limit)"
limit = {{ value = 20.0, low = 5.0, high = 50.0, unit = "ratio", basis = "an example" }}
"""


@pytest.fixture
def folder(tmp_path):
    folder = make_study(tmp_path / "mine")
    (folder / "outcomes.toml").write_text(OUTCOME)
    (folder / "assumptions" / "a6.toml").write_text(ASSUMPTION.format(series="hardware_ratio"))
    return folder


@pytest.mark.slow
def test_an_outcome_of_ones_own_is_scored_like_any_other(folder, futures):
    study = Study(folder)
    run = study.run(["as-written"], futures=300, out=folder / "out")
    held = run.board().filter(pl.col("assumption") == "A6")["holds"].item()
    o = jax.jit(world.simulate)(run.parameters().astype(np.float32), study.levers("as-written"))
    by_hand = (np.asarray(o["us_supply"][23]) / np.asarray(o["cn_total"][23]) > 20).mean()
    assert held == pytest.approx(by_hand, abs=0.005)
    assert study.hashes(["as-written"])["world"] != Study().hashes(["as-written"])["world"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OUTCOME.replace("cn_total", "cn_totl"), "did you mean cn_total"),
        (OUTCOME.replace("@quarter", "@2028Q4"), "not a series"),
        (OUTCOME.replace("hardware_ratio", "goodwill"), "is taken"),
        (OUTCOME.replace("unit", "units"), "hardware_ratio.units"),
        (OUTCOME.replace('"us_supply@quarter / cn_total@quarter"', "\"__import__('os').getcwd()\""), "not allowed"),
        ("x = [", "is not TOML"),
        ("x = 1", "x.says"),
    ],
)
def test_bad_outcomes_are_refused_by_name(folder, text, said):
    (folder / "outcomes.toml").write_text(text)
    assert any(said in str(fault) for fault in problems(folder)), [str(f) for f in problems(folder)]


def bathtub(values, levers):
    """A model in numpy: water that a tap fills at the first uncertainty's rate and a policy's tariffs let out."""
    rate = values[0]
    level = np.cumsum(np.repeat(rate[None], 40, 0) - 0.01 * levers.coercion[:, None], 0)
    return {"level": level, "rate": np.repeat(rate[None], 40, 0)}


def bathtub_traced(values, levers):
    level = jnp.cumsum(values[:1] * jnp.ones((40, 1)) - 0.01 * levers.coercion[:, None], 0)
    return {"level": level, "rate": values[:1] * jnp.ones((40, 1))}


@pytest.mark.parametrize("function", [bathtub, jax.jit(bathtub_traced)])
def test_a_model_of_ones_own_runs_under_the_same_design_store_and_score(tmp_path, function):
    folder = make_study(tmp_path / "mine")
    (folder / "assumptions" / "a6.toml").write_text(ASSUMPTION.format(series="level"))
    for shipped in (folder / "assumptions").glob("a[1-5].toml"):
        shipped.unlink()
    study = Study(folder, simulator=function)
    run = study.run(["as-written", "maximal"], futures=500, out=folder / "out")
    board = {row.policy: row.holds for row in run.board_rows() if row.assumption == "A6"}
    rates = run.parameters([study.priors.names[0]])[0]
    assert board["as-written"] == pytest.approx((24 * rates > 20).mean(), abs=0.005)
    # maximal pulls coercion from 2025Q2: 15 quarters of 0.01 less by the end of 2028
    assert board["maximal"] == pytest.approx((24 * rates - 0.15 > 20).mean(), abs=0.005)
    np.testing.assert_allclose(run.columns("as-written", ["level@2028Q4"])["level@2028Q4"], 24 * rates, rtol=1e-4)


def test_a_plain_model_is_never_called_from_a_thread_of_xla(tmp_path):
    """XLA has a thread a core: two calls from there waited for each other without end, once in some thousands."""
    foreign = set()

    def model(values, levers):
        # Python has not started it, so it knows it by no more than a stand-in
        foreign.update([t.name for t in [threading.current_thread()] if isinstance(t, threading._DummyThread)])
        values[1] = np.nan  # what it is handed is its own
        return {"y": flat(values[PLACES[0]] - 0.5)}

    study = study_of(tmp_path / "mine", model, uniform(2))
    run = study.run(["as-written", "maximal"], futures=3000, out=tmp_path / "mine" / "out")
    values = run.parameters(study.priors.names)
    assert np.isfinite(values).all()
    margins = study.compiled.margins(values[:, :600], study.levers("as-written"))
    np.testing.assert_array_equal(margins, run.columns("as-written", ["margin.A1"])["margin.A1"][None, :600])
    assert not foreign
    with pytest.raises(BadInput, match="runs on the processor"):
        study.run(["as-written"], futures=10, out=tmp_path / "card", device="gpu")


def test_a_model_of_ones_own_needs_an_assumption_of_ones_own():
    with pytest.raises(BadInput, match="needs an assumption of your own"):
        _ = Study(simulator=bathtub).assumptions


@pytest.mark.parametrize("gives", [{}, {"level": np.zeros(3)}, 7])
def test_a_model_that_gives_no_series_is_refused(tmp_path, gives):
    study = Study(make_study(tmp_path / "mine"), simulator=lambda values, levers: gives)
    with pytest.raises(BadInput, match=r"no series|another shape"):
        _ = study.simulate


@pytest.fixture
def example(tmp_path):
    """The text of the docs, and the folder that they write."""
    text = (Path(__file__).parents[2] / "docs" / "own.md").read_text("utf-8")
    folder = make_study(tmp_path / "my-study")
    for name, block in (("correlations.csv", "csv"), ("outcomes.toml", "toml")):
        (folder / name).write_text(re.search(rf"`{name}`.*?```{block}\n(.*?)```", text, re.S).group(1))
    return text, folder


def test_the_folder_of_the_docs_has_no_faults(example):
    assert not problems(example[1])


@pytest.mark.slow
def test_the_example_of_the_docs_runs(example, tmp_path, monkeypatch):
    text, folder = example
    monkeypatch.chdir(tmp_path)
    (folder / "outcomes.toml").unlink()
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1).replace("2_000", "300")
    names: dict[str, object] = {}
    exec(compile(code, "own.md", "exec"), names)
    assert names["run"].board().height == 6


def test_f103_the_external_model_of_the_docs_runs_under_the_same_design_store_and_analysis(
    tmp_path, monkeypatch, capsys
):
    text = (Path(__file__).parents[2] / "docs" / "own.md").read_text("utf-8")
    monkeypatch.chdir(tmp_path)
    section = text[text.index("## A batched external model") :]
    (tmp_path / "outside" / "assumptions").mkdir(parents=True)
    files = re.findall(r"`(outside/[\w./]+)`[^`]*```toml\n(.*?)```", section, re.S)
    assert len(files) == 2
    for name, text in files:
        Path(name).write_text(text)
    code = re.search(r"```python\n(.*?)```", section, re.S).group(1)
    names: dict[str, object] = {}
    exec(compile(code, "own.md", "exec"), names)
    run = names["run"]
    values = run.parameters()
    built = names["outside"](values, None)["built"][23]
    used = names["outside"](values, None)["used"][23]
    np.testing.assert_allclose(
        run.columns("as-written")["margin.A1"], np.log(built / used / 1.25), rtol=2e-4, atol=1e-5
    )
    assert "box" in capsys.readouterr().out


def outside(values, levers):
    """A model in NumPy that JAX cannot differentiate: smooth, with its nearest break known by hand."""
    a, b = (ndtri(values[i]) for i in PLACES[:2])
    return {"y": flat(2.0 - 1.2 * a - 1.6 * b + 0.5 * levers.coercion.max())}


@pytest.fixture(scope="module")
def numpy_run(tmp_path_factory):
    path = tmp_path_factory.mktemp("numpy")
    return study_of(path / "mine", outside, uniform(3, 0.001, 0.999)).run(
        ["as-written", "maximal"], futures=1000, out=path / "mine" / "out"
    )


def test_f040_a_numpy_model_is_searched_by_finite_differences(numpy_run):
    """In scores the margin is nearly 2 - (1.2, 1.6) z: the break lies at distance 1."""
    point = questions.breaking_points(numpy_run, "A1", "as-written")[0]
    assert point.distance == pytest.approx(1.0, abs=0.02)
    assert abs(point.margin_after) < 1e-3


@pytest.mark.slow
def test_f040_every_answer_of_a_numpy_model_says_that_it_rests_on_differences(numpy_run):
    told = questions.stress(numpy_run, "A1", "as-written", samples=64)
    assert any("rest on finite differences" in said for said in told.warnings)
    edits = questions.heavy_edits(numpy_run.study)
    assert {row.method for row in edits.clauses} == {"finite difference: the model has no gradient"}
    assert all(row.gradient is None for row in edits.clauses)


def test_f040_a_compiled_model_that_calls_outside_has_no_gradient_either(tmp_path):
    @jax.jit
    def calls(values, levers):
        shape = jax.ShapeDtypeStruct(values[0].shape, np.float32)
        x = jax.pure_callback(lambda v: np.asarray(v, np.float32) - np.float32(0.5), shape, values[PLACES[0]])
        return {"y": jnp.repeat(x[None], 40, 0)}

    study = study_of(tmp_path / "mine", calls, uniform(2))
    assert not study.compiled.has_gradient
    traced = study_of(
        tmp_path / "traced", jax.jit(lambda v, p: {"y": jnp.repeat(v[PLACES[0]][None], 40, 0)}), uniform(2)
    )
    assert traced.compiled.has_gradient


def test_f040_the_brief_of_a_numpy_model_is_written_with_what_is_left_out_and_why(numpy_run):
    written = write_brief(numpy_run)
    assert written.html.is_file()
    assert all("JVP" not in line for line in written.left_out)
    assert any(line.startswith("what to watch") and "gives no" in line for line in written.left_out)


@pytest.mark.parametrize("ask", ["what_to_watch", "hindcast", "futures", "board_of"])
def test_f041_what_speaks_of_the_shipped_series_says_which_it_needs(numpy_run, ask):
    asked = {
        "what_to_watch": lambda: questions.what_to_watch(numpy_run.study, numpy_run),
        "hindcast": lambda: questions.hindcast(run=numpy_run),
        "futures": lambda: questions.futures(numpy_run),
        "board_of": lambda: questions.board_of(numpy_run, numpy_run.study.case.settings.day),
    }
    with pytest.raises(
        BadInput, match=r"^outside: gives no [a-z0-9_, ]+, which .* reads; allowed: a model that gives these series"
    ):
        asked[ask]()


def test_f041_regional_series_are_not_taken_from_the_shipped_world(numpy_run):
    with pytest.raises(MissingData, match="of the shipped world"):
        numpy_run.regional("as-written", ["additions"])
