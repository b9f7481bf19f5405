"""The fit of ``ngrams``: the table, and out-of-fold logits of the training texts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.cache import cached
from seqclf.config import Config
from seqclf.config.schema import NgramsConfig
from seqclf.data.prepare import TrainingData
from seqclf.label_weights import label_weights, relative_weights
from seqclf.ngrams.features import FOLDS, Presence, frequent_columns, hash_of, presence_of, sample, together
from seqclf.ngrams.solver import (
    Linear,
    Targets,
    fit_linear,
    inverse_document_frequencies,
    joint_scale,
    naive_bayes_ratios,
)
from seqclf.ngrams.targets import known_labels, targets_of
from seqclf.quantities import duration
from seqclf.sources.texts import digest

_SECONDS_BETWEEN_REPORTS = 3.0  # faster fits report nothing
_FORMAT = 5  # increase when the cached content changes but its key does not
_FILE = "fit.npz"
_LEAST_SHARE = 0.1  # lower bound for the fraction of known n-grams


@dataclass(frozen=True)
class FittedNgrams:
    """The fitted linear model, as training needs it.

    Attributes:
        table: weight of each bucket and output unit, ``float32 [buckets, units]``.
        bias: ``float32 [units]``.
        out_of_fold: logits of each training text from a fit that has not seen it, ``float32 [texts, units]``; zeros
            if the network is trained without them.
        texts: number of training texts that the table was fitted to; a sample if there are too many.
    """

    table: NDArray[np.float32]
    bias: NDArray[np.float32]
    out_of_fold: NDArray[np.float32]
    texts: int


def fit_ngrams(
    config: Config, data: TrainingData, on_stage: Callable[[str], None] = lambda stage: None
) -> FittedNgrams:
    """Fit the config's ``ngrams`` to the training texts, or load the fit from the cache.

    The same config and data give bit-equal results. ``training.class_weights`` apply. ``on_stage`` is called with
    progress reports if the fit takes time.
    """

    def make() -> dict[str, Any]:
        on_stage(f"Fitting n-grams to {len(data.train.counted):,} texts")
        fitted = _fit(config, data, on_stage)
        return _table_as_saved(fitted.table, fitted.bias) | {"out_of_fold": fitted.out_of_fold, "texts": fitted.texts}

    saved = _cached(config, data, ("train",), make)
    return FittedNgrams(*_table_of(saved, config, data), saved["out_of_fold"], int(saved["texts"]))


def refit_ngrams(
    config: Config, data: TrainingData, on_stage: Callable[[str], None] = lambda stage: None
) -> Linear | None:
    """Fit the table again, to the training and validation texts together (``ngrams.refit``), or load that fit from the
    cache. None if the config does not ask for it or has no validation texts.
    """
    if config.ngrams is None or not config.ngrams.refit or data.validation is None:
        return None
    validation = data.validation

    def make() -> dict[str, Any]:
        sizes = f"{len(data.train.counted):,} training and {len(validation.counted):,} validation texts"
        on_stage(f"Fitting n-grams again, to {sizes}")
        known, more = known_labels(validation.truth, data.labels)
        truth = np.concatenate([data.train.truth, more])
        times = _times(data.train.weights, None if validation.weights is None else validation.weights[known])
        places = sampled(config, np.concatenate([data.train.lengths, validation.lengths[known]]), times)
        own = len(data.train)
        hashed = hash_of(config, data.tokenizer)
        presence = together(
            presence_of(config, hashed, data.train, places[places < own]),
            presence_of(config, hashed, validation, known[places[places >= own] - own]),
        )
        columns = frequent_columns(presence.matrix, data.labels.units)
        weights = label_weights(config.training.class_weights, data.labels, truth, times)
        times = None if times is None else times[places]
        targets = targets_of(truth[places], data.labels, weights, text_weights=times)
        found = fitted_linear(presence.of_columns(columns), targets, options_of(config), times)
        return _table_as_saved(_widened(found, columns, config), found.bias)

    return Linear(*_table_of(_cached(config, data, ("train", "validation"), make), config, data))


def layer_weights(
    config: Config, data: TrainingData, table: NDArray[np.float32], bias: NDArray[np.float32]
) -> list[NDArray[Any]]:
    """The weights of the model's n-gram layer, in its order: the fit, and which tokens form words."""
    joins = hash_of(config, data.tokenizer).joins
    return [table, bias] if joins is None else [table, bias, joins]


def _cached(
    config: Config, data: TrainingData, splits: tuple[str, ...], make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """The result of ``make``, from the cache if it has one for the same config and texts."""
    folder = cached("ngrams", cache_key(config, data, splits), lambda folder: np.savez(folder / _FILE, **make()))
    with np.load(folder / _FILE, allow_pickle=False) as saved:
        return dict(saved)


def cache_key(config: Config, data: TrainingData, splits: tuple[str, ...]) -> str:
    """All that the fit to some splits depends on."""
    tokenizer = config.tokenizer
    decisive = (
        options_of(config).model_dump(exclude={"join", "dropout", "refit"}),
        tokenizer.max_tokens,
        tokenizer.truncate,
        config.training.class_weights,
        config.seed,
        network_needs_them(config),
    )
    fingerprints = [data.fingerprints[split] for split in splits]
    return digest(_FORMAT, fingerprints, data.tokenizer.fingerprint, data.labels.as_json(), decisive)


def options_of(config: Config) -> NgramsConfig:
    assert config.ngrams is not None
    return config.ngrams


def network_needs_them(config: Config) -> bool:
    """Whether training uses the logits of the training texts; a dropout of 1 drops them all."""
    options = options_of(config)
    return not config.layers or options.join == "head" or options.dropout < 1


def _table_as_saved(table: NDArray[np.float32], bias: NDArray[np.float32]) -> dict[str, Any]:
    """Only the buckets with weights: most are empty in a large table."""
    used = np.flatnonzero(table.any(axis=1))
    return {"used": used, "rows": table[used], "bias": bias}


def _table_of(
    saved: dict[str, Any], config: Config, data: TrainingData
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Restore table and bias from the saved form."""
    table = np.zeros((options_of(config).buckets, data.labels.units), np.float32)
    table[saved["used"]] = saved["rows"]
    return table, saved["bias"]


def _widened(found: Linear, columns: NDArray[np.int64], config: Config) -> NDArray[np.float32]:
    """Expand the table of some buckets to all buckets."""
    table = np.zeros((options_of(config).buckets, found.table.shape[1]), np.float32)
    table[columns] = found.table
    return table


def _fit(config: Config, data: TrainingData, on_stage: Callable[[str], None]) -> FittedNgrams:
    options, texts, labels = options_of(config), data.train, data.labels
    report = _fit_reporter(on_stage)
    times = texts.relative_weights
    places = sampled(config, texts.lengths, times)
    hashed = hash_of(config, data.tokenizer)
    presence = presence_of(config, hashed, texts, places)
    columns = frequent_columns(presence.matrix, labels.units)
    narrow = presence.of_columns(columns)
    weights = label_weights(config.training.class_weights, labels, texts.truth, times)
    times = None if times is None else times[places]
    targets = targets_of(texts.truth[places], labels, weights, text_weights=times)
    full = fitted_linear(narrow, targets, options, times)
    table = _widened(full, columns, config)
    unseen = np.zeros((len(texts), labels.units), np.float32)
    if not network_needs_them(config):
        return FittedNgrams(table, full.bias, unseen, len(places))
    for fold in range(FOLDS):
        report(1 + fold)
        inside = presence.folds == fold
        if inside.all():  # one text, or copies of one: no out-of-fold fit is possible
            unseen[places] = 0
        elif inside.any():
            outside = np.flatnonzero(~inside)
            some_times = None if times is None else times[outside]
            others = fitted_linear(narrow.of_texts(outside), targets.chosen(outside), options, some_times)
            unseen[places[inside]] = logits_of(narrow.of_texts(inside), others, options)
    left = np.setdiff1d(texts.counted, places)
    for start in range(0, len(left), 4_096):
        some = left[start : start + 4_096]
        found = presence_of(config, hashed, texts, some)
        unseen[some] = logits_of(found, Linear(table, full.bias), options)
    return FittedNgrams(table, full.bias, unseen, len(places))


def _fit_reporter(on_stage: Callable[[str], None]) -> Callable[[int], None]:
    """A function that takes the number of completed fits and reports it with the time left, unless the last report was
    a moment ago."""
    began = last = time.monotonic()

    def report(done: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _SECONDS_BETWEEN_REPORTS:
            last = now
            left = (now - began) * (work_of(1 + FOLDS) / work_of(done) - 1)
            on_stage(f"Fitting n-grams: {done} of {1 + FOLDS} fits done; about {duration(left)} left")

    return report


def work_of(fits: int) -> float:
    """What some of the fits cost, of which the first, to all texts, costs 1."""
    return 1 + (fits - 1) * (1 - 1 / FOLDS)


def logits_of(presence: Presence, fitted: Linear, options: NgramsConfig) -> NDArray[np.float32]:
    """The output of the model's n-gram layer, from the presence of buckets: ``float32 [texts, units]``."""
    return fitted.logits(presence.normalized() if options.normalize else presence.matrix)


def _times(*weights: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """The weights of the texts of several splits, on one scale; None if they have none."""
    given = [one for one in weights if one is not None]
    return relative_weights(np.concatenate(given)) if len(given) == len(weights) else None


def sampled(config: Config, lengths: NDArray[np.int64], times: NDArray[np.float32] | None) -> NDArray[np.int64]:
    """``sample`` of the texts that count."""
    if times is None:
        return sample(config, lengths)
    counted = np.flatnonzero(times)
    return counted[sample(config, lengths[counted])]


def fitted_linear(
    presence: Presence, targets: Targets, options: NgramsConfig, times: NDArray[np.float32] | None = None
) -> Linear:
    """The linear model; ``times``: how often each text counts, as the weights of the targets do already."""
    matrix = presence.matrix
    shape = (matrix.shape[1], targets.truth.shape[1])
    scales = []
    if options.weights in ("naive_bayes", "naive_bayes_idf"):
        scales.append(naive_bayes_ratios(matrix, targets.truth, options.smoothing, times))
    if options.weights in ("idf", "naive_bayes_idf"):
        scales.append(np.broadcast_to(inverse_document_frequencies(matrix, times), shape))
    scale = joint_scale(*scales) if len(scales) > 1 else scales[0] if scales else np.ones(shape, np.float32)
    if not options.normalize:
        return fit_linear(matrix, targets, scale, options.l2)
    # A new text has n-grams that no text here has, so its sum has fewer terms than it has n-grams.
    found = fit_linear(presence.normalized(), targets, scale, options.l2)
    share = max(presence.known_share(), _LEAST_SHARE)
    return Linear(found.table / np.float32(np.sqrt(share)), found.bias)
