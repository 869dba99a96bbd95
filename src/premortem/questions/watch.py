"""What to watch: signposts by the value of their next reading, and the board before and after readings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from premortem.case import year_of
from premortem.errors import BadInput, MissingData, each, raise_all, unknown
from premortem.questions import futures_under_policies, weighted_board
from premortem.questions.day_limits import law_known
from premortem.questions.futures_under_policies import Futures
from premortem.questions.signpost_worth import Watched, rank
from premortem.questions.signposts_since import came_since, on_day, told_day
from premortem.questions.weighted_board import ShortCell
from premortem.study import Run, Study
from premortem.text.numbers import day_in_words, number
from premortem.text.result import Result
from premortem.text.units import quantity
from premortem.watch import quantities, reading_files, weights
from premortem.watch.readings import Reading
from premortem.watch.value import Shift, Worth

# Effective futures that answer a reading, at the least: others are drawn by it where those at hand leave fewer.
ENOUGH = 1000
# A reading that is worth less decides little by itself [of 1, which removes all doubt].
MUCH = 0.05
# How the unweighted shares are named to people.
ALIKE = "share of futures, all counted alike"


@dataclass(frozen=True, repr=False)
class Latest(Result):
    """What a signpost says now: the reading, its day and its words, and what was said last and when; days in ISO form."""

    value: float | None
    on: date | None
    says: str
    said_on: date | None
    source: str
    value_says: str = ""

    @property
    def is_newer_said(self) -> bool:
        """Whether the last words are of a later day than the reading."""
        return self.on is not None and self.said_on is not None and self.said_on > self.on


@dataclass(frozen=True, repr=False)
class Limit(Result):
    """The threshold of a signpost in its own unit: which way it `passes`, on what basis it was set, by what day it is read."""

    value: float
    passes: str
    basis: str
    by: date


@dataclass(frozen=True, repr=False)
class SignpostRow(Result):
    """A signpost with what it says and what its next reading is worth: `voi` the mean of the share of regret and of doubt that it would
    save (0 to 1), None where that cannot be told; `shifts` of shares that hold [share of futures].
    """

    id: str
    name: str
    assumption: str
    observable: str
    unit: str
    quantity: str | None
    voi: float | None
    regret_saved: float | None
    doubt_saved: float | None
    worth: Worth | None
    informs: tuple[str, ...]
    status: str
    latest: Latest | None
    threshold: Limit | None
    sentence: str
    shifts: tuple[Shift, ...]
    read: str
    source: str
    modelled: bool
    came: str = ""  # how it came true after the day asked of, by all that the record holds; empty where it did not


@dataclass(frozen=True, repr=False)
class Settled(Result):
    """A signpost that is no longer worth watching, and why."""

    id: str
    name: str
    why: str


@dataclass(frozen=True, repr=False)
class UsedReading(Result):
    """A reading that weighs the futures, in its quantity's unit; `named` what it was called where it was typed under another name."""

    quantity: str
    on: date = field(metadata={"key": "date"})
    value: float
    known_on: date
    source: str
    named: str


@dataclass(frozen=True, repr=False)
class ToWatch(Result):
    """Signposts by the value of their next reading, and the board before and after readings: the keys of `premortem watch --json`."""

    as_of: date
    policy: str
    futures: int
    signposts: tuple[SignpostRow, ...]  # the worthiest first, without those that are settled
    before: str  # how the shares before are named to people
    after: str
    board_before: tuple[ShortCell, ...]
    board_after: tuple[ShortCell, ...]
    effective_futures: float
    effective_futures_before: float
    collapsed: bool  # whether so few futures agree with the readings that no share is told
    failed: int  # futures that failed under any policy
    readings: tuple[UsedReading, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]
    settled: tuple[Settled, ...] = ()  # no longer worth watching
    alone: str = ""  # where no single reading is worth much, that it is so

    @property
    def ahead(self) -> tuple[SignpostRow, ...]:
        """Signposts that have not come true since, the worthiest first: what is left to watch."""
        return tuple(row for row in self.signposts if not row.came)

    @property
    def since(self) -> tuple[SignpostRow, ...]:
        """Signposts that came true after the day asked of: the list of that day holds them, and nobody watches for them now."""
        return tuple(row for row in self.signposts if row.came)

    @property
    def since_title(self) -> str:
        """What stands over them: what they tell of may have been before the day, and become known after it."""
        return f"Known since {day_in_words(self.as_of)} to have come true"


def what_to_watch(
    study: Study,
    run: Run | None = None,
    as_of: date | None = None,
    given: Sequence[str] = (),
    policy: str | None = None,
    first: int | None = None,
) -> ToWatch:
    """The indicators most worth watching, and the board before and after new figures.

    Without a stored run the futures are simulated at once; of a run all are looked at, or the `first`. `given` are readings as typed, `QUANTITY=VALUE[UNIT][@DATE]`:
    they take the place of the record's for the same period. Raises `BadInput` for readings that cannot be used, `MissingData` where
    the study has no signposts.
    """
    if not study.signposts:
        raise MissingData(f"{study.case.name} holds no signposts, so there is none to value")
    as_of = as_of or study.case.settings.day
    study = study.on(as_of)
    own = each(lambda text: reading_files.parse_option(text, as_of, study.case), given)
    every = quantities.shipped_quantities(study.case)
    asked = [*weighted_board.asked_of(study, as_of), *((every[r.quantity], r.over) for r in own)]
    asked += [(every[s.quantity], s.by) for s in study.signposts.values() if s.quantity]
    policies = run.policies if run else study.policies
    read_under = weighted_board.reading_policy(study.case, policies, as_of)
    view = _view(read_under, policies, policy)
    under = [view, read_under]
    found = (
        futures_under_policies.stored(run, asked, under=under, first=first, on=as_of)
        if run
        else futures_under_policies.simulated(study, asked, policies)
    )
    raise_all(_unusable(found, own, as_of))
    all_alike = found
    first_found, before = weighted_board.settle(found, asked, as_of)
    found, after = weighted_board.settle(found, asked, as_of, own, ENOUGH) if own else (first_found, before)
    weighed = weighted_board.weight_words(as_of)
    rows = [_row(w, came_since(w.signpost, study, as_of)) for w in rank(found, as_of, view, after)]
    gone = _settled(study, rows, as_of)
    return ToWatch(
        as_of=as_of,
        policy=view,
        futures=found.count,
        signposts=tuple(row for row in rows if row.id not in {s.id for s in gone}),
        settled=gone,
        alone=_alone(rows),
        before=weighed if own else ALIKE,
        after=f"{weighed}, and your readings" if own else weighed,
        board_before=weighted_board.short_board(first_found, before)
        if own
        else weighted_board.short_board(all_alike, None),
        board_after=weighted_board.short_board(found, after),
        effective_futures=after.at_full_strength,
        effective_futures_before=before.at_full_strength if own else float(all_alike.count),
        collapsed=after.collapsed,
        failed=int((~found.known()).sum()),
        readings=tuple(UsedReading(r.quantity, r.on, r.value, r.known_on, r.source, r.named) for r in after.used),
        left_out=tuple(after.left_out),
        warnings=(*after.warnings, *law_known(study, as_of)),
    )


def _view(in_force: str, names: Sequence[str], policy: str | None) -> str:
    if policy is None:
        return in_force
    if policy not in names:
        raise unknown("--policy", "not in this run", policy, names)
    return policy


def _unusable(found: Futures, own: Sequence[Reading], as_of: date) -> list[BadInput]:
    """Readings outside the simulated years, impossible under the model, or contradicting each other."""
    every, labels = quantities.shipped_quantities(found.study.case), found.study.steps
    outside = [
        BadInput(
            "command line",
            "--reading",
            f"{r.label} lies outside the simulated years",
            got=r.on,
            allowed=f"{year_of(labels[0])} to {year_of(labels[-1])}",
        )
        for r in own
        if every[r.quantity].column(r.over) in found.outside
    ]
    return outside + weights.impossible(
        found.columns[weighted_board.reading_policy(found.study.case, found.policies, as_of)], own, every
    )


def _settled(study: Study, rows: Sequence[SignpostRow], day: date) -> tuple[Settled, ...]:
    """Signposts whose day is over, events that have come, and thresholds that the latest reading has passed."""
    found = []
    for row in rows:
        signpost = study.signposts[row.id]
        if signpost.modelled and row.status == "passed" and row.latest:
            found.append(Settled(row.id, row.name, _came(row, row.latest)))
        elif signpost.modelled and signpost.by < day:
            said = f", {row.status}" if row.status in ("passed", "not passed") else ""
            found.append(Settled(row.id, row.name, f"its day was {told_day(signpost.by)}{said}"))
    return tuple(found)


def _alone(rows: Sequence[SignpostRow]) -> str:
    """That no single reading decides anything, where the worthiest is worth little; empty where one does, or none could be valued."""
    most = max((row.voi for row in rows if row.voi is not None), default=None)
    if most is None or most >= MUCH:
        return ""
    return f"No single reading decides much: the worthiest would take away {number(100 * most)} of 100 of the doubt and regret, so that only several together would."


def _came(row: SignpostRow, latest: Latest) -> str:
    """What settled a signpost, in the words of the record, and what was said of it since."""
    if row.threshold and latest.value is not None:
        said = f"passed: {quantity(latest.value, row.unit)} on {told_day(latest.on)}, {row.threshold.passes} {quantity(row.threshold.value, row.unit)}"
    else:
        said = on_day(latest.on or latest.said_on, latest.value_says or latest.says)
    return f"{said}; since then, {on_day(latest.said_on, latest.says)}" if latest.is_newer_said else said


def _row(w: Watched, came: str) -> SignpostRow:
    """A signpost with what it says and is worth, as people see it."""
    s, said, limit = w.signpost, w.standing, w.signpost.threshold
    return SignpostRow(
        id=s.id,
        name=s.title,
        assumption=s.assumption,
        observable=s.observable,
        unit=s.unit,
        quantity=s.quantity or None,
        voi=w.voi,
        regret_saved=None if w.worth is None else w.worth.clear_regret_share,
        doubt_saved=None if w.worth is None else w.doubt,
        worth=w.worth,
        informs=w.informs,
        status=said.status,
        latest=None
        if said.status == "no reading"
        else Latest(said.value, said.value_on, said.says, said.said_on, said.source, said.value_says),
        threshold=None if limit is None else Limit(limit.value, limit.passes, limit.basis, s.by),
        sentence=w.sentence,
        shifts=w.shifts,
        read=s.read,
        source=s.source,
        modelled=s.modelled,
        came=came,
    )
