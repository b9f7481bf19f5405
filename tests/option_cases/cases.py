"""Two configs for each option that differ in it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from option_cases import looks
from option_cases.options import OPTIONS

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


def _optimizer(kind: str, option: str, value: Any, **others: Any) -> Case:
    options = {"type": kind, **others}
    changed = {"training__optimizer": {**options, option: value}}
    return Case(looks.steps_of, {"training__optimizer": options}, changed)


def _layer(kind: str, option: str, value: Any, after: tuple[dict[str, Any], ...] = (), **options: Any) -> Case:
    layer = {"type": kind, **options}
    base = {"layers": [layer, *after], "embedding__dim": 3}
    return Case(looks.model_of, base, {**base, "layers": [{**layer, option: value}, *after]})


def _head(kind: str, option: str, value: Any, **options: Any) -> Case:
    layer = {"type": kind, **options}
    return Case(looks.model_of, {"head": [layer]}, {"head": [{**layer, option: value}]})


def _stopping(option: str, value: Any, other: Any, **optimizer: Any) -> Case:
    """A learning rate at which losses fall a little with every epoch, and nothing else happens."""
    base = {
        "layers": POOL,
        "training__epochs": 4,
        "training__optimizer": {"type": "sgd", "learning_rate": 1e-3, **optimizer},
    }
    stopping = {"monitor": "val_loss", "patience": 1, "min_delta": 0.0}
    base["training__early_stopping"] = {**stopping, option: value}
    return Case(looks.run_of, base, {**base, "training__early_stopping": {**stopping, option: other}})


def _training(option: str, value: Any, **base: Any) -> Case:
    """A short training of a small model."""
    base = {"layers": POOL, "head": [], "training": {"epochs": 3, "batch_size": 16, **base}}
    return Case(looks.learning_of, base, {**base, "training": {**base["training"], option: value}})


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


def _ngrams(option: str, value: Any, **options: Any) -> Case:
    base = {"layers": POOL, "ngrams": {"buckets": 64, **options}}
    return Case(looks.ngrams_of, base, {**base, "ngrams": {**base["ngrams"], option: value}})


def _table(option: str, value: Any) -> Case:
    base = {"source": "table", "train": "a.csv", "validation": 0.2, "test": 0.2}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _folder(option: str, value: Any) -> Case:
    base = {"source": "folder", "train": "folder", "validation": 0.2, "test": None}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _tfds(option: str, value: Any, **others: Any) -> Case:
    base = {**TFDS, **others}
    return Case(looks.texts_of, {"data": base}, {"data": {**base, option: value}})


def _tokenizer(kind: str, option: str, value: Any, **options: Any) -> Case:
    base = {"type": kind, **options}
    return Case(looks.texts_of, {"tokenizer": base}, {"tokenizer": {**base, option: value}})


def _tokenizer_options(name: str, kind: str, **options: Any) -> dict[str, Case]:
    """Those that all kinds have."""
    other = {"type": "word" if kind == "byte" else "byte"}
    return {
        f"{name}.type": Case(looks.texts_of, {"tokenizer": {"type": kind, **options}}, {"tokenizer": other}),
        f"{name}.max_tokens": _tokenizer(kind, "max_tokens", 3, max_tokens=2, **options),
        f"{name}.truncate": _tokenizer(kind, "truncate", "head", max_tokens=2, **options),
    }


def _unknown_labels(data: Changes) -> Case:
    wrong, drop = ({"data": {**data, "unknown_labels": policy}} for policy in ("wrong", "drop"))
    return Case(looks.texts_with_a_new_label, wrong, drop)


def _fold(data: Changes, option: str) -> Case:
    folds = {"folds": 3, "fold": 1}
    return Case(looks.texts_of, {"data": {**data, **folds}}, {"data": {**data, **folds, option: 2}})


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
            looks.model_of,
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
        f"{name}.type": Case(
            looks.steps_of, {"training__optimizer": {"type": kind}}, {"training__optimizer": {"type": other}}
        ),
        f"{name}.learning_rate": _optimizer(kind, "learning_rate", learning_rate),
        f"{name}.weight_decay": _optimizer(kind, "weight_decay", 0.3),
        f"{name}.clip_norm": _optimizer(kind, "clip_norm", 1e-3, **({} if kind == "sgd" else {"epsilon": 1e-2})),
    }


KEPT = {"layers": POOL, "training__keep_checkpoints": True}

CASES: dict[str, Case] = {
    "Config.name": Case(looks.run_of, {"name": "one", "layers": POOL}, {"name": "two", "layers": POOL}),
    "Config.seed": Case(looks.texts_of, {"seed": 3}, {"seed": 4}),
    "Config.data": _table("train", "b.csv"),
    "Config.tokenizer": Case(looks.texts_of, {}, {"tokenizer": {"vocab_size": 64}}),
    "Config.embedding": Case(looks.model_of, {}, {"embedding": {"dim": 7}}),
    "Config.layers": Case(looks.model_of, {}, TWO_READERS),
    "Config.ngrams": Case(looks.model_of, {"layers": POOL}, {"layers": POOL, "ngrams": {"buckets": 64}}),
    "NgramsConfig.orders": _ngrams("orders", [1, 2], orders=[1]),
    "NgramsConfig.buckets": _ngrams("buckets", 128),
    "NgramsConfig.weights": _ngrams("weights", "none"),
    "NgramsConfig.smoothing": _ngrams("smoothing", 2.0),
    "NgramsConfig.l2": _ngrams("l2", 5.0),
    "NgramsConfig.join": _ngrams("join", "head"),
    "NgramsConfig.dropout": _ngrams("dropout", 0.5),
    "Config.head": Case(looks.model_of, {}, {"head": []}),
    "Config.training": Case(looks.texts_of, {}, {"training": {"batch_size": 5}}),
    "SampleData.source": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "folder", "train": "folder"}}
    ),
    "SampleData.dataset": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "sample", "dataset": "dna"}}
    ),
    "SampleData.validation": Case(
        looks.texts_of, {"data": {"source": "sample"}}, {"data": {"source": "sample", "validation": 0.3}}
    ),
    "SampleData.folds": _fold({"source": "sample"}, "folds"),
    "SampleData.fold": _fold({"source": "sample"}, "fold"),
    "SampleData.unknown_labels": _unknown_labels({"source": "sample"}),
    "TableData.unknown_labels": _unknown_labels({"source": "table", "train": "a.csv"}),
    "FolderData.unknown_labels": _unknown_labels({"source": "folder", "train": "folder"}),
    "TfdsData.unknown_labels": _unknown_labels(TFDS),
    "TableData.folds": _fold({"source": "table", "train": "a.csv"}, "folds"),
    "TableData.fold": _fold({"source": "table", "train": "a.csv"}, "fold"),
    "FolderData.folds": _fold({"source": "folder", "train": "folder"}, "folds"),
    "FolderData.fold": _fold({"source": "folder", "train": "folder"}, "fold"),
    "TfdsData.folds": _fold(TFDS, "folds"),
    "TfdsData.fold": _fold(TFDS, "fold"),
    "TableData.source": Case(
        looks.texts_of, {"data": {"source": "table", "train": "a.csv"}}, {"data": {"source": "sample"}}
    ),
    "TableData.train": _table("train", "b.csv"),
    "TableData.validation": _table("validation", "b.csv"),
    "TableData.test": _table("test", "b.csv"),
    "TableData.text": _table("text", "other"),
    "TableData.label": _table("label", "side"),
    "TableData.group": _table("group", "writer"),
    "TableData.label_separator": _table("label_separator", ";"),
    "TableData.format": Case(
        looks.texts_of,
        {"data": {"source": "table", "train": "a.tsv", "format": "auto"}},
        {"data": {"source": "table", "train": "a.tsv", "format": "csv"}},
    ),
    "TableData.encoding": Case(
        looks.texts_of,
        {"data": {"source": "table", "train": "latin.csv", "encoding": "cp1252"}},
        {"data": {"source": "table", "train": "latin.csv", "encoding": "cp437"}},
    ),
    "FolderData.encoding": Case(
        looks.texts_of,
        {"data": {"source": "folder", "train": "folder_latin", "encoding": "cp1252"}},
        {"data": {"source": "folder", "train": "folder_latin", "encoding": "cp437"}},
    ),
    "FolderData.source": Case(
        looks.texts_of, {"data": {"source": "folder", "train": "folder"}}, {"data": {"source": "sample"}}
    ),
    "FolderData.train": _folder("train", "folder2"),
    "FolderData.validation": _folder("validation", "folder2"),
    "FolderData.test": _folder("test", "folder2"),
    "TfdsData.source": Case(
        looks.texts_of,
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
    "TfdsData.group": _tfds("group", "writer"),
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
    "EmbeddingConfig.dim": Case(looks.model_of, {}, {"embedding__dim": 9}),
    "EmbeddingConfig.dropout": Case(looks.model_of, {}, {"embedding__dropout": 0.5}),
    "EmbeddingConfig.word_dropout": Case(looks.model_of, {}, {"embedding__word_dropout": 0.5}),
    "EmbeddingConfig.vectors": Case(
        looks.model_of, {"embedding__dim": 3}, {"embedding__dim": 3, "embedding__vectors": "vectors.txt"}
    ),
    "EmbeddingConfig.trainable": Case(looks.model_of, {}, {"embedding__trainable": False}),
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
        looks.model_of, {"layers": [{"type": "conv1d", "filters": 3, "kernel_size": 2}, *POOL]}, {"layers": POOL}
    ),
    "Conv1d.filters": _layer("conv1d", "filters", 4, tuple(POOL), filters=3, kernel_size=2),
    "Conv1d.kernel_size": _layer("conv1d", "kernel_size", [2, 3], tuple(POOL), filters=3, kernel_size=2),
    "Conv1d.activation": _layer("conv1d", "activation", "tanh", tuple(POOL), filters=3, kernel_size=2),
    "MaxPool1d.type": Case(looks.model_of, {"layers": [{"type": "max_pool1d", "size": 2}, *POOL]}, {"layers": POOL}),
    "MaxPool1d.size": _layer("max_pool1d", "size", 3, tuple(POOL), size=2),
    "Pool.type": Case(looks.model_of, {"layers": POOL}, {"layers": [{"type": "gru", "units": 3}]}),
    "Pool.method": _layer("pool", "method", "max"),
    "Dropout.type": Case(
        looks.model_of, {"head": [{"type": "dropout", "rate": 0.5}]}, {"head": [{"type": "dense", "units": 3}]}
    ),
    "Dropout.rate": _head("dropout", "rate", 0.5, rate=0.0),
    "Dense.type": Case(
        looks.model_of, {"head": [{"type": "dense", "units": 3}]}, {"head": [{"type": "dropout", "rate": 0.5}]}
    ),
    "Dense.units": _head("dense", "units", 5, units=4),
    "Dense.activation": _head("dense", "activation", "tanh", units=4),
    "Dense.kernel_initializer": _head("dense", "kernel_initializer", "he_normal", units=4),
    **{
        f"{name}.type": Case(looks.model_of, {"head": [{"type": kind, **options}]}, {"head": []})
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
        looks.model_of, {"layers": [{"type": "spatial_dropout", "rate": 0.5}, *POOL]}, {"layers": POOL}
    ),
    "SpatialDropout.rate": _layer("spatial_dropout", "rate", 0.8, tuple(POOL), rate=0.2),
    "SelfAttention.type": Case(looks.model_of, {"layers": [{"type": "self_attention"}, *POOL]}, {"layers": POOL}),
    "SelfAttention.heads": _layer("self_attention", "heads", 3, tuple(POOL)),
    "SelfAttention.hidden_units": _layer("self_attention", "hidden_units", 5, tuple(POOL)),
    "SelfAttention.activation": _layer("self_attention", "activation", "tanh", tuple(POOL)),
    "SelfAttention.positions": _layer("self_attention", "positions", False, tuple(POOL)),
    "SelfAttention.dropout": _layer("self_attention", "dropout", 0.5, tuple(POOL)),
    "Residual.type": Case(
        looks.model_of,
        {"layers": [{"type": "residual", "layer": {"type": "gru", "units": 4}}, *POOL]},
        {"layers": [{"type": "gru", "units": 4}, *POOL]},
    ),
    "Residual.layer": _layer(
        "residual", "layer", {"type": "gru", "units": 3}, tuple(POOL), layer={"type": "lstm", "units": 3}
    ),
    "Custom.type": Case(
        looks.model_of,
        {"layers": [{"type": "layers_of_a_user:Scaled", "options": {"factor": 3.0}}, *POOL]},
        {"layers": POOL},
    ),
    "Custom.options": _layer(
        "layers_of_a_user:Scaled", "options", {"factor": 2.0}, tuple(POOL), options={"factor": 3.0}
    ),
    "TrainingConfig.epochs": Case(looks.run_of, {"layers": POOL}, {"layers": POOL, "training__epochs": 3}),
    "TrainingConfig.batch_tokens": Case(
        looks.texts_of, {"tokenizer__max_tokens": 3}, {"tokenizer__max_tokens": 3, "training__batch_tokens": 7}
    ),
    "TrainingConfig.batch_size": Case(looks.texts_of, {}, {"training__batch_size": 7}),
    "TrainingConfig.optimizer": Case(looks.steps_of, {}, {"training__optimizer": {"type": "rmsprop"}}),
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
        looks.run_of,
        {"layers": POOL, "training__epochs": 4},
        {"layers": POOL, "training__epochs": 4, "training__early_stopping": {"min_delta": 9.0, "patience": 1}},
    ),
    "TrainingConfig.checkpoint_steps": Case(looks.checkpoints_of, KEPT, {**KEPT, "training__checkpoint_steps": 2}),
    "TrainingConfig.checkpoint_minutes": Case(
        looks.checkpoints_of, KEPT, {**KEPT, "training__checkpoint_minutes": 1e-9}
    ),
    "TrainingConfig.keep_checkpoints": Case(looks.checkpoints_of, {"layers": POOL}, KEPT),
    "TrainingConfig.log_every": Case(looks.run_of, {"layers": POOL}, {"layers": POOL, "training__log_every": 2}),
    "TrainingConfig.baseline": Case(
        looks.scores_of, {"layers": POOL, "training__baseline": False}, {"layers": POOL, "training__baseline": "auto"}
    ),
    "TrainingConfig.thresholds": Case(looks.thresholds_of, LISTS, {**LISTS, "training__thresholds": 0.25}),
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
