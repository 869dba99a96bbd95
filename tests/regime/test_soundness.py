"""What a rulebook must not hold: unknown fields, wrong units and types, clauses that nothing reaches, contradictions."""

import pytest

from premortem.errors import PremortemError
from premortem.regime import book as rules
from premortem.regime.decide import Transaction, explain
from premortem.regime.soundness import unsound

HEAD = 'name = "mine"\ntitle = "Mine"\nsays = "x"\n'
NEW = """
[clause."mine.ban"]
says = "Nothing goes to Malaysia"
citation = "none"
published = 2025-03-01
effective = 2025-03-01
complies = 2025-03-01
stage = "{stage}"
order = {order}
applies = "{applies}"
then = "{then}"
confidence = "low"
source = "a test"
"""
# The general rule of review: there so that no licence that is asked for goes without a verdict.
FALLBACK = "ear.review"


def load(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text)
    return rules.load(path)


@pytest.mark.parametrize("policy", rules.policies())
def test_every_clause_of_every_shipped_policy_is_reached_and_none_contradicts_another(policy):
    assert {clause for clause, _ in unsound(rules.load(policy))} <= {FALLBACK}


def new(stage="review", order=1, applies="destination = 'MYS' and eccn = '3A090.a'", then="prohibited"):
    return NEW.format(stage=stage, order=order, applies=applies, then=then)


def test_a_policy_may_add_a_clause_and_it_decides(tmp_path):
    book = load(tmp_path, new())
    sent = {"item": "H100 SXM", "quantity": 5000, "destination": "MYS", "date": "2025-06-01"}
    assert explain(Transaction(sent), book).clause == "mine.ban"
    assert explain(Transaction(sent), rules.load("as-written")).outcome == "licence:presumption_of_approval"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (new(applies="destinaton = 'MYS'"), "did you mean destination"),
        (new(applies="destination = 'MYS' and destination = 'CHN'"), "exclude each other"),
        (new(applies="destination_tier = 2 and eccn = '3A090.a'", order=32), "both state order 32"),
        (new(applies="destination_d5 and eccn = '3A090.a'", order=98), "speaks first"),
        (new(applies="quantity = 'lots'"), "cannot be compared"),
        (new(applies="tpp"), "is no test"),
        (new(applies="length(destination) > 2"), "functions are not allowed"),
        (new(then="maybe"), "is not an outcome"),
        ('[clause."diffusion.lpp"]\ntpp_year = { value = 5, unit = "chips" }\n', "wrong unit"),
        ('[clause."mine.other"]\nthen = "prohibited"\n', "no such clause"),
    ],
)
def test_a_bad_clause_is_refused_with_its_place_and_reason(tmp_path, clause, said):
    with pytest.raises(PremortemError) as caught:
        load(tmp_path, clause)
    assert said in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_a_number_of_the_right_unit_is_taken(tmp_path):
    book = load(tmp_path, '[clause."diffusion.lpp"]\ntpp_year = { value = 5e6, unit = "TPP a year" }\n')
    assert book.number("diffusion.lpp", "tpp_year") == 5e6
