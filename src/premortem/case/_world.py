"""What a world is to the engine: a module of the case that simulates futures from values and levers."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # slow to load, and only who simulates needs it
    import jax

# What every world has; `World` says what each gives.
WORLD_PARTS = ("AT_REST", "simulate", "levers", "steps", "times")


class Levers(Protocol):
    """A policy as arrays over the steps of a world, by name: a `NamedTuple` of the case, shape (step,) or (step, region)."""

    @property
    def _fields(self) -> tuple[str, ...]: ...
    def _replace(self, **arrays: Any) -> "Levers": ...
    def _asdict(self) -> dict[str, Any]: ...
    def __getattr__(self, name: str) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


class World(Protocol):
    """A world module. Series have shape (step, future), or (step, region, future) where they are regional."""

    # value of a lever that binds nothing, where it is not 0
    AT_REST: Mapping[str, float]

    def simulate(self, values: Any, levers: Any, *, lags: Mapping[str, float] = ...) -> "dict[str, jax.Array]":
        """Every series by name, from values (parameter, future) and levers; pure, for JAX. A world whose case has instruments
        may take the `lags` of some [yr], which a study gives; no other is handed any.
        """

    # A world that is worked out step after step may have `simulate_until(values, levers, until)` too, with `lags` as above: the same up
    # to the step whose middle is `until` [yr], in less time; what it gives of later steps is not read.

    def levers(self, book: Any) -> Levers:
        """A rulebook under a policy as arrays."""

    def steps(self) -> tuple[str, ...]:
        """Names of the steps of its clock, such as 2030Q4 or 2030."""

    def times(self) -> Any:
        """Middle of each step [yr], shape (step,)."""
