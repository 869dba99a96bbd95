"""Fewer futures than users get where a question runs its own: what it does with them is the same, at a part of the time."""

from collections.abc import Iterator
from importlib import import_module

import pytest

# Futures by the constant that says how many, and starts of a search.
FEWER = {
    "questions.FROZEN": 1024,
    "questions.answers_of_run.LOOKED_AT": 4096,
    "questions.attribution.FROZEN": 1024,
    "questions.attribution.FEW": 256,
    "questions.attribution.LOT": 128,
    "questions.breaking_points.STARTS": 8,
    "questions.clause_sweeps.FEW": 256,
    "questions.day_sources.FEW": 256,
    "questions.edits.PRICED": 256,
    "questions.futures_under_policies.AT_ONCE": 4096,
    "questions.hindcast.HEAVY": 512,
    "questions.prior_check.CHECKED": 2048,
    "questions.redraw.COUNT": 256,
    "questions.signpost_worth.TRIED": 1024,
    "questions.stress.FRESH": 4096,
    "questions.time.MOVED": 2048,
    "questions.watch.ENOUGH": 50,
    "study.model.SMALL": 128,
}


@pytest.fixture(scope="session", autouse=True)
def fewer_futures() -> Iterator[None]:
    """All questions that tests ask run fewer futures."""
    patch = pytest.MonkeyPatch()
    for name, count in FEWER.items():
        module, _, constant = name.rpartition(".")
        patch.setattr(import_module(f"premortem.{module}"), constant, count)
    yield
    patch.undo()
