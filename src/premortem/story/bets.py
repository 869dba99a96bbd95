"""The first answer, and a strip an assumption: its claim, its share with all bands, and why it fails in words."""

from collections.abc import Sequence

from premortem.propositions.assumption import Assumption
from premortem.propositions.board_cells import BoardCell
from premortem.propositions.score import ALL
from premortem.propositions.tally import most_often
from premortem.story.parts import Band, Bar, Group, Section
from premortem.story.story_basis import Ground
from premortem.text import phrases

# From this share on a count of futures says more as a share than as one in so many.
OFTEN = 0.35
# Bands of a cell in the order in which they are drawn, and what their width comes from.
REASONS = {"sampling": "sampling", "interpretations": "readings of the claim", "forms": "forms of the model"}


def title(ground: Ground) -> str:
    """What was asked: `The policy of May 2025 rests on five bets`."""
    settings, many = ground.study.case.settings, len(ground.assumptions)
    bets = f"{phrases.spell_count(many)} {phrases.plural(many, 'bet')}"
    return f"{phrases.capital(settings.subject)} of {phrases.month_in_words(settings.day)} rests on {bets}"


def answer(ground: Ground) -> str:
    """What was found: `All five hold together in one simulated future in eleven.`"""
    many = len(ground.assumptions)
    if many == 1:
        return f"It {phrases.holds(ground.share(ALL), 'of simulated futures')}."
    verb = "Both hold" if many == 2 else f"{phrases.capital(phrases.together(many))} hold"
    return f"{verb} together in {one_in(ground.share(ALL))}."


def one_in(share: float) -> str:
    """How often as people count: `one simulated future in 11`; as a share where it is often, none where it never is.

    >>> one_in(0.09), one_in(0.41), one_in(0.0), one_in(0.0004)
    ('one simulated future in eleven', '41% of simulated futures', 'none of the simulated futures', 'one simulated future in 2,500')
    """
    if share == 0:
        return "none of the simulated futures"
    if share >= OFTEN:
        return f"{phrases.share(share)} of simulated futures"
    return f"one simulated future in {phrases.spell_count(round(1 / share))}"


def bets(ground: Ground) -> Section:
    """A strip an assumption, the weakest in the title."""
    strips = [strip(ground, a) for a in ground.assumptions]
    every = ground.cell(ALL)
    if len(strips) > 1:
        worst = most_often(every.fails_on)
        broken = f"In {phrases.share(worst[1])} of the other futures {worst[0]} breaks first." if worst else ""
        strips.append(
            Bar(
                phrases.at_once(len(strips)),
                every.holds,
                phrases.share(every.holds),
                bands(every),
                _width(every),
                broken,
            )
        )
    return Section(
        "bets",
        "How often does each bet hold?",
        phrases.headline(
            ground.title(ground.policy),
            {f"\u2018{a.name}\u2019": ground.share(a.id) for a in ground.assumptions},
            ground.share(ALL),
        ),
        text=_key(strips),
        groups=(Group("Share of futures in which it holds", tuple(strips)),),
        source=ground.source,
        link="/board",
        more="Move a lever and see all of them change",
    )


def _key(strips: Sequence[Bar]) -> tuple[str, ...]:
    """What the thin lines below the bars are, from the top; nothing where there are none."""
    reasons = dict.fromkeys(band.reason for strip in strips for band in strip.bands)
    if not reasons:
        return ()
    lines = "line below it runs" if len(reasons) == 1 else "lines below it run"
    order = "" if len(reasons) == 1 else ", from the top"
    return (
        f"A bar is the share; the thin {lines} from its lowest to its highest, by {phrases.listing([*reasons])}{order}.",
    )


def strip(ground: Ground, a: Assumption) -> Bar:
    """One assumption: its name and claim, its share with bands, why it fails."""
    found = ground.cell(a.id)
    return Bar(
        f"{a.id} {a.name}",
        found.holds,
        phrases.share(found.holds),
        bands(found),
        _width(found),
        why(found, a),
        f"/a/{a.id}",
        "Try it",
    )


def why(found: BoardCell, a: Assumption) -> str:
    """What fails first most often, in words of failing; nothing where it never breaks."""
    if not (most := most_often(found.fails_on)):
        return "It never breaks."
    failure = next(c.failure for c in a.condition if c.id == most[0])
    if len(a.condition) == 1 or most[1] > phrases.ALWAYS:
        return f"Breaks when {phrases.lower_first(failure)}."
    if phrases.share(most[1]) == "100%":
        return f"Breaks each time because {phrases.lower_first(failure)}."
    return f"Breaks first, in {phrases.share(most[1])} of its breaks, because {phrases.lower_first(failure)}."


def bands(found: BoardCell) -> tuple[Band, ...]:
    """The bands of a cell that the run tells."""
    pairs = ((reason, found.bands.get(key)) for key, reason in REASONS.items())
    return tuple(Band(reason, ends[0], ends[1], phrases.interval(*ends)) for reason, ends in pairs if ends)


def _width(found: BoardCell) -> str:
    return "; ".join(f"{band.said} by {band.reason}" for band in bands(found))
