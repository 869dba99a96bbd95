"""Whether a transaction may go ahead, from its outcome, the missing facts it depends on, and doubts about names."""

from collections.abc import Sequence

from premortem.law.assumed_facts import Other
from premortem.law.clauses.citations import Citation, weakest
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import NEEDS, Vocabulary

# Exit statuses of a gate (`check --gate`): may go, needs a licence or is barred, hangs on facts, a name to look at.
GATE = {"go": 0, "barred": 3, "facts": 4, "screening": 5}


def as_good(other: str, outcome: str, words: Vocabulary) -> bool:
    """Whether a permission is left, and as good a one: any is but one that asks for a notice which the first did not. Of a licence
    that is needed: whether the policy of review is no stricter.
    """
    if outcome not in words.free:
        return other in words.strictness and words.strictness[other] <= words.strictness[outcome]
    return other in words.free and (other == outcome or not words.outcomes[other].notice)


def may_go(outcome: str, in_doubt: bool, words: Vocabulary) -> bool | None:
    """Whether an outcome lets it go without a licence; None where that is not known, or the permission is `in_doubt`."""
    if outcome.startswith(NEEDS):
        return None
    return (None if in_doubt else True) if outcome in words.free else False


def confidence(citations: Sequence[Citation], doubted: Sequence[str]) -> str:
    """How sure the weakest of the clauses is that an answer rests on; low where it hangs on a place's doubtful move."""
    return "low" if doubted else weakest(citations)


def is_unverified(clause: str, citations: Sequence[Citation], doubted: Sequence[str]) -> bool:
    """Whether the clause that decides, or a place's move on which the answer hangs, is not sure."""
    return bool(doubted) or any(c.clause == clause and c.confidence == "low" for c in citations)


def gate(outcome: str, may_go: bool | None, words: Vocabulary, policy: str = "") -> int:
    """Exit status of a gate: only what may go without a licence passes, and only by the law as it stood, which is taken where
    no policy is named.
    """
    if outcome == words.screening:
        return GATE["screening"]
    unsure = may_go is None or (may_go and policy not in ("", words.case.settings.stands))
    return GATE["facts" if unsure else "go" if may_go else "barred"]


def may_rest_on(outcome: str, clause: Clause | None, words: Vocabulary) -> tuple[str, ...]:
    """Fields on which an answer may rest where nobody gave them: of a permission all that the case names; of a licence that may well be
    granted, what is certified and the deciding clause asks for.
    """
    named = transfers(words.case).unsaid.rests_on
    if outcome in words.free:
        return named
    if clause is None or outcome.startswith(NEEDS) or outcome in words.denied:
        return ()
    asked = identifiers(f"{clause.applies} {clause.within}")
    return tuple(field for field in named if field in asked and words.fields[field].certify)


def resting_on(
    outcome: str, clause: Clause | None, unsaid: Sequence[Other], outcomes: Sequence[str], words: Vocabulary
) -> tuple[str, ...]:
    """Fields that nobody gave and without which an answer would not stand: another value leaves a worse one."""
    named = may_rest_on(outcome, clause, words)
    tried = zip(unsaid, outcomes, strict=True)
    return tuple(
        dict.fromkeys(o.field for o, other in tried if o.field in named and not as_good(other, outcome, words))
    )


def deciding_fields(
    outcome: str, unsaid: Sequence[Other], outcomes: Sequence[str], words: Vocabulary
) -> tuple[str, ...]:
    """Fields that nobody gave, of which another value changes the answer; one permission may be as good as another."""
    changed = (
        o.field
        for o, other in zip(unsaid, outcomes, strict=True)
        if other != outcome and not (outcome in words.free and as_good(other, outcome, words))
    )
    return tuple(dict.fromkeys(changed))
