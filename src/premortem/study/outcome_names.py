"""Names of what the world of a case gives and is moved by, of which propositions, signs and outcomes of one's own may speak."""

from contextlib import suppress
from dataclasses import replace
from functools import cache

import jax
import numpy as np

from premortem.case import Case
from premortem.ensemble import priors
from premortem.ensemble.stored_programs import text_of
from premortem.errors import BadInput, PremortemError, raise_all
from premortem.law import book as rules
from premortem.law.book import Book
from premortem.study.forward import files_of_case
from premortem.text.numbers import count_noun


def outcome_names(case: Case) -> frozenset[str]:
    """Names of the national outcomes of a case's world, which propositions may speak of; a study's own files give it no others."""
    return _outcome_names(replace(case, own=()))


@cache
def _outcome_names(case: Case) -> frozenset[str]:
    return frozenset(text_of(("outcomes", files_of_case(case)), lambda: _traced(case, rules.load(case=case))).split())


def names_as_far_as_read(case: Case) -> frozenset[str]:
    """The same of a case in whose law something is wrong, so that this hides no wrong name elsewhere: a world gives series of the same
    names whatever the rules. Raises `PremortemError` where not even the world can be asked.
    """
    try:
        return outcome_names(case)
    except PremortemError:
        with suppress(Exception):  # code of the case is run, on rules that it may not expect
            return _as_far_as_read(replace(case, own=()))
        raise


@cache
def _as_far_as_read(case: Case) -> frozenset[str]:
    return frozenset(_traced(case, rules.as_far_as_read(case)).split())


def lever_names(case: Case) -> tuple[str, ...] | None:
    """Names of the levers of a case's world, of one in whose law something is wrong too; None where it cannot be asked, which others tell."""
    try:
        return case.world.levers(rules.load(case=case))._fields
    except PremortemError:
        with suppress(Exception):
            return case.world.levers(rules.as_far_as_read(case))._fields
        return None


def _traced(case: Case, book: Book) -> str:
    """Names of the series of shape (step, future), from the world traced for two futures.

    Raises `BadInput` for each series whose shape is neither that nor (step, region, future).
    """
    futures, steps = 2, len(case.world.steps())
    example = jax.eval_shape(
        case.world.simulate,
        jax.ShapeDtypeStruct((len(priors.read(case / "params.csv").rows), futures), np.float32),
        case.world.levers(book),
    )
    file = case.code[0].relative_to(case.folder).as_posix()
    allowed = f"(step, future) or (step, region, future): of {count_noun(futures, 'future')} ({steps}, {futures})"
    raise_all(
        [
            BadInput(file, f"simulate: {name}", "has another shape", got=array.shape, allowed=allowed)
            for name, array in example.items()
            if len(array.shape) not in (2, 3) or (array.shape[0], array.shape[-1]) != (steps, futures)
        ]
    )
    return " ".join(sorted(name for name, array in example.items() if len(array.shape) == 2))
