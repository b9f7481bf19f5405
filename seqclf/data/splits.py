"""Training, validation and test texts from the parts of a source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError


def partition(labels: Sequence[str], *, validation: float, test: float, seed: int) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts; every label is shared out in the same proportions.

    Args:
        labels: label of each text.
        validation: share of all texts for validation, 0 for none.
        test: likewise for the test.
        seed: decides who goes where.
    """
    if validation + test >= 1:
        raise InputError(f"data: validation ({validation}) and test ({test}) leave nothing to train on")
    generator = np.random.default_rng([seed, 0x5B117])
    where = np.zeros(len(labels), dtype=np.int8)
    names = np.asarray(labels, dtype=object)
    for label in sorted(set(labels)):
        members = generator.permutation(np.flatnonzero(names == label))
        for_test = round(test * len(members))
        for_validation = round(validation * len(members))
        where[members[:for_test]] = 2
        where[members[for_test : for_test + for_validation]] = 1
    splits = {name: np.flatnonzero(where == code) for code, name in enumerate(("train", "validation", "test"))}
    for name, share in (("validation", validation), ("test", test)):
        if share and not len(splits[name]):
            counts = f"{len(labels):,} texts with {len(set(labels)):,} labels"
            raise InputError(
                f"data.{name}: {share} of every label's texts is less than one text ({counts}); give more texts or a "
                "larger share, or name another column if those are no labels"
            )
    return splits


def folded(labels: Sequence[str], fold: int, folds: int, *, test: float, seed: int) -> dict[str, NDArray[np.int64]]:
    """Indices of each split, in the order of the texts, the validation texts being one of ``folds`` parts.

    The parts hold as many texts of each label, and as many in all, to within one; each text outside of the test is in
    exactly one of them. The test texts are those of ``partition`` at the same seed.

    Args:
        labels: label of each text.
        fold: which part validates, from 1.
        test: share of all texts for the test, 0 for none.
        seed: decides who goes where.

    Raises:
        InputError: a label has fewer texts than there are folds.
    """
    in_test = partition(labels, validation=0.0, test=test, seed=seed)["test"]
    left = np.setdiff1d(np.arange(len(labels)), in_test)
    names = np.asarray(labels, dtype=object)[left]
    counts = Counter(names)
    rarest = min(counts, key=lambda label: (counts[label], label))
    if counts[rarest] < folds:
        texts = f"{counts[rarest]:,} training text{'' if counts[rarest] == 1 else 's'}"
        advice = f"ask for {counts[rarest]} at most" if counts[rarest] > 1 else "give more texts of that label"
        raise InputError(
            f'data.folds: {folds} folds need {folds} texts of every label, but "{rarest}" has {texts}; {advice}'
        )
    generator = np.random.default_rng([seed, 0xF01D])
    dealt = np.concatenate([generator.permutation(np.flatnonzero(names == label)) for label in sorted(counts)])
    own = np.zeros(len(left), dtype=bool)
    own[dealt[fold - 1 :: folds]] = True  # dealt out like cards, label after label
    return {"train": left[~own], "validation": left[own], "test": in_test}


def label_order(labels: Sequence[str]) -> tuple[str, ...]:
    """The distinct labels, numbers by value, anything else by alphabet."""
    distinct = set(labels)
    if all(re.fullmatch(r"-?\d+", label) for label in distinct):
        return tuple(sorted(distinct, key=lambda label: (int(label), label)))
    return tuple(sorted(distinct))


def label_ids(labels: Sequence[str], names: Sequence[str], origin: str) -> NDArray[np.int32]:
    """Place of each label in ``names``. Raises ``InputError`` for a label that is not there."""
    places = {name: place for place, name in enumerate(names)}
    unknown = sorted({label for label in labels if label not in places})
    if unknown:
        shown = ", ".join(f'"{label}"' for label in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        raise InputError(
            f"{origin}: holds labels that the training texts do not have: {shown} (theirs: {', '.join(names[:20])})"
        )
    return np.array([places[label] for label in labels], dtype=np.int32)
