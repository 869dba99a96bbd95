"""What a problem is known by: the model's code and what it closes over, or the version that its author gives; and all that is declared."""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from premortem.problem.definition import Definition
from premortem.problem.given_priors import Drawn, OfTable
from premortem.problem.model_values import LeverValues
from premortem.problem.uncertainties import WORDS, Uncertainty
from premortem.study.model_identity import name_of, parts_of
from premortem.text.result import as_typed


def of_model(definition: Definition) -> dict[str, str]:
    """The model by its parts, or by its version alone; constants and what is in its files with it."""
    told = {"version": definition.version} if definition.version else parts_of(definition.model)
    held = {k.replace("model", "constants", 1): v for k, v in parts_of(dict(definition.constants)).items()}
    read = {f"file {i}, {file.name}": _digest_of_file(file) for i, file in enumerate(definition.files, 1)}
    return {"name": name_of(definition.model), **told, **held, **read}


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """The first parts of a model that changed, in words; nothing where none did."""
    names = [k for k in {**before, **after} if before.get(k) != after.get(k)]
    return ", ".join(names[:3])


def inputs(definition: Definition, policies: Mapping[str, LeverValues]) -> dict[str, str]:
    """What a run follows from beside its seed and size, by name, each as a digest."""
    d = definition
    return {
        "problem": d.name,
        "model": _digest(of_model(d)),
        "uncertainties": _digest([_said(u) for u in d.uncertainties]),
        "correlations": _digest(d.correlations),
        "outcomes": _digest(
            [as_typed(o) for o in d.outcomes] + [[s.name, [str(t) for t in s.labels]] for s in d.series]
        ),
        "levers": _digest(
            {name: {v.name: v.said(levers[v.name]) for v in d.levers} for name, levers in policies.items()}
        ),
        "replications": f"{d.replications} {d.reduce}",
    }


def _said(u: Uncertainty) -> str:
    if isinstance(u, OfTable):
        return json.dumps(u.prior.as_dict(), sort_keys=True)
    if isinstance(u, Drawn):
        return f"{u.name} {u.said or sorted(parts_of(u.ppf).items())}"
    return as_typed(u, last=WORDS)


def _digest_of_file(file: Path) -> str:
    try:
        stat = file.stat()
        return _read(file, stat.st_mtime_ns, stat.st_size)
    except OSError:
        return "not there"


@lru_cache(256)
def _read(file: Path, changed: int, size: int) -> str:
    """The digest of a file; read again when the system says that it was written to."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _digest(told: Any) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
