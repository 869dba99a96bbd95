"""A case of the user's own that a command asks of: where it fails for its files, all that is wrong with them is told."""

from dataclasses import replace
from pathlib import Path

from premortem.case import names
from premortem.errors import BadInput, PremortemError
from premortem.questions.case_faults import case_faults
from premortem.study import case_of


def faults_of_own_case(study: Path | None, case: str | None) -> list[BadInput]:
    """Every fault of the files of the case that a command asks of, by name or through its study's folder; none of one that ships."""
    try:
        asked = case_of(study, case)
    except PremortemError:
        return []  # no case at all, as the error says by itself
    return [] if asked.reference in names() else case_faults(replace(asked, own=()))
