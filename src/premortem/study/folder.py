"""A folder of the user's own files: what may stand in it, how a new one is made, and every fault of one, all at once."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from importlib.resources import files
from inspect import signature
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from premortem import facts
from premortem.case import DEFAULT, INSTRUMENTS, Case, code_fault, default, load, own_lags
from premortem.case import MARK as CASE_MARK
from premortem.ensemble import correlation, priors, store
from premortem.errors import BadInput, BadInputs, PremortemError, call_all, nearest, raise_all
from premortem.facts.own import FOLDER as FACTS
from premortem.facts.own import path_of
from premortem.files import writer
from premortem.files.reader import read_bytes
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, read_typed
from premortem.law import book as rules
from premortem.law.clauses.policy_documents import check_form
from premortem.law.own_clauses import FOLDER as CLAUSES
from premortem.law.own_clauses import check_own_clauses
from premortem.propositions import assumption, score
from premortem.study.outcome_names import lever_names, names_as_far_as_read, outcome_names
from premortem.study.simulator import read as read_outcomes
from premortem.watch import reading_files, signposts

POLICIES, ASSUMPTIONS = PARTS = ("policies", "assumptions")
PARAMETERS, SIGNPOSTS, READINGS = "params.csv", "signposts.toml", "readings.csv"
CORRELATIONS, OUTCOMES, README = "correlations.csv", "outcomes.toml", "README.md"
# What a new study's table of outcomes shows: nothing is defined until the marks are taken off.
EXAMPLE = "# Outcomes of your own, as expressions over time. Take the marks off for an example:\n"
# What a study's folder is known by.
MARK = "study.toml"
MARKED = "# A study of premortem: edit the files here; delete what you do not change.\nformat = 1\n"
DEFAULT_OUT = "out"


class Mark(Strict):
    """What `study.toml` says: the form in which the folder is."""

    format: Literal[1]
    case: str = Field(
        default="", description="name or folder of the case that it is laid over; the leading one if left out"
    )


def case_of(folder: Path | None, case: Case | str | Path | None = None) -> Case:
    """The case of a study: the one that is given, else that of its folder, else the leading one.

    Raises `BadInput` for a case that is not there, and for one that is not the folder's.
    """
    given = case if isinstance(case, Case) or case is None else load(case)
    told = _told(folder)
    if folder is None or told is None:
        return given or default()
    own = load(told)
    if given is not None and given.folder != own.folder:
        what = f"is a study of {own.name}, not of {given.name}"
        raise BadInput(str(folder), MARK, what, got=given.name, allowed=own.name, hint="leave --case out")
    return own.with_own(folder, _laid_over(folder, own))


def _laid_over(folder: Path, case: Case) -> tuple[str, ...]:
    """Files of a study that are laid over its case's wherever these are read: tables that are open to it, instruments, clauses."""
    clauses = sorted(path.name for path in (folder / CLAUSES).glob("*.toml"))
    return (*map(path_of, facts.opened(case)), INSTRUMENTS, *(f"{CLAUSES}/{name}" for name in clauses))


def _told(folder: Path | None) -> str | Path | None:
    """The case that a folder's mark names, the leading one where it names none; None where no mark can be read."""
    if not folder or not (folder / MARK).is_file():
        return None
    try:
        named = read_toml(folder / MARK).get("case", "")
    except PremortemError:
        return None  # told by itself: of which case the folder is, nobody knows
    if not isinstance(named, str):
        return DEFAULT
    return folder / named if named and (folder / named / CASE_MARK).is_file() else named or DEFAULT


Check = Callable[[], Any]


def problems(folder: Path | None, case: Case | str | Path | None = None, *, of_world: bool = True) -> list[BadInput]:
    """Every fault of a study's files, all at once; of the shipped files when there is no folder.

    Margins are left to the model when they do not speak of the shipped world (`of_world`).
    """
    case = case_of(folder, case)
    if folder is None:
        shipped = [(name, partial(rules.load, name, case)) for name in rules.policies(case)]
        return faults_of([*shipped, (ASSUMPTIONS, partial(assumption.shipped_assumptions, case))])
    if not (folder / MARK).is_file():
        allowed = f"a folder with {MARK}"
        return [BadInput(str(folder), "", "is not a study folder", allowed=allowed, hint=f"premortem init {folder}")]
    if unread := faults_of([(MARK, partial(read_toml, folder / MARK))]):
        return unread
    return [*_strangers(folder, case), *faults_of(_checks(case, folder, of_world))]


def _strangers(folder: Path, case: Case) -> Iterator[BadInput]:
    """Files and folders that no study has; folders of runs may lie in it under any name."""
    named = {MARK, PARAMETERS, CORRELATIONS, OUTCOMES, SIGNPOSTS, READINGS, FACTS, CLAUSES, *PARTS, DEFAULT_OUT, README}
    known = sorted(named | ({INSTRUMENTS} if (case / INSTRUMENTS).is_file() else set()))
    for path in sorted(folder.iterdir()):
        if path.name not in known and not path.name.startswith(".") and not (path / store.MANIFEST).is_file():
            hint = nearest(path.name, known)
            yield BadInput(
                folder.resolve().name, path.name, "no such part of a study", allowed=", ".join(known), hint=hint
            )
    tables = [f"{name}.csv" for name in facts.opened(case)]
    for path in sorted((folder / FACTS).glob("*")):
        if path.name not in tables and not path.name.startswith("."):
            allowed = ", ".join(tables) or "no table of this case"
            yield BadInput(f"{FACTS}/{path.name}", "", "no such table of a study", allowed=allowed)
    for part in (*PARTS, CLAUSES):
        for path in sorted((folder / part).glob("*")):
            if not path.name.startswith(".") and (path.suffix != ".toml" or path.is_dir()):
                what = "is not read: its name does not end in .toml"
                yield BadInput(f"{part}/{path.name}", "", what, got=path.name, allowed="files that end in .toml")


def _checks(case: Case, folder: Path, of_world: bool) -> list[tuple[str, Check]]:
    """What reads each file of the folder, with the file's name in it."""
    shipped = priors.read(case / PARAMETERS)
    tables: dict[str, Callable[[Path], Any]] = {
        MARK: lambda path: read_typed(path, Mark),
        PARAMETERS: partial(shipped.override, of_world=of_world),
        CORRELATIONS: shipped.correlated,
        OUTCOMES: lambda path: read_outcomes(path, outcome_names(case), case.world.steps()),
        SIGNPOSTS: partial(signposts.read, case=case),
        READINGS: partial(reading_files.check_own, case=case),
    }
    held, load_policy = dict(case.own), partial(rules.load, case=case)
    policies, assumptions = (sorted((folder / part).glob("*.toml")) for part in PARTS)
    return [
        *((name, partial(read, folder / name)) for name, read in tables.items() if (folder / name).exists()),
        *((path_of(name), partial(facts.read, name, case)) for name in facts.opened(case) if path_of(name) in held),
        *([(INSTRUMENTS, partial(_check_instruments, case))] if INSTRUMENTS in held else []),
        (CLAUSES, partial(check_own_clauses, case)),
        *((f"{POLICIES}/{path.name}", partial(read, path)) for path in policies for read in (check_form, load_policy)),
        *((f"{ASSUMPTIONS}/{path.name}", partial(check_assumption, case, path, of_world)) for path in assumptions),
        (ASSUMPTIONS, partial(check_ids, assumptions, assumption.shipped_assumptions(case) if of_world else ())),
    ]


def faults_of(checks: Iterable[tuple[str, Check]]) -> list[BadInput]:
    """Every fault that the checks find, each once, told of the file under its name in the folder; an error in the code of a case
    from outside the package is one.
    """
    found: list[BadInput] = []
    for name, check in checks:
        errors: Sequence[BadInput] = ()
        try:
            check()
        except (BadInput, BadInputs) as wrong:
            errors = wrong.errors if isinstance(wrong, BadInputs) else (wrong,)
        except Exception as error:
            if (own := code_fault(error)) is None:
                raise
            errors = (own,)
        found += [error.at(name) if error.file == Path(name).name else error for error in errors]
    return [*{str(error): error for error in found}.values()]  # several checks read one file


def check_ids(paths: Iterable[Path], shipped: Sequence[assumption.Assumption]) -> None:
    """Raises `BadInput` where two files are of one assumption: one of them would count for nothing.

    A shipped one gives way only to a file of its own name, so that nobody replaces it by chance.
    """
    holder = {a.id: f"the shipped {a.file}" for a in shipped}
    replaced = {a.file: a.id for a in shipped}
    errors = []
    for path in paths:
        try:
            found = assumption.read(path).id
        except PremortemError:
            continue  # told by the check of that file
        file = f"{ASSUMPTIONS}/{path.name}"
        if found in holder and replaced.get(path.name) != found:
            allowed = "an id for each file; a shipped one is replaced by a file of its name"
            errors.append(BadInput(file, "id", f"{found} is the id of {holder[found]} too", got=found, allowed=allowed))
        holder[found] = file
    raise_all(errors)


def _check_instruments(case: Case) -> None:
    """Raises every fault at once of what a study says of its case's instruments; of lags, where the world asks for none."""
    if own_lags(case) and "lags" not in signature(case.world.simulate).parameters:
        raise BadInput(
            INSTRUMENTS, "lag", "changes nothing: the world of this case takes no lags", allowed="its other keys"
        )


def check_assumption(case: Case, path: Path, of_world: bool) -> None:
    """Raises every fault at once: of its values, of what its items are bound to, of its margins."""
    spoken = assumption.spoken(read_toml(path), path.name)
    call_all(
        partial(assumption.read, path),
        partial(_check_binds, case, spoken, path),
        *([partial(_score, case, spoken, path)] if of_world else []),
    )


def _check_binds(case: Case, spoken: assumption.Assumption, path: Path) -> None:
    parameters, tables = priors.read(case / PARAMETERS).names, [*facts.catalogue(case)]
    raise_all(assumption.check_binds(spoken, path.name, parameters, lever_names(case), tables))


def _score(case: Case, found: assumption.Assumption, path: Path) -> None:
    own, base, steps = path.parent.parent / OUTCOMES, names_as_far_as_read(case), case.world.steps()
    try:
        named = {outcome.name for outcome in read_outcomes(own, base, steps)} if own.is_file() else set()
    except PremortemError:
        named = set()  # told by the check of that file
    score.Scorer([found], base | named, steps)


def make_study(folder: str | Path, case: Case | None = None) -> Path:
    """A folder with copies of what may be edited, empty tables of what may be added, and a README. Raises `BadInput` when it is not empty."""
    folder = Path(folder)
    content = _new_study(case or default())
    if folder.exists() and not (folder.is_dir() and _is_begun(folder, content)):
        raise BadInput(str(folder), "", "is there already and not empty", allowed="a new or empty folder")
    made: list[Path] = []
    with writer.system_failure(folder):
        try:
            for name, held in content.items():
                for place in (folder / name).parents[::-1]:
                    if not place.exists():
                        place.mkdir()
                        made.append(place)
                if not (folder / name).exists():
                    writer.put(folder / name, held, new=True)
                    made.append(folder / name)
        except BaseException:
            for path in made[::-1]:
                with suppress(OSError):
                    path.rmdir() if path.is_dir() else path.unlink()
            raise
    return folder


def _new_study(case: Case) -> dict[str, bytes]:
    """The files of a new study by name; its mark comes last, so that what a kill leaves half made is not taken for one."""
    content = {
        PARAMETERS: (case / PARAMETERS).read_bytes(),
        README: _readme(case).encode(),
        CORRELATIONS: (",".join(correlation.COLUMNS) + "\n").encode(),
        OUTCOMES: _marked_out(case.text.outcomes).encode(),
        READINGS: (",".join(reading_files.COLUMNS) + "\n").encode(),
    }
    if (case / signposts.FILE).is_file():
        content[SIGNPOSTS] = (case / signposts.FILE).read_bytes()
    for part, home in (("policies", case / "policies"), ("assumptions", case / "assumptions")):
        content |= {f"{part}/{s.name}": s.read_bytes() for s in home.iterdir() if s.name.endswith(".toml")}
    named = "" if case == default() else f"case = {json.dumps(case.reference)}\n"
    return content | {MARK: (MARKED + named).encode()}


def _readme(case: Case) -> str:
    """What a study's folder says of itself; a new assumption has the letter of the case's and the next number."""
    last = assumption.shipped_assumptions(case)[-1].id
    new = f"{last[0]}{int(last[1:]) + 1}"
    text = (files("premortem.study") / "readme.md").read_text("utf-8")
    return text.replace("NEW_FILE", f"{new.lower()}.toml").replace("NEW_ID", new)


def _is_begun(folder: Path, content: Mapping[str, bytes]) -> bool:
    """Whether a folder is empty, or holds only what a killed `init` left: files of a new study as they are, no mark."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        half = path.name.startswith(".") and path.name.endswith(writer.HALF)
        ours = path.is_dir() and name in PARTS and not path.is_symlink()
        if not (half or ours) and (name == MARK or content.get(name) != _held(path)):
            return False
    return True


def _held(path: Path) -> bytes:
    try:
        return read_bytes(path, "a file")
    except BadInput:
        return b""


def _marked_out(example: str) -> str:
    """A table of outcomes that defines nothing yet: an example of the case behind marks."""
    return EXAMPLE + "".join(f"# {line}\n" for line in example.splitlines())
