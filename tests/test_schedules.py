"""Learning rates: each schedule against its formula, and with epochs of different lengths."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from seqclf.config.schema import ScheduleConfig
from seqclf.config.schema.schedules import SCHEDULES, Horizon

HORIZON = Horizon(updates=25, epochs=4)


def _schedule(**options: Any) -> ScheduleConfig:
    schedule: ScheduleConfig = TypeAdapter(ScheduleConfig).validate_python(options)
    return schedule


def _shares(horizon: Horizon = HORIZON, **options: Any) -> list[float]:
    """The factor of every update of a training."""
    schedule = _schedule(**options)
    return [schedule.rate_share(number, horizon) for number in range(1, horizon.total + 1)]


def _equation_3(t: int, total: int, cut_fraction: float, ratio: float) -> float:
    """As Howard & Ruder (2018) write it, where the cut is a whole update."""
    cut = math.floor(total * cut_fraction)
    p = t / cut if t < cut else 1 - (t - cut) / (cut * (1 / cut_fraction - 1))
    return (1 + p * (ratio - 1)) / ratio


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        ({"type": "constant"}, lambda n: 1.0),
        ({"type": "constant", "warmup": 10}, lambda n: min(1, n / 10)),
        ({"type": "constant", "warmup": 0.2}, lambda n: min(1, n / 20)),
        ({"type": "plateau", "warmup": 10}, lambda n: min(1, n / 10)),
        ({"type": "linear"}, lambda n: (101 - n) / 100),
        ({"type": "linear", "final": 0.5}, lambda n: 1 - (n - 1) / 200),
        ({"type": "linear", "warmup": 21}, lambda n: min(n / 21, (101 - n) / 80)),
        ({"type": "cosine"}, lambda n: math.cos(math.pi * (n - 1) / 200) ** 2),
        ({"type": "cosine", "final": 0.2}, lambda n: 0.6 + 0.4 * math.cos(math.pi * (n - 1) / 100)),
        (
            {"type": "cosine", "warmup": 51},
            lambda n: n / 51 if n < 51 else (1 + math.cos(math.pi * (n - 51) / 50)) / 2,
        ),
        ({"type": "exponential", "rate": 0.5}, lambda n: 0.5 ** ((n - 1) / 25)),
        ({"type": "exponential", "rate": 0.3, "every": 2}, lambda n: 0.3 ** ((n - 1) / 50)),
        (
            {"type": "exponential", "rate": 0.3, "warmup": 5},
            lambda n: n / 5 if n < 5 else 0.3 ** ((n - 5) / 25),
        ),
        # The paper's: min(n ** -0.5, n * warmup ** -1.5), to scale.
        ({"type": "inverse_sqrt", "warmup": 16}, lambda n: 4 * min(n**-0.5, n * 16**-1.5)),
        ({"type": "inverse_sqrt", "warmup": 0.16}, lambda n: 4 * min(n**-0.5, n * 16**-1.5)),
        (
            {"type": "one_cycle", "start": 0.1, "rise": 0.25, "final": 0.0},
            lambda n: 0.1 + 0.9 * (n - 1) / 25 if n < 26 else (101 - n) / 75,
        ),
        ({"type": "slanted_triangular"}, lambda n: _equation_3(n - 1, 100, 0.1, 32)),
        ({"type": "slanted_triangular", "cut_fraction": 0.25, "ratio": 4}, lambda n: _equation_3(n - 1, 100, 0.25, 4)),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_schedules_are_their_formulas(options: dict[str, Any], formula: Any) -> None:
    assert _shares(**options) == pytest.approx([formula(n) for n in range(1, 101)], rel=1e-12)


OPTIONS: list[dict[str, Any]] = [
    *({"type": kind} for kind in sorted(SCHEDULES.keys() - {"exponential", "inverse_sqrt"})),
    {"type": "exponential", "rate": 0.5},
    *({"type": "inverse_sqrt", "warmup": warmup} for warmup in (10, 0.1)),
    *({"type": kind, "warmup": warmup} for kind in ("constant", "linear", "plateau") for warmup in (10, 0.1)),
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_a_schedule_says_whether_more_epochs_would_have_changed_it(options: dict[str, Any]) -> None:
    planned, longer = _shares(**options), _shares(Horizon(HORIZON.updates, 2 * HORIZON.epochs), **options)
    assert (_schedule(**options).planned is None) == (planned == longer[: len(planned)])


def test_rises_begin_above_zero_and_come_to_the_full_rate() -> None:
    shares = _shares(type="linear", warmup=10)
    assert shares[0] == 0.1
    assert shares[9] == 1.0 == max(shares)
    assert _shares(type="linear")[0] == 1.0 == _shares(type="linear", warmup=1)[0]


KINDS = st.sampled_from(
    [
        {"type": "constant"},
        {"type": "linear", "final": 0.1},
        {"type": "cosine", "final": 0.1},
        {"type": "exponential", "rate": 0.7},
        {"type": "inverse_sqrt"},
        {"type": "plateau"},
    ]
)


@given(KINDS, st.integers(1, 40), st.integers(1, 9), st.integers(1, 500) | st.floats(0.001, 0.999))
def test_rates_rise_to_the_full_one_and_then_never_rise_again(
    options: dict[str, Any], updates: int, epochs: int, warmup: float
) -> None:
    horizon = Horizon(updates, epochs)
    if isinstance(warmup, int):
        warmup = min(warmup, horizon.total)
    shares = _shares(horizon, **options, warmup=warmup)
    top = shares.index(max(shares))
    assert all(0 < share <= 1 for share in shares)
    assert shares[: top + 1] == sorted(shares[: top + 1])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    if isinstance(warmup, int):
        assert shares[warmup - 1] == 1.0


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999), st.floats(0, 0.999), st.integers(1, 40), st.integers(1, 9))
def test_one_cycle_goes_up_once_and_down_once(
    start: float, rise: float, final: float, updates: int, epochs: int
) -> None:
    shares = _shares(Horizon(updates, epochs), type="one_cycle", start=start, rise=rise, final=final)
    top = shares.index(max(shares))
    assert shares[0] == pytest.approx(start)
    assert all(min(start, final) <= share <= 1 for share in shares)
    assert shares[: top + 1] == sorted(shares[: top + 1])
    assert shares[top:] == sorted(shares[top:], reverse=True)


@given(st.floats(0.001, 0.999), st.floats(1.001, 1000), st.integers(1, 40), st.integers(1, 9))
def test_a_slanted_triangle_stays_above_its_lowest_rate(cut: float, ratio: float, updates: int, epochs: int) -> None:
    """However few updates there are; the paper's rounded cut would give negative rates."""
    horizon = Horizon(updates, epochs)
    shares = _shares(horizon, type="slanted_triangular", cut_fraction=cut, ratio=ratio)
    top = shares.index(max(shares))
    assert shares[0] == pytest.approx(1 / ratio)
    assert all(1 / ratio * (1 - 1e-9) <= share <= 1 for share in shares)
    assert shares[: top + 1] == sorted(shares[: top + 1])
    assert shares[top:] == sorted(shares[top:], reverse=True)
    assert abs(top / horizon.total - cut) <= 1 / horizon.total


@given(st.integers(1, 10_000), st.integers(1, 1_000), st.data())
def test_updates_of_equal_epochs_are_counted_exactly(updates: int, epochs: int, data: st.DataObject) -> None:
    epoch, update = data.draw(st.integers(1, epochs)), data.draw(st.integers(1, updates))
    assert Horizon(updates, epochs).number(epoch, update, updates) == (epoch - 1) * updates + update


def test_epochs_of_other_lengths_take_as_much_of_the_schedule() -> None:
    """With a token budget per batch, epochs differ in their number of batches."""
    horizon = Horizon(updates=10, epochs=3)
    lengths = [10, 12, 9]
    numbers = [horizon.number(e, i, n) for e, n in enumerate(lengths, 1) for i in range(1, n + 1)]
    assert numbers == sorted(numbers)
    assert [horizon.number(e, 1, n) for e, n in enumerate(lengths, 1)] == [1, 11, 21]
    assert numbers[-1] < horizon.total + 1
