"""What is allowed, but does nothing or works against another option: a function for each, as in ``checks``."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.config.checks import Check, Layers
from seqclf.config.data_checks import groups_have_a_split_to_be_kept_in
from seqclf.config.problems import Problem
from seqclf.config.schema import (
    ByteTokens,
    CharTokens,
    DataConfig,
    EmbeddingConfig,
    NgramsConfig,
    PlateauSchedule,
    TokenizerConfig,
    TrainingConfig,
)
from seqclf.layer_types import walk


def layers_are_meant(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        yield from (Problem((*path, option), message) for option, message in layer.warnings())


def segments_cut_something(tokenizer: TokenizerConfig, layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        segment = getattr(layer, "segment", None)
        if segment is not None and segment >= tokenizer.max_tokens:
            message = f"{segment} cuts nothing: no text has more than tokenizer.max_tokens, {tokenizer.max_tokens}"
            yield Problem((*path, "segment"), message)


def random_vectors_stay_random(embedding: EmbeddingConfig) -> Iterator[Problem]:
    if not embedding.trainable and embedding.vectors is None:
        message = (
            "is false, but there are no embedding.vectors: every token keeps the random vector that it starts with"
        )
        yield Problem(("embedding", "trainable"), message)


def vectors_are_of_words(tokenizer: TokenizerConfig, embedding: EmbeddingConfig) -> Iterator[Problem]:
    if embedding.vectors is not None and isinstance(tokenizer, CharTokens | ByteTokens):
        message = f"are of words, but the tokens are of type {tokenizer.type}: almost none of them will have a vector"
        yield Problem(("embedding", "vectors"), message)


def smoothing_is_of_counts(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is None or ngrams.weights in ("naive_bayes", "naive_bayes_idf"):
        return
    if ngrams.smoothing != NgramsConfig().smoothing:
        message = f"does nothing with weights: {ngrams.weights}; only naive_bayes and naive_bayes_idf read it"
        yield Problem(("ngrams", "smoothing"), message)


def a_refit_has_validation(data: DataConfig, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and ngrams.refit and data.validation == 0 and data.folds is None:
        message = "does nothing: data.validation is 0, so the n-grams are fitted to all texts the first time"
        yield Problem(("ngrams", "refit"), message)


def ngrams_fit_the_longest_text(tokenizer: TokenizerConfig, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    longest = max(ngrams.orders) if ngrams is not None else 0
    if longest > tokenizer.max_tokens:
        message = (
            f"no text has an n-gram of {longest} tokens: of a text, tokenizer.max_tokens are read, "
            f"{tokenizer.max_tokens}"
        )
        yield Problem(("ngrams", "orders"), message)


def vectors_are_read(layers: Layers, ngrams: NgramsConfig | None, embedding: EmbeddingConfig) -> Iterator[Problem]:
    if not layers and ngrams is not None and embedding != EmbeddingConfig():
        yield Problem(("embedding",), "does nothing: layers is empty, and n-grams read no vectors of tokens")


def patience_outlasts_training(training: TrainingConfig) -> Iterator[Problem]:
    stopping = training.early_stopping
    if stopping is not None and stopping.patience >= training.epochs > 1:
        message = (
            f"{stopping.patience} epochs without a better one cannot pass in {training.epochs}: it never stops early"
        )
        yield Problem(("training", "early_stopping", "patience"), message)


def plateaus_are_lived_through(training: TrainingConfig) -> Iterator[Problem]:
    schedule, stopping = training.schedule, training.early_stopping
    if not isinstance(schedule, PlateauSchedule):
        return
    if stopping is not None and schedule.patience >= stopping.patience:
        message = (
            f"training.early_stopping waits for {stopping.patience} epochs, and stops before a rate that is cut after "
            f"{schedule.patience} is tried"
        )
    elif schedule.patience >= training.epochs:
        message = f"{schedule.patience} epochs without a better one cannot pass in {training.epochs}: it is never cut"
    else:
        return
    yield Problem(("training", "schedule", "patience"), message)


WARNINGS: tuple[Check, ...] = (
    groups_have_a_split_to_be_kept_in,
    layers_are_meant,
    segments_cut_something,
    random_vectors_stay_random,
    vectors_are_of_words,
    smoothing_is_of_counts,
    a_refit_has_validation,
    ngrams_fit_the_longest_text,
    vectors_are_read,
    patience_outlasts_training,
    plateaus_are_lived_through,
)
