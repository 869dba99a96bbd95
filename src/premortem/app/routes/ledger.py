"""A ledger of shipments, decided: preview, rejected rows with reasons, outcomes, room left, and the table to download."""

import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse

from premortem.app.desk import Desk
from premortem.app.pages import AtDesk, View, render
from premortem.app.routes.rules import book_of
from premortem.app.schema import Answer
from premortem.app.state import State
from premortem.errors import BadInput
from premortem.regime import ledger as ledgers
from premortem.regime import tables
from premortem.regime.reading import NEEDED
from premortem.regime.vocabulary import READS, given_fields

router = APIRouter()
# Rows of the preview, and of rejected rows that are shown; decided ledgers that are kept for their download.
PREVIEW, REJECTED, KEPT = 10, 100, 8
ENDINGS = (".csv", ".parquet", ".pq")
_kept: dict[str, Path] = {}


@router.get("/rules/ledger", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request) -> HTMLResponse:
    """Choose a file, see what the rulebook says of it."""
    return render(request, "ledger.html", needed=NEEDED, fields=given_fields())


@router.post("/api/ledger")
def decide(
    desk: AtDesk, view: View, file: UploadFile, under: Annotated[str, Form(max_length=60)] = "history"
) -> Answer:
    """Decide an uploaded table: the keys of `premortem ledger --json`, a preview, and where the whole lies."""
    name = Path(file.filename or "ledger.csv").name[:80]
    if not name.lower().endswith(ENDINGS):
        raise BadInput(name, "", "is no ledger", got=Path(name).suffix, allowed=", ".join(ENDINGS))
    with tempfile.TemporaryDirectory(prefix="premortem-ledger-") as folder:
        path = Path(folder) / f"ledger{Path(name).suffix.lower()}"
        with path.open("wb") as out:
            while block := file.file.read(1 << 20):
                out.write(block)
        return Answer.model_validate(_decided(desk, view, path, name, under))


def _decided(desk: Desk, view: State, path: Path, name: str, under: str) -> dict[str, Any]:
    decided, result = ledgers.decide_file(path, book_of(desk, view, under))
    shown = decided.head(PREVIEW)
    return result | {
        "file": name,
        "rejected": result["rejected"][:REJECTED],
        "rejected_rows": len(result["rejected"]),
        "reads": {o: READS.get(o, o) for o in result["outcomes"]},
        "columns": decided.columns,
        "preview": [[None if v is None else str(v) for v in row] for row in shown.rows()],
        "download": f"/api/ledger/{_keep(decided)}",
    }


@cache
def _home() -> tempfile.TemporaryDirectory[str]:
    """Where decided ledgers lie; deleted when the process ends."""
    return tempfile.TemporaryDirectory(prefix="premortem-decided-")


def _keep(decided: Any) -> str:
    """Hold a decided ledger under a name that cannot be guessed, until newer ones take its place."""
    token = secrets.token_urlsafe(16)
    path = Path(_home().name) / f"{token}.csv"
    tables.write(decided, path)
    _kept[token] = path
    for old in list(_kept)[:-KEPT]:
        _kept.pop(old).unlink(missing_ok=True)
    return token


@router.get("/api/ledger/{token}", response_class=FileResponse)
def download(token: str) -> FileResponse:
    """A decided ledger as CSV, for who uploaded it."""
    if token not in _kept:
        raise BadInput("ledger", "", "is not kept any more", allowed="decide it again")
    return FileResponse(_kept[token], media_type="text/csv", filename="decided.csv")
