"""What a verdict names, for those who meet it on a board: readers and forms of the world."""

from collections.abc import Sequence

from premortem.propositions.verdicts import form_name
from premortem.study import Study
from premortem.text.phrases import capital, explained, listing


def explain_verdicts(study: Study, verdicts: Sequence[str]) -> str:
    """When a verdict is given, and who the readers and what the forms of the world are that these verdicts name."""
    readers = dict.fromkeys(i.name for a in study.assumptions for i in a.interpretation)
    forms = {form_name(prior.name): prior.meaning for prior in study.form_priors}
    told = "It holds or breaks only where all three agree; else it depends on what is named."
    named = [name for name in readers if any(name in verdict for verdict in verdicts)]
    if named:
        told += f" {capital(listing(named))}: the same assumption by another reader's limits."
    return told + explained(forms, *verdicts)
