"""The simulated world: seven mechanisms in pure JAX. Regions first, **futures last**, in every array of this room."""

from premortem.cases.us_ai_2025.world.inputs import (
    PARAMS,
    Regions,
    parameter_names,
    region_ids,
    regions,
    steps,
    times,
)
from premortem.cases.us_ai_2025.world.policy_levers import AT_REST, Levers, levers
from premortem.cases.us_ai_2025.world.simulate import Outcomes, simulate, simulate_until

__all__ = [
    "AT_REST",
    "PARAMS",
    "Levers",
    "Outcomes",
    "Regions",
    "levers",
    "parameter_names",
    "region_ids",
    "regions",
    "simulate",
    "simulate_until",
    "steps",
    "times",
]
