"""Shares that hold by forms of the world: by each value of a form, and lowest and highest over all their combinations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from premortem.ensemble.priors import Prior

Array = NDArray[Any]
# A form counts in a cell where its values' shares differ by more than by chance in all but so many of boards: a board has some 170 such
# tests (six rows, seven policies, four forms), so that one board of six shows a band that is none.
CHANCE = 0.001


@dataclass
class FormShares:
    """Counts over futures, part by part, of what holds in which form; `forms` are the priors of the forms.

    There are too many combinations to count futures in each, so that the lowest of them would be low by chance. The share of a
    combination is what the effects of its values come to, fitted by least squares to all futures; of each form's effects, what
    sampling alone would give is taken out (`_beyond_chance`).
    """

    forms: tuple[Prior, ...]
    products: Array | float = (
        0.0  # sums of products of the columns: 1, and for each value of each form whether a future has it
    )
    held: Array | float = 0.0  # the same sums over futures that hold
    squares: float = 0.0  # sum of squared weights

    def add(self, values: Mapping[str, Array], holds: Array, weights: Array | None = None) -> None:
        """Count further futures; `values` of the forms by name."""
        columns = [np.ones(len(holds))]
        for form in self.forms:
            columns += [np.asarray(values[form.name] == form.low + k, float) for k in range(len(form.categories))]
        found = np.stack(columns)
        weighted = found if weights is None else found * weights
        self.products = self.products + weighted @ found.T
        self.held = self.held + weighted @ np.asarray(holds, float)
        self.squares += float(len(holds) if weights is None else np.square(weights).sum())

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
        share = float(held[0] / products[0, 0])
        effects = np.linalg.lstsq(products, held, rcond=None)[0]
        low = high = share
        for form, at in self._places():
            counted = np.diagonal(products)[at : at + len(form.categories)]
            of_form = effects[at : at + len(form.categories)]
            found = self._beyond_chance(share, of_form[counted > 0], counted[counted > 0])
            low, high = low + float(found.min()), high + float(found.max())
        return max(low, 0.0), min(high, 1.0)

    def _beyond_chance(self, share: float, effects: Array, counted: Array) -> Array:
        """Effects of a form's values on the `share`, about their mean, less what sampling gives; same shape.

        A share p of n futures differs from the truth by a variance of p (1 - p) / n; so values of a form that changes nothing spread
        by (values - 1) p (1 - p) / N on average over all N futures (weighted ones: the effective number). Where they spread by so much
        that chance gives it in less than `CHANCE` of boards (chi-squared), effects are shrunk until their variance is what is left of
        it; else the form has none, so that few futures may show less of a band than there is.
        """
        total = counted.sum()
        about = effects - counted @ effects / total
        spread = float(counted @ np.square(about) / total)
        chance = share * (1 - share) * self.squares / total**2
        free = len(effects) - 1
        if not free or spread <= chdtri(free, CHANCE) * chance:
            return np.zeros_like(about)
        return np.asarray(about * np.sqrt(1 - free * chance / spread))

    def _places(self) -> list[tuple[Prior, int]]:
        sizes = [len(form.categories) for form in self.forms]
        return list(zip(self.forms, np.cumsum([1, *sizes[:-1]]).tolist(), strict=True)) if sizes else []
