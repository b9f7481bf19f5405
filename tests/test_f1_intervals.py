"""The 95 % intervals of F1: the bootstrap over texts, against one that draws text by text."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paired_examples import all_metrics, made_answers

from seqclf.metrics.classification import ClassificationMetrics
from seqclf.metrics.intervals import F1Intervals, Interval, percentile_interval
from seqclf.metrics.kinds import all_scores
from seqclf.tasks.classification import draws, resampled_f1
from seqclf.tasks.classification.draws import drawn, kinds_of
from seqclf.tasks.classification.f1_intervals import multi_label_f1, single_label_f1
from seqclf.tasks.classification.metrics import classification_metrics


def _of(answers: Any) -> F1Intervals:
    if answers.labels.multi:
        return multi_label_f1(answers.ids, answers.predicted, answers.weights)
    return single_label_f1(answers.ids, answers.predicted, answers.width, answers.weights)


def _by_hand(answers: Any, name: str, resamples: int, seed: int) -> Interval:
    """Quantiles of F1 on resamples whose texts are drawn one by one, with the F1 of ``seqclf eval``."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(resamples):
        counts = np.bincount(draw.integers(len(answers), size=len(answers)), minlength=len(answers))
        found.append(_f1(answers, counts if answers.weights is None else counts * answers.weights)[name])
    return Interval(*np.quantile(found, (0.025, 0.975)).tolist())


def _f1(answers: Any, weights: Any) -> dict[str, float]:
    """Macro and micro F1 of weighted texts, label by label."""
    each, all_hits, all_shared = [], 0.0, 0.0
    for label in range(answers.width):
        multi = answers.labels.multi
        truth, found = (part[:, label] if multi else part == label for part in (answers.ids, answers.predicted))
        hits, shared = 2 * weights[truth & found].sum(), weights[truth].sum() + weights[found].sum()
        if shared > 0 or multi:
            each.append(hits / shared if shared > 0 else 0.0)
        all_hits, all_shared = all_hits + hits, all_shared + shared
    micro = all_hits / all_shared if all_shared > 0 else 0.0
    return {"macro_f1": sum(each) / len(each) if each else 0.0, "micro_f1": micro}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("multi", "labels"), [(False, 2), (False, 6), (True, 3)])
def test_the_interval_is_that_of_a_plain_bootstrap(multi: bool, labels: int, weighted: bool) -> None:
    answers, _ = made_answers(3, 300, labels, multi=multi, weighted=weighted, more=1)
    found = _of(answers)
    for name, interval in (("macro_f1", found.macro), ("micro_f1", found.micro)):
        if interval is None:
            assert name == "micro_f1" and not multi
            continue
        expected = _by_hand(answers, name, 1_500, seed=9)
        width = expected.high - expected.low
        assert interval.low == pytest.approx(expected.low, abs=0.1 * width)
        assert interval.high == pytest.approx(expected.high, abs=0.1 * width)
        value = all_metrics(answers)[name]
        assert value is not None and interval.low < value < interval.high


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    texts=st.integers(10, 60),
    labels=st.integers(2, 5),
    multi=st.booleans(),
    weighted=st.booleans(),
)
def test_each_resample_has_the_f1_of_its_texts(seed: int, texts: int, labels: int, multi: bool, weighted: bool) -> None:
    """The quantiles are those of F1 computed label by label, on the very resamples that were drawn."""
    answers, _ = made_answers(seed, texts, labels, multi=multi, weighted=weighted, more=seed % 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resampled_f1, "RESAMPLES", 30)
        found = _of(answers)
    parts = [answers.ids, answers.predicted, *([] if answers.weights is None else [answers.weights])]
    kinds = kinds_of(parts)
    of_kinds = np.bincount(kinds)
    expected: dict[str, list[float]] = {"macro_f1": [], "micro_f1": []}
    for row in np.concatenate(list(drawn(kinds, 30))):
        weights = (row / of_kinds)[kinds] * (1.0 if answers.weights is None else answers.weights)
        for name, value in _f1(answers, weights).items():
            expected[name].append(value)
    intervals = {"macro_f1": found.macro, "micro_f1": found.micro}
    for name in ("macro_f1", "micro_f1") if multi else ("macro_f1",):
        interval, ends = intervals[name], np.quantile(expected[name], (0.025, 0.975))
        if interval is None:
            assert ends[0] == pytest.approx(ends[1])
        else:
            assert (interval.low, interval.high) == pytest.approx(tuple(ends))


def test_alike_texts_and_texts_drawn_one_by_one_give_one_distribution(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, _ = made_answers(5, 4_000, 3)
    at_once = _of(answers).macro
    monkeypatch.setattr(draws, "_MUCH_FEWER", 10**9)
    one_by_one = _of(answers).macro
    assert at_once is not None and one_by_one is not None and at_once != one_by_one
    assert at_once.low == pytest.approx(one_by_one.low, abs=0.002)
    assert at_once.high == pytest.approx(one_by_one.high, abs=0.002)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans(), st.sampled_from([0.5, 2.0])), min_size=1),
)
def test_texts_are_of_one_kind_if_they_are_equal_in_all_parts(rows: list[tuple[int, bool, bool, float]]) -> None:
    numbers, flags, weights = [row[0] for row in rows], [row[1:3] for row in rows], [row[3] for row in rows]
    kinds = kinds_of([np.array(numbers), np.array(flags), np.array(weights)]).tolist()
    assert len(set(zip(kinds, rows, strict=True))) == len(set(kinds)) == len(set(rows))
    assert sorted(set(kinds)) == list(range(len(set(rows))))


def test_metrics_have_the_interval_and_eval_keeps_it() -> None:
    answers, _ = made_answers(2, 200, 4)
    metrics = classification_metrics(answers.logits, answers.truth, answers.labels, evaluate=True)
    scores = all_scores(metrics)
    assert scores["macro_f1_low"] < metrics.macro_f1 < scores["macro_f1_high"]
    read = ClassificationMetrics.from_json(metrics.to_json())
    assert read.evaluation is not None
    assert read.evaluation.interval("macro_f1") == Interval(scores["macro_f1_low"], scores["macro_f1_high"])
    assert read.evaluation.interval("micro_f1") is None and read.evaluation.interval("loss") is None
    earlier = {name: value for name, value in metrics.to_json().items() if not name.startswith("macro_f1_")}
    old = ClassificationMetrics.from_json(earlier).evaluation
    assert old is not None and old.interval("macro_f1") is None and old.interval("accuracy") is not None


def test_resamples_without_errors_and_few_texts_say_nothing() -> None:
    right = np.arange(40) % 2
    assert single_label_f1(right, right, 2) == F1Intervals()
    assert single_label_f1(right[:9], 1 - right[:9], 2) == F1Intervals()
    nothing = np.zeros((20, 3), bool)
    assert multi_label_f1(nothing, nothing) == F1Intervals()


def test_an_interval_of_undefined_scores_is_unknown() -> None:
    some = np.where(np.arange(100) < 20, np.nan, 0.5)
    assert percentile_interval(some, 50) is None
    few = np.where(np.arange(100) < 5, np.nan, np.linspace(0, 1, 100))
    found = percentile_interval(few, 50)
    assert found is not None and 0 < found.low < found.high < 1


def test_a_hundred_thousand_texts_take_little_time() -> None:
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 20, 100_000)
    predicted = np.where(draw.random(100_000) < 0.8, truth, draw.integers(0, 20, 100_000))
    began = time.perf_counter()
    found = single_label_f1(truth, predicted, 20).macro
    assert time.perf_counter() - began < 5
    assert found is not None and found.high - found.low < 0.01
