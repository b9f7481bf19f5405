"""``seqclf ensemble --soup``: means of weights, and which runs have one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import small_config, trained
from ensemble_examples import FAST, RATE, call, joined, refused, several, turned
from trainings import without_saved_models

from seqclf.ensembles.soup import _greedy
from seqclf.errors import SeqclfError
from seqclf.evaluation.answers_store import own_answers
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.inference import Classifier
from seqclf.run_calibration import RunCalibration
from seqclf.runs import Run

TEXTS = ["the film was charming", "a dull story , and a long one", "", "good bad"]


@pytest.fixture(scope="module")
def tuned(sample_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """A run, and two that started from it, with other learning rates and dropout."""
    runs = tmp_path_factory.mktemp("tuned")
    changes = {"ngrams": {"buckets": 256}, "layers": [{"type": "gru", "units": 4}, {"type": "batch_norm"}], "head": []}
    (base,) = several(runs, sample_csv, changes)
    made = [base]
    for rate, dropout in ((0.005, 0.0), (0.01, 0.3)):
        values = small_config(
            data__train=str(sample_csv),
            data__split_seed=3,
            initialize={"from": str(base.folder)},
            embedding={"dim": 8, "dropout": dropout},
            training__optimizer={"type": "adam", "learning_rate": rate},
            name="tuned",
            **changes,
        )
        values["tokenizer"] = {"max_tokens": 12}
        with without_saved_models():
            made.append(trained(values, runs))
    return made


def weights_of(run: Run) -> list[Any]:
    return list(KerasClassifier.load(run).model.get_weights())


def test_uniform_is_the_mean_of_all_weights(tuned: list[Run], tmp_path: Path) -> None:
    import tensorflow as tf

    calibrated = Run(Path(shutil.copytree(tuned[1].folder, tmp_path / "calibrated-1")))
    calibrated.write_calibration(RunCalibration((3.0,), None, 10))
    run, printed = joined(tmp_path / "runs", [calibrated, tuned[2]], "--soup", "--uniform")
    assert run.name == "tuned-soup-1"
    means = [np.mean(pair, axis=0) for pair in zip(*map(weights_of, tuned[1:]), strict=True)]
    for found, mean in zip(weights_of(run), means, strict=True):
        np.testing.assert_allclose(found, mean, atol=1e-6)
    by_hand = KerasClassifier.load(tuned[1])
    by_hand.model.set_weights(means)
    expected = by_hand.probabilities(TEXTS)
    assert run.calibration is None
    np.testing.assert_allclose(KerasClassifier.load(run).probabilities(TEXTS), expected, atol=1e-5)
    np.testing.assert_allclose(Classifier.load(run.folder).probabilities(TEXTS), expected, atol=1e-5)
    loaded = tf.saved_model.load(str(run.saved_model)).signatures["serving_default"](text=tf.constant(TEXTS))
    np.testing.assert_allclose(loaded["probabilities"].numpy(), expected, atol=1e-5)
    found = json.loads(call("eval", "--run", str(run.folder), "--split", "validation", "--json").stdout)
    assert found["loss"] == pytest.approx(printed["validation"]["loss"], abs=1e-5)
    noted = run.manifest["soup"]
    assert (noted["recipe"], noted["runs"], noted["left_out"]) == ("uniform", ["calibrated-1", "tuned-2"], [])
    assert [one["weight"] for one in printed["runs"]] == [0.5, 0.5]
    shown = " ".join(call("runs", "show", run.name, "--runs", str(tmp_path / "runs")).stdout.split())
    assert "mean of weights calibrated-1, tuned-2" in shown
    call("export", "--run", str(run.folder), "--format", "onnx", "--to", str(tmp_path / "out"))
    assert "the mean of the weights of 2 models" in (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_start_and_what_started_from_it(tuned: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    run, _ = joined(tmp_path, tuned[:2], "--soup", "--uniform")
    means = [np.mean(pair, axis=0) for pair in zip(*map(weights_of, tuned[:2]), strict=True)]
    for found, mean in zip(weights_of(run), means, strict=True):
        np.testing.assert_allclose(found, mean, atol=1e-6)
    assert "the mean of the weights of several runs" in refused("train", "--resume", str(run.folder), "--epochs", "9")
    from seqclf.training.initialize.origin import opened

    assert opened(run).name == run.name


def scored_by(scores: dict[tuple[int, ...], float]) -> Any:
    """A pot whose means have these accuracies, by the sorted places of the runs."""

    def scored(places: Any, texts: Any) -> Any:
        return metrics(scores[tuple(sorted(places))]), None

    return SimpleNamespace(scored=scored)


def metrics(accuracy: float) -> Any:
    return SimpleNamespace(monitored=lambda: ("loss", "accuracy"), value={"accuracy": accuracy}.__getitem__)


def greedy(alone: list[float], scores: dict[tuple[int, ...], float]) -> list[int]:
    names: Any = [SimpleNamespace(name=f"run-{place}") for place in range(len(alone))]
    texts: Any = None
    return _greedy(scored_by(scores), [metrics(one) for one in alone], texts, names, lambda stage: None)


def test_greedy_keeps_what_does_no_harm() -> None:
    """Recipe 1 of Wortsman et al. 2022: from the best to the worst, kept if at least as accurate."""
    scores = {(1, 2): 0.8, (0, 1, 2): 0.79, (1, 2, 3): 0.81}
    assert greedy([0.7, 0.8, 0.75, 0.6], scores) == [1, 2, 3]
    assert greedy([0.7, 0.8], {(0, 1): 0.8}) == [1, 0]


def test_greedy_that_keeps_one_run_writes_nothing() -> None:
    with pytest.raises(SeqclfError, match="no mean of run-1 with another of these runs is as good .* \\(0.8000\\)"):
        greedy([0.7, 0.8, 0.75], {(1, 2): 0.79, (0, 1): 0.5})


def test_greedy_is_the_default_and_leaves_out_noise(tuned: list[Run], tmp_path: Path, no_saved_models: None) -> None:
    noise = Run(Path(shutil.copytree(tuned[1].folder, tmp_path / "noise-1")))
    classifier, draw = KerasClassifier.load(noise), np.random.default_rng(0)
    noisy = [
        weight if weight.dtype.kind in "iu" else draw.uniform(-30, 30, weight.shape)
        for weight in classifier.model.get_weights()
    ]
    classifier.model.set_weights([np.abs(one) if one.ndim == 1 else one for one in noisy])
    from seqclf.layers.recurrent import plain

    noise.model.unlink()
    plain(classifier.model).save(noise.model)
    same = Run(Path(shutil.copytree(tuned[1].folder, tmp_path / "same-1")))
    run, printed = joined(tmp_path / "runs", [noise, tuned[1], same], "--soup")
    assert printed["left_out"] == ["noise-1"] and run.manifest["soup"]["recipe"] == "greedy"
    np.testing.assert_allclose(weights_of(run)[0], weights_of(tuned[1])[0], atol=1e-6)
    assert ["weight" in one for one in printed["runs"]] == [False, True, True]
    answers = own_answers(run, "validation")
    assert answers is not None and answers[0].right.mean() == run.metrics["validation"]["accuracy"]


def test_what_has_no_mean_is_an_error(
    tuned: list[Run], sample_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    options = ["ensemble", "--runs", str(tmp_path / "runs"), "--soup"]
    one, two = (str(run.folder) for run in tuned[1:])
    first, second = several(tmp_path, sample_csv, {}, {})
    message = refused(*options, str(first.folder), str(second.folder))
    assert "do not share a start (small-1 from random weights; small-2 from random weights)" in message
    assert "omit --soup" in message and "--init-from RUN" in message
    message = refused(*options, one, str(first.folder))
    assert "is built differently than tuned-1 (layers, ngrams)" in message
    other_way = turned(tuned[2], tmp_path / "turned-1")
    assert "has its labels in another order than tuned-1" in refused(*options, one, str(other_way.folder))
    assert "--soup takes all runs that it keeps alike" in refused(*options, one, two, "--weights", "1,2")
    split = Run(Path(shutil.copytree(tuned[2].folder, tmp_path / "split-1")))
    split.update_manifest(data_fingerprint={**split.manifest["data_fingerprint"], "validation": "other"})
    message = refused(*options, one, str(split.folder))
    assert "--soup greedy: the runs have different validation texts" in message and "--uniform" in message
    done = call(*options, one, str(split.folder), "--uniform")
    assert "nothing was measured" in done.stderr and "`seqclf eval` measures test texts" in " ".join(
        done.stderr.split()
    )
    made = Run(tmp_path / "runs" / "tuned-soup-1")
    assert "do not share their validation texts" in refused("calibrate", "--run", str(made.folder))


def test_parts_with_other_random_weights_bring_a_warning(
    sample_csv: Path, tmp_path: Path, no_saved_models: None
) -> None:
    (base,) = several(tmp_path, sample_csv, {})
    started = []
    for seed in (4, 5):
        values = small_config(
            data__train=str(sample_csv),
            data__split_seed=3,
            seed=seed,
            name="fresh",
            initialize={"from": str(base.folder), "layers": []},
            **{**FAST, **RATE, "head": [{"type": "dense", "units": 3}]},
        )
        values["tokenizer"] = {"max_tokens": 12}
        started.append(trained(values, tmp_path))
    done = call("ensemble", "--runs", str(tmp_path), *(str(one.folder) for one in started), "--soup", "--uniform")
    message = " ".join(done.stderr.split())
    assert "warning:" in message and "output layer began with random weights of different seeds" in message


def test_several_labels_without_shared_validation_texts(
    several_label_run: Run, tmp_path: Path, no_saved_models: None
) -> None:
    """The thresholds are the means of those that the runs had before any calibration."""
    first, second = (Run(Path(shutil.copytree(several_label_run.folder, tmp_path / name))) for name in ("a-1", "a-2"))
    second.update_manifest(data_fingerprint={**second.manifest["data_fingerprint"], "validation": "other"})
    number = len(first.labels)
    first.write_thresholds([0.2] * number)
    second.write_thresholds([0.6] * number)
    second.write_calibration(RunCalibration((3.0,) * number, (0.5,) * number, 10))
    run, printed = joined(tmp_path / "runs", [first, second], "--soup", "--uniform")
    assert printed["validation"] is None and "different validation texts" in printed["why_not_measured"]
    assert run.thresholds == pytest.approx([0.4] * number)
    assert run.manifest["soup"]["shared_validation"] is False
