r"""Texts that no answer could repeat: JSON may hold half of a character, as in `"\ud800"`, which no file and no page can."""

import json
import re
from typing import Any

from fastapi import Request

from premortem.errors import BadInput

# How half of a character is written in JSON; a whole one may begin with it.
HALF = re.compile(rb"\\u[dD][89a-fA-F]")


async def check_body(request: Request) -> None:
    """Raises `BadInput` for a body of JSON with half a character in it, be it in a name or a value."""
    if "json" in request.headers.get("content-type", "json") and HALF.search(body := await request.body()):
        check_json(body, "request", "body")


def check_json(text: bytes | str, file: str, key: str) -> None:
    """Raises `BadInput` for JSON with half a character in it; what is no JSON is left to be told."""
    try:
        found = json.dumps(json.loads(text), ensure_ascii=False)
        found.encode("utf-8")
    except UnicodeEncodeError as error:
        got = _shown(error.object[error.start : error.end])
        raise BadInput(file, key, "holds half a character", got=got, allowed="whole characters") from None
    except (ValueError, RecursionError):
        return


def _shown(half: Any) -> str:
    return str(half).encode("ascii", "backslashreplace").decode()[:20]
