"""Sentences of a case that pages say and no other file of it holds; each is left out where it is empty."""

from collections.abc import Mapping

from pydantic import Field

from premortem.files.typed import Strict


class BriefText(Strict):
    """What the brief says of this case alone."""

    clauses: str = Field(default="", description="whose numbers are ranked: 'the numbers of ...'")
    edited_until: str = Field(default="", description="until when the fate of clause numbers is coded")
    policies: str = Field(default="", description="a note on all policies")
    levers: str = Field(
        default="", description="what the rulebook is asked for the model: 'an answer of the rulebook: ...'"
    )
    strengths: str = Field(default="", description="what no clause says and is a strength: 'what no clause says (...)'")
    world: str = Field(default="", description="how the world works: 'The world ...'")
    not_modelled: str = Field(default="", description="what is left out, a sentence")
    record: str = Field(default="", description="what a reader of the hindcast must know, a sentence")


class Text(Strict):
    """What `text.toml` says."""

    source: str = Field(default="", description="what pages call the document that the assumptions are from")
    shown: str = Field(
        default="", description="step of the clock that words on a series speak of; the last if left out"
    )
    yardstick: str = Field(default="", description="in what amounts of things of different kinds are compared")
    glossary: Mapping[str, str] = Field(default_factory=dict, description="units in short, and what they are in full")
    brief: BriefText = BriefText()
