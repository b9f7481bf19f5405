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
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData
from seqclf.label_weights import label_weights
from seqclf.ngrams.features import FOLDS, Presence, frequent_columns, hash_of, presence_of, sample, together
from seqclf.ngrams.fit_texts import (
    FitTexts,
    lesson_key,
    no_unlabelled,
    relative_times,
    taught_targets,
    with_unlabelled,
)
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
from seqclf.text.ngram_hash import NgramHash

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
        unlabelled: as ``out_of_fold``, of the unlabelled texts, ``float32 [texts, units]``; None: the fit has not seen
            them, because there is no teacher for them.
    """

    table: NDArray[np.float32]
    bias: NDArray[np.float32]
    out_of_fold: NDArray[np.float32]
    texts: int
    unlabelled: NDArray[np.float32] | None = None


def fit_ngrams(
    config: Config, data: TrainingData, on_stage: Callable[[str], None] = lambda stage: None
) -> FittedNgrams:
    """Fit the config's ``ngrams`` to the training texts, or load the fit from the cache.

    The same config and data give bit-equal results. ``training.class_weights`` and ``training.teacher`` apply.
    ``on_stage`` is called with progress reports if the fit takes time.
    """

    def make() -> dict[str, Any]:
        on_stage(f"Fitting n-grams to {len(data.train.counted):,} texts")
        fitted = _fit(config, data, on_stage)
        beside = {} if fitted.unlabelled is None else {"unlabelled": fitted.unlabelled}
        saved = {"out_of_fold": fitted.out_of_fold, "texts": fitted.texts, **beside}
        return _table_as_saved(fitted.table, fitted.bias) | saved

    saved = _cached(config, data, ("train",), make)
    table, unlabelled = _table_of(saved, config, data), saved.get("unlabelled")
    return FittedNgrams(*table, saved["out_of_fold"], int(saved["texts"]), unlabelled)


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
        every = _with_validation(config, data, validation)
        columns = frequent_columns(every.presence.matrix, data.labels.units)
        found = _fitted(every.of_columns(columns), options_of(config))
        return _table_as_saved(_widened(found, columns, config), found.bias)

    return Linear(*_table_of(_cached(config, data, ("train", "validation"), make), config, data))


def _with_validation(config: Config, data: TrainingData, validation: EncodedTexts) -> FitTexts:
    """The training and validation texts, and the unlabelled ones that a teacher judges."""
    known, more = known_labels(validation.truth, data.labels)
    truth = np.concatenate([data.train.truth, more])
    times = relative_times(data.train.weights, None if validation.weights is None else validation.weights[known])
    lengths = np.concatenate([data.train.lengths, validation.lengths[known]])
    places = sampled(config, lengths, times)
    own = len(data.train)
    hashed = hash_of(config, data.tokenizer)
    presence = together(
        presence_of(config, hashed, data.train, places[places < own]),
        presence_of(config, hashed, validation, known[places[places >= own] - own]),
    )
    weights = label_weights(config.training.class_weights, data.labels, truth, times)
    some = None if times is None else times[places]
    targets = targets_of(truth[places], data.labels, weights, text_weights=some)
    trained = places[places < own]
    targets = taught_targets(config, data, targets, trained, None if some is None else some[: len(trained)])
    return with_unlabelled(config, data, hashed, FitTexts(presence, targets, some), lengths[places])[0]


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
    taught = lesson_key(config, data)
    return digest(_FORMAT, fingerprints, data.tokenizer.fingerprint, data.labels.as_json(), decisive, *taught)


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
    hashed = hash_of(config, data.tokenizer)
    report = _fit_reporter(on_stage)
    places = sampled(config, texts.lengths, texts.relative_weights)
    own = _training_texts(config, data, hashed, places)
    every, others = with_unlabelled(config, data, hashed, own, texts.lengths[places])
    columns = frequent_columns(every.presence.matrix, labels.units)
    narrow = every.of_columns(columns)
    full = _fitted(narrow, options)
    table = _widened(full, columns, config)
    unseen, beside = np.zeros((len(texts), labels.units), np.float32), no_unlabelled(data)
    if network_needs_them(config):
        held_out = _out_of_fold(narrow, options, report)
        fitted = Linear(table, full.bias)
        unseen[places] = held_out[: len(places)]
        _fill(unseen, np.setdiff1d(texts.counted, places), (config, hashed, texts), fitted)
        if beside is not None and data.unlabelled is not None:
            beside[others] = held_out[len(places) :]
            left = np.setdiff1d(np.arange(len(beside)), others)
            _fill(beside, left, (config, hashed, data.unlabelled.encoded), fitted)
    return FittedNgrams(table, full.bias, unseen, len(places), beside)


def _training_texts(config: Config, data: TrainingData, hashed: NgramHash, places: NDArray[np.int64]) -> FitTexts:
    """The training texts at ``places``."""
    texts, times = data.train, data.train.relative_weights
    weights = label_weights(config.training.class_weights, data.labels, texts.truth, times)
    some = None if times is None else times[places]
    targets = targets_of(texts.truth[places], data.labels, weights, text_weights=some)
    taught = taught_targets(config, data, targets, places, some)
    return FitTexts(presence_of(config, hashed, texts, places), taught, some)


def _out_of_fold(texts: FitTexts, options: NgramsConfig, report: Callable[[int], None]) -> NDArray[np.float32]:
    """Logits of each text from a fit to the texts of the other folds, ``float32 [texts, units]``."""
    unseen = np.zeros(texts.targets.truth.shape, np.float32)
    folds = texts.presence.folds
    for fold in range(FOLDS):
        report(1 + fold)
        inside = folds == fold
        if inside.any() and not inside.all():  # one text, or copies of one: no out-of-fold fit is possible
            others = _fitted(texts.of_texts(np.flatnonzero(~inside)), options)
            unseen[inside] = logits_of(texts.presence.of_texts(inside), others, options)
    return unseen


def _fill(
    rows: NDArray[np.float32],
    places: NDArray[np.int64],
    about: tuple[Config, NgramHash, EncodedTexts],
    fitted: Linear,
) -> None:
    """Put the logits of the texts at ``places``, which a fit has not seen, into their rows."""
    config, hashed, texts = about
    for start in range(0, len(places), 4_096):
        some = places[start : start + 4_096]
        rows[some] = logits_of(presence_of(config, hashed, texts, some), fitted, options_of(config))


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


def sampled(config: Config, lengths: NDArray[np.int64], times: NDArray[np.float32] | None) -> NDArray[np.int64]:
    """``sample`` of the texts that count."""
    if times is None:
        return sample(config, lengths)
    counted = np.flatnonzero(times)
    return counted[sample(config, lengths[counted])]


def _fitted(texts: FitTexts, options: NgramsConfig) -> Linear:
    return fitted_linear(texts.presence, texts.targets, options, texts.times)


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
