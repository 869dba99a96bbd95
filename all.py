import numpy as np

import premortem as pm


def reservoir(inflow, demand, leak, owner, volume, years):
    """A reservoir that feeds a town: many futures at once."""
    level, dry = np.full_like(inflow, volume / 2), np.zeros_like(inflow)
    path = []
    for _ in range(years):
        level = np.clip(level + inflow - demand - leak * level, 0, volume)
        dry = dry + (level <= 0)
        path.append(level)
    return {"dry_years": dry, "cost": 2.0 * volume * np.where(owner == "private", 1.3, 1.0), "level": np.array(path)}


problem = pm.Problem(
    "reservoir",
    model=reservoir,
    uncertainties=[
        pm.Normal("inflow", 10, 2, unit="hm3 a year"),
        pm.Triangular("demand", 6, 9, 14, unit="hm3 a year"),
        pm.Uniform("leak", 0.0, 0.1, unit="share a year"),
        pm.Category("owner", ["public", "private"]),
    ],
    levers=[pm.Lever("volume", 10, 100, unit="hm3")],
    outcomes=[pm.Outcome("dry_years", "min"), pm.Outcome("cost", "min", unit="MEUR"), pm.Series("level", range(20), unit="hm3")],
    constants={"years": 20},
    propositions={"supplied": "dry_years <= 2", "affordable": "cost < 150", "full": "level@19 > 5"},
)
run = problem.run(policies={"small": {"volume": 30}, "large": {"volume": 60}}, futures=1000, seed=7)
print(run.board())
print(run.boxes("supplied", "small").boxes[0].sentence)
print(run.breaking_points("supplied", "small").verdict)
print(run.sensitivity("dry_years").of("sobol"))
print(run.compare().regret["cost"].regret)
run.brief("reservoir.html")

def fleet(wanted, law):
    """Chips that a buyer in a Tier-2 country may take in, one future a call."""
    cap = law.book.number("diffusion.country_allocation", "tpp")
    return {"taken": min(wanted, cap), "refused": max(wanted - cap, 0.0)}


ruled = pm.Problem(
    "fleet",
    fleet,
    [pm.Lognormal("wanted", 6e8, 0.5, unit="TPP")],
    [pm.Rules("law")],
    [pm.Outcome("taken", unit="TPP"), pm.Outcome("refused", "min", unit="TPP")],
    propositions={"served": "refused <= 0"},
)
half = {"base": "as-written", "diffusion.country_allocation.tpp": 395_000_000}
print(ruled.run({"as written": {"law": "as-written"}, "half": {"law": half}}, futures=500).board())

from ema_workbench import IntegerParameter, Model, Policy, RealParameter, ScalarOutcome


def simple(x, n, k):
    return {"y": k * x + n}


model = Model("simple", function=simple)
model.uncertainties = [RealParameter("x", 0, 1), IntegerParameter("n", 1, 3)]
model.levers = [RealParameter("k", 0, 2)]
model.outcomes = [ScalarOutcome("y", ScalarOutcome.MAXIMIZE)]

# with MultiprocessingEvaluator(model) as evaluator:
#     experiments, outcomes = evaluator.perform_experiments(1000, [Policy("mine", k=1.5)])
run = pm.from_ema(model, propositions={"enough": "y > 2"}).run([Policy("mine", k=1.5)], futures=1000)
experiments = run.table("mine")  # uncertainties and outcomes side by side

# box = prim.Prim(experiments, outcomes["y"] <= 2, threshold=0.8).find_box()
print(run.boxes("enough").boxes[0].limits)

# scores = feature_scoring.get_feature_scores_all(experiments, outcomes)
print(run.sensitivity("y", methods="forest").sensitivity)

ishigami = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[-np.pi, np.pi]] * 3}
run = pm.from_salib(ishigami, lambda X: np.sin(X[:, 0]) + 7 * np.sin(X[:, 1]) ** 2 + 0.1 * X[:, 2] ** 4 * np.sin(X[:, 0])).run(futures=256)
print(run.sensitivity("y").of("sobol"))
