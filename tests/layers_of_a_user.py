"""A layer as a user would write it."""

from __future__ import annotations

from typing import Any

import keras


class Scaled(keras.layers.Layer):
    """Multiplies each token's vector by a number and adds a trained vector."""

    def __init__(self, factor: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.offset = self.add_weight((input_shape[-1],), "zeros", name="offset")

    def call(self, x: Any) -> Any:
        return x * self.factor + self.offset

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


class Without:
    """No layer."""


class Pooled(keras.layers.Layer):
    """Returns one vector per text, which is not allowed."""

    def call(self, x: Any) -> Any:
        return keras.ops.mean(x, axis=1)


class Forgetful(keras.layers.Layer):
    """Its ``get_config`` omits its arguments."""

    def __init__(self, size: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def get_config(self) -> dict[str, Any]:
        return super().get_config()


class Kept(keras.layers.Layer):
    """Returns its input."""

    def call(self, x: Any) -> Any:
        return x + 0.0


class Unrolled(keras.layers.Layer):
    """Returns one vector per token; Keras cannot tell how many."""

    def call(self, x: Any) -> Any:
        batch, features = keras.ops.shape(x)[0], x.shape[-1]
        rows = keras.ops.reshape(x, (-1, features))
        return keras.ops.reshape(rows, (batch, keras.ops.shape(rows)[0] // batch, features))
