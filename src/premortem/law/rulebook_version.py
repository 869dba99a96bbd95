"""How current the rulebook is, and what no answer of it covers."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple, NotRequired, TypedDict

from pydantic import Field

from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.typed import Strict, read_typed

FILE = "rulebook.toml"
CHANGES = "rulebook_changes.toml"


class VersionTold(TypedDict):
    """Which version answers, to which day it is verified, and of lists that were pulled their hash."""

    version: str
    verified_to: str
    lists_sha256: NotRequired[str]


class Verified(NamedTuple):
    """The rulebook's version, the days to which text and news were checked, and what is never checked."""

    version: str
    text: date
    news: date
    source: str
    not_checked: tuple[str, ...]
    register: str = ""  # how the register is cited in which rules are made known, as a pattern
    instruments: tuple[
        tuple[str, date], ...
    ] = ()  # files of clauses that were checked to another day than the text, and to which
    documents: str = ""  # the live source of documents that may matter
    parts: str = ""  # a pattern of what names, in a citation, the part of the law that it is of
    lists: str = ""  # the hash of the lists of parties that a user has pulled and asks for
    pages: tuple[tuple[str, str], ...] = ()  # patterns of citations with the address of the page that holds them

    def checked(self, instrument: str) -> date:
        """The day to which an instrument was checked, by its file of clauses."""
        return dict(self.instruments).get(instrument, self.text)

    def stale(self, day: date) -> bool:
        """Whether a day lies after the last to which anything was checked."""
        return day > self.news

    def as_dict(self) -> VersionTold:
        """The keys that the command line and the app print."""
        told: VersionTold = {"version": self.version, "verified_to": str(self.news)}
        return {**told, "lists_sha256": self.lists} if self.lists else told

    def warning(self, day: date) -> str:
        """What must be said of an answer for a day; nothing up to the last day whose text was read."""
        if self.stale(day):
            return f"STALE: the rulebook is verified to {self.news} only; what changed since is not in this answer."
        if day > self.text:
            return f"The text of the rules was read as of {self.text}; from then to {self.news} only news was followed."
        return ""


class _File(Strict):
    """What a case's file may say; a day that it leaves out is that of the case."""

    version: str = ""
    text: date | None = None
    news: date | None = None
    source: str = ""
    not_checked: tuple[str, ...] = ()
    register_: str = Field(default="", alias="register")
    instruments: Mapping[str, date] = Field(default_factory=dict)
    documents: str = ""
    parts: str = ""
    pages: tuple[tuple[str, str], ...] = ()


@cache
def shipped_version(case: Case) -> Verified:
    """How current a case's rulebook is: to the day of the case where it does not say. Raises `BadInput`, every fault at once."""
    told = read_typed(case / FILE, _File) if (case / FILE).is_file() else _File()
    raise_all([*_unknown(told.instruments, case)])
    return Verified(
        version=told.version,
        text=told.text or case.settings.day,
        news=told.news or case.settings.day,
        source=told.source,
        not_checked=told.not_checked,
        register=told.register_,
        instruments=tuple(told.instruments.items()),
        documents=told.documents,
        parts=told.parts,
        lists=case.lists,
        pages=told.pages,
    )


def _unknown(instruments: Iterable[str], case: Case) -> Iterator[BadInput]:
    """Instruments of which no file of clauses is there."""
    held = sorted(path.stem for path in (case / "clauses").glob("*.toml"))
    for name in instruments:
        if name not in held:
            what, allowed = f"no such file of clauses: {name}", ", ".join(held)
            yield BadInput(FILE, f"instruments.{name}", what, got=name, allowed=allowed, hint=nearest(name, held))


class Change(Strict):
    """What a version of the rulebook changed."""

    version: str
    says: tuple[str, ...]


class _Changes(Strict):
    change: tuple[Change, ...] = ()


@cache
def changes(case: Case) -> tuple[Change, ...]:
    """What changed in a case's rulebook, newest version first; none where it keeps no such file. Raises `BadInput`, also where
    the first is not the version of the rulebook.
    """
    path = case / CHANGES
    found = read_typed(path, _Changes).change if path.is_file() else ()
    version = shipped_version(case).version
    if found and found[0].version != version:
        raise BadInput(
            CHANGES, "change", f"does not say what version {version} changed", got=found[0].version, allowed=version
        )
    return found
