"""The replicas of a training step: each computes a part of every batch, and their results are added up.

While a step is traced, ``current()`` says which replica this is and how many there are. What a batch is divided by, and
statistics over its texts, must be those of the whole batch: ``total`` adds up what the replicas have. Alone, nothing is
added, and the graph of a step is the same as without this module. TensorFlow is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import tensorflow as tf


class Replicas(Protocol):
    """All replicas, as one of them sees them."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def index(self) -> int:
        """Which one this is, from 0."""

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The sums over all replicas, of the same shapes and dtypes; every replica must call it in the same order."""


class Alone:
    """The only replica."""

    count = 1
    index = 0

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        return list(tensors)


ALONE = Alone()
_current: ContextVar[Replicas] = ContextVar("replicas", default=ALONE)


def current() -> Replicas:
    """The replicas of the step that is being traced; ``ALONE`` outside a step."""
    return _current.get()


@contextmanager
def among(replicas: Replicas) -> Iterator[None]:
    """While a step is traced: ``current()`` is ``replicas``."""
    before = _current.set(replicas)
    try:
        yield
    finally:
        _current.reset(before)


def total(*tensors: tf.Tensor) -> list[tf.Tensor]:
    """The sums of ``float32`` tensors over all replicas, through which gradients go.

    A change of one replica's number changes the sum that all replicas use, so the gradient of a number is the sum of
    the gradients that all of them have for the sum.
    """
    replicas = current()
    if replicas.count == 1:
        return list(tensors)
    import tensorflow as tf

    @tf.custom_gradient  # type: ignore[misc,untyped-decorator,unused-ignore]
    def summed(*values: tf.Tensor) -> tuple[list[tf.Tensor], object]:
        return replicas.sum(values), lambda *gradients: replicas.sum(gradients)

    sums: list[tf.Tensor] = summed(*tensors)
    return sums


def part_of_mean(values: tf.Tensor) -> tf.Tensor:
    """What this replica's values add to the mean over the values of all replicas, ``float32 []``; alone, the mean.

    Args:
        values: ``float32 [any]``; other replicas may have other numbers of values, also none.
    """
    import tensorflow as tf

    if current().count == 1:
        return tf.reduce_mean(values)
    count = total(tf.cast(tf.size(values), tf.float32))[0]
    return tf.reduce_sum(values) / count


def own_rows(tensor: tf.Tensor) -> tf.Tensor:
    """The rows that belong to this replica: those of its index, and every ``count``-th after it."""
    replicas = current()
    return tensor if replicas.count == 1 else tensor[replicas.index :: replicas.count]


def all_rows(tensors: Sequence[tf.Tensor], rows: int) -> list[tf.Tensor]:
    """The ``rows`` rows of all replicas, from each one's own (``own_rows``): ``float32 [rows, any]`` each."""
    replicas = current()
    if replicas.count == 1:
        return list(tensors)
    import tensorflow as tf

    own_places = list(range(replicas.index, rows, replicas.count))
    places = tf.reshape(tf.constant(own_places, tf.int32), [-1, 1])
    return replicas.sum([tf.scatter_nd(places, own, [rows, own.shape[1]]) for own in tensors])
