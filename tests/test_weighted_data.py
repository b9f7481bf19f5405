"""Weights of texts and probabilities of labels in statistics, in checks and in the baseline."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, write_csv
from hypothesis import given
from hypothesis import strategies as st

from seqclf.baseline.task import Request, write
from seqclf.baseline.worker import work
from seqclf.config import checked_config
from seqclf.config.problems import ConfigError
from seqclf.data.label_balance import uneven
from seqclf.data.label_sets import counted_texts
from seqclf.data.prepare import prepare
from seqclf.data.statistics import label_problems, text_statistics, text_warnings
from seqclf.data.weight_statistics import ShareStatistics, WeightStatistics
from seqclf.errors import InputError
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.sources import UnknownLabels
from seqclf.sources.texts import LabelledTexts

WORDS = {"neg": ["bad", "poor", "dull"], "pos": ["good", "fine", "great"]}


def _labelled(count: int = 30, **more: Any) -> LabelledTexts:
    draw = np.random.default_rng(4)
    labels = ["neg" if i % 3 else "pos" for i in range(count)]
    texts = [
        f"{draw.choice(WORDS[label])} film number {i % 7} {draw.choice(['bad', 'good'])}"
        for i, label in enumerate(labels)
    ]
    return LabelledTexts(texts, labels, "texts.csv", **more)


def _messages(texts: LabelledTexts) -> list[str]:
    return [warning.message for warning in text_warnings({"train": text_statistics(texts)}, {})]


def _weights(*weights: float) -> Any:
    return np.array(weights, np.float32)


def test_texts_that_do_not_count_are_noted_before_the_training(tmp_path: Path) -> None:
    rows = [(f"{WORDS[label][i % 3]} {i}", label, i % 4) for i in range(80) for label in ("neg", "pos")]
    path = write_csv(tmp_path / "t.csv", [("text", "label", "votes"), *rows])
    data = prepare(checked_config(small_config(data__train=str(path), data__weight="votes", layers=POOLED)))
    counted = [0, 0]
    for place, texts in enumerate((data.train, data.validation)):
        assert texts is not None and texts.weights is not None
        counted[place] = int((texts.weights == 0).sum())
    assert all(counted)
    (note,) = data.notes
    assert note.startswith(f"{counted[0]} training texts and {counted[1]} validation texts have weight 0")
    assert replace(data, train=replace(data.train, weights=None), validation=None).notes == ()


@given(st.lists(st.floats(0, 100, width=32), min_size=2, max_size=30).filter(any))
def test_statistics_of_weights(weights: list[float]) -> None:
    found = WeightStatistics.of(_labelled(len(weights), weights=_weights(*weights)))
    assert found is not None
    assert found.total == pytest.approx(sum(weights), rel=1e-5)
    assert sum(found.labels.values()) == pytest.approx(found.total)
    assert found.largest == pytest.approx(max(weights) / sum(weights), rel=1e-5)
    assert 1 - 1e-6 <= found.effective <= found.counted * (1 + 1e-6)


def test_equal_weights_are_as_good_as_none_and_warned_of_nothing() -> None:
    texts = _labelled(weights=np.full(30, 2, np.float32))
    found = WeightStatistics.of(texts)
    assert found is not None
    assert found.effective == pytest.approx(30)
    assert _messages(texts) == _messages(_labelled())
    assert WeightStatistics.of(_labelled()) is None and ShareStatistics.of(_labelled()) is None


def test_weights_that_make_scores_inexact_are_named() -> None:
    weights = np.ones(30, np.float32)
    weights[4:9] = 0
    assert "is 0 for 5 of 30 train texts" in " ".join(_messages(_labelled(weights=weights)))
    weights[12] = 1_000
    texts = _labelled(weights=weights)
    message = next(message for message in _messages(texts) if "one text" in message)
    assert "98% of the weight" in message and texts.texts[12][:30] in message
    weights[:] = 0.001
    weights[[3, 7]] = 100
    assert "effective number of texts is 2, not 30" in " ".join(_messages(_labelled(weights=weights)))


def test_uneven_labels_are_found_by_weight() -> None:
    """30 texts, of which 10 are positive."""
    weights = np.where(np.arange(30) % 3 == 0, 0.01, 1).astype(np.float32)
    (message,) = [one for one in _messages(_labelled(weights=weights)) if one.startswith("uneven")]
    assert message.startswith('uneven labels: 99.5% of the weight has "neg", 0.5% "pos"')
    assert uneven({"a": 20, "b": 2, "c": 0}) == ("a", "b")
    assert uneven({"a": 19, "b": 2}) is None
    assert uneven({}) is None


def test_without_weight_there_is_a_problem() -> None:
    train = text_statistics(_labelled(weights=np.where(np.arange(30) % 3 == 0, 0, 1).astype(np.float32)))
    none = text_statistics(_labelled(weights=np.zeros(30, np.float32)))
    of_train, of_validation = label_problems({"train": train, "validation": none})
    assert 'every text whose weight is not 0 (data.weight) has the label "neg"' in of_train.message
    assert of_validation.message == "every text has weight 0 (data.weight): there is nothing to measure"
    assert not label_problems({"train": text_statistics(_labelled()), "validation": train})


def test_probabilities_of_labels_in_check() -> None:
    shares = np.array([[0.5, 0.5, 0], [0.25, 0.75, 0], [1, 0, 0]], np.float32)
    texts = LabelledTexts(["one", "two", "three"], ["a", "b", "a"], "t", label_names=("a", "b", "c"), shares=shares)
    found = ShareStatistics.of(texts)
    assert found is not None
    assert (found.certainty, found.tied, found.same) == (0.75, 1, False)
    messages = " ".join(_messages(texts))
    assert "1 of 3 texts have several most probable labels" in messages
    assert 'labels whose probability is 0 in every text: "c"' in messages
    same = LabelledTexts(["one", "two"], ["a", "a"], "t", label_names=("a", "b", "c"), shares=shares[[0, 0]])
    (problem,) = label_problems({"train": text_statistics(same)})
    assert "the same probabilities" in problem.message
    one_sided = LabelledTexts(["one", "two"], ["a", "a"], "t", label_names=("a", "b", "c"), shares=shares[[0, 2]])
    assert not label_problems({"train": text_statistics(one_sided)}), "the probabilities differ"


@pytest.mark.parametrize("unknown_labels", ["error", "wrong", "drop"])
def test_labels_that_the_source_names_are_known(unknown_labels: UnknownLabels) -> None:
    """Also those that are the most probable one of no training text, or that no training text has."""
    shares = np.array([[0.5, 0.5, 0], [0.75, 0.25, 0]], np.float32)
    train = LabelledTexts(["one", "two"], ["a", "a"], "t", label_names=("a", "b", "c"), shares=shares)
    test = LabelledTexts(["three"], ["b"], "v", label_names=("a", "b", "c"), shares=shares[:1, [1, 0, 2]])
    plain = replace(train, labels=["a", "c"], shares=None), replace(test, shares=None)
    for texts in ((train, test), plain):
        splits = {name: text_statistics(one) for name, one in zip(("train", "test"), texts, strict=True)}
        assert label_problems(splits, unknown_labels) == []
        warnings = text_warnings(splits, {}, unknown_labels)
        assert not any("do not occur" in one.message for one in warnings)
    nameless = {name: replace(one, label_names=None) for name, one in zip(("train", "test"), plain, strict=True)}
    found = label_problems({name: text_statistics(one) for name, one in nameless.items()}, unknown_labels)
    assert [problem.message for problem in found if "not occur" in problem.message] == (
        [
            'has labels that do not occur in the training texts: "b"; set data.unknown_labels to wrong to count such '
            "texts as errors, or to drop to skip them"
        ]
        if unknown_labels == "error"
        else ['every text has a label that does not occur in the training texts ("b")']
    )


def _prepared(folder: Path, rows: list[tuple[str, ...]], **data: Any) -> Any:
    from seqclf.data.prepare import prepare

    path = write_csv(folder / "rows.csv", rows)
    config = checked_config(
        small_config(data__train=str(path), **{f"data__{name}": value for name, value in data.items()})
    )
    return config, prepare(config)


def test_a_training_is_refused_if_only_one_label_counts(tmp_path: Path) -> None:
    from seqclf.training.data_checks import check_data

    rows = [("text", "label", "w"), *((f"text {i}", f"{i % 2}", f"{i % 2}") for i in range(40))]
    config, data = _prepared(tmp_path, rows, weight="w")
    with pytest.raises(ConfigError, match='every training text whose weight is not 0 has the label "1"'):
        check_data(config, data)
    rows = [("text", "label", "w"), *((f"text {i}", f"{i % 2}", "1") for i in range(40))]
    other = write_csv(
        tmp_path / "other.csv", [("text", "label", "w"), ("a", "0", "0"), ("b", "1", "1e-20"), ("c", "1", "3")]
    )
    config, data = _prepared(tmp_path, rows, weight="w", validation=str(other))
    check_data(config, data)
    assert data.validation.counted.tolist() == [2]
    other = write_csv(tmp_path / "new.csv", [("text", "label", "w"), ("a", "0", "0"), ("b", "2", "1")])
    config, data = _prepared(tmp_path, rows, weight="w", validation=str(other), unknown_labels="wrong")
    with pytest.raises(ConfigError, match="every validation text whose weight is not 0 has a label that no training"):
        check_data(config, data)


def test_the_vocabulary_is_learnt_from_the_texts_that_count(tmp_path: Path) -> None:
    rows = [("text", "label", "w"), *((f"word{i % 3} text", f"{i % 2}", f"{i % 3}") for i in range(60))]
    _, data = _prepared(tmp_path, rows, weight="w", validation=0, test=None)
    _, plain = _prepared(tmp_path, rows, validation=0, test=None)
    assert data.tokenizer.vocabulary_size < plain.tokenizer.vocabulary_size
    with pytest.raises(InputError, match="no text here has a weight above 0"):
        counted_texts(_labelled(2, weights=_weights(0, 0)))


def test_the_same_probabilities_everywhere_are_refused(tmp_path: Path) -> None:
    rows = [("text", "p", "q"), *((f"text {i}", "0.3", "0.7") for i in range(20))]
    with pytest.raises(InputError, match="every text has the same probabilities of labels"):
        _prepared(tmp_path, rows, label={"no": "p", "yes": "q"})
    rows = [("text", "p", "q"), *((f"text {i}", f"{0.3 + i % 2 / 10}", f"{0.7 - i % 2 / 10}") for i in range(20))]
    _, data = _prepared(tmp_path, rows, label={"no": "p", "yes": "q"})
    assert set(data.train.labels.tolist()) == {1}, "the most probable label is the same, and that is fine"


def _scores(cache: Path, name: str, train: LabelledTexts, labels: Labels, **options: Any) -> BaselineScores:
    """The scores of the baseline on its own training texts, computed in this process."""
    request = Request(labels, {"train": name}, lambda split: train, "train", "per_label", **options)
    task = io.StringIO()
    write(request, task)
    task.seek(0)
    work(task)
    saved = json.loads((cache / "baseline_scores" / request.scores_key[:32] / "scores.json").read_text())
    return BaselineScores.from_json(saved, labels.multi)


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("class_weights", [None, "balanced"])
def test_the_baseline_of_weighted_texts(own_cache: Path, multi: bool, class_weights: Any) -> None:
    texts = _labelled(60)
    if multi:
        lists = [(label, "odd") if i % 2 else (label,) for i, label in enumerate(texts.labels)]
        texts = LabelledTexts(texts.texts, lists, "t", multi=True)
    labels = Labels(("neg", "pos", "odd") if multi else ("neg", "pos"), multi)

    def scores(name: str, **more: Any) -> BaselineScores:
        given = LabelledTexts(texts.texts, texts.labels, "t", multi=multi, **more)
        return _scores(own_cache, name, given, labels, class_weights=class_weights)

    plain, equal = scores("plain"), scores("equal", weights=np.full(60, 0.7, np.float32))
    for one, other in ((plain.linear, equal.linear), (plain.majority, equal.majority)):
        for name in one.marks():
            assert other.value(name) == pytest.approx(one.value(name), rel=1e-6), name
    some = np.where(np.arange(60) % 4 == 0, 0, 2).astype(np.float32)
    left = _scores(own_cache, "left", texts.chosen(np.flatnonzero(some)), labels, class_weights=class_weights)
    zero = scores("zero", weights=some)
    assert zero.texts == zero.all_texts == zero.training_texts == 45
    for name in left.linear.marks():
        assert zero.linear.value(name) == pytest.approx(left.linear.value(name), rel=1e-6), name


def test_the_baseline_of_weights_that_matter(own_cache: Path) -> None:
    """Equal texts with two labels: the heavier one wins."""
    texts = ["same words here"] * 20 + ["other words there"] * 20
    labels, weights = ["neg", "pos"] * 20, np.tile([1, 9], 20).astype(np.float32)
    scores = _scores(own_cache, "w", LabelledTexts(texts, labels, "t", weights=weights), Labels(("neg", "pos")))
    assert scores.linear.accuracy == scores.majority.accuracy == pytest.approx(0.9)


def test_the_baseline_of_probabilities(own_cache: Path) -> None:
    texts = _labelled(60)
    right = np.array([label == "pos" for label in texts.labels])
    shares = np.where(right[:, np.newaxis], [0.2, 0.8], [0.9, 0.1]).astype(np.float32)
    soft = LabelledTexts(texts.texts, texts.labels, "t", label_names=("neg", "pos"), shares=shares)
    found = _scores(own_cache, "soft", soft, Labels(("neg", "pos")))
    hard = _scores(own_cache, "hard", texts, Labels(("neg", "pos")))
    assert found.linear.accuracy == hard.linear.accuracy
    assert found.linear.loss != hard.linear.loss
    mean = shares.mean(axis=0, dtype=np.float64)
    assert found.majority.loss == pytest.approx(-(mean * np.log(mean)).sum(), rel=1e-5)


def test_check_shows_weights(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from seqclf.cli import cli

    draw = np.random.default_rng(1)
    rows = [
        (f"word{draw.integers(9)} text", f"{i % 2}", f"{i % 4}", f"{i % 5 / 4}", f"{1 - i % 5 / 4}") for i in range(80)
    ]
    path = write_csv(tmp_path / "rows.csv", [("text", "label", "w", "p", "q"), *rows])
    label = {"no": "p", "yes": "q"}
    values = small_config(data__train=str(path), data__weight="w", data__label=label, layers=POOLED)
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps(values), encoding="utf-8")
    shown = CliRunner().invoke(cli, ["check", str(config)])
    assert shown.exit_code == 0, shown.output
    for heading in ("of weight 0", "label, by weight", "mean of the most probable"):
        assert heading in shown.stdout
    assert shown.output.count("data.weight: is 0 for ") == 1
