"""The EU's rule on general-purpose AI models, 2023 to 2032, year by year: who is caught, who is watched, who complies.

Origin: the handed reference model of 26 November 2026 (94 lines of numpy), in JAX; `docs` of the case: its seven steps below
follow that model's own numbering. Orders of magnitude (OOM) are log10 of training compute in FLOP. Every series has the
shape (year, future).
"""

from premortem.cases.eu_gpai.world.levers import AT_REST, Levers, levers
from premortem.cases.eu_gpai.world.model import parameter_names, simulate, steps, times

__all__ = ["AT_REST", "Levers", "levers", "parameter_names", "simulate", "steps", "times"]
