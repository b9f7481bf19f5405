"""Split long texts into segments for a recurrent layer (Johnson & Zhang 2016, section 3)."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from seqclf.layers.recurrent import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class Segmented(keras.layers.Layer):
    """Runs a layer over pieces of ``tokens`` tokens, all pieces of all texts as one large batch.

    A text of 500 tokens in segments of 50 takes 50 steps on 10 rows instead of 500 on one. Each segment starts from a
    zero state: no memory crosses its boundaries.

    Input ``float32 [batch, time, features]`` and a mask ``bool [batch, time]``, right padded; output
    ``[batch, time, units]``, zero at masked steps.

    Args:
        layer: a layer of this package with ``return_sequences``, whose outputs are zero at masked steps.
        tokens: length of a segment; the last one of a text may be shorter.
    """

    def __init__(self, layer: keras.layers.Layer, tokens: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer, self.tokens = layer, tokens
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.layer.build((None, None, input_shape[-1]))

    def call(self, x: tf.Tensor, mask: tf.Tensor | None = None, training: bool = False) -> tf.Tensor:
        batch, time = tf.unstack(tf.shape(x)[:2])
        mask = tf.ones([batch, time], tf.bool) if mask is None else tf.cast(mask, tf.bool)
        missing = -time % self.tokens
        segments = tf.reshape(tf.pad(x, [[0, 0], [0, missing], [0, 0]]), [-1, self.tokens, x.shape[-1]])
        real = tf.reshape(tf.pad(mask, [[0, 0], [0, missing]]), [-1, self.tokens])
        # Keras's cuDNN kernels reject a row that is all masked, so the segments after a text's end read one step.
        read = tf.concat([tf.ones_like(real[:, :1]), real[:, 1:]], axis=1)
        outputs = self.layer(segments, mask=read, training=training)
        outputs = tf.where(real[:, :, tf.newaxis], outputs, tf.zeros_like(outputs))
        return tf.reshape(outputs, [batch, time + missing, outputs.shape[-1]])[:, :time]

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:2], self.layer.compute_output_shape(input_shape)[-1])

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        return mask

    def get_config(self) -> dict[str, Any]:
        layer = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": layer, "tokens": self.tokens}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Segmented:
        return cls(keras.saving.deserialize_keras_object(config.pop("layer")), **config)
