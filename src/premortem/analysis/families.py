"""Alternative futures: families of trajectories with names, members and signposts."""

import tomllib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem import world
from premortem.analysis.sentences import sentence
from premortem.errors import BadInput
from premortem.stress import archetypes, discover
from premortem.study import Run

Array = NDArray[Any]

SIGNS = files("premortem.stress") / "signs.toml"


def signs() -> dict[str, dict[str, str]]:
    """Series by which futures are grouped and named, in order."""
    return tomllib.loads(SIGNS.read_text("utf-8"))


def futures(run: Run, k: int | None = None) -> dict[str, Any]:
    """Alternative futures of a run: the keys of `premortem futures --json`."""
    if k is not None and not 2 <= k <= 12:
        raise BadInput("command line", "--k", f"{k} is out of range", got=k, allowed="2 to 12")
    words, first = signs(), run.policies[0]
    paths = {p: _paths(run, p, list(words)) for p in run.policies}
    features = {p: archetypes.features_of(x) for p, x in paths.items()}
    if features[first].shape[0] < discover.LEAST_FUTURES:
        raise BadInput(
            str(run.folder),
            "futures",
            f"too few futures: {features[first].shape[0]}",
            allowed=f"{discover.LEAST_FUTURES} or more",
        )
    found = archetypes.families(features[first], k)
    labels = {p: found.assign(f) for p, f in features.items()}
    values = run.parameters()[:, : features[first].shape[0]]
    early = paths[first][:, world.quarter_labels().index("2026Q4")]
    rows: list[dict[str, Any]] = []
    for family in range(len(found.centres)):
        member = labels[first] == family
        box = discover.discover(values, run.study.priors.names, member, most=1)
        rows.append(
            {
                "name": _name(found, family, words),
                "share": {p: float((x == family).mean()) for p, x in labels.items()},
                "box": {n: list(v) for n, v in box.boxes[0].limits.items()} if box.boxes else {},
                "box_sentence": sentence(box.boxes[0], "This future", run.study)
                .replace(" breaks in ", " is seen in ")
                .replace("of its breaks", "of its kind")
                if box.boxes
                else box.verdict,
                "medoid": found.medoid(features[first], family),
                "signposts": [
                    {
                        "observable": words[n]["title"],
                        "series": n,
                        "by": "2026Q4",
                        "side": side,
                        "threshold": cut,
                        "unit": words[n]["unit"],
                        "accuracy": accuracy,
                    }
                    for n, cut, side, accuracy in archetypes.separating(early, list(words), labels[first], family)
                ],
                "bands": _family_bands(paths[first][:, :, member], list(words)),
            }
        )
    rows.sort(key=lambda r: -r["share"][first])
    return {
        "archetypes": rows,
        "k": len(rows),
        "silhouette": found.silhouette,
        "stability": found.stability,
        "policy": first,
        "futures_seen": int(features[first].shape[0]),
    }


def _paths(run: Run, policy: str, names: Sequence[str]) -> Array:
    """Whole series of the first futures, (series, quarter, future)."""
    frame = run.paths(policy).sort("quarter", "future")
    futures_seen = frame["future"].n_unique()
    return np.stack([frame[name].to_numpy().reshape(-1, futures_seen) for name in names])


def _name(found: archetypes.Families, family: int, words: dict[str, dict[str, str]]) -> str:
    """A name from the two series that set the family apart most, by its centre in standard units."""
    per_series = found.centres[family].reshape(len(words), -1).mean(1)
    order = np.argsort(-np.abs(per_series))[:2]
    names = list(words)
    said = [words[names[i]]["high" if per_series[i] > 0 else "low"] for i in order]
    text = ", ".join(said)
    return text[0].upper() + text[1:]


def _family_bands(paths: Array, names: Sequence[str]) -> list[dict[str, Any]]:
    """Median and middle half of a family's series every quarter."""
    low, middle, high = np.quantile(paths, [0.25, 0.5, 0.75], axis=2)
    labels = world.quarter_labels()
    return [
        {
            "series": name,
            "quarter": labels[q],
            "p25": float(low[s, q]),
            "p50": float(middle[s, q]),
            "p75": float(high[s, q]),
        }
        for s, name in enumerate(names)
        for q in range(3, len(labels), 4)
    ]
