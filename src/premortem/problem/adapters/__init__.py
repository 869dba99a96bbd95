"""Problems of other tools: each reads their objects as they are, without having their package installed."""

from premortem.problem.adapters.ema import from_ema  # a Model of the EMA Workbench
from premortem.problem.adapters.program import from_program  # a program that reads a CSV table and writes one
from premortem.problem.adapters.pysd import from_pysd  # a Vensim or XMILE model, by PySD
from premortem.problem.adapters.rhodium import from_rhodium  # a Model of Rhodium
from premortem.problem.adapters.salib import from_salib  # a problem's dictionary of SALib

__all__ = ["from_ema", "from_program", "from_pysd", "from_rhodium", "from_salib"]
