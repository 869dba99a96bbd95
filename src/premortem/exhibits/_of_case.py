"""An exhibit of a case by its name, and all of them as rows: which there are, what each is about, and its files."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any, get_args

from premortem.argument_types import not_a_run
from premortem.case import Case, default
from premortem.ensemble import cores
from premortem.errors import BadInput, MissingData, PremortemError, raise_all, unknown
from premortem.exhibits.form import FORMATS, Badge, Exhibit
from premortem.facts import catalogue
from premortem.files import writer
from premortem.text.numbers import count_noun
from premortem.text.result import Result

# Exhibits that any case may have, with the tables that a case must have for one.
EVERY_CASE: dict[str, tuple[str, tuple[str, ...]]] = {
    "board": ("board", ()),
    "edit-index": ("edit_index", ("positions", "clause_edits")),
    "hindcast": ("hindcast", ("observations", "baselines")),
}
# What the module of a case's own exhibit must have.
OWN = {
    "SUBJECT": "a text",
    "BADGE": ", ".join(get_args(Badge)),
    "UNIT": "a text",
    "METHOD": "a text",
    "SOURCE": "a text",
    "data": "a function that gives a table",
    "chart": "a function of the table and a width",
    "says": "a function of the table that gives a `Says`",
}


@dataclass(frozen=True, repr=False)
class Listed(Result):
    """An exhibit as a list shows it. One that could not be made says why in `error`, and is titled by its subject."""

    name: str
    title: str
    files: tuple[str, ...]
    substitute: bool  # whether its data stand in for others
    check: str
    badge: Badge
    subject: str
    unit: str
    source: str
    alternative: str
    needs_run: bool
    error: str


def names(case: Case | None = None) -> tuple[str, ...]:
    """Names of the exhibits of a case (by default the leading one), its own first, in the order in which they are shown."""
    return tuple(_modules(case or default()))


def rebuilt(case: Case | None = None) -> tuple[str, ...]:
    """Names of those that rebuild tables and figures of the document that the assumptions are from; none where none do."""
    return tuple(getattr((case or default()).exhibits, "REBUILT", ()))


def shown_in_brief(case: Case | None = None) -> tuple[str, ...]:
    """Names of those of its own that the brief of a case shows."""
    return tuple(getattr((case or default()).exhibits, "BRIEF", ()))


def _modules(case: Case) -> dict[str, str]:
    """Full name of the module of each exhibit."""
    own, tables = case.exhibits, catalogue(case)
    found = {name: f"{own.__name__}.{module}" for name, module in own.EXHIBITS.items()} if own else {}
    every = {
        name: f"premortem.exhibits.{module}"
        for name, (module, needed) in EVERY_CASE.items()
        if all(table in tables for table in needed)
    }
    return found | every


def exhibit(name: str, run: Any = None, case: Case | None = None) -> Exhibit:
    """An exhibit by its name, of a stored run where it shows one, else of a case (by default the leading one).

    Raises `BadInput` with the nearest name, `MissingData` when a table or outcome that it needs is not there.
    """
    case = _case(run, case)
    module = _module(name, case)
    if _needs_run(module) and run is None:
        raise MissingData(f"{name} shows a run and there is none: premortem run")
    from_run = run is not None and hasattr(module, "RUN")
    frame = module.data(run) if from_run else module.data()
    # those of every case say days and policies as the run has them; a case's own know their case
    said = module.says(frame, run) if name in EVERY_CASE else module.says(frame)
    method = module.method(run) if name in EVERY_CASE else module.METHOD
    # some simulate futures of their own, of the run's study
    shown = from_run and not getattr(module, "ANEW", False)
    source = _source(module, case) + (f"; run of {count_noun(run.futures, 'future')}, seed {run.seed}" if shown else "")
    policies = {} if run is None else {p: run.study.law(p).policy.title for p in run.policies}
    names = {"policy": policies} | getattr(module, "NAMES", {})
    headings = getattr(module, "HEADINGS", {})
    return Exhibit(
        name, module.SUBJECT, module.BADGE, said, module.UNIT, method, source, frame, module.chart, headings, names
    )


def _case(run: Any, case: Case | None) -> Case:
    if run is None:
        return case or default()
    if not hasattr(run, "study"):  # studies are slow to load, and most exhibits need none
        raise not_a_run("exhibit", run)
    of_run: Case = run.study.case
    return of_run


def _source(module: Any, case: Case) -> str:
    """Where it is from, with the sources of its tables and their dates, each once."""
    held, used = catalogue(case), getattr(module, "TABLES", ())
    tables = "; ".join(dict.fromkeys(f"{held[name].source} ({held[name].date})" for name in used if name in held))
    return str(module.SOURCE).format(tables=tables)


def chart(name: str, run: Any = None) -> Any:
    """An exhibit as an Altair chart with its finding as title, its unit and its source; of a stored run where it shows one.

    Raises as `exhibit`, which also gives the data and what was checked.
    """
    return exhibit(name, run).picture()


def exhibits(
    asked: tuple[str, ...] = (), run: Any = None, case: Case | None = None
) -> Iterator[tuple[str, Exhibit | None, str]]:
    """Name, exhibit and error of those asked for, or of all; one of the two is empty, and one that fails stops no other."""
    case = _case(run, case)
    for name in asked or names(case):
        yield name, *_tried(name, run, case)


def _tried(name: str, run: Any, case: Case) -> tuple[Exhibit | None, str]:
    try:
        return exhibit(name, run, case), ""
    except PremortemError as error:
        return None, str(error)


def rows(
    asked: tuple[str, ...] = (),
    run: Any = None,
    folder: Path | None = None,
    formats: tuple[str, ...] = (),
    case: Case | None = None,
) -> list[Listed]:
    """What `premortem exhibits --json` lists, a row an exhibit.

    Files are written where a folder is given. Raises `BadInput` for an unknown name or format and for a folder that cannot be written.
    """
    case = _case(run, case)
    wrong = [_no_such(name, case) for name in asked if name not in _modules(case)]
    raise_all(wrong + [unknown("--format", "no such format", kind, FORMATS) for kind in formats if kind not in FORMATS])
    if folder:
        _make(folder)
    with ThreadPoolExecutor(cores.count()) as pool:  # simulating and drawing leave the interpreter free
        return list(
            pool.map(
                lambda name: _row(name, case, *_tried(name, run, case), folder, formats or FORMATS),
                asked or names(case),
            )
        )


def _row(
    name: str, case: Case, made: Exhibit | None, error: str, folder: Path | None, formats: tuple[str, ...]
) -> Listed:
    module, files = _module(name, case), list[str]()
    if made and folder:
        for kind in formats:
            try:
                files += [str(path) for path in made.write(folder, (kind,))]
            except MissingData as lacking:
                error = str(lacking)
    return Listed(
        name=name,
        title=made.title if made else module.SUBJECT,
        files=tuple(files),
        substitute=module.BADGE == "substitute data",
        check=made.check if made else "",
        badge=module.BADGE,
        subject=module.SUBJECT,
        unit=module.UNIT,
        source=made.source if made else _source(module, case),
        alternative=made.alternative if made else "",
        needs_run=_needs_run(module),
        error=error,
    )


def _make(folder: Path) -> None:
    with writer.system_failure(folder):
        folder.mkdir(parents=True, exist_ok=True)
        writer.check_folder(folder)


def subject(name: str, case: Case | None = None) -> str:
    """What an exhibit is about, known without its data."""
    return str(_module(name, case or default()).SUBJECT)


def unit(name: str, case: Case | None = None) -> str:
    """The unit of an exhibit, known without its data."""
    return str(_module(name, case or default()).UNIT)


def needs_run(name: str, case: Case | None = None) -> bool:
    """Whether an exhibit cannot be made without a stored run."""
    return _needs_run(_module(name, case or default()))


def _needs_run(module: Any) -> bool:
    return getattr(module, "RUN", "") == "needed"


def _module(name: str, case: Case) -> Any:
    modules = _modules(case)
    if name not in modules:
        raise _no_such(name, case)
    module = import_module(modules[name])
    if name not in EVERY_CASE:
        _check_own(module)
    return module


def _check_own(module: Any) -> None:
    """Raises every `BadInput` of what an exhibit of a case must have and has not."""
    file = f"exhibits/{Path(str(module.__file__)).name}"
    missing = [BadInput(file, key, "is missing", allowed=said) for key, said in OWN.items() if not hasattr(module, key)]
    takes_run = hasattr(module, "data") and any(
        p.default is p.empty for p in signature(module.data).parameters.values()
    )
    if takes_run and not hasattr(module, "RUN"):
        missing.append(BadInput(file, "RUN", "is missing, and data takes a run", allowed='"needed", "used"'))
    raise_all(missing)


def _no_such(name: str, case: Case) -> BadInput:
    return unknown("NAME", f"no such exhibit of the case {case.name}", name, names(case))
