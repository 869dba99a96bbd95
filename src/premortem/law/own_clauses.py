"""Faults of a study's own instruments: files of clauses in its folder that stand beside those of the case."""

from dataclasses import replace

from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law import book as rules
from premortem.law.clauses.clause_files import FOLDER, clause_file, own_instruments
from premortem.law.soundness import unsound

__all__ = ["FOLDER", "check_own_clauses"]


def check_own_clauses(case: Case) -> None:
    """Raises `BadInput`, every fault at once: of the form of the files and of each clause; else of clauses that no transaction reaches, or
    that contradict others, under the baseline with all of them in it.
    """
    own = own_instruments(case)
    baseline = rules.load(case=replace(case, own=())).policy
    book = rules.overlay(baseline.model_copy(update={"include": (*baseline.include, *own)}), "", case)
    ours = {c.id: c.instrument for c in book.clauses if c.instrument in own}
    found = unsound(book, frozenset(ours)) if ours else []
    raise_all([BadInput(clause_file(ours[clause]), clause, why) for clause, why in found])
