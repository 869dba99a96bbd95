"""What is told of many readers who move levers."""

from premortem.bench import soak


def test_a_soak_tells_medians_percentiles_and_what_was_refused():
    found = soak.summary({"milliseconds": [float(n) for n in range(101)], "statuses": {"200": 98, "429": 2, "503": 1}})
    assert found == {"median": 50.0, "p95": 95.0, "answers": 101, "refused": 3}
