"""Clauses as their files have them, before any policy's overlay; and how a table becomes a clause."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from premortem.case import Case
from premortem.errors import BadInput, each, nearest, raise_all
from premortem.files.faults import FIELD, SHAPES
from premortem.files.toml import Toml, parse_toml, read_toml
from premortem.files.typed import faults_of
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import check
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.text.numbers import limit, listing

FOLDER = "clauses"
# Begins what is said of numbers that a policy changed.
CHANGED = "; changed by the policy: "
# Values of a number that are told one by one.
FEW = 3


@cache
def raw_clauses(case: Case) -> dict[str, Toml]:
    """Every clause as written in the files, by id. Raises `BadInput`, for all files at once."""
    shipped = sorted(path.stem for path in (case / FOLDER).glob("*.toml"))
    raise_all([error for own in own_instruments(case) for error in _misnamed(own, shipped)])
    found: dict[str, Toml] = {}
    for clauses in each(lambda name: _clauses_of(name, case), [*shipped, *own_instruments(case)]):
        found |= clauses
    return found


def own_instruments(case: Case) -> tuple[str, ...]:
    """Names of a study's own files of clauses."""
    return tuple(PurePath(path).stem for path, _ in case.own if PurePath(path).parent.name == FOLDER)


def _misnamed(own: str, shipped: Sequence[str]) -> Iterator[BadInput]:
    if own in shipped:
        what = "is the name of an instrument that ships"
        yield BadInput(clause_file(own), "", what, got=own, allowed="a new name", hint="a policy changes its clauses")
    if not re.fullmatch(FIELD, own):
        yield BadInput(clause_file(own), "", "is no name of an instrument", got=own, allowed=SHAPES[FIELD])


def clause_file(instrument: str) -> str:
    """Where the clauses of an instrument lie, in the folder of a case or of a study: how the file is told of."""
    return f"{FOLDER}/{instrument}.toml"


def _document(instrument: str, case: Case) -> Toml:
    file = clause_file(instrument)
    own = dict(case.own).get(file)
    return read_toml(case / file, file) if own is None else parse_toml(own, file)


def _clauses_of(ids: str, case: Case) -> dict[str, Toml]:
    """Clauses of one file by id. Raises `BadInput`, every fault of the form of the file at once."""
    document, file = _document(ids, case), clause_file(ids)
    title = document.pop("instrument", None)
    untitled = BadInput(file, "instrument", "is missing", allowed="the title of what the clauses are from, a text")
    raise_all(
        [
            *([] if isinstance(title, str) else [untitled]),
            *(
                BadInput(file, key, "is not a clause", got=body, allowed=f"[{key}]")
                for key, body in document.items()
                if not isinstance(body, dict)
            ),
        ]
    )
    return {f"{ids}.{key}": raw_clause(f"{ids}.{key}", str(title), body) for key, body in document.items()}


def raw_clause(id_: str, instrument: str, body: Toml) -> Toml:
    """A clause body with its numbers, the keys that hold a value and a unit, gathered apart."""
    is_number = {k: as_list(v) for k, v in body.items() if _looks_dated(v)}
    return (
        {k: v for k, v in body.items() if k not in is_number}
        | {
            "id": id_,
            "instrument": id_.split(".")[0],
            "numbers": is_number,
        }
        | ({} if "source" in body else {"source": instrument})
    )


def _looks_dated(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and "value" in first and "unit" in first


def as_list(value: Any) -> list[Any]:
    """A dated number's values, of which a file may write one without a list."""
    return value if isinstance(value, list) else [value]


def in_force(clause: Clause, case: Case) -> Clause:
    """A clause whose sentence also tells the numbers that a policy changed: it was written with those of the law.

    A clause of the policy's own has no other numbers than its own.
    """
    law = raw_clauses(case).get(clause.id, {}).get("numbers", {})
    changed = [
        f"{key.replace('_', ' ')} is {_values(now, clause.units[key])}, not {_values(before, clause.units[key])}"
        for key, dated in clause.numbers.items()
        if (now := [d.value for d in dated]) and (before := [float(d["value"]) for d in law.get(key, ())])
        if {*now} != {*before}
    ]
    told = clause.says.partition(CHANGED)[0] + (CHANGED + listing(changed) if changed else "")
    return clause if told == clause.says else clause.model_copy(update={"says": told})


def _values(values: list[float], unit: str) -> str:
    """The values that a number has one after the other; of many the first and the last."""
    told = [limit(v, unit) for v in dict.fromkeys(values)]
    return f"{told[0]} up to {told[-1]}" if len(told) > FEW else ", then ".join(told)


def instrument_title(name: str, case: Case) -> str:
    """Title of an instrument by the name of its clause file."""
    return str(_document(name, case)["instrument"])


def is_written(instrument: str, case: Case) -> bool:
    """Whether an instrument is a clause file, of the case or of a study: what a policy adds of its own is none."""
    return instrument in own_instruments(case) or (case / clause_file(instrument)).is_file()


def dates_as_written(clause: str, case: Case) -> str:
    """The days of a clause as its file has them, before any policy's overlay."""
    raw = raw_clauses(case)[clause]
    days = {"published": "published", "effective": "effective", "complies": "complies", "ends": "last day"}
    return "; ".join(f"{word} {raw[key]}" for key, word in days.items() if raw.get(key))


@cache
def typed_clauses(case: Case) -> Mapping[str, Clause]:
    """Sound clauses as their files have them, by id: typed once for all policies that leave them so."""
    raw = raw_clauses(case)
    typed = {key: typed_clause(key, body, clause_file(body["instrument"]), case) for key, body in raw.items()}
    return {key: clause for key, (clause, faults) in typed.items() if clause and not faults}


def check_forms(case: Case) -> None:
    """Raises every fault of the form of the case's files of clauses at once. It asks for no other file of the case, so that a fault of
    its words hides none of these.
    """
    each(partial(_check_form, case), sorted(path.stem for path in (case / FOLDER).glob("*.toml")))


def _check_form(case: Case, instrument: str) -> None:
    clauses, file = _clauses_of(instrument, case), clause_file(instrument)
    raise_all([fault for key, body in clauses.items() for fault in _formed(key, body, file, None)[1]])


def typed_clause(key: str, body: Toml, file: str, case: Case) -> tuple[Clause | None, list[BadInput]]:
    """A clause from its table, and its faults; none where its tests may name what was wrong."""
    words = vocabulary(case)
    clause, found = _formed(key, body, file, words)
    if clause is None:
        return None, found
    unread = check(clause.applies, clause.within, clause.units, words)
    return in_force(clause, case), [BadInput(file, f"{key}.{part}", why) for part, why in unread]


def _formed(key: str, body: Toml, file: str, words: Vocabulary | None) -> tuple[Clause | None, list[BadInput]]:
    """A clause whose form is right, or the faults of it; without words of its case, what it may say is not looked at."""
    found = [*_unknown_keys(key, body, file), *_unmeasured(key, body, file)]
    at_fault = {e.key.removeprefix(f"{key}.") for e in found}
    sound = {k: v for k, v in body.items() if k not in at_fault}
    sound["numbers"] = {k: v for k, v in body["numbers"].items() if k not in at_fault}
    try:
        clause = Clause.model_validate(sound, context=words)
    except ValidationError as wrong:
        # a number stands in the file beside the other keys of its clause
        wrongs = faults_of(wrong, Clause, file, key)
        return None, found + [e.at(file, e.key.replace(".numbers.", ".")) for e in wrongs]
    return (None, found) if found else (clause, [])


def _unknown_keys(clause: str, body: Toml, file: str) -> list[BadInput]:
    """Keys of a clause that are neither one of its numbers nor what every clause may state."""
    known = [*body["numbers"], *(k for k in Clause.model_fields if k not in ("id", "instrument", "numbers"))]
    return [
        BadInput(file, f"{clause}.{k}", "no such key", got=k, allowed=", ".join(known), hint=nearest(k, known))
        for k in body
        if k not in Clause.model_fields
    ]


def _unmeasured(clause: str, body: Toml, file: str) -> list[BadInput]:
    """Numbers of a clause that are written without their unit."""
    allowed = "a value and its unit, such as { value = 5, unit = 'UNIT' }, or several of them in a list"
    return [
        BadInput(file, f"{clause}.{k}", "is not a number with a unit", got=dated, allowed=allowed)
        for k, dated in body["numbers"].items()
        if not all(isinstance(one, dict) for one in dated)
    ]
