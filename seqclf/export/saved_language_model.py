"""Export a SavedModel of a language model: tokenizer, model and decoder in one graph of TensorFlow's own operators."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import keras
import tensorflow as tf

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.export.graph_prompts import GraphPrompts, Prompts
from seqclf.export.graph_reader import GraphReader
from seqclf.export.graph_samplers import Sampling, drawn, most_probable
from seqclf.export.graph_scores import token_log_probabilities
from seqclf.export.input_names import input_names
from seqclf.export.saved_model import graph_tokenizer, save
from seqclf.export.signature_inputs import SignatureInput, with_inputs
from seqclf.generation.generator import TEMPERATURE, TOKENS
from seqclf.text.graph.base import State
from seqclf.text.tokenizer import Tokenizer
from seqclf.token_ids import PAD_ID

END_PIECE = "[END]"
"""What the end of a text is called where tokens have names."""

_NO_LIMIT = 2**31 - 1


class _Loop(NamedTuple):
    """The variables of the decoding loop: vectors of the last tokens, ``float32 [batch, features]``, and what else is
    known after them."""

    place: tf.Tensor
    hidden: tf.Tensor
    states: list[tf.Tensor]
    decoder: State
    text: tf.Tensor
    tokens: tf.Tensor
    ended: tf.Tensor


class TextGenerator(tf.Module):  # type: ignore[misc]
    """The exported module of a model that reads texts forward. Signatures:

    ``serving_default``: ``text`` (``tf.string [batch]``), the beginning of each text -> ``text`` (``tf.string
    [batch]``), what comes after it, with the most probable token each time, and ``tokens`` (``tf.int32 [batch]``), the
    number of its tokens; ``sample``: the same with random tokens, from the inputs of ``Sampling`` (``[batch]`` each,
    with defaults).

    A text ends where the model ends it, or after ``tokens`` tokens. It follows the rules of
    ``seqclf.generation.loop``: no padding, no unknown tokens, no incomplete characters.
    """

    def __init__(self, reader: GraphReader, tokenizer: Tokenizer, tokens: int) -> None:
        super().__init__(name="generator")
        self._reader, self._prompts, self._tokens = reader, GraphPrompts(tokenizer), tokens
        self.generate = tf.function(self._generate, [tf.TensorSpec([None], tf.string, name="text")], autograph=False)
        self.sample = with_inputs(
            self._sample,
            [
                SignatureInput("text", tf.string),
                SignatureInput("temperature", tf.float32, tf.constant([TEMPERATURE])),
                SignatureInput("top_k", tf.int32, tf.constant([0])),
                SignatureInput("top_p", tf.float32, tf.constant([1.0])),
                SignatureInput("seed", tf.int64, tf.constant([0], tf.int64)),
            ],
        )

    def _generate(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._continued(text, None)

    def _sample(self, text: tf.Tensor, *options: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._continued(text, Sampling(*(tf.broadcast_to(one, tf.shape(text)) for one in options)).checked())

    def _continued(self, text: tf.Tensor, sampling: Sampling | None) -> dict[str, tf.Tensor]:
        """The texts after prompts; ``sampling`` None: with the most probable tokens."""
        prompts = self._prompts.read(text)
        uniform = None if sampling is None else sampling.uniform(self._tokens)
        may_be_empty = tf.reduce_any(prompts.ids != PAD_ID, axis=1)  # a text has a token, here or in the prompt

        def going(loop: _Loop) -> tf.Tensor:
            return (loop.place < self._tokens) & ~tf.reduce_all(loop.ended)

        def further(loop: _Loop) -> tuple[_Loop]:
            logits = self._possible(loop, may_be_empty | (loop.place > 0))
            if sampling is None or uniform is None:
                token = most_probable(logits)
            else:
                token = drawn(logits, sampling, uniform[:, loop.place])
            return (self._with_token(loop, token),)

        (loop,) = tf.while_loop(going, further, (self._after(prompts),))
        generated = loop.text + self._prompts.texts.finish(loop.decoder)
        return {"text": self._prompts.rest(prompts, generated), "tokens": loop.tokens}

    def _after(self, prompts: Prompts) -> _Loop:
        """The loop's variables after the prompts."""
        texts = tf.shape(prompts.ids)[0]
        read = tf.concat([tf.fill([texts, 1], self._reader.end_id), prompts.ids], axis=1)
        hidden, states = self._reader.read(read, self._reader.start(texts))
        last = tf.reduce_sum(tf.cast(read != PAD_ID, tf.int32), axis=1) - 1
        return _Loop(
            tf.constant(0),
            tf.gather(hidden, last, batch_dims=1),
            states,
            prompts.state,
            tf.fill([texts], ""),
            tf.fill([texts], 0),
            tf.fill([texts], False),
        )

    def _possible(self, loop: _Loop, has_token: tf.Tensor) -> tf.Tensor:
        """The logits of the next token, ``-inf`` where it is not allowed; a text without any possible token ends."""
        texts = self._prompts.texts
        logits = self._reader.logits(loop.hidden)
        may_end = texts.complete(loop.decoder) & has_token
        allowed = texts.allowed(loop.decoder)
        may_end |= ~tf.reduce_any(allowed, axis=1)
        allowed = tf.broadcast_to(allowed, [tf.size(may_end), self._reader.end_id])
        return tf.where(tf.concat([allowed, may_end[:, tf.newaxis]], axis=1), logits, -float("inf"))

    def _with_token(self, loop: _Loop, token: tf.Tensor) -> _Loop:
        """The loop's variables after one more token of each text that has not ended."""
        ended = loop.ended | (token == self._reader.end_id)
        text, decoder = self._prompts.texts.add(loop.decoder, tf.where(ended, PAD_ID, token))
        hidden, states = self._reader.read(tf.where(ended, self._reader.end_id, token)[:, tf.newaxis], loop.states)
        tokens = loop.tokens + tf.cast(~ended, tf.int32)
        return _Loop(loop.place + 1, hidden[:, 0], states, decoder, loop.text + text, tokens, ended)


class TextScorer(tf.Module):  # type: ignore[misc]
    """The exported module that scores texts. Signature ``score``: ``text`` (``tf.string [batch]``; with several
    columns, an input for each) -> for each token, in the order of the text, and for its end:

    ``log_probabilities`` (``tf.float32 [batch, time]``, in nats, 0 for padding), ``pieces`` (``tf.string [batch,
    time]``, their names in the vocabulary, "" for padding) and ``token_ids`` (``tf.int32 [batch, time]``); ``lengths``
    (``tf.int32 [batch]``), their number; ``sum`` (``tf.float32 [batch]``), the log-probability of the whole text.
    """

    def __init__(self, reader: GraphReader, tokenizer: Tokenizer, *, backward: bool) -> None:
        super().__init__(name="scorer")
        self._reader, self._backward = reader, backward
        self.tokenizer = graph_tokenizer(tokenizer, max_tokens=_NO_LIMIT, truncate="tail")
        self._pieces = tf.constant([b"", *(one.encode("utf-8") for one in (*tokenizer.pieces[1:], END_PIECE))])
        inputs = list(input_names(tokenizer.columns).values()) or ["text"]
        self.score = tf.function(
            self._score, [tf.TensorSpec([None], tf.string, name=name) for name in inputs], autograph=False
        )

    def _score(self, *text: tf.Tensor) -> dict[str, tf.Tensor]:
        token_ids = self.tokenizer(*text)
        found, lengths = token_log_probabilities(self._reader, token_ids, backward=self._backward)
        is_end = tf.range(tf.shape(found)[1]) == lengths[:, tf.newaxis] - 1
        token_ids = tf.where(is_end, self._reader.end_id, tf.pad(token_ids, [[0, 0], [0, 1]], constant_values=PAD_ID))
        return {
            "log_probabilities": found,
            "pieces": tf.gather(self._pieces, token_ids),
            "token_ids": token_ids,
            "lengths": lengths,
            "sum": tf.reduce_sum(found, axis=1),
        }


class SavedLanguageModel(tf.Module):  # type: ignore[misc]
    """The exported module: a ``TextScorer``, and a ``TextGenerator`` if the model reads texts forward."""

    def __init__(self, model: keras.Model, config: Config, tokenizer: Tokenizer, tokens: int = TOKENS) -> None:
        super().__init__(name="seqclf")
        assert isinstance(config.task, LanguageModelTask)
        self.reader = GraphReader(model, config)
        self.scorer = TextScorer(self.reader, tokenizer, backward=config.task.direction == "backward")
        self.score = self.scorer.score
        self.generator = TextGenerator(self.reader, tokenizer, tokens) if config.task.continues_texts else None
        if self.generator is not None:
            self.generate, self.sample = self.generator.generate, self.generator.sample

    @property
    def signatures(self) -> dict[str, tf.types.experimental.PolymorphicFunction]:
        """The functions to save, by the names of their signatures."""
        generating = {} if self.generator is None else {"serving_default": self.generate, "sample": self.sample}
        return {**generating, "score": self.score}


def export_saved_language_model(
    model: keras.Model, config: Config, tokenizer: Tokenizer, folder: Path, *, tokens: int = TOKENS
) -> None:
    """Write ``folder``, which must not exist; it appears when complete.

    Args:
        tokens: maximum number of tokens of a generated text.
    """
    with tf.device("/CPU:0"):
        module = SavedLanguageModel(model, config, tokenizer, tokens)
        save(module, module.signatures, folder)
