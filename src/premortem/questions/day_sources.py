"""What the answer of a day rests on that is hardly sure: the same shares without the facts that doubtful readings tell of."""

from collections import Counter
from datetime import date

from premortem.questions.redraw import redraw
from premortem.study import Study
from premortem.text.numbers import capital, count_noun, listing, lower_first, share
from premortem.watch.quantities import shipped_quantities
from premortem.watch.weights import weighted_shares

# The least sure that a reading may be.
DOUBTFUL = "low"
# A share that moves by more without them rests on them [share of futures].
RESTS = 0.1
# Futures that are drawn without them, half of what a board has: enough to see such a move.
FEW = 1024


def without_doubtful(study: Study, day: date, policy: str, shares: dict[str, float | None], seed: int) -> str:
    """Which assumptions' shares on a day rest on facts half of whose readings or more are of low confidence, and what the shares are without them; empty
    where none is, or nothing moves.

    Futures are drawn anew by the other readings, which are read under the policy.
    """
    known = study.readings.telling(day)
    unsure = Counter(r.fact for r in known if r.confidence == DOUBTFUL)
    every = Counter(r.fact for r in known)
    doubtful = {fact for fact, count in unsure.items() if 2 * count >= every[fact]}
    kept = [r for r in known if r.fact not in doubtful]
    if len(kept) == len(known):
        return ""
    found, weights = redraw(study, kept, policy, [policy], [], seed, FEW)
    told = weighted_shares(found.holds(policy), weights)
    moved = []
    for name, before in shares.items():
        after = told[name][0]
        if before is not None and after is not None and abs(after - before) > RESTS:
            moved.append(f"{name} {share(after)} in place of {share(before)}")
    if not moved:
        return ""
    says = shipped_quantities(study.case)
    told_of = [r for r in known if r.fact in doubtful and r.confidence == DOUBTFUL]
    names = dict.fromkeys(lower_first(says[r.quantity].says) for r in told_of)
    return capital(
        f"without the {count_noun(len(doubtful), 'fact')} most of whose readings are of low confidence: {listing(moved)}. "
        f"They tell of {listing([*names])}."
    )
