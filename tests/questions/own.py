"""Small models in place of the world: a few uncertainties of the shipped table vary as a test says, the others are fixed."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np

from premortem.cases.us_ai_2025 import world
from premortem.study import Study, make_study

NAMES = world.parameter_names()
# Uncertainties that stand for the inputs of a textbook problem, and where they stand among all.
INPUTS = ("smic_yield_rate", "wafer_growth", "capex_growth", "market_speed", "imitation_lag", "patch_lag")
INPUTS = tuple(name for name in INPUTS if name in NAMES) or NAMES[:6]
PLACES = [NAMES.index(name) for name in INPUTS]

ASSUMPTION = """
id = "{id}"
name = "A test"
claim = "The margin is above zero"

[[condition]]
id = "above"
says = "The margin is above zero"
note = "ours"
margin = "{margin}"
over_time = "{over_time}"
limit = {{ value = 0.0, low = -1.0, high = 1.0, unit = "-", basis = "an example" }}
"""


def flat(margin: Any) -> np.ndarray:
    """A series that is the same in each of the 40 quarters."""
    return np.repeat(np.asarray(margin, float)[None], 40, axis=0)


def folder_of(path: Path, priors: dict[str, tuple[Any, ...]], series: tuple[str, ...] = ("y",)) -> Path:
    """A study whose uncertainties are fixed but for `priors`: name to (low, high, distribution); an assumption a series."""
    folder = make_study(path)
    for shipped in (folder / "assumptions").glob("*.toml"):
        shipped.unlink()
    for i, name in enumerate(series, 1):
        text = ASSUMPTION.format(id=f"A{i}", margin=f"{name}@2028Q4 - limit", over_time=f"{name}@quarter - limit")
        (folder / "assumptions" / f"a{i}.toml").write_text(text)
    rows = list(csv.DictReader(world.PARAMS.read_text("utf-8").splitlines()))
    for row in rows:
        if row["name"] in priors:
            row["low"], row["high"], row["distribution"] = map(str, priors[row["name"]])
            row["central"] = ""
        else:
            row["distribution"], row["central"], row["high"] = "fixed", row["low"], row["low"]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    (folder / "params.csv").write_text(out.getvalue())
    return folder


def study_of(path: Path, function: Any, priors: dict[str, tuple[Any, ...]], **more: Any) -> Study:
    """The study of such a folder with a model of the user's own."""
    version = more.pop("version", "")
    return Study(folder_of(path, priors, **more), simulator=function, version=version)


def uniform(count: int, low: float = 0.0, high: float = 1.0) -> dict[str, tuple[Any, ...]]:
    """Uniform priors of the first inputs."""
    return {name: (low, high, "uniform") for name in INPUTS[:count]}
