"""What is given to a public function that is something else than it asks for: one line that names what is wanted."""

import inspect
from datetime import date
from pathlib import Path
from types import FunctionType

import numpy as np
import pytest

import premortem as pm
from premortem.argument_types import checked
from premortem.errors import BadInput, BadInputs, PremortemError
from premortem.study import Run, Study

# None of these is a run, a study, a rulebook, or a table; to a function that asks for no more than a text or a number, some are right.
WRONG = (None, 3, "nowhere", Path("nowhere"), {"a": 1}, [1], object())
FUNCTIONS = [name for name in pm.__all__ if isinstance(getattr(pm, name), FunctionType)]
MAKERS = ("Study", "Transaction", "Problem")


def needed(function) -> list[inspect.Parameter]:
    found = [
        p
        for p in inspect.signature(function).parameters.values()
        if p.kind is p.POSITIONAL_OR_KEYWORD or p.kind is p.POSITIONAL_ONLY
    ]
    return [p for p in found if p.default is p.empty] or found[:1]


@pytest.mark.parametrize("name", [*FUNCTIONS, *MAKERS])
def test_what_no_public_name_can_use_is_told_in_a_line_and_never_by_python(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    function = getattr(pm, name)
    asked = needed(function)
    right = asked[0].default, *((Study,) if "Study" in str(asked[0].annotation) else ())
    for wrong in (one for one in (*WRONG, Study(case="eu_gpai")) if one not in right and type(one) not in right):
        try:
            function(wrong, *("x" for _ in asked[1:]))
        except PremortemError as told:
            assert all(len(line) < 500 for line in str(told).splitlines()), name


def asks_for(kind: type) -> list[tuple[str, str]]:
    """Public functions that need one of a kind, and the argument."""
    return [(n, p.name) for n in FUNCTIONS for p in needed(getattr(pm, n)) if p.annotation is kind]


@pytest.mark.parametrize(("name", "key"), asks_for(Run))
def test_a_study_in_place_of_a_run_is_told_how_one_comes_by_a_run(name, key, study):
    rest = ["x"] * (len(needed(getattr(pm, name))) - 1)
    with pytest.raises(BadInput, match=rf"^{name}: {key}: is a Study; allowed: a Run; premortem\.open\(FOLDER\)"):
        getattr(pm, name)(study, *rest)


@pytest.mark.parametrize(("name", "key"), asks_for(Study))
def test_a_run_in_place_of_a_study_is_told_that_it_has_one(name, key, second_run):
    rest = [0] * (len(needed(getattr(pm, name))) - 1)
    with pytest.raises(BadInput, match=rf"{key}: is a Run; allowed: a Study.*did you mean `\.study` of it\?"):
        getattr(pm, name)(second_run, *rest)


def test_a_function_is_named_as_it_is_called(tmp_path):
    for name in FUNCTIONS:
        if needed(getattr(pm, name))[0].default is inspect.Parameter.empty:
            with pytest.raises(TypeError, match=f"^{name}: missing"):
                getattr(pm, name)()
    with pytest.raises(BadInput, match=r"^open: folder: is a number; allowed: a text"):
        pm.open(3)
    with pytest.raises(BadInput, match=r"^new_study: folder: is a number"):
        pm.new_study(3)


def test_an_empty_list_of_policies_is_not_all_of_them(study, second_run):
    for asked in (study.run, lambda none: pm.one_future(study, 1, none), lambda none: pm.compare(second_run, none)):
        with pytest.raises(BadInput, match="policies: are none; allowed: one policy or more, or None for all"):
            asked([])


def test_a_dict_in_place_of_names_is_not_read_by_its_keys():
    with pytest.raises(BadInput, match="screen: names: is a dict; allowed: a text or a list, each a text"):
        pm.screen({"a": 1})


def test_a_problem_and_its_run_check_what_they_are_given(tmp_path):
    x = pm.Uniform("x", 1, 2)
    with pytest.raises(BadInput, match="Problem: uncertainties: is a Uniform; allowed: a list, each an uncertainty"):
        pm.Problem("n", abs, x, outcomes=["y"])
    with pytest.raises(BadInput, match="Problem: outcomes: is an Outcome; allowed: a list"):
        pm.Problem("n", abs, [x], outcomes=pm.Outcome("y"))
    run = pm.Problem("n", lambda x: {"y": x}, [x], outcomes=["y"]).run(futures=16)
    with pytest.raises(BadInput, match=r"brief: path: is None; allowed: a text or a pathlib\.Path"):
        run.brief(None)
    with pytest.raises(BadInput, match="compare: policies: are none"):
        run.compare([])
    for given in ({"contact": 1}, ["contact"]):
        with pytest.raises(BadInput, match=r"from_pysd: uncertainties: .*allowed: a list, each an uncertainty"):
            pm.from_pysd(tmp_path / "a.mdl", given, ["y"])


def test_runs_and_studies_are_asked_for_by_most_questions():
    assert len(asks_for(Run)) >= 8
    assert len(asks_for(Study)) >= 4


def test_every_wrong_argument_is_told_at_once():
    with pytest.raises(BadInputs) as told:
        pm.compare(None, policies=3, time="no")
    assert str(told.value).splitlines() == [
        "compare: run: is None; allowed: a Run; premortem.open(FOLDER) and Study(...).run() each give one",
        "compare: policies: is a number; allowed: a text or a list, each a text",
        "compare: time: is a text; allowed: True or False",
    ]


def test_a_path_in_place_of_a_run_is_no_run_of_an_exhibit_either(tmp_path):
    with pytest.raises(BadInput, match="run: is a path; allowed: a Run"):
        pm.chart("board", tmp_path)


def test_a_rulebook_that_holds_what_is_wanted_is_told_so():
    with pytest.raises(BadInput, match=r"book: is a Rulebook; allowed: a Book; did you mean `\.book` of it\?"):
        pm.legal_answers([], pm.book())


@checked
def tried(number: float, count: int = 0, names: list[str] | None = None, day: date | None = None, **more: int) -> float:
    return number + count


@pytest.mark.parametrize(
    "right", [(1,), (np.float32(1), np.int64(0)), (0.5, 0, ["a"], date(2025, 2, 26)), (0.5, 0, [], None)]
)
def test_numbers_of_other_libraries_and_empty_lists_are_right(right):
    assert tried(*right) == right[0]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        ((True,), "number"),
        ((1, 0.5), "count"),
        ((1, 0, "abc"), "names"),
        ((1, 0, [1]), "names: holds other things"),
        ((1, 0, [], "2025"), "day"),
    ],
)
def test_what_python_would_take_and_misread_is_told(wrong, key):
    with pytest.raises(BadInput, match=f"tried: {key}"):
        tried(*wrong)


def test_one_of_a_few_words_is_told_with_all_of_them():
    with pytest.raises(BadInput, match="boxes: method: is a number; allowed: 'prim' or 'pca' or 'constrained'"):
        pm.boxes([[1.0]], [1.0], method=3)
    with pytest.raises(BadInput, match="no such method"):
        pm.boxes([[1.0]], [1.0], method="magic")


def test_what_is_missing_and_what_is_no_argument_python_tells():
    for call in (lambda: tried(), lambda: tried(1, nothing=2, count=1, number=2)):
        with pytest.raises(TypeError, match="tried"):
            call()


def test_a_public_name_is_the_same_whenever_it_is_asked_for():
    assert pm.compare is pm.compare
    assert pm.compare.__wrapped__.__module__ == "premortem.questions.compare"
