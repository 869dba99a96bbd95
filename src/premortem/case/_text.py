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


class FormField(Strict):
    """A field that the form of a shipment shows: its name in the vocabulary, how it is called, what an empty one shows."""

    field: str
    label: str
    placeholder: str = ""
    only: tuple[str, ...] = Field(default=(), description="of its choices, those that the form offers")


class Verdicts(Strict):
    """Whether what is asked about may be done, in a few words."""

    free: str = Field(default="Yes", description="it may")
    bound: str = Field(default="Not as it stands", description="not without a permission")
    denied: str = Field(default="No", description="nor is one to be expected")
    unsure: str = Field(default="Only under conditions", description="it hangs on what nobody said")
    undecided: str = Field(default="Cannot be decided yet", description="what it hangs on must be said first")


class AppText(Strict):
    """What the app says of this case alone, and what its forms show first."""

    rules: str = Field(default="", description="what its rules answer, as a question: the heading of an empty form")
    example: Mapping[str, str] = Field(
        default_factory=dict, description="fields of the question that the form shows first"
    )
    example_says: str = Field(default="", description="that question in words: 'An example: ...'")
    form: Mapping[str, FormField] = Field(
        default_factory=dict, description="fields of the form of a shipment, by their short name in an address"
    )
    parties: tuple[str, ...] = Field(default=(), description="of these, those that tell who takes part")
    tells: tuple[str, ...] = Field(default=(), description="fields of which one tells that a shipment is asked about")
    decides: str = Field(default="", description="what a changed clause decides beside the world: '..., and ...'")
    find_clause: str = Field(default="", description="what may be looked for among clauses, such as ...")
    find_belief: str = Field(default="", description="what may be looked for among uncertainties, such as ...")
    found_by: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="by the key of an address (`a.` an assumption, `l.` a clause number, `p.` an uncertainty, `r.` a reading): what else a reader calls it, the "
        "shortest name first",
    )
    strengths: str = Field(default="", description="what no clause says and is a strength, a sentence")
    changed: tuple[str, ...] = Field(
        default=(), description="two sides whose difference is shown first: a day, `today`, a policy, or POLICY@DAY"
    )
    exhibits: str = Field(default="", description="what is to be known of its exhibits, a sentence")
    verdicts: Verdicts = Verdicts()


class Text(Strict):
    """What `text.toml` says."""

    source: str = Field(default="", description="what pages call the document that the assumptions are from")
    shown: str = Field(
        default="", description="step of the clock that words on a series speak of; the last if left out"
    )
    yardstick: str = Field(default="", description="in what amounts of things of different kinds are compared")
    glossary: Mapping[str, str] = Field(default_factory=dict, description="units in short, and what they are in full")
    outcomes: str = Field(default="", description="an outcome of the user's own, as a new study shows it, in TOML")
    examples: Mapping[str, tuple[str, ...]] = Field(
        default_factory=dict, description="arguments that the help of a command shows as examples, by command"
    )
    uncounted: str = Field(default="", description="what regret does not count: 'It counts ..., and leaves out ...'")
    capitals: tuple[str, ...] = Field(default=(), description="words of names that are written with capitals")
    forms: Mapping[str, Mapping[str, str]] = Field(
        default_factory=dict, description="what each value of a form of the world says: 'holds in 40% where ...'"
    )
    app: AppText = AppText()
    brief: BriefText = BriefText()
