"""Texts of several columns as one string."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seqclf.cli.given_fields import given_fields
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.text.fields import FIELD_SEPARATOR, as_text, filled, join_fields, split_fields


@given(st.lists(st.text(), min_size=1, max_size=4))
@example(["a\x1fb", "", "c\x1f"])
def test_joined_fields_come_back(values: list[str]) -> None:
    assert split_fields(join_fields(values)) == [value.replace(FIELD_SEPARATOR, " ") for value in values]


def test_one_field_is_the_text_itself() -> None:
    assert join_fields(["one text"]) == "one text"
    assert split_fields("") == [""]


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_row_may_lack_some_columns_but_not_all(missing: float | None) -> None:
    assert filled(["a", missing]) == ["a", ""]
    assert filled([missing, 3]) == ["", 3], "what is no text stays, to be named"
    for values in ([missing], [missing, missing]):
        assert filled(values) is values


def test_values_by_column_are_a_text() -> None:
    assert as_text({"body": "b", "title": "a"}, ["title", "body"]) == join_fields(["a", "b"])
    assert as_text({"body": None}, ["title", "body"]) == join_fields(["", ""])
    assert as_text("a\x1fb", []) == "a\x1fb"


@pytest.mark.parametrize("value", [{"text": "a"}, {}])
def test_values_by_column_need_a_model_of_several_columns(value: dict[str, str | None]) -> None:
    with pytest.raises(InputError, match="a single text"):
        as_text(value, [])


def test_a_column_may_have_an_equals_sign_in_its_name() -> None:
    given = given_fields(["a=b=c"], ("text", "a", "a=b"))
    assert given.texts == {"a=b": "c"}
    assert given.joined("x\x1fy") == join_fields(["x y", "", "c"])


def test_a_model_of_one_text_takes_no_fields() -> None:
    assert given_fields([], ()).joined("a\x1fb") == "a\x1fb"
    with pytest.raises(InputError, match="reads one text"):
        given_fields(["body=x"], ())


def test_fields_may_be_columns_beside_the_text() -> None:
    extra = ExtraColumns.fit({"price": "number"}, {"price": np.array([1.0, 2.0])})
    assert given_fields(["price=12"], (), extra).beside(2) == {"price": ["12", "12"]}
    with pytest.raises(InputError, match='"price"'):
        given_fields(["price=cheap"], (), extra)
    with pytest.raises(
        InputError, match='--field price=12,50: "price" is "12,50", expected a number, or nothing; write 12.50, with'
    ):
        given_fields(["price=12,50"], (), extra)
