"""Benchmarks: each figure beside a yardstick measured in the same run, by medians of paired runs.

`premortem bench --quick` takes about two minutes; `--peers` runs the tools that people would otherwise use.
"""

from premortem.bench import analysis, card, mechanism, peers, problems, rules, screening, screens, simulation, start
from premortem.bench.timing import Row, machine
from premortem.ensemble.compiled import use_compilation_cache
from premortem.study import Study

__all__ = ["machine", "run"]


def run(quick: bool = True, with_peers: bool = False) -> list[Row]:
    """Every benchmark: name, ours, peer, ratio (above 1 where ours is better), unit, what the peer is."""
    use_compilation_cache()
    study = Study(case=rules.CASE)
    found = [*simulation.rows(study, quick), *card.rows(study), *mechanism.rows(study, 3 if quick else 9)]
    found += [
        *analysis.rows(quick, with_peers),
        *rules.rows(quick),
        *screening.rows(quick),
        *start.rows(quick),
        *screens.rows(quick),
    ]
    return found + ([*peers.rows(study, quick), *problems.rows(quick)] if with_peers else [])
