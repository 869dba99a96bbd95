"""Changed levers as a policy file: the policy that was changed, with the new numbers in it, readable by `premortem run`."""

from datetime import date
from typing import Any

from premortem.app import clause_dates
from premortem.app.view_state import STRENGTH, State, legal_value
from premortem.law.book import Book
from premortem.text.result import Document


def changes(book: Book, view: State) -> list[Document]:
    """Each changed number and day: name, legal value, yours, unit and citation; None where the law sets no day or, with `differ`, several."""
    rows = []
    for name, value in view.levers:
        clause, _, key = name.rpartition(".")
        held = None if clause == STRENGTH else book.by_id[clause]
        rows.append(
            {
                "key": f"l.{name}",
                "name": name,
                "legal": legal_value(book, name),
                "yours": value,
                "unit": held.numbers[key][0].unit if held else "strength",
                "citation": held.citation if held else "what no clause says",
            }
        )
    return rows + [_day(book, name, day) for name, day in view.days]


def _day(book: Book, name: str, day: date) -> Document:
    subject = name.rpartition(".")[0]
    held = book.by_id.get(subject)
    return {
        "key": f"d.{name}",
        "name": name,
        "legal": clause_dates.stands(book, name),
        "differ": clause_dates.differ(book, name),
        "yours": day,
        "unit": "day",
        "citation": held.citation if held else book.title_of(subject),
    }


def toml(book: Book, view: State, name: str) -> str:
    """The whole policy file: title, what it includes, its own overlay, and the changed numbers and days over it."""
    changed = book
    for key, value in view.levers:
        clause, _, number = key.rpartition(".")
        changed = (
            changed.with_strength(number, value) if clause == STRENGTH else changed.with_number(clause, number, value)
        )
    p = changed.policy
    many = len(view.levers) + len(view.days)
    says = f"{p.title} with {many} change{'' if many == 1 else 's'}." if many else p.says
    lines = [
        f"name = {_text(name)}",
        f"title = {_text(f'{p.title}, changed' if many else p.title)}",
        f"says = {_text(says)}",
    ]
    lines += [f"include = [{', '.join(map(_text, p.include))}]"] if p.include else []
    lines += _clauses(changed, view)
    for move in p.tier:
        lines += [
            "",
            "[[tier]]",
            f"countries = [{', '.join(map(_text, move.countries))}]",
            f"tier = {move.tier}",
            f"from = {move.start}",
        ]
    for instrument, steps in p.steps.items():
        for step in steps:
            lines += [
                "",
                f"[[instrument.{instrument}]]",
                f"effort = {_number(step.value)}",
                f"from = {step.start}",
                f"why = {_text(step.why)}",
            ]
    return "\n".join(lines) + "\n"


def _clauses(book: Book, view: State) -> list[str]:
    """The policy's own changes of clauses, then the changed days, and the changed numbers with every dated value of theirs."""
    new: dict[str, dict[str, Any]] = {}
    for pattern, change in book.policy.clause.items():
        new[pattern] = {k: v for k, v in change.items()}
    for pattern, kind, day in _days(book, view):
        new[pattern] = new.pop(pattern, {}) | {kind: day}  # last, since a later entry stands over an earlier one
    for key, _ in view.levers:
        clause, _, number = key.rpartition(".")
        if clause != STRENGTH:
            new[clause] = new.pop(clause, {}) | {
                number: [d.model_dump(by_alias=True, exclude_none=True) for d in book.by_id[clause].numbers[number]]
            }
    lines = []
    for clause, change in new.items():
        lines += ["", f"[clause.{_text(clause)}]", *(f"{k} = {_value(v)}" for k, v in change.items())]
    return lines


def _days(book: Book, view: State) -> list[tuple[str, str, date]]:
    """Changed days as entries of a policy file: of instruments as a pattern, or clause by clause where the policy has one already."""
    rows = []
    for name, day in sorted(view.days, key=lambda pair: pair[0].rpartition(".")[0] in book.by_id):
        subject, _, kind = name.rpartition(".")
        keys = {c.id: clause_dates.written(c, kind) for c in clause_dates.clauses_named(book, subject)}
        one = {*keys.values()} if subject not in book.by_id and f"{subject}.*" not in book.policy.clause else ()
        keys = {f"{subject}.*": key for key in one} if len(one) == 1 else keys
        rows += [(pattern, key, day) for pattern, key in keys.items()]
    return rows


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(value)
    return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _text(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
