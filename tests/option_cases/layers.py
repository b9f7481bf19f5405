"""Cases of the options of layers, head and n-grams."""

from __future__ import annotations

from typing import Any

from option_cases import looks
from option_cases.case import POOL, Case

TWO_READERS = {"layers": [{"type": "lstm", "units": 4}, {"type": "gru", "units": 3}]}


def _layer(kind: str, option: str, value: Any, after: tuple[dict[str, Any], ...] = (), **options: Any) -> Case:
    layer = {"type": kind, **options}
    base = {"layers": [layer, *after], "embedding__dim": 3}
    return Case(looks.model_of, base, {**base, "layers": [{**layer, option: value}, *after]})


def _head(kind: str, option: str, value: Any, **options: Any) -> Case:
    layer = {"type": kind, **options}
    return Case(looks.model_of, {"head": [layer]}, {"head": [{**layer, option: value}]})


def _ngrams(option: str, value: Any, **options: Any) -> Case:
    base = {"layers": POOL, "ngrams": {"buckets": 64, **options}}
    return Case(looks.ngrams_of, base, {**base, "ngrams": {**base["ngrams"], option: value}})


def _recurrent(name: str, kind: str) -> dict[str, Case]:
    other = "simple_rnn" if kind == "gru" else "gru"
    dense = {"type": "pool"}
    stepped = {
        f"{name}.activation": _layer(kind, "activation", "sigmoid", units=4),
        f"{name}.recurrent_dropout": _layer(kind, "recurrent_dropout", 0.5, units=4),
        f"{name}.recurrent_weight_drop": _layer(kind, "recurrent_weight_drop", 0.5, units=4),
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


CASES: dict[str, Case] = {
    "Config.layers": Case(looks.model_of, {}, TWO_READERS),
    "Config.ngrams": Case(looks.model_of, {"layers": POOL}, {"layers": POOL, "ngrams": {"buckets": 64}}),
    "NgramsConfig.orders": _ngrams("orders", [1, 2], orders=[1]),
    "NgramsConfig.buckets": _ngrams("buckets", 128),
    "NgramsConfig.weights": _ngrams("weights", "none"),
    "NgramsConfig.words": _ngrams("words", True),
    "NgramsConfig.normalize": _ngrams("normalize", True),
    "NgramsConfig.smoothing": _ngrams("smoothing", 2.0),
    "NgramsConfig.l2": _ngrams("l2", 5.0),
    "NgramsConfig.join": _ngrams("join", "head"),
    "NgramsConfig.dropout": _ngrams("dropout", 0.5),
    "NgramsConfig.refit": _ngrams("refit", True),
    "Config.head": Case(looks.model_of, {}, {"head": []}),
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
}
