"""How current the rulebook is, and what no answer of it covers."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from premortem.case import Case
from premortem.files.toml import read_toml

FILE = "rulebook.toml"


class Verified(NamedTuple):
    """The rulebook's version, the days to which text and news were checked, and what is never checked."""

    version: str
    text: date
    news: date
    source: str
    not_checked: tuple[str, ...]
    register: str = ""  # how the register is cited in which rules are made known, as a pattern
    lists: str = ""  # the hash of the lists of parties that a user has pulled and asks for
    pages: tuple[tuple[str, str], ...] = ()  # patterns of citations with the address of the page that holds them

    def stale(self, day: date) -> bool:
        """Whether a day lies after the last to which anything was checked."""
        return day > self.news

    def as_dict(self) -> dict[str, Any]:
        """The keys that the command line and the app print."""
        told = {"version": self.version, "verified_to": str(self.news)}
        return told | ({"lists_sha256": self.lists} if self.lists else {})

    def warning(self, day: date) -> str:
        """What must be said of an answer for a day; nothing up to the last day whose text was read."""
        if self.stale(day):
            return f"STALE: the rulebook is verified to {self.news} only; what changed since is not in this answer."
        if day > self.text:
            return f"The text of the rules was read as of {self.text}; from then to {self.news} only news was followed."
        return ""


@cache
def verified(case: Case) -> Verified:
    """How current a case's rulebook is: to the day of the case where it does not say."""
    day: dict[str, Any] = {
        "version": "",
        "text": case.settings.day,
        "news": case.settings.day,
        "source": "",
        "not_checked": (),
        "lists": case.lists,
    }
    told = day | (read_toml(case / FILE) if (case / FILE).is_file() else {})
    return Verified(
        **(told | {"not_checked": tuple(told["not_checked"]), "pages": tuple(map(tuple, told.get("pages", ())))})
    )
