"""Sentences and phrases that several pages use: shares, headlines, regret, warnings."""

import re
from collections.abc import Iterable, Mapping, Sequence

from premortem.text.numbers import (
    capital,
    count_noun,
    day_in_words,
    in_words,
    limit,
    listing,
    lower_first,
    month_in_words,
    number,
    plural,
    points,
    points_between,
    share,
    short,
    spell_count,
)

__all__ = [
    "at_once",
    "band",
    "between",
    "capital",
    "count_noun",
    "day_in_words",
    "explained",
    "fails_first",
    "grouping_phrase",
    "headline",
    "holds",
    "in_words",
    "interval",
    "kind",
    "limit",
    "listing",
    "lower_first",
    "measured_value",
    "month_in_words",
    "not_finite",
    "number",
    "plural",
    "points",
    "points_between",
    "policy_phrase",
    "regret",
    "same_futures_phrase",
    "sentence",
    "share",
    "short",
    "spell_count",
    "step_by_step",
    "together",
    "weak",
]

# Above this share of the breaks the same thing always fails first.
ALWAYS = 0.995
# Fewest effective futures whose weighted shares are shown without a warning beside them.
FEW = 200.0
# Smallest size beside a record that is not printed as 0.
LEAST = 5e-4


def plainly(name: object) -> str:
    """A name in words.

    >>> plainly("worth_it")
    'worth it'
    """
    return str(name).replace("_", " ")


def measured_value(x: float) -> str:
    """A number as it stands beside a record, to three digits, since records have them: sizes too small to see are 0."""
    return number(x if abs(x) >= LEAST else 0.0, 3)


def band(ends: Sequence[float] | None) -> str:
    """Lowest and highest of shares, as an interval; a dash where there are none."""
    return interval(*ends) if ends else "-"


def interval(low: float | None, high: float | None) -> str:
    """An interval of shares in whole percent: `39 to 40%`; `within 1 point` where the ends round alike, nothing for none."""
    if low is None or high is None:
        return ""
    if low == high:
        return share(low)
    first, last = round(100 * low), round(100 * high)
    return "within 1 point" if first == last else f"{first} to {last}%"


def between(shares: Iterable[float]) -> str:
    """The range of several shares: `38% to 39%`, or the one that all are when rounded."""
    each = sorted(shares)
    return " to ".join(dict.fromkeys((share(each[0]), share(each[-1]))))


def explained(glossary: Mapping[str, str], *shown: str) -> str:
    """What stands for what, for each short form of a glossary that is among the words shown: ` GW: gigawatts.`"""
    used = [short for short in glossary if any(re.search(rf"\b{re.escape(short)}\b", words) for words in shown)]
    return "".join(f" {short}: {glossary[short]}." for short in used)


def together(count: int) -> str:
    """So many assumptions at once: `all five`, `both`, `the one`."""
    return {1: "the one", 2: "both"}.get(count, f"all {spell_count(count)}")


def at_once(count: int) -> str:
    """The row of a board for so many assumptions in the same future: `All five at once`."""
    return "The one assumption" if count == 1 else f"{capital(together(count))} at once"


def regret(uncounted: str) -> str:
    """What regret is, what it leaves out (as the case says), and that it recommends nothing: for the foot of a table."""
    left = f", and leaves out {uncounted}" if uncounted else ""
    return (
        "Regret: how far a policy's mean margin (each in its own unit, not cut off) falls short of the best policy in the same "
        f"future. It counts only the assumptions, all alike{left}. The policy with the least regret is no recommendation."
    )


def holds(value: float | None, of: str = "of futures") -> str:
    """How often something holds, as every page says it: `holds in 40% of futures`."""
    return f"holds in {share(value)} {of}"


def fails_first(value: float, failure: str) -> str:
    """What fails first most often, as a clause that goes on: `; what fails first in 74% of its breaks: too little is built`."""
    return f"; {breaks_first(value, 'its breaks', 'it', failure)}"


def breaks_first(value: float, breaks: str, subject: str, failure: str) -> str:
    """How often the same thing fails first: `what fails first in 74% of its breaks: too little is built`; where it always does, as of a
    single condition, `whenever it breaks, too little is built`.
    """
    if value > ALWAYS:
        return f"whenever {subject} breaks, {lower_first(failure)}"
    return f"what fails first in {share(value)} of {breaks}: {failure}"


def headline(who: str, shares: Mapping[str, float], every: float, of: str = "of futures", count: int = 0) -> str:
    """Which assumption is the weakest, and how often all hold: the sentence that leads every page, without a full stop.

    `who` is the policy, `shares` the share of futures in which each assumption holds by how it is called, `every` that of all
    at once.

    >>> headline("As written", {"X1": 0.8, "X2": 0.4}, 0.3)
    'As written, X2 is the weakest assumption: it holds in 40% of futures; both together in 30%'
    """
    least = share(min(shares.values()))
    weakest = [name for name in shares if share(shares[name]) == least]
    if len(shares) == 1:
        return f"{who}, {weakest[0]} {holds(shares[weakest[0]], of)}"
    are = "are the weakest assumptions: each holds" if len(weakest) > 1 else "is the weakest assumption: it holds"
    return (
        f"{who}, {listing(weakest)} {are} in {least} {of}; {together(count or len(shares))} together in {share(every)}"
    )


def same_futures_phrase(policies: int) -> str:
    """That policies are tried on the same futures, as a phrase that goes on; nothing where there is one."""
    return ", the same futures under every policy" if policies > 1 else ""


def policy_phrase(title: str) -> str:
    """A policy as a circumstance: `as written`, which says by itself that it is one, or `under ‘relaxed’`."""
    return lower_first(title) if title.startswith("As ") else f"under \u2018{lower_first(title)}\u2019"


def step_by_step(step: str) -> str:
    """Why a share by step of the clock is another than that of a board: `each quarter is judged by itself, ...`."""
    return f"each {step} is judged by itself, and conditions need not be met in the same one"


def sentence(text: str) -> str:
    """Words with a full stop, unless they end with a mark of their own."""
    return text if text.endswith(("?", ".", "!")) else f"{text}."


def command(*words: str) -> str:
    """A command as it is typed; words that are empty are left out.

    >>> command("run", "", "--seed 7")
    'premortem run --seed 7'
    """
    return " ".join(["premortem", *filter(None, words)])


def one_act(acts: int, edited: int) -> str:
    """That edits made by one act are one observation; nothing where acts are several."""
    return f" One act dropped all {edited}, so this is close to a single observation." if acts == 1 else ""


def weak(effective: float | None) -> bool:
    """Whether so few effective futures are left that a weighted share may be noise; None where nothing is weighted."""
    return effective is not None and effective < FEW


def grouping_phrase(k: int, continuum: bool) -> str:
    """What a search for families of futures found: so many families, or a continuum that was cut into parts."""
    if continuum:
        return f"Futures are a continuum, without families that stand apart; cut into {spell_count(k)} quadrants to look at"
    return f"Futures fall into {spell_count(k)} families"


def kind(continuum: bool) -> str:
    """What a group of futures is called: a family, or a part of a continuum."""
    return "part" if continuum else "family"


def not_finite(found: Mapping[str, Sequence[int]], futures: int) -> list[str]:
    """A sentence a policy with futures whose results are not finite: how many, how they count, and how to look at one."""
    return [
        f"{len(which):,} of {count_noun(futures, 'future')} under {policy} have a result that is not finite; where it is a margin "
        f"they have failed, and count neither as holding nor as breaking. They are listed in manifest.json; to look at one: premortem run --only {which[0]} --policy {policy}."
        for policy, which in found.items()
    ]
