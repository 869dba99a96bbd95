"""The brief as one HTML page that needs no other file: contents at the side, notes at the end, folds for detail."""

import re
from collections.abc import Mapping
from html import escape

from markupsafe import Markup

from premortem.briefing.content import Brief, Go, Inline, Note, See, Strong
from premortem.briefing.notes import notes_of, references
from premortem.briefing.web_page import web_page

# What a renderer says of single marks to who cannot see them.
ROLES = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')


def render(brief: Brief, pictures: Mapping[str, str]) -> str:
    """The page; `pictures` are SVG texts by figure id."""
    notes = notes_of(brief)
    cited: set[int] = set()

    def inline(parts: tuple[Inline, ...]) -> Markup:
        return Markup("").join(_piece(part, brief, notes, cited) for part in parts)

    alternatives = {f.id: f.alternative for f in brief.figures()}
    drawn = {k: accessible_picture(v, k, alternatives[k]) for k, v in pictures.items()}
    filters = {"inline": inline, "kind": lambda block: type(block).__name__}
    return web_page("brief", filters, brief=brief, pictures=drawn, notes=notes)


def accessible_picture(svg: str, name: str, alternative: str) -> Markup:
    """A picture that reads as one image, with ids of its own: the renderer gives every picture the same ones, and its marks roles that
    say nothing.
    """
    own = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg[svg.index("<svg") :])
    own = ROLES.sub("", own)
    return Markup(f'<svg role="img" aria-label="{escape(alternative, quote=True)}"{own[4:]}')


def _piece(part: Inline, brief: Brief, notes: tuple[str, ...], cited: set[int]) -> Markup:
    if isinstance(part, Strong):
        return Markup("<b>{}</b>").format(part.text)
    if isinstance(part, Go):
        return Markup('<a href="#{}">{}</a>').format(part.section, part.text)
    if isinstance(part, See):
        return Markup("").join(
            Markup('<a href="#{}">{}</a>').format(f"fig-{target}", said) if target else Markup(escape(said))
            for said, target in references(part, brief.numbers)
        )
    if isinstance(part, Note):
        number = notes.index(part.text) + 1
        anchor = "" if number in cited else f' id="back-{number}"'
        cited.add(number)
        return Markup(f'<sup><a{anchor} href="#note-{number}" aria-label="Note {number}">{number}</a></sup>')
    return Markup(escape(part))
