"""What of this case the benchmarks time: its law and one mechanism of its world, each beside the same written by hand."""

from premortem.case import Mechanism, Moved, Peer
from premortem.cases.us_ai_2025.invented_firms import FIRMS
from premortem.cases.us_ai_2025.law_by_hand import ONE, by_hand, by_variable, ledger, shipments
from premortem.cases.us_ai_2025.politics_by_hand import NAMES, in_jax, in_numba, in_numpy

__all__ = ["CHECKED", "FIRMS", "LAW", "MECHANISM", "MOVED", "ONE", "ledger", "shipments"]

# Two shipments to check: of an item that is clear, and of one that could be several, to a place that none may go to.
CHECKED = ({"item": "H20", "destination": "SGP"}, {"item": "H100", "destination": "CHN"})
MOVED = Moved("diffusion.country_allocation.tpp", 1e8, 1.5e9, (4e8, 6e8, 9e8), "A2", "A2.models_contained", 0.05, 0.5)

# The same law by other means, of a table of shipments.
LAW = (
    Peer("pandas by hand", by_hand, "the same law in vectorised pandas, no trace, no totals"),
    Peer("a formula a variable", by_variable, "the same law as OpenFisca evaluates it, day by day"),
)
MECHANISM = Mechanism(
    NAMES,
    in_jax,
    (
        Peer("NumPy", in_numpy, "politics over 40 quarters by hand in NumPy"),
        Peer("Numba", in_numba, "politics over 40 quarters by hand in Numba"),
    ),
)
