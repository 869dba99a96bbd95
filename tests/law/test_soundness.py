"""What a rulebook must not hold: unknown fields, wrong units and types, clauses that nothing reaches, contradictions."""

import re
from functools import cache

import pytest

from premortem.case import default
from premortem.errors import BadInputs, PremortemError
from premortem.law import book as rules
from premortem.law.clauses.clause_files import raw_clauses, typed_clauses
from premortem.law.clauses.conditions import check
from premortem.law.clauses.policy import Policy
from premortem.law.decide import Transaction, explain
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.soundness import unsound

CASE = default()
WORDS = vocabulary(CASE)

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


# each takes seconds: the two that hold most in the fast suite
@pytest.mark.parametrize(
    "policy",
    [
        p if p in ("as-written", "history") else pytest.param(p, marks=pytest.mark.slow)
        for p in rules.policies(default())
    ],
)
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


def test_a_clause_reads_whole_without_its_neighbours():
    """An answer tells one clause by itself: what 'the same' or 'such a chip' is of stands elsewhere in the file."""
    leans = r"^(The same|Same|Otherwise|Before,|Denial is presumed$|Confirms)|\bthe same (chips|counts|of)\b|\bsuch (a )?(chips?|weights)\b"
    assert {name: body["says"] for name, body in raw_clauses(default()).items() if re.search(leans, body["says"])} == {}


def test_a_fault_of_a_shipped_clause_names_its_own_file_under_any_policy(monkeypatch):
    """And one of a clause that the policy changes names the policy's."""
    broken = {k: dict(c) for k, c in raw_clauses(default()).items()}
    broken["emb.belarus"] |= {"admits": ["TPM"]}
    for module in ("book", "clauses.clause_files"):
        monkeypatch.setattr(f"premortem.law.{module}.raw_clauses", lambda case: broken)
    monkeypatch.setattr(
        "premortem.law.book.typed_clauses", cache(typed_clauses.__wrapped__)
    )  # nothing kept of the sound ones
    policy = Policy(name="own", title="Own", says="x", clause={"diffusion.country_allocation": {"confidence": "sure"}})
    with pytest.raises(BadInputs) as caught:
        rules.overlay(policy, "own.toml", default())
    told = {(e.file, e.key) for e in caught.value.errors}
    assert told == {("clauses/emb.toml", "emb.belarus.admits"), ("own.toml", "diffusion.country_allocation.confidence")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item = 'H1000'", "no such item: H1000; give a name of the catalogue"),
        ("item in ('H20', 'h20')", "no such item: h20; did you mean H20?"),
        ("item <> 'Q'", "no such item: Q"),
        ("item = 'H100 SXM'", ""),
        ("item = 'sme_tool'", ""),
    ],
)
def test_a_condition_names_only_items_that_a_row_may_hold(text, said):
    found = "; ".join(why for _, why in check(text, "", {}, WORDS))
    assert found.startswith(said)
    assert bool(found) == bool(said)
