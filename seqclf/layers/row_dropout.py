"""Dropout of whole rows of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from seqclf.layers.recurrent import PACKAGE


@keras.saving.register_keras_serializable(PACKAGE)
class RowDropout(keras.layers.Layer):
    """Drops token ids from a training step (Gal & Ghahramani 2016, section 4): the vectors of a dropped id are zero
    everywhere in the batch, those of the others are divided by ``1 - rate``. At inference it changes nothing.

    From ``[vectors, token_ids]``, ``float32 [batch, time, dim]`` and ``int32 [batch, time]``, to new vectors.

    Args:
        rate: fraction of the ids that are dropped.
        rows: number of ids.
        seed: of the random choice of ids.
    """

    is_only_for_training = True  # ``plain`` leaves it out

    def __init__(self, rate: float, rows: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate, self.rows, self.seed = rate, rows, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs: Sequence[Any], training: bool = False) -> Any:
        vectors, token_ids = inputs
        if not training or not self.rate:
            return vectors
        # A number for each id, not a table of vectors: the embedding's gradient stays one of a few rows.
        kept = keras.random.dropout(keras.ops.ones((self.rows, 1)), self.rate, seed=self.seed_generator)
        return vectors * keras.ops.take(kept, token_ids, axis=0)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rate": self.rate, "rows": self.rows, "seed": self.seed}
