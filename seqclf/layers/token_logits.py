"""The output layer of a language model whose weights are not those of its embedding."""

from __future__ import annotations

from typing import Any

import keras

from seqclf.layers.recurrent import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class TokenLogits(keras.layers.Layer):
    """``x W^T + b``: ``float32 [batch, time, features]`` to ``[batch, time, tokens]``.

    ``W`` has a row for each token (``kernel``, ``[tokens, features]``), so that a sampled softmax reads only some rows.
    """

    def __init__(self, tokens: int, *, kernel_initializer: Any = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tokens = tokens
        self.supports_masking = True  # the padding of vectors has logits, too, which nobody reads
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight((self.tokens, input_shape[-1]), self.kernel_initializer, name="kernel")
        self.bias = self.add_weight((self.tokens,), "zeros", name="bias")

    def call(self, x: Any) -> Any:
        return keras.ops.matmul(x, keras.ops.transpose(self.kernel)) + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (*input_shape[:-1], self.tokens)

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "tokens": self.tokens, "kernel_initializer": initializer}
