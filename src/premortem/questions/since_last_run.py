"""What changed between two runs: inputs that changed, and shares that hold before and after."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.questions import _paired
from premortem.study import Run
from premortem.text.result import Result

# Inputs that are told by a hash, and those told by their value.
HASHED, PLAIN = ("parameters", "assumptions", "rules", "world"), ("futures", "seed", "design")
SHORT = 12


@dataclass(frozen=True)
class InputChange:
    """An input that is another than before."""

    input: str
    before: str
    after: str


@dataclass(frozen=True)
class ShareChange:
    """A share that holds before and after, and the change with its 95% interval."""

    assumption: str
    policy: str
    before: float
    after: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class SinceLastRun(Result):
    """What changed since an older run; `paired` where both drew the same futures, `policies` those that are `new` and `gone`."""

    paired: bool
    inputs: tuple[InputChange, ...]
    policies: dict[str, list[str]]
    board: tuple[ShareChange, ...]


def since_last_run(run: Run, old: Run) -> SinceLastRun:
    """What changed since an older run, over the policies of both.

    Differences are paired where both runs drew the same futures (seed, design and parameters agree). Raises `BadInput` when
    the runs share no policy.
    """
    shared = [p for p in run.policies if p in old.policies]
    if not shared:
        raise BadInput(
            str(old.folder),
            "policies",
            "shares no policy with this run",
            got=", ".join(old.policies),
            allowed=", ".join(run.policies),
        )
    now, then = run.manifest["inputs"], old.manifest["inputs"]
    paired = all(now[k] == then[k] for k in ("seed", "design", "parameters"))
    rows = [_row(run, old, key, p, paired) for p in shared for key in (*(a.id for a in run.study.assumptions), "all")]
    inputs = [InputChange(k, _short(k, then[k]), _short(k, now[k])) for k in (*PLAIN, *HASHED) if now[k] != then[k]]
    policies = {
        "new": [p for p in run.policies if p not in shared],
        "gone": [p for p in old.policies if p not in shared],
    }
    return SinceLastRun(paired, tuple(inputs), policies, tuple(rows))


def _row(run: Run, old: Run, key: str, policy: str, paired: bool) -> ShareChange:
    after, before = _holds(run, key, policy), _holds(old, key, policy)
    if paired:
        n = min(len(after), len(before))
        effect = _paired.paired(after[:n] - before[:n])
        low, high = effect.low, effect.high
    else:
        after, before = after[~np.isnan(after)], before[~np.isnan(before)]
        error = 1.96 * float(np.sqrt(after.var() / len(after) + before.var() / len(before)))
        change = float(after.mean() - before.mean())
        low, high = change - error, change + error
    share, was = float(np.nanmean(after)), float(np.nanmean(before))
    return ShareChange(key, policy, was, share, share - was, low, high)


def _holds(run: Run, key: str, policy: str) -> NDArray[np.float64]:
    """Whether each future holds, as 1 or 0; NaN where it failed."""
    ids = [a.id for a in run.study.assumptions] if key == "all" else [key]
    held = np.stack([*run.columns(policy, [f"margin.{k}" for k in ids]).values()])
    return np.where(np.isfinite(held).all(0), (held > 0).all(0), np.nan)


def _short(name: str, value: Any) -> str:
    return (
        str(value)[:SHORT]
        if name in HASHED
        else f"{value:,}"
        if isinstance(value, int) and name == "futures"
        else str(value)
    )
