"""What stands and what fell on a day, in sentences, for the terminal and the brief."""

from collections.abc import Mapping, Sequence

from premortem.questions.as_of import AsOfDay, Stand
from premortem.questions.signposts_since import told_day
from premortem.questions.watch import Limit, SignpostRow
from premortem.text.numbers import capital, count_noun, day_in_words, listing, lower_first, points, share
from premortem.text.units import quantity


def title(result: AsOfDay) -> str:
    """`On 26 November 2026: X5 stays broken; X1, X2 and X3 depend on the reader or the form of the world (by the shipped limits X2 fell, X1
    holds, X3 is open)`: no verdict is given as one that depends on whom one asks.
    """
    each = [s for s in result.standing if s.assumption != "all"]
    firm, shaky = [s for s in each if not s.depends], [s for s in each if s.depends]
    parts = _by_verdict(firm, STANDS)
    if shaky:
        verb = "depends" if len(shaky) == 1 else "depend"
        shipped = ", ".join(_by_verdict(shaky, HOLDS))
        parts.append(
            f"{listing([s.assumption for s in shaky])} {verb} on the reader or the form of the world (by the shipped limits {shipped})"
        )
    return f"On {day_in_words(result.day)}: {'; '.join(parts)}"


# What is said of one and of several by their verdicts; where a verdict depends on whom one asks, nothing `stands`.
STANDS = {
    "fell": ("fell", "fell"),
    "stands": ("stands", "stand"),
    "rose": ("came to hold", "came to hold"),
    "was broken": ("stays broken", "stay broken"),
    "open": ("is open", "are open"),
}
HOLDS = STANDS | {"stands": ("holds", "hold")}


def _by_verdict(standing: Sequence[Stand], said: Mapping[str, tuple[str, str]]) -> list[str]:
    """`X2 and X4 fell`, a part for each verdict that there is."""
    found = []
    for verdict, (one, many) in said.items():
        if ids := [s.assumption for s in standing if s.verdict == verdict]:
            found.append(f"{listing(ids)} {one if len(ids) == 1 else many}")
    return found


def then(result: AsOfDay) -> str:
    """Of what day and on what ground the rest of a report is, beside that of a day."""
    return f"As asked of {day_in_words(result.since)}: by the priors alone, under ‘{result.policy_then_title}’ where no other policy is named"


def basis(result: AsOfDay) -> str:
    """By what it is told."""
    read = f"{count_noun(result.readings, 'reading')} of {count_noun(result.facts, 'independent fact')}"
    return (
        f"Now: under ‘{result.policy_title}’, the policy in force ({lower_first(result.policy_says).rstrip('.')}), by {read} known on the day{newest(result)}. "
        f"Then: under ‘{result.policy_then_title}’, by the priors alone, as the board of {day_in_words(result.since)} has it. "
        f"{result.effective_futures:,.0f} effective futures. "
        f"The horizon ends on {day_in_words(result.horizon)}, {result.years_ahead:.1f} years ahead; {result.looks_to}. "
        "By the shipped limits an assumption stands where it holds in more than half of the futures, with the whole of its interval. "
        "Where other readers or forms of the world see it otherwise, it depends on them, as the table says."
    )


def newest(result: AsOfDay) -> str:
    """`, the newest of 23 November 2026`; empty where nothing was read."""
    return f", the newest of {day_in_words(result.newest)}" if result.newest else ""


def verdict(s: Stand) -> str:
    """What became of an assumption, as a table says it: by the shipped limits alone, where it depends on whom one asks."""
    said = (HOLDS if s.depends else STANDS)[s.verdict][0].removeprefix("is ")
    return f"{said} by the shipped limits" if s.depends and s.verdict != "open" else said


def changes(result: AsOfDay) -> list[str]:
    """Of each assumption whose share changed by more than its interval: from what to what, how much of it the law made and how much what
    was read, what fails first, and what is behind it.
    """
    said = []
    for s in result.standing:
        if s.assumption == "all" or s.before is None or s.holds is None or s.low is None or s.high is None:
            continue
        if s.low <= s.before <= s.high:
            continue
        parts = "" if s.by_law is None or s.by_readings is None else _parts(s.by_law, s.by_readings)
        fails = f" What breaks it first: {lower_first(s.fails_first)}." if s.fails_first else ""
        behind = "; ".join(f"{b.meaning}, {'up' if b.shift > 0 else 'down'} ({points(b.effect)})" for b in s.behind)
        clear = s.by_readings is not None and abs(s.by_readings) > (s.high - s.low) / 2
        why = f" Behind what was read: {behind}." if behind and clear else ""
        said.append(f"{s.assumption}, {s.says}: {share(s.before)} became {share(s.holds)}{parts}.{fails}{why}")
    return said


def _parts(by_law: float, by_readings: float) -> str:
    return f", {points(by_law)} by what became of the law and {points(by_readings)} by what was read"


def further(result: AsOfDay) -> list[str]:
    """Whose the year is that an assumption names, and of each that is judged before the end of the horizon its share there by the same
    limits; nothing where all look so far, or no share is told.
    """
    told = [r for r in result.rolled if r.holds is not None]
    now = {s.assumption: s for s in result.standing}
    years = sorted({r.year for r in told})
    belong = f"The year {years[0]} belongs" if len(years) == 1 else f"The years {listing(list(map(str, years)))} belong"
    each = [
        f"{r.assumption}, {now[r.assumption].says}: {share(now[r.assumption].holds)} by {r.year}, "
        f"{share(r.holds)} ({share(r.low)} to {share(r.high)}) in {r.step}."
        for r in told
    ]
    return (
        [
            f"{belong} to the shipped limits, the same on every day; the same limits were asked of the last step too.",
            *each,
        ]
        if told
        else []
    )


def latest_events(result: AsOfDay) -> list[str]:
    """The latest dated events, the newest first, with the assumptions on which each bears."""
    return [
        f"{day_in_words(c.date)}: {c.title} ({c.event})" if c.event else f"{day_in_words(c.date)}: {c.title}"
        for c in result.latest
    ]


def came(result: AsOfDay) -> list[str]:
    """Events of policy that came since the day of the case."""
    return [f"{day_in_words(c.date)}: {c.title}" for c in result.came]


def moved(result: AsOfDay) -> list[str]:
    """Uncertainties that what was read has moved."""
    return [
        f"{capital(m.meaning)}: {quantity(m.before, m.unit)} became {quantity(m.now, m.unit)}, {abs(m.shift):.1f} of the prior's standard deviations {'up' if m.shift > 0 else 'down'}"
        for m in result.moved
    ]


def next_ones(result: AsOfDay) -> list[str]:
    """Signposts worth watching next, each with its threshold, its day and what it says now."""
    return [
        f"{s.name} ({s.assumption}): {s.observable}{threshold(s.threshold, s.unit)}{latest(s)}" for s in result.next
    ]


def threshold(limit: Limit | None, unit: str) -> str:
    """`; look again above 0.55 share by 31 December 2026`; empty where there is none."""
    return (
        ""
        if limit is None
        else f"; look again {limit.passes} {quantity(limit.value, unit)} by {day_in_words(limit.by)}"
    )


def latest(signpost: SignpostRow) -> str:
    """What a signpost says now; empty where nothing was read."""
    said = signpost.latest
    if said is None:
        return "; no reading yet"
    in_words = f"{told_day(said.said_on)}: {said.says}"
    if said.value is None or signpost.unit == "event":
        return f"; {in_words}"
    number = f"{told_day(said.on)}: {quantity(said.value, signpost.unit)}"
    return f"; {in_words} (last read, {number})" if said.is_newer_said else f"; {number}"


def settled(result: AsOfDay) -> list[str]:
    """Signposts that are no longer worth watching, with why."""
    return [f"{s.name}: {s.why}" for s in result.settled]


def worth(signpost: SignpostRow) -> str:
    """The value of its next reading, of 100."""
    return "-" if signpost.voi is None else f"{100 * signpost.voi:.1f}"
