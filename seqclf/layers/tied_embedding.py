"""An embedding whose vectors are the weights of the output layer, too."""

from __future__ import annotations

from typing import Any

import keras

from seqclf.layers.recurrent import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class TiedEmbedding(keras.layers.Embedding):
    """``keras.layers.Embedding`` that also maps vectors to the logits of tokens (Press & Wolf 2017).

    ``layer(token_ids)`` gives vectors, ``float32 [batch, time, dim]``; ``layer(vectors, reverse=True)`` gives
    ``vectors E^T + b``, ``float32 [batch, time, tokens]``, with the vectors ``E`` of all tokens and a bias ``b``.

    Args:
        trainable: whether training changes the vectors. It always changes the bias: without it, the output layer could
            not learn how frequent each token is.
    """

    def __init__(self, *args: Any, trainable: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trains_vectors = trainable
        self.supports_masking = True  # the padding of vectors has logits, too, which nobody reads

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        self._embeddings.trainable = self.trains_vectors
        self.output_bias = self.add_weight((self.input_dim,), "zeros", name="output_bias")

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()
        return config | {"trainable": self.trains_vectors}

    def save_own_variables(self, store: Any) -> None:
        keras.layers.Layer.save_own_variables(self, store)  # Embedding's own saves nothing but the vectors

    def load_own_variables(self, store: Any) -> None:
        keras.layers.Layer.load_own_variables(self, store)

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            return super().call(inputs)
        return keras.ops.matmul(inputs, keras.ops.transpose(self.embeddings)) + self.output_bias

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            return super().compute_output_spec(inputs)
        return keras.KerasTensor((*inputs.shape[:-1], self.input_dim), self.compute_dtype)
