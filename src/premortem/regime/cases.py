"""Files of cases, and `FIELD=VALUE` settings: the ways in which a person writes transactions down."""

import csv
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from premortem.errors import BadInput, PremortemError, nearest
from premortem.facts.toml import parse_toml
from premortem.reading import check_ordinary
from premortem.regime.book import Book, load
from premortem.regime.clearing import checked
from premortem.regime.decide import LAW, Transaction, explain, gate
from premortem.regime.parties import ROLES

MAX_BYTES = 10_000_000
OPTIONS = {
    "--item": "item",
    "--quantity": "quantity",
    "--to": "destination",
    "--hq": "headquarters",
    "--parent": "parent_headquarters",
    "--consignee": "consignee",
    "--status": "status",
    "--used": "used_tpp",
    "--tpp": "tpp",
    "--on": "date",
    "--under": "under",
}


def settings(texts: Iterable[str]) -> dict[str, str]:
    """`FIELD=VALUE` texts as fields. Raises `BadInput` for one without an equals sign."""
    return dict(_pair(text, "--set", "FIELD=VALUE") for text in texts)


def parties(texts: Iterable[str]) -> dict[str, str]:
    """`ROLE=NAME` texts as fields. Raises `BadInput` for a role that a party cannot have."""
    found = {}
    for text in texts:
        given, name = _pair(text, "--party", "ROLE=NAME")
        role = given.lower().replace("-", "_").replace(" ", "_")
        if role not in ROLES:
            allowed, hint = ", ".join(ROLES), nearest(role, ROLES)
            raise BadInput("command line", "--party", f"no such role: {given}", got=given, allowed=allowed, hint=hint)
        if role in found:
            raise BadInput("command line", "--party", f"{role} is given twice", got=text, allowed="one name a role")
        found[role] = name
    return found


def clearings(texts: Iterable[str]) -> dict[str, str]:
    """`NAME=REASON` texts as reasons by name. Raises `BadInput` for one without a reason, or that names nobody."""
    return checked(dict(_pair(text, "--clear", "NAME=REASON") for text in texts), "--clear", "command line")


def _pair(text: str, option: str, allowed: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadInput("command line", option, f"{text!r} has no =", got=text, allowed=allowed)
    return name.strip(), value.strip()


def together(options: Mapping[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
    """The fields given by options and those of `--set` as one. Raises `BadInput` for a field given by both."""
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    for name in more:
        if name in given:
            raise BadInput("command line", name, "is given twice", got=more[name], allowed="the option, or --set")
    return {**given, **more}


def arguments(text: str) -> dict[str, str]:
    """Fields from the options of `premortem check` in one text. Raises `BadInput` for an unknown option."""
    words, found, given = shlex.split(text), {}, []
    for option, value in zip(words[::2], words[1::2], strict=False):
        if option == "--set":
            given.append(value)
        elif option in OPTIONS:
            found[OPTIONS[option]] = value
        else:
            raise BadInput("cases", option, "no such option", got=option, allowed=", ".join(OPTIONS))
    return together(found, settings(given))


def command(fields: Mapping[str, Any], policy: str) -> str:
    """The `premortem check` that asks about these fields: `arguments` of it gives them back."""
    named = {field: option for option, field in OPTIONS.items()}
    words = ["premortem", "check"]
    for name, value in fields.items():
        text = (
            f"{value:.15g}" if isinstance(value, float) else str(int(value)) if isinstance(value, bool) else str(value)
        )
        words += [named[name], text] if name in named else ["--set", f"{name}={text}"]
    return shlex.join([*words, "--under", policy])


def agrees(outcome: str, expected: str) -> bool:
    """Whether an outcome is among those accepted (`a|b`); NAC and ACA stand for one another, as one exception was
    split.
    """
    accepted = set(expected.split("|"))
    return outcome in accepted or (outcome == "exception:ACA" and "exception:NAC" in accepted)


def decide_file(path: Path, book: Book) -> list[dict[str, Any]]:
    """Each case of a CSV or TOML file decided; with `agrees` where the case says what it expects.

    A CSV has a column `args` (options of `premortem check`) or columns named as fields or as options; a TOML file has
    `[[case]]` tables. A case that cannot be decided says why in `error`, and does not agree; the others still decide.
    """
    return [_decided(case, str(i + 1), book) for i, case in enumerate(_read(path))]


def _decided(case: dict[Any, Any], number: str, book: Book) -> dict[str, Any]:
    name, expected = str(case.pop("case_id", None) or number), case.pop("expected", None)
    try:
        if None in case:  # where `csv` puts values beyond the header's names
            raise BadInput("cases", f"row {number}", "has more values than the header has names")
        fields = arguments(str(case["args"])) if case.get("args") else _columns(case)
        under = fields.pop("under", None)
        decision = explain(Transaction(fields), load(str(under)) if under else book)
    except PremortemError as error:
        return {"case": name, "outcome": "", "clause": "", "may_go": None, "error": str(error), "agrees": False}
    told = {"expected": expected, "agrees": agrees(decision.outcome, str(expected))} if expected else {}
    answer = {"outcome": decision.outcome, "clause": decision.clause, "may_go": decision.may_go}
    return {"case": name, **answer, "policy": decision.policy} | told


def gate_of(results: Iterable[Mapping[str, Any]]) -> int:
    """Exit status of a gate for many cases: the highest of theirs."""
    return max((gate(str(r["outcome"]), r["may_go"], str(r.get("policy", LAW))) for r in results), default=0)


def _columns(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case's fields from its columns, which may be named as the options are: `to`, `hq`, `on`."""
    told = {k: v for k, v in case.items() if k not in ("why", "confidence", "args") and v not in (None, "")}
    return {OPTIONS.get(f"--{k}", k): v for k, v in told.items()}


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        check_ordinary(path, "a CSV or TOML file")
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(
                path.name, "", "is too large", allowed=f"{MAX_BYTES:,} bytes; use `premortem ledger` for many shipments"
            )
        raw = path.read_bytes()
        found = (
            parse_toml(raw, path.name).get("case", [])
            if path.suffix == ".toml"
            else list(csv.DictReader(raw.decode("utf-8").splitlines(), strict=True))
        )
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be read ({error.strerror})", allowed="a CSV or TOML file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(path.name, "", f"is not readable: {error}", allowed="UTF-8 CSV or TOML") from error
    if not found or not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
        raise BadInput(path.name, "", "has no cases", allowed="rows of a CSV, or [[case]] tables of a TOML file")
    return found
