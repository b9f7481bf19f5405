"""The fit of ``ngrams`` on the training texts: the table, and what it says of texts that it was not fitted on."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import NgramsConfig
from seqclf.data.cache import cached
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData
from seqclf.data.source import digest
from seqclf.labels import Labels
from seqclf.ngrams.solver import (
    Linear,
    Sparse,
    Targets,
    fit_linear,
    inverse_document_frequencies,
    naive_bayes_ratios,
)
from seqclf.text.ngram_hash import NgramHash, blocks, joined
from seqclf.text.truncation import truncate_ids

FOLDS = 5
MOST_NGRAMS = 40_000_000  # of the texts that are fitted on: 8 bytes each, twice
MOST_WEIGHTS = 8_000_000  # L-BFGS keeps about 120 bytes for each
_SECONDS_UNTOLD = 3.0  # between two stages: fits that take less leave no lines behind
_FORMAT = 2  # raise when what the cache holds changes without its key
_FILE = "fit.npz"


@dataclass(frozen=True)
class FittedNgrams:
    """What training needs of the linear model.

    Attributes:
        table: weight of each bucket and output unit, ``float32 [buckets, units]``.
        bias: ``float32 [units]``.
        out_of_fold: logits of each training text by a fit that has not seen it, ``float32 [texts, units]``.
        texts: training texts that the table was fitted on; fewer than all where they are too many.
    """

    table: NDArray[np.float32]
    bias: NDArray[np.float32]
    out_of_fold: NDArray[np.float32]
    texts: int


def fit_ngrams(
    config: Config,
    data: TrainingData,
    label_weights: NDArray[np.float32] | None = None,
    on_stage: Callable[[str], None] = lambda stage: None,
) -> FittedNgrams:
    """Fit the config's ``ngrams``, or take the fit from the cache. The same config and data give the same bits.

    Args:
        label_weights: how much an error counts by the text's label, ``float32 [labels]``; multi-label: in the texts
            that the label applies to. None: all count 1.
        on_stage: hears what is being done when it takes time.
    """
    options = config.ngrams
    assert options is not None

    def make(folder: Path) -> None:
        on_stage(f"Fitting n-grams to {len(data.train):,} texts")
        fitted = _fit(config, data.train, data.labels, label_weights, on_stage=on_stage)
        used = np.flatnonzero(fitted.table.any(axis=1))
        np.savez(
            folder / _FILE,
            used=used,
            rows=fitted.table[used],
            bias=fitted.bias,
            out_of_fold=fitted.out_of_fold,
            texts=fitted.texts,
        )

    weights = None if label_weights is None else label_weights.tolist()
    tokenizer = config.tokenizer
    decisive = (options.model_dump(exclude={"join", "dropout"}), tokenizer.max_tokens, tokenizer.truncate, weights)
    key = digest(
        _FORMAT, data.fingerprints["train"], data.tokenizer.fingerprint, data.labels.as_json(), config.seed, decisive
    )
    with np.load(cached("ngrams", key, make) / _FILE, allow_pickle=False) as saved:
        table = np.zeros((options.buckets, data.labels.units), np.float32)
        table[saved["used"]] = saved["rows"]
        return FittedNgrams(table, saved["bias"], saved["out_of_fold"], int(saved["texts"]))


def _fit(
    config: Config,
    texts: EncodedTexts,
    labels: Labels,
    label_weights: NDArray[np.float32] | None,
    *,
    on_stage: Callable[[str], None],
) -> FittedNgrams:
    options = config.ngrams
    assert options is not None
    tell = _fits_told_to(on_stage)
    places = _sample(config, texts)
    features, folds = _features(config, texts, places)
    columns = _frequent_columns(features, labels.units)
    narrow = features[:, columns]
    targets = targets_of(texts.labels[places], labels, label_weights)
    whole = _fitted(narrow, targets, options)
    table = np.zeros((options.buckets, labels.units), np.float32)
    table[columns] = whole.table
    unseen = np.empty((len(texts), labels.units), np.float32)
    for fold in range(FOLDS):
        tell(1 + fold)
        inside = folds == fold
        if inside.all():  # one text, or copies of one: no other fit can be had
            unseen[places] = 0
        elif inside.any():
            others = _fitted(narrow[~inside], targets.chosen(np.flatnonzero(~inside)), options)
            unseen[places[inside]] = others.logits(narrow[inside])
    left = np.setdiff1d(np.arange(len(texts)), places)
    for start in range(0, len(left), 4_096):
        some = left[start : start + 4_096]
        unseen[some] = Linear(table, whole.bias).logits(_features(config, texts, some)[0])
    return FittedNgrams(table, whole.bias, unseen, len(places))


def _fits_told_to(on_stage: Callable[[str], None]) -> Callable[[int], None]:
    """A function that is given the number of fits that are done, and reports it unless it did so a moment ago."""
    last = time.monotonic()

    def tell(done: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_UNTOLD:
            last = time.monotonic()
            on_stage(f"Fitting n-grams: {done} of {1 + FOLDS} fits done")

    return tell


def _fitted(features: Sparse, targets: Targets, options: NgramsConfig) -> Linear:
    units = targets.truth.shape[1]
    if options.weights == "naive_bayes":
        scale = naive_bayes_ratios(features, targets.truth, options.smoothing)
    elif options.weights == "idf":
        scale = np.repeat(inverse_document_frequencies(features), units, axis=1)
    else:
        scale = np.ones((features.shape[1], units), np.float32)
    return fit_linear(features, targets, scale, options.l2)


def targets_of(label_ids: NDArray[Any], labels: Labels, label_weights: NDArray[np.float32] | None = None) -> Targets:
    """What a linear model learns of texts with these labels: ``int32 [texts]``, or ``bool [texts, labels]``."""
    if labels.multi:
        truth = label_ids.astype(np.float32)
        weights = np.ones((1, 1), np.float32) if label_weights is None else np.where(truth > 0, label_weights, 1)
    else:
        one_hot = np.eye(len(labels), dtype=np.float32)[label_ids]
        truth = one_hot[:, 1:] if labels.units == 1 else one_hot
        weights = np.ones((1, 1), np.float32) if label_weights is None else label_weights[label_ids][:, np.newaxis]
    weights = np.broadcast_to(weights, (len(truth), weights.shape[1])).astype(np.float32)
    return Targets(truth, weights, exclusive=not labels.multi and labels.units > 1)


def _sample(config: Config, texts: EncodedTexts) -> NDArray[np.int64]:
    """Places of the texts to fit on: all, or as many at random as have ``MOST_NGRAMS`` n-grams."""
    assert config.ngrams is not None
    lengths = np.minimum(texts.lengths, config.tokenizer.max_tokens)
    ngrams = sum(np.maximum(lengths - order + 1, 0) for order in config.ngrams.orders)
    order = np.random.default_rng([config.seed, 0x46175]).permutation(len(texts))
    few = int(np.searchsorted(np.cumsum(ngrams[order]), MOST_NGRAMS, side="right"))
    return np.sort(order[: max(few, 1)])


def _features(config: Config, texts: EncodedTexts, places: NDArray[np.int64]) -> tuple[Sparse, NDArray[np.int64]]:
    """Presence of each bucket, ``float32 [texts, buckets]`` in CSR form, and the fold of each text.

    The fold follows from the token ids: copies of a text are in one fold, or the fit would have seen it.
    """
    from scipy.sparse import csr_matrix

    assert config.ngrams is not None
    hashed = NgramHash(tuple(config.ngrams.orders), config.ngrams.buckets)
    tokenizer = config.tokenizer
    folds = np.empty(len(places), np.int64)
    lengths = np.minimum(texts.lengths[places], tokenizer.max_tokens).tolist()

    def block(part: range) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        ids = [truncate_ids(texts[int(places[i])], tokenizer.max_tokens, tokenizer.truncate) for i in part]
        folds[part.start : part.stop] = [zlib.crc32(one.astype("<i4").tobytes(), config.seed) % FOLDS for one in ids]
        return hashed.rows(ids)

    columns, ends = joined(block(part) for part in blocks(lengths))
    ones = np.ones(len(columns), np.float32)
    return csr_matrix((ones, columns, ends), shape=(len(places), hashed.buckets)), folds


def _frequent_columns(features: Sparse, units: int) -> NDArray[np.int64]:
    """Buckets that occur, or the most frequent where all of them would be too many weights."""
    occurrences = np.bincount(features.indices, minlength=features.shape[1])
    least, columns = 1, np.flatnonzero(occurrences)
    while len(columns) * units > MOST_WEIGHTS:
        least += 1
        columns = np.flatnonzero(occurrences >= least)
    return columns
