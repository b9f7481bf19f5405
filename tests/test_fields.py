"""Texts of several columns as one string."""

from hypothesis import example, given
from hypothesis import strategies as st

from seqclf.text.fields import FIELD_SEPARATOR, join_fields, split_fields


@given(st.lists(st.text(), min_size=1, max_size=4))
@example(["a\x1fb", "", "c\x1f"])
def test_joined_fields_come_back(values: list[str]) -> None:
    assert split_fields(join_fields(values)) == [value.replace(FIELD_SEPARATOR, " ") for value in values]


def test_one_field_is_the_text_itself() -> None:
    assert join_fields(["one text"]) == "one text"
    assert split_fields("") == [""]
