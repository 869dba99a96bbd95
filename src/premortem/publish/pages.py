"""The pages of a site, each with the same frame, from the templates of the room and those of the story."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from premortem.exhibits.form import coded
from premortem.story.page import TEMPLATES

HOME = files("premortem.publish") / "templates"
# Screens of the app that have a page here, and which; others have none.
HERE = {
    "/board": "data/index.html",
    "/compare": "memo.html#policies",
    "/exhibits": "exhibits/index.html",
    "/about": "memo.html#method",
    "/watch": "memo.html#watch",
    "/watch/hindcast": "memo.html#record",
}

_env = Environment(
    loader=FileSystemLoader([str(HOME), TEMPLATES]),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_env.filters["coded"] = lambda text: Markup(coded(text))


@dataclass(frozen=True)
class Entry:
    """What can be found on the site: its title, where it lies, a line of what it is, and words that find it."""

    title: str
    link: str
    kind: str
    words: str = ""


def page(template: str, depth: int, **held: Any) -> bytes:
    """A page that lies so many folders deep, all of whose links are relative."""
    up = "../" * depth
    return _env.get_template(f"{template}.html.j2").render(up=up, **held).encode("utf-8")


def within(places: set[str], up: str = "") -> Callable[[str], str]:
    """An address on the site of a screen of the app; empty where the site has no such page. `places` are the ids on the brief."""

    def to(link: str) -> str:
        if link.startswith("/a/") and link[3:] in places:
            return f"{up}memo.html#{link[3:]}"
        if link.startswith("/exhibits/"):
            return f"{up}{link[1:]}.html"
        target = HERE.get(link, "")
        place = target.partition("#")[2]
        return f"{up}{target}" if target and (not place or place in places) else ""

    return to
