"""Items: every width of bits counts, systems are multiples of chips, and a name that could mean several asks which."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.fields import items
from premortem.law.ledger import decisions
from premortem.law.transactions import frame_of, parse
from tests.examples import examples

CASE = default()

RATES = {
    16: ("bf16_dense_tflops",),
    9: ("dense_9bit_tops",),
    8: ("fp8_dense_tflops", "int8_dense_tops"),
    6: ("dense_6bit_tops",),
    4: ("fp4_dense_tflops",),
}


def ask(under="history", **fields):
    return explain(Transaction(fields), rules.load(under))


@pytest.mark.parametrize("chip", facts.read("chips").to_dicts(), ids=lambda row: row["name"])
def test_f003_the_largest_bit_width_counts(chip):
    """TPP is rate times bits, the largest over all widths, to the rounding of the data sheets."""
    worked = [bits * chip[rate] for bits, rates in RATES.items() for rate in rates if chip[rate] is not None]
    assert (chip["tpp"] is None) == (not worked)
    if worked:
        assert chip["tpp"] == pytest.approx(max(worked), rel=1e-3)
        if chip["applicable_die_area_mm2"]:
            density = chip["tpp"] / chip["applicable_die_area_mm2"]
            assert chip["performance_density"] == pytest.approx(density, abs=0.02)


def test_f003_660_mi355x_are_over_what_lpp_allows_one_consignee():
    allowed = rules.load("as-written").number("diffusion.lpp", "tpp_year", Transaction({"item": "H20", "destination": "IND", "date": "2025-06-01"}).fields["date"])  # fmt: skip
    most = int(allowed // (10_066 * 6))
    assert most < 660
    answer = ask("as-written", item="MI355X", quantity=660, destination="IND", date="2025-06-01")
    assert answer.outcome.startswith("licence:")
    fits = ask("as-written", item="MI355X", quantity=most, destination="IND", date="2025-06-01")
    assert fits.outcome == "exception:LPP"
    over = ask("as-written", item="MI355X", quantity=most + 1, destination="IND", date="2025-06-01")
    assert over.outcome.startswith("licence:")


def test_f008_an_ambiguous_name_asks_which_card():
    answer = ask(item="RTX PRO 6000 Blackwell", destination="CHN", date="2025-06-01")
    assert answer.outcome == "needs:datacentre"  # what parts the workstation cards from the server card
    for card in ("Workstation", "Max-Q", "Server"):
        assert f"RTX PRO 6000 Blackwell {card}" in answer.sentence
    server = {"item": "RTX PRO 6000 Blackwell Server", "destination": "CHN", "date": "2025-06-01"}
    told = ask(item="RTX PRO 6000 Blackwell", destination="CHN", date="2025-06-01", datacentre=True)
    assert told.outcome == ask(**server).outcome
    still = ask(item="RTX PRO 6000 Blackwell", destination="CHN", date="2025-06-01", datacentre=False)
    assert still.outcome == "needs:item"


def test_f008_whatever_could_mean_several_is_never_guessed(tmp_path):
    spellings = sorted(items.names(CASE).asks)
    assert spellings
    answers = {name: ask(item=name, destination="FRA", date="2024-06-01") for name in (*spellings, "H20")}
    told = {name: answers[name].outcome for name in spellings}
    assert {name: said for name, said in told.items() if said not in ("needs:item", "needs:datacentre")} == {}
    assert [name for name in spellings if answers[name].may_go] == []
    path = tmp_path / "each.csv"
    lines = [f'"{name}",1,FRA,2024-06-01\n' for name in answers]
    path.write_text("item,quantity,destination,date\n" + "".join(lines))
    decided, *_ = decisions.decide_file(path, rules.load("history"))
    assert dict(zip(answers, decided["outcome"], strict=True)) == {name: a.outcome for name, a in answers.items()}


def test_f008_a_makers_name_before_an_ambiguous_one_does_not_settle_it():
    assert ask(item="NVIDIA H100", destination="FRA", date="2025-06-01").outcome == "needs:item"
    assert items.item("AMD Instinct MI300X", CASE) == "MI300X"


@pytest.mark.parametrize("place", ["CHN", "IRN", "FRA"])
def test_what_asks_for_a_licence_whichever_card_is_meant_is_answered_and_what_frees_it_is_not(place, tmp_path):
    sent = {"destination": place, "date": "2025-06-01"}
    bare, each = ask(item="H200", **sent), [ask(item=name, **sent) for name in ("H200 SXM", "H200 NVL")]
    if place == "FRA":
        assert bare.outcome == "needs:item"
    else:
        assert (bare.outcome, bare.clause) == (each[0].outcome, each[0].clause) == (each[1].outcome, each[1].clause)
        assert "H200 may be H200 SXM or H200 NVL: the answer is the same" in bare.sentence
        assert bare.may_go is False
    path = tmp_path / "one.csv"
    path.write_text(f"item,quantity,destination,date\nH200,1,{place},2025-06-01\n")
    decided, *_ = decisions.decide_file(path, rules.load("history"))
    assert decided.select("item", "outcome", "may_go").row(0) == ("H200", bare.outcome, bare.may_go)


def test_cards_that_are_answered_differently_are_asked_for():
    sent = {"destination": "CHN", "date": "2025-06-01"}
    name = "RTX PRO 6000 Blackwell"
    assert ask(item=f"{name} Server", **sent).outcome != ask(item=f"{name} Workstation", **sent).outcome
    assert ask(item=name, **sent).outcome.startswith("needs:")


def test_an_ambiguous_name_with_its_tpp_is_decided_by_the_tpp():
    assert not ask(item="H100", tpp=15_824, destination="CHN", date="2025-06-01").outcome.startswith("needs:item")


SYSTEMS = facts.read("systems").filter(~pl.col("chip").str.starts_with("ask")).to_dicts()


def test_a_system_is_decided_as_so_many_of_its_chips():
    rows = []
    for system in SYSTEMS:
        for day, place in (("2024-06-01", "CHN"), ("2025-06-01", "IND")):
            sent = {"destination": place, "date": day}
            rows.append(sent | {"item": system["system"], "quantity": 3})
            rows.append(sent | {"item": system["chip"], "quantity": 3 * system["count"]})
    frame = frame_of([parse(row, CASE) for row in rows], CASE)
    found = decide(frame, rules.load("as-written")).to_dicts()
    for asked, as_system, as_chips in zip(rows[::2], found[::2], found[1::2], strict=True):
        assert as_system == pytest.approx(as_chips), asked  # the totals that the shipment draws on among it
    one = ask("as-written", **rows[-2])
    assert (one.outcome, one.clause) == (found[-2]["outcome"], found[-2]["clause"] or "")


def test_a_system_that_comes_back_gives_back_all_its_chips(tmp_path):
    path = tmp_path / "back.csv"
    path.write_text(
        "id,item,quantity,destination,date,consignee,returns\n"
        "a,DGX H100,200,IND,2025-06-01,One,\nb,DGX H100,200,IND,2025-07-01,One,a\nc,DGX H100,200,IND,2025-08-01,One,\n"
    )
    decided, *_ = decisions.decide_file(path, rules.load("as-written"))
    assert decided["headroom_tpp"][2] == decided["headroom_tpp"][0]


def test_both_directions_of_a_link_count():
    """Gaudi 2 has 24 ports of 100 Gb/s: 300 GB/s out and as much in."""
    assert ask(item="Gaudi 2", destination="CHN", date="2023-03-01").outcome == "licence:presumption_of_denial"
    assert ask(item="Gaudi 2 HL-225B", destination="CHN", date="2023-03-01").outcome == "no_licence_required"


@examples(2.4)
@given(st.sampled_from(sorted(items.named_items(CASE)["item"])), st.sampled_from(["", " ", "-"]), st.booleans())
def test_capitals_spaces_and_hyphens_do_not_matter(name, mark, large):
    said = (name.upper() if large else name.lower()).replace(" ", mark)
    assert items.item(said, CASE) == name


CHIPS = ["H100 SXM", "H100 PCIe"]


@pytest.mark.parametrize(
    ("systems", "aliases", "said"),
    [
        ([("Box", "H100 SXM"), ("BOX", "H100 PCIe")], [], "systems.csv: BOX: is the name of two systems"),
        ([("Box", "H100 SXN")], [], "systems.csv: Box: holds no known chip: H100 SXN; did you mean H100 SXM?"),
        ([], [("H1", "H100 SXN")], "aliases.csv: H1: points at nothing: H100 SXN; did you mean H100 SXM?"),
        ([], [("H1", "ask: H100 SXM or H100 X")], "aliases.csv: H1: points at nothing: H100 X"),
    ],
)
def test_a_table_that_points_at_nothing_or_twice_is_one_clear_line(systems, aliases, said):
    rows = [{"system": name, "chip": chip} for name, chip in systems]
    with pytest.raises((BadInput, BadInputs)) as caught:
        items.read_spellings(CHIPS, (), rows, [{"alias": a, "target": t} for a, t in aliases])
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_the_simulated_world_asks_only_of_the_chips_that_were_chosen_for_it():
    """A chip that is added to the catalogue must not move the world unseen."""
    from premortem.cases.us_ai_2025.world import policy_levers as levers

    countries = tuple(facts.read("regions")["countries"])
    asked = {*levers._questions(countries)[0]["chip"].about}
    assert "H20" in asked
    assert asked <= set(items.catalogue(CASE).filter(pl.col("modelled"))["item"])
    assert "H20 141GB" not in asked


@pytest.mark.parametrize(
    ("name", "field", "value"), [("H20", "tpp", 15832), ("A100 80GB SXM", "tpp", 100), ("A30", "datacentre", 0)]
)
def test_a_value_that_contradicts_the_chip_by_name_is_refused_with_the_catalogues(name, field, value):
    with pytest.raises(BadInput, match=r"the catalogue says .*item= chip with its tpp="):
        parse({"item": name, "destination": "VNM", field: value}, CASE)
    assert parse({"item": "chip", "destination": "VNM", "tpp": 15832}, CASE)["tpp"] == 15832
    assert parse({"item": "H20", "destination": "VNM", "tpp": 2368}, CASE)["item"] == "H20"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("H200 SXM5 141GB", "H200 SXM"),
        ("PNY GeForce RTX 4090 24GB", "RTX 4090"),
        ("PNY GeForce RTX 4090 D 24GB", "RTX 4090 D"),
        ("Jetson AGX Orin 64GB dev kit", "Jetson AGX Orin 64GB"),
        ("H100 80GB HBM3 SXM5", "H100 SXM"),
        ("H800 SXM5 80GB", "H800 SXM"),
        ("NVIDIA A100 PCIe 80GB HBM2e", "A100 80GB PCIe"),
        ("RTX 6000 Ada 48GB", "RTX 6000 Ada"),
        ("NVIDIA H200 NVL 141GB", "H200 NVL"),
        ("H20 141 GB HBM3e", "H20 141GB"),
    ],
)
def test_an_item_is_read_among_words_that_tell_no_items_apart(text, means):
    assert items.item(text, CASE) == means


@pytest.mark.parametrize(
    ("text", "could_be"),
    [
        ("NVIDIA B200 180GB HGX", ("B200", "HGX B200 8-GPU")),
        ("Supermicro 8U GPU server 8x H200 SXM", ("H200 SXM", "DGX H200", "HGX H200 8-GPU")),
        ("H200 NVL 80GB", ("H200 NVL", "H200 SXM")),
        ("RTX 4090 48GB", ("RTX 4090", "RTX 4090 D")),
        ("H100 94GB", ("H100 SXM", "H100 PCIe", "H100 NVL")),
        ("A100 80GB", ("A100 80GB SXM", "A100 80GB PCIe")),
        ("L40S 48GB HBM3", ("L40S",)),
    ],
)
def test_what_could_be_two_or_contradicts_the_catalogue_is_asked(text, could_be):
    assert items.item(text, CASE) == text
    assert items.could_be(text, CASE) == could_be


@pytest.mark.parametrize("text", ["RTX 4090 Laptop GPU", "H2000 SXM", "8x T4", "Dell server", "GPU"])
def test_a_word_that_is_not_known_leaves_an_item_unread(text):
    assert not items.is_known(items.item(text, CASE), CASE)


def test_a_text_of_many_sizes_is_no_item_and_is_told_at_once():
    """Tried in every order, twelve of them would never come to an end."""
    text = "H100 " + " ".join(f"{size}GB" for size in range(30, 42))
    assert not items.is_known(items.item(text, CASE), CASE)


def test_a_hint_never_turns_one_number_of_a_model_into_another():
    assert items.near("NVIDIA H200 NVL rev B", CASE).startswith("did you mean H200 NVL, H200 SXM")
    assert items.near("H10O", CASE, "") == "did you mean H100 SXM, H100 PCIe, H100 NVL, DGX H100?"
    assert items.near("H2000 SXM", CASE, "") == ""
