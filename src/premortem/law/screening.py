"""Names looked up in the lists that a case holds, by themselves: whom they are equal to or near, and what was not looked up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from premortem.case import Case, default
from premortem.errors import BadInput, raise_all
from premortem.files.reader import read_text
from premortem.law.field_values import MOST_LETTERS
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import files
from premortem.law.ledger.field_guesses import fold_heading, guess, known
from premortem.law.parties.lists import Held, lists_held
from premortem.law.parties.lookup import ROLES, Hit, addressee, other_lists, unsearched_names
from premortem.law.parties.lookup import screen as look_up
from premortem.law.permission import GATE
from premortem.law.transactions import parse_date
from premortem.law.unchecked import lists as not_whole
from premortem.text.layout import fit
from premortem.text.result import Document

# Headings of a column of names, beside those of a party's role.
NAMES = frozenset({"name", "names", "party", "party_name", "company", "company_name", "entity", "entity_name", "firm"})


@dataclass(frozen=True)
class Screening:
    """Hits of some names on a day, the lists that they were looked up in, and the names of which no row is held."""

    names: tuple[str, ...]
    day: date
    hits: tuple[Hit, ...]
    lists: tuple[Held, ...]
    unknown: tuple[str, ...]  # looked up by nobody, in no table or there for a seat alone: no hit is no proof
    not_checked: tuple[str, ...]
    other_lists: Mapping[str, str]  # lists that ask for no licence, by the name that stands on them

    @property
    def gate(self) -> int:
        """The exit status for scripts: 0, 3 for a listed name, 5 for a near one to look at; the highest of all."""
        found = ("barred" if hit.equal else "screening" for hit in self.hits if hit.equal or hit.to_look_at)
        return max([GATE[what] for what in found], default=GATE["go"])

    def as_dict(self) -> Document:
        """The keys that the command line prints."""
        return {
            "names": len(self.names),
            "on": str(self.day),
            "hits": [{k: str(v) if isinstance(v, date) else v for k, v in h.__dict__.items()} for h in self.hits],
            "lists": [held._asdict() for held in self.lists],
            "unknown": [*self.unknown],
            "other_lists": dict(self.other_lists),
            "not_checked": [*self.not_checked],
        }

    def frame(self) -> pl.DataFrame:
        """The hits, a row each: name given, name listed, list, its first day, likeness of 100, source, whether equal, reason cleared."""
        columns = ("given", "name", "list", "date", "score", "source", "equal", "cleared")
        types = {"date": pl.Date, "score": pl.Float64, "equal": pl.Boolean}
        schema = {c: types.get(c, pl.String) for c in columns}
        return pl.DataFrame([[getattr(h, c) for c in columns] for h in self.hits], schema=schema, orient="row")

    def __repr__(self) -> str:
        return fit("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """The hits, a line each, then what is said beside them."""
        return [*(_says(h) for h in self.hits), *self.rest()]

    def rest(self) -> list[str]:
        """What is said beside the hits."""
        found = {h.given for h in self.hits}
        lines = [f"{len(self.names) - len(found):,} of {len(self.names):,} names without a hit on {self.day}."]
        lost = [name for name in self.unknown if name not in found]
        if lost:
            lines.append(f"Looked up in no list, so look them up in the whole lists: {'; '.join(lost[:20])}{'; ...' if len(lost) > 20 else ''}.")  # fmt: skip
        lines += [
            f"{who} is on lists that ask for no export licence: {lists}" for who, lists in self.other_lists.items()
        ]
        return [*lines, *(f"Not checked: {sentence}" for sentence in self.not_checked)]


def _says(hit: Hit) -> str:
    """A hit in a line."""
    if not hit.name:
        return f"{hit.given}: {hit.list} ({hit.source})"
    how = "is listed as" if hit.equal else f"is near ({hit.score:.0f} of 100)"
    if hit.owned:
        how = "is" if hit.equal else how
        return f"{hit.given} {how} {hit.name}, {hit.owned} ({hit.source})" + (f"; cleared: {hit.cleared}" if hit.cleared else "")  # fmt: skip
    since = f", from {hit.date}" if hit.date else ""
    cleared = f"; cleared: {hit.cleared}" if hit.cleared else ""
    return f"{hit.given} {how} {hit.name} on {hit.list}{since} ({hit.source}){cleared}"


def screen(
    names: str | Iterable[str],
    on: str | date | None = None,
    case: Case | None = None,
    cleared: Mapping[str, str] | None = None,
) -> Screening:
    """Names looked up in the lists that a case holds (by default the leading one), as they stood on a day (by default today).

    Equal names are listed; near ones are shown until `cleared` gives a reason by name. Raises `BadInput` for a name without
    letters to compare, or with more than a name has.
    """
    case = case or default()
    given = tuple(
        dict.fromkeys(name.strip() for name in ([names] if isinstance(names, str) else names) if name.strip())
    )
    raise_all([_too_long(name) for name in given if len(name) > MOST_LETTERS])
    day = parse_date(on, case) if on else date.today()
    found = [replace(h, party=name) for name in given for h in look_up({"name": name}, day, case, cleared)]
    unknown = unsearched_names({name: name for name in given}, case, cleared, day)
    other = {name: told for name in given for told in other_lists({"": name}, case).values()}
    return Screening(given, day, tuple(found), lists_held(case), unknown, not_whole(case), other)


def _too_long(name: str) -> BadInput:
    what = f"has {len(name):,} letters"
    return BadInput("a name", f"{name[:40]}...", what, got=name[:40], allowed=f"at most {MOST_LETTERS:,}")


def names_in(path: Path, case: Case) -> list[str]:
    """The names that a file holds: a name a line in a text, else the columns of a table that name parties. Raises `BadInput`."""
    if path.suffix.lower() in ("", ".txt"):
        return read_text(path, "a name a line").removeprefix("\ufeff").splitlines()
    words = vocabulary(case)
    table = files.read_raw(path, lambda heading: fold_heading(heading) in NAMES or known(heading, words)).frame
    fields = guess(table.columns, words)
    held = [c for c in table.columns if fields[c] in ROLES or fold_heading(c) in NAMES or table.width == 1]
    if not held:
        allowed = f"a heading such as name, {', '.join(ROLES)}"
        raise BadInput(path.name, "", "has no column of names", got=", ".join(table.columns[:8]), allowed=allowed)
    return [name for c in held for name in table[c].cast(pl.String).drop_nulls()]


def check_addressees(case: Case) -> None:
    """Raises `BadInput`, every fault at once, where the firms that letters were sent to cannot be read."""
    addressee("", case)
