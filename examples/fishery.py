"""A fishery with a threshold (Hadjimichael, Reed and Quinn 2020): harvest rules that may empty the sea of its predators."""

import numpy as np

import premortem as pm

YEARS, DRAWS = 100, 100
CHANCE = np.random.default_rng(0)
PREY, PREDATOR = CHANCE.standard_normal((1, DRAWS)), CHANCE.standard_normal((1, DRAWS))


def effort(full, c1, r1, w1, c2, r2, w2):
    """Share of the prey that is harvested where the sea is so `full`: two bumps."""
    whole = w1 + w2 if w1 + w2 > 0 else 1.0
    bumps = ((w1, c1, max(r1, 1e-6)), (w2, c2, max(r2, 1e-6)))
    return sum(w / whole * np.exp(-(((full - c) / r) ** 2)) for w, c, r in bumps)


def fishery(a, b, c, d, h, K, m, sigma_x, sigma_y, harvest, c1, r1, w1, c2, r2, w2):
    """Outcomes of many futures at once, each over the same 100 draws of chance."""
    a, b, c, d, h, K, m, sigma_x, sigma_y = (np.reshape(v, (-1, 1)) for v in (a, b, c, d, h, K, m, sigma_x, sigma_y))
    luck_x, luck_y = np.exp(sigma_x * PREY), np.exp(sigma_y * PREDATOR)

    def rule(x):
        return effort(x / K, c1, r1, w1, c2, r2, w2) if harvest == "rule" else np.zeros_like(x)

    x, y = np.repeat(K, DRAWS, 1), np.full((len(K), DRAWS), 250.0)
    share, prey, caught, lost = rule(x), [x], [], (y < 1).astype(float)
    caught.append(share * x)
    for _ in range(YEARS):
        live = (x > 0) & (y > 0)
        there, eaters = np.where(live, x, 1.0), np.where(live, y, 1.0)
        eaten = a * there * eaters / (eaters**m + a * h * there)
        x_next = (there + b * there * (1 - there / K) - eaten - share * there) * luck_x
        y_next = (eaters + c * eaten - d * eaters) * luck_y
        share = np.where(live, rule(x), 0.0)
        x, y = np.where(live, x_next, 0.0), np.where(live, y_next, 0.0)
        prey.append(x)
        caught.append(share * x)
        lost += y < 1
    stock, catch = np.array(prey), np.array(caught)  # (year, future, draw)
    poor = run = np.zeros_like(lost)
    for low in catch < stock / 20:
        run = np.where(low, run + 1, 0)
        poor = np.maximum(poor, run)
    worth = (catch / 1.05 ** np.arange(YEARS + 1)[:, None, None]).sum(0).mean(1)
    return {
        "npv": worth,
        "deficit": ((K - stock) / K).mean((0, 2)),
        "low_run": poor.mean(1),
        "worst": np.percentile(catch, 1, axis=0).mean(1),
        "variance": catch.var(0).mean(1),
        "extinct": lost.mean(1),
    }


RANGES = {
    "a": (0.002, 2), "b": (0.005, 1), "c": (0.2, 1), "d": (0.05, 0.2), "h": (0.001, 1),
    "K": (100, 5000), "m": (0.1, 1.5), "sigma_x": (0.001, 0.01), "sigma_y": (0.001, 0.01),
}  # fmt: skip
RULE = ("c1", "r1", "w1", "c2", "r2", "w2")
problem = pm.Problem(
    "fishery",
    fishery,
    uncertainties=[pm.Uniform(name, *ends) for name, ends in RANGES.items()],
    levers=[
        pm.Lever("harvest", levels=["rule", "none"], default="rule"),
        *(pm.Lever(n, 0, 1, default=0.5) for n in RULE),
    ],
    outcomes=[
        pm.Outcome("npv", "max", unit="discounted harvest"),
        pm.Outcome("deficit", "min", unit="share of capacity"),
        pm.Outcome("low_run", "min", unit="years"),
        pm.Outcome("worst", "max", unit="harvest a year"),
        pm.Outcome("variance", "min"),
        pm.Outcome("extinct", "min", unit="years"),
    ],
    propositions={
        "profitable": "npv >= 1500",
        "stocked": "deficit <= 0.5",
        "steady": "low_run <= 5",
        "worst_year": "worst >= 50",
        "even": "variance <= 2300",
        "alive": "extinct <= 0",
    },
)
# Three of the published rules, in the order of RULE.
PUBLISHED = {
    "profit": (0.7935174463, 0.9936963033, 0.2946014922, 0.7977731465, 0.0153022967, 0.6824722836),
    "between": (0.9819322014, 0.7377965738, 0.3888202199, 0.0621687803, 0.0308928194, 0.5155466091),
    "robust": (0.8020765551, 0.470432412, 0.0626863735, 0.8097018005, 0.0, 0.5812117934),
}
policies = {name: dict(zip(RULE, values, strict=True)) for name, values in PUBLISHED.items()} | {
    "none": {"harvest": "none"}
}

if __name__ == "__main__":
    run = problem.run(policies, futures=1000, seed=7)
    print(run.board())
    print(*(box.sentence for box in run.boxes("alive", "robust").boxes), sep="\n")
    print(run.breaking_points("alive", "robust").verdict)
    print(run.brief("fishery.html"))
