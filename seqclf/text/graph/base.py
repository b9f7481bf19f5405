"""Base class of the TensorFlow operators of all kinds of tokenizers."""

from __future__ import annotations

from abc import abstractmethod

import tensorflow as tf

from seqclf.text.graph.normal_form import Speller
from seqclf.text.normal_form import NormalForm
from seqclf.text.tokenizer import Tokenizer


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


def speller_of(form: NormalForm, *, lowercase: bool) -> Speller | None:
    """The operators of ``seqclf.text.normal_form.speller``; None for texts that are not normalised."""
    return None if form == "none" else Speller(form, lowercase=lowercase)
