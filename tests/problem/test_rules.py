"""A lever that is a rulebook: by a policy's name, by a file, by numbers of clauses; what cannot be one is told in a line."""

import pytest

import premortem as pm
from premortem.errors import BadInput, BadInputs, NotReproducible

CLAUSE, CAP = "diffusion.country_allocation", 790_000_000


def fleet(wanted, law):
    return {"refused": max(wanted - law.book.number(CLAUSE, "tpp"), 0.0)}


@pytest.fixture(scope="module")
def problem():
    return pm.Problem(
        "fleet", fleet, [pm.Uniform("wanted", 0, 2 * CAP)], [pm.Rules("law")], [pm.Outcome("refused", "min")],
        propositions={"served": "refused <= 0"}, processes=1,
    )  # fmt: skip


def test_the_model_asks_the_rulebook_that_a_policy_sets(problem, tmp_path):
    policies = {
        "named": {"law": "as-written"},
        "half": {"law": {"base": "as-written", f"{CLAUSE}.tpp": CAP / 2}},
        "whole": {"law": {f"{CLAUSE}.tpp": 2 * CAP}},
    }
    run = problem.run(policies, 128, out=tmp_path / "run")
    assert run.board()["holds"].to_list() == pytest.approx([0.5, 0.25, 1.0], abs=0.01)
    assert run.breaking_points("served", "half").alone["wanted"] == pytest.approx(CAP / 2, rel=1e-3)
    again = problem.stored(tmp_path / "run")
    assert again.board().equals(run.board())


def test_a_policy_file_is_a_rulebook_and_another_text_in_it_is_another_run(problem, tmp_path):
    file = tmp_path / "tight.toml"

    def write(tpp):
        file.write_text(
            f'name = "tight"\ntitle = "t"\nsays = "s"\nbase = "as-written"\n[clause."{CLAUSE}"]\n'
            f'tpp = [{{ value = {tpp}, unit = "TPP", from = 2025-01-01, to = 2027-12-31 }}]\n'
        )
        return {"law": str(file)}

    run = problem.run({"tight": write(CAP // 4)}, 64, out=tmp_path / "run")
    assert run.board()["holds"][0] == (run.table().wanted <= CAP // 4).mean()
    write(CAP // 2)
    with pytest.raises(NotReproducible, match="levers"):
        problem.stored(tmp_path / "run")
    again = problem.run({"tight": {"law": str(file)}}, 64)
    assert again.board()["holds"][0] == (run.table().wanted <= CAP // 2).mean()


def test_policies_are_drawn_from_those_of_the_case(problem):
    drawn, _ = problem.policies(3, seed=1)
    known = pm.Rules("law").choices
    assert {levers["law"] for levers in drawn.values()} <= {*known}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("as-writen", "did you mean as-written"),
        (3, "a policy file, or numbers of clauses"),
        ({f"{CLAUSE}.tp": 3}, f"{CLAUSE}.tpp"),
        ({f"{CLAUSE}.tpp": "much"}, "allowed: a number"),
        ("nowhere.toml", "nowhere.toml"),
    ],
)
def test_what_is_no_rulebook_is_told(problem, value, said):
    with pytest.raises((BadInput, BadInputs), match=said):
        problem.policies({"mine": {"law": value}})
