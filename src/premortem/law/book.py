"""The rulebook: clauses read from TOML, in force as of a day, under a policy, which is an overlay on them and nothing
else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, partial
from pathlib import Path

import polars as pl

from premortem.case import MARK, Case, default, names
from premortem.case import load as load_case
from premortem.errors import BadInput, BadInputs, call_all, nearest, raise_all
from premortem.files.toml import Toml
from premortem.law.clauses.clause import STAGES, Clause
from premortem.law.clauses.clause_files import (
    as_list,
    clause_file,
    dates_as_written,
    in_force,
    instrument_title,
    is_written,
    raw_clause,
    raw_clauses,
    typed_clause,
    typed_clauses,
)
from premortem.law.clauses.policy import Policy, Strength, covers, idle_days, overlay_of, policy_of
from premortem.law.clauses.policy_documents import own_document, policy_file, shipped_document
from premortem.law.fields.places import TierChange, atlas
from premortem.law.fields.vocabulary import Vocabulary, vocabulary

__all__ = ["Book", "as_far_as_read", "dates_as_written", "instrument_title", "load", "overlay", "policies"]


@dataclass(frozen=True)
class Book:
    """The rulebook under a policy."""

    policy: Policy
    clauses: tuple[Clause, ...]
    case: Case

    @property
    def name(self) -> str:
        """Name of the policy."""
        return self.policy.name

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of its case."""
        return vocabulary(self.case)

    @cached_property
    def by_id(self) -> dict[str, Clause]:
        """Clauses by id."""
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def moves(self) -> tuple[TierChange, ...]:
        """Moves of tiers, for the atlas."""
        return tuple(TierChange(m.countries, m.tier, m.start) for m in self.policy.tier)

    @cached_property
    def edited(self) -> frozenset[str]:
        """Clauses that the policy changes or adds, by id."""
        return frozenset(c.id for c in self.clauses if any(covers(pattern, c.id) for pattern in self.policy.clause))

    def title_of(self, instrument: str) -> str:
        """Title of an instrument; of one that stands in the policy's own file alone, the policy's."""
        return instrument_title(instrument, self.case) if is_written(instrument, self.case) else self.policy.title

    def as_of(self, day: date) -> tuple[Clause, ...]:
        """Clauses in force on a day, in the order in which they decide."""
        return tuple(clause for clause in self.clauses if clause.in_force(day))

    def in_force(self, clause: str, on: date) -> bool:
        """Whether a clause is in force on a day; False for one that the policy does not hold."""
        return clause in self.by_id and self.by_id[clause].in_force(on)

    def number(self, clause: str, key: str, on: date | None = None) -> float:
        """A number of a clause on a day. Raises `BadInput` for a clause or number that is not there."""
        if clause not in self.by_id or key not in self.by_id[clause].numbers:
            known = [f"{c.id}.{k}" for c in self.clauses for k in c.numbers]
            name = f"{clause}.{key}"
            raise BadInput(f"policy {self.name}", name, "no such clause number", got=name, hint=nearest(name, known))
        return self.by_id[clause].number(key, on)

    def strength(self, name: str, on: date) -> float:
        """Strength of what no clause says, on a day; at rest before its first."""
        steps = [s for s in self.policy.steps.get(name, ()) if s.start <= on]
        return max(steps, key=lambda s: s.start).value if steps else self.vocabulary.instruments[name].rest

    def tier(self, iso3: str, on: date) -> int:
        """Tier of a place on a day, by the list and the policy's moves, whether or not a clause that uses tiers is in force."""
        places = atlas(self.case, self.moves)
        row = places.table.filter((pl.col("iso3") == iso3) & (pl.col("period") == places.period(on)))
        return int(row["tier"][0])

    def with_number(self, clause: str, key: str, value: float) -> "Book":
        """This book with a clause number changed; where it has several dated values, all in the same proportion."""
        old = self.number(clause, key)
        changed = self.by_id[clause]
        dated = tuple(
            d.model_copy(update={"value": d.value * value / old if old else value}) for d in changed.numbers[key]
        )
        new = in_force(changed.model_copy(update={"numbers": changed.numbers | {key: dated}}), self.case)
        return replace(self, clauses=tuple(new if c.id == clause else c for c in self.clauses))

    def with_days(self, clauses: Collection[str], begins: date | None = None, ends: date | None = None) -> "Book":
        """This book with the first day in force, or the last, of some clauses changed; None keeps it."""

        def moved(c: Clause) -> Clause:
            return c.model_copy(update={k: day for k, day in ((c.since, begins), ("ends", ends)) if day})

        return replace(self, clauses=tuple(moved(c) if c.id in clauses else c for c in self.clauses))

    def with_strength(self, name: str, value: float, start: date | None = None) -> "Book":
        """This book with a strength set from a day on, by default the one from which a user's own hold."""
        start = start or self.vocabulary.moved_from or self.case.settings.day
        earlier = tuple(s for s in self.policy.steps.get(name, ()) if s.start < start)
        steps = (*earlier, Strength.model_validate({"value": value, "from": start}))
        return replace(self, policy=self.policy.with_steps(name, steps))

    def numbers(self) -> pl.DataFrame:
        """Every number of every clause that decides: clause, parameter, value, unit, from, to, citation, instrument."""
        rows = [
            {
                "clause": c.id,
                "parameter": key,
                "value": d.value,
                "unit": d.unit,
                "from": d.start or c.begins,
                "to": d.end or c.ends,
                "citation": c.citation,
                "instrument": c.instrument,
                "says": c.says,
            }
            for c in self.clauses
            for key, dated in c.numbers.items()
            for d in dated
        ]
        return pl.DataFrame(rows, infer_schema_length=None)


def policies(case: Case) -> tuple[str, ...]:
    """Names of the policies of a case, in the order in which they are shown."""
    return case.settings.policies


def as_far_as_read(case: Case) -> Book:
    """The rulebook under the baseline of a case in whose clauses something is wrong: those whose form is right, as they are without the
    policy; one whose tests cannot be read never applies. Raises `BadInput` where not even these can be read.
    """
    name = case.settings.baseline
    policy = policy_of(shipped_document(name, case), policy_file(name), vocabulary(case))
    held = (typed_clause(key, body, clause_file(body["instrument"]), case) for key, body in raw_clauses(case).items())
    never = {"applies": "false", "within": ""}
    return Book(policy, tuple(c.model_copy(update=never) if faults else c for c, faults in held if c), case)


def load(policy: str | Path = "", case: Case | None = None, file: str = "") -> Book:
    """The rulebook of a case (by default the leading one) under one of its policies, by name (by default its baseline), or
    under a policy file; `file` is its name where it does not lie under it yet. Raises `BadInput` (all at once).
    """
    case = case or default()
    if isinstance(policy, str):
        return _shipped(policy or case.settings.baseline, case)
    file = file or policy.name
    try:
        return _sound(_own(policy, case, file), file)  # read again each time: a person edits it
    except (BadInput, BadInputs) as wrong:
        if not (other := _other_case(policy, case, file)):
            raise
        what = f"this policy is of case {other.name}"
        allowed = f"a policy of {case.name}"
        raise BadInput(file, "", what, allowed=allowed, hint=f"--case {other.reference}") from wrong


def _own(path: Path, case: Case, file: str) -> Book:
    """The rulebook under a user's file. Raises every fault at once: of its values, and of what it lays over the rulebook."""
    document, stem, words = own_document(path, file, case), Path(file).stem, vocabulary(case)
    try:
        policy = policy_of(document, file, words)
    except (BadInput, BadInputs):
        call_all(
            partial(policy_of, document, file, words),
            partial(overlay, overlay_of(document, words), file, case),
        )
        raise
    if policy.name != stem:
        what = f"{policy.name!r} is not the name of the file, by which it is asked for"
        raise BadInput(file, "name", what, got=policy.name, allowed=stem, hint=f"or name the file {policy.name}.toml")
    return overlay(policy, file, case)


def _other_case(path: Path, case: Case, file: str) -> Case | None:
    """The case of which a policy is that does not read in this one: in whose folder it lies, or in which it reads."""
    home = path.resolve().parent.parent
    if (home / MARK).is_file():
        return Case(home) if home != case.folder.resolve() else None
    return next(
        (other for other in map(load_case, names()) if other.name != case.name and _reads(path, other, file)), None
    )


def _reads(path: Path, case: Case, file: str) -> bool:
    try:
        _own(path, case, file)
    except (BadInput, BadInputs):
        return False
    return True


@cache
def _shipped(policy: str, case: Case) -> Book:
    known = policies(case)
    if policy not in known:
        allowed, hint = ", ".join(known), nearest(policy, known)
        raise BadInput("policies", policy, "no such policy", got=policy, allowed=allowed, hint=hint)
    file = policy_file(policy)
    return overlay(policy_of(shipped_document(policy, case), file, vocabulary(case)), file, case)


def _sound(book: Book, file: str) -> Book:
    """The book of a user's file, whose own clauses must be reached and must not contradict others."""
    from premortem.law.soundness import check_sound  # it decides, with this module's books

    shipped = raw_clauses(book.case)
    meant = {
        k
        for k in book.edited
        if k not in shipped or {"applies", "within", "order", "stage"} & set(book.policy.clause.get(k, ()))
    }
    raise_all(check_sound(book, file, frozenset(meant)) if meant else [])
    return book


def overlay(policy: Policy, file: str, case: Case) -> Book:
    """The rulebook under a policy. Raises `BadInput` for an overlay on a clause that is not there and for bad values."""
    file = file or f"{policy.name}.toml"
    raw = raw_clauses(case)
    instruments = sorted({r["instrument"] for r in raw.values()})
    unknown = [name for name in policy.include if name not in instruments]
    allowed = ", ".join(instruments)
    errors = [
        BadInput(file, "include", f"no such instrument: {n}", got=n, allowed=allowed, hint=nearest(n, instruments))
        for n in unknown
    ]
    # which instrument was meant is not known, so a clause of any may be changed
    held = {k: r for k, r in raw.items() if unknown or _is_of_the_day(r, case) or r["instrument"] in policy.include}
    for pattern, change in policy.clause.items():
        ids = [k for k in held if covers(pattern, k)]
        if not ids and "stage" in change and "." in pattern:  # a clause of the policy's own
            held[pattern] = raw_clause(pattern, policy.title, change)
        elif not ids:
            what, hint = "no such clause in the rulebook", nearest(pattern, [*held])
            errors.append(BadInput(file, f"clause.{pattern}", what, got=pattern, hint=hint))
        for key in ids:
            held[key] = _changed(held[key], change)
    changed = {key for key in held if any(covers(pattern, key) for pattern in policy.clause)}
    clauses = _validated(held, {key: file for key in changed}, case, errors)
    raise_all([*idle_days(policy, clauses, file)])
    return Book(policy, tuple(sorted(clauses, key=lambda c: (STAGES.index(c.stage), c.order))), case)


def _is_of_the_day(raw: Toml, case: Case) -> bool:
    """Whether a clause was published by the day of its case; one that gives no such day is told of with the others."""
    day = raw.get("published")
    return not isinstance(day, date) or day <= case.settings.day


def _changed(raw: Toml, change: Toml) -> Toml:
    numbers = {k: v for k, v in change.items() if k in raw.get("numbers", {})}
    rest = {k: v for k, v in change.items() if k not in numbers}
    return raw | rest | {"numbers": raw.get("numbers", {}) | {k: as_list(v) for k, v in numbers.items()}}


def _validated(
    raw: Mapping[str, Toml], overlaid: Mapping[str, str], case: Case, errors: list[BadInput]
) -> list[Clause]:
    """Clauses, typed. Raises their faults after these `errors`, each told of the file that a clause's words are from: its own,
    or the policy's that changes it.
    """
    clauses: list[Clause] = []
    for key, body in raw.items():
        if key not in overlaid and key in typed_clauses(case):
            clauses.append(typed_clauses(case)[key])
            continue
        clause, found = typed_clause(key, body, overlaid.get(key) or clause_file(body["instrument"]), case)
        errors += found
        clauses += [clause] if clause else []
    raise_all(errors)
    return clauses
