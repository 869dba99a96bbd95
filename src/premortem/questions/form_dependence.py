"""Which form of the world a verdict hangs on: shares that hold by each form's values."""

from collections.abc import Mapping
from dataclasses import dataclass

from premortem.questions.findings import cell
from premortem.study import Run
from premortem.text import phrases
from premortem.text.result import Result

# Shares of a form's values that are so far apart turn what a reader concludes.
HANGS = 0.1


@dataclass(frozen=True, repr=False)
class FormDependence(Result):
    """Shares that hold by the values of a form; `spread` is the largest less the smallest, `says` that in words."""

    form: str
    meaning: str
    holds: Mapping[str, float]
    spread: float
    says: str


def form_dependence(run: Run, assumption: str, policy: str) -> tuple[FormDependence, ...]:
    """What each form of the world does to the share of an assumption under a policy, the largest spread first; of a form that is
    fixed nothing.
    """
    found = []
    for name, holds in cell(run, assumption, policy).by_form.items():
        if len(holds) > 1:
            said, meaning = run.study.case.text.forms.get(name, {}), run.study.priors[name].meaning
            spread = max(holds.values()) - min(holds.values())
            told = phrases.listing(
                [
                    f"{phrases.share(share)} where {said.get(value, value.replace('_', ' '))}"
                    for value, share in holds.items()
                ]
            )
            verb = "hangs on" if spread >= HANGS else "hardly depends on"
            says = f"{assumption} {verb} '{meaning}': it holds in {told}"
            found.append(FormDependence(name, meaning, holds, spread, says))
    return tuple(sorted(found, key=lambda row: -row.spread))
