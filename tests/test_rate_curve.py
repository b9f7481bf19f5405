"""What is read off the losses of a sweep over learning rates."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqclf.training.rate_curve import RateCurve, rates_of, rounded


def _curve(
    steepest: float, *, fall: float = 0.3, first: float = 0.7, explodes: bool = True, noise: float = 0.0
) -> RateCurve:
    """A loss that falls like a logistic function around ``steepest``, and explodes at 30 times that rate."""
    rates = np.asarray(rates_of(1e-5, 1.0, 60))
    losses = first - fall / (1 + np.exp(-6 * np.log10(rates / steepest)))
    if explodes:
        losses += first * (rates / (30 * steepest)) ** 2
    losses += noise * np.random.default_rng(3).normal(size=60)
    return RateCurve(rates, losses)


def test_rates_rise_by_one_factor_from_the_lowest_to_the_highest() -> None:
    rates = rates_of(1e-4, 1.0, 9)
    assert rates[0] == pytest.approx(1e-4) and rates[-1] == pytest.approx(1.0)
    np.testing.assert_allclose(np.diff(np.log10(rates)), 0.5)


@given(st.floats(-3.7, -1.8), st.floats(0.1, 0.9), st.floats(0.7, 9.0))
def test_the_suggestion_is_where_the_loss_falls_fastest(place: float, fall: float, first: float) -> None:
    curve = _curve(10**place, fall=fall * first, first=first)
    assert curve.suggestion is not None
    assert abs(math.log10(curve.suggestion) - place) < 0.35
    best, least = curve.best
    assert curve.suggestion <= best
    assert least < curve.first


@given(st.floats(-3.7, -1.8), st.floats(1e-3, 1e3))
def test_the_suggestion_does_not_depend_on_the_scale_of_the_loss(place: float, scale: float) -> None:
    curve = _curve(10**place)
    assert RateCurve(curve.rates, scale * curve.losses).suggestion == curve.suggestion


def test_chance_alone_suggests_nothing() -> None:
    rates = np.asarray(rates_of(1e-5, 1.0, 60))
    for seed in range(50):
        noise = np.random.default_rng(seed).normal(size=60)
        assert RateCurve(rates, 0.7 + 0.01 * noise).suggestion is None, seed


def test_a_fall_far_above_chance_is_seen_in_noise() -> None:
    assert _curve(1e-2, noise=0.003).suggestion is not None
    assert _curve(1e-2, fall=1e-4).suggestion is None, "less than 0.2 %"


def test_a_loss_that_becomes_infinite_ends_the_curve() -> None:
    curve = _curve(1e-3, explodes=False)
    cut = RateCurve.of(curve.rates[:40], [*curve.losses[:39], math.inf])
    assert cut.suggestion is not None and cut.suggestion < 3e-3
    assert np.isfinite(cut.smoothed).all()
    assert not cut.still_falls
    assert json.loads(json.dumps(cut.as_json(), allow_nan=False))["losses"][-1] is None


def test_a_loss_that_falls_to_the_end_asks_for_higher_rates() -> None:
    curve = _curve(1.0, explodes=False)
    assert curve.still_falls
    assert curve.suggestion is not None


def test_a_curve_of_two_points_is_not_smoothed() -> None:
    curve = RateCurve.of([1e-3, 1e-2], [0.7, math.inf])
    assert curve.suggestion is None
    assert curve.smoothed.shape == (2,)


def test_rates_have_two_digits() -> None:
    assert [rounded(rate) for rate in (0.0123456, 3.0, 9.96e-5)] == [0.012, 3.0, 1e-4]


def test_the_plot_fits_eighty_columns_and_marks_the_suggestion() -> None:
    from seqclf.cli.rate_plot import RatePlot

    lines = [line.plain for line in RatePlot(_curve(1e-2)).lines(80)]
    assert all(len(line) <= 80 for line in lines)
    assert sum("●" in line for line in lines) == 1
    assert "0.01" in lines[-1] and "1e-05" in lines[-1]
    plain = [line.plain for line in RatePlot(_curve(1e-2), unicode=False).lines(80)]
    assert "".join(plain).isascii()
    flat = RateCurve(np.asarray(rates_of(1e-5, 1.0, 60)), np.full(60, 0.7))
    assert not any("●" in line.plain for line in RatePlot(flat).lines(80))


def test_the_picture_is_a_png(tmp_path: Path) -> None:
    from seqclf.cli.rate_plot import save_rate_plot

    save_rate_plot(_curve(1e-2), tmp_path / "curve.png", "a title")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
