"""A decision on one transaction as data: the answer, its grounds, and what follows from it."""

from dataclasses import dataclass
from datetime import date

from premortem.case import Case
from premortem.law.assumed_facts import Assumed
from premortem.law.checklists import Checklist, RedFlag, fitting, to_ask
from premortem.law.clauses.citations import Citation
from premortem.law.fields.named_fields import Fields, day_of, text_of
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.ladder import Step
from premortem.law.numbers_and_limits import Figure
from premortem.law.parties.clearing import Cleared, clearings
from premortem.law.parties.lookup import Hit, named_parties, other_lists
from premortem.law.parties.spelling import key
from premortem.law.permission import confidence, gate, is_unverified, may_go
from premortem.law.rulebook_version import shipped_version
from premortem.law.would_change import Change

# The class of an item of which a fact that classifies it was not given.
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Decided:
    """What the rulebook says of one transaction, as data; `Decision` says it in words too."""

    transaction: Fields
    policy: str
    outcome: str
    clause: str
    citation: str
    says: str
    eccn: str
    headroom_tpp: float | None
    trace: tuple[Step, ...]
    changes: tuple[Change, ...]
    vocabulary: Vocabulary  # words of the case by which it was decided
    citations: tuple[
        Citation, ...
    ] = ()  # the deciding clause first, then what asked for a licence, then what classified
    asked: tuple[str, ...] = ()  # clauses in force that could ask for a licence
    assumed: tuple[Assumed, ...] = ()
    rests_on: tuple[Assumed, ...] = ()  # of these, what a permission would not stand without
    hits: tuple[Hit, ...] = ()
    day_given: bool = True
    begins: date | None = None  # first day of the clause that decides
    doubted: tuple[str, ...] = ()  # places on whose unconfirmed move between groups the answer hangs
    # what is to be looked at of seats given against the table, and of embargoed places that are not the destination
    elsewhere: tuple[str, ...] = ()
    unscreened: tuple[str, ...] = ()  # named parties of a permission that nobody cleared, where lists are not whole
    unnamed: bool = False  # whether nobody is named of a permission that a listed party would end
    any_of: tuple[str, ...] = ()  # items that its item could be, each with this answer; none where it is clear
    kind: str = ""  # kind of item
    chips_held: float = 1.0  # in one unit: more than one in a system
    policy_title: str = ""  # how the policy is called, where it has a title
    figures: tuple[
        Figure, ...
    ] = ()  # numbers of the item and of who receives it, beside the lines of the clauses that ask of them

    @property
    def case(self) -> Case:
        """The case by whose rules it was decided."""
        return self.vocabulary.case

    @property
    def day(self) -> date:
        """The day that it is decided for."""
        return day_of(self.transaction)

    @property
    def classed(self) -> str:
        """How the item is classified, a system by its own class; nothing where the case has no classes."""
        told, own = self.vocabulary.classes, self.own_class
        if own != self.eccn:
            return f"{told.label} {own} (its chips {self.eccn})"
        return f"{told.label} {own}" if told.label else ""

    @property
    def own_class(self) -> str:
        """The class of the item itself: a system has another than its chips."""
        return self.vocabulary.classes.systems.get(self.eccn, self.eccn) if self.chips_held > 1 else self.eccn

    @property
    def other_lists(self) -> dict[str, str]:
        """The named parties that stand on lists which ask for no licence, with those lists."""
        return other_lists(named_parties(self.transaction), self.case)

    @property
    def cleared(self) -> tuple[Cleared, ...]:
        """The named parties that a person cleared, each with what that did."""
        told = ((name, reason) for name, reason in clearings(text_of(self.transaction, "cleared")).items())
        return tuple(self._cleared(name, reason) for name, reason in told)

    def _cleared(self, name: str, reason: str) -> Cleared:
        of = [h for h in self.hits if key(h.given) == key(name) and h.name]
        near, listed = (tuple(dict.fromkeys(h.name for h in of if h.equal is equal)) for equal in (False, True))
        return Cleared(name, next((h.cleared for h in of if h.cleared), reason), near, listed)

    @property
    def may_go(self) -> bool | None:
        """Whether it may go without a licence; None where that hangs on facts that nobody gave, or on a name to look at."""
        doubts = self.rests_on or self.unscreened or self.unverified or self.elsewhere
        return may_go(self.outcome, bool(doubts), self.vocabulary)

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """What the rules ask for of who applies for the licence, uses the exception, or asks for a status that would help."""
        helped = [change.row for change in self.changes if change.row]
        return fitting(self.transaction, self.outcome, [c.clause for c in self.citations], helped, self.case)

    @property
    def red_flags(self) -> tuple[RedFlag, ...]:
        """What to ask about before anything is sent; nothing where it is barred, or cannot be decided."""
        asks = self.outcome in self.vocabulary.reads and self.outcome not in self.vocabulary.denied
        return to_ask(self.kind, self.day, self.case) if asks else ()

    @property
    def would_change(self) -> tuple[str, ...]:
        """What would change the answer, as actions."""
        return tuple(change.says for change in self.changes)

    @property
    def denied(self) -> bool:
        """Whether it is prohibited or likely to be refused, or cannot be decided: what a plain check exits 1 for."""
        return self.outcome in self.vocabulary.denied or self.outcome.startswith(NEEDS)

    @property
    def gate(self) -> int:
        """Exit status of `check --gate`."""
        return gate(self.outcome, self.may_go, self.vocabulary, self.policy)

    @property
    def hypothetical(self) -> bool:
        """Whether it is an answer under something other than the law as it stood."""
        return self.policy != self.case.settings.stands

    @property
    def confidence(self) -> str:
        """How sure the reading of the weakest clause is that the answer rests on; low where it hangs on a place's doubtful move."""
        return confidence(self.citations, self.doubted)

    @property
    def unverified(self) -> bool:
        """Whether the clause that decides, or a place's move on which the answer hangs, is not sure."""
        return is_unverified(self.clause, self.citations, self.doubted)

    @property
    def stale(self) -> bool:
        """Whether it is of a day after the last to which the rulebook was verified."""
        return shipped_version(self.case).stale(self.day)
