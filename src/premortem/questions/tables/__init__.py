"""Questions to a table of one's own, of NumPy, pandas, Polars or xarray: a row a future, a column an input or an outcome."""

from premortem.questions.tables.asked import Asked  # the same of a table in a file, as the command line asks it
from premortem.questions.tables.boxes import boxes  # where a row fails: ranges and categories of a few columns
from premortem.questions.tables.regret import regret  # what each policy gives up, a column a policy
from premortem.questions.tables.sensitivity import sensitivity  # which columns an outcome depends on, by six methods
from premortem.questions.tables.trees import trees  # the same as boxes by a classification tree
from premortem.questions.tables.worth import value_of_information  # what reading a column would be worth

__all__ = ["Asked", "boxes", "regret", "sensitivity", "trees", "value_of_information"]
