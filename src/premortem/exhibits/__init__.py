"""An engine for exhibits: those that every case has, and a case's own, a module each.

- `_of_case`: exhibits by name, and all of them as rows, with their files
- `form`: what an exhibit is, and the files that it can be written as
- `board`, `edit_index`, `hindcast`: those that any case may have; `run_bands`: bands of a stored run, as they show them

A case with exhibits has a package `exhibits` with `EXHIBITS` (module by name, in the order shown), `REBUILT` (names of
those that rebuild tables and figures of the document that the assumptions are from) and `BRIEF` (those that its brief
shows). A module has `SUBJECT`, `BADGE`, `UNIT`, `METHOD`, `SOURCE` (in which `{tables}` stands for the sources of its
`TABLES`), `data`, `chart` and `says`; `RUN` says whether a stored run is `needed` or `used`, `ANEW` that futures are
simulated anew.
"""

from premortem.exhibits._of_case import (
    EVERY_CASE,  # modules of those that any case may have, with the tables that they need
    Listed,  # a row of the list
    chart,  # one as an Altair chart
    exhibit,  # one by its name
    exhibits,  # all, each with its error
    names,
    needs_run,
    rebuilt,
    rows,  # the list, with files where a folder is given
    shown_in_brief,
    subject,
    unit,
)
from premortem.exhibits.form import FORMATS, Exhibit

__all__ = [
    "EVERY_CASE",
    "FORMATS",
    "Exhibit",
    "Listed",
    "chart",
    "exhibit",
    "exhibits",
    "names",
    "needs_run",
    "rebuilt",
    "rows",
    "shown_in_brief",
    "subject",
    "unit",
]
