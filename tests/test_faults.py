"""What a user reads where a file holds a value of the wrong kind: plain English, what is allowed, no library's words."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from premortem.errors import nearest
from premortem.files import faults


class Table(BaseModel):
    """A table of a file."""

    model_config = ConfigDict(extra="forbid")
    name: str


CASES = [
    (Annotated[str, Field(pattern=faults.NAME)], "My Policy", "'My Policy' is not written as it must be; allowed: small letters"),
    (Annotated[str, Field(pattern=faults.ASSUMPTION)], "b1", "allowed: a capital letter and a number, such as A6"),
    (str, 3, "'3' is not a text; allowed: a text in quotes"),
    (Literal["high", "low"], "hgh", "'hgh' is none of its values; allowed: 'high' or 'low'"),
    (float, "lots", "'lots' is not a number; allowed: a number"),
    (Annotated[float, Field(ge=0, le=1)], 2, "'2' is out of range; allowed: 1 or less"),
    (Annotated[float, Field(gt=0)], 0, "allowed: more than 0"),
    (int, 1.5, "'1.5' is not a whole number"),
    (bool, "maybe", "is not true or false"),
    (date, "soon", "'soon' is not a day; allowed: a day such as 2026-01-31"),
    (tuple[str, ...], 3, "is not a list"),
    (dict[str, float], 3, "is not a table"),
    (Table, 3, "is not a table"),
    (Table, {}, "is missing"),
    (Table, {"name": "a", "nam": 1}, "no such key; allowed: name; did you mean name?"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "said"), CASES)
def test_a_value_of_the_wrong_kind_is_told_in_plain_english(kind: Any, given: object, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(given)
    told = str(faults.fault("own.toml", "key", dict(caught.value.errors()[0]), ("name",)))
    assert told.startswith("own.toml: key: ")
    assert said in told
    assert "Input should" not in told
    assert "String" not in told


def test_a_name_that_shares_half_its_letters_is_not_near() -> None:
    assert nearest("current_date", ["parent_tier", "tpp"]) == ""
    assert nearest("parent_teir", ["parent_tier", "tpp"]) == "did you mean parent_tier?"
