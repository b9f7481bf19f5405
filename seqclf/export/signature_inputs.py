"""Named inputs of a SavedModel's signatures, with defaults."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import tensorflow as tf


class SignatureInput(NamedTuple):
    """An input, ``dtype [batch]``.

    Attributes:
        default: the value, ``dtype [1]``, that all texts of a batch have if the input is left out; None: it is needed.
    """

    name: str
    dtype: tf.DType
    default: tf.Tensor | None = None


def with_inputs(call: Callable[..., Any], inputs: Sequence[SignatureInput]) -> Any:
    """A ``tf.function`` of ``call``, which takes a tensor for each input, with their names and defaults.

    Its signature in a SavedModel has the defaults, too: TensorFlow Serving and TensorFlow's C++ library use them for
    inputs that a call leaves out. A signature in Python needs all inputs.
    """

    def function(*tensors: tf.Tensor) -> Any:
        return call(*tensors)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter(one.name, kind, default=inspect.Parameter.empty if one.default is None else one.default)
        for one in inputs
    ]
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    specs = [tf.TensorSpec([None], one.dtype, name=one.name) for one in inputs]
    return tf.function(function, input_signature=specs, autograph=False)
