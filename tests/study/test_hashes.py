"""A run is stale where a number that it hangs on is another, and not where a word is."""

import inspect
import shutil
from types import SimpleNamespace

import pytest

from premortem.errors import BadInput
from premortem.questions.margins import check_inputs
from premortem.study import Study
from premortem.study._hashes import code_alone
from tests.case.cars import typed_case

POLICIES = ("as-planned",)


@pytest.fixture(scope="module")
def cars(tmp_path_factory):
    return typed_case(tmp_path_factory.mktemp("typed"))


@pytest.fixture
def changed(cars, tmp_path):
    """The study of a case that has another text in the place of one, once, where it stands first; each in a folder of its own."""

    def other(file: str, before: str, after: str) -> Study:
        folder = shutil.copytree(cars, tmp_path / "other")
        text = (folder / file).read_text("utf-8")
        assert before in text
        (folder / file).write_text(text.replace(before, after, 1), "utf-8")
        return Study(case=folder)

    return other


def made_of(study: Study, inputs: dict[str, str]) -> SimpleNamespace:
    manifest = {"inputs": inputs | {"policies": list(POLICIES)}}
    return SimpleNamespace(study=study, policies=POLICIES, manifest=manifest, folder="out")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("assumptions/c1.toml", 'claim = "', 'claim = "Really: '),
        ("assumptions/c1.toml", 'says = "', 'says = "Really: '),
        ("params.csv", ",low\n", ",medium\n"),
        ("world.py", '"""', '"""Really. '),
        ("policies/as-planned.toml", 'says = "', 'says = "Really: '),
        ("world.py", "\nimport ", "\n\n# why this is so\nimport "),
    ],
)
def test_a_word_that_changes_makes_no_run_stale(cars, changed, file, old, new):
    study = changed(file, old, new)
    check_inputs(made_of(study, Study(case=cars).hashes(POLICIES)))
    assert study.hashes_with_words() != Study(case=cars).hashes_with_words() or file.startswith("policies")


@pytest.mark.parametrize(
    ("file", "old", "new", "kind"),
    [
        ("assumptions/c1.toml", "over_line@2032 / limit", "over_line@2031 / limit", "assumptions"),
        ("params.csv", "0.02,0.1,0.3", "0.02,0.1,0.31", "parameters"),
        ("world.py", "0.6", "0.7", "world"),
    ],
)
def test_a_number_that_changes_makes_a_run_stale_and_names_the_kind(cars, changed, file, old, new, kind):
    with pytest.raises(BadInput, match=f"made with other {kind} than"):
        check_inputs(made_of(changed(file, old, new), Study(case=cars).hashes(POLICIES)))


def test_a_run_of_an_earlier_version_is_opened_where_not_even_a_word_is_another(cars, changed):
    study = Study(case=cars)
    earlier = study.hashes(POLICIES) | study.hashes_with_words()
    check_inputs(made_of(study, earlier))
    with pytest.raises(BadInput, match="made with other assumptions"):
        check_inputs(made_of(changed("assumptions/c1.toml", 'claim = "', 'claim = "Really: '), earlier))


def with_words(x):
    """What it is."""

    # why
    text = "# kept"  # a remark
    return f"{x} # kept {text}"


def test_a_text_in_code_is_no_remark():
    told = code_alone(inspect.getsource(with_words))
    assert "why" not in told
    assert "What it is" not in told
    assert told.count("# kept") == 2
    assert code_alone("x = 1\ny = 2\n") != code_alone("x = 1\nif x:\n    y = 2\n")
