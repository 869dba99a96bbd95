"""What instruments cost and where the model disagrees with the document behind the case."""

import pytest

from premortem.case import default, instruments
from premortem.errors import BadInput, BadInputs
from premortem.propositions.assumption import Item
from premortem.questions.attribution import Carried, NotCarried, disagreements
from premortem.questions.instrument_costs import InstrumentCost, instrument_costs, unpriced


def test_efforts_of_a_policy_are_told_with_who_bears_them(study):
    rows = {row.instrument: row for row in instrument_costs(study, "maximal")}
    assert rows["coercion"].effort == max(s.value for s in study.law("maximal").policy.steps["coercion"])
    assert "goodwill_loss_coercion" in rows["coercion"].costs
    assert set(rows) <= set(instruments(default()))
    assert all(row.modelled == bool(row.costs) and row.falls_on for row in rows.values())
    assert {row.instrument for row in instrument_costs(study, "bilateral") if not row.modelled} == {
        "deals",
        "permitting",
    }


def test_what_comes_free_is_said_beside_every_rank():
    paid = InstrumentCost("coercion", 1.0, ("goodwill_loss_coercion",), "partners", True)
    free = InstrumentCost("deals", 0.6, (), "officials", False)
    (said,) = unpriced({"one": (paid,), "two": (paid, free)})
    assert said.startswith("two also rests on deals, for which no cost is modelled")


@pytest.mark.parametrize(("line", "key"), [("lag = -1.0", "lag"), ("lag = 1.0\nlagg = 2", "lagg")])
def test_a_table_of_instruments_with_a_fault_is_refused(tmp_path, line, key):
    (tmp_path / "instruments.toml").write_text(f'[deals]\nunit = "x"\nfalls_on = "y"\nsource = "z"\n{line}\n')
    case = type(default())(tmp_path)
    with pytest.raises((BadInput, BadInputs)) as refused:
        instruments(case)
    assert f"instruments.toml: deals.{key}" in str(refused.value)


def test_the_model_disagrees_where_an_item_hardly_moves_or_goes_the_other_way():
    def carried(name, effect):
        return Carried(name, "driver", effect, effect, effect, f"Of {name}")

    items = [("driver", Item(id=name, statement=name, binds=("x",), disagrees=says)) for name, says in
             (("strong", ""), ("small", ""), ("other", "Here it is the other way"))]  # fmt: skip
    rows = (
        carried("strong", 0.2),
        carried("other", 0.1),
        carried("small", 0.003),
        NotCarried("none", "driver", "N", "w"),
    )
    assert disagreements(rows, items) == (
        "Of other. Here it is the other way",
        "Of small. As a driver it moves the share that holds by +0.3 points, too little to count (under 1.5)",
    )
