"""Conditions of clauses as sentences: no sign, no key and no quotation of the law files is left."""

import re

import pytest

from premortem.case import load
from premortem.law import book, memo, memo_parts
from premortem.law.clauses.conditions import parts
from premortem.law.condition_words import condition_words
from premortem.law.decide import Transaction, explain
from premortem.law.fields.vocabulary import vocabulary

CODE = re.compile(r"<>|[<>]=|[a-z]_[a-z]|\b(?:is null|not in)\b|\bin \('|= '")


@pytest.mark.parametrize("name", ["us_ai_2025", "eu_gpai"])
def test_no_condition_of_a_shipped_clause_reads_as_code(name):
    case = load(name)
    words, tests = vocabulary(case), set()
    for policy in book.policies(case):
        for clause in book.load(policy, case=case).clauses:
            for text in (*parts(clause.applies), *parts(clause.within or "")):
                tests.add((text, ", ".join(f"{number} = 7" for number in clause.numbers if number in text)))
    assert len(tests) > 20
    assert not [said for text, looked in tests if CODE.search(said := condition_words(text, looked, words).says)]


@pytest.mark.parametrize(
    ("test", "looked_at", "says", "seen"),
    [
        ("kind <> 'open_weights'", "kind = chip", "kind is not open weights", "kind: chip"),
        ("tpp >= tpp_least", "tpp = 15,824, tpp_least = 4,800", "TPP of one unit is at least 4,800", "TPP of one unit: 15,824"),
        ("not (published and kind = 'software')", "published = False, kind = chip",
         "not so: (the weights, the technology or the software is published and kind is software)",
         "the weights, the technology or the software is published: no; kind: chip"),
        ("destination in ('CHN', 'MAC') or tpp is null", "destination = MYS, tpp = not given",
         "destination is China or Macau, or TPP of one unit is not given", "destination: Malaysia; TPP of one unit: not given"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_sentence(test, looked_at, says, seen):
    assert condition_words(test, looked_at, vocabulary(load("us_ai_2025"))) == (says, seen)


def test_the_memo_and_its_ladder_hold_no_code():
    law = book.load("history", case=load("us_ai_2025"))
    fields = {"item": "H200 SXM", "quantity": 500, "destination": "Malaysia", "date": "2026-06-01"}
    decision = explain(Transaction(fields, case=law.case), law)
    notes = [note for part in memo_parts.of(decision, trace=True).parts for line in part.lines for note in line.notes]
    assert any(note.startswith("met: ") for note in notes)
    for said in (*notes, *memo.grounds(decision), memo.html(decision)):
        assert not re.search(r" (?:<>|&lt;&gt;|[<>]=) |\bin \('", said), said
