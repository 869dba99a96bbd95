"""Names looked up on a page: hits, what is not proved, and no name in an address."""

from premortem.app.pages import rules_screens
from premortem.law.screening import screen


def test_a_listed_name_and_one_that_is_not_are_told_apart(client, study):
    names = ["Huawei Technologies", "Anybody Else Ltd"]
    text = client.post("/rules/screen", data={"names": "\n".join(names)}).text
    found = screen(names, None, study.case)
    assert f"{len({h.given for h in found.hits})} of 2 names" in text
    assert all(h.list.replace("'", "&#39;") in text for h in found.hits)
    assert "Not checked" in text
    assert "Anybody Else Ltd" in text


def test_an_empty_form_shows_what_is_held(client):
    text = client.get("/rules/screen").text
    assert "Is a party listed?" in text
    assert "Lists held" in text


def test_a_name_without_letters_is_a_clear_line(client):
    assert 'role="alert"' in client.post("/rules/screen", data={"names": "x" * 5000}).text


def test_the_tab_is_there_where_lists_are(study):
    assert "/rules/screen" in rules_screens(study.case)
