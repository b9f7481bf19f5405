"""Warnings about valid options without effect or in conflict with others: one function per rule, as in ``checks``."""

from __future__ import annotations

from collections.abc import Iterator

from seqclf.config.checks import Check, Layers
from seqclf.config.data_checks import no_validation, source_warnings
from seqclf.config.depth_checks import depth_has_an_effect, everything_is_unfrozen, patience_waits_for_unfreezing
from seqclf.config.objective_checks import objective_warnings
from seqclf.config.problems import Problem
from seqclf.config.schema import (
    EmbeddingConfig,
    LanguageModelTask,
    NgramsConfig,
    TaskConfig,
    TokenizerConfig,
    TokenizerOptions,
    TrainingConfig,
)
from seqclf.layer_types import walk
from seqclf.sources import DataConfig


def layer_warnings(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        yield from (Problem((*path, option), message) for option, message in layer.warnings())


def tokenizer_warnings(tokenizer: TokenizerConfig) -> Iterator[Problem]:
    yield from (Problem(("tokenizer", option), message) for option, message in tokenizer.warnings())


def segments_cut_something(tokenizer: TokenizerConfig, layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        segment = getattr(layer, "segment", None)
        if segment is not None and segment >= tokenizer.max_tokens:
            message = f"{segment} has no effect: no text is longer than tokenizer.max_tokens, {tokenizer.max_tokens}"
            yield Problem((*path, "segment"), message)


def random_vectors_are_trained(embedding: EmbeddingConfig) -> Iterator[Problem]:
    if not embedding.trainable and embedding.vectors is None:
        message = "is false, but embedding.vectors is not set: every token keeps its random initial vector"
        yield Problem(("embedding", "trainable"), message)


def vectors_match_the_tokens(tokenizer: TokenizerConfig, embedding: EmbeddingConfig) -> Iterator[Problem]:
    if embedding.vectors is not None and tokenizer.reads_characters:
        message = f"are word vectors, but tokenizer.type is {tokenizer.type}: almost no token will have a vector"
        yield Problem(("embedding", "vectors"), message)


def smoothing_is_used(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is None or ngrams.weights in ("naive_bayes", "naive_bayes_idf"):
        return
    if ngrams.smoothing != NgramsConfig().smoothing:
        message = f"has no effect with weights: {ngrams.weights}; only naive_bayes and naive_bayes_idf use it"
        yield Problem(("ngrams", "smoothing"), message)


def refit_has_validation(data: DataConfig, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and ngrams.refit and not data.validates:
        message = f"has no effect: {no_validation(data)}, so the first fit already uses all texts"
        yield Problem(("ngrams", "refit"), message)


def ngrams_fit_into_the_longest_text(tokenizer: TokenizerConfig, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    longest = max(ngrams.orders) if ngrams is not None else 0
    if longest > tokenizer.max_tokens:
        message = (
            f"no text has an n-gram of {longest} tokens: the model reads at most tokenizer.max_tokens, "
            f"{tokenizer.max_tokens}"
        )
        yield Problem(("ngrams", "orders"), message)


def embedding_is_used(layers: Layers, ngrams: NgramsConfig | None, embedding: EmbeddingConfig) -> Iterator[Problem]:
    if not layers and ngrams is not None and embedding != EmbeddingConfig():
        yield Problem(("embedding",), "has no effect: layers is empty, and n-grams use no token vectors")


def tied_output_reads_signed_numbers(layers: Layers, head: Layers, task: TaskConfig) -> Iterator[Problem]:
    if not isinstance(task, LanguageModelTask) or not task.tied:
        return
    sections = (("layers", layers), ("head", head))
    places = [(section, index, layer) for section, part in sections for index, layer in enumerate(part)]
    last = next((place for place in reversed(places) if place[2].has_weights), None)
    if last is not None and getattr(last[2], "activation", None) in ("relu", "sigmoid", "softplus"):
        section, index, layer = last
        message = (
            f"{getattr(layer, 'activation', None)} leaves no negative numbers for the output layer, which shares the "
            "weights of the embedding: set it to linear"
        )
        yield Problem((section, index, "activation"), message)


def no_text_is_truncated(task: TaskConfig, tokenizer: TokenizerConfig) -> Iterator[Problem]:
    if task.reads_ahead:
        return
    for option in TokenizerOptions.model_fields:
        if getattr(tokenizer, option) != type(tokenizer).model_fields[option].default:
            yield Problem(("tokenizer", option), f"has no effect in {task.type}, which reads all of a text; remove it")


def patience_fits_into_training(training: TrainingConfig) -> Iterator[Problem]:
    stopping = training.early_stopping
    if stopping is not None and stopping.patience >= training.epochs > 1:
        message = (
            f"{stopping.patience} epochs without improvement do not fit into {training.epochs} epochs: training never "
            "stops early"
        )
        yield Problem(("training", "early_stopping", "patience"), message)


def training_option_warnings(training: TrainingConfig) -> Iterator[Problem]:
    schedule, stopping = training.schedule, training.early_stopping
    for name, options in (("loss", training.loss), ("optimizer", training.optimizer), ("schedule", schedule)):
        for option, message in options.warnings() if options is not None else ():
            yield Problem(("training", name, option), message)
    if schedule is not None:
        for option, message in schedule.warnings_within(training.epochs, stopping.patience if stopping else None):
            yield Problem(("training", "schedule", option), message)


WARNINGS: tuple[Check, ...] = (
    source_warnings,
    layer_warnings,
    tokenizer_warnings,
    segments_cut_something,
    random_vectors_are_trained,
    vectors_match_the_tokens,
    smoothing_is_used,
    refit_has_validation,
    ngrams_fit_into_the_longest_text,
    embedding_is_used,
    tied_output_reads_signed_numbers,
    no_text_is_truncated,
    patience_fits_into_training,
    depth_has_an_effect,
    everything_is_unfrozen,
    patience_waits_for_unfreezing,
    training_option_warnings,
    objective_warnings,
)
