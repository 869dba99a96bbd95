"""Tables of shipments, and names: ledger and screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from premortem.cli.shared import (
    DONE,
    NO,
    AsJson,
    CaseName,
    Lists,
    OnDate,
    StudyDir,
    Under,
    app,
    book_under,
    listing,
    show,
)
from premortem.errors import BadInput

# What stands for a file where a table is pasted.
PASTED = Path("-")


Shipments = Annotated[
    Path,
    typer.Argument(help="CSV, Excel (xlsx, xls, xlsb, ods) or Parquet, a shipment a row; - for a pasted table."),
]
Decided = Annotated[Path | None, typer.Option("-o", "--out", help="Write the decided table here: CSV or Parquet.")]
Meanings = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help='"COLUMN=FIELD" says what a column of yours means; "COLUMN=" ignores it; repeat for more.'
    ),
]
Layout = Annotated[
    str | None,
    typer.Option("--profile", help="Save how this table is laid out under a name, or use a saved layout."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of a workbook that holds several.")]
DayOrder = Annotated[str | None, typer.Option("--dates", help="DMY or MDY, where 03/04/2025 may be either.")]
DecimalMark = Annotated[
    str | None, typer.Option("--decimal", help="point or comma, where 1,000 and 1.000 may be either.")
]
Audit = Annotated[Path | None, typer.Option("--audit", help="Write a record of each decision here, as JSON lines.")]


@app.command(rich_help_panel="Rules")
def ledger(
    file: Shipments,
    out: Decided = None,
    map_: Meanings = None,
    profile: Layout = None,
    sheet: Sheet = None,
    dates: DayOrder = None,
    decimal: DecimalMark = None,
    audit: Audit = None,
    data: Lists = "shipped",
    under: Under = None,
    study: StudyDir = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Decide a table of shipments in date order, with running totals.

    Your own column headings are matched to fields, and the match is printed. If a value is ambiguous, the error names the
    option that settles it.

    Each row is answered as by check: may_go (empty if it depends on the fields in rests_on or on a name in hits) and
    confidence.

    Rows that cannot be read are rejected with their number and reason, and written beside the output as
    OUT.rejected.csv; the exit status is then 1.

    Examples: premortem ledger shipments.csv -o decided.csv; premortem ledger desk.xlsx --profile desk --map
    "Ship-To Country=destination"; premortem ledger shipments.parquet --json
    """
    from premortem import terminal
    from premortem.law.ledger import decisions as ledgers
    from premortem.law.ledger import profiles
    from premortem.law.ledger.intake import convention

    if out is not None:
        ledgers.check_targets(out, file)
    if out is not None and audit in (out, ledgers.rejected_file(out)):
        raise BadInput("command line", "--audit", "is the decided table, or its rejected rows", got=str(audit), allowed="another file")  # fmt: skip
    kept = profiles.kept(profile) if profile else None
    how = convention(map_ or [], sheet, dates, decimal, profile, kept)
    book = book_under(study, case, under, data=data)
    if book.vocabulary.answers:
        raise BadInput(
            file.name, "", f"{book.case.name} decides no ledger of shipments", allowed=f"premortem check --file {file}"
        )
    with _given(file) as path:
        result = ledgers.write_out(ledgers.decide_file(path, book, how, audit), out, kept, book.vocabulary)
    for note in result["notes"]:
        typer.echo(f"note: {file.name}: {note}", err=True)
    show({**result}, as_json, False, lambda: terminal.print_ledger(result, out, book.case))
    raise typer.Exit(NO if result["rejected_count"] else DONE)


@app.command(rich_help_panel="Rules")
def screen(
    names: Annotated[list[str] | None, typer.Argument(help="Names of parties, each in quotation marks.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="Names to look up: a name a line (txt), or a table with a column of names or parties."
        ),
    ] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option("--clear", help="NAME=REASON: clear a similar name, with the reason; repeat for more."),
    ] = None,
    on: OnDate = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 3 for a listed name, 5 for a similar one that is not cleared.")
    ] = False,
    data: Lists = "shipped",
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Look names up in the case's lists of parties: who is listed, who has a similar name, and which lists were not checked.

    Examples: premortem screen "A Company Ltd"; premortem screen --file parties.csv --gate --json
    """
    from premortem import terminal
    from premortem.case import default, load
    from premortem.law.screening import names_in
    from premortem.law.screening import screen as look_up
    from premortem.law.worked_cases import clearings

    of = listing(load(case) if case else default(), data)
    given = [*(names or []), *(names_in(file, of) if file else [])]
    if not any(name.strip() for name in given):
        raise BadInput("command line", "NAME", "is missing", allowed="a name or more, or --file FILE")
    found = look_up(given, on, of, clearings(clear or []))
    show(found.as_dict(), as_json, False, lambda: terminal.print_screening(found))
    raise typer.Exit(found.gate if gate else DONE)


@contextmanager
def _given(file: Path) -> Iterator[Path]:
    """A file, or what is pasted on standard input as one, gone afterwards."""
    if file != PASTED:
        yield file
        return
    import sys
    import tempfile

    from premortem.law.ledger import files

    with tempfile.TemporaryDirectory(prefix="premortem-pasted-") as folder:
        yield files.pasted(sys.stdin.buffer, Path(folder))
