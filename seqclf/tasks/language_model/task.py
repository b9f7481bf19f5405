"""Language modelling as a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import TrainingData
from seqclf.data.windows import Windows
from seqclf.metrics.language_model import LanguageModelMetrics
from seqclf.model.language_model import build_language_model
from seqclf.replicas import total
from seqclf.tasks.base import Sums, Task
from seqclf.tasks.language_model.forward import Read, WindowForward
from seqclf.tasks.language_model.softmax import SampledSoftmax, token_losses
from seqclf.tasks.language_model.validation import SIGNATURE, PerplexityValidator
from seqclf.token_ids import PAD_ID


@dataclass(frozen=True)
class LanguageModel(Task):
    """Trains the logits of ``build_language_model``.

    Attributes:
        end_id: id of the end of a text, after all ids of the tokenizer.
        streams: rows of a training batch.
        sampled: the softmax of training; None: over the whole vocabulary.
    """

    config: Config
    end_id: int
    streams: int
    sampled: SampledSoftmax | None = None
    shows_accuracy: bool = False
    shows_perplexity: bool = True
    notes: tuple[str, ...] = ()
    options: LanguageModelTask = field(init=False)

    def __post_init__(self) -> None:
        assert isinstance(self.config.task, LanguageModelTask)
        object.__setattr__(self, "options", self.config.task)

    @classmethod
    def of(cls, config: Config, data: TrainingData) -> LanguageModel:
        """The task of a config, for its training texts."""
        options, train, end_id = config.task, data.train, data.tokenizer.vocabulary_size
        assert isinstance(options, LanguageModelTask)
        streams = Windows.of_training(train, config, end_id).streams
        sampled = None
        if options.sampled is not None:
            counts = np.append(train.counts(end_id), len(train))
            sampled = SampledSoftmax(counts, options.sampled)
        notes = [f"read in {streams} streams, {options.window} tokens a step"]
        if options.sampled is not None:
            notes.append("the training loss is of the sampled softmax, that of validation of the whole one")
        return cls(config, end_id, streams, sampled, notes=tuple(notes))

    def model(
        self,
        config: Config,
        data: TrainingData,
        *,
        vectors: Mapping[int, NDArray[np.float32]] | None = None,
        tokens: int | None = None,
    ) -> keras.Model:
        return build_language_model(config, self.end_id + 1, vectors=vectors, tokens=tokens)

    def batches(self, texts: EncodedTexts, config: Config, *, training: bool) -> Windows:
        of = Windows.of_training if training else Windows.of_evaluation
        return of(texts, config, self.end_id)

    def carried(self, model: keras.Model) -> list[keras.Variable]:
        return [
            keras.Variable(tf.zeros([self.streams, state.shape[1]]), trainable=False, name=state.name)
            for state in model.inputs[1:]
        ]

    def forward(self, model: keras.Model, carried: Sequence[keras.Variable] = ()) -> WindowForward:
        return WindowForward(model, self.config, carried)

    def signature(self, model: keras.Model) -> list[tf.TensorSpec]:
        return list(SIGNATURE)

    def sums(self, forward: WindowForward, batch: Sequence[tf.Tensor]) -> Sums:
        token_ids, targets, starts, seed = batch
        read = forward(token_ids, starts)
        places = tf.where(tf.reshape(targets, [-1]) != PAD_ID)[:, 0]
        vectors = tf.gather(tf.reshape(read.hidden, [-1, read.hidden.shape[-1]]), places)
        wanted = tf.gather(tf.reshape(targets, [-1]), places)
        if self.sampled is None:
            kernel, bias = map(tf.convert_to_tensor, forward.output)
            losses = token_losses(tf.matmul(vectors, kernel, transpose_b=True) + bias, wanted)
        else:
            losses = self.sampled.losses(vectors, wanted, forward.output, seed)
        tokens = tf.cast(tf.size(wanted), tf.float32)
        penalised = self.options.activation_penalty or self.options.change_penalty
        penalty = (total(tokens)[0] if penalised else tokens) * self._penalty(read, token_ids)
        return Sums(tf.reduce_sum(losses), tokens, tf.constant(0, tf.int64), penalty=penalty)

    def _penalty(self, read: Read, token_ids: tf.Tensor) -> tf.Tensor:
        """The penalties on activations, ``float32 []`` (Merity et al. 2018, section 4.6); of several replicas, the part
        of this one."""
        real = tf.cast(token_ids != PAD_ID, tf.float32)
        penalty = tf.constant(0.0)
        if self.options.activation_penalty:
            penalty += self.options.activation_penalty * _mean_square(read.hidden, real)
        if self.options.change_penalty:
            changes = read.recurrent[:, 1:] - read.recurrent[:, :-1]
            penalty += self.options.change_penalty * _mean_square(changes, real[:, 1:])
        return penalty

    def validator(self, model: keras.Model) -> PerplexityValidator:
        return PerplexityValidator(model)

    @property
    def metrics(self) -> type[LanguageModelMetrics]:
        return LanguageModelMetrics


def _mean_square(values: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
    """Mean of the squared entries of ``values`` (``[batch, time, features]``) where ``real`` (``[batch, time]``) is 1;
    of several replicas, what this one adds to the mean over all."""
    squares = tf.reduce_sum(tf.reduce_mean(tf.square(values), axis=-1) * real)
    return tf.math.divide_no_nan(squares, total(tf.reduce_sum(real))[0])
