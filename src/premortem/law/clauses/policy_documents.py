"""What a policy's file says, laid over the policy that it names as its base."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from premortem.case import Case
from premortem.errors import BadInput, nearest
from premortem.files.toml import Toml, read_toml
from premortem.files.typed import to_typed
from premortem.law.clauses.policy import EFFORTS, Policy


def policy_file(policy: str) -> str:
    """Where a policy lies in the folder of its case: how the file is told of."""
    return f"policies/{policy}.toml"


def check_form(path: Path) -> None:
    """Raises every fault of the form of a policy's file at once. It asks for no other file of the case, so that a fault of its words, its
    clauses or its other policies hides none of these.
    """
    document = read_toml(path)
    inherited = {"name": path.stem, "title": "", "says": ""} if "base" in document else {}
    to_typed(inherited | document, Policy, path.name)


def own_document(path: Path, file: str, case: Case) -> Toml:
    """What a user's file says, over its base: any policy of the case. Raises `BadInput` for a base that is not there."""
    return _with_base(read_toml(path), file, case.settings.policies, case)


def shipped_document(policy: str, case: Case) -> Toml:
    """What the file of a policy of the case says, over its base: one that the case names before it. Raises `BadInput`."""
    known, file = case.settings.policies, policy_file(policy)
    return _with_base(read_toml(case / file, file), file, known[: known.index(policy)], case)


def _with_base(document: Toml, file: str, bases: Sequence[str], case: Case) -> Toml:
    base = document.get("base")
    if base is None:
        return document
    if base not in bases:
        allowed, hint = ", ".join(bases) or "none", nearest(str(base), bases)
        raise BadInput(file, "base", "no such policy", got=base, allowed=allowed, hint=hint)
    return over(document, shipped_document(base, case))


def over(document: Toml, base: Toml) -> Toml:
    """A policy's document laid over that of its base: a clause keeps what only the base says of it, an instrument's efforts are its own from
    first to last, tiers move after the base's. What is not of the form that it should have is left to be told of.
    """
    laid = {**base, **document}
    for key, (form, joined) in _JOINED.items():
        if all(isinstance(one.get(key), form) for one in (base, document)):
            laid[key] = joined(base[key], document[key])
    for (
        key
    ) in EFFORTS:  # what is said anew of an instrument, in either table, takes the place of what the base says of it
        if isinstance(base.get(key), dict):
            anew = {name for other in EFFORTS if isinstance(said := document.get(other), dict) for name in said}
            own = said if isinstance(said := document.get(key, {}), dict) else {}
            laid[key] = {name: steps for name, steps in base[key].items() if name not in anew} | own
    return laid


def _refined(held: Toml, own: Toml) -> Toml:
    """Clauses of both; those of the base alone come first, since the later of two patterns counts."""
    both = {k: {**held[k], **v} if k in held and isinstance(v, Mapping) else v for k, v in own.items()}
    return {k: v for k, v in held.items() if k not in own} | both


# How what a policy says joins what its base says, by key: the form that both must have, and what comes of them.
_JOINED: Mapping[str, tuple[type, Callable[[Any, Any], Any]]] = {
    "include": (list, lambda held, own: [*held, *(one for one in own if one not in held)]),
    "tier": (list, lambda held, own: [*held, *own]),
    "clause": (dict, _refined),
}
