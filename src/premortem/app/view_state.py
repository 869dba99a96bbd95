"""What the address says: policy, changed clause numbers, thresholds, belief ranges. Parsed once, kept in one order.

Over 300 lines: each part of an address is read, checked and written again, and the two ways must agree.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeVar
from urllib.parse import parse_qsl, urlencode

import numpy as np

from premortem.app import clause_dates as clause_days
from premortem.app.clause_dates import Days
from premortem.case import Settings, default
from premortem.errors import BadInput, nearest
from premortem.law.book import Book
from premortem.law.transactions import parse_date
from premortem.study import Study
from premortem.watch.reading_files import latest_day

# Futures of an answer. While something is dragged the first ones answer, and in a crowd fewer yet; both are whole chunks, so that
# the answer of all goes on from there.
FUTURES, FIRST, QUICK = 2000, 1024, 512
MOST_FUTURES = 20_000
MOST_SEED = 2**31 - 1
# What a view may hold, told in the description of the API: its keys hold for every answer.
KEYS = """Every answer takes the address of a view: `policy`, `vs` a second policy, `asof` a day, `l.CLAUSE.NUMBER` or `l.strength.NAME` a changed number,
`d.CLAUSE.complies` or `d.INSTRUMENT.ends` a moved day, `t.ASSUMPTION.CONDITION` a threshold, `p.NAME=LOW..HIGH` a believed range, `w=record` weights,
`n` futures, `seed`, `pin` the address of a view to be shown against; `state` is the short name of a long address. Defaults are left out; what is not understood is
refused, all of it at once (422)."""
# Address keys that belong to one screen, which reads them itself.
OTHERS = frozenset(
    {"a", "b", "q", "under", "only", "name", "study", "of", "now", "bare", "field", "measure", "quarter", "place", "y"}
    | {"family", "data", "first"}
)
# How the keys begin of which there are many: the view's own, and those of a shipment.
PREFIXES = ("l.", "d.", "t.", "p.", "f.", "r.", "clear.")
# How an address is called where a fault of it is told, and what is wrong with a key that it cannot hold.
ADDRESS, UNKNOWN = "address", "no such key"
# Longest address of a pinned view.
MOST_PIN = 1000
# A changed clause number may go up to so many times its legal value.
MOST_TIMES = 1e4
# What is said of a short link that leads to nothing.
LOST = "the settings of this short link are not kept here; ask for the whole link, which Copy link gives"
# Strengths come under this name among the levers.
STRENGTH = "strength"
T = TypeVar("T")
Pairs = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class State:
    """One view of the app. `levers`, `days` and `thresholds` hold what differs from the policy and the study; `beliefs` ranges.

    `pinned` is a view that this one is shown against; no answer about this one rests on it.
    """

    policy: str
    vs: str = ""
    asof: date = field(default_factory=lambda: default().settings.day)
    levers: Pairs = ()
    thresholds: Pairs = ()
    beliefs: tuple[tuple[str, float, float], ...] = ()
    weights: Literal["", "record"] = ""
    n: int = FUTURES
    seed: int = 7
    days: Days = ()
    pinned: "State | None" = field(default=None, compare=False)
    left_out: tuple[BadInput, ...] = field(default=(), compare=False)  # what is not understood of its address
    usual: Settings = field(
        default_factory=lambda: default().settings, compare=False
    )  # of the case: what an address leaves out
    known_by: date | None = (
        None  # the day by which the law must have been known; left out: `asof`, where futures are weighted
    )

    @property
    def notices(self) -> tuple[str, ...]:
        """What is not understood of its address, as a page names it."""
        return tuple(map(_notice, self.left_out))

    @property
    def edits(self) -> int:
        """How many numbers differ from the policy, the study's thresholds and its priors."""
        return len(self.levers) + len(self.days) + len(self.thresholds) + len(self.beliefs)

    @property
    def law(self) -> tuple[str, Pairs, Days, date | None]:
        """What the rulebook under this view depends on."""
        return self.policy, self.levers, self.days, self.known_by or (self.asof if self.weights else None)

    @property
    def query(self) -> str:
        """The address after `?`."""
        return urlencode(self.pairs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Keys and values of the address: defaults omitted, fixed order."""
        pairs: list[tuple[str, str]] = [] if self.policy == self.usual.baseline else [("policy", self.policy)]
        pairs += [("vs", self.vs)] if self.vs else []
        pairs += [("asof", self.asof.isoformat())] if self.asof != self.usual.day else []
        pairs += [(f"l.{k}", f"{v:.10g}") for k, v in self.levers]
        pairs += [(f"d.{k}", day.isoformat()) for k, day in self.days]
        pairs += [(f"t.{k}", f"{v:.10g}") for k, v in self.thresholds]
        pairs += [(f"p.{k}", f"{lo:.10g}..{hi:.10g}") for k, lo, hi in self.beliefs]
        pairs += [("w", self.weights)] if self.weights else []
        pairs += [("n", str(self.n))] if self.n != FUTURES else []
        pairs += [("seed", str(self.seed))] if self.seed != 7 else []
        pairs += [("pin", self.pinned.query or f"policy={self.pinned.policy}")] if self.pinned else []
        return pairs

    def under(self, policy: str) -> "State":
        """This view under another policy, without this one's changed clause numbers and days."""
        return self if policy == self.policy else replace(self, policy=policy, levers=(), days=())

    def plain(self) -> "State":
        """This view with nothing changed."""
        return replace(self, levers=(), days=(), thresholds=(), beliefs=())

    def link(self, path: str) -> str:
        """Address of a screen in this view."""
        return f"{path}?{self.query}" if self.query else path


def state_from_address(pairs: Iterable[tuple[str, str]], study: Study) -> State:
    """The state of an address; what is not understood or out of range is left out, and told in `left_out`."""
    given, wrong = dict(pairs), list[BadInput]()
    policy, vs = _policies(given, study, wrong)
    asof = _plain(given, "asof", lambda text: parse_date(text, study.case), study.case.settings.day, wrong)
    weights: Literal["", "record"] = _plain(given, "w", _weights, "", wrong)
    if weights and not study.case.settings.day <= asof <= latest_day(study.case):
        span = f"days from {study.case.settings.day} to {latest_day(study.case)}"
        wrong.append(BadInput(ADDRESS, "w", "cannot be weighed as of this day", got="record", allowed=span))
        weights = ""
    book = (study.on(asof) if weights else study).law(policy)
    levers = _named(given, "l.", lambda text, name: lever(text, name, book), wrong)
    days = _named(given, "d.", lambda text, name: clause_days.parse(text, name, book), wrong)
    thresholds = _named(given, "t.", lambda text, name: threshold(text, name, study), wrong)
    beliefs = _named(given, "p.", lambda text, name: belief(text, name, study), wrong)
    n, seed = _plain(given, "n", _count, FUTURES, wrong), _plain(given, "seed", _seed, 7, wrong)
    if given.get("state"):
        wrong.append(BadInput(ADDRESS, "state", LOST, got=given["state"][:60]))
    known = _OWN | OTHERS | set(study.case.text.app.form)
    shown = sorted(known) + [f"{prefix}NAME" for prefix in PREFIXES]
    wrong += [
        BadInput(ADDRESS, key[:60], UNKNOWN, allowed=", ".join(shown), hint=nearest(key[:60], shown))
        for key in given
        if key not in known and not key.startswith(PREFIXES)
    ]
    limits = study.scorer.thresholds if thresholds else {}  # parsing the propositions takes a second
    return State(
        policy,
        vs,
        asof,
        tuple(sorted((k, v) for k, v in levers.items() if v != legal_value(book, k))),
        tuple(sorted((k, v) for k, v in thresholds.items() if not math.isclose(v, float(limits[k]), rel_tol=1e-6))),
        tuple(sorted((k, *ends_) for k, ends_ in beliefs.items())),
        weights,
        n,
        seed,
        clause_days.differing(book, days),
        _pinned(given.get("pin", ""), study, wrong),
        tuple(wrong),
        study.case.settings,
    )


def _pinned(text: str, study: Study, wrong: list[BadInput]) -> State | None:
    """The view that a nested address holds; a pin of a pin is dropped, and what it does not understand goes into `wrong`."""
    if not text:
        return None
    if len(text) > MOST_PIN:
        wrong.append(
            BadInput(ADDRESS, "pin", "is too long", got=f"{text[:20]}...", allowed=f"up to {MOST_PIN} characters")
        )
        return None
    found = state_from_address((pair for pair in parse_qsl(text, keep_blank_values=True) if pair[0] != "pin"), study)
    wrong += [
        BadInput(ADDRESS, "pin", _notice(one), got=text[:60], allowed=one.allowed, hint=one.hint)
        for one in found.left_out
    ]
    return replace(found, left_out=())


def _named(given: dict[str, str], prefix: str, parse: Callable[[str, str], T], wrong: list[BadInput]) -> dict[str, T]:
    """What the keys of one prefix say, by name; the rest goes into `wrong`."""
    found: dict[str, T] = {}
    for key, text in given.items():
        if key.startswith(prefix):
            name = key.removeprefix(prefix)
            try:
                found[name] = parse(text, name)
            except (ValueError, BadInput) as error:
                wrong.append(_left_out(key, text, error))
    return found


def _plain(given: dict[str, str], key: str, parse: Callable[[str], T], usual: T, wrong: list[BadInput]) -> T:
    try:
        return parse(given[key]) if given.get(key) else usual
    except (ValueError, BadInput) as error:
        wrong.append(_left_out(key, given[key], error))
        return usual


def _left_out(key: str, text: str, error: ValueError | BadInput) -> BadInput:
    what, _, allowed = str(error).partition("allowed: ")
    return BadInput(ADDRESS, key[:60], what.rstrip("; ") or "is out of range", got=text[:60], allowed=allowed)


def _notice(fault: BadInput) -> str:
    """What is left out, in one line: an unknown key alone, a value with what is wrong with it."""
    if fault.what == UNKNOWN:
        return fault.key
    if fault.key == "pin" and fault.what != "is too long":
        return f"pin: {fault.what}"
    allowed = f"allowed: {fault.allowed}" if fault.allowed else ""
    return f"{fault.key}={fault.got} ({'; '.join(filter(None, [fault.what, allowed]))})"


def _policies(given: dict[str, str], study: Study, wrong: list[BadInput]) -> tuple[str, str]:
    policy, vs = given.get("policy", study.case.settings.baseline), given.get("vs", "")
    if policy not in study.policies:
        wrong.append(_no_policy("policy", policy, study))
        policy = study.policies[0]
    if vs and vs not in study.policies:
        wrong.append(_no_policy("vs", vs, study))
        vs = ""
    return policy, vs


def _no_policy(key: str, given: str, study: Study) -> BadInput:
    return BadInput(
        ADDRESS,
        key,
        "no such policy",
        got=given[:60],
        allowed=", ".join(study.policies),
        hint=nearest(given[:60], study.policies),
    )


def number(text: str) -> float:
    """A finite number, with `k`, `m` or `bn` after it if wanted: `0.9bn`. Raises `ValueError` in words."""
    bare = text.strip().lower().replace(",", "").replace(" ", "").replace("\u2009", "").replace("_", "")
    times = next((t for end, t in _SIZES.items() if bare.endswith(end)), 1.0)
    end = next((e for e in _SIZES if bare.endswith(e)), "")
    try:
        value = float(bare.removesuffix(end)) * times
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(value):
        raise ValueError("is not a finite number")
    return value


_SIZES = {"bn": 1e9, "m": 1e6, "k": 1e3, "%": 0.01}


def legal_value(book: Book, name: str) -> float:
    """What the policy itself says of a lever: a clause number, or a strength in its last year."""
    clause, _, key = name.rpartition(".")
    if clause == STRENGTH:
        return book.strength(key, date.max)
    return book.number(clause, key)


def lever(text: str, name: str, book: Book) -> float:
    """A changed clause number or strength. Raises `ValueError` or `BadInput` for what no policy may hold."""
    value, (clause, _, key) = number(text), name.rpartition(".")
    if clause == STRENGTH:
        instruments = book.vocabulary.instruments
        if key not in instruments:
            raise ValueError(f"no such strength; allowed: {', '.join(instruments)}")
        return _within(value, instruments[key].low, instruments[key].high)
    legal = book.number(clause, key)
    most = 1.0 if book.by_id[clause].numbers[key][0].unit == "share" else max(legal, 1.0) * MOST_TIMES
    return _within(value, 0, most)


def threshold(text: str, name: str, study: Study) -> float:
    """A threshold within the range that a reader may try."""
    limits = {f"{a.id}.{c.id}": c.limit for a in study.assumptions for c in a.condition}
    if name not in limits:
        raise ValueError(f"no such threshold; allowed: {', '.join(limits)}")
    return _within(number(text), limits[name].low, limits[name].high)


def belief(text: str, name: str, study: Study) -> tuple[float, float]:
    """A range of an uncertainty, `0.2..0.6` or one value, that overlaps its prior."""
    if name not in study.priors.names:
        raise ValueError("no such uncertainty")
    low, _, high = text.partition("..")
    lo = number(low)
    hi = number(high) if high else lo
    if lo > hi:
        raise ValueError("the low end is above the high end")
    least, most = ends(study, name)
    slack = 1e-9 * max(abs(least), abs(most))  # an address holds ten digits
    if hi < least - slack or lo > most + slack:
        raise ValueError(f"lies outside the prior; allowed: {least:.6g} to {most:.6g}")
    return min(max(lo, least), most), max(min(hi, most), least)


def ends(study: Study, name: str) -> tuple[float, float]:
    """Where a belief may lie: the middle 99.8% of the prior."""
    low, high = study.priors[name].quantile(np.array([0.001, 0.999]))
    return float(low), float(high)


def _within(value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise ValueError(f"allowed: {low:.6g} to {high:.6g}")
    return value


def _weights(text: str) -> Literal["", "record"]:
    if text != "record":
        raise ValueError("allowed: record")
    return "record"


def _count(text: str) -> int:
    if text not in (str(FUTURES), str(MOST_FUTURES)):
        raise ValueError(f"allowed: {FUTURES}, {MOST_FUTURES}")
    return int(text)


def _seed(text: str) -> int:
    value = number(text)
    if value != int(value):
        raise ValueError("is not a whole number")
    return int(_within(value, 0, MOST_SEED))


_OWN = frozenset({"pin", "policy", "vs", "asof", "w", "n", "seed", "state"})
