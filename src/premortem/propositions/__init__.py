"""Assumptions as propositions: conditions with margins, how they are scored, and how often they hold.

- `assumption`: a file of an assumption: conditions, thresholds, what carries or breaks it; `shipped(case)` gives a case's
- `expressions`: the small language of margins, as functions for JAX
- `score`: margins of futures, and the board; `tally`: shares that hold, with intervals, counted part by part
- `interpretations`: the same propositions by the limits of other readers; `verdicts`: what a cell says, and on what that depends
- `form_shares`: shares by the forms of the world, and the band over them
- `board_cells`: the board as cells, and as a table for people
- `positions`: where stakeholders stand on each family of clauses
"""
