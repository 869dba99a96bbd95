"""A study: the shipped case with a folder of the user's own files over it, and the runs made of it."""

from premortem.study.case_list import cases
from premortem.study.folder import case_of, make_study, problems
from premortem.study.last import run as last_run
from premortem.study.of_run import case_of_run, forms_of_run, policy_files_of_run, pulled_of_run
from premortem.study.outcome_names import outcome_names
from premortem.study.study import Run, Study, as_names, chosen_of, open_run

__all__ = [
    "Run",
    "Study",
    "as_names",
    "case_of",
    "case_of_run",
    "cases",
    "chosen_of",
    "forms_of_run",
    "last_run",
    "make_study",
    "open_run",
    "outcome_names",
    "policy_files_of_run",
    "problems",
    "pulled_of_run",
]
