"""Names of labels as arrays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.config.schema import UnknownLabels
from seqclf.data.encoded import Unknown
from seqclf.data.sources.base import LabelledTexts
from seqclf.errors import InputError
from seqclf.labels import Labels


def label_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels, numbers by value, anything else by alphabet."""
    distinct = set(labels)
    if all(re.fullmatch(r"-?\d+", label) for label in distinct):
        return tuple(sorted(distinct, key=lambda label: (int(label), label)))
    return tuple(sorted(distinct))


def encode_labels(texts: LabelledTexts, labels: Labels) -> NDArray[np.int32] | NDArray[np.bool_]:
    """``int32 [texts]``, places in ``labels``; multi-label ``bool [texts, labels]``, which ones apply.

    Raises ``InputError`` for a label that is not there, and where one side has lists and the other has not.
    """
    return label_ids(texts, labels).ids


@dataclass(frozen=True)
class LabelIds:
    """What ``label_ids`` makes of texts.

    Attributes:
        ids: places in the labels, followed by those of ``unknown`` unless its texts were dropped, ``int32 [texts]``;
            multi-label ``bool [texts, labels]``, the same.
        kept: places of the texts that were not dropped, ``int64``; None where all were kept.
        unknown: what is known of the texts whose labels are not all known; None where there are none.
    """

    ids: NDArray[Any]
    kept: NDArray[np.int64] | None = None
    unknown: Unknown | None = None


def label_ids(texts: LabelledTexts, labels: Labels, unknown_labels: UnknownLabels = "error") -> LabelIds:
    """``encode_labels`` where ``unknown_labels`` (``data.unknown_labels``) may allow labels that ``labels`` lack.

    Raises ``InputError`` as it does, and where no text is left, or none has a label that is known.
    """
    _check_same_kind(texts, labels)
    strange = {name for names in set(texts.label_sets) for name in names}.difference(labels)
    if not strange:
        return LabelIds(_places(texts, labels))
    names = label_order(strange)
    if unknown_labels == "error":
        raise InputError(
            f"{texts.origin}: holds labels that the training texts do not have: {some_of(names)} "
            f"(theirs: {', '.join(labels[:20])}); {what_to_do(names, labels)}"
        )
    kept = np.flatnonzero([strange.isdisjoint(names) for names in texts.label_sets])
    if not len(kept) and (unknown_labels == "drop" or not labels.multi):
        raise InputError(
            f"{texts.origin}: every text has a label that the training texts do not have ({some_of(names)})"
        )
    unknown = Unknown(names, len(texts) - len(kept), dropped=unknown_labels == "drop")
    if unknown.dropped:
        return LabelIds(_places(texts.chosen(kept), labels), kept, unknown)
    return LabelIds(_places(texts, [*labels, *names]), None, unknown)


def what_to_do(unknown: Iterable[str], known: Iterable[str]) -> str:
    """About labels that the training texts do not have: how they may be meant, or what option allows them."""
    by_case = {name.casefold(): name for name in known}
    alike = {name: by_case[name.casefold()] for name in unknown if name.casefold() in by_case}
    if alike:
        pairs = ", ".join(f'"{name}" and "{other}"' for name, other in list(alike.items())[:3])
        return f"only case differs in {pairs}: write them alike"
    return "set data.unknown_labels to wrong to count such texts as errors, or to drop to leave them out"


def some_of(names: Sequence[str], most: int = 5) -> str:
    """The first names in quotes, for messages."""
    return ", ".join(f'"{name}"' for name in names[:most]) + (", ..." if len(names) > most else "")


def labels_a_text(multi: bool) -> str:
    """How many labels a text has, for messages."""
    return "several labels per text" if multi else "one label per text"


def _check_same_kind(texts: LabelledTexts, labels: Labels) -> None:
    """Raise ``InputError`` where one side is multi-label and the other is not."""
    if texts.multi != labels.multi:
        raise InputError(
            f"{texts.origin}: has {labels_a_text(texts.multi)}, but the training texts have "
            f"{labels_a_text(labels.multi)}"
            + (" (data.label_separator separates several labels in one field)" if labels.multi else "")
        )


def _places(texts: LabelledTexts, labels: Sequence[str]) -> NDArray[np.int32] | NDArray[np.bool_]:
    """Places in ``labels``, which hold every label of the texts."""
    places = {name: place for place, name in enumerate(labels)}
    if not texts.multi:
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
