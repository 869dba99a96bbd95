"""The token that a server asks for where others can reach it: as a bearer token, in the address once, then in a cookie."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from premortem.errors import BadInput

# The key of an address that holds the token.
KEY = "token"
# A token goes into an address and a cookie as it is.
FORM = re.compile(r"[A-Za-z0-9._~-]{1,200}")
# Characters below which a token that somebody thought of can be guessed.
SHORT = 16
# Files of the package that the page which asks for a token is made of: they hold nothing of a study. Any other name, or
# another method, would be answered with a page of the app that refuses it, and its menus hold the study's policies.
OPEN_UNDER, OPEN = "/static/", frozenset({"/font.woff2", "/favicon.ico"})


def new_token() -> str:
    """A token that cannot be guessed: 192 bits."""
    return secrets.token_urlsafe(24)


def checked_token(text: str) -> str:
    """A token as it was given. Raises `BadInput` for one that an address or a cookie cannot hold."""
    if not FORM.fullmatch(text):
        raise BadInput(
            "command line", "--token", "is no token", got=text[:20], allowed="up to 200 letters, digits, and - . _ ~"
        )
    return text


def cookie_name(token: str) -> str:
    """The name of the cookie: cookies of one machine are shared by its ports, so each token has its own."""
    return f"premortem-{hashlib.sha256(token.encode()).hexdigest()[:8]}"


def set_cookie(token: str, secure: bool) -> bytes:
    """The header that keeps the token in a browser until it is closed, out of reach of scripts and of other sites."""
    return f"{cookie_name(token)}={token}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}".encode()


def is_open(method: str, path: str) -> bool:
    """Whether a request is answered to anybody."""
    return path.startswith(OPEN_UNDER) or (method == "GET" and path in OPEN)


def is_known(token: str, headers: Mapping[str, str], query: str) -> bool:
    """Whether a request carries the token. Each comparison takes as long for a near miss as for a wide one."""
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    given = (bearer if kind.lower() == "bearer" else "", _in_cookie(token, headers), in_query(query))
    return any([_same(one, token) for one in given])


def in_query(query: str) -> str:
    """The token of an address; empty where it has none."""
    return dict(parse_qsl(query)).get(KEY, "")


def without_token(query: str) -> str:
    """The address's settings without its token."""
    return urlencode([(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != KEY])


def _in_cookie(token: str, headers: Mapping[str, str]) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(cookie_name(token))
    except CookieError:
        return ""
    return found.value if found else ""


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode())
