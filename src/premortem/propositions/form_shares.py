"""Shares that hold by forms of the world: by each value of a form, and lowest and highest over all their combinations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.priors import Prior

Array = NDArray[Any]


@dataclass
class FormShares:
    """Counts over futures, part by part, of what holds in which form; `forms` are the priors of the forms.

    There are too many combinations to count futures in each, so that the lowest of them would be low by chance. The share of a
    combination is what the effects of its values come to, fitted by least squares to all futures.
    """

    forms: tuple[Prior, ...]
    products: Array | float = (
        0.0  # sums of products of the columns: 1, and for each value of each form whether a future has it
    )
    held: Array | float = 0.0  # the same sums over futures that hold

    def add(self, values: Mapping[str, Array], holds: Array, weights: Array | None = None) -> None:
        """Count further futures; `values` of the forms by name."""
        columns = [np.ones(len(holds))]
        for form in self.forms:
            columns += [np.asarray(values[form.name] == form.low + k, float) for k in range(len(form.categories))]
        found = np.stack(columns)
        weighted = found if weights is None else found * weights
        self.products = self.products + weighted @ found.T
        self.held = self.held + weighted @ np.asarray(holds, float)

    def by_value(self) -> dict[str, dict[str, float]]:
        """Share that holds by form and value; of a value that no future has, none."""
        counted, held = np.diagonal(np.asarray(self.products)), np.asarray(self.held)
        return {
            form.name: {
                category.name: float(held[at + k] / counted[at + k])
                for k, category in enumerate(form.categories)
                if counted[at + k] > 0
            }
            for form, at in self._places()
        }

    def band(self) -> tuple[float, float] | None:
        """Lowest and highest share over combinations of values that occur; None where no form varies."""
        products, held = np.asarray(self.products), np.asarray(self.held)
        if not any(len(values) > 1 for values in self.by_value().values()):
            return None
        effects = np.linalg.lstsq(products, held, rcond=None)[0]
        low = high = float(effects[0])
        for form, at in self._places():
            occurs = [effects[at + k] for k in range(len(form.categories)) if products[at + k, at + k] > 0]
            low, high = low + float(min(occurs)), high + float(max(occurs))
        return max(low, 0.0), min(high, 1.0)

    def _places(self) -> list[tuple[Prior, int]]:
        sizes = [len(form.categories) for form in self.forms]
        return list(zip(self.forms, np.cumsum([1, *sizes[:-1]]).tolist(), strict=True)) if sizes else []
