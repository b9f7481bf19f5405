"""McNemar's test and Holm's adjustment, compared with scipy and with values by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from seqclf.metrics.paired import EXACT, MID_P, holm, mcnemar

FEW = st.integers(0, 200)


@given(first=FEW, second=FEW)
def test_mcnemar_is_the_binomial_test_of_discordant_texts(first: int, second: int) -> None:
    found = mcnemar(first, second)
    discordant = first + second
    exact = binomtest(first, discordant).pvalue if discordant else 1.0
    assert (found.only_first, found.only_second) == (first, second)
    assert found.test == (EXACT if discordant < 25 else MID_P)
    expected = exact
    if discordant >= 25 and first != second:
        expected -= float(binom.pmf(first, discordant, 0.5))
    assert found.p_value == pytest.approx(min(1.0, expected), rel=1e-9)
    assert mcnemar(second, first).p_value == found.p_value
    assert 0 < found.p_value <= 1


@pytest.mark.parametrize(
    ("first", "second", "p_value"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (0, 5, 2 / 2**5),
        (1, 5, 2 * (1 + 6) / 2**6),  # 6 texts: none or one of them right by chance
        (7, 7, 1.0),
        (30, 30, 1.0),
    ],
)
def test_mcnemar_by_hand(first: int, second: int, p_value: float) -> None:
    assert mcnemar(first, second).p_value == pytest.approx(p_value)


def test_the_example_of_the_source_of_mid_p() -> None:
    """Fagerland et al. 2013, table 1: 1 and 7 discordant pairs; exact 0.070, mid-p 0.039."""
    assert mcnemar(1, 7).p_value == pytest.approx(0.0703, abs=5e-5)
    assert binomtest(1, 8).pvalue - binom.pmf(1, 8, 0.5) == pytest.approx(0.0391, abs=5e-5)


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
