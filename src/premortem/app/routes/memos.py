"""The memo of the answer that a page shows, as a file to be signed."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from premortem.app import question_form, shipment_form
from premortem.app.pages import AtDesk, View
from premortem.app.routes.rules import book_of, rules_of
from premortem.briefing import memo_file
from premortem.law import memo_parts
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.opinion import Opinion, opine

router = APIRouter(dependencies=[Depends(rules_of)])


@router.get("/api/memo.{ending}", response_class=Response)
def memo(
    request: Request,
    desk: AtDesk,
    view: View,
    ending: Literal["txt", "html", "pdf", "json"],
    under: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The memo of the question of the address, with its ladder, as text, HTML, PDF or JSON. Raises `BadInput` for a question
    that cannot be read.
    """
    policy = under if under in desk.study.policies else view.policy
    book, told = book_of(desk, view, policy), desk.study.case.text.app
    answer: Decision | Opinion
    if book.vocabulary.answers:
        answer = opine(question_form.read(request.query_params, told.example), book)
    else:
        answer = explain(
            Transaction(shipment_form.fields_from_address(request.query_params, told), case=book.case), book, policy
        )
    headers = {"content-disposition": f'attachment; filename="memo.{ending}"'}
    content = memo_file.content(f".{ending}", memo_parts.of(answer, trace=True), answer.as_dict())
    return Response(content, media_type=memo_file.TYPES[f".{ending}"], headers=headers)
