"""From logits to the next token."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from seqclf.generation.samplers import Draw, Greedy, Temperature, TopK, TopP, chain

_LOGITS = arrays(
    np.float32,
    st.integers(1, 12),
    elements=st.floats(width=32, allow_nan=False) | st.sampled_from([-np.inf, np.inf, 0.0, 3.4e38, -3.4e38, 1e-45]),
)


class _Kept:
    """Says which tokens reach it, and chooses the first of them."""

    def next_token(self, logits: np.ndarray) -> int:
        self.ids = set(np.flatnonzero(logits > -np.inf).tolist())
        return min(self.ids)


@given(
    logits=_LOGITS,
    temperature=st.sampled_from([0, 5e-324, 1e-300, 1e-30, 0.5, 1, 2, 1e300]),
    top_k=st.none() | st.integers(1, 15),
    top_p=st.none() | st.sampled_from([1e-300, 0.1, 0.9, 1]),
    seed=st.integers(0, 5),
)
@pytest.mark.filterwarnings("error")
def test_whatever_the_logits_are_a_token_that_may_be_is_chosen(logits: np.ndarray, **options: Any) -> None:
    assume(logits.max() > -np.inf)
    assert logits[chain(**options).next_token(logits)] > -np.inf
    assert logits[chain(**options | {"temperature": 0}).next_token(logits)] == logits.max()


@given(logits=_LOGITS, seed=st.integers(0, 3))
def test_near_zero_temperature_is_greedy(logits: np.ndarray, seed: int) -> None:
    assume(np.count_nonzero(logits == logits.max()) == 1 and logits.max() > -np.inf)
    assert chain(temperature=1e-300, seed=seed).next_token(logits) == Greedy().next_token(logits)


def test_greedy_takes_the_first_of_equal_tokens() -> None:
    assert Greedy().next_token(np.array([0, 3, 3, 1], np.float32)) == 1


@pytest.mark.parametrize("temperature", [0.5, 1, 2])
def test_draws_follow_the_probabilities(temperature: float) -> None:
    probabilities = np.array([0.5, 0.3, 0.2])
    sampler = chain(temperature=temperature, seed=1)
    logits = (np.append(np.log(probabilities), -np.inf) + 7).astype(np.float32)
    drawn = [sampler.next_token(logits) for _ in range(4_000)]
    expected = probabilities ** (1 / temperature)
    found = np.bincount(drawn, minlength=4) / len(drawn)
    assert found[3] == 0
    assert found[:3] == pytest.approx(expected / expected.sum(), abs=0.025)
    again = chain(temperature=temperature, seed=1)
    assert [again.next_token(logits) for _ in range(20)] == drawn[:20]
    other = chain(temperature=temperature, seed=2)
    assert [other.next_token(logits) for _ in range(20)] != drawn[:20]


def test_the_largest_random_number_draws_no_impossible_token(monkeypatch: pytest.MonkeyPatch) -> None:
    class Largest:
        def random(self) -> float:
            return 1.0  # what rounding can make of the product

    sampler = Draw(0)
    monkeypatch.setattr(sampler, "_generator", Largest())
    assert sampler.next_token(np.array([0.1, 0.3, -np.inf, -np.inf], np.float32)) == 1


def test_top_k_keeps_as_many_as_it_says() -> None:
    logits = np.array([1, 5, 3, 3, 3, -np.inf], np.float32)
    for count, expected in ((1, {1}), (2, {1, 2}), (3, {1, 2, 3}), (5, {0, 1, 2, 3, 4}), (9, {0, 1, 2, 3, 4})):
        kept = _Kept()
        TopK(count, kept).next_token(logits)
        assert kept.ids == expected


@given(
    probabilities=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any),
    share=st.floats(0, 1, exclude_min=True),
)
def test_top_p_keeps_the_fewest_that_reach_the_share(probabilities: list[int], share: float) -> None:
    shares = np.array(probabilities) / sum(probabilities)
    with np.errstate(divide="ignore"):
        logits = np.log(shares)
    kept = _Kept()
    TopP(share, kept).next_token(logits)
    chosen = sorted(shares[list(kept.ids)])
    assert sum(chosen) >= share - 1e-9
    assert sum(chosen[1:]) < share + 1e-9, "the least probable one is needed"
    assert all(one <= chosen[0] + 1e-12 for index, one in enumerate(shares) if index not in kept.ids)


def test_options_outside_their_range() -> None:
    last = Greedy()
    makes = [
        lambda: Temperature(0, last),
        lambda: Temperature(-1, last),
        lambda: Temperature(float("nan"), last),
        lambda: Temperature(float("inf"), last),
        lambda: TopK(0, last),
        lambda: TopP(0, last),
        lambda: TopP(1.1, last),
        lambda: TopP(float("nan"), last),
        lambda: Draw(-1),
        lambda: chain(temperature=0, top_k=0),
    ]
    for make in makes:
        with pytest.raises(ValueError, match="expected"):
            make()


@pytest.mark.parametrize("temperature", [-1, float("nan"), float("inf")])
def test_a_temperature_may_be_zero(temperature: float) -> None:
    with pytest.raises(ValueError, match=f"temperature: expected 0 or more, found {temperature}"):
        chain(temperature=temperature)


@pytest.mark.parametrize("options", [{"temperature": 0}, {}, {"temperature": 0.5}, {"top_k": 1}, {"top_p": 0.5}])
def test_no_token_and_nan_are_errors(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no token may be chosen"):
        chain(**options).next_token(np.full(3, -np.inf, np.float32))
    with pytest.raises(ValueError, match="NaN"):
        chain(**options).next_token(np.array([0, np.nan, 1], np.float32))
