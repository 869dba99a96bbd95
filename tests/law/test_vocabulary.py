"""The words of a body of law are data of its case; what is wrong in the file is told at once, under its key."""

from pathlib import Path

import pytest

from premortem.case import Case, default
from premortem.errors import PremortemError
from premortem.law.assumed_facts import Assumed
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.verdict import supposed

SMALL = """
[lists]
sizes = ["small", "large"]
[outcomes.free]
reads = "Free"
[outcomes.barred]
reads = "Barred"
denied = true
[fields.size]
type = "text"
says = "how large: {sizes}"
choices = "sizes"
[fields.weight]
type = "number"
unit = "kg"
says = "how heavy"
by = "totals"
"""


def _case(folder: Path, text: str) -> Case:
    (folder / "vocabulary.toml").write_text(text)
    return Case(folder)


def test_a_case_brings_its_own_fields_and_answers(tmp_path: Path) -> None:
    words = vocabulary(_case(tmp_path, SMALL))
    assert words.fields["size"].choices == ("small", "large")
    assert words.fields["size"].says == "how large: small, large"
    assert words.strictness == {"free": 1, "barred": 2}
    assert words.denied == ("barred",)
    assert words.totals == ("weight",)


def test_faults_of_a_vocabulary_are_told_at_once(tmp_path: Path) -> None:
    text = SMALL.replace('type = "number"', 'type = "numeral"').replace("denied = true", "denyed = true")
    with pytest.raises(PremortemError) as told:
        vocabulary(_case(tmp_path, text))
    assert "fields.weight.type" in str(told.value)
    assert "outcomes.barred.denyed" in str(told.value)


def test_a_list_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(PremortemError, match=r"vocabulary\.toml: fields\.size\.choices: no such list: size.*sizes"):
        vocabulary(_case(tmp_path, SMALL.replace('"sizes"', '"size"')))


def test_every_answer_of_the_leading_case_says_how_it_reads_or_asks() -> None:
    assert [name for name, o in vocabulary(default()).outcomes.items() if bool(o.reads) == o.asks] == []


def test_a_flag_that_nobody_gave_reads_as_a_condition_either_way() -> None:
    words = vocabulary(default())
    flags = [name for name, field in words.fields.items() if field.type == "flag" and field.given]
    for said in (supposed(Assumed(name, value), words) for name in flags for value in (True, False)):
        assert not said.endswith((" yes", " no")), said
