"""What a question may raise where a run or a table lacks what it needs, so that the parts beside it can be told all the same."""

import polars as pl

from premortem.errors import PremortemError

UNANSWERABLE = (PremortemError, KeyError, pl.exceptions.PolarsError)
