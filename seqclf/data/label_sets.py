"""Names of labels as arrays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from seqclf.data.source import LabelledTexts
from seqclf.errors import InputError
from seqclf.labels import Labels


def label_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels, numbers by value, anything else by alphabet."""
    distinct = set(labels)
    if all(re.fullmatch(r"-?\d+", label) for label in distinct):
        return tuple(sorted(distinct, key=lambda label: (int(label), label)))
    return tuple(sorted(distinct))


def encode_labels(texts: LabelledTexts, labels: Labels) -> NDArray[np.int32] | NDArray[np.bool_]:
    """``int32 [texts]``, places in ``labels``; of lists of labels ``bool [texts, labels]``, which ones apply.

    Raises ``InputError`` for a label that is not there, and where one side has lists and the other has not.
    """
    if texts.multi != labels.multi:
        kinds = ("one label a text", "lists of labels")
        raise InputError(
            f"{texts.origin}: has {kinds[texts.multi]}, but the training texts have {kinds[labels.multi]}"
            + (" (data.label_separator says where several labels stand in one field)" if labels.multi else "")
        )
    places = {name: place for place, name in enumerate(labels)}
    unknown = sorted({name for names in texts.label_sets for name in names if name not in places})
    if unknown:
        shown = ", ".join(f'"{label}"' for label in unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        raise InputError(
            f"{texts.origin}: holds labels that the training texts do not have: {shown} "
            f"(theirs: {', '.join(labels[:20])})"
        )
    if not labels.multi:
        return np.array([places[label] for label in texts.labels], dtype=np.int32)
    encoded = np.zeros((len(texts), len(labels)), dtype=np.bool_)
    for row, names in zip(encoded, texts.label_sets, strict=True):
        row[[places[name] for name in names]] = True
    return encoded


def all_the_same(names: Collection[str], multi: bool, texts: str = "text") -> str:
    """What is wrong where every text has these labels and no other."""
    if not names:
        return f"no {texts} has a label"
    if not multi:
        return f'every {texts} has the label "{next(iter(names))}"; a classifier needs at least two'
    return f"every {texts} has the same labels ({', '.join(names)}); there is nothing to tell apart"
