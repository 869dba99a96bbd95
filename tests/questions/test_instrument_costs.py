"""What instruments cost and where the model disagrees with the document behind the case."""

import pytest

from premortem.case import default, instruments, load
from premortem.errors import BadInput, BadInputs
from premortem.propositions.assumption import Item, shipped_assumptions
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
    assert said.startswith("two also rests on deals, for which no cost is modelled: what it gains")
    (said,) = unpriced({"one": (free,), "two": (paid, free), "three": (paid,)})
    assert said.startswith("one and two also rest on deals, for which no cost is modelled: what they gain")


@pytest.mark.parametrize(("line", "key"), [("lag = -1.0", "lag"), ("lag = 1.0\nlagg = 2", "lagg")])
def test_a_table_of_instruments_with_a_fault_is_refused(tmp_path, line, key):
    (tmp_path / "instruments.toml").write_text(f'[deals]\nunit = "x"\nfalls_on = "y"\nsource = "z"\n{line}\n')
    case = type(default())(tmp_path)
    with pytest.raises((BadInput, BadInputs)) as refused:
        instruments(case)
    assert f"instruments.toml: deals.{key}" in str(refused.value)


def test_the_model_disagrees_where_an_item_hardly_moves_or_goes_the_other_way():
    """Also an arrestor by which more futures hold, however much (`local_engineers`, +1.8)."""

    def carried(name, kind, effect):
        return Carried(name, kind, effect, effect, effect, f"Of {name}")

    rows = (
        carried("strong", "driver", 0.2),
        carried("money", "arrestor", 0.3),
        carried("yield", "arrestor", 0.1),
        carried("brake", "arrestor", -0.1),
        carried("local", "arrestor", 0.018),
        carried("against", "driver", -0.05),
        carried("small", "driver", 0.003),
        NotCarried("none", "driver", "N", "w"),
    )
    says = {"yield": "Here memory binds"}
    items = [
        (r.kind, Item(id=r.item, statement=r.statement, binds=("x",), disagrees=says.get(r.item, ""))) for r in rows
    ]
    up = "As an arrestor it is meant to lower the share that holds; here more of it moves that by"
    assert disagreements(rows, items) == (
        f"Of money. {up} +30.0 points",
        f"Of yield. {up} +10.0 points. Here memory binds",
        f"Of local. {up} +1.8 points",
        "Of against. As a driver it is meant to raise the share that holds; here more of it moves that by -5.0 points",
        "Of small. As a driver it moves the share that holds by +0.3 points, too little to count (under 1.5)",
    )


def test_every_shipped_item_says_which_way_it_goes_or_that_the_text_does_not_tell():
    for case in (default(), load("eu_gpai")):
        for a in shipped_assumptions(case):
            for _, item in [x for x in a.items if x[0] != "watch" and x[1].modelled]:
                undeclared = {*item.parameters} - {*item.raises, *item.lowers}
                assert bool(undeclared) == bool(item.untold), item.id
                assert all(name in item.untold for name in undeclared) or item.untold.startswith(
                    ("the text", "as a driver")
                )


@pytest.mark.parametrize(("raises", "lowers"), [(("y",), ()), (("x",), ("x",))])
def test_an_item_that_raises_what_it_does_not_bind_or_also_lowers_is_refused(raises, lowers):
    with pytest.raises(ValueError, match="raises"):
        Item(id="i", statement="s", binds=("x",), raises=raises, lowers=lowers)
