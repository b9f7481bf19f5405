"""Checks across options: one small function per rule.

The parameters of a check name the config sections that it reads. It runs whenever all of them are valid, even if other
sections are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from seqclf.config.data_checks import (
    fold_is_in_range,
    folds_exclude_validation_texts,
    fractions_are_numbers,
    fractions_leave_training_texts,
    no_validation,
    source_is_consistent,
    training_takes_random_validation_texts,
)
from seqclf.config.depth_checks import layer_rates_fit_the_layers
from seqclf.config.objective_checks import objectives_fit_the_model, objectives_have_texts
from seqclf.config.problems import Problem
from seqclf.config.schema import (
    EmbeddingConfig,
    InitializeConfig,
    NgramsConfig,
    TaskConfig,
    TokenizerConfig,
    TrainingConfig,
)
from seqclf.config.task_checks import (
    layers_do_not_look_ahead,
    monitor_belongs_to_the_task,
    nothing_idle_is_set,
    recurrent_layers_carry_the_state,
    tied_widths_agree,
)
from seqclf.config.teacher_checks import teacher_has_an_effect, teacher_is_consistent, unlabelled_texts_are_used
from seqclf.layer_types import Layer, RecurrentLayer, walk
from seqclf.sources import DataConfig

Layers = Sequence[Layer]
Check = Callable[..., Iterable[Problem]]


def returns_sequences(layers: Layers, task: TaskConfig) -> list[bool]:
    """For each layer, whether a later layer, or the output layer of the task, reads one vector per token from it."""
    reads = [layer.reads for layer in layers]
    return [not task.reads_ahead or any(reads[i + 1 :]) for i in range(len(layers))]


def classified_texts_have_labels(data: DataConfig, task: TaskConfig) -> Iterator[Problem]:
    if task.type == "classification" and not data.has_labels:
        message = (
            f"{data.source} has no labels, which a classifier needs; set task: language_model, or use a source with "
            "labels, such as folder or table"
        )
        yield Problem(("data", "source"), message)


def tokenizer_options_are_consistent(tokenizer: TokenizerConfig) -> Iterator[Problem]:
    yield from (Problem(("tokenizer", option), message) for option, message in tokenizer.problems())


def readers_have_a_sequence(layers: Layers) -> Iterator[Problem]:
    pooled_by = None
    for index, layer in enumerate(layers):
        if layer.reads and pooled_by is not None:
            message = (
                f"{layer.short_name} needs one vector per token, but the {layers[pooled_by].short_name} before it "
                f"(layers[{pooled_by}]) returns one vector per text"
            )
            yield Problem(("layers", index), message)
        if layer.leaves == "text":
            pooled_by = index


def return_sequences_fits_the_next_layer(layers: Layers, task: TaskConfig) -> Iterator[Problem]:
    for index, (layer, needed) in enumerate(zip(layers, returns_sequences(layers, task), strict=True)):
        if layer.leaves == "text":
            return  # `readers_have_a_sequence` reports any later reader
        if not isinstance(layer, RecurrentLayer) or layer.return_sequences in (None, needed):
            continue
        if layer.segment is not None and not needed:
            continue  # it does return one vector per token; `segments_are_joined` asks for a pool
        if needed and not task.reads_ahead:
            message = f"is false, but {task.type} needs one vector per token"
        elif needed:
            message = "is false, but a later layer needs one vector per token"
        else:
            message = "is true, but no later layer reads one vector per token"
        message += f"; remove it, or set it to {str(needed).lower()}"
        yield Problem(("layers", index, "return_sequences"), message)


def inner_layers_leave_sequences(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        if len(path) > 2 and getattr(layer, "return_sequences", None) is False:
            message = "is false, but residual needs one vector per token; remove it"
            yield Problem((*path, "return_sequences"), message)


def layers_are_consistent(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        yield from (Problem((*path, option), message) for option, message in layer.problems())


def segments_are_joined(layers: Layers, task: TaskConfig) -> Iterator[Problem]:
    for index, (layer, read) in enumerate(zip(layers, returns_sequences(layers, task), strict=True)):
        if getattr(layer, "segment", None) is not None and not read:
            message = "makes the layer return one vector per token: add a pool after it, or remove segment"
            yield Problem(("layers", index, "segment"), message)


def something_reads_the_text(layers: Layers, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if not layers and ngrams is None:
        message = "is empty: add a layer, such as {type: pool}, or an `ngrams` section for a linear model of n-grams"
        yield Problem(("layers",), message)


def ngrams_alone_have_no_network(
    layers: Layers, ngrams: NgramsConfig | None, embedding: EmbeddingConfig, head: Sequence[Layer], data: DataConfig
) -> Iterator[Problem]:
    if layers or ngrams is None:
        return
    if embedding.vectors is not None:
        yield Problem(
            ("embedding", "vectors"), "the vectors are not used because layers is empty; add a layer or remove it"
        )
    if data.columns().extra:
        return  # the network reads them
    if head and ngrams.join == "logits":
        message = "the head has no input because layers is empty; remove head, or set ngrams.join to head"
        yield Problem(("head",), message)
    if ngrams.dropout:
        message = "has no effect because layers is empty: there is no network to train; set it to 0"
        yield Problem(("ngrams", "dropout"), message)


def head_sees_the_ngrams(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and ngrams.join == "head" and ngrams.dropout == 1:
        message = (
            "is 1: the head would never see the n-grams during training; with join: head, use less than 1, such as 0.5"
        )
        yield Problem(("ngrams", "dropout"), message)


def words_have_pieces(ngrams: NgramsConfig | None, tokenizer: TokenizerConfig) -> Iterator[Problem]:
    if ngrams is not None and ngrams.words and tokenizer.no_whole_words is not None:
        yield Problem(("ngrams", "words"), f"{tokenizer.no_whole_words}; set it to false: --set ngrams.words=false")


def orders_differ(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and len(set(ngrams.orders)) < len(ngrams.orders):
        yield Problem(("ngrams", "orders"), f"expected each length once, found {ngrams.orders}")


def one_vector_is_left(layers: Layers, task: TaskConfig) -> Iterator[Problem]:
    if not layers or not task.reads_ahead:
        return
    readers = [(index, layer) for index, layer in enumerate(layers) if layer.reads]
    if not readers:
        yield Problem(("layers",), "no layer returns one vector per text: add a recurrent layer or a pool")
    elif readers[-1][1].leaves == "tokens" and not any(layer.leaves == "text" for _, layer in readers):
        index, layer = readers[-1]
        message = f"{layer.short_name} returns one vector per token; add a recurrent layer or a pool after it"
        yield Problem(("layers", index), message)


def _is_that_of_the_run(tokenizer: TokenizerConfig, initialize: InitializeConfig | None) -> bool:
    """Whether ``max_tokens`` is that of a run, not known here; the config is checked again once it is."""
    return initialize is not None and "max_tokens" not in tokenizer.model_fields_set


def windows_fit_the_longest_text(
    tokenizer: TokenizerConfig, layers: Layers, task: TaskConfig, initialize: InitializeConfig | None
) -> Iterator[Problem]:
    if not task.reads_ahead or _is_that_of_the_run(tokenizer, initialize):
        return
    length = tokenizer.max_tokens
    for path, layer in walk(layers, "layers"):
        if layer.window is None:
            continue
        option = getattr(layer, layer.window)
        window = max(option) if isinstance(option, list) else option
        if window > length:
            here = "the length of the longest text (tokenizer.max_tokens)"
            if length != tokenizer.max_tokens:
                here = (
                    "the length of the longest text after the pooling before it "
                    f"(tokenizer.max_tokens: {tokenizer.max_tokens})"
                )
            yield Problem((*path, layer.window), f"expected at most {length}, {here}; found {window}")
            return
        length = layer.tokens_after(length)


def longest_text_fits_into_a_batch(
    tokenizer: TokenizerConfig, training: TrainingConfig, initialize: InitializeConfig | None
) -> Iterator[Problem]:
    if _is_that_of_the_run(tokenizer, initialize):
        return
    if training.batch_tokens is not None and training.batch_tokens < tokenizer.max_tokens:
        message = (
            f"expected at least {tokenizer.max_tokens}, the length of the longest text (tokenizer.max_tokens); "
            f"found {training.batch_tokens}"
        )
        yield Problem(("training", "batch_tokens"), message)


def fields_fit_the_longest_text(
    data: DataConfig, tokenizer: TokenizerConfig, initialize: InitializeConfig | None
) -> Iterator[Problem]:
    if _is_that_of_the_run(tokenizer, initialize):
        return
    fields = len(data.fields)
    least = 2 * fields - 1
    if fields and tokenizer.max_tokens < least:
        message = (
            f"expected at least {least}, a token of each of the {fields} columns in data.text and one between them; "
            f"found {tokenizer.max_tokens}"
        )
        yield Problem(("tokenizer", "max_tokens"), message)


def early_stopping_has_validation(data: DataConfig, training: TrainingConfig) -> Iterator[Problem]:
    if training.early_stopping is not None and not data.validates:
        message = (
            f"needs validation texts, but {no_validation(data)}: set training.early_stopping to null, or set "
            "data.validation, such as 0.1"
        )
        yield Problem(("training", "early_stopping"), message)


def schedule_has_validation(data: DataConfig, training: TrainingConfig) -> Iterator[Problem]:
    schedule = training.schedule
    if schedule is not None and schedule.needs_validation and not data.validates:
        message = (
            f"{schedule.type} needs validation texts, but {no_validation(data)}: choose another schedule, or set "
            "data.validation, such as 0.1"
        )
        yield Problem(("training", "schedule"), message)


def training_options_are_consistent(training: TrainingConfig) -> Iterator[Problem]:
    for name, options in (("loss", training.loss), ("optimizer", training.optimizer), ("schedule", training.schedule)):
        for option, message in options.problems() if options is not None else ():
            yield Problem(("training", name, option), message)


CHECKS: tuple[Check, ...] = (
    fractions_leave_training_texts,
    fractions_are_numbers,
    fold_is_in_range,
    folds_exclude_validation_texts,
    training_takes_random_validation_texts,
    source_is_consistent,
    unlabelled_texts_are_used,
    teacher_has_an_effect,
    teacher_is_consistent,
    classified_texts_have_labels,
    tokenizer_options_are_consistent,
    readers_have_a_sequence,
    return_sequences_fits_the_next_layer,
    inner_layers_leave_sequences,
    layers_are_consistent,
    segments_are_joined,
    something_reads_the_text,
    ngrams_alone_have_no_network,
    head_sees_the_ngrams,
    words_have_pieces,
    orders_differ,
    one_vector_is_left,
    windows_fit_the_longest_text,
    longest_text_fits_into_a_batch,
    fields_fit_the_longest_text,
    layers_do_not_look_ahead,
    recurrent_layers_carry_the_state,
    tied_widths_agree,
    nothing_idle_is_set,
    monitor_belongs_to_the_task,
    early_stopping_has_validation,
    schedule_has_validation,
    layer_rates_fit_the_layers,
    training_options_are_consistent,
    objectives_fit_the_model,
    objectives_have_texts,
)
