"""The newsvendor (Arrow, Harris and Marschak 1951): how many papers to buy before the day shows how many are wanted. Chance is drawn anew a day."""

import premortem as pm


def newsvendor(demand, spread, weather, returns, price, order, kiosks, rng):
    """A season of 30 days by chance of its own, one future a call."""
    profit = sold_out = 0.0
    for _ in range(30):
        wanted = max(rng.normal(demand * (0.7 if weather == "wet" else 1.0), spread), 0.0) * kiosks
        sold = min(order, wanted)
        profit += price * sold - 1.0 * order + 0.3 * min(returns, order - sold)
        sold_out += wanted > order
    return {"profit": profit, "sold_out": sold_out / 30}


problem = pm.Problem(
    "newsvendor",
    newsvendor,
    uncertainties=[
        pm.Normal("demand", 100, 25, unit="papers a day"),
        pm.Triangular("spread", 5, 15, 40),
        pm.Category("weather", ["dry", "wet", "mixed"], weights=[0.5, 0.2, 0.3]),
        pm.Integer("returns", 0, 20, unit="papers"),
        pm.Lognormal("price", 2.0, 0.2),
    ],
    levers=[pm.Lever("order", 0, 300, unit="papers a day"), pm.Lever("kiosks", 1, 3, integer=True, default=1)],
    outcomes=[pm.Outcome("profit", "max", unit="EUR a season"), pm.Outcome("sold_out", "min", unit="share of days")],
    propositions={"earns": "profit > 1000", "there": "sold_out < 0.2"},
    replications=10,
)
policies = {"cautious": {"order": 80}, "ample": {"order": 130}}

if __name__ == "__main__":
    run = problem.run(policies, futures=1000, seed=7)
    print(run.board())
    print(*(box.sentence for box in run.boxes("earns", "ample").boxes), sep="\n")
    print(run.breaking_points("there", "cautious").verdict)
    print(run.brief("newsvendor.html"))
