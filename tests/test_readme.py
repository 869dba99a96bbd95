"""What the README shows runs, and what it names is there."""

import re
from pathlib import Path

import polars as pl

import premortem as pm

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", README, re.S).group(1).replace("10_000", "500")
    names: dict[str, object] = {}
    exec(compile(code, "README", "exec"), names)
    assert names["run"].board().height == 12
    assert set(names["run"].outcomes.dims) == {"policy", "future"}


def test_the_rulebook_in_a_notebook():
    rulebook = pm.book("as-written").as_of("2025-06-01")
    decision = rulebook.decide(pm.Transaction(item="H100 SXM", quantity=1000, destination="IND"))
    assert decision.outcome == "exception:LPP"
    assert "exception LPP" in decision._repr_html_()
    table = pl.DataFrame({"item": ["H20"], "quantity": [1], "destination": ["CHN"], "date": ["2024-06-01"]})
    assert rulebook.ledger(table)["outcome"].to_list() == ["no_licence_required"]
    assert "diffusion.country_allocation" in rulebook.clauses()["clause"].to_list()


def test_no_run_of_the_readme_is_refused_for_the_run_before_it():
    """A run of another case has neither the policies nor the assumptions of the first, so it does not take its place in `out`."""
    others = re.findall(r"premortem run --case .*?#", README)
    assert others
    assert all(" --out " in line for line in others)
