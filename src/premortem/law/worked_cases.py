"""Files of cases, and `FIELD=VALUE` settings: the ways in which a person writes transactions down."""

import csv
import shlex
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from premortem.case import Case, default
from premortem.errors import BadInput, BadInputs, nearest
from premortem.files.reader import check_ordinary
from premortem.files.toml import Toml, parse_toml
from premortem.law.book import Book, load
from premortem.law.decide import Transaction, explain
from premortem.law.expected_answers import CaseAnswer, judged
from premortem.law.field_values import NO_FIELD
from premortem.law.fields.named_fields import Fields, FieldValue
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.law.known_items import ITEM
from premortem.law.parties.clearing import as_text, check_reasons
from premortem.law.parties.lookup import ROLES
from premortem.law.permission import gate

# What options hold: texts of the command line, or what else was read of them.
Value = TypeVar("Value", bound=FieldValue)
MAX_BYTES = 10_000_000
UNDER = "--under"
# Options that may be given several times.
SEVERAL = SET, PARTY, CLEAR = ("--set", "--party", "--clear")
# Columns in one text of which stand all the fields of a case: as options of `premortem check`, or as `FIELD=VALUE; FIELD=VALUE`.
WHOLE = ("args", "fields")
# Columns that say something about a case and nothing of its fields, and those of which one is its name.
COMMENTS = ("why", "confidence", "question", "source")
NAMES = ("case_id", "id")


def options(case: Case) -> dict[str, str]:
    """Options of `premortem check` with the fields that they give, and that of the policy."""
    words = vocabulary(case)
    day = {"--on": words.asked} if words.asked else {}
    item = {f"--{ITEM}": ITEM} if words.known.table else {}
    return item | {f"--{option}": field for option, field in transfers(case).options.items()} | day | {UNDER: "under"}


def optioned(case: Case) -> dict[str, str]:
    """The option by which a field is given, of those that have one."""
    return {field: option for option, field in options(case).items()}


def settings(texts: Iterable[str]) -> dict[str, str]:
    """`FIELD=VALUE` texts as fields. Raises `BadInput` for one without an equals sign."""
    return _once((_pair(text, "--set", "FIELD=VALUE") for text in texts), "--set")


def parties(texts: Iterable[str]) -> dict[str, str]:
    """`ROLE=NAME` texts as fields. Raises `BadInput` for a role that a party cannot have."""
    found = []
    for text in texts:
        given, name = _pair(text, "--party", "ROLE=NAME")
        role = given.lower().replace("-", "_").replace(" ", "_")
        if role not in ROLES:
            allowed, hint = ", ".join(ROLES), nearest(role, ROLES)
            raise BadInput("command line", "--party", f"no such role: {given}", got=given, allowed=allowed, hint=hint)
        if not name:
            raise BadInput("command line", "--party", f"{role} has no name", got=text, allowed="ROLE=NAME")
        found.append((role, name))
    return _once(found, "--party")


def clearings(texts: Iterable[str]) -> dict[str, str]:
    """`NAME=REASON` texts as reasons by name. Raises `BadInput` for one without a reason, or that names nobody."""
    found = _once((_pair(text, "--clear", "NAME=REASON") for text in texts), "--clear")
    return check_reasons(found, "--clear", "command line")


def _once(pairs: Iterable[tuple[str, str]], option: str) -> dict[str, str]:
    """Names and values, each name once. Raises `BadInput` for one that is given twice."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise BadInput("command line", option, f"{name} is given twice", got=value, allowed="one value each")
        found[name] = value
    return found


def _pair(text: str, option: str, allowed: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BadInput("command line", option, f"{text!r} has no =", got=text, allowed=allowed)
    return name.strip(), value.strip()


def together(options: Mapping[str, Value], more: Mapping[str, str]) -> dict[str, Value | str]:
    """The fields given by options and those of `--set` as one. Raises `BadInput` for a field given by both."""
    given: dict[str, Value | str] = {name: value for name, value in options.items() if value is not None}
    for name in more:
        if name in given:
            raise BadInput("command line", name, "is given twice", got=more[name], allowed="the option, or --set")
    return {**given, **more}


def arguments(text: str, case: Case) -> dict[str, str]:
    """Fields from the options of `premortem check` in one text. Raises `BadInput` for an unknown option."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise BadInput("cases", "", f"{text!r} opens a quote and does not close it", got=text) from error
    pairs, known = list(zip_longest(words[::2], words[1::2])), options(case)
    for option, value in pairs:
        if option not in (*SEVERAL, *known):
            allowed, hint = ", ".join([*known, *SEVERAL]), nearest(option, [*known, *SEVERAL])
            raise BadInput("cases", option, "no such option", got=option, allowed=allowed, hint=hint)
        if value is None:
            raise BadInput("cases", option, "has no value", allowed=f"{option} VALUE")
    found = _once(((known[o], v) for o, v in pairs if o in known), "")
    several = {option: [v for o, v in pairs if o == option] for option in SEVERAL}
    named, cleared = parties(several[PARTY]), clearings(several[CLEAR])
    reasons = {"cleared": as_text(cleared)} if cleared else {}
    return together(together(together(found, named), reasons), settings(several[SET]))


def command(fields: Fields, policy: str, case: Case, more: Sequence[str] = ()) -> str:
    """The `premortem check` that asks about these fields: `arguments` of it gives them back. `more` are options that name the
    policy and where it is from; else it is named by itself, and its case where that does not lead.
    """
    words, own = ["premortem", "check"], optioned(case)
    for name, value in fields.items():
        text = _typed_in(value)
        words += [own[name], text] if name in own else ["--set", f"{name}={text}"]
    of = [] if case == default() else ["--case", case.reference]
    return shlex.join([*words, *(more or ["--under", policy, *of])])


def _typed_in(value: Any) -> str:
    """A value as a person types it."""
    if isinstance(value, list | tuple):
        return "; ".join(value)
    return f"{value:.15g}" if isinstance(value, float) else str(int(value)) if isinstance(value, bool) else str(value)


def agrees(outcome: str, expected: str, words: Vocabulary) -> bool:
    """Whether an outcome is among those accepted (`a|b`), or counts as one of them."""
    also = words.outcomes[outcome].also if outcome in words.outcomes else ()
    return not {outcome, *also}.isdisjoint(expected.split("|"))


class WorkedCase(CaseAnswer):
    """The same with the name of the case, or its number."""

    case: str


class Decided(NamedTuple):
    """The cases of a file: an answer each, and the faults of those that cannot be decided, by file, row and column."""

    answers: list[WorkedCase]
    errors: list[BadInput]


def decide_file(path: Path, book: Book) -> Decided:
    """Each case of a CSV or TOML file decided; with `agrees` where the case says what it expects.

    A CSV has a column `args` (options of `premortem check`), a column `fields` (`FIELD=VALUE; FIELD=VALUE`) or columns named as
    fields or as options; a TOML file has `[[case]]` tables. A case that cannot be decided says why in `error`, and does not
    agree; the others still decide. A column that is no field is a fault of the file, told once.
    """
    found, columns = Decided([], []), set[str]()
    for number, case in enumerate(_read(path), start=1):
        name = _name(case, book) or str(number)
        try:
            answer: CaseAnswer = _decided(dict(case), book)
        except (BadInput, BadInputs) as wrong:
            faults = wrong.errors if isinstance(wrong, BadInputs) else (wrong,)
            told = [_in_row(fault, path.name, number, case, optioned(book.case)) for fault in faults]
            found.errors.extend(f for f in told if f.key not in columns)
            columns |= {f.key for f in told if f.key.startswith("column ")}
            answer = {"outcome": "", "clause": "", "may_go": None, "error": "\n".join(map(str, told)), "agrees": False}
        found.answers.append({"case": name, **answer})
    return found


def _name(case: dict[Any, Any], book: Book) -> str:
    """Takes the name of a case out of its columns, unless the law knows a field of that name."""
    return next(
        (str(case.pop(name) or "") for name in NAMES if name in case and name not in book.vocabulary.fields), ""
    )


def _in_row(fault: BadInput, file: str, number: int, case: Mapping[Any, Any], optioned: Mapping[str, str]) -> BadInput:
    """A fault of a case under the name of its file, its row and the column as its owner heads it."""
    option = "under" if fault.file == "policies" else optioned.get(fault.key, "").removeprefix("--")
    names = [name for name in (fault.key, option) if name in case]
    if names and fault.what == NO_FIELD:
        return BadInput(file, f"column {names[0]}", fault.what, allowed=fault.allowed, hint=fault.hint)
    column = names[0] if names else next((whole for whole in WHOLE if case.get(whole)), fault.key)
    key = f"row {number}, {column}" if column else f"row {number}"
    what = (
        fault.what
        if fault.key in ("", column) or optioned.get(fault.key) == f"--{column}"
        else f"{fault.key}: {fault.what}"
    )
    return BadInput(file, key, what, got=fault.got, allowed=fault.allowed, hint=fault.hint)


def _decided(case: dict[Any, Any], book: Book) -> CaseAnswer:
    expected = case.pop("expected", None)
    if None in case:  # where `csv` puts values beyond the header's names
        raise BadInput("cases", "", "has more values than the header has names")
    fields = _fields(case, book)
    unread = _beside(case, fields, book) if any(case.get(whole) for whole in WHOLE) else []
    under = fields.pop("under", None)
    if book.vocabulary.answers:
        kinds = {kind: str(case[kind]) for kind in book.vocabulary.answers if kind in case}
        given = {name: value for name, value in fields.items() if name not in kinds}
        return judged(given, kinds, load(str(under), book.case) if under else book)
    decision = explain(Transaction(fields, case=book.case), load(str(under), book.case) if under else book)
    # what stands beside `args` may be a comment or a party, which nobody looked at
    may_go = None if unread and decision.may_go else decision.may_go
    told: CaseAnswer = {
        "outcome": decision.outcome,
        "clause": decision.clause,
        "may_go": may_go,
        "policy": decision.policy,
    }
    if unread:
        told["unread"] = unread
    if expected:
        told |= {"expected": expected, "agrees": agrees(decision.outcome, str(expected), book.vocabulary)}
    return told


def _fields(case: Toml, book: Book) -> Toml:
    """The fields of a case: from one text, or from its columns."""
    if case.get("args"):
        return arguments(str(case["args"]), book.case)
    if case.get("fields"):
        found = settings(filter(str.strip, str(case["fields"]).split(";")))
        return found | ({"under": case["under"]} if case.get("under") else {})
    return _columns(case, book)


def _beside(case: Toml, given: Toml, book: Book) -> list[str]:
    """Columns beside `args` that say something of a field which the options do not give. Raises `BadInput` for an answer under
    a heading that is not compared.
    """
    for heading in ("outcome", "accepts"):
        if case.get(heading):
            raise BadInput("cases", heading, "is compared with nothing", got=case[heading], allowed="expected")
    short = options(book.case)
    fields = {name: short.get(f"--{name}", name) for name, value in case.items() if value not in (None, "")}
    return [name for name, field in fields.items() if field in book.vocabulary.fields and field not in given]


def gate_of(results: Iterable[CaseAnswer], words: Vocabulary) -> int:
    """Exit status of a gate for many cases: the highest of theirs."""
    return max((gate(r["outcome"], r["may_go"], words, r.get("policy", "")) for r in results), default=0)


def _columns(case: Toml, book: Book) -> Toml:
    """A case's fields from its columns, which may be named as the options are: `to`, `hq`, `on`."""
    short, aside = options(book.case), {*COMMENTS, *WHOLE} - {*book.vocabulary.fields}
    told = {k: v for k, v in case.items() if k not in aside and v not in (None, "")}
    return {short.get(f"--{k}", k): v for k, v in told.items()}


def _read(path: Path) -> list[Toml]:
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
