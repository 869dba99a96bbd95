"""Days of clauses moved in the address: of a clause, of an instrument, as a policy file, and as answers of the rulebook."""

from datetime import date

import pytest

from premortem.app import clause_dates, policy_export
from premortem.app.routes.levers import effects
from premortem.app.view_state import State, state_from_address
from premortem.law.book import load

ALLOCATION = "diffusion.country_allocation"


def view(study, **pairs):
    return state_from_address(pairs.items(), study)


def test_a_clause_of_its_own_day_stands_over_its_instrument(live, study):
    asked = view(study, **{"d.diffusion.complies": "2026-05-15", f"d.{ALLOCATION}.complies": "2027-01-01"})
    book = live.book(asked)
    assert book.by_id[ALLOCATION].complies == date(2027, 1, 1)
    assert book.by_id["diffusion.uveu"].complies == date(2026, 5, 15)
    assert asked.edits == 2


def test_a_clause_kept_at_its_legal_day_is_an_edit_where_its_instrument_moves(live, study):
    legal = str(clause_dates.stands(study.law("as-written"), f"{ALLOCATION}.complies"))
    assert view(study, **{f"d.{ALLOCATION}.complies": legal}).days == ()
    kept = view(study, **{"d.diffusion.complies": "2026-05-15", f"d.{ALLOCATION}.complies": legal})
    assert str(live.book(kept).by_id[ALLOCATION].complies) == legal


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("d.diffusion.uveu.complies", "soon", "is not a date"),
        ("d.diffusion.uveu.complies", "2024-12-31", "allowed: 2025-01-15 to"),
        ("d.diffusion.uveu.begins", "2026-01-01", "allowed: complies, ends"),
        ("d.diffusion.nothing.ends", "2026-01-01", "no such clause"),
        ("d.nothing.ends", "2026-01-01", "no such clause or instrument"),
        ("d..ends", "2026-01-01", "no such clause"),
    ],
)
def test_a_day_that_cannot_be_is_left_out_and_named(study, key, text, said):
    found = view(study, **{key: text})
    assert found.days == ()
    assert said in found.notices[0]


@pytest.mark.parametrize("policy", ["as-written", "rescinded", "history"])
def test_a_policy_file_with_moved_days_is_the_law_that_was_shown(live, study, tmp_path, policy):
    asked = view(
        study,
        policy=policy,
        **{
            "d.diffusion.ends": "2026-03-01",
            f"d.{ALLOCATION}.ends": "2027-03-01",
            "d.dec2024.hbm.complies": "2025-12-31",
            f"l.{ALLOCATION}.tpp": "9e8",
        },
    )
    assert len(asked.days) == 3
    path = tmp_path / "mine.toml"
    path.write_text(policy_export.toml(study.law(policy), asked, "mine"))
    assert load(path).clauses == live.book(asked).clauses


def test_what_the_law_has_is_told_where_its_clauses_differ_and_where_it_sets_no_day(client):
    asked = "d.diffusion.complies=2026-05-15&d.diffusion.ends=2027-05-15&d.diffusion.uveu.ends=2028-01-01"
    rows = {r["name"]: r for r in client.get(f"/api/levers/changes?{asked}").json()["changes"]}
    assert [(rows[f"diffusion.{k}"]["legal"], rows[f"diffusion.{k}"]["differ"]) for k in clause_dates.KINDS] == [
        (None, True),
        (None, False),
    ]
    text = client.get(f"/levers?{asked}").text
    assert "<td>the clauses differ</td>" in text
    assert "<td>none</td>" in text


def test_a_later_day_lets_a_shipment_go_and_moves_the_futures(client):
    body = {"item": "H100 SXM", "quantity": 100_000, "destination": "ARE", "date": "2025-06-01", "under": "as-written"}
    assert client.post("/api/check", json=body).json()["outcome"] == "licence:policy_of_denial"
    later = client.post("/api/check?d.diffusion.complies=2026-01-01", json=body).json()
    assert later["outcome"] != "licence:policy_of_denial"
    board = client.get("/api/board?only=1&d.diffusion.complies=2029-01-01").json()
    plain = {r["assumption"]: r["holds"] for r in board["base"]}
    assert any(r["holds"] != plain[r["assumption"]] for r in board["board"])
    assert "changed by you" in board["sentence"]


def test_a_day_that_the_world_does_not_read_is_told(client):
    name = "fdd.authorised_designer.ends"
    assert client.get(f"/api/board?only=1&d.{name}=2030-01-01").json()["unmoved"] == [f"d.{name}"]


def test_effects_of_a_group_that_is_not_there_are_refused(client):
    assert client.get("/api/levers/effects?of=nothing").status_code == 400


@pytest.mark.slow
def test_effects_are_what_the_nudge_does(live, study):
    found = {r.key: r for r in effects(live, State("as-written"))}
    assert len(found) == len({*found}) >= 9 + len(study.law("as-written").clauses)
    before = {r["assumption"]: r["holds"] for r in live.rows(State("as-written"))}
    now = study.law("as-written").number(ALLOCATION, "tpp")
    later = {f"d.{c.id}.complies": str(c.complies.replace(year=c.complies.year + 1)) for c in study.law("as-written").clauses if c.instrument == "diffusion"}  # fmt: skip
    for key, pairs in ((f"l.{ALLOCATION}.tpp", {f"l.{ALLOCATION}.tpp": str(1.1 * now)}), ("d.diffusion", later)):
        after = {r["assumption"]: r["holds"] for r in live.rows(view(study, **pairs))}
        assert found[key].changes == pytest.approx({k: after[k] - before[k] for k in found[key].changes}, abs=1e-3)
        assert any(found[key].changes.values())
    assert [r.key for r in effects(live, State("as-written"), "fdd")] == [k for k in found if ".fdd" in k]
    assert not found["l.fdd.osat.limit"].read
    assert set(found["l.fdd.osat.limit"].changes.values()) == {0.0}
