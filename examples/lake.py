"""The lake problem (Carpenter, Ludwig and Brock 1999): how much may a town release into a lake that can tip?"""

import numpy as np
from scipy.optimize import brentq

import premortem as pm

NOISE = np.random.default_rng(42).standard_normal((100, 100))  # (sample, year)


def lake(b, q, mean, stdev, delta, release, alpha):
    """Outcomes of many futures at once; `release` is one number, or one a year."""
    b, q, mean, stdev, delta = (np.reshape(x, (-1, 1)) for x in (b, q, mean, stdev, delta))
    tips = [brentq(lambda x, b, q: x**q / (1 + x**q) - b * x, 0.01, 1.5, tuple(pair)) for pair in np.hstack([b, q])]
    tips, spread = np.reshape(tips, (-1, 1)), np.sqrt(np.log(1 + (stdev / mean) ** 2))
    inflow = [np.exp(np.log(mean) - spread**2 / 2 + spread * z) for z in NOISE.T]
    releases, p = np.broadcast_to(release, 100), np.zeros((len(b), 100))
    peak, clear = np.zeros(len(b)), (p < tips).sum(1)
    for year in range(99):
        p = (1 - b) * p + p**q / (1 + p**q) + releases[year] + inflow[year]
        peak, clear = np.maximum(peak, p.mean(1)), clear + (p < tips).sum(1)
    utility = (alpha * releases * delta ** np.arange(100)).sum(1)
    return {"max_p": peak, "utility": utility, "reliability": clear / NOISE.size}


problem = pm.Problem(
    "lake", lake, constants={"alpha": 0.4}, levers=[pm.Lever("release", 0.0, 0.1, size=100)],
    uncertainties=[
        pm.Uniform("b", 0.1, 0.45, meaning="part of its phosphorus that the lake loses in a year"), pm.Uniform("q", 2, 4.5, meaning="how steeply it recycles phosphorus"),
        pm.Uniform("mean", 0.01, 0.05, meaning="mean of what nature lets in in a year"), pm.Uniform("stdev", 0.001, 0.005, meaning="standard deviation of that"),
        pm.Uniform("delta", 0.93, 0.99, meaning="what a year's worth is worth a year before"),
    ],
    outcomes=[pm.Outcome("max_p", "min"), pm.Outcome("utility", "max"), pm.Outcome("reliability", "max")],
    propositions={"clean": "reliability > 0.9", "worth_it": "utility > 0.5"},
)  # fmt: skip
policies = {"careful": {"release": 0.02}, "bold": {"release": 0.05}}  # `premortem app --problem lake.py` takes them too
if __name__ == "__main__":
    run = problem.run(policies, futures=2000, seed=7)
    print(run.board(), *(box.sentence for box in run.boxes("clean", "bold").boxes), sep="\n")
    print(*run.sensitivity("max_p", "bold").of("sobol"), run.breaking_points("clean").verdict, sep="\n")
    print(run.compare(), run.brief("lake.html"), sep="\n")
