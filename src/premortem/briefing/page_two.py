"""The second page: which policy if one assumption weighs most, how sure each share is, and how to cite the brief."""

from collections.abc import Sequence
from importlib.metadata import version

from premortem.briefing.content import Block, Bullets, Go, Section, Strong, Table, bullets, text
from premortem.propositions.board_cells import BoardCell
from premortem.propositions.verdicts import BANDS, DEPENDS
from premortem.questions.findings import title_of
from premortem.questions.verdict_words import explain_verdicts
from premortem.story import trade_off
from premortem.story.story_basis import ground_of_board
from premortem.study import Run
from premortem.text import phrases


def choose(run: Run) -> Section:
    """Which policy to choose if one assumption weighs most, and its price in the others; the price of each where all weigh alike."""
    ground = ground_of_board(run)
    told = trade_off.trade_off(ground)
    title = "Which policy, if one assumption weighs most"
    if told is None or not told.points:
        alone = "One policy was simulated" if told is None else "One assumption is under test"
        return Section("choose", title, "Which policy", (text(f"{alone}, so there is nothing to weigh."),))
    blocks: list[Block] = [
        text(Strong(f"{told.finding}. "), *told.text),
        Bullets(tuple((Strong(f"{p.mark}. "), p.text) for p in told.points)),
    ]
    return Section("choose", title, "Which policy", tuple(blocks))


def sure(run: Run, sections: Sequence[Section]) -> Section:
    """What each share may vary by, how the model did against the record, and how to cite this."""
    rows = [row for row in run.board_rows() if row.policy == run.policies[0]]
    record = [
        (Strong("Against the record. "), Go(s.title, s.id), ".") for s in sections if s.id == "record" and s.finding
    ]
    blocks: list[Block] = [
        *_bands(run, rows),
        *([bullets(*record)] if record else []),
        text(Strong("How to cite. "), _citation(run)),
        text("The annex follows: each assumption, the policies, what was checked, and every range with its source.", look="small"),
    ]  # fmt: skip
    return Section("sure", _title(rows), "How sure", tuple(blocks), new_page=False)


def _title(rows: Sequence[BoardCell]) -> str:
    """How many verdicts depend on nothing that is told: `How sure: 2 of 6 verdicts depend on no reading and no form of the world`."""
    told = [row for row in rows if any(row.bands.get(kind) for kind in BANDS[1:])]
    if not told:
        return "How sure this is"
    firm = sum(not row.verdict.startswith(DEPENDS) for row in told)
    return f"How sure: {firm} of {len(told)} verdicts depend on no reading of the claim and no form of the world"


def _bands(run: Run, rows: Sequence[BoardCell]) -> list[Block]:
    """Under the first policy what each share may vary by, and what all of that agrees on; nothing where only sampling is told."""
    if not any(row.bands.get(kind) for row in rows for kind in BANDS[1:]):
        return []
    return [
        Table(
            f"{title_of(run, run.policies[0])}: lowest and highest share by sampling, by other readers\u2019 limits, and over rival forms of the world.",
            ("", "Holds", *map(phrases.capital, BANDS), "Verdict"),
            tuple(
                (
                    phrases.capital(row.assumption),
                    phrases.share(row.holds),
                    *(phrases.band(row.bands.get(kind)) for kind in BANDS),
                    phrases.capital(row.verdict),
                )
                for row in rows
            ),
            numeric=(1, 2, 3, 4),
            wide=(5,),
        ),
        text(explain_verdicts(run.study, [row.verdict for row in rows]), look="small"),
    ]


def _citation(run: Run) -> str:
    settings = run.study.case.settings
    return (
        f"The premortem developers, premortem {version('premortem')}: {settings.subject}, from what was known on {phrases.day_in_words(settings.day)}; "
        f"{phrases.count_noun(run.futures, 'simulated future')}, seed {run.seed}, {phrases.count_noun(len(run.policies), 'policy')}. "
        "Name the study's files too where they were changed."
    )
