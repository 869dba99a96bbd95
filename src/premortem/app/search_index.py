"""What the app holds by the words of a reader: assumptions, policies, clauses, uncertainties, signposts and screens, each with its address."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from premortem.law.fields.items import named_items
from premortem.law.fields.places import names
from premortem.propositions.assumption import Assumption
from premortem.study import Study
from premortem.text.numbers import capital

# By what else a screen is found.
SCREEN_WORDS = {"/rules/ledger": "spreadsheet, table of shipments, Excel, CSV, upload, file, bulk"}
# Most places that are shown.
MOST = 24


@dataclass(frozen=True)
class Place:
    """Where something stands: its kind, what it is called and says, the address, and the words by which else it is found."""

    kind: str
    title: str
    says: str
    link: str
    words: str = ""
    more: tuple[tuple[str, str], ...] = ()  # what else is there of it, and where


def places(study: Study, screens: Mapping[str, str]) -> tuple[Place, ...]:
    """All of a study, what is asked for most first."""
    called = {key: ", ".join(names) for key, names in study.case.text.app.found_by.items()}
    law = study.law(study.policies[0])
    weighs = (("which policy if it weighs most, and its price", "/#trade-off"),) if len(study.policies) > 1 else ()
    return (
        *(
            Place("Assumption", f"{a.id} {a.name}", a.claim, f"/a/{a.id}", _of(a, called.get(f"a.{a.id}", "")), weighs)
            for a in study.assumptions
        ),
        *(
            Place("Policy", p.title, p.says, f"/board?policy={name}", name)
            for name, p in ((name, study.law(name).policy) for name in study.policies)
        ),
        *(
            Place("Lever", capital(told.says), told.ends, f"/levers#at-l.strength.{name}")
            for name, told in law.vocabulary.instruments.items()
        ),
        *(
            Place("Clause", c.says, c.citation, f"/levers#at-{c.id}", ", ".join(called.get(f"l.{c.id}.{n}", "") for n in c.numbers))
            for c in law.clauses
        ),
        *(
            Place("Belief", capital(p.meaning), "", f"/beliefs#p.{p.name}", called.get(f"p.{p.name}", ""))
            for p in study.priors.rows
        ),
        *(
            Place("Signpost", s.title, s.observable, "/watch", called.get(f"r.{s.quantity}", ""))
            for s in study.signposts.values()
        ),
        *(Place("Screen", name, "", path, SCREEN_WORDS.get(path, "")) for path, name in screens.items()),
        *(_shipments(study) if "/rules/ledger" in screens else ()),
    )  # fmt: skip


def _shipments(study: Study) -> Iterator[Place]:
    """Items and places of the case: the rules of the case's example of a shipment, with that field of it changed."""
    case, told = study.case, study.case.text.app
    form = {one.field: name for name, one in told.form.items()}
    example = {form[field]: value for field, value in told.example.items() if field in form}

    def rules(field: str, value: str) -> str:
        return f"/rules?{urlencode(example | {form[field]: value})}"

    for item in named_items(case)["item"]:
        yield Place("Item", item, "The rules of an example with this item, to be changed", rules("item", item))
    for code, name in names(case).items():
        yield Place(
            "Place",
            name,
            "The rules of an example to this destination, to be changed",
            rules("destination", name),
            code,
        )


def find(held: Sequence[Place], asked: str) -> list[Place]:
    """Places that hold every word of what is asked, whole words first; where none does, those that hold their beginnings."""
    words = _split(asked)
    if not words:
        return []
    texts = [set(_split(f"{p.title} {p.says} {p.words}")) for p in held]
    whole = [p for p, text in zip(held, texts, strict=True) if text.issuperset(words)]
    begun = [p for p, text in zip(held, texts, strict=True) if all(any(t.startswith(w) for t in text) for w in words)]
    titled = [p for p in whole if set(_split(p.title)).issuperset(words) and p.kind in ("Item", "Place")]
    found = list(dict.fromkeys([*titled, *whole, *begun]))
    if not found:  # no place has all of them: those that have most, and more than half
        held_of = [len(text.intersection(words)) for text in texts]
        found = [p for n, p in zip(held_of, held, strict=True) if 2 * n > len(words) and n == max(held_of)]
    return found[:MOST]


def _of(a: Assumption, called: str) -> str:
    """The words of what must hold, and of how it fails, with what else a reader calls it."""
    return " ".join([called, *(f"{c.says} {c.fails}" for c in a.condition)])


def _split(text: str) -> list[str]:
    return re.findall(r"[^\W_]+%?", text.lower())
