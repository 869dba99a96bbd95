"""A lever that is a rulebook: a policy names one of a case, a file of its own, or numbers of clauses; the model gets the rulebook to ask."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from premortem.case import Case, load
from premortem.errors import BadInput, BadInputs
from premortem.problem.levers import Lever

if TYPE_CHECKING:
    from premortem.law.notebook import Rulebook

# Under which key a policy of numbers names the policy that it changes.
BASE = "base"


@dataclass(frozen=True, repr=False)
class Rules(Lever):
    """A rulebook of a case, by default of the leading one. A policy sets it to the name of one of the case's policies, to a policy file, or to
    numbers of clauses, `{"base": POLICY, "CLAUSE.NUMBER": 5e8}`; the model gets what `premortem.book` gives.
    """

    _: KW_ONLY
    case: Case | str | Path | None = None

    @property
    def held(self) -> Case:
        """The case."""
        return self.case if isinstance(self.case, Case) else load(self.case) if self.case else load()

    @property
    def choices(self) -> Sequence[str]:
        """The policies of the case, from which policies are drawn."""
        return self.held.settings.policies

    def read(self, value: Any) -> Any:
        """A policy's value, once its rulebook is found to be one. Raises `ValueError` in words."""
        if not isinstance(value, str | Path | Mapping):
            raise ValueError(f"is {value!r}; allowed: {', '.join(self.choices)}, a policy file, or numbers of clauses")
        plain = {str(key): held for key, held in value.items()} if isinstance(value, Mapping) else str(value)
        self.given(plain)
        return plain

    def given(self, value: Any) -> "Rulebook":
        """The rulebook of a value. Raises `ValueError` in words."""
        from premortem.law.notebook import Rulebook, book  # the law, which few problems ask

        numbers = dict(value) if isinstance(value, Mapping) else {BASE: value}
        base = numbers.pop(BASE, self.held.settings.baseline)
        try:
            made = book(Path(base) if str(base).endswith(".toml") else base, self.held).book
            for name, number in numbers.items():
                clause, _, key = name.rpartition(".")
                if isinstance(number, bool) or not isinstance(number, int | float):
                    raise ValueError(f"has {name} = {number!r}; allowed: a number")
                made = made.with_number(clause, key, float(number))
        except (BadInput, BadInputs) as wrong:
            raise ValueError(f"cannot be read: {str(wrong).splitlines()[0]}") from wrong
        return Rulebook(made)

    def said(self, value: Any) -> str:
        """What a value is known by: all that its clauses say."""
        clauses = [clause.model_dump(mode="json") for clause in self.given(value).book.clauses]
        return hashlib.sha256(json.dumps(clauses, sort_keys=True, default=str).encode()).hexdigest()
