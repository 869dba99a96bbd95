"""How many examples a property has: a share of what the profile gives, so that `--hypothesis-profile many` multiplies all alike."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

# A property is judged by what it finds, at any load: no example and no drawing of one has a time limit.
LOOSE: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def examples(share: float, **more: Any) -> Callable[[Any], Any]:
    """Settings of a property whose examples are dear (a share under 1) or cheap."""
    return settings(**LOOSE | more, max_examples=max(2, round(share * settings().max_examples)))
