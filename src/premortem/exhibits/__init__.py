"""Tables and figures: the note's seven and ours, a module each with `data()`, `chart()` and what it says."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

from premortem.errors import MissingData, PremortemError, raise_all, unknown
from premortem.files import writer
from premortem.text.numbers import counted

# The module of each exhibit by its name, in the order in which they are shown: the note's, then ours.
EXHIBITS = {
    "figure-1": "figure1",
    "table-1": "table1",
    "table-2": "table2",
    "figure-2": "figure2",
    "figure-3": "figure3",
    "figure-4": "figure4",
    "figure-5": "figure5",
    "compute": "compute",
    "caps": "caps",
    "china-supply": "china_supply",
    "binding": "binding",
    "gap": "gap",
    "price": "price",
    "return": "returns",
    "electricity": "electricity",
    "goodwill": "goodwill",
    "time-asymmetry": "asymmetry",
    "board": "board",
    "edit-index": "edit_index",
    "hindcast": "hindcast",
}
FORMATS = ("html", "svg", "png", "csv")
NOTE = tuple(name for name in EXHIBITS if name.startswith(("figure", "table")))

__all__ = ["EXHIBITS", "FORMATS", "NOTE", "chart", "exhibit", "exhibits", "needs_run", "rows", "subject", "unit"]


def exhibit(name: str, run: Any = None) -> Any:
    """An exhibit by its name, of a stored run where it shows one. Raises `BadInput` with the nearest name, `MissingData` when
    a table or outcome that it needs is not there.
    """
    module, needed = _module(name), needs_run(name)
    if needed and run is None:
        raise MissingData(f"{name} shows a run and there is none: premortem run")
    from premortem.exhibits.form import Exhibit

    from_run = run is not None and hasattr(module, "RUN")
    frame = module.data(run) if from_run else module.data()
    said = module.says(frame)
    # some simulate futures of their own, of the run's study
    shown = from_run and not getattr(module, "ANEW", False)
    source = module.SOURCE + (f"; run of {counted(run.futures, 'future')}, seed {run.seed}" if shown else "")
    return Exhibit(name, module.SUBJECT, module.BADGE, said, module.UNIT, module.METHOD, source, frame, module.chart)


def chart(name: str, run: Any = None) -> Any:
    """An exhibit as an Altair chart with its finding as title, its unit and its source; of a stored run where it shows one.

    Raises as `exhibit`, which also gives the data and what was checked.
    """
    return exhibit(name, run).picture()


def exhibits(names: tuple[str, ...] = (), run: Any = None) -> Iterator[tuple[str, Any, str]]:
    """Name, exhibit and error of those asked for, or of all; one of the two is empty, and one that fails stops no other."""
    for name in names or tuple(EXHIBITS):
        yield name, *_tried(name, run)


def _tried(name: str, run: Any) -> tuple[Any, str]:
    try:
        return exhibit(name, run), ""
    except PremortemError as error:
        return None, str(error)


def rows(
    names: tuple[str, ...] = (), run: Any = None, folder: Path | None = None, formats: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """What `premortem exhibits --json` lists: name, title, files, substitute, check and more, a row an exhibit.

    Files are written where a folder is given. One that cannot be made says why in `error`, is titled by its subject and
    has no files. Raises `BadInput` for an unknown name or format and for a folder that cannot be written.
    """
    wrong = [unknown("NAME", "no such exhibit", name, [*EXHIBITS]) for name in names if name not in EXHIBITS]
    raise_all(wrong + [unknown("--format", "no such format", kind, FORMATS) for kind in formats if kind not in FORMATS])
    if folder:
        _make(folder)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # simulating and drawing leave the interpreter free
        return list(
            pool.map(lambda name: _row(name, *_tried(name, run), folder, formats or FORMATS), names or tuple(EXHIBITS))
        )


def _row(name: str, made: Any, error: str, folder: Path | None, formats: tuple[str, ...]) -> dict[str, Any]:
    module, files = _module(name), list[str]()
    for kind in formats if made and folder else ():
        try:
            files += [str(path) for path in made.write(folder, (kind,))]
        except MissingData as lacking:
            error = str(lacking)
    return {
        "name": name,
        "title": made.title if made else module.SUBJECT,
        "files": files,
        "substitute": module.BADGE == "substitute data",
        "check": made.check if made else "",
        "badge": module.BADGE,
        "subject": module.SUBJECT,
        "unit": module.UNIT,
        "source": made.source if made else module.SOURCE,
        "alternative": made.alternative if made else "",
        "needs_run": needs_run(name),
        "error": error,
    }


def _make(folder: Path) -> None:
    with writer.told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        writer.check_folder(folder)


def subject(name: str) -> str:
    """What an exhibit is about, known without its data."""
    return str(_module(name).SUBJECT)


def unit(name: str) -> str:
    """The unit of an exhibit, known without its data."""
    return str(_module(name).UNIT)


def needs_run(name: str) -> bool:
    """Whether an exhibit cannot be made without a stored run."""
    return getattr(_module(name), "RUN", "") == "needed"


def _module(name: str) -> Any:
    if name not in EXHIBITS:
        raise unknown("NAME", "no such exhibit", name, [*EXHIBITS])
    return import_module(f"premortem.exhibits.{EXHIBITS[name]}")
