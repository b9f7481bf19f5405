"""The linear model over n-grams with a teacher: softer targets, and unlabelled texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, write_csv
from teacher_examples import teacher_run
from trainings import without_saved_models

from seqclf.config import Config, checked_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.data.taught import Taught
from seqclf.labels import Labels
from seqclf.ngrams.features import FOLDS, hash_of, presence_of
from seqclf.ngrams.fit import fit_ngrams
from seqclf.ngrams.fit_texts import taught_targets
from seqclf.ngrams.targets import targets_of

TEXTS = 120


def _write(path: Path, texts: list[str], labels: list[str]) -> str:
    write_csv(path, [("text", "label"), *zip(texts, labels, strict=True)])
    return str(path)


def _config(folder: Path, **teacher: Any) -> Config:
    """Texts of two words each: no two texts, labelled or not, have the same pair."""
    draw = np.random.default_rng(1)
    texts = [f"w{i} w{i}" for i in range(60)]
    more = [f"w{i % 60} w{(i + 1 + i // 60) % 60}" for i in range(TEXTS)]
    train = _write(folder / "train.csv", texts, [f"{i % 2}" for i in range(60)])
    unlabelled = _write(folder / "more.csv", more, draw.choice(["x", "y"], TEXTS).tolist())
    data = {"source": "table", "train": train, "validation": 0, "unlabelled": unlabelled}
    ngrams = {"buckets": 2**16, "orders": [2], "l2": 0.01}
    tokenizer = {"type": "word", "min_frequency": 1, "max_tokens": 40}
    training = {"teacher": {"runs": "a", **teacher}, "epochs": 1, "baseline": False}
    return checked_config(
        small_config(data=data, layers=[], head=[], ngrams=ngrams, tokenizer=tokenizer, training=training)
    )


def _taught(data: TrainingData, probabilities: np.ndarray, **others: Any) -> TrainingData:
    """As if a teacher had given these probabilities of the second label."""
    rows = np.stack([1 - probabilities, probabilities], axis=1).astype(np.float32)
    used = np.ones(len(rows), bool)
    about = {"answers": f"{probabilities.tobytes().hex()}{others}"}
    return replace(data, taught=Taught(unlabelled=rows, used=used, about=about))


def test_a_table_learns_words_of_unlabelled_texts(tmp_path: Path) -> None:
    """What the teacher says about them is in the table; their own logits are from fits that have not seen them."""
    config = _config(tmp_path, weight=0)
    data = prepare(config)
    said = np.random.default_rng(2).random(TEXTS) > 0.5
    fitted = fit_ngrams(config, _taught(data, said * 0.98 + 0.01))
    assert data.unlabelled is not None
    assert fitted.unlabelled is not None
    presence = presence_of(config, hash_of(config, data.tokenizer), data.unlabelled.encoded, np.arange(TEXTS))
    seen = (presence.matrix @ fitted.table + fitted.bias)[:, 0]
    assert ((seen > 0) == said).mean() > 0.95
    assert ((fitted.unlabelled[:, 0] > 0) == said).mean() < 0.65
    assert np.bincount(presence.folds, minlength=FOLDS).min() > 0
    turned = fit_ngrams(config, _taught(data, ~said * 0.98 + 0.01))
    assert not np.array_equal(turned.table, fitted.table), "another entry of the cache"
    without = fit_ngrams(config, data)
    assert without.unlabelled is None
    assert without.out_of_fold.shape == fitted.out_of_fold.shape


def test_texts_that_are_left_out_are_not_fitted_to(tmp_path: Path) -> None:
    config = _config(tmp_path, weight=0)
    data = _taught(prepare(config), np.linspace(0, 1, TEXTS))
    assert data.taught is not None
    some = replace(data, taught=replace(data.taught, used=np.arange(TEXTS) < 60))
    fitted, every = fit_ngrams(config, some), fit_ngrams(config, data)
    assert np.count_nonzero(fitted.table.any(axis=1)) < np.count_nonzero(every.table.any(axis=1))
    assert fitted.unlabelled is not None
    assert np.isfinite(fitted.unlabelled).all()
    assert fitted.unlabelled[60:].any(), "texts that are not used have logits as well"


LABELS = {"two": Labels(("a", "b")), "three": Labels(("a", "b", "c")), "several": Labels(("a", "b", "c"), multi=True)}


def test_the_expected_time_is_that_of_the_texts_that_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from seqclf.ngrams import fit_time
    from seqclf.ngrams.memory import fitted_lengths

    config = _config(tmp_path, weight=0)
    data = prepare(config)
    assert len(fitted_lengths(config, data)) == 60 + TEXTS, "until the teacher was asked"
    data = _taught(data, np.full(TEXTS, 0.9))
    assert data.taught is not None
    data = replace(data, taught=replace(data.taught, used=np.arange(TEXTS) < 40))
    assert len(fitted_lengths(config, data)) == 60 + 40
    fitted: list[int] = []
    now = 0.0

    def fit(presence: Any, targets: Any, options: Any, times: Any) -> None:  # a text takes a second
        nonlocal now
        assert len(times) == len(targets.truth) == presence.matrix.shape[0]
        fitted.append(len(times))
        now += len(times)

    monkeypatch.setattr(fit_time, "fitted_linear", fit)
    monkeypatch.setattr(fit_time, "time", SimpleNamespace(perf_counter=lambda: now))
    assert fit_time.fits_seconds(config, data) == pytest.approx(100 * (1 + 5 * 0.8))
    assert fitted[0] in (50, 51) and fitted[1] == 100
    monkeypatch.setattr(fit_time, "_TOKENS_TIMED", 100)  # 50 texts
    assert fit_time.fits_seconds(config, data) == pytest.approx(100 * (1 + 5 * 0.8), rel=0.05)
    assert fitted[3] in (50, 51)


def _cross_entropy(logits: np.ndarray, truth: np.ndarray, exclusive: bool) -> np.ndarray:
    if exclusive:
        shifted = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return -(truth * shifted).sum(axis=1, keepdims=True)
    return np.logaddexp(0, logits) - truth * logits


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("weighted", [False, True])
def test_mixed_targets_have_the_weighted_sum_of_both_losses(kind: str, weighted: bool, tmp_path: Path) -> None:
    """For any logits, up to what does not depend on them."""
    labels, draw = LABELS[kind], np.random.default_rng(3)
    truth: np.ndarray = draw.integers(0, len(labels), 6)
    answers = draw.dirichlet(np.ones(len(labels)), 6).astype(np.float32)
    if labels.multi:
        truth, answers = draw.random((6, 3)) < 0.5, draw.random((6, 3)).astype(np.float32)
    times = draw.uniform(0.5, 2, 6).astype(np.float32) if weighted else None
    config = _config(tmp_path, weight=0.3)
    known: Any = replace(prepare(config), labels=labels, taught=Taught(train=answers))
    class_weights = np.array([1.0, 3.0, 0.5], np.float32)[: len(labels)]
    own = targets_of(truth, labels, class_weights, text_weights=times)
    theirs = targets_of(answers, labels, text_weights=times)
    mixed = taught_targets(config, known, own, np.arange(6), times)
    found = []
    for seed in (0, 1):
        logits = np.random.default_rng(seed).normal(0, 2, own.truth.shape)
        both = sum(
            share * one.weights * _cross_entropy(logits, one.truth, own.exclusive)
            for share, one in ((0.7, own), (0.3, theirs))
        )
        found.append(np.asarray(both) - mixed.weights * _cross_entropy(logits, mixed.truth, own.exclusive))
    np.testing.assert_allclose(found[0], found[1], atol=1e-5)
    np.testing.assert_allclose(found[0], 0, atol=1e-5)


def test_a_network_beside_ngrams_learns_from_a_teacher(tmp_path: Path) -> None:
    """Its steps get the logits of the n-grams of unlabelled texts, too."""
    from seqclf.tasks.kinds import task_of
    from seqclf.training.options import TrainOptions
    from seqclf.training.session import train_new
    from seqclf.training.teachers.teach import with_teachers

    plain = _config(tmp_path).model_dump(mode="json")
    first = plain | {"name": "first", "layers": POOLED, "ngrams": None}
    first["training"] |= {"teacher": None}
    first["data"] |= {"unlabelled": None}
    run = teacher_run(first, tmp_path / "runs")
    values = plain | {"name": "second", "layers": POOLED}
    values["training"] |= {"teacher": {"runs": [str(run.folder)]}}
    values["data"] |= {"unlabelled": str(tmp_path / "more.csv")}
    config = checked_config(values)
    data = with_teachers(config, prepare(config), lambda stage: None)
    assert data.taught is not None
    task = task_of(config, data)
    batches = task.batches(data.train, config, training=True)
    assert getattr(batches, "parts", ()) == (
        *("token_ids", "labels", "scores", "teacher"),
        *("unlabelled", "unlabelled_scores", "unlabelled_teacher"),
    )
    with without_saved_models():
        student, outcome = train_new(config, tmp_path / "runs", TrainOptions(report=False))
    assert outcome.status == "finished"
    assert student.manifest["ngrams"]["texts"] == 60
