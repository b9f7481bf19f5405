"""Trie lookups from many positions of an array of characters in parallel."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from seqclf.text.graph.selection import places_of, selected
from seqclf.text.graph.tables import MISSING, table
from seqclf.text.trie import CHARACTER_BITS, ROOT, Trie


class GraphTrie(tf.Module):
    """A ``Trie`` in the graph. Positions and ends are indices into a flat array of code points, ``int32 [n]``."""

    def __init__(self, trie: Trie) -> None:
        super().__init__(name="trie")
        # A table cannot be empty; no step looks up -1.
        self._edges = table("edges", np.append(trie.edges, -1), np.append(trie.children, MISSING))
        self._values = tf.constant(trie.values)

    def value(self, nodes: tf.Tensor) -> tf.Tensor:
        """Value of the string that ends at each node, ``MISSING`` for ``MISSING``; ``int32 [n]``."""
        found = tf.gather(self._values, tf.maximum(nodes, ROOT))
        return tf.where(nodes == MISSING, MISSING, found)

    def step(self, nodes: tf.Tensor, characters: tf.Tensor) -> tf.Tensor:
        """Advance by one character: ``int64 [n]`` nodes, none ``MISSING``, and ``int32 [n]`` -> ``int64 [n]``."""
        return self._edges.lookup(nodes * (1 << CHARACTER_BITS) + tf.cast(characters, tf.int64))

    def windows(self, characters: tf.Tensor, starts: tf.Tensor, ends: tf.Tensor) -> tf.Tensor:
        """Value of the string that spans each window exactly, else ``MISSING``; ``int32 [windows]``."""

        def going(place: tf.Tensor, live: tf.Tensor, nodes: tf.Tensor) -> tf.Tensor:
            return tf.size(live) > 0

        def further(place: tf.Tensor, live: tf.Tensor, nodes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            here = tf.gather(starts, live) + place
            reached = self.step(tf.gather(nodes, live), tf.gather(characters, here))
            nodes = tf.tensor_scatter_nd_update(nodes, tf.expand_dims(live, 1), reached)
            return place + 1, selected(live, (reached != MISSING) & (here + 1 < tf.gather(ends, live))), nodes

        live = tf.range(tf.size(starts))
        nodes = tf.fill(tf.shape(starts), tf.constant(ROOT, tf.int64))
        shapes = (tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape([None]))
        _, _, nodes = tf.while_loop(going, further, (0, live, nodes), shape_invariants=shapes)
        return self.value(nodes)

    def longest(self, characters: tf.Tensor, ends: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The longest string that starts at each position and does not extend beyond its end.

        ``int32 [n]`` lengths, 0 where no string starts, and ``int32 [n]`` values.
        """

        def going(length: tf.Tensor, live: tf.Tensor, *_: tf.Tensor) -> tf.Tensor:
            return tf.size(live) > 0

        def further(
            length: tf.Tensor, live: tf.Tensor, nodes: tf.Tensor, lengths: tf.Tensor, numbers: tf.Tensor
        ) -> tuple[tf.Tensor, ...]:
            reached = self.step(nodes, tf.gather(characters, live + length))
            value = self.value(reached)
            whole = value != MISSING
            found = tf.where(whole)
            places, length = tf.gather(live, found), length + 1
            lengths = tf.tensor_scatter_nd_update(lengths, places, tf.fill(tf.shape(found)[:1], length))
            numbers = tf.tensor_scatter_nd_update(numbers, places, tf.gather_nd(value, found))
            goes_on = places_of((reached != MISSING) & (live + length < tf.gather(ends, live)))
            return length, tf.gather(live, goes_on), tf.gather(reached, goes_on), lengths, numbers

        count = tf.size(characters)
        nowhere = tf.fill([count], MISSING)
        nodes = tf.fill([count], tf.constant(ROOT, tf.int64))
        shape = tf.TensorShape([None])
        *_, lengths, numbers = tf.while_loop(
            going,
            further,
            (0, tf.range(count), nodes, tf.zeros([count], tf.int32), nowhere),
            shape_invariants=(tf.TensorShape([]), shape, shape, shape, shape),
        )
        return lengths, numbers


def reached(begins: tf.Tensor, following: tf.Tensor) -> tf.Tensor:
    """Positions reached, ``bool [n]``, by moving from each start repeatedly to the following position.

    ``following`` (``int32 [n]``) is greater than the position; ``n`` or more ends the path. Each iteration doubles the
    distance (pointer jumping).
    """
    count = tf.size(following)
    nowhere = tf.concat([tf.minimum(following, count), [count]], axis=0)

    def going(found: tf.Tensor, jump: tf.Tensor) -> tf.Tensor:
        return tf.reduce_any(jump < count)

    def further(found: tf.Tensor, jump: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        here = tf.where(found)
        found = tf.tensor_scatter_nd_update(found, tf.gather(jump, here), tf.gather_nd(found, here))
        return found, tf.gather(jump, jump)

    shape = tf.TensorShape([None])
    found, _ = tf.while_loop(
        going, further, (tf.concat([begins, [False]], axis=0), nowhere), shape_invariants=(shape, shape)
    )
    return found[:-1]
