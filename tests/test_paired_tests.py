"""McNemar's test and Holm's adjustment, compared with scipy and with values by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from seqclf.metrics.intervals import paired_difference
from seqclf.metrics.paired import BORDERLINE, CHANCE, CLEAR, MID_P, certainty, holm, mcnemar

FEW = st.integers(0, 200)


@given(first=FEW, second=FEW)
def test_mcnemar_is_the_binomial_test_of_discordant_texts(first: int, second: int) -> None:
    found = mcnemar(first, second)
    discordant = first + second
    exact = binomtest(first, discordant).pvalue if discordant else 1.0
    assert (found.only_first, found.only_second) == (first, second)
    assert found.test == MID_P
    expected = exact
    if first != second:
        expected -= float(binom.pmf(first, discordant, 0.5))
    assert found.p_value == pytest.approx(min(1.0, expected), rel=1e-9)
    assert mcnemar(second, first).p_value == found.p_value
    assert 0 < found.p_value <= 1


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        (0, 0, 1.0),
        (1, 0, 1 / 2),
        (0, 5, 1 / 2**5),
        (1, 5, (1 + (1 + 6)) / 2**6),  # 6 texts: none of them right by chance, or none or one
        (7, 7, 1.0),
        (30, 30, 1.0),
    ],
)
def test_mcnemar_by_hand(first: int, second: int, p_value: float) -> None:
    assert mcnemar(first, second).p_value == pytest.approx(p_value)


def test_the_example_of_the_source_of_mid_p() -> None:
    """Fagerland et al. 2013, table 1: 1 and 7 discordant pairs; exact 0.070, mid-p 0.039."""
    assert mcnemar(1, 7).p_value == pytest.approx(0.0391, abs=5e-5)
    assert binomtest(1, 8).pvalue == pytest.approx(0.0703, abs=5e-5)


@pytest.mark.parametrize(
    ("p_value", "low", "high", "expected"),
    [
        (0.01, 0.1, 0.2, CLEAR),
        (0.01, -0.2, -0.1, CLEAR),
        (0.2, -0.1, 0.3, CHANCE),
        (0.06, 0.1, 0.3, BORDERLINE),
        (0.04, 0.0, 0.3, BORDERLINE),
        (0.04, None, None, CLEAR),
        (0.06, None, None, CHANCE),
    ],
)
def test_how_certain_a_difference_is(p_value: float, low: float | None, high: float | None, expected: str) -> None:
    assert certainty(p_value, low, high) == expected


def test_the_test_agrees_with_the_interval_where_few_texts_differ() -> None:
    """49 texts, of which 11 differ: the exact p-value of 0.065 contradicted an interval from 1.0 to 26.6 points."""
    interval = paired_difference(30, 9, 2, 8)
    found = mcnemar(9, 2)
    assert interval.low > 0 and found.p_value == pytest.approx(0.0386, abs=5e-5)
    assert binomtest(2, 11).pvalue == pytest.approx(0.0654, abs=5e-5)
    assert certainty(found.p_value, interval.low, interval.high) == CLEAR


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_orders_and_bounds(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(p <= one <= 1 for p, one in zip(p_values, adjusted, strict=True))
    assert [adjusted[place] for place in sorted(range(len(p_values)), key=p_values.__getitem__)] == sorted(adjusted)
    assert min(adjusted) == pytest.approx(min(1.0, len(p_values) * min(p_values)))
