"""The brief and pictures of a problem: one page that needs nothing from outside, and not a word of any case."""

import json
import re

import numpy as np
import pytest

import premortem as pm
from premortem.case import default
from premortem.errors import BadInput
from premortem.problem import brief, pictures, sections
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


@pytest.fixture(scope="module")
def path(run, tmp_path_factory):
    return pm.Problem.brief(None, run, tmp_path_factory.mktemp("brief") / "toy.html")  # type: ignore[arg-type]


def test_the_brief_says_what_holds_where_it_breaks_and_what_policies_give_up(path):
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


def test_the_brief_lists_what_each_policy_sets_and_what_is_uncertain(path):
    text = path.read_text("utf-8")
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]
    assert ["weak", "0.5"] in rows
    assert ["x", "uniform, 0 to 1", "0.0500", "0.500", "0.950"] in rows
    assert ["owner", "a or b, as likely each", "", "", ""] in rows


def test_where_the_weakest_policy_leaves_nothing_to_tell_apart_another_is_shown_and_that_is_said():
    made = pm.Problem("p", lambda x, k: {"y": x * k}, [pm.Uniform("x", 0, 1)], [pm.Lever("k", 0, 9)], [pm.Outcome("y")], propositions={"low": "y < 1"})  # fmt: skip
    run = made.run({"never": {"k": 50.0}, "half": {"k": 2.0}, "most": {"k": 1.2}}, futures=512)
    text = brief.page(run)
    assert "Where “low” breaks, under “half”" in text
    assert (
        "Under “never” it is weakest and holds in about 2% of futures, which leaves little to tell apart; so this is told of “half”"
        in text
    )
    text = brief.page(made.run({"half": {"k": 2.0}, "less": {"k": 4.0}}, futures=512))
    assert "Where “low” breaks, under “less”" in text
    assert "is weakest and" not in text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pm.Normal("u", 10, 2), "normal, mean 10, standard deviation 2"),
        (pm.Lognormal("u", 6e8, 0.5), "lognormal, median 6e+08, sigma 0.5"),
        (pm.Triangular("u", 6, 9, 14), "triangular, 6 to 14, likeliest 9"),
        (pm.Beta("u", 6, 9, 14), "PERT, 6 to 14, likeliest 9"),
        (pm.Integer("u", 1, 5), "whole numbers, 1 to 5, as likely each"),
        (pm.Uniform("u", 2, 2), "fixed at 2"),
        (pm.Category("u", ["a", "b"], weights=[3, 1]), "a 75% or b 25%"),
        (pm.Drawn("u", lambda q: q), "a quantile function of its author's"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_a_prior_is_told_with_the_numbers_that_were_declared(given, said):
    assert sections.prior_in_words(given) == said


def test_a_comparison_is_printed_as_a_table_of_regrets_and_shares(run):
    said = repr(run.compare())
    assert said.splitlines()[0].split("  ")[0] == "policy"
    assert "regret in good" in said
    assert "enough holds" in said
    assert "Regrets" not in said
    assert re.search(r"^weak +\S", said, flags=re.M)


def test_a_picture_of_a_box_of_one_limit_has_no_second_axis_and_that_of_indices_marks_zero(run):
    one = pm.Problem("p", lambda x, y: {"z": x + 0 * y}, [pm.Uniform("x", 0, 1), pm.Uniform("y", 0, 1)], outcomes=[pm.Outcome("z")], propositions={"low": "z < 0.7"})  # fmt: skip
    drawn = json.dumps(one.run(futures=512).chart("pairs", "low").to_dict())
    assert '"title": "x"' in drawn
    assert '"title": "y"' not in drawn
    assert '"values": [0.0, 0.2' in json.dumps(run.chart("indices", "good").to_dict()).replace("-0.0", "0.0")


def test_no_word_of_a_case_stands_in_it(path):
    text = path.read_text("utf-8").lower()
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


def test_names_with_underscores_are_told_in_words():
    from premortem.problem.words import called, plainly

    assert (called("worth_it"), plainly("max_p")) == ("“worth it”", "max p")
