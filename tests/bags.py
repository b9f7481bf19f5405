"""A model small enough to be computed by hand: the mean of the vectors of a text's tokens, and one output layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from conftest import small_config

from seqclf.config import Config, checked_config
from seqclf.labels import Labels

IDS = np.array([[5, 6, 7, 0], [8, 9, 0, 0], [5, 5, 9, 8]], np.int32)
LENGTHS = np.array([3, 2, 4])
VECTORS = np.random.default_rng(3).normal(size=(12, 2)).astype(np.float32)
NAMES = ("a", "b", "c")
COUNTS = np.bincount(IDS[IDS > 0], minlength=len(VECTORS))
SPREAD = VECTORS[IDS[IDS > 0]].std(axis=0)
"""The unit of moves, entry by entry: the standard deviation over the tokens."""


def bag_config(**training: Any) -> Config:
    """A config of it; ``training`` are its options of training."""
    options = {"optimizer": {"type": "sgd", "learning_rate": 0.1}, **training}
    small = {"embedding": {"dim": 2}, "layers": [{"type": "pool"}], "head": [], "training": options}
    return checked_config(
        small_config(data__train="a.csv", data__unlabelled="b.csv" if _reads(options) else None, **small)
    )


def _reads(options: dict[str, Any]) -> bool:
    """Whether a term reads unlabelled texts."""
    objectives = options.get("objectives", [])
    return any(isinstance(one, dict) and one.get("texts", "labelled") != "labelled" for one in objectives)


def bag_model(config: Config, labels: Labels) -> tuple[Any, np.ndarray, np.ndarray]:
    """The model, and the kernel ``[2, units]`` and bias ``[units]`` of its output layer."""
    from seqclf.model.build import LOGITS, build_model

    model = build_model(config, len(VECTORS), labels)
    rng = np.random.default_rng(7)
    kernel, bias = rng.normal(size=(2, labels.units)), rng.normal(size=labels.units)
    model.get_layer("embedding").set_weights([VECTORS])
    model.get_layer(LOGITS).set_weights([kernel, bias])
    return model, kernel, bias


def bag_logits(vectors: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The logits of texts whose tokens have these vectors, ``[batch, time, 2]``; those of padding are 0."""
    pooled: np.ndarray = vectors.sum(axis=1) / LENGTHS[: len(vectors), np.newaxis]
    return pooled @ kernel + bias


def real(ids: np.ndarray = IDS) -> np.ndarray:
    """1 for each token, 0 for padding, ``[batch, time, 1]``."""
    return (ids != 0)[:, :, np.newaxis].astype(float)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    grown = np.exp(x - x.max(axis=1, keepdims=True))
    scaled: np.ndarray = grown / grown.sum(axis=1, keepdims=True)
    return scaled
