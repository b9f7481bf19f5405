"""Made-up probabilities and labels, and the suspects that cleanlab 2.9.0 finds among them.

cleanlab is not installed for the tests: it brings pandas, with which Keras would then be tested. Its answers are those
of ``filter.find_label_issues`` and ``multilabel_classification.filter.find_multilabel_issues_per_class``, both with
``filter_by="confident_learning"`` and ``return_indices_ranked_by="normalized_margin"``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def single(seed: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities ``[texts, labels]`` and given labels ``[texts]``, of which some are wrong.

    The model overrates some labels, and more so with a larger seed.
    """
    draw = np.random.default_rng([seed, 1])
    texts, labels = 60 + 20 * seed, 2 + seed
    true = draw.integers(0, labels, texts)
    given = np.where(draw.random(texts) < 0.15, draw.integers(0, labels, texts), true)
    given[:labels] = np.arange(labels)
    logits = draw.normal(size=(texts, labels)) + 2 * np.eye(labels)[true] + 0.3 * seed * draw.normal(size=labels)
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True), given


def multi(seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Probabilities of each label and which labels apply, ``[texts, labels]``; some are wrong."""
    draw = np.random.default_rng([seed, 2])
    texts, labels = 80, 4
    true = draw.random((texts, labels)) < 0.3
    given = true ^ (draw.random((texts, labels)) < 0.08)
    logits = draw.normal(size=(texts, labels)) + np.where(true, 1.5, -1.5) + draw.normal(size=labels)
    return 1 / (1 + np.exp(-logits)), given


RANKED: dict[int, list[int]] = {
    0: [11, 49, 41, 0, 30, 56, 50],
    1: [29, 15, 0, 50, 1, 73, 26],
    2: [27, 0, 87, 91, 55, 63, 31, 99, 95, 75, 78, 71, 21, 1, 66, 4, 64, 79, 39, 29, 48, 50, 43, 32, 41],
    3: [0, 70, 20, 8, 103, 39, 82, 84, 27, 77, 62, 98, 9, 19, 3, 43, 73, 21, 57, 61, 105, 25, 81, 59, 32, 65, 54],
    4: [
        38,
        94,
        103,
        48,
        75,
        5,
        108,
        1,
        23,
        71,
        113,
        14,
        46,
        3,
        26,
        22,
        138,
        66,
        30,
        35,
        43,
        34,
        99,
        102,
        53,
        136,
        61,
        9,
        0,
        78,
    ],
    5: [139, 98, 12, 69, 145, 75, 111, 5, 16, 101, 23, 1, 129, 37, 92, 113, 132, 97, 40, 6, 138, 128, 142],
}
"""Places in ``single``, by seed."""

RANKED_BY_LABEL: dict[int, list[list[int]]] = {
    0: [[30, 7, 4, 68, 65, 77, 2, 24], [3, 79, 71], [31, 72, 8, 54, 53, 34], [15, 8, 71, 63]],
    1: [[1, 28], [12, 59, 15, 74, 18, 63, 9], [67, 75], [17, 14, 31, 78, 18, 72]],
    2: [[40, 46, 27], [53, 13, 70, 5], [23, 32, 76, 78, 33, 61, 12, 41, 51], [17]],
}
"""Places in ``multi`` for each label, by seed."""
