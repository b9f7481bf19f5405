"""A trie over code points, to find n-grams and subwords in arrays of characters."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

ROOT, MISSING = 0, -1
CHARACTER_BITS = 21  # enough for every code point
_CODE_POINTS = 0x110000
_DENSE = 1 << 22  # maximum number of entries in the dense table: 16 MB


class Trie:
    """A trie as arrays.

    Attributes:
        edges: for each node but the root, ``parent << CHARACTER_BITS | code point``, ascending; ``int64 [nodes - 1]``.
        children: the child node of each edge; ``int64 [nodes - 1]``.
        values: for each node, the value of the string that ends there, else ``MISSING``; ``int32 [nodes]``.
    """

    def __init__(self, strings: Iterable[tuple[str, int]]) -> None:
        """``strings``: pairs of string and value, from 0; the last of equal strings wins."""
        nodes: dict[int, int] = {}
        values = [MISSING]
        for string, value in strings:
            node = ROOT
            for character in string:
                edge = node << CHARACTER_BITS | ord(character)
                node = nodes.setdefault(edge, len(values))
                if node == len(values):
                    values.append(MISSING)
            values[node] = value
        edges = np.fromiter(nodes, np.int64, len(nodes))
        order = np.argsort(edges)
        self.edges = edges[order]
        self.children = np.fromiter(nodes.values(), np.int64, len(nodes))[order]
        self.values = np.array(values, np.int32)
        self._dense = self._table()

    def step(self, nodes: NDArray[np.int64], characters: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Advance each node by one character; from ``MISSING``, and if no string continues so, to ``MISSING``."""
        if self._dense is not None:
            table, columns = self._dense
            return table[nodes, columns[characters]]
        if not len(self.edges):
            return np.full_like(nodes, MISSING)
        wanted = nodes << CHARACTER_BITS | characters
        places = np.minimum(np.searchsorted(self.edges, wanted), len(self.edges) - 1)
        return np.where(self.edges[places] == wanted, self.children[places], MISSING)

    def _table(self) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """A table from node and column to node, and one from character to column; None if it would be too large."""
        characters, columns = np.unique(self.edges & ((1 << CHARACTER_BITS) - 1), return_inverse=True)
        # The last row is for MISSING, the last column for characters that are in no string.
        shape = (len(self.values) + 1, len(characters) + 1)
        if shape[0] * shape[1] > _DENSE:
            return None
        table = np.full(shape, MISSING, np.int64)
        table[self.edges >> CHARACTER_BITS, columns] = self.children
        of_character = np.full(_CODE_POINTS, len(characters), np.int64)
        of_character[characters] = np.arange(len(characters))
        return table, of_character
