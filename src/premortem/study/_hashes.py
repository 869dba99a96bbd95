"""What the bits of a run rest on, each as a hash: a run goes on, and is opened, only by the same. Words are left out, since no number hangs
on them: what a row means and rests on, what an assumption claims and says, remarks in the code of a world.
"""

import hashlib
import io
import json
import tokenize
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from premortem.case import Levers
from premortem.ensemble.priors import Priors
from premortem.propositions.assumption import Assumption
from premortem.watch.quantities import Observer

# Of a row of priors and of an assumption, what numbers hang on.
ROW = {"name", "low", "central", "high", "distribution", "categories"}
LIMIT = {"value", "low", "high"}
PROPOSITION: dict[str, Any] = {
    "id": True,
    "condition": {"__all__": {"id": True, "margin": True, "over_time": True, "limit": LIMIT}},
    "interpretation": {"__all__": {"name", "limits", "without"}},
}
# Tokens that are no code.
REMARKS = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
STARTS = (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)


def hashes(
    priors: Priors,
    assumptions: Sequence[Assumption],
    levers: Sequence[Levers],
    world: Sequence[Path],
    own_outcomes: Sequence[str],
    observer: Observer,
) -> dict[str, str]:
    """SHA-256 by kind; `levers` are those of each policy, `world` the files of its code, `own_outcomes` the texts of outcomes of the user's own."""
    pulled = [np.concatenate([x.ravel() for x in of_policy]).tobytes().hex() for of_policy in levers]
    return {
        "parameters": _sha([row.model_dump(mode="json", include=ROW) for row in priors.rows] + _together(priors)),
        "assumptions": _sha([a.model_dump(mode="json", include=PROPOSITION) for a in assumptions]),
        "rules": _sha(pulled),
        "world": _sha([*(code_alone(path.read_text("utf-8")) for path in world), *own_outcomes]),
        "readings": _sha({name: expression.text for name, (expression, _) in observer.expressions.items()}),
    }


def with_words(
    priors: Priors, assumptions: Sequence[Assumption], world: Sequence[Path], own_outcomes: Sequence[str]
) -> dict[str, str]:
    """The same with every word, as earlier runs have them, which are opened where not even a word is another."""
    return {
        "parameters": _sha([row.as_dict() for row in priors.rows] + _together(priors)),
        "assumptions": _sha([a.model_dump(mode="json") for a in assumptions]),
        "world": _sha([*(path.read_bytes().hex() for path in world), *own_outcomes]),
    }


@cache  # each set of policies has hashes of its own, and the same code
def code_alone(source: str) -> str:
    """A program without remarks, docstrings and blank lines.

    >>> code_alone("x = 1  # one")
    'x = 1 NEWLINE '
    """
    return " ".join(_told(source))


def _told(source: str) -> Iterator[str]:
    held = [t for t in tokenize.generate_tokens(io.StringIO(source).readline) if t.type not in REMARKS]
    before = tokenize.NEWLINE
    for token, after in zip(held, [*held[1:], held[-1]], strict=True):
        is_docstring = token.type == tokenize.STRING and before in STARTS and after.type == tokenize.NEWLINE
        before = token.type
        if token.type in STARTS:
            yield tokenize.tok_name[token.type]
        elif not is_docstring:
            yield token.string


def _together(priors: Priors) -> list[Any]:
    return [list(pair) for pair in priors.copula.pairs] if priors.copula else []


def _sha(document: Any) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
