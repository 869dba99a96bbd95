"""One HTML page that needs no other file: a template of the room with its style sheet and the packaged typeface."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from premortem.briefing.typesetting import TEMPLATES
from premortem.charts.render import font_face


def web_page(name: str, filters: Mapping[str, Callable[[Any], Any]], **held: Any) -> str:
    """The page that `NAME.html.j2` makes of what is held, styled by `NAME.css`; a name that the template lacks is an error."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= filters
    template = environment.from_string((TEMPLATES / f"{name}.html.j2").read_text("utf-8"))
    css = font_face() + (TEMPLATES / f"{name}.css").read_text("utf-8")
    return template.render(css=Markup(css), **held)
