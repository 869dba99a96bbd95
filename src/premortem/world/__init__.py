"""The simulated world: seven mechanisms in pure JAX. Regions first, **futures last**, in every array of this room."""

from premortem.world.inputs import PARAMS, Regions, parameter_names, quarter_labels, region_ids, regions, years
from premortem.world.simulate import Outcomes, simulate

__all__ = [
    "PARAMS",
    "Outcomes",
    "Regions",
    "parameter_names",
    "quarter_labels",
    "region_ids",
    "regions",
    "simulate",
    "years",
]
