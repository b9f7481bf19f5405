"""No option may do nothing: each one of the schema is changed, and something that it is there for changes with it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_config, trained

from seqclf.config import Config, checked_config
from seqclf.config.walk import Model, models_of


def _models(model: Model = Config, seen: tuple[Model, ...] = ()) -> Iterator[Model]:
    yield model
    for option in model.model_fields.values():
        for inner in models_of(option.annotation):
            if inner not in seen:
                yield from _models(inner, (*seen, model))


OPTIONS = sorted({f"{model.__name__}.{name}" for model in _models() for name in model.model_fields})

Changes = dict[str, Any]
TFDS = {"source": "tfds", "dataset": "tiny", "config": "one", "data_dir": "tfds", "test": None}
POOL = [{"type": "pool"}]
LISTS = {"layers": POOL, "data": {"source": "table", "train": "lists.jsonl", "validation": 0.2}}
TWO_READERS = {"layers": [{"type": "lstm", "units": 4}, {"type": "gru", "units": 3}]}


@dataclass(frozen=True)
class Case:
    """Two configs that differ in one option, and the cheapest thing that must differ with it."""

    shown_by: Callable[[Any, Any], Any]
    base: Changes
    changed: Changes


# --- what is looked at ------------------------------------------------------------------------------------------------


def _texts(config: Config, folder: Path) -> Any:
    """The splits' token ids and labels, and the batches of the first epoch."""
    from seqclf.data.batches import Batches
    from seqclf.data.prepare import Corpus, encode_split, prepare

    corpus = Corpus(config)
    data = prepare(config, corpus=corpus)
    splits = {"train": data.train, "validation": data.validation}
    if corpus.has("test"):
        splits["test"] = encode_split(corpus, "test", data.tokenizer, data.labels, lambda stage: None)
    seen: list[Any] = [data.labels, data.tokenizer.fingerprint]
    for name, texts in splits.items():
        if texts is None:
            seen.append((name, None))
            continue
        batches = Batches.of(texts, config)
        stream = batches.stream(batches.shuffled(config.seed, 1))
        seen.append((name, [(ids.tolist(), labels.tolist()) for ids, labels in stream]))
    return seen


def _model(config: Config, folder: Path) -> Any:
    """The weights' shapes, which are trained, and what the model puts out while training."""
    from seqclf.model.build import build_model
    from seqclf.text.vectors import read_vectors

    pieces = ["[PAD]", "[UNK]", *(f"w{i}" for i in range(20))]
    vectors = None
    if config.embedding.vectors:
        vectors = read_vectors(Path(config.embedding.vectors), pieces, config.embedding.dim)
    model = build_model(config, len(pieces), ["a", "b"], vectors=vectors)
    tokens = np.array([[5, 6, 7, 8, 9, 5, 3], [7, 9, 4, 2, 0, 0, 0]], dtype=np.int32)
    shapes = [(variable.shape, variable.trainable) for variable in model.weights]
    constraints = [getattr(weight.constraint, "max_value", None) for weight in model.weights]
    outputs = model(tokens, training=True).numpy().round(6).tolist()
    moved = [weight.numpy().round(6).tolist() for weight in model.non_trainable_weights]
    return shapes, outputs, [float(loss) for loss in model.losses], constraints, moved


def _steps(config: Config, folder: Path) -> Any:
    """The weights after three steps of the optimizer."""
    import keras

    from seqclf.training.step import build_optimizer

    weight = keras.Variable(np.array([1.0, -2.0], np.float32))
    optimizer = build_optimizer(config.training.optimizer)
    for gradient in ([0.5, -0.1], [0.1, 0.2], [-0.3, 0.1]):
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [weight])
    return weight.numpy().tolist()


def _learning(config: Config, folder: Path) -> Any:
    """The learning rate of every step, the weights after the training, and what each epoch was measured to be."""
    from seqclf.data.batches import Batches
    from seqclf.data.prepare import prepare
    from seqclf.model.build import build_model
    from seqclf.training.events import EpochDone, StepDone
    from seqclf.training.loop import training_events
    from seqclf.training.state import TrainingState

    data = prepare(config)
    state = TrainingState.begin(build_model(config, data.tokenizer.vocabulary_size, data.labels), config.training)
    splits = [Batches.of(texts, config) if texts else None for texts in (data.train, data.validation)]
    events = list(training_events(state, *splits, data.labels, config.training, config.seed))
    rates = [event.learning_rate for event in events if isinstance(event, StepDone)]
    measured = [(event.loss, event.validation) for event in events if isinstance(event, EpochDone)]
    return rates, measured, [weight.tolist() for weight in state.model.get_weights()]


def _run(config: Config, folder: Path) -> Any:
    """The run's name, how it ended, and where its history has lines."""
    run = trained(config.model_dump(mode="json"), folder / f"{len(_SEEN)}")
    lines = [json.loads(line) for line in run.history.read_text(encoding="utf-8").splitlines()]
    manifest = run.manifest
    places = [(line["type"], line.get("epoch"), line.get("step")) for line in lines]
    return run.name, manifest["best_epoch"], manifest["epochs"], places


def _checkpoints(config: Config, folder: Path) -> Any:
    """The checkpoints that a run keeps."""
    run = trained(config.model_dump(mode="json"), folder / f"{len(_SEEN)}")
    return sorted(path.name for path in run.checkpoints.iterdir())


def _thresholds(config: Config, folder: Path) -> Any:
    """The thresholds that a run keeps."""
    return trained(config.model_dump(mode="json"), folder / f"{len(_SEEN)}").thresholds


# --- the options ------------------------------------------------------------------------------------------------------


def _optimizer(kind: str, option: str, value: Any, **others: Any) -> Case:
    options = {"type": kind, **others}
    changed = {"training__optimizer": {**options, option: value}}
    return Case(_steps, {"training__optimizer": options}, changed)


def _layer(kind: str, option: str, value: Any, after: tuple[dict[str, Any], ...] = (), **options: Any) -> Case:
    layer = {"type": kind, **options}
    base = {"layers": [layer, *after], "embedding__dim": 3}
    return Case(_model, base, {**base, "layers": [{**layer, option: value}, *after]})


def _head(kind: str, option: str, value: Any, **options: Any) -> Case:
    layer = {"type": kind, **options}
    return Case(_model, {"head": [layer]}, {"head": [{**layer, option: value}]})


def _stopping(option: str, value: Any, other: Any, **optimizer: Any) -> Case:
    """A learning rate at which losses fall a little with every epoch, and nothing else happens."""
    base = {
        "layers": POOL,
        "training__epochs": 4,
        "training__optimizer": {"type": "sgd", "learning_rate": 1e-3, **optimizer},
    }
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 0.0}
    base["training__early_stopping"] = {**stopping, option: value}
    return Case(_run, base, {**base, "training__early_stopping": {**stopping, option: other}})


def _training(option: str, value: Any, **base: Any) -> Case:
    """A short training of a small model."""
    base = {"layers": POOL, "head": [], "training": {"epochs": 3, "batch_size": 16, **base}}
    return Case(_learning, base, {**base, "training": {**base["training"], option: value}})


def _within(section: str, kind: str | None, option: str, value: Any, **options: Any) -> Case:
    """Of one option of a section of ``training``."""
    options = {**({"type": kind} if kind else {}), **options}
    # Only the first epoch is best: the rate is cut after it.
    stopping = {"min_delta": 9.0, "patience": 9}
    return _training(section, {**options, option: value}, early_stopping=stopping, **{section: options})


def _schedule(name: str, kind: str, **options: Any) -> dict[str, Case]:
    other = "linear" if kind != "linear" else "cosine"
    cases = {
        f"{name}.type": _training("schedule", {"type": other}, schedule={"type": kind, **options}),
        f"{name}.warmup": _within("schedule", kind, "warmup", 0.5, **{**options, "warmup": 2}),
        f"{name}.final": _within("schedule", kind, "final", 0.7, **options),
    }
    return {case: of for case, of in cases.items() if case in OPTIONS}


def _table(option: str, value: Any) -> Case:
    base = {"source": "table", "train": "a.csv", "validation": 0.2, "test": 0.2}
    return Case(_texts, {"data": base}, {"data": {**base, option: value}})


def _folder(option: str, value: Any) -> Case:
    base = {"source": "folder", "train": "folder", "validation": 0.2, "test": None}
    return Case(_texts, {"data": base}, {"data": {**base, option: value}})


def _tfds(option: str, value: Any, **others: Any) -> Case:
    base = {**TFDS, **others}
    return Case(_texts, {"data": base}, {"data": {**base, option: value}})


def _tokenizer(kind: str, option: str, value: Any, **options: Any) -> Case:
    base = {"type": kind, **options}
    return Case(_texts, {"tokenizer": base}, {"tokenizer": {**base, option: value}})


def _tokenizer_options(name: str, kind: str, **options: Any) -> dict[str, Case]:
    """Those that all kinds have."""
    other = {"type": "word" if kind == "byte" else "byte"}
    return {
        f"{name}.type": Case(_texts, {"tokenizer": {"type": kind, **options}}, {"tokenizer": other}),
        f"{name}.max_tokens": _tokenizer(kind, "max_tokens", 3, max_tokens=2, **options),
        f"{name}.truncate": _tokenizer(kind, "truncate", "head", max_tokens=2, **options),
    }


def _fold(data: Changes, option: str) -> Case:
    folds = {"folds": 3, "fold": 1}
    return Case(_texts, {"data": {**data, **folds}}, {"data": {**data, **folds, option: 2}})


def _recurrent(name: str, kind: str) -> dict[str, Case]:
    other = "simple_rnn" if kind == "gru" else "gru"
    dense = {"type": "pool"}
    stepped = {
        f"{name}.activation": _layer(kind, "activation", "sigmoid", units=4),
        f"{name}.recurrent_dropout": _layer(kind, "recurrent_dropout", 0.5, units=4),
        f"{name}.recurrent_initializer": _layer(kind, "recurrent_initializer", "glorot_uniform", units=4),
        f"{name}.recurrent_l2": _layer(kind, "recurrent_l2", 0.1, units=4),
    }
    return (stepped if kind in ("lstm", "gru", "simple_rnn") else {}) | {
        f"{name}.type": _layer(kind, "type", other, units=4),
        f"{name}.units": _layer(kind, "units", 5, units=4),
        f"{name}.bidirectional": _layer(kind, "bidirectional", True, units=4),
        # Its two values go with different next layers: only the right one is valid, and the output says which it was.
        f"{name}.return_sequences": Case(
            _model,
            {"layers": [{"type": kind, "units": 4, "return_sequences": False}]},
            {"layers": [{"type": kind, "units": 4, "return_sequences": True}, dense]},
        ),
        f"{name}.dropout": _layer(kind, "dropout", 0.5, units=4),
        f"{name}.merge_mode": _layer(kind, "merge_mode", "sum", units=4, bidirectional=True),
        f"{name}.go_backwards": _layer(kind, "go_backwards", True, units=4),
        f"{name}.use_bias": _layer(kind, "use_bias", False, units=4),
        f"{name}.kernel_initializer": _layer(kind, "kernel_initializer", "he_normal", units=4),
        f"{name}.kernel_l2": _layer(kind, "kernel_l2", 0.1, units=4),
        f"{name}.max_norm": _layer(kind, "max_norm", 0.5, units=4),
        f"{name}.segment": _layer(kind, "segment", 3, tuple(POOL), units=4),
    }


def _optimizer_options(name: str, kind: str, learning_rate: float) -> dict[str, Case]:
    other = "sgd" if kind != "sgd" else "adam"
    return {
        f"{name}.type": Case(_steps, {"training__optimizer": {"type": kind}}, {"training__optimizer": {"type": other}}),
        f"{name}.learning_rate": _optimizer(kind, "learning_rate", learning_rate),
        f"{name}.weight_decay": _optimizer(kind, "weight_decay", 0.3),
        f"{name}.clip_norm": _optimizer(kind, "clip_norm", 1e-3, **({} if kind == "sgd" else {"epsilon": 1e-2})),
    }


CASES: dict[str, Case] = {
    "Config.name": Case(_run, {"name": "one", "layers": POOL}, {"name": "two", "layers": POOL}),
    "Config.seed": Case(_texts, {"seed": 3}, {"seed": 4}),
    "Config.data": _table("train", "b.csv"),
    "Config.tokenizer": Case(_texts, {}, {"tokenizer": {"vocab_size": 64}}),
    "Config.embedding": Case(_model, {}, {"embedding": {"dim": 7}}),
    "Config.layers": Case(_model, {}, TWO_READERS),
    "Config.head": Case(_model, {}, {"head": []}),
    "Config.training": Case(_texts, {}, {"training": {"batch_size": 5}}),
    "SampleData.source": Case(
        _texts, {"data": {"source": "sample"}}, {"data": {"source": "folder", "train": "folder"}}
    ),
    "SampleData.dataset": Case(
        _texts, {"data": {"source": "sample"}}, {"data": {"source": "sample", "dataset": "dna"}}
    ),
    "SampleData.validation": Case(
        _texts, {"data": {"source": "sample"}}, {"data": {"source": "sample", "validation": 0.3}}
    ),
    "SampleData.folds": _fold({"source": "sample"}, "folds"),
    "SampleData.fold": _fold({"source": "sample"}, "fold"),
    "TableData.folds": _fold({"source": "table", "train": "a.csv"}, "folds"),
    "TableData.fold": _fold({"source": "table", "train": "a.csv"}, "fold"),
    "FolderData.folds": _fold({"source": "folder", "train": "folder"}, "folds"),
    "FolderData.fold": _fold({"source": "folder", "train": "folder"}, "fold"),
    "TfdsData.folds": _fold(TFDS, "folds"),
    "TfdsData.fold": _fold(TFDS, "fold"),
    "TableData.source": Case(_texts, {"data": {"source": "table", "train": "a.csv"}}, {"data": {"source": "sample"}}),
    "TableData.train": _table("train", "b.csv"),
    "TableData.validation": _table("validation", "b.csv"),
    "TableData.test": _table("test", "b.csv"),
    "TableData.text": _table("text", "other"),
    "TableData.label": _table("label", "side"),
    "TableData.label_separator": _table("label_separator", ";"),
    "TableData.format": Case(
        _texts,
        {"data": {"source": "table", "train": "a.tsv", "format": "auto"}},
        {"data": {"source": "table", "train": "a.tsv", "format": "csv"}},
    ),
    "FolderData.source": Case(
        _texts, {"data": {"source": "folder", "train": "folder"}}, {"data": {"source": "sample"}}
    ),
    "FolderData.train": _folder("train", "folder2"),
    "FolderData.validation": _folder("validation", "folder2"),
    "FolderData.test": _folder("test", "folder2"),
    "TfdsData.source": Case(
        _texts,
        {"data": {"source": "tfds", "dataset": "tiny", "config": "one", "data_dir": "tfds", "test": None}},
        {"data": {"source": "sample"}},
    ),
    "TfdsData.dataset": _tfds("dataset", "other"),
    "TfdsData.config": _tfds("config", "two"),
    "TfdsData.data_dir": _tfds("data_dir", "tfds2"),
    "TfdsData.train": _tfds("train", "test"),
    "TfdsData.validation": _tfds("validation", "test"),
    "TfdsData.test": _tfds("test", "test"),
    "TfdsData.text": _tfds("text", "title"),
    "TfdsData.label": _tfds("label", "side"),
    **_tokenizer_options("SubwordTokens", "subword"),
    "SubwordTokens.vocab_size": _tokenizer("subword", "vocab_size", 64, vocab_size=300),
    "SubwordTokens.lowercase": _tokenizer("subword", "lowercase", False),
    "SubwordTokens.min_frequency": _tokenizer("subword", "min_frequency", 50),
    **_tokenizer_options("SubwordFileTokens", "subword_file", file="vocab.txt"),
    "SubwordFileTokens.file": _tokenizer("subword_file", "file", "text.subwords", file="vocab.txt"),
    "SubwordFileTokens.lowercase": _tokenizer("subword_file", "lowercase", True, file="vocab.txt"),
    **_tokenizer_options("WordTokens", "word"),
    "WordTokens.vocab_size": _tokenizer("word", "vocab_size", 7),
    "WordTokens.lowercase": _tokenizer("word", "lowercase", False),
    "WordTokens.min_frequency": _tokenizer("word", "min_frequency", 50),
    **_tokenizer_options("CharTokens", "char"),
    "CharTokens.ngram": _tokenizer("char", "ngram", 2),
    "CharTokens.stride": _tokenizer("char", "stride", 2, ngram=2),
    "CharTokens.vocab_size": _tokenizer("char", "vocab_size", 7),
    "CharTokens.lowercase": _tokenizer("char", "lowercase", False),
    "CharTokens.min_frequency": _tokenizer("char", "min_frequency", 50),
    **_tokenizer_options("ByteTokens", "byte"),
    "EmbeddingConfig.dim": Case(_model, {}, {"embedding__dim": 9}),
    "EmbeddingConfig.dropout": Case(_model, {}, {"embedding__dropout": 0.5}),
    "EmbeddingConfig.word_dropout": Case(_model, {}, {"embedding__word_dropout": 0.5}),
    "EmbeddingConfig.vectors": Case(
        _model, {"embedding__dim": 3}, {"embedding__dim": 3, "embedding__vectors": "vectors.txt"}
    ),
    "EmbeddingConfig.trainable": Case(_model, {}, {"embedding__trainable": False}),
    **_recurrent("Lstm", "lstm"),
    **_recurrent("Gru", "gru"),
    **_recurrent("SimpleRnn", "simple_rnn"),
    **_recurrent("MinGru", "min_gru"),
    **_recurrent("MinLstm", "min_lstm"),
    **_recurrent("Qrnn", "qrnn"),
    **_recurrent("Sru", "sru"),
    "Lstm.recurrent_activation": _layer("lstm", "recurrent_activation", "tanh", units=4),
    "Gru.recurrent_activation": _layer("gru", "recurrent_activation", "tanh", units=4),
    "Lstm.unit_forget_bias": _layer("lstm", "unit_forget_bias", False, units=4),
    "Gru.reset_after": _layer("gru", "reset_after", False, units=4),
    "Conv1d.type": Case(
        _model, {"layers": [{"type": "conv1d", "filters": 3, "kernel_size": 2}, *POOL]}, {"layers": POOL}
    ),
    "Conv1d.filters": _layer("conv1d", "filters", 4, tuple(POOL), filters=3, kernel_size=2),
    "Conv1d.kernel_size": _layer("conv1d", "kernel_size", [2, 3], tuple(POOL), filters=3, kernel_size=2),
    "Conv1d.activation": _layer("conv1d", "activation", "tanh", tuple(POOL), filters=3, kernel_size=2),
    "MaxPool1d.type": Case(_model, {"layers": [{"type": "max_pool1d", "size": 2}, *POOL]}, {"layers": POOL}),
    "MaxPool1d.size": _layer("max_pool1d", "size", 3, tuple(POOL), size=2),
    "Pool.type": Case(_model, {"layers": POOL}, {"layers": [{"type": "gru", "units": 3}]}),
    "Pool.method": _layer("pool", "method", "max"),
    "Dropout.type": Case(
        _model, {"head": [{"type": "dropout", "rate": 0.5}]}, {"head": [{"type": "dense", "units": 3}]}
    ),
    "Dropout.rate": _head("dropout", "rate", 0.5, rate=0.0),
    "Dense.type": Case(_model, {"head": [{"type": "dense", "units": 3}]}, {"head": [{"type": "dropout", "rate": 0.5}]}),
    "Dense.units": _head("dense", "units", 5, units=4),
    "Dense.activation": _head("dense", "activation", "tanh", units=4),
    "Dense.kernel_initializer": _head("dense", "kernel_initializer", "he_normal", units=4),
    **{
        f"{name}.type": Case(_model, {"head": [{"type": kind, **options}]}, {"head": []})
        for name, kind, options in (
            ("Highway", "highway", {}),
            ("LayerNorm", "layer_norm", {}),
            ("BatchNorm", "batch_norm", {}),
            ("GaussianNoise", "gaussian_noise", {"stddev": 0.5}),
        )
    },
    "Highway.activation": _head("highway", "activation", "tanh"),
    "Highway.gate_bias": _head("highway", "gate_bias", 0.0),
    "LayerNorm.epsilon": _head("layer_norm", "epsilon", 1.0),
    "BatchNorm.epsilon": _head("batch_norm", "epsilon", 1.0),
    "BatchNorm.momentum": _head("batch_norm", "momentum", 0.5),
    "GaussianNoise.stddev": _head("gaussian_noise", "stddev", 0.9, stddev=0.5),
    "SpatialDropout.type": Case(
        _model, {"layers": [{"type": "spatial_dropout", "rate": 0.5}, *POOL]}, {"layers": POOL}
    ),
    "SpatialDropout.rate": _layer("spatial_dropout", "rate", 0.8, tuple(POOL), rate=0.2),
    "SelfAttention.type": Case(_model, {"layers": [{"type": "self_attention"}, *POOL]}, {"layers": POOL}),
    "SelfAttention.heads": _layer("self_attention", "heads", 3, tuple(POOL)),
    "SelfAttention.hidden_units": _layer("self_attention", "hidden_units", 5, tuple(POOL)),
    "SelfAttention.activation": _layer("self_attention", "activation", "tanh", tuple(POOL)),
    "SelfAttention.positions": _layer("self_attention", "positions", False, tuple(POOL)),
    "SelfAttention.dropout": _layer("self_attention", "dropout", 0.5, tuple(POOL)),
    "Residual.type": Case(
        _model,
        {"layers": [{"type": "residual", "layer": {"type": "gru", "units": 4}}, *POOL]},
        {"layers": [{"type": "gru", "units": 4}, *POOL]},
    ),
    "Residual.layer": _layer(
        "residual", "layer", {"type": "gru", "units": 3}, tuple(POOL), layer={"type": "lstm", "units": 3}
    ),
    "Custom.type": Case(
        _model, {"layers": [{"type": "layers_of_a_user:Scaled", "options": {"factor": 3.0}}, *POOL]}, {"layers": POOL}
    ),
    "Custom.options": _layer(
        "layers_of_a_user:Scaled", "options", {"factor": 2.0}, tuple(POOL), options={"factor": 3.0}
    ),
    "TrainingConfig.epochs": Case(_run, {"layers": POOL}, {"layers": POOL, "training__epochs": 3}),
    "TrainingConfig.batch_tokens": Case(
        _texts, {"tokenizer__max_tokens": 3}, {"tokenizer__max_tokens": 3, "training__batch_tokens": 7}
    ),
    "TrainingConfig.batch_size": Case(_texts, {}, {"training__batch_size": 7}),
    "TrainingConfig.optimizer": Case(_steps, {}, {"training__optimizer": {"type": "rmsprop"}}),
    "TrainingConfig.accumulate_steps": _training("accumulate_steps", 2),
    "TrainingConfig.loss": _training("loss", {"type": "focal"}),
    "TrainingConfig.class_weights": _training("class_weights", {"1": 3.0}),
    "TrainingConfig.schedule": _training("schedule", {"type": "linear"}),
    "TrainingConfig.moving_average": _training("moving_average", {"decay": 0.9}),
    "CrossEntropy.type": _training("loss", {"type": "focal"}, loss={"type": "cross_entropy"}),
    "CrossEntropy.label_smoothing": _within("loss", "cross_entropy", "label_smoothing", 0.2),
    "Focal.type": _training("loss", {"type": "cross_entropy"}, loss={"type": "focal"}),
    "Focal.gamma": _within("loss", "focal", "gamma", 1.0),
    "MovingAverage.decay": _within("moving_average", None, "decay", 0.5),
    **_schedule("ConstantSchedule", "constant"),
    **_schedule("LinearSchedule", "linear"),
    **_schedule("CosineSchedule", "cosine"),
    **_schedule("ExponentialSchedule", "exponential", rate=0.5),
    "ExponentialSchedule.rate": _within("schedule", "exponential", "rate", 0.6, rate=0.5),
    "ExponentialSchedule.every": _within("schedule", "exponential", "every", 2, rate=0.5),
    **_schedule("InverseSqrtSchedule", "inverse_sqrt", warmup=2),
    **_schedule("OneCycleSchedule", "one_cycle"),
    "OneCycleSchedule.start": _within("schedule", "one_cycle", "start", 0.5),
    "OneCycleSchedule.rise": _within("schedule", "one_cycle", "rise", 0.5),
    **_schedule("PlateauSchedule", "plateau"),
    "PlateauSchedule.factor": _within("schedule", "plateau", "factor", 0.1),
    "PlateauSchedule.patience": _within("schedule", "plateau", "patience", 2),
    "TrainingConfig.early_stopping": Case(
        _run,
        {"layers": POOL, "training__epochs": 4},
        {"layers": POOL, "training__epochs": 4, "training__early_stopping": {"min_delta": 9.0, "patience": 1}},
    ),
    "TrainingConfig.checkpoint_steps": Case(
        _checkpoints, {"layers": POOL}, {"layers": POOL, "training__checkpoint_steps": 2}
    ),
    "TrainingConfig.checkpoint_minutes": Case(
        _checkpoints, {"layers": POOL}, {"layers": POOL, "training__checkpoint_minutes": 1e-9}
    ),
    "TrainingConfig.log_every": Case(_run, {"layers": POOL}, {"layers": POOL, "training__log_every": 2}),
    "TrainingConfig.thresholds": Case(_thresholds, LISTS, {**LISTS, "training__thresholds": 0.25}),
    "EarlyStopping.monitor": _stopping("monitor", "val_loss", "val_accuracy"),
    "EarlyStopping.patience": _stopping("patience", 1, 2, learning_rate=1e-30),
    "EarlyStopping.min_delta": _stopping("min_delta", 0.0, 9.0),
    **_optimizer_options("Adam", "adam", 0.1),
    **_optimizer_options("AdamW", "adamw", 0.1),
    **_optimizer_options("Sgd", "sgd", 0.1),
    **_optimizer_options("RmsProp", "rmsprop", 0.1),
    "Adam.beta_1": _optimizer("adam", "beta_1", 0.5),
    "Adam.beta_2": _optimizer("adam", "beta_2", 0.5),
    "Adam.epsilon": _optimizer("adam", "epsilon", 0.1),
    "AdamW.beta_1": _optimizer("adamw", "beta_1", 0.5),
    "AdamW.beta_2": _optimizer("adamw", "beta_2", 0.5),
    "AdamW.epsilon": _optimizer("adamw", "epsilon", 0.1),
    "Sgd.momentum": _optimizer("sgd", "momentum", 0.9),
    "Sgd.nesterov": _optimizer("sgd", "nesterov", True, momentum=0.9),
    "RmsProp.rho": _optimizer("rmsprop", "rho", 0.5),
    "RmsProp.momentum": _optimizer("rmsprop", "momentum", 0.5),
    "RmsProp.epsilon": _optimizer("rmsprop", "epsilon", 0.1),
}


# --- the data they need -----------------------------------------------------------------------------------------------


def _rows(count: int, shift: int) -> list[dict[str, str]]:
    words = "Good good bad Bad film plot the a long longer longest day night story music".split()
    rows = []
    for i in range(count):
        drawn = [words[(i * 7 + shift + j * (i % 5 + 1)) % len(words)] for j in range(4 + i % 9)]
        text = " ".join([*drawn, "fine" if i % 2 else "poor"])
        side = "left" if i % 3 else "right"
        rows.append({"text": text, "other": f"{text[::-1]} {i % 3}", "label": f"{i % 2}", "side": side})
    return rows


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, folders and data sets of tensorflow-datasets, under the names that the cases use."""
    root = tmp_path_factory.mktemp("every_option")
    for name, shift in (("a", 0), ("b", 5)):
        rows = _rows(80, shift)
        with (root / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    with (root / "a.tsv").open("w", encoding="utf-8") as file:
        file.write("a,text,label,b\ttext\tlabel\n")  # has the two columns as tsv and as csv
        file.writelines(f"x,{row['text']},{row['label']},y\t{row['text']}\t{row['side']}\n" for row in _rows(80, 0))
    lists = [{"text": row["text"], "label": [row["label"], row["side"]]} for row in _rows(80, 0)]
    (root / "lists.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in lists), encoding="utf-8")
    for name, shift in (("folder", 0), ("folder2", 5)):
        for i, row in enumerate(_rows(60, shift)):
            path = root / name / row["label"] / f"{i}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["text"], encoding="utf-8")
    (root / "vocab.txt").write_text("[UNK]\nGood\nbad\n##d\nfilm\nlong\n##er\n##est\n", encoding="utf-8")
    (root / "text.subwords").write_text("### SubwordTextEncoder\n### Metadata: {}\n'film_'\n", encoding="utf-8")
    (root / "vectors.txt").write_text("".join(f"w{i} {i} 0.5 -1\n" for i in range(20)), encoding="utf-8")
    _write_tfds(root / "tfds", "tiny", "one", 0)
    _write_tfds(root / "tfds", "tiny", "two", 5)
    _write_tfds(root / "tfds", "other", "one", 9)
    _write_tfds(root / "tfds2", "tiny", "one", 12)
    return root


def _write_tfds(folder: Path, name: str, config: str, shift: int) -> None:
    import tensorflow as tf
    import tensorflow_datasets as tfds

    def split(count: int, shift: int) -> Any:
        rows = _rows(count, shift)
        return tf.data.Dataset.from_tensor_slices(
            {
                "text": [row["text"] for row in rows],
                "title": [row["other"] for row in rows],
                "label": [int(row["label"]) for row in rows],
                "side": [row["side"] for row in rows],
            }
        )

    tfds.dataset_builders.store_as_tfds_dataset(
        name=name,
        version="1.0.0",
        config=config,
        data_dir=folder,
        features=tfds.features.FeaturesDict(
            {
                "text": tfds.features.Text(),
                "title": tfds.features.Text(),
                "label": tfds.features.ClassLabel(names=["zero", "one"]),
                "side": tfds.features.Text(),
            }
        ),
        split_datasets={"train": split(60, shift), "test": split(30, shift + 3)},
    )


_SEEN: dict[str, Any] = {}


def _seen(case: Case, changes: Changes, folder: Path) -> Any:
    """What ``shown_by`` gives for a config; the same config is looked at once."""
    config = checked_config(small_config(**{"data__train": "a.csv", **changes}))
    key = f"{case.shown_by.__name__} {config!r}"
    if key not in _SEEN:
        _SEEN[key] = case.shown_by(config, folder)
    return _SEEN[key]


def test_every_option_has_a_case() -> None:
    assert sorted(CASES) == OPTIONS


@pytest.mark.usefixtures("code_allowed")
@pytest.mark.parametrize("option", OPTIONS)
def test_every_option_does_something(option: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data)
    case = CASES[option]
    assert _seen(case, case.base, tmp_path) != _seen(case, case.changed, tmp_path)
    # Looked at again, the same config shows the same: the difference is the option's.
    again = checked_config(small_config(**{"data__train": "a.csv", **case.base}))
    assert case.shown_by(again, tmp_path / "again") == _seen(case, case.base, tmp_path)
