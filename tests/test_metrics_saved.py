"""Metrics as typed values: what follows from a field, and what ``metrics.json`` keeps of them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields, replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from metric_examples import baseline_with, metrics_with

from seqclf.config.schema import EarlyStopping
from seqclf.labels import Unknown
from seqclf.metrics.classification import ClassificationMetrics, ClassificationScores
from seqclf.metrics.counts import Counts, OfTexts, frozen, metric
from seqclf.metrics.kinds import ClassifierMetrics, metrics_type, scores_type
from seqclf.metrics.language_model import LanguageModelScores
from seqclf.metrics.measured import Measured, SeenTexts
from seqclf.metrics.monitors import MONITORS, monitors_of
from seqclf.metrics.multi_label import MultiLabelScores
from seqclf.metrics.scores import words_of
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import multi_label_metrics

EXAMPLES = st.tuples(st.integers(1, 12), st.integers(2, 4), st.integers(0, 2), st.booleans(), st.integers(0, 999))


def computed(example: tuple[int, int, int, bool, int]) -> ClassifierMetrics:
    """Metrics of random predictions: texts, labels of the model, more labels, multi-label, seed."""
    texts, labels, more, multi, seed = example
    draw = np.random.default_rng(seed)
    names, others = [f"l{i}" for i in range(labels)], [f"more{i}" for i in range(more)]
    logits = draw.normal(size=(texts, labels))
    unknown = Unknown(tuple(others), 1, dropped=False) if more else None
    if multi:
        truth = draw.random((texts, labels + more)) < 0.4
        found = multi_label_metrics(logits, truth, names, draw.uniform(0.1, 0.9, labels), others)
        return replace(found, unknown_labels=unknown)
    ids = draw.integers(0, labels + more, texts)
    ids[0] = 0  # the loss is a mean over texts whose label the model has
    one = classification_metrics(logits[:, :1] if labels == 2 else logits, ids, names, others)
    return replace(one, unknown_labels=unknown)


@given(EXAMPLES)
def test_what_is_saved_is_read_back(example: tuple[int, int, int, bool, int]) -> None:
    metrics = computed(example)
    saved = json.dumps(metrics.to_json())
    again = metrics_type(example[3]).from_json(json.loads(saved))
    assert again == metrics
    assert json.dumps(again.to_json()) == saved


@given(EXAMPLES)
def test_a_score_is_larger_the_better_its_value_is(example: tuple[int, int, int, bool, int]) -> None:
    metrics = computed(example)
    defined = [name for name in metrics.marks() if getattr(metrics, name) is not None]
    assert {*metrics.marks()} - {*defined} <= {"micro_precision", "micro_recall"}
    for name in defined:
        more: Any = replace(metrics, **{name: metrics.value(name) + 0.1})  # type: ignore[arg-type]
        assert (more.score(name) < metrics.score(name)) == ("loss" in name)
        assert abs(metrics.score(name)) == abs(metrics.value(name))
        assert all(more.score(other) == metrics.score(other) for other in defined if other != name)


@given(EXAMPLES)
def test_the_headline_has_the_monitored_fields(example: tuple[int, int, int, bool, int]) -> None:
    metrics = computed(example)
    assert metrics.headline() == tuple((name, getattr(metrics, name)) for name in metrics.monitored())
    assert {name for name, _ in metrics.headline()} <= {field.name for field in fields(metrics)}
    assert set(metrics.monitored()) <= set(metrics.shown()) <= set(metrics.marks())


def test_the_entries_of_metrics_json() -> None:
    scores = ["loss", "accuracy", "macro_f1", "macro_f1_occurring_labels", "macro_f1_all_labels"]
    one = Measured("data", metrics_with(), baseline_with(0.7), SeenTexts(3, None)).to_json()
    assert list(one) == ["data", "texts", *scores, "labels", "confusion", "baseline", "trained_on", "validated_on"]
    assert list(one["labels"]["neg"]) == ["precision", "recall", "f1", "support"]
    assert list(one["baseline"]["linear"]) == list(one["baseline"]["majority"]) == scores
    unknown = Unknown(("odd",), 2, dropped=True)
    several = Measured("data", replace(metrics_with(multi=True), unknown_labels=unknown)).to_json()
    micro = ["micro_precision", "micro_recall", "micro_f1"]
    scores = [*scores[:2], *micro, *scores[2:], "hamming_loss"]
    assert list(several) == ["data", "texts", *scores, "labels", "unknown_labels"]
    assert list(several["labels"]["neg"]) == ["precision", "recall", "f1", "support", "threshold"]
    assert several["unknown_labels"] == {"labels": ["odd"], "texts": 2, "dropped": True}


@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("comparable", [False, True])
def test_a_measured_split_is_read_back(multi: bool, comparable: bool) -> None:
    kind = scores_type(multi)
    linear = kind.from_json(metrics_with(0.5, multi=multi).to_json())
    baseline = replace(baseline_with(0.5), linear=linear, majority=linear) if comparable else None
    for seen in (None, SeenTexts(None, None), SeenTexts(4, 0)):
        measured = Measured("data", metrics_with(multi=multi), baseline, seen, is_comparable=comparable)
        saved = json.loads(json.dumps(measured.to_json()))
        assert Measured.from_json(saved, multi) == measured
        assert ("baseline" in saved, saved.get("baseline") is None) == (True, not comparable)


@pytest.mark.parametrize("multi", [False, True])
def test_metrics_of_an_earlier_version_are_read(multi: bool) -> None:
    """Runs from before the two kinds of macro F1 were told apart."""
    saved = metrics_with(multi=multi).to_json()
    for name in ("macro_f1_occurring_labels", "macro_f1_all_labels"):
        del saved[name]
    metrics = metrics_type(multi).from_json(saved)
    assert metrics.macro_f1_all_labels is None and metrics.accuracy == 0.75
    assert metrics.to_json() == saved
    with pytest.raises(KeyError):
        metrics.score("macro_f1_all_labels")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accuracy": None}, '"accuracy" is missing or not a number'),
        ({"accuracy": "0.5"}, '"accuracy" is missing or not a number'),
        ({"accuracy": True}, '"accuracy" is missing or not a number'),
        ({"texts": 1.5}, '"texts" is missing or not a whole number'),
        ({"labels": []}, "expected a JSON object"),
        ({"labels": {"neg": {}}}, '"precision" is missing'),
        ({"confusion": [[1]]}, '"confusion" does not have a row and a column for each label'),
        ({"confusion": 3}, '"confusion" is missing'),
        ({"unknown_labels": [1]}, "no counts of texts with unknown labels"),
    ],
)
def test_malformed_metrics_are_rejected(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ClassificationMetrics.from_json(metrics_with().to_json() | changes)
    with pytest.raises(ValueError, match="expected a JSON object"):
        ClassificationMetrics.from_json([1])


def test_the_choices_of_monitor_are_the_monitored_scores() -> None:
    assert get_args(EarlyStopping.model_fields["monitor"].annotation) == MONITORS
    for kind in (ClassificationScores, MultiLabelScores):
        assert {f"val_{name}" for name in kind.monitored()} <= set(MONITORS)
    assert {f"val_{name}" for name in LanguageModelScores.monitored()} <= set(MONITORS)
    for monitor in monitors_of(labelled=True):
        name = EarlyStopping(monitor=monitor).monitored_score
        assert [metrics_with(multi=multi, loss=0.75).score(name) for multi in (False, True)] == (
            [-0.75, -0.75] if name == "loss" else [0.75, 0.75]
        )
    assert metrics_with(0.625, macro_f1=0.5).score("micro_f1") == 0.625, "micro F1 with one label per text"


@frozen
class WithError(ClassificationScores):
    """The scores, and one that was added to them."""

    top_error: float | None = metric(
        lambda counts: 1 - counts.correct.mean(), monitored=True, smaller_is_better=True, default=None
    )


def test_a_new_score_is_one_field() -> None:
    """It is computed, saved, monitored and named; metrics from before it are read."""
    whole, parts = np.array([2, 2]), np.array([0.75, 0.75])
    correct = np.array([True, True, True, False])
    counts = Counts(OfTexts(parts), OfTexts(correct), *[whole] * 4, precision=parts, recall=parts, f1=parts)
    scores = WithError(**WithError.computed(counts))
    assert (scores.top_error, scores.score("top_error"), scores.accuracy) == (0.25, -0.25, 0.75)
    assert scores.headline()[-1] == ("top_error", 0.25)
    assert WithError.from_json(scores.to_json()) == scores
    assert words_of("top_error") == "top error"
    assert WithError.from_json(metrics_with().scores.to_json()).top_error is None


def test_names_for_people() -> None:
    names = ("loss", "accuracy", "micro_f1", "macro_f1", "hamming_loss")
    assert [words_of(name) for name in names] == ["loss", "accuracy", "micro F1", "macro F1", "Hamming loss"]


def test_the_names_need_no_numpy() -> None:
    """The config reads them, and ``seqclf --help`` the config."""
    code = "import sys, seqclf.metrics.monitors, seqclf.metrics.measured; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
