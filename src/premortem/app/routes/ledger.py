"""A ledger of shipments, decided: preview, rejected rows with reasons, outcomes, room left, and the table to download."""

import json
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated

import polars as pl
from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from premortem.app import shipment_form
from premortem.app.ledger_files import needs_look, own_headings, to_look_at, told_in_words, under_own_headings
from premortem.app.page_words import on_page
from premortem.app.pages import AtDesk, View, desk_of, render
from premortem.app.routes.rules import book_of
from premortem.app.schema import Answer, Columns
from premortem.app.valid_texts import check_json
from premortem.case import Case
from premortem.errors import BadInput, BadInputs, MissingData
from premortem.files import formulas, writer
from premortem.law import memo
from premortem.law.book import Book
from premortem.law.fields.items import catalogued
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import decisions as ledgers
from premortem.law.ledger import files, profiles
from premortem.law.ledger.columns import needed
from premortem.law.ledger.intake import Convention, convention, look
from premortem.law.parties.pulled_lists import Lists, pulled_on
from premortem.text.numbers import capital, in_words
from premortem.text.result import Document


def ledger_of(request: Request) -> None:
    """What every answer on a ledger asks first. Raises `MissingData` where the case decides no shipments."""
    if not catalogued(case := desk_of(request).study.case):
        raise MissingData(f"{case.name} decides no shipments, and so no ledger of them")


router = APIRouter(dependencies=[Depends(ledger_of)])
# Rows of the preview, and of rejected rows that are shown; decided ledgers that are kept for their download.
PREVIEW, REJECTED, KEPT = 10, 100, 8
# Rows that a filter shows at a time; first values of a column that are shown; columns that link rows.
ROWS, SAMPLES = 50, 3
# Most bytes that an upload may decode to.
MOST_DECODED = 1_000_000_000
LINKING = ("id", "returns", "amends")
Profile = Annotated[
    str, Form(max_length=61, description="the name under which the layout of the table is kept, and used again")
]
Filter = Annotated[str, Query(max_length=100, description="only rows with this; empty: all")]
# Of a decided ledger where it lies, and how its user calls its columns.
_kept: dict[str, tuple[Path, dict[str, str]]] = {}


@router.get("/rules/ledger", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk) -> HTMLResponse:
    """Choose a file, see what the rulebook says of it."""
    words = vocabulary(desk.study.case)
    return render(
        request,
        "ledger.html",
        needed=needed(words),
        names_item=words.names_item,
        fields=words.given,
        endings=files.READ,
        profiles=profiles.names(),
        stands=desk.study.case.settings.stands,
        data="shipped",
        pulled_on=pulled_on(desk.study.case),
    )


@router.post("/api/ledger")
def decide(
    desk: AtDesk,
    view: View,
    file: UploadFile,
    under: Annotated[str, Form(max_length=60)] = "",
    columns: Annotated[str, Form(max_length=20_000, description="JSON: a field, or empty, by heading")] = "{}",
    sheet: Annotated[str, Form(max_length=100, description="of a workbook that holds several")] = "",
    dates: Annotated[str, Form(max_length=3, description="DMY or MDY, where a day can be read two ways")] = "",
    decimal: Annotated[str, Form(max_length=5, description="point or comma, where a number can be")] = "",
    profile: Profile = "",
    data: Annotated[
        Lists, Form(description="lists of parties: those that ship, or those that were pulled as well")
    ] = "shipped",
) -> Answer:
    """Decide an uploaded table: the keys of `premortem ledger --json`, a preview, and where the whole lies."""
    held = profiles.kept(profile) if profile else None
    how = convention([], sheet, dates or None, decimal or None, profile, held)
    how = replace(how, columns=_columns(columns) or how.columns)
    with _uploaded(file) as (path, name):
        book = book_of(desk, view, under or desk.study.case.settings.stands, data)
        return Answer.model_validate(_decided(book, path, name, how, held))


@router.post("/api/ledger/columns")
def columns(
    desk: AtDesk,
    file: UploadFile,
    sheet: Annotated[str, Form(max_length=100, description="of a workbook")] = "",
    profile: Profile = "",
) -> Columns:
    """The headings of a table with first values and the field that each stands for in a profile, or seems to stand for; the first lines
    are enough.
    """
    held = profiles.kept(profile) if profile else None
    with _uploaded(file) as (path, name):
        words = vocabulary(desk.study.case)
        shown, matched, asks = look(path, words, convention([], sheet, None, None, profile, held))
        rows = [
            {
                "heading": h,
                "field": "" if h in asks else matched.fields[h],
                "asks": asks.get(h, ""),
                "values": [str(v) for v in shown[h].drop_nulls().unique(maintain_order=True).head(SAMPLES)],
            }
            for h in shown.columns
        ]
        return Columns.model_validate(
            {
                "file": name,
                "columns": rows,
                "fields": [*words.given],
                "needed": [*needed(words)],
                "names_item": [*words.names_item],
                "linking": [*LINKING],
            }
        )


def _columns(text: str) -> dict[str, str]:
    """Fields by heading from the form. Raises `BadInput` for what is no object of texts."""
    check_json(text, "ledger", "columns")
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(v, str) for v in found.values()):
        raise BadInput("ledger", "columns", "is no match of columns", got=text[:60], allowed='JSON, as {"Country": "destination"}')  # fmt: skip
    return found


@contextmanager
def _uploaded(file: UploadFile) -> Iterator[tuple[Path, str]]:
    """An upload as a file with a safe name, gone afterwards, and what its owner calls it. Raises `BadInput` for no ledger."""
    name = Path(file.filename or "ledger.csv").name[:80]
    if not name.lower().endswith(files.READ):
        raise BadInput(name, "", "is no ledger", got=Path(name).suffix, allowed=", ".join(files.READ))
    with tempfile.TemporaryDirectory(prefix="premortem-ledger-") as folder:
        path = Path(folder) / f"ledger{Path(name).suffix.lower()}"
        with writer.system_failure(path), path.open("wb") as out:  # in a folder of its own, gone in a moment
            while block := file.file.read(1 << 20):
                out.write(block)
        with _under_its_name(path.name, name):
            files.check_decoded(path, MOST_DECODED)
            yield path, name


@contextmanager
def _under_its_name(stored: str, name: str) -> Iterator[None]:
    """Faults of a stored file, told of the name that its owner knows."""
    try:
        yield
    except BadInput as error:
        raise error.at(name) if error.file == stored else error from error
    except BadInputs as several:
        raise BadInputs([e.at(name) if e.file == stored else e for e in several.errors]) from several


def _decided(book: Book, path: Path, name: str, how: Convention, held: Convention | None) -> Document:
    decided, summary, used = ledgers.decide_file(path, book, how)
    layout = profiles.keep_new(summary, used, held)
    words = vocabulary(book.case)
    decided = told_in_words(decided, words)
    token = _keep(decided, own_headings(summary["mapping"], summary["unread"]))
    shown = decided.head(PREVIEW)
    return {
        **summary,
        **layout,
        "file": name,
        "current": memo.current(book.case),
        "rejected": [{**row, "why": on_page(row["why"])} for row in summary["rejected"][:REJECTED]],
        "notes": [on_page(note) for note in summary["notes"]],
        "not_checked": [on_page(said) for said in summary["not_checked"]],
        "rejected_rows": len(summary["rejected"]),
        "reads": {o: shipment_form.reads(o, words) for o in summary["outcomes"]},
        "columns": decided.columns,
        "heads": _heads(decided.columns, book.case),
        "preview": _texts(shown),
        "by_clause": _count(decided, "clause"),
        "download": f"/api/ledger/{token}",
        "rejected_file": f"/api/ledger/{token}/rejected" if summary["rejected_count"] else None,
        "to_look_at": (many := needs_look(decided).height),
        "look_file": f"/api/ledger/{token}/look" if many else None,
    }


def _heads(columns: Sequence[str], case: Case) -> list[str]:
    """How a reader calls the columns of a decided table; one that was kept unread by its own heading."""
    words = vocabulary(case)
    units = {word for field in words.fields.values() for word in field.unit.split()}
    short = [*case.text.capitals, words.classes.label, *(unit for unit in units if unit.isupper())]
    return [c[1:] if c.startswith("_") else capital(in_words(c, short)) for c in columns]


def _count(decided: pl.DataFrame, column: str) -> dict[str, int]:
    found = decided.filter(pl.col(column).is_not_null()).group_by(column).len().sort("len", column, descending=[True, False])  # fmt: skip
    return dict(found.rows())


def _texts(shown: pl.DataFrame) -> list[list[str | None]]:
    return [[None if v is None else str(v) for v in row] for row in shown.rows()]


@cache
def _home() -> tempfile.TemporaryDirectory[str]:
    """Where decided ledgers lie; deleted when the process ends."""
    return tempfile.TemporaryDirectory(prefix="premortem-decided-")


def forget() -> None:
    """Let go of every decided ledger, and of the folder where they lay."""
    _kept.clear()
    if _home.cache_info().currsize:
        _home().cleanup()
        _home.cache_clear()


def _keep(decided: pl.DataFrame, own: dict[str, str]) -> str:
    """Hold a decided ledger under a name that cannot be guessed, until newer ones take its place."""
    token = secrets.token_urlsafe(16)
    path = Path(_home().name) / f"{token}.csv"
    files.write(decided, path)
    _kept[token] = path, own
    for old in list(_kept)[:-KEPT]:
        _kept.pop(old)[0].unlink(missing_ok=True)
    return token


@router.get("/api/ledger/{token}/rows")
def rows(
    token: str,
    outcome: Filter = "",
    clause: Filter = "",
    first: Annotated[int, Query(ge=0, description="rows left out before")] = 0,
) -> Answer:
    """Rows of a decided ledger by outcome and clause, fifty from `first` on, each with its number, and how many there are."""
    table = pl.scan_csv(_held(token)[0], infer_schema=False).with_row_index("row", offset=1)
    wanted = [pl.col(k) == v for k, v in (("outcome", outcome), ("clause", clause)) if v]
    found = table.filter(*wanted).collect() if wanted else table.collect()
    part = formulas.restore(found.slice(first, ROWS))
    return Answer.model_validate(
        {"columns": part.columns, "rows": _texts(part), "matching": found.height, "first": first, "most": ROWS}
    )


@router.get("/api/ledger/{token}/rejected", response_class=Response)
def rejected(token: str, desk: AtDesk) -> Response:
    """The rejected rows of a decided ledger as CSV, with their numbers and reasons, to be mended."""
    table, own = _whole(token)
    return _csv(ledgers.rejected_rows(table, vocabulary(desk.study.case)), own, "decided.rejected.csv")


@router.get("/api/ledger/{token}/look", response_class=Response)
def look_at(token: str, desk: AtDesk) -> Response:
    """The rows of a decided ledger that need a look as CSV: rejected, or hanging on something that nobody said."""
    table, own = _whole(token)
    return _csv(to_look_at(table, vocabulary(desk.study.case)), own, "decided.look.csv")


@router.get("/api/ledger/{token}", response_class=Response)
def download(token: str) -> Response:
    """A decided ledger as CSV, for who uploaded it, under the headings that it came with."""
    return _csv(*_whole(token), "decided.csv")


def _csv(table: pl.DataFrame, own: dict[str, str], name: str) -> Response:
    made = formulas.neutralise(under_own_headings(table, own))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.write_csv(), media_type="text/csv", headers=headers)


def _whole(token: str) -> tuple[pl.DataFrame, dict[str, str]]:
    path, own = _held(token)
    return formulas.restore(pl.read_csv(path, infer_schema=False)), own


def _held(token: str) -> tuple[Path, dict[str, str]]:
    if token not in _kept:
        raise BadInput("ledger", "", "is not kept any more", allowed="decide it again")
    return _kept[token]
