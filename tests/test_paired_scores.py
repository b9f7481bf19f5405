"""The paired bootstrap: scores of resamples, and the spread of their differences."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paired_examples import all_metrics, made_answers

from seqclf.metrics.evaluation import MultiLabelEvaluation, SingleLabelEvaluation
from seqclf.metrics.kinds import scores_type
from seqclf.metrics.paired import mean_spread, spread
from seqclf.run_answers import KeptAnswers
from seqclf.tasks.classification import draws
from seqclf.tasks.classification.answers import Answers
from seqclf.tasks.classification.resampled_scores import AT_ONCE, NOT_COMPARED, ResampledScores
from seqclf.tasks.classification.resamples import RESAMPLES, resampled


def names_of(multi: bool) -> list[str]:
    evaluation = MultiLabelEvaluation if multi else SingleLabelEvaluation
    return [name for name in (*scores_type(multi).marks(), *evaluation.marks()) if name not in NOT_COMPARED]


def agree(found: np.ndarray, expected: dict[str, float | None], names: list[str]) -> None:
    for value, name in zip(found, names, strict=True):
        wanted = expected[name]
        assert np.isnan(value) if wanted is None else value == pytest.approx(wanted, rel=1e-5, abs=1e-7), name


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    texts=st.integers(1, 40),
    labels=st.integers(2, 5),
    multi=st.booleans(),
    more=st.integers(0, 1),
    weighted=st.booleans(),
    threshold=st.sampled_from([None, 0.3, 0.8]),
)
def test_the_scores_of_a_resample_are_those_of_eval_with_weights(
    seed: int, texts: int, labels: int, multi: bool, more: int, weighted: bool, threshold: float | None
) -> None:
    threshold = threshold if labels == 2 and not multi else None
    answers, _ = made_answers(seed, texts, labels, multi=multi, more=more, weighted=weighted, threshold=threshold)
    names = names_of(multi)
    draw = np.random.default_rng(seed)
    draws = draw.multinomial(texts, np.full(texts, 1 / texts), size=3).astype(float)
    draws[0] = 1
    if not multi and more:  # else no text of a known label may be drawn, which eval refuses
        draws[:, 0] += 1
    weights = draws * (1.0 if answers.weights is None else answers.weights)
    scorer = ResampledScores(answers, np.arange(texts), names)
    for row, found in zip(weights, scorer(weights), strict=True):
        agree(found, all_metrics(answers, row), names)
    if not weighted:
        agree(scorer(np.ones((1, texts)))[0], all_metrics(answers), names)
    usual = [name for name in names if name in AT_ONCE]
    for row, found in zip(weights, ResampledScores(answers, np.arange(texts), usual)(weights), strict=True):
        agree(found, all_metrics(answers, row), usual)


@pytest.mark.parametrize("multi", [False, True])
def test_texts_of_one_kind_are_drawn_together(multi: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The distribution is that of drawing texts one by one: mean and standard deviation agree."""
    first, second = made_answers(1, 3_000, 2, multi=multi)
    name = "micro_f1" if multi else "accuracy"
    at_once = resampled(first, second, [name])[name]
    monkeypatch.setattr(draws, "_MUCH_FEWER", 10**9)
    one_by_one = resampled(first, second, [name])[name]
    assert at_once.shape == one_by_one.shape == (2, RESAMPLES)
    both = [found[0] - found[1] for found in (at_once, one_by_one)]
    assert not np.array_equal(*both)
    assert both[0].mean() == pytest.approx(both[1].mean(), abs=0.002)
    assert both[0].std() == pytest.approx(both[1].std(), rel=0.05)
    assert both[0].mean() == pytest.approx(all_metrics(first)[name] - all_metrics(second)[name], abs=0.002)  # type: ignore[operator]


def test_the_interval_of_accuracy_is_that_of_theory() -> None:
    """The variance of a difference of paired fractions: (b + c - (b - c)^2 / n) / n^2."""
    first, second = made_answers(3, 500, 3)
    only_first, only_second = (int((a.right & ~b.right).sum()) for a, b in ((first, second), (second, first)))
    found = resampled(first, second, ["accuracy"])["accuracy"]
    deviation = np.sqrt(only_first + only_second - (only_first - only_second) ** 2 / 500) / 500
    difference = (only_first - only_second) / 500
    interval = spread(found[0] - found[1], 500)
    assert interval.low == pytest.approx(difference - 1.96 * deviation, abs=0.004)
    assert interval.high == pytest.approx(difference + 1.96 * deviation, abs=0.004)


def test_the_same_call_gives_the_same_resamples() -> None:
    first, second = made_answers(5, 60, 2)
    one, other = (resampled(first, second, names) for names in (["accuracy"], ["roc_auc", "accuracy", "loss"]))
    assert np.array_equal(one["accuracy"], other["accuracy"]), "whatever other scores are computed"
    assert list(other) == ["roc_auc", "accuracy", "loss"]
    assert other["roc_auc"].shape == (2, 2_000)
    same = resampled(first, first, ["macro_f1"])["macro_f1"]
    assert np.array_equal(same[0], same[1])


def test_many_texts_take_little_time() -> None:
    first, second = made_answers(7, 25_000, 2)
    started = time.process_time()
    resampled(first, second, ["accuracy", "macro_f1"])
    assert time.process_time() - started < 10


@pytest.mark.parametrize("texts", [10, 1_000])
def test_the_spread_of_no_difference(texts: int) -> None:
    found = spread(np.zeros(100), texts)
    assert (found.low, found.high, found.p_value) == (0, 0, 1)


def test_the_spread_of_made_up_differences() -> None:
    found = spread(np.arange(1.0, 1_000.0), 50)
    assert (found.low, found.high) == (pytest.approx(25.95), pytest.approx(974.05))
    assert found.p_value == 2 / 1_000
    mixed = spread(np.concatenate([np.full(10, -1.0), np.full(89, 1.0)]), 50)
    assert mixed.p_value == pytest.approx(2 * 11 / 100)


@pytest.mark.parametrize("weighted", [False, True])
def test_the_spread_of_a_mean_is_that_of_the_bootstrap(weighted: bool) -> None:
    first, second = made_answers(8, 1_500, 3, skill=0.1, weighted=weighted)
    found = mean_spread(first.losses - second.losses, first.weights)
    resampled_losses = resampled(first, second, ["loss"])["loss"]
    wanted = spread(resampled_losses[0] - resampled_losses[1], 1_500)
    assert (found.low, found.high) == (pytest.approx(wanted.low, abs=0.002), pytest.approx(wanted.high, abs=0.002))
    assert found.p_value == pytest.approx(wanted.p_value, abs=0.03)


def test_the_spread_of_a_mean_is_that_of_the_paired_t_test() -> None:
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(1).normal(0.05, 1, 2_000)
    expected = ttest_1samp(values, 0.0)
    assert mean_spread(values).p_value == pytest.approx(expected.pvalue, abs=1e-3)
    assert mean_spread(values).low == pytest.approx(expected.confidence_interval(0.95).low, abs=1e-4)
    same = mean_spread(np.zeros(2_000))
    assert (same.low, same.high, same.p_value) == (0, 0, 1)
    assert mean_spread(values[:9]).p_value is None


def test_kept_answers_have_no_scores_of_all_probabilities() -> None:
    answers, _ = made_answers(0, 20, 2)
    kept = KeptAnswers(answers.labels, answers.ids, answers.predicted, answers.losses)
    with pytest.raises(ValueError, match="roc_auc: needs all probabilities"):
        ResampledScores(kept, np.arange(20), ["accuracy", "roc_auc"])


def test_no_interval_without_enough_texts_or_defined_values() -> None:
    assert spread(np.arange(100.0), 9).low is None
    some = np.arange(100.0)
    some[:11] = np.nan
    assert spread(some, 50).low is None and spread(np.full(9, np.nan), 50).p_value is None
    some[:1] = 0
    assert spread(some, 50).low is not None, "a tenth may be missing"


def test_one_class_leaves_scores_of_rankings_undefined() -> None:
    first, second = made_answers(0, 20, 2)
    alone = [Answers(one.labels, np.zeros(20, int), one.logits, 2) for one in (first, second)]
    found = resampled(alone[0], alone[1], ["roc_auc", "matthews_correlation", "accuracy"])
    assert np.isnan(found["roc_auc"]).all() and not np.isnan(found["accuracy"]).any()
    assert spread(found["roc_auc"][0] - found["roc_auc"][1], 20).p_value is None
