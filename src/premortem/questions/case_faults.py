"""Every fault of every file of a case, all at once: each file goes through the reader that a run uses."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from premortem import facts
from premortem.case import INSTRUMENTS, Case, instruments
from premortem.case import MARK as CASE_MARK
from premortem.ensemble import priors
from premortem.ensemble.evidence import EVIDENCE, evidence
from premortem.errors import BadInput, MissingData, call_all, each, nearest, raise_all
from premortem.facts import live
from premortem.facts.tables import ANSWERS, answers
from premortem.files.toml import read_toml
from premortem.files.typed import read_entries
from premortem.law import book as rules
from premortem.law import checklists, loopholes, rulebook_version, screening
from premortem.law.clauses import clause_files
from premortem.law.clauses.policy_documents import check_form
from premortem.law.fields import transfers
from premortem.law.fields.vocabulary import FILE as VOCABULARY
from premortem.law.fields.vocabulary import vocabulary
from premortem.questions import _amounts, time
from premortem.questions.futures import SIGNS, signs
from premortem.study.folder import ASSUMPTIONS, PARAMETERS, POLICIES, Check, check_assumption, check_ids, faults_of
from premortem.study.outcome_names import names_as_far_as_read, outcome_names
from premortem.watch import hindcast, process, pulled, signposts
from premortem.watch import quantities as known_quantities

TEXT = "text.toml"
CLAUSES = "clauses"


def case_faults(case: Case) -> list[BadInput]:
    """Every fault of a case's files, each once. Code of the case is run: its world is asked for every policy's levers, and
    traced; nothing is simulated.
    """
    places = _places(case)
    found = [error.at(places.get(error.file, error.file)) for error in faults_of(_checks(case))]
    return [*{str(error): error for error in found if not _passed_on(error, found)}.values()]


def _passed_on(error: BadInput, found: Sequence[BadInput]) -> bool:
    """Whether a policy's file only shows the fault of a clause that it lays its own over."""
    of_law = ((e.key, e.what) for e in found if e.file.startswith(f"{CLAUSES}/"))
    return error.file.startswith(f"{POLICIES}/") and (error.key, error.what) in of_law


def _places(case: Case) -> dict[str, str]:
    """Where in the case a file lies, by its name, which is all that a reader tells; of two of one name neither."""
    paths = [path for kind in ("*.toml", "*.csv") for path in case.folder.rglob(kind)]
    held = Counter(path.name for path in paths)
    return {p.name: p.relative_to(case.folder).as_posix() for p in paths if held[p.name] == 1}


def _checks(case: Case) -> Iterator[tuple[str, Check]]:
    """What reads each file of a case, those first on which others rest."""
    policies = sorted((case / POLICIES).glob("*.toml"))
    for path in sorted(case.folder.rglob("*.toml")):
        yield path.relative_to(case.folder).as_posix(), partial(read_toml, path)
    yield CASE_MARK, lambda: case.settings
    yield TEXT, lambda: case.text
    yield VOCABULARY, partial(vocabulary, case)
    yield PARAMETERS, partial(priors.read, case / PARAMETERS)
    yield CLAUSES, partial(clause_files.check_forms, case)
    for path in policies:
        yield f"{POLICIES}/{path.name}", partial(check_form, path)
    yield "facts/tables.toml", partial(_check_facts, case)
    yield f"facts/{ANSWERS}", partial(answers, case)
    yield INSTRUMENTS, partial(instruments, case)
    yield "world", partial(_check_world, case)
    yield CASE_MARK, partial(_check_policies, case)
    yield CASE_MARK, partial(_check_steps, case)
    for path in policies:
        yield f"{POLICIES}/{path.name}", partial(rules.load, path, case)
    own = sorted((case / ASSUMPTIONS).glob("*.toml"))
    for path in own:
        yield f"{ASSUMPTIONS}/{path.name}", partial(check_assumption, case, path, True)
    yield ASSUMPTIONS, partial(check_ids, own, ())
    if (case / SIGNS).is_file():
        yield SIGNS, partial(_check_signs, case)
    yield _amounts.FILE, partial(_check_amounts, case)
    if (case / time.FILE).is_file():
        yield time.FILE, partial(_check_time, case)
    yield from _law_checks(case)
    yield from _watch_checks(case)


def _law_checks(case: Case) -> Iterator[tuple[str, Check]]:
    yield rulebook_version.FILE, partial(rulebook_version.shipped_version, case)
    yield rulebook_version.CHANGES, partial(rulebook_version.changes, case)
    yield live.FILE, partial(live.sources, case)
    yield transfers.FILE, partial(transfers.transfers, case)
    yield loopholes.FILE, partial(loopholes.substance, case)
    yield checklists.CHECKLISTS, partial(checklists.checklists, case)
    yield checklists.RED_FLAGS, partial(checklists.red_flags, case)
    yield "addressees.toml", partial(screening.check_addressees, case)
    yield "facts/parties.csv", partial(screening.screen, (), case=case)
    if (case / EVIDENCE).is_file():
        yield EVIDENCE, partial(evidence, case)


def _watch_checks(case: Case) -> Iterator[tuple[str, Check]]:
    quantities = "watch/quantities.toml"  # first by themselves: their units are of another file
    yield quantities, partial(read_entries, case / quantities, known_quantities.Quantity, missing_ok=True)
    for name, read in {
        "units": known_quantities.units,
        "quantities": known_quantities.shipped_quantities,
        "process": process.events,
        "states": process.states,
        "explanations": hindcast.explanations,
    }.items():
        yield f"watch/{name}.toml", partial(read, case)
    if (case / "watch" / "leads.toml").is_file():
        yield "watch/leads.toml", partial(_check_leads, case)
    yield pulled.FILE, partial(pulled.rules_of_readings, case)
    yield signposts.FILE, partial(signposts.shipped_signposts, case)


def _unknown(file: str, named: Iterable[tuple[str, str, str]], known: Sequence[str], what: str) -> list[BadInput]:
    """Faults of names, each with its key, that are none of the known ones."""
    return [
        BadInput(file, key, f"no such {what}: {name}", got=name, allowed=allowed, hint=nearest(name, known))
        for key, name, allowed in named
        if name not in known
    ]


def _check_policies(case: Case) -> None:
    """Raises for policies that `case.toml` names and that have no file, for files that it does not name, and for parts of it
    that name no policy.
    """
    told = case.settings
    files = sorted(path.stem for path in (case / POLICIES).glob("*.toml"))
    allowed = f"a file of {POLICIES}/: {', '.join(files)}"
    named = [("policies", name, allowed) for name in told.policies]
    roles = {"baseline": told.baseline, "record": told.record, "strictest": told.strictest}
    chosen = [(key, name, f"one of policies: {', '.join(told.policies)}") for key, name in roles.items() if name]
    left = [(f"{POLICIES}/{name}.toml", name, "a name in policies of case.toml") for name in files]
    raise_all(
        [
            *_unknown(CASE_MARK, named, files, "policy"),
            *_unknown(CASE_MARK, chosen, told.policies, "policy"),
            *(
                BadInput(file, "", "is not read: case.toml does not name it", got=name, allowed=allowed)
                for file, name, allowed in left
                if name not in told.policies
            ),
        ]
    )


def _check_steps(case: Case) -> None:
    """Raises for names in `case.toml` and `text.toml` that are no step or no series of the world."""
    labels, told = case.clock.labels, case.settings
    allowed = f"a step of the world: {labels[0]} to {labels[-1]}"
    steps = [(f"steps.{key}", step) for key in ("kept", "compared") for step in getattr(told.steps, key)]
    steps += [(f"steps.{key}", getattr(told.steps, key)) for key in ("early", "named")]
    steps += [("answers_to.at", told.answers_to.at)]
    named = [(key, step, allowed) for key, step in steps if step]
    shown = [("shown", case.text.shown, allowed)] if case.text.shown else []
    answers = {"goodwill": told.answers_to.goodwill, "progress": told.answers_to.progress}
    series = [(f"answers_to.{key}", name, "a series of the world") for key, name in answers.items() if name]
    raise_all([*_unknown(CASE_MARK, named, labels, "step"), *_unknown(TEXT, shown, labels, "step")])
    raise_all(_unknown(CASE_MARK, series, sorted(names_as_far_as_read(case)), "series"))


def _check_world(case: Case) -> None:
    """Raises where the world cannot be asked for what a run asks: its clock, the levers of every policy, and its series."""
    world = case.world
    labels, file = world.steps(), case.code[0].relative_to(case.folder).as_posix()
    if not labels or not all(isinstance(label, str) and label[:4].isdigit() for label in labels):
        allowed = "names of steps, such as 2030 or 2030Q4"
        raise BadInput(file, "steps", "gives no names of steps", got=labels, allowed=allowed)
    times, levers = np.shape(world.times()), world.levers(rules.load(case=case))
    if times != (len(labels),):
        raise BadInput(file, "times", "has another shape than steps", got=times, allowed=str((len(labels),)))
    raise_all(_unknown(file, [("AT_REST", n, "a lever") for n in world.AT_REST], levers._fields, "lever"))
    call_all(*(partial(_check_levers, case, policy, file) for policy in case.settings.policies))
    outcome_names(case)


def _check_levers(case: Case, policy: str, file: str) -> None:
    levers, steps = case.world.levers(rules.load(policy, case)), len(case.clock.labels)
    raise_all(
        [
            BadInput(file, f"levers: {name}", "has another length than steps", got=np.shape(array), allowed=str(steps))
            for name, array in levers._asdict().items()
            if np.shape(array)[:1] != (steps,)
        ]
    )


def _check_facts(case: Case) -> None:
    each(partial(_check_table, case), facts.catalogue(case))


def _check_table(case: Case, name: str) -> None:
    try:
        call_all(
            lambda: raise_all(facts.column_faults(name, case)),
            lambda: facts.read(name, case),
            lambda: raise_all(facts.cell_faults(name, case, _ids(case))),
        )
    except (MissingData, FileNotFoundError):
        raise BadInput("facts/tables.toml", name, "has no file", allowed=f"facts/{name}.csv") from None


def _ids(case: Case) -> list[str]:
    """Ids of the case's assumptions, as far as their files can be read: what is wrong with these is told of them."""
    files = (read_toml(path) for path in sorted((case / ASSUMPTIONS).glob("*.toml")))
    return [str(held.get("id", "")) for held in files]


def _check_signs(case: Case) -> None:
    named = [(name, name, "a series of the world") for name in signs(case)]  # first: the world may not be asked
    raise_all(_unknown(SIGNS, named, sorted(names_as_far_as_read(case)), "series"))


def _check_amounts(case: Case) -> None:
    """Raises for numbers that no clause of any policy has."""
    told = _amounts.amounts(case)
    books = [rules.load(policy, case) for policy in case.settings.policies]
    known = sorted({f"{c.id}.{number}" for book in books for c in book.clauses for number in c.numbers})
    named = [(f"{part}.{name}", name, "CLAUSE.NUMBER") for part in ("amounts", "lines") for name in getattr(told, part)]
    raise_all(_unknown(_amounts.FILE, named, known, "clause number"))


def _check_time(case: Case) -> None:
    shifts = time.shifts(case)  # first: the world may not be asked
    levers = case.world.levers(rules.load(case=case))._fields
    time.check_shifts(shifts, priors.read(case / PARAMETERS).names, levers)


def _check_leads(case: Case) -> None:
    raise_all(
        _unknown(
            "watch/leads.toml",
            [(n, n, "a policy of the case") for n in process.leads(case)],
            rules.policies(case),
            "policy",
        )
    )
