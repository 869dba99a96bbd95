"""Runs on a graphics card, where one is: futures a second scored, without writing, and stored."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import jax

from premortem.bench.timing import Row, row
from premortem.ensemble import gpu_parts, store
from premortem.ensemble import run as ensemble
from premortem.ensemble.compiled import device_of
from premortem.ensemble.part import Spec
from premortem.errors import BadInput
from premortem.study import Study

FUTURES, SEED = 1_000_000, 7
# Futures times policies a second that a card of 80 GB is to make.
SCORED, STORED = 1_000_000, 100_000


def rows(study: Study) -> list[Row]:
    """Both rates under every policy, the second with all columns on disk; where there is no card, a row that says so."""
    try:
        name = device_of("gpu").device_kind
    except BadInput:
        return [row("runs on a graphics card", 0.0, None, "futures/s", "no card here, left out")]
    given = {policy: (study.levers(policy), study.scorer.thresholds) for policy in study.policies}
    kept, reread = study.compiled.forward.kept, study.compiled.interpreted
    with TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        timing = ensemble.run(
            study.model(), study.priors, given, FUTURES, SEED, out,
            inputs=study.hashes(study.policies), kept=kept, reread=reread, device="gpu",
        )  # fmt: skip
        inputs = store.read_manifest(out)["inputs"]
        sizes = {"chunk": inputs["chunk"], "size": inputs["part"]}
        spec = Spec(
            "", out, study.model(), study.priors, given, "sobol", SEED, FUTURES, kept, reread, **sizes, device="gpu"
        )
        scored = _scored(spec)
    more = {"card": name, "batch": spec.size}
    return [
        row("futures scored on a graphics card", scored, SCORED, "futures/s", "its budget", **more),
        row(
            "futures stored from a graphics card", timing.simulated / timing.simulate, STORED, "futures/s",
            "its budget", **more,
        ),
    ]  # fmt: skip


def _scored(spec: Spec) -> float:
    """Futures times policies a second: drawn, simulated, scored and counted. Not the first part, which also lays bins."""
    began, parts = time.perf_counter(), range(1, spec.parts)
    for part in parts:
        values = gpu_parts.drawn(spec, part)
        for name in spec.policies:
            found = gpu_parts.simulated(spec, part, name, values)
            jax.block_until_ready((found.columns, found.counts))
    return len(parts) * spec.size * len(spec.policies) / (time.perf_counter() - began)
