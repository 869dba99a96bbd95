"""Rules: check."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from premortem.cli.shared import (
    BAD,
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
    error_document,
    show,
)
from premortem.errors import BadInput, PremortemError, call_all, raise_all

Item = Annotated[str | None, typer.Option("--item", help="An item by its name, or by its kind.")]
Quantity = Annotated[str | None, typer.Option("--quantity", help="Units.", show_default="1")]
Destination = Annotated[str | None, typer.Option("--to", help="Destination: ISO code or name.")]
Headquarters = Annotated[str | None, typer.Option("--hq", help="Headquarters of the consignee.")]
ParentHeadquarters = Annotated[str | None, typer.Option("--parent", help="Headquarters of its ultimate parent.")]
Consignee = Annotated[str | None, typer.Option("--consignee", help="Ultimate consignee.")]
Standing = Annotated[str | None, typer.Option("--status", help="Standing authorisation of the consignee.")]
Used = Annotated[
    str | None, typer.Option("--used", help="Amount already licensed to the destination, in the unit of its limit.")
]
Performance = Annotated[str | None, typer.Option("--tpp", help="Performance of an item that is not in the catalogue.")]
Fields = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE for any other field; repeat for more.")]
Parties = Annotated[
    list[str] | None,
    typer.Option(
        "--party",
        help="ROLE=NAME: exporter, purchaser, intermediate, consignee, end_user or parent, by name; repeat for more.",
    ),
]
Cleared = Annotated[
    list[str] | None,
    typer.Option(
        "--clear",
        help="NAME=REASON: clear a party whose name is like a listed one, with the reason; repeat for more.",
    ),
]
Cases = Annotated[Path | None, typer.Option("--file", help="Cases to decide: TOML, CSV.")]
Trace = Annotated[bool, typer.Option("--trace", help="Also print every clause and its tests, in order.")]
Gate = Annotated[
    bool,
    typer.Option(
        "--gate",
        help="Exit 0 only if it may go; 3 not permitted, 4 depends on missing facts, 5 a name needs review.",
    ),
]
Audit = Annotated[Path | None, typer.Option("--audit", help="Write a record of the decision here, as a line of JSON.")]
Memo = Annotated[
    Path | None,
    typer.Option("-o", "--out", help="The memo to be signed, as a file: txt, html, pdf or json by its ending."),
]


@app.command(rich_help_panel="Rules")
def check(
    item: Item = None,
    quantity: Quantity = None,
    to: Destination = None,
    hq: Headquarters = None,
    parent: ParentHeadquarters = None,
    consignee: Consignee = None,
    status: Standing = None,
    used: Used = None,
    tpp: Performance = None,
    set_: Fields = None,
    party: Parties = None,
    clear: Cleared = None,
    on: OnDate = None,
    under: Under = None,
    file: Cases = None,
    trace: Trace = False,
    gate: Gate = False,
    audit: Audit = None,
    out: Memo = None,
    data: Lists = "shipped",
    study: StudyDir = None,
    case: CaseName = None,
    as_json: AsJson = False,
) -> None:
    """Ask the rules about one transaction: the answer, its clause, what was assumed or not checked, and what would change it.

    Examples: premortem check --file cases.csv --json
    """
    from premortem import terminal
    from premortem.law import audit as records
    from premortem.law import worked_cases
    from premortem.law.decide import explain

    if out is not None:
        _check_memo(out, file, audit, under)
    given = {
        "item": item, "quantity": quantity, "destination": to, "headquarters": hq, "parent_headquarters": parent, "consignee": consignee,
        "status": status, "used_tpp": used, "tpp": tpp, "date": on,
    }  # fmt: skip
    asked = partial(_asked, options=given, settings=set_ or [], parties=party or [])
    book = _book(study, case, under, data, asked)
    if audit is not None and (file is not None or book.vocabulary.answers):
        raise BadInput("command line", "--audit", "records one shipment, or a ledger", allowed="premortem ledger FILE --audit FILE")  # fmt: skip
    if file is not None:
        _decide_cases(file, book, gate, as_json)
    if book.vocabulary.answers:
        _opine(asked(book), [*(party or []), *(clear or [])], gate, trace, out, as_json)
    transaction = asked(book)
    cleared = worked_cases.clearings(clear or [])
    decision = explain(transaction, book, cleared=cleared)
    if audit is not None:
        records.write([records.of_decision(decision, book, cleared)], audit)
    if out is not None:
        _write_memo(out, decision, trace)
    show(decision.as_dict(), as_json, False, lambda: terminal.print_decision(decision, trace))
    raise typer.Exit(decision.gate if gate else NO if decision.denied else DONE)


def _decide_cases(file: Path, book: Any, gate: bool, as_json: bool) -> NoReturn:
    """Each case of a file decided; exit 1 where one is not as it says, 2 where one cannot be decided, or as a gate."""
    from premortem import terminal
    from premortem.law import worked_cases

    results, errors = worked_cases.decide_file(file, book)
    document = {"cases": results} | (error_document(errors) if errors else {})
    show(document, as_json, False, lambda: terminal.print_cases(results))
    for error in errors:
        typer.echo(f"error: {error}", err=True)
    agreed = DONE if all(r.get("agrees", True) for r in results) else NO
    raise typer.Exit(BAD if errors else worked_cases.gate_of(results, book.vocabulary) if gate else agreed)


def _asked(book: Any, options: Mapping[str, str | None], settings: list[str], parties: list[str]) -> Any:
    """The transaction that is asked about, or what is said of a question of several kinds. Raises `BadInput`, every fault at once."""
    from premortem.law.decide import Transaction
    from premortem.law.opinion import opine, told_by
    from premortem.law.worked_cases import parties as named
    from premortem.law.worked_cases import settings as fields
    from premortem.law.worked_cases import together

    if book.vocabulary.answers:
        return opine(together(told_by(options, book), fields(settings)), book)
    return Transaction(together(options, together(fields(settings), named(parties))), case=book.case)


def _book(study: Path | None, case: str | None, under: str | None, data: str, asked: Callable[[Any], object]) -> Any:
    """The rulebook that is asked. Raises, where its policy cannot be had, the faults of the question with that."""
    try:
        return book_under(study, case, under, data=data)
    except PremortemError as wrong:
        try:
            law = book_under(study, case, None, data=data)
        except PremortemError:
            raise wrong from None
        call_all(partial(_raise, wrong), partial(asked, law))


def _raise(error: Exception) -> NoReturn:
    raise error


def _check_memo(out: Path, file: Path | None, audit: Path | None, under: str | None) -> None:
    """Raises `BadInput` where the memo cannot be written there, before anything is decided."""
    from premortem.briefing import memo_file

    if file is not None:
        raise BadInput("command line", "--out", "writes the memo of one answer, and --file asks for several", got=str(out), allowed="premortem ledger FILE --out FILE")  # fmt: skip
    if audit is not None and audit.absolute() == out.absolute():
        raise BadInput("command line", "--out", "is the record of the decision", got=str(out), allowed="another file")
    memo_file.check(out, "--out", *([Path(under)] if under and under.endswith(".toml") else []))


def _write_memo(out: Path, answer: Any, trace: bool) -> None:
    """The memo of a decision, or of an answer of several kinds, as the ending of the file says."""
    from premortem.briefing import memo_file
    from premortem.law import memo_parts

    memo_file.write(out, memo_parts.of(answer, trace), answer.as_dict())


def _opine(opinion: Any, parties: list[str], gate: bool, trace: bool, out: Path | None, as_json: bool) -> NoReturn:
    """The answer of a law whose answers are of several kinds; exit 1 where it cannot be told."""
    from premortem import terminal

    vain = [name for name, given in (("--party, --clear", parties), ("--gate", gate)) if given]
    what = f"the law of {opinion.book.case.name} asks nothing of the kind"
    raise_all([BadInput("command line", name, what, allowed="--set FIELD=VALUE") for name in vain])
    if out is not None:
        _write_memo(out, opinion, trace)
    show(opinion.as_dict(), as_json, False, lambda: terminal.print_opinion(opinion, trace))
    raise typer.Exit(DONE if opinion.settled else NO)
