"""Boxes of the biofuels experiments of Bryant and Lempert 2010, from their table of 882 cases: `python bryant_lempert.py TABLE.csv`.

The table is not ours to give: it is `bryant et al 2010 data.csv` among the examples of the EMA Workbench.
"""

import sys

import polars as pl

import premortem as pm

OUTCOMES = ["Expen change", "Incremental cost", "Less than 10%", "Greater than 90%"]
DESIGN = ["renew req %", "Pricing", "input record"]  # the same in every case, or only its number


def boxes(path, outcome="Greater than 90%"):
    """Where cost is among the highest tenth."""
    table = pl.read_csv(path)
    return pm.boxes(table.drop(*OUTCOMES, *DESIGN), table[outcome])


if __name__ == "__main__":
    found = boxes(sys.argv[1])
    for point in found.trajectory:
        print(f"coverage {point.coverage:.3f}  density {point.density:.3f}  limits {', '.join(point.limits)}")
    print(*(box.sentence for box in found.boxes), sep="\n")
