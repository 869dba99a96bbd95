"""What a model of a user's own takes and gives, by name.

Of which type a value is, only the model's author knows: a level of a lever may be any object, a constant a table or a network.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

# A number, a text, an array, or whatever else the model takes or gives.
ModelValue: TypeAlias = Any
# Values of a policy by lever.
LeverValues: TypeAlias = Mapping[str, ModelValue]
# What stays the same in every future, by name.
Constants: TypeAlias = Mapping[str, ModelValue]
# Arguments of a call of the model, by name: of one future or of a batch of them.
Arguments: TypeAlias = Mapping[str, ModelValue]
# What a call of the model gives, outcomes and series by name.
Output: TypeAlias = dict[str, ModelValue]
# Everything that a proposition may name: outcomes and uncertainties (future,), series (future, time), levers, constants.
Known: TypeAlias = Mapping[str, ModelValue]
# Propositions by name as a user gives them: texts over what is known, functions of it, or tables of a file.
GivenPropositions: TypeAlias = Mapping[str, str | Callable[..., ModelValue] | Mapping[str, ModelValue]]
