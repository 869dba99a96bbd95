"""What stands on the day that a run was asked of, before what was asked on the day of its case."""

from premortem.questions import day_words as words
from premortem.questions.as_of import AsOfDay, Stand
from premortem.story.parts import Bar, Group, Point, Section
from premortem.text import phrases

# Its place in the story.
ID = "day"


def day(result: AsOfDay) -> Section:
    """A strip an assumption, with its share then, its verdict and on what that depends; then what came and what is settled."""
    settled = [Point(phrases.sentence(line), mark="Settled") for line in words.settled(result)]
    return Section(
        ID,
        f"What stands on {phrases.day_in_words(result.day)}?",
        words.title(result),
        text=(words.basis(result), *filter(None, [result.rests_on]), *result.warnings),
        groups=(Group("Share of futures in which it holds", tuple(_strip(s) for s in result.standing)),),
        points=(*(Point(phrases.sentence(line)) for line in words.changes(result)), *settled),
        source=(
            f"Shares of {result.effective_futures:,.0f} effective futures {phrases.policy_phrase(result.policy_title)}, by what was known on "
            f"{phrases.day_in_words(result.day)}; not forecasts."
        ),
        link="/board",
        more="See the board",
    )


def _strip(s: Stand) -> Bar:
    name = s.says if s.assumption == "all" else f"{s.assumption} {s.says}"
    depends = f"; depends on {s.depends}" if s.depends else ""
    note = f"{phrases.share(s.before)} then. {phrases.capital(words.verdict(s))}{depends}."
    return Bar(
        name, s.holds, phrases.share(s.holds), detail=f"{phrases.interval(s.low, s.high)} by sampling", note=note
    )
