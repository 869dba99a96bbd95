"""What changed since an older run: the inputs, and the share of every cell."""

import polars as pl

from premortem import questions
from premortem.briefing.content import Block, Figure, Note, Section, bullets, see, text
from premortem.charts import figures
from premortem.questions.findings import title_of
from premortem.questions.since_last_run import SinceLastRun
from premortem.study import Run
from premortem.text import phrases


def changes_section(run: Run, old: Run) -> Section:
    """Inputs that changed, and the share of every cell before and after."""
    result = questions.since_last_run(run, old)
    figure = _figure(run, result)
    how = (
        "Both runs drew the same futures, so differences are paired"
        if result.paired
        else "The runs drew different futures, so differences carry the noise of both"
    )
    changed = [f"{c.input}: {c.before} became {c.after}" for c in result.inputs]
    blocks: list[Block] = [
        text(
            f"Against the run in {old.folder.name} ({phrases.count_noun(old.futures, 'future')}, seed {old.seed}). {how}; ",
            see(figure.id),
            " shows every cell.",
            Note("95% intervals of the differences; a change whose interval holds 0 is within the noise."),
        ),
        bullets(*changed) if changed else text("No input changed."),
        figure,
    ]
    sure = [r for r in result.board if r.low > 0 or r.high < 0]
    title = f"What moved since the last brief: {len(sure)} of {len(result.board)} cells"
    return Section("moved", title, "What moved", tuple(blocks), finding=True)


def _figure(run: Run, result: SinceLastRun) -> Figure:
    rows = pl.DataFrame(result.as_dict()["board"]).with_columns(
        policy=pl.col("policy").replace_strict({p: title_of(run, p) for p in run.policies})
    )
    largest = rows.sort(pl.col("change").abs(), descending=True).row(0, named=True)
    title = (
        f"Moved most: {largest['assumption']} {phrases.policy_phrase(largest['policy'])}, {phrases.points_between(largest['before'], largest['after'])}"
        if round(100 * largest["change"])
        else "No share moved by a point"
    )
    said = "; ".join(
        f"{r['assumption']} {r['policy']}: {phrases.share(r['before'])} to {phrases.share(r['after'])}"
        for r in rows.to_dicts()
    )
    return Figure(
        "moved",
        title,
        figures.moves(rows),
        "Change of the share that holds, in points; line: 95% interval.",
        f"Share that holds, before and after. {said}.",
    )
