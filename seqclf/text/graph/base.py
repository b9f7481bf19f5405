"""Base classes of the TensorFlow operators of all kinds of tokenizers: texts to token ids, and token ids to texts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeAlias

import tensorflow as tf

from seqclf.text.graph.normal_form import Speller
from seqclf.text.normal_form import NormalForm
from seqclf.text.tokenizer import Tokenizer
from seqclf.token_ids import PAD_ID

State: TypeAlias = Any
"""Nested tuples of tensors, ``[batch]`` each."""


class TokenIds(tf.Module):
    """The token ids of texts.

    A kind is a subclass in a module of ``seqclf.text.graph.kinds`` that has the name of the kind. It is created with
    the tokenizer, and uses only core TensorFlow operators.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__(name=tokenizer.kind)

    @abstractmethod
    def __call__(self, text: tf.Tensor) -> tf.RaggedTensor:
        """Ids of texts of any bytes: ``tf.string [batch]`` -> ragged ``int32 [batch, (ids)]``; a text may have none."""


class TokenTexts(tf.Module):
    """The texts of token ids: the operators of a ``Decoder`` for each row of a batch.

    A kind is a subclass in the module of its ``TokenIds``. The methods mean what those of ``Decoder`` do; the state
    that a decoder keeps to itself is passed from one to the next.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Raises ``InputError`` if tokens of this kind have no text."""
        super().__init__(name=f"{tokenizer.kind}_texts")
        self._unknown_id = tokenizer.unknown_id
        self._usable = tf.constant(tokenizer.decoder().usable)
        self._one_add: Any = None

    @abstractmethod
    def start(self, rows: tf.Tensor) -> State:
        """The state before the first token, for ``int32 []`` rows."""

    def add(self, state: State, token_ids: tf.Tensor) -> tuple[tf.Tensor, State]:
        """The text that is complete with these tokens, ``int32 [batch]`` -> ``tf.string [batch]``, and the state
        after them. Padding adds nothing."""
        if self._one_add is None:
            self._one_add = shared(self._add, like(state), tf.TensorSpec([None], tf.int32))
        text, after = self._one_add(state, token_ids)
        return text, after

    def _add(self, state: State, token_ids: tf.Tensor) -> tuple[tf.Tensor, State]:
        text, after = self._added(state, token_ids)
        is_token = token_ids != PAD_ID
        return tf.where(is_token, text, ""), choose(is_token, after, state)

    def finish(self, state: State) -> tf.Tensor:
        """The rest of each text, ``tf.string [batch]``."""
        return tf.fill(tf.shape(tf.nest.flatten(state)[0])[:1], "")

    def complete(self, state: State) -> tf.Tensor:
        """Which texts may end here, ``bool [batch]``."""
        return tf.fill(tf.shape(tf.nest.flatten(state)[0])[:1], True)

    def allowed(self, state: State) -> tf.Tensor:
        """Which ids may come next, ``bool [batch, vocabulary]`` or ``bool [1, vocabulary]``."""
        return self._usable[tf.newaxis]

    @abstractmethod
    def _added(self, state: State, token_ids: tf.Tensor) -> tuple[tf.Tensor, State]:
        """``add`` for tokens, known and unknown. Padding must give some text and state, which nobody reads."""


def shared(call: Callable[..., Any], *signature: Any) -> Callable[..., Any]:
    """A function that is one part of the graph, however often it is called: copies would make the graph large."""
    options = {"input_signature": signature, "autograph": False, "experimental_attributes": {"_noinline": True}}
    function: Callable[..., Any] = tf.function(call, **options)
    return function


def like(state: State) -> Any:
    """The types of the tensors of a state, for batches of any size."""
    return tf.nest.map_structure(lambda one: tf.TensorSpec([None], one.dtype), state)


def choose(rows: tf.Tensor, state: State, other: State) -> State:
    """``state`` for ``rows``, ``bool [batch]``, and ``other`` for the rest."""
    return tf.nest.map_structure(lambda one, two: tf.where(rows, one, two), state, other)


def speller_of(form: NormalForm, *, lowercase: bool) -> Speller | None:
    """The operators of ``seqclf.text.normal_form.speller``; None for texts that are not normalised."""
    return None if form == "none" else Speller(form, lowercase=lowercase)
