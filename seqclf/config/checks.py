"""What one option means for another: a small function for each rule.

A check names the sections that it reads as its parameters, and is made when all of them are valid: what is wrong
elsewhere hides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from seqclf.config.data_checks import (
    a_fold_is_one_of_the_folds,
    a_group_is_neither_text_nor_label,
    folds_are_of_the_training_texts,
    shares_are_numbers,
    shares_leave_training_texts,
    text_and_label_are_two,
)
from seqclf.config.problems import Problem
from seqclf.config.schema import (
    LEAST_PIECES,
    CharTokens,
    DataConfig,
    EmbeddingConfig,
    NgramsConfig,
    PlateauSchedule,
    Sgd,
    SubwordTokens,
    TokenizerConfig,
    TrainingConfig,
    WordTokens,
)
from seqclf.layer_types import Layer, RecurrentLayer, walk

Layers = Sequence[Layer]
Check = Callable[..., Iterable[Problem]]


def returns_sequences(layers: Layers) -> list[bool]:
    """For each layer, whether a later one reads one vector a token from it."""
    reads = [layer.reads for layer in layers]
    return [any(reads[i + 1 :]) for i in range(len(layers))]


def vocabulary_holds_more_than_special_tokens(tokenizer: TokenizerConfig) -> Iterator[Problem]:
    if isinstance(tokenizer, SubwordTokens) and tokenizer.vocab_size < LEAST_PIECES:
        message = (
            f"expected at least {LEAST_PIECES} (two pieces are special tokens, [PAD] and [UNK], and single characters "
            f"need their own), found {tokenizer.vocab_size}"
        )
        yield Problem(("tokenizer", "vocab_size"), message)


def ngrams_leave_no_gaps(tokenizer: TokenizerConfig) -> Iterator[Problem]:
    if isinstance(tokenizer, CharTokens) and tokenizer.stride > tokenizer.ngram:
        message = (
            f"expected at most tokenizer.ngram, {tokenizer.ngram}, or characters between two tokens would never be "
            f"read; found {tokenizer.stride}"
        )
        yield Problem(("tokenizer", "stride"), message)


def readers_have_a_sequence(layers: Layers) -> Iterator[Problem]:
    pooled_by = None
    for index, layer in enumerate(layers):
        if layer.reads and pooled_by is not None:
            message = (
                f"{layer.short_name} has nothing to read: the {layers[pooled_by].short_name} before it "
                f"(layers[{pooled_by}]) returned one vector for the text"
            )
            yield Problem(("layers", index), message)
        if layer.leaves == "text":
            pooled_by = index


def return_sequences_fits_the_next_layer(layers: Layers) -> Iterator[Problem]:
    for index, (layer, needed) in enumerate(zip(layers, returns_sequences(layers), strict=True)):
        if layer.leaves == "text":
            return  # what reads after it is wrong anyway
        if not isinstance(layer, RecurrentLayer) or layer.return_sequences in (None, needed):
            continue
        if layer.segment is not None and not needed:
            continue  # it does leave one vector a token, and lacks a pool
        if needed:
            message = "is false, but a later layer reads a vector for every token"
        else:
            message = "is true, but no layer after this one reads a vector for every token"
        message += f"; leave it out, or write {str(needed).lower()}"
        yield Problem(("layers", index, "return_sequences"), message)


def inner_layers_leave_sequences(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        if len(path) > 2 and getattr(layer, "return_sequences", None) is False:
            message = "is false, but residual needs a vector for every token; leave it out"
            yield Problem((*path, "return_sequences"), message)


def layers_are_consistent(layers: Layers) -> Iterator[Problem]:
    for path, layer in walk(layers, "layers"):
        yield from (Problem((*path, option), message) for option, message in layer.problems())


def segments_are_joined(layers: Layers) -> Iterator[Problem]:
    for index, (layer, read) in enumerate(zip(layers, returns_sequences(layers), strict=True)):
        if getattr(layer, "segment", None) is not None and not read:
            message = "returns a vector for each token: add a pool after the layer, or leave segment out"
            yield Problem(("layers", index, "segment"), message)


def something_reads_the_text(layers: Layers, ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if not layers and ngrams is None:
        message = "is empty: add a layer, such as {type: pool}, or an `ngrams` section for a linear model of n-grams"
        yield Problem(("layers",), message)


def ngrams_alone_have_no_network(
    layers: Layers, ngrams: NgramsConfig | None, embedding: EmbeddingConfig, head: Sequence[Layer]
) -> Iterator[Problem]:
    if layers or ngrams is None:
        return
    if embedding.vectors is not None:
        yield Problem(
            ("embedding", "vectors"), "nothing reads the vectors: layers is empty; add a layer or leave it out"
        )
    if head and ngrams.join == "logits":
        message = "nothing reaches the head: layers is empty; leave head out, or set ngrams.join to head"
        yield Problem(("head",), message)
    if ngrams.dropout:
        yield Problem(
            ("ngrams", "dropout"), "is for training a network beside the n-grams, but layers is empty: set it to 0"
        )


def head_hears_the_ngrams(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and ngrams.join == "head" and ngrams.dropout == 1:
        message = (
            "is 1: the head would never see the n-grams while it is trained; with join: head, use less, such as 0.5"
        )
        yield Problem(("ngrams", "dropout"), message)


def words_have_pieces(ngrams: NgramsConfig | None, tokenizer: TokenizerConfig) -> Iterator[Problem]:
    if ngrams is None or not ngrams.words:
        return
    if isinstance(tokenizer, WordTokens):
        message = "every token of tokenizer.type word is a word already: set it to false"
        yield Problem(("ngrams", "words"), message)
    if isinstance(tokenizer, CharTokens) and (tokenizer.ngram > 1 or tokenizer.stride > 1):
        message = (
            "words cannot be put together from runs of characters (tokenizer.ngram or tokenizer.stride above 1): set "
            "it to false"
        )
        yield Problem(("ngrams", "words"), message)


def orders_differ(ngrams: NgramsConfig | None) -> Iterator[Problem]:
    if ngrams is not None and len(set(ngrams.orders)) < len(ngrams.orders):
        yield Problem(("ngrams", "orders"), f"names a length twice: {ngrams.orders}")


def one_vector_is_left(layers: Layers) -> Iterator[Problem]:
    if not layers:
        return
    readers = [(index, layer) for index, layer in enumerate(layers) if layer.reads]
    if not readers:
        yield Problem(("layers",), "nothing makes one vector of a text: add a recurrent layer or a pool")
    elif readers[-1][1].leaves == "tokens" and not any(layer.leaves == "text" for _, layer in readers):
        index, layer = readers[-1]
        message = f"{layer.short_name} returns a vector for each token; add a recurrent layer or a pool after it"
        yield Problem(("layers", index), message)


def windows_fit_the_longest_text(tokenizer: TokenizerConfig, layers: Layers) -> Iterator[Problem]:
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
                    "what the pooling before it leaves of the longest text "
                    f"(tokenizer.max_tokens: {tokenizer.max_tokens})"
                )
            yield Problem((*path, layer.window), f"expected at most {length}, {here}; found {window}")
            return
        length = layer.tokens_after(length)


def a_batch_holds_the_longest_text(tokenizer: TokenizerConfig, training: TrainingConfig) -> Iterator[Problem]:
    if training.batch_tokens is not None and training.batch_tokens < tokenizer.max_tokens:
        message = (
            f"expected at least {tokenizer.max_tokens}, the length of the longest text (tokenizer.max_tokens); "
            f"found {training.batch_tokens}"
        )
        yield Problem(("training", "batch_tokens"), message)


def early_stopping_has_validation(data: DataConfig, training: TrainingConfig) -> Iterator[Problem]:
    if training.early_stopping is not None and data.validation == 0 and data.folds is None:
        message = (
            "needs validation texts, but data.validation is 0: set training.early_stopping to null, or keep some texts"
        )
        yield Problem(("training", "early_stopping"), message)


def plateau_has_validation(data: DataConfig, training: TrainingConfig) -> Iterator[Problem]:
    if isinstance(training.schedule, PlateauSchedule) and data.validation == 0 and data.folds is None:
        message = (
            "plateau needs validation texts, but data.validation is 0: choose another schedule, or keep some texts"
        )
        yield Problem(("training", "schedule"), message)


def nesterov_has_momentum(training: TrainingConfig) -> Iterator[Problem]:
    if isinstance(training.optimizer, Sgd) and training.optimizer.nesterov and not training.optimizer.momentum:
        message = "does nothing without momentum: set training.optimizer.momentum, such as 0.9"
        yield Problem(("training", "optimizer", "nesterov"), message)


CHECKS: tuple[Check, ...] = (
    shares_leave_training_texts,
    shares_are_numbers,
    a_fold_is_one_of_the_folds,
    folds_are_of_the_training_texts,
    text_and_label_are_two,
    a_group_is_neither_text_nor_label,
    vocabulary_holds_more_than_special_tokens,
    ngrams_leave_no_gaps,
    readers_have_a_sequence,
    return_sequences_fits_the_next_layer,
    inner_layers_leave_sequences,
    layers_are_consistent,
    segments_are_joined,
    something_reads_the_text,
    ngrams_alone_have_no_network,
    head_hears_the_ngrams,
    words_have_pieces,
    orders_differ,
    one_vector_is_left,
    windows_fit_the_longest_text,
    a_batch_holds_the_longest_text,
    early_stopping_has_validation,
    plateau_has_validation,
    nesterov_has_momentum,
)
