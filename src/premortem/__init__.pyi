"""The public names, as editors and type checkers see them; `__init__.py` loads each when it is asked for."""

from premortem.briefing.notebook import brief as brief
from premortem.briefing.notebook import figures as figures
from premortem.exhibits import chart as chart
from premortem.exhibits import exhibit as exhibit
from premortem.law.decide import Transaction as Transaction
from premortem.law.notebook import book as book
from premortem.law.screening import screen as screen
from premortem.problem import Beta as Beta
from premortem.problem import Category as Category
from premortem.problem import Drawn as Drawn
from premortem.problem import Integer as Integer
from premortem.problem import Lever as Lever
from premortem.problem import Lognormal as Lognormal
from premortem.problem import Normal as Normal
from premortem.problem import Outcome as Outcome
from premortem.problem import Problem as Problem
from premortem.problem import Series as Series
from premortem.problem import Triangular as Triangular
from premortem.problem import Uniform as Uniform
from premortem.questions import breaking_points as breaking_points
from premortem.questions import compare as compare
from premortem.questions import curve as response_curve
from premortem.questions import discover as discover
from premortem.questions import explain as explain
from premortem.questions import futures as futures
from premortem.questions import heavy_edits as heavy_edits
from premortem.questions import hindcast as hindcast
from premortem.questions import one_future as one_future
from premortem.questions import single_changes as single_changes
from premortem.questions import standing as standing
from premortem.questions import stress as stress_test
from premortem.questions import time_asymmetry as time_asymmetry
from premortem.questions import what_to_watch as what_to_watch
from premortem.questions.tables import boxes as boxes
from premortem.questions.tables import regret as regret
from premortem.questions.tables import sensitivity as sensitivity
from premortem.questions.tables import trees as trees
from premortem.questions.tables import value_of_information as value_of_information
from premortem.study import Study as Study
from premortem.study import make_study as new_study
from premortem.study import open_run as open
from premortem.text.tables import table as table

__version__: str
