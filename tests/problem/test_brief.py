"""The brief and pictures of a problem: one page that needs nothing from outside, and not a word of any case."""

import re

import numpy as np
import pytest

import premortem as pm
from premortem.case import default
from premortem.errors import BadInput
from premortem.problem import pictures
from premortem.problem.words import condition


@pytest.fixture(scope="module")
def run():
    def model(x, y, owner, k, times):
        return {"good": k * x + y, "cost": k * (1 + 0 * x), "path": np.outer(x + y, times)}

    made = pm.Problem(
        "toy", model, [pm.Uniform("x", 0, 1), pm.Uniform("y", 0, 1), pm.Category("owner", ["a", "b"])], [pm.Lever("k", 0, 2)],
        [pm.Outcome("good", "max", unit="points"), pm.Outcome("cost", "min"), pm.Series("path", [0, 1, 2])], {"times": np.arange(3.0)},
        {"enough": "good > 0.8", "cheap": "cost < 1.5"},
    )  # fmt: skip
    return made.run({"weak": {"k": 0.5}, "strong": {"k": 2.0}}, futures=512, seed=1)


def test_the_brief_says_what_holds_where_it_breaks_and_what_policies_give_up(run, tmp_path):
    path = run.brief(tmp_path / "toy.html")
    text = re.sub(r"<style>.*?</style>", "", path.read_text("utf-8"), flags=re.S)
    for part in (
        "Where “enough” breaks, under “weak”",
        "break, against",
        "“good” is above 0.8 points",
        "“cost” is below 1.5",
        "What comes out",
        "both propositions hold at once",
        "Total",
        "regret in good [points]",
        "512 futures",
        "standard scores",
    ):
        assert part.lower() in text.lower(), part
    assert not re.search(r"(src|href)=[\"']https?:", text)
    assert path == pm.Problem.brief(None, run, tmp_path / "again.html").with_name("toy.html")  # type: ignore[arg-type]


def test_no_word_of_a_case_stands_in_it(run, tmp_path):
    text = run.brief(tmp_path / "toy.html").read_text("utf-8").lower()
    names = [default().name, "diffusion", "export", "chip", "tier", "licen", "china", "framework", "h100"]
    assert not [
        name
        for name in names
        if re.search(rf"\b{name}", re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.S))
    ]


ASKED = {
    "board": None, "pairs": "enough", "parallel": "enough", "regional": "enough", "stacking": "enough", "indices": "good", "importance": None,
    "envelopes": "path", "policies": None, "trade_off": ("good", "cost"),
}  # fmt: skip


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_every_picture_is_drawn(run, kind):
    from premortem.charts.render import svg

    assert svg(run.chart(kind, ASKED[kind])).count("<path") > 3


def test_a_chart_that_is_none_is_told(run):
    with pytest.raises(BadInput, match="did you mean pairs"):
        run.chart("pair")
    with pytest.raises(BadInput, match="names no two outcomes"):
        run.chart("trade_off")


def test_a_problem_without_propositions_or_a_second_policy_has_a_brief_too(tmp_path):
    made = pm.Problem("bare", lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y")])
    text = made.run(futures=64).brief(tmp_path / "bare.html").read_text("utf-8")
    assert "No proposition is declared" in text
    assert "What comes out" in text
    assert "as-is" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S)  # no name that its author never gave


def good_enough(known):
    """More good than bad."""
    return known["y"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("low - 50", "“low” is above 50 m"),
        ("low >= 50 and cost < 3", "“low” is at least 50 m and “cost” is below 3"),
        ("level@3 > 20", "“level” at 3 is above 20 m"),
        ("highest(level) - 2", "the highest “level” is above 2 m"),
        ("2 * low + level@3 - cost", "2 * low + level@3 is above “cost”"),
        ("log(low)", "log(low) is above 0"),
        ("owner == 'town'", "“owner” is town"),
        (good_enough, "More good than bad."),
        (lambda known: known["y"], "a function of its author's gives more than 0"),
        ({"margin": "low - 50", "says": "The dam never runs low"}, "The dam never runs low"),
    ],
)
def test_what_a_proposition_asks_for_is_read_out_in_its_unit(text, read):
    made = pm.Problem(
        "dam", lambda x, owner: {}, [pm.Uniform("x", 0, 1), pm.Category("owner", ["town", "state"])],
        outcomes=[pm.Outcome("low", unit="m"), pm.Outcome("cost"), pm.Series("level", 4, unit="m")], propositions={"p": text},
    )  # fmt: skip
    assert condition(made.definition.propositions[0], made.definition) == read
