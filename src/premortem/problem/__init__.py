"""A problem of one's own: a model, what it cannot know, what one may choose, what counts; run, questioned and told like a case."""

from premortem.problem.given_priors import Drawn  # any distribution, by its quantile function
from premortem.problem.levers import Lever  # what a policy sets
from premortem.problem.outcomes import Outcome, Series  # what a model gives: numbers with a direction, series over time
from premortem.problem.problem import Problem  # a model with all that is declared of it, and its runs
from premortem.problem.rules import Rules  # a lever that is a rulebook
from premortem.problem.run import Run  # policies in many futures, and every question to them
from premortem.problem.uncertainties import (
    Beta,  # a range with a likeliest value, smooth at the ends (PERT)
    Category,  # levels without order
    Integer,  # whole numbers
    Lognormal,  # by median and the sigma of its logarithm
    Normal,  # by mean and standard deviation
    Triangular,  # a range with a likeliest value
    Uncertainty,  # what all of these are
    Uniform,  # a range
)

__all__ = [
    "Beta",
    "Category",
    "Drawn",
    "Integer",
    "Lever",
    "Lognormal",
    "Normal",
    "Outcome",
    "Problem",
    "Rules",
    "Run",
    "Series",
    "Triangular",
    "Uncertainty",
    "Uniform",
]
