"""The brief as a notebook meets it: its figures, all or of one assumption, each an Altair chart."""

import altair as alt

from premortem import questions
from premortem.briefing.assemble import assemble
from premortem.briefing.assumption import assumption as section
from premortem.briefing.content import Brief, figures_of
from premortem.study import Run


def brief(run: Run, old: Run | None = None) -> Brief:
    """The brief of a run before it is a page, compared with an older run if one is given.

    `pictures("X1")` gives the figures of a section as Altair charts; sections are the assumptions by their
    ids, policies, edits, futures, exhibits, record and watch.
    """
    return assemble(run, old)


def figures(run: Run, assumption: str) -> dict[str, alt.TopLevelMixin]:
    """The brief's figures of one assumption under the run's first policy, by id, each an Altair chart.

    `fan` is the margin over time, `effects` what carries it, `shares` the policies, `causes` what fails first,
    `threshold-CONDITION` the share that holds against a threshold. Raises `BadInput` for an assumption that is not there.
    """
    a = run.study.assumptions[questions.assumption_number(run.study, assumption)]
    made = section(run, a, lambda: questions.turns(run.study, run.policies[0])[a.id])
    return {f.id.replace(f"-{a.id}", "", 1): f.picture() for f in figures_of(made.blocks)}
