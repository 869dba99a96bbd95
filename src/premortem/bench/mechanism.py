"""One mechanism of a case's world, beside the same by hand.

The yardstick for the engine: what a person can get by hand from the same arithmetic on the same machine.
"""

from functools import partial

import jax
import numpy as np

from premortem.bench.timing import Row, row, time_pair
from premortem.case import Timed
from premortem.ensemble.part import draw
from premortem.study import Study

FUTURES = 16_384


def rows(study: Study, timed: Timed, times: int) -> list[Row]:
    """Futures a second of the mechanism over all steps, beside each form by hand."""
    values, mechanism = draw(study.priors, "sobol", 7, 0, FUTURES), timed.MECHANISM
    p = np.ascontiguousarray(values[[study.priors.names.index(name) for name in mechanism.names]])
    ours = jax.jit(mechanism.compiled)
    made = []
    for peer in mechanism.peers:
        took, theirs = time_pair(lambda: jax.block_until_ready(ours(p)), partial(peer.answer, p), times)
        made.append(row(f"one mechanism beside {peer.name}", FUTURES / took, FUTURES / theirs, "futures/s", peer.says))
    return made
