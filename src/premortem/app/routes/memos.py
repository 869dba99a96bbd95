"""The memo of the answer that a page shows, as a file to be signed."""

from typing import Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from premortem.app.pages import AtDesk, View
from premortem.app.routes.rules import Data, Under, answer_to, rules_of
from premortem.briefing import memo_file
from premortem.law import memo_parts

router = APIRouter(dependencies=[Depends(rules_of)])


@router.get("/api/memo.{ending}", response_class=Response)
def memo(
    request: Request,
    desk: AtDesk,
    view: View,
    ending: Literal["txt", "html", "pdf", "json"],
    under: Under = "",
    data: Data = "shipped",
) -> Response:
    """The memo of the question of the address, with its ladder, as text, HTML, PDF or JSON. Raises `BadInput` for a question
    that cannot be read.
    """
    policy = under if under in desk.study.policies else view.policy
    answer = answer_to(request, desk, view, policy, data)
    headers = {"content-disposition": f'attachment; filename="memo.{ending}"'}
    content = memo_file.content(f".{ending}", memo_parts.of(answer, trace=True), answer.as_dict())
    return Response(content, media_type=memo_file.TYPES[f".{ending}"], headers=headers)
