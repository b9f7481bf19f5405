"""The linear model over n-grams: its fit, and runs with it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import POOLED, small_config, trained

from seqclf.config import Config, checked_config
from seqclf.data.prepare import TrainingData, prepare
from seqclf.ngrams import features as presence
from seqclf.ngrams import fit as fitting
from seqclf.ngrams.features import FOLDS, Presence, hash_of, presence_of
from seqclf.ngrams.fit import fit_ngrams, layer_weights, logits_of, refit_ngrams
from seqclf.tasks.classification import ngram_fits
from seqclf.training.environment import processor_seconds


def _config(path: Path, **changes: Any) -> dict[str, Any]:
    changes = {"ngrams": {"buckets": 4096}, "layers": [], "head": [], **changes}
    return small_config(data__train=str(path), **changes)


@pytest.fixture(scope="module")
def coin_flips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts of unique words with random labels."""
    path = tmp_path_factory.mktemp("coins") / "coins.csv"
    draw = np.random.default_rng(0)
    rows = [f"w{i}a w{i}b w{i}c the,{'yes' if draw.random() < 0.5 else 'no'}\n" for i in range(400)]
    path.write_text("text,label\n" + "".join(rows), encoding="utf-8")
    return path


def _presence(config: Config, data: TrainingData) -> Presence:
    return presence_of(config, hash_of(config, data.tokenizer), data.train, np.arange(len(data.train)))


@pytest.mark.parametrize("weights", ["naive_bayes", "naive_bayes_idf", "idf", "none"])
def test_out_of_fold_scores_are_independent_of_their_text(coin_flips: Path, weights: str) -> None:
    ngrams = {"buckets": 2**16, "weights": weights, "l2": 0.01}
    tokenizer = {"type": "word", "min_frequency": 1}
    config = checked_config(_config(coin_flips, ngrams=ngrams, tokenizer=tokenizer))
    data = prepare(config)
    fitted = fit_ngrams(config, data)
    found = _presence(config, data)
    seen = found.matrix @ fitted.table + fitted.bias
    truth = data.train.labels == 1
    assert ((seen[:, 0] > 0) == truth).mean() > 0.95, "the table was fitted to these texts"
    assert ((fitted.out_of_fold[:, 0] > 0) == truth).mean() < 0.65, "no score comes from a fit that has seen the text"
    assert np.bincount(found.folds, minlength=FOLDS).min() > 0


def test_copies_are_in_one_fold(tmp_path: Path) -> None:
    path = tmp_path / "copies.csv"
    path.write_text("text,label\n" + "".join(f"text {i % 20} here,{i % 2}\n" for i in range(200)), encoding="utf-8")
    config = checked_config(_config(path))
    data = prepare(config)
    folds = _presence(config, data).folds
    by_text: dict[tuple[int, ...], set[int]] = {}
    for place, fold in enumerate(folds.tolist()):
        by_text.setdefault(tuple(data.train[place].tolist()), set()).add(fold)
    assert all(len(found) == 1 for found in by_text.values())


def test_many_texts_are_fitted_by_a_sample(
    three_labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))
    monkeypatch.setattr(presence, "MOST_NGRAMS", 600)
    config = checked_config(_config(three_labels_csv))
    data = prepare(config)
    fitted = fit_ngrams(config, data)
    assert 5 < fitted.texts < len(data.train) / 2
    assert np.isfinite(fitted.out_of_fold).all(), "the other texts have scores as well"
    assert (fitted.out_of_fold.argmax(axis=1) == data.train.labels).mean() > 0.6


def test_too_many_weights_leave_out_rare_ngrams(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(sample_csv.parent / "narrow"))
    monkeypatch.setattr(presence, "MOST_WEIGHTS", 100)
    config = checked_config(_config(sample_csv))
    used = np.count_nonzero(fit_ngrams(config, prepare(config)).table.any(axis=1))
    assert 0 < used <= 100


def test_a_fit_is_made_once(sample_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEQCLF_CACHE", str(sample_csv.parent / "once"))
    config = checked_config(_config(sample_csv))
    data = prepare(config)
    stages: list[str] = []
    first = fit_ngrams(config, data, on_stage=stages.append)
    again = fit_ngrams(config, data, on_stage=stages.append)
    assert sum(stage.startswith("Fitting n-grams to") for stage in stages) == 1
    for name in ("table", "bias", "out_of_fold"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    monkeypatch.setenv("SEQCLF_CACHE", str(sample_csv.parent / "twice"))
    np.testing.assert_array_equal(fit_ngrams(config, prepare(config)).table, first.table, "the same bits from nothing")


def test_long_fits_say_how_many_are_done(sample_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = checked_config(_config(sample_csv))
    data = prepare(config)
    ticks = iter(range(100))
    clock = SimpleNamespace(monotonic=lambda: float(next(ticks)))  # a fit takes a second
    monkeypatch.setattr(fitting, "time", clock)
    for seconds, messages in ((1.0, [1, 2, 3, 4, 5]), (50.0, [])):
        stages: list[str] = []
        monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path / f"{seconds}"))
        monkeypatch.setattr(fitting, "_SECONDS_BETWEEN_REPORTS", seconds)
        fit_ngrams(config, data, on_stage=stages.append)
        assert stages[0] == f"Fitting n-grams to {len(data.train):,} texts"
        assert [stage.partition(";")[0] for stage in stages[1:]] == [
            f"Fitting n-grams: {done} of 6 fits done" for done in messages
        ]
        left = [float(stage.split("about ")[1].split()[0]) for stage in stages[1:]]
        assert left == sorted(left, reverse=True) and (not left or left[0] == pytest.approx(4.0))  # five of 0.8 s


def test_the_time_of_all_fits_is_expected_from_a_part(
    coin_flips: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from seqclf.ngrams import fit_time
    from seqclf.ngrams.fit_time import fits_seconds

    ngrams = {"buckets": 4096, "refit": True}
    config = checked_config(_config(coin_flips, ngrams=ngrams, data__validation=0.2))
    data = prepare(config)
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))
    fitted: list[int] = []
    now = 0.0

    def fit(presence: Any, *_: Any) -> None:  # a text takes a second
        nonlocal now
        texts = presence.matrix.shape[0]
        fitted.append(texts)
        now += texts

    monkeypatch.setattr(fit_time, "fitted_linear", fit)
    monkeypatch.setattr(fit_time, "time", SimpleNamespace(perf_counter=lambda: now))
    lengths = data.train.lengths
    monkeypatch.setattr(fit_time, "_TOKENS_TIMED", int(lengths.sum()) // 4)
    expected = fits_seconds(config, data)
    assert expected is not None and fitted[0] < fitted[1] <= len(lengths) // 3
    number = len(data.train)
    assert expected == pytest.approx(number * (1 + 5 * 0.8) + number + len(data.validation), rel=0.2)  # type: ignore[arg-type]
    monkeypatch.undo()
    monkeypatch.setenv("SEQCLF_CACHE", str(tmp_path))
    fit_ngrams(config, data)
    refit_ngrams(config, data)
    assert fits_seconds(config, data) == 0
    without = checked_config(small_config(data__train=str(coin_flips)))
    assert fits_seconds(without, data) is None


def test_class_weights_count(sample_csv: Path) -> None:
    config = checked_config(_config(sample_csv))
    data = prepare(config)
    even = fit_ngrams(config, data)
    first, second = data.labels
    weights = {first: 0.2, second: 1.8}
    uneven = fit_ngrams(checked_config(_config(sample_csv, training__class_weights=weights)), data)
    assert uneven.out_of_fold.mean() > even.out_of_fold.mean(), "the second label is predicted more often"


@pytest.fixture(scope="module")
def linear_run(three_labels_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    ngrams = {"buckets": 2**14, "words": True, "normalize": True, "l2": 0.01}
    config = _config(three_labels_csv, name="linear", training__epochs=2, ngrams=ngrams)
    return trained(config, tmp_path_factory.mktemp("ngram_runs"))


def test_a_linear_classifier_alone(linear_run: Any) -> None:
    manifest = linear_run.manifest
    assert manifest["status"] == "finished"
    assert manifest["ngrams"]["texts"] == 90
    assert 0 < manifest["ngrams"]["buckets_used"] <= 4096
    assert linear_run.metrics["validation"]["accuracy"] > 0.8


def test_every_form_gives_the_same_result(linear_run: Any) -> None:
    import tensorflow as tf

    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

    texts = ["", "goal", "the old bank said", "a new star " * 9]
    light = Classifier.load(linear_run.folder).probabilities(texts)
    np.testing.assert_allclose(KerasClassifier.load(linear_run).probabilities(texts), light, atol=1e-5)
    saved = tf.saved_model.load(str(linear_run.saved_model)).signatures["serving_default"]
    np.testing.assert_allclose(saved(text=tf.constant(texts))["probabilities"], light, atol=1e-5)


def test_a_quantized_table_costs_little(linear_run: Any, tmp_path: Path) -> None:
    from seqclf.export.quantize import quantized
    from seqclf.inference import Classifier

    (tmp_path / "tokenizer").mkdir()
    for file in linear_run.tokenizer.iterdir():
        (tmp_path / "tokenizer" / file.name).write_bytes(file.read_bytes())
    content = linear_run.onnx.read_bytes()
    (tmp_path / "model.onnx").write_bytes(quantized(content))
    assert (tmp_path / "model.onnx").stat().st_size < 0.4 * len(content)
    texts = ["a new team", "the old bank said"]
    before = Classifier.load(linear_run.folder).probabilities(texts)
    np.testing.assert_allclose(Classifier.load(tmp_path).probabilities(texts), before, atol=0.05)


@pytest.mark.parametrize("training", [{}, {"accumulate_steps": 3, "moving_average": {"decay": 0.9}}])
@pytest.mark.usefixtures("no_saved_models")
def test_a_stopped_training_is_resumed_to_the_bit(sample_csv: Path, tmp_path: Path, training: dict[str, Any]) -> None:
    from seqclf.config import load_config
    from seqclf.training.options import TrainOptions
    from seqclf.training.train import train

    options = {"epochs": 2, "batch_size": 16, **training}
    ngrams = {"buckets": 512, "dropout": 0.3, "refit": True}
    config = _config(sample_csv, layers=POOLED, ngrams=ngrams, training=options, name="wide")
    straight = trained(config, tmp_path / "a")
    steps = iter(range(100))
    stopped = trained(config, tmp_path / "b", should_stop=lambda: next(steps) == 4)
    assert stopped.manifest["status"] == "interrupted"
    train(load_config(stopped.config), stopped, TrainOptions(resume=True))
    found = [_weights(run) for run in (straight, stopped)]
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def _weights(run: Any) -> list[np.ndarray]:
    from seqclf.evaluation.classifier import KerasClassifier

    return list(KerasClassifier.load(run).model.get_weights())


def test_a_checkpoint_does_not_hold_the_table(sample_csv: Path) -> None:
    from seqclf.model.build import build_model
    from seqclf.training.state import TrainingState

    config = checked_config(_config(sample_csv, layers=POOLED, ngrams={"buckets": 2**16}))
    state = TrainingState.begin(build_model(config, 50, ["a", "b"]), config.training)
    state.keep_as_best(1.0, {})
    assert len(state.to_bytes()) < 2**16
    assert sum(weight.size for weight in state.best_weights or []) < 2**16


def test_only_the_network_is_trained(sample_csv: Path) -> None:
    from seqclf.model.build import NGRAMS, build_model

    config = checked_config(_config(sample_csv, layers=POOLED, ngrams={"buckets": 64}))
    model = build_model(config, 50, ["a", "b"])
    trainable = {weight.path for weight in model.trainable_variables}
    assert f"{NGRAMS}/table" not in trainable
    assert any("embedding" in path for path in trainable)


@pytest.mark.usefixtures("no_saved_models")
def test_the_processor_time_begins_before_the_fit(
    three_labels_csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[float] = []

    def fit_before(*given: Any) -> Any:
        began.append(processor_seconds())
        while processor_seconds() < began[0] + 0.2:  # what a fit spends
            pass
        return ngram_fits.fit_before(*given)

    monkeypatch.setattr("seqclf.tasks.classification.task.fit_before", fit_before)
    monkeypatch.setattr("seqclf.training.keeper.processor_seconds", lambda: began[0] + 0.1)
    run = trained(_config(three_labels_csv, training__epochs=1), tmp_path)
    assert 0.1 <= run.manifest["processor_seconds"] < 60


@pytest.mark.usefixtures("no_saved_models")
def test_a_mix_is_chosen_on_validation(sample_csv: Path, tmp_path: Path) -> None:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.model.build import LOGITS

    config = _config(sample_csv, layers=[{"type": "gru", "units": 8}], ngrams={"buckets": 512}, name="mixed")
    run = trained(config, tmp_path)
    classifier = KerasClassifier.load(run)
    weights = [float(weight) for weight in classifier.model.get_layer(LOGITS).get_weights()]
    assert weights != [pytest.approx(0.3), pytest.approx(0.6)]
    assert list(run.manifest["mix"].values()) == pytest.approx(weights)
    again = classifier.evaluate(prepare(checked_config(config)).validation)
    assert again.loss == pytest.approx(run.metrics["validation"]["loss"], abs=1e-5), "and kept with the best epoch"


@pytest.mark.usefixtures("no_saved_models")
def test_lists_of_labels(tmp_path: Path) -> None:
    path = tmp_path / "lists.jsonl"
    words = {"sea": "water boat", "sky": "cloud bird", "land": "tree hill"}
    names = list(words)
    rows = []
    for i in range(240):
        labels = [name for place, name in enumerate(names) if (i >> place) % 2]
        text = " ".join(words[name] for name in labels) + f" the {i % 7}"
        rows.append(json.dumps({"text": text, "label": labels}))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    run = trained(_config(path, name="lists"), tmp_path / "runs")
    assert run.metrics["validation"]["micro_f1"] > 0.95


def test_memory_counts_the_table_once_for_each_copy(sample_csv: Path) -> None:
    from seqclf.training.memory_estimate import memory_needs

    small, large = (checked_config(_config(sample_csv, ngrams={"buckets": size})) for size in (2**10, 2**20))
    data = prepare(small)
    grown = memory_needs(large, data).state_bytes - memory_needs(small, data).state_bytes
    assert grown == (2**20 - 2**10) * 4 * 3


def test_no_folds_if_the_network_trains_alone(sample_csv: Path) -> None:
    options = {"buckets": 512, "dropout": 1.0}
    config = checked_config(_config(sample_csv, layers=POOLED, ngrams=options))
    data = prepare(config)
    alone = fit_ngrams(config, data)
    assert not alone.out_of_fold.any()
    beside = fit_ngrams(checked_config(_config(sample_csv, layers=POOLED, ngrams={**options, "dropout": 0.5})), data)
    np.testing.assert_array_equal(alone.table, beside.table)
    assert beside.out_of_fold.any()


@pytest.mark.usefixtures("no_saved_models")
def test_a_network_trained_alone_equals_the_network_without_ngrams(sample_csv: Path, tmp_path: Path) -> None:
    """The branch changes the output but not the training."""
    options: dict[str, Any] = {"layers": [{"type": "gru", "units": 4}], "training__epochs": 1}
    alone = trained(_config(sample_csv, ngrams=None, name="alone", **options), tmp_path)
    beside = trained(_config(sample_csv, ngrams={"buckets": 512, "dropout": 1.0}, name="beside", **options), tmp_path)
    from seqclf.evaluation.classifier import KerasClassifier

    ours, theirs = (KerasClassifier.load(run).model.get_layer("embedding").get_weights() for run in (alone, beside))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("most_weights", [10**6, 120], ids=["all", "frequent"])
@pytest.mark.parametrize("options", [{}, {"normalize": True}, {"normalize": True, "words": True}], ids=str)
def test_the_model_computes_what_was_fitted(
    three_labels_csv: Path,
    options: dict[str, bool],
    most_weights: int,
    own_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from seqclf.data.batches import Batches
    from seqclf.model.build import NGRAMS, build_model
    from seqclf.ngrams.solver import Linear

    monkeypatch.setattr(presence, "MOST_WEIGHTS", most_weights)
    config = checked_config(_config(three_labels_csv, ngrams={"buckets": 4096, **options}))
    data = prepare(config)
    fitted = fit_ngrams(config, data)
    model = build_model(config, data.tokenizer.vocabulary_size, data.labels)
    branch = model.get_layer(NGRAMS)
    branch.set_weights(layer_weights(config, data, fitted.table, fitted.bias))
    expected = logits_of(_presence(config, data), Linear(fitted.table, fitted.bias), fitting.options_of(config))
    token_ids = Batches.of(data.train, config).batch(range(len(data.train)))[0]
    np.testing.assert_allclose(branch(token_ids), expected, atol=1e-4)


def test_copies_of_texts_make_their_ngrams_no_better_known() -> None:
    from scipy.sparse import csr_matrix

    once = csr_matrix(np.array([[1, 1, 0, 1], [1, 0, 1, 1]], np.float32))
    found = presence.Presence(once, np.array([3, 3]), np.array([7, 9]))
    assert found.known_share() == 4 / 6
    assert presence.together(found, found).known_share() == 4 / 6
    assert found.of_texts(np.array([0])).known_share() == 0
    narrow = found.of_columns(np.array([0, 1]))
    np.testing.assert_allclose(narrow.normalized().toarray(), np.array([[1, 1], [1, 0]]) / np.sqrt(3), rtol=1e-6)
