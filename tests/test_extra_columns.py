"""Columns beside the text become features that are finite, centred and the same after saving."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.extra_columns.category import MOST_VALUES, CategoryColumn
from seqclf.extra_columns.number import NumberColumn

NUMBERS = st.floats(allow_nan=True, allow_infinity=False, width=64)
KINDS = {"price": "number", "country": "category"}


def categories(*values: str) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def fitted(prices: list[float], countries: list[str]) -> ExtraColumns:
    return ExtraColumns.fit(KINDS, {"price": np.array(prices), "country": categories(*countries)})


@given(st.lists(NUMBERS, min_size=1, max_size=60), st.lists(st.floats(width=64), max_size=20))
def test_features_of_any_numbers_are_finite(training: list[float], others: list[float]) -> None:
    column = NumberColumn.fit("n", np.array(training))
    features = column.encode(np.array([*training, *others]))
    assert np.isfinite(features).all() and features.shape == (len(training) + len(others), column.width)
    assert abs(features[: len(training)].mean(axis=0, dtype=np.float64)).max() < 1e-3 * max(1, abs(features).max())


def test_numbers_are_standardised() -> None:
    values = np.array([1.0, 2.0, 3.0, 6.0])
    features = NumberColumn.fit("n", values).encode(values)[:, 0]
    np.testing.assert_allclose(features, (values - 3) / values.std(), rtol=1e-6)


@pytest.mark.parametrize("values", [[0, 1e-323], [0, 5e-324, 1.5e-323], [1e-310, 2e-310]])
def test_numbers_too_small_to_tell_apart_are_constant(values: list[float]) -> None:
    """Half of the smallest deviation is 0, and TensorFlow takes all of these for 0."""
    np.testing.assert_array_equal(NumberColumn.fit("n", np.array(values)).encode(np.array(values)), 0)


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e308, 5e-324])
def test_a_constant_column_says_nothing(constant: float) -> None:
    column = NumberColumn.fit("n", np.full(50, constant))
    np.testing.assert_array_equal(column.encode(np.array([constant, 7.0, np.nan, np.inf])), 0)


def test_one_huge_number_does_not_hide_the_others() -> None:
    values = np.array([*range(100), 1e300])
    features = NumberColumn.fit("n", values).encode(values)[:, 0]
    assert features[99] - features[0] > 1
    assert features.max() < 15


def test_numbers_beyond_those_of_the_training_texts_count_as_the_nearest_one() -> None:
    column = NumberColumn.fit("n", np.arange(10.0))
    np.testing.assert_array_equal(column.encode(np.array([-5.0, 99.0])), column.encode(np.array([0.0, 9.0])))


def test_missing_numbers_have_an_indicator_only_where_it_can_be_learnt() -> None:
    some, few = np.arange(20.0), np.arange(20.0)
    some[:6], few[:2] = np.nan, np.nan
    learnt, unlearnt = NumberColumn.fit("n", some), NumberColumn.fit("n", few)
    assert (learnt.width, unlearnt.width) == (2, 1)
    np.testing.assert_allclose(learnt.encode(np.array([np.nan]))[0], [0, 14 / 20])
    np.testing.assert_array_equal(unlearnt.encode(np.array([np.nan])), 0)  # like the mean


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=1, max_size=80))
def test_features_of_categories_are_centred(values: list[str]) -> None:
    column = CategoryColumn.fit("c", categories(*values))
    features = column.encode(categories(*values))
    assert features.shape == (len(values), column.width)
    np.testing.assert_allclose(features.mean(axis=0, dtype=np.float64), 0, atol=1e-6)


def test_rare_and_new_categories_count_together() -> None:
    training = categories(*["de"] * 10, *["fr"] * 6, "it", "es", "pt", "nl", "be")
    column = CategoryColumn.fit("c", training)
    assert column.values == ("de", "fr") and column.width == 3
    it, new, de = column.encode(categories("it", "xx", "de"))
    np.testing.assert_array_equal(it, new)
    np.testing.assert_allclose(de, [1 - 10 / 21, -6 / 21, -5 / 21], rtol=1e-6)


def test_a_new_category_says_nothing_where_none_was_rare() -> None:
    column = CategoryColumn.fit("c", categories(*["de"] * 10, *["fr"] * 6))
    np.testing.assert_array_equal(column.encode(categories("xx", "")), 0)


def test_many_categories_do_not_make_many_features() -> None:
    column = CategoryColumn.fit("c", categories(*[f"v{number}" for number in range(500)] * 6))
    assert column.width == MOST_VALUES + 1


def test_a_column_of_different_values_says_nothing_and_has_a_feature() -> None:
    column = CategoryColumn.fit("id", categories("a", "b", "c"))
    np.testing.assert_array_equal(column.encode(categories("a", "z", "")), np.zeros((3, 1)))


@given(
    st.lists(NUMBERS, min_size=12, max_size=12),
    st.lists(st.sampled_from(["", "a", "b", "Ünï"]), min_size=12, max_size=12),
)
def test_saved_columns_give_the_same_features(prices: list[float], countries: list[str]) -> None:
    columns = fitted(prices, countries)
    loaded = ExtraColumns.from_json(json.loads(json.dumps(columns.as_json())))
    values = {"price": np.array(prices), "country": categories(*countries)}
    np.testing.assert_array_equal(loaded.encode(values, 12), columns.encode(values, 12))
    assert loaded.fingerprint == columns.fingerprint and loaded.width == columns.width


def test_values_in_any_form_and_none_at_all() -> None:
    columns = fitted([1.0, 2.0, 3.0, 4.0, 5.0] * 2, ["de"] * 5 + ["fr"] * 5)
    features = columns.features({"price": ["2", None], "country": ["fr ", float("nan")]}, 2)
    np.testing.assert_array_equal(features[1], columns.missing)
    np.testing.assert_allclose(features[0], columns.features({"price": [2], "country": ["fr"]}, 1)[0])
    np.testing.assert_array_equal(columns.is_given(features), [True, False])
    np.testing.assert_array_equal(columns.features(None, 2), [columns.missing] * 2)


def test_values_of_arrays_and_tables_are_those_of_python() -> None:
    columns = fitted([1.0, 2.0, 3.0, 4.0, 5.0] * 2, ["7"] * 5 + ["true"] * 5)
    arrays = {"price": np.array([2, np.nan], np.float32), "country": np.array([7.0, np.nan], np.float32)}
    plain = {"price": [2, None], "country": ["7", None]}
    np.testing.assert_array_equal(columns.features(arrays, 2), columns.features(plain, 2))
    np.testing.assert_array_equal(
        columns.features({"country": np.array([True])}, 1), columns.features({"country": ["true"]}, 1)
    )


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"prize": [1]}, 'no column "prize" beside the text; the model knows "price", "country"'),
        ({"price": [1, 2]}, '"price" has 2 values for 1 text'),
        ({"price": ["cheap"]}, '"price" is "cheap", expected a number, or nothing'),
        ({"country": [["de"]]}, '"country" is ["de"], expected a word'),
        ({"country": "d"}, '"country" is "d", expected a list with a value for each text'),
        ({"price": 7}, '"price" is 7, expected a list with a value for each text'),
    ],
)
def test_values_that_do_not_fit_are_named(given_values: Any, message: str) -> None:
    columns = fitted([1.0] * 10, ["de"] * 10)
    with pytest.raises(InputError, match=re.escape(message)):
        columns.features(given_values, 1)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        [{}],
        [{"type": "word"}],
        [{"type": "number", "name": "n", "low": 1, "high": 0, "mean": 0, "deviation": 1, "missing_share": None}],
        [{"type": "number", "name": "n", "low": 10**400, "high": 10**401, "mean": 0, "deviation": 1}],
        [{"type": "number", "name": "n", "low": "x", "high": 0, "mean": 0, "deviation": 1, "missing_share": None}],
        [{"type": "category", "name": "c", "values": {"a": 2}, "other_share": None, "missing_share": None}],
        [{"type": "category", "name": "c", "values": [], "other_share": 0, "missing_share": None}] * 2,
    ],
)
def test_other_content_is_rejected(content: Any) -> None:
    with pytest.raises(ValueError):
        ExtraColumns.from_json(content)
