"""A question typed in one line, such as `500 ITEM to PLACE today` or `QUANTITY 60%`; read into the fields that a form would ask for."""

import re
from collections.abc import Mapping, Sequence

from premortem.case import Case
from premortem.law.fields import days
from premortem.law.fields.items import catalogued, is_known, item
from premortem.study import Study
from premortem.text.units import quantity
from premortem.watch.quantities import Quantity

DAY = r"today|\d{4}-\d\d-\d\d|\d{1,2} [A-Za-z]+ \d{4}"
_SHIPMENT = re.compile(
    rf"(?:may\s+)?(?:(?P<quantity>\d[\d,]*)\s+(?:x\s+|units?\s+of\s+|pieces?\s+of\s+)?)?(?P<item>\S.*?)\s+(?:go(?:es)?\s+)?to\s+(?P<destination>\S.*?)(?:,?\s+(?:on\s+)?(?P<date>{DAY}))?",
    re.IGNORECASE,
)
_READING = re.compile(
    rf"(?P<words>\S.*?)\s*(?:\bis\b|\bof\b|\bat\b|=|:)?\s*(?P<value>[-+]?\d[\d.,]*(?:\s*%|\s?(?!(?:on|today)\b)[A-Za-z]+)?)(?:(?:\s*@\s*|\s+(?:on\s+)?)(?P<date>{DAY}))?",
    re.IGNORECASE,
)
TODAY = "today"


def shipment(line: str, case: Case) -> dict[str, str] | None:
    """A shipment by the names of the form's fields, what is not said left out; None where the line names no item that goes to a place."""
    match = _SHIPMENT.fullmatch(line.strip().rstrip("?."))
    if not match or not catalogued(case) or not is_known(item(match["item"], case), case):
        return None
    short = {one.field: name for name, one in case.text.app.form.items()}
    said = {field: value for field, value in match.groupdict().items() if value and value.lower() != TODAY}
    return {short[field]: value.replace(",", "") if field == "quantity" else value for field, value in said.items()}


def reading(line: str, known: Mapping[str, Quantity], found_by: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """A quantity and its value as a reading is written; its day in ISO form; None where the words are of none of the `known`, or of several alike, or no such day is."""
    match = _READING.fullmatch(line.strip().rstrip("?."))
    if not match:
        return None
    asked = _split(match["words"])
    texts = {name: _split(f"{q.says} {name} {' '.join(found_by.get(f'r.{name}', ()))}") for name, q in known.items()}
    whole = [name for name, text in texts.items() if asked <= text]
    if not asked or len(whole) != 1:
        return None
    said = match["date"]
    on = days.day(said) if said and said.lower() != TODAY else None
    if said and said.lower() != TODAY and on is None:
        return None
    return whole[0], match["value"].replace(" ", "") + (f"@{on}" if on else "")


def examples(study: Study) -> dict[str, str]:
    """A line of each kind that the study can answer, by the screen that answers it."""
    told, found = study.case.text.app, {}
    if catalogued(study.case) and told.example_says:
        found["/rules"] = told.example_says
    named = [s for s in study.signposts.values() if s.quantity and s.threshold and f"r.{s.quantity}" in told.found_by]
    for signpost in named[:1]:
        assert signpost.threshold
        found["/watch"] = (
            f"{told.found_by[f'r.{signpost.quantity}'][0]} {quantity(signpost.threshold.value, signpost.unit)}"
        )
    return found


def _split(text: str) -> set[str]:
    """The words of a text, small, each without the ending of several or of an owner."""
    words = re.findall(r"[^\W_]+", re.sub(r"['\u2019]s\b", "", text.lower()))
    return {w.removesuffix("s") if len(w) > 3 else w for w in words} - {"the", "of", "a", "an", "in", "for"}
