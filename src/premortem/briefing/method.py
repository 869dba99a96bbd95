"""Method and limits, checks against the record, uncertainties, sources, and how to run it again."""

from collections.abc import Sequence

from premortem import facts, questions
from premortem.briefing.content import Block, Fold, Section, Strong, Table, text
from premortem.ensemble.priors import Prior
from premortem.questions.describe import amount, span
from premortem.study import Run, Study
from premortem.text import phrases


def method(run: Run) -> Section:
    """How it is done and what it cannot say."""
    day, said = phrases.day_in_words(run.study.case.settings.day), run.study.case.text.brief
    conditions = sum(len(a.condition) for a in run.study.assumptions)
    paragraphs = (
        (
            "Futures. ",
            f"A future is one draw of {phrases.count_noun(len(run.study.priors.rows), 'uncertainty')} from priors that use only sources dated up to {day}. Futures come from "
            f"a randomised Sobol design in {run.replicates} independent replicates; the spread of their means gives the intervals."
            + (
                " Every policy meets the same futures, so differences between policies are paired."
                if len(run.policies) > 1
                else ""
            ),
        ),
        (
            "Policies. ",
            "A policy is an overlay on dated, cited clauses. Where a clause can say it, what a policy does in the model is an answer of the "
            f"rulebook{f': {said.levers}' if said.levers else ''}. Only what no clause says{f' ({said.strengths})' if said.strengths else ''} "
            "is a strength that the policy states.",
        ),
        (
            "The world ",
            said.world,
        ),
        (
            "Verdicts. ",
            f"Each assumption is a set of conditions on outcomes, {conditions} in all. A condition's margin is positive where it holds; the assumption's "
            "margin is its smallest. Thresholds are judgement.",
        ),
        (
            "What this cannot say: ",
            "how often a future will come about. Shares are shares of futures under wide priors, many of which are judgement; they "
            f"{'compare policies and ' if len(run.policies) > 1 else ''}show what matters, they do not predict. "
            f"{said.not_modelled}".strip(),
        ),
    )
    blocks: list[Block] = [text(Strong(head), body) for head, body in paragraphs if body]
    blocks += [*_record(run.study), _priors(run)]
    return Section("method", "Method and limits", "Method and limits", tuple(blocks), new_page=False)


def _record(study: Study) -> list[Block]:
    """The record up to the day of knowledge against the prior, misses first."""
    rows = sorted(questions.prior_check(study).to_dicts(), key=lambda r: r["inside"])
    if not rows:
        return []
    tests, met = [r for r in rows if not r["calibrated"]], [r["quantity"] for r in rows if r["calibrated"]]
    inside = sum(r["inside"] for r in tests)
    missed = [r["quantity"] for r in tests if not r["inside"]]
    month = phrases.month_in_words(study.case.settings.day)
    said = (
        f"Before any later observation is used, the priors must be able to produce the record up to {month}: {inside} of {len(tests)} recorded "
        "quantities lie within the central 95% of the simulated futures"
        + (f"; {phrases.listing(missed)} do not." if missed else ".")
        + (f" Priors were chosen to meet the rest, so it is no test: {phrases.listing(met)}." if met else "")
    )
    table = Table(
        f"What was recorded by {month} against the central 95% of simulated futures.{phrases.explained(study.case.text.glossary, *(r['unit'] for r in rows))}",
        ("Quantity", "Unit", "Recorded", "2.5%", "Median", "97.5%", "Inside", "Source"),
        tuple(
            (
                r["quantity"],
                r["unit"],
                *(phrases.measured_value(r[k]) for k in ("recorded", "low", "median", "high")),
                "calibrated" if r["calibrated"] else "yes" if r["inside"] else "no",
                r["source"],
            )
            for r in rows
        ),
        numeric=(2, 3, 4, 5),
        wide=(0, 7),
    )
    return [text(Strong("Checks. "), said), Fold(f"The {len(rows)} checks", (table,))]


def _priors(run: Run) -> Fold:
    rows = tuple(
        (phrases.capital(r.meaning), _range(r), r.distribution, r.basis, r.confidence, r.name)
        for r in run.study.priors.rows
    )
    head = ("Uncertainty", "Range", "Distribution", "Basis", "Confidence", "Key in files and commands")
    return Fold(
        f"The {phrases.count_noun(len(rows), 'uncertainty')} and where their ranges come from",
        (
            Table(
                "Ends are hard for uniform and triangular priors, and 5 and 95% for the others.",
                head,
                rows,
                wide=(0, 3, 5),
            ),
        ),
    )


def _range(row: Prior) -> str:
    """The values that an uncertainty may take: its ends, with the likeliest where the distribution has one that is given, or its
    categories with their chances.
    """
    if row.categories:
        return phrases.listing([f"{c.name} {phrases.share(c.chance)}" for c in row.categories], "or")
    if not row.varies:
        return amount(row, row.low)
    if row.distribution != "triangular" or row.central is None:
        return span(row)
    return f"{span(row)}, likeliest {amount(row, row.central)}"


def tables_held(tables: Sequence[facts.Table]) -> list[Block]:
    """What a case's tables of facts are; nothing where it has none."""
    if not tables:
        return []
    held = Table(
        "Tables that ship with the package; each row that a reader sees keeps its own source, date and confidence.",
        ("Table", "What", "Source", "As of", "Licence"),
        tuple((t.name, t.title, t.source, t.date, t.licence) for t in tables),
        wide=(1, 2),
    )
    ship = "ships" if len(tables) == 1 else "ship"
    told = f"Data: {phrases.count_noun(len(tables), 'table')} {ship} with the package, each with source, date, unit and licence; "
    listed = "the command premortem data status lists them with SHA-256."
    return [text(told + listed), Fold("The table" if len(tables) == 1 else f"The {len(tables)} tables", (held,))]


def sources(run: Run) -> Section:
    """Sources, then the box that says how to run it again."""
    source = run.study.case.text.source
    whose = f"{phrases.capital(source)}'s" if source else "The"
    rules = sorted({c.citation for p in run.policies for c in run.study.law(p).clauses})
    blocks: list[Block] = [
        text(
            f"{whose} assumptions, their drivers, arrestors and items to watch: {run.study.case.settings.claims}, in our words."
        ),
        text(
            f"Rules: {phrases.count_noun(len(rules), 'citation')}, clause by clause in the clause files and by the command premortem regime show; not official text, not legal advice."
        ),
        *tables_held(tuple(facts.catalogue(run.study.case).values())),
        text(Strong("Run it again. "), "The same command gives the same bits on the same kind of machine.", look="box"),
        text(command(run), look="code"),
        text(_reproduce(run), look="small"),
    ]
    return Section(
        "sources", "Sources, and how to run it again", "Sources, run it again", tuple(blocks), new_page=False
    )


def command(run: Run) -> str:
    """The command that makes this run anew."""
    chosen = "" if set(run.policies) == set(run.study.policies) else " ".join(f"--policy {p}" for p in run.policies)
    return phrases.command("run", run.study.options, chosen, f"--futures {run.futures} --seed {run.seed}")


def _reproduce(run: Run) -> str:
    inputs = run.manifest["inputs"]
    versions = ", ".join(f"{k} {v}" for k, v in inputs["versions"].items())
    hashes = ", ".join(f"{k} {inputs[k][:12]}" for k in ("parameters", "assumptions", "rules", "world"))
    return f"Versions: {versions}. Inputs (SHA-256, first 12): {hashes}. Seed {run.seed}; {phrases.count_noun(run.futures, 'future')} in chunks of {inputs['chunk']:,}."
