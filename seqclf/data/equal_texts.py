"""Find equal and linked texts, which must stay in the same split."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from seqclf.sources.texts import NO_GROUP
from seqclf.text.white_space import joined_white_space

_WHITE = bytes(code for code in range(128) if chr(code).isspace())
_TO_SPACE = bytes.maketrans(_WHITE, b" " * len(_WHITE))


def normalised(text: str) -> bytes:
    """The form in which texts are compared: NFC, case-folded, white space collapsed and stripped; UTF-8."""
    if text.isascii():  # the same result, several times faster
        content = text.lower().encode().translate(_TO_SPACE)
        return joined_white_space(content.decode()).encode() if b"  " in content else content.strip(b" ")
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return joined_white_space(folded).encode("utf-8", "surrogatepass")


def text_digest(text: str) -> bytes:
    """8 bytes, equal for texts with the same ``normalised`` form.

    Among 10 million distinct texts, the probability that any two share a digest is 3 in a million.
    """
    return hashlib.blake2b(normalised(text), digest_size=8).digest()


def text_digests(texts: Iterable[str]) -> NDArray[np.uint64]:
    """``text_digest`` of each text, ``uint64 [texts]``."""
    digests = bytearray()
    for text in texts:
        digests += text_digest(text)
    return np.frombuffer(digests, np.uint64)


def joined(texts: NDArray[np.uint64], groups: NDArray[np.uint64] | None) -> NDArray[np.int64] | None:
    """The index of each text's set, ``int64 [texts]``; None if each text is a set by itself.

    Two texts are in the same set if they are equal, in the same group, or linked by a chain of such texts. Sets are
    numbered in the order of their first texts.

    Args:
        texts: digests of the texts, ``uint64 [texts]``.
        groups: digests of their groups, ``uint64 [texts]``, ``NO_GROUP`` for texts without a group.
    """
    if (groups is None or not groups.any()) and _are_distinct(texts):  # a tenth of the memory of what follows
        return None
    sets = np.unique(texts, return_inverse=True)[1]
    if groups is not None and groups.any():
        sets = _linked(sets, groups)
    _, first, sets = np.unique(sets, return_index=True, return_inverse=True)
    if len(first) == len(texts):
        return None
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    numbered: NDArray[np.int64] = rank[sets]
    return numbered


def _are_distinct(texts: NDArray[np.uint64]) -> bool:
    ordered = np.sort(texts)
    return not (ordered[1:] == ordered[:-1]).any()


def _linked(texts: NDArray[np.int64], groups: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Connected components of the graph whose nodes are distinct texts and groups, and whose edges are the rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = np.flatnonzero(groups != NO_GROUP)
    different, of_row = np.unique(groups[rows], return_inverse=True)
    nodes = int(texts.max()) + 1 + len(different)
    edges = (texts[rows], of_row + int(texts.max()) + 1)
    graph = coo_array((np.ones(len(rows), np.bool_), edges), shape=(nodes, nodes))
    components: NDArray[np.int64] = connected_components(graph, directed=False)[1]
    return components[texts]
