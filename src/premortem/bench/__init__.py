"""Benchmarks: each figure beside a yardstick measured in the same run, by medians of paired runs.

`premortem bench --quick` takes about two minutes; `--peers` runs the tools that people would otherwise use.
"""

from premortem.bench import analysis, gpu, mechanism, peers, problems, rules, screening, screens, simulation, start
from premortem.bench.timing import Row, machine
from premortem.case import default
from premortem.ensemble.compiled import use_compilation_cache
from premortem.study import Study

__all__ = ["machine", "run"]


def run(quick: bool = True, with_peers: bool = False) -> list[Row]:
    """Every benchmark: name, ours, peer, ratio (above 1 where ours is better), unit, what the peer is."""
    use_compilation_cache()
    study = Study(case=default())
    timed = study.case.timed
    found = [*simulation.rows(study, quick), *gpu.rows(study)]
    found += mechanism.rows(study, timed, 3 if quick else 9) if timed else []
    found += [
        *analysis.rows(quick, with_peers),
        *(rules.rows(study.case, timed, quick) if timed else ()),
        *screening.rows(quick),
        *start.rows(quick),
        *screens.rows(quick),
    ]
    return found + ([*peers.rows(study, quick), *problems.rows(quick)] if with_peers else [])
