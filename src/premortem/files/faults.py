"""What Pydantic finds wrong in a file, in plain English: what is wrong, and what is allowed."""

from collections.abc import Mapping
from typing import Any

from premortem.errors import BadInput, nearest

# Shapes of names, as fields state them, in words.
NAME, FIELD, ASSUMPTION = r"^[a-z0-9][a-z0-9-]*$", r"^[a-z][a-z0-9_]*$", r"^[A-Z]\d+$"
SHAPES = {
    NAME: "small letters, digits and hyphens, such as my-policy",
    FIELD: "small letters, digits and underscores, such as my_condition",
    ASSUMPTION: "a capital letter and a number, such as A6",
}
# Kinds of faults by how their names begin, the longest first: what is wrong, and what is allowed with the fault's own limits.
SAID = {
    "missing": ("is missing", ""),
    "extra_forbidden": ("no such key", ""),
    "string_pattern_mismatch": ("is not written as it must be", "{shape}"),
    "string_too_short": ("is too short", "{min_length} signs or more"),
    "string": ("is not a text", "a text in quotes"),
    "literal_error": ("is none of its values", "{expected}"),
    "greater_than_equal": ("is out of range", "{ge:,.15g} or more"),
    "less_than_equal": ("is out of range", "{le:,.15g} or less"),
    "greater_than": ("is out of range", "more than {gt:,.15g}"),
    "less_than": ("is out of range", "less than {lt:,.15g}"),
    "finite_number": ("is not finite", "a number"),
    "float": ("is not a number", "a number, without quotes, separators or unit"),
    "int": ("is not a whole number", "a whole number, without quotes or separators"),
    "bool": ("is not true or false", "true or false"),
    "date": ("is not a day", "a day such as 2026-01-31"),
    "too_short": ("has too few entries", "{min_length} or more"),
    "too_long": ("has too many entries", "{max_length} or fewer"),
    "tuple": ("is not a list", "a list in [ ]"),
    "list": ("is not a list", "a list in [ ]"),
    "dict": ("is not a table", "a table of keys and values"),
    "json_invalid": ("is not JSON", "a JSON object, sent as application/json"),
    "model": ("is not a table", "a table of keys and values"),
}


def fault(file: str, key: str, wrong: Mapping[str, Any], known: tuple[str, ...] = ()) -> BadInput:
    """A fault of a file, such as `ValidationError.errors()` gives, under its key; `known` are keys that are allowed there."""
    kind, limits = str(wrong["type"]), dict(wrong.get("ctx", {}))
    said = next((SAID[begins] for begins in sorted(SAID, key=len, reverse=True) if kind.startswith(begins)), None)
    if said is None:  # a check of our own, in its own words
        return BadInput(
            file, key, str(wrong["msg"]).removeprefix("Value error, ").removesuffix("."), got=wrong.get("input")
        )
    what, allowed = said
    allowed = allowed.format_map(limits | {"shape": SHAPES.get(limits.get("pattern", ""), "another form")})
    got = None if kind in ("missing", "json_invalid") else wrong.get("input")
    if isinstance(got, bytes):  # a body that was not sent as JSON
        return BadInput(
            file, key, SAID["json_invalid"][0], got=got[:60].decode("utf-8", "replace"), allowed=SAID["json_invalid"][1]
        )
    if kind == "extra_forbidden":
        last = str(wrong["loc"][-1])
        return BadInput(file, key, what, got=last, allowed=", ".join(known), hint=nearest(last, known))
    shown = isinstance(got, str | int | float) and not isinstance(got, bool)
    return BadInput(file, key, f"{str(got)[:60]!r} {what}" if shown else what, got=got, allowed=allowed)
