"""Convert label names to arrays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.data.label_spelling import spelled_alike
from seqclf.errors import InputError
from seqclf.label_weights import relative_weights
from seqclf.labels import Labels, Unknown, on_one_line
from seqclf.sources import UnknownLabels
from seqclf.sources.texts import LabelledTexts

ALL_SHARES_THE_SAME = "every text has the same probabilities of labels; there is nothing to learn"


_is_integer = re.compile(r"-?\d{1,1000}").fullmatch  # Python reads no integers of more than 4,300 digits


def label_order(labels: Iterable[str]) -> tuple[str, ...]:
    """The distinct labels, sorted by value if all are integers (of at most 1,000 digits), else alphabetically."""
    distinct = set(labels)
    if all(map(_is_integer, distinct)):
        return tuple(sorted(distinct, key=lambda label: (int(label), label)))
    return tuple(sorted(distinct))


def encode_labels(texts: LabelledTexts, labels: Labels) -> NDArray[np.int32] | NDArray[np.bool_]:
    """Indices into ``labels``, ``int32 [texts]``; multi-label: which labels apply, ``bool [texts, labels]``.

    Raises ``InputError`` for an unknown label, and if only one of ``texts`` and ``labels`` is multi-label.
    """
    return label_ids(texts, labels).ids


@dataclass(frozen=True)
class LabelIds:
    """The result of ``label_ids``.

    Attributes:
        ids: indices into the labels, ``int32 [texts]``, where unknown labels follow the known ones unless their texts
            were dropped; multi-label: ``bool [texts, labels]`` with the same order.
        kept: indices of the texts that were not dropped, ``int64``; None if all were kept.
        unknown: the texts with unknown labels; None if there are none.
    """

    ids: NDArray[Any]
    kept: NDArray[np.int64] | None = None
    unknown: Unknown | None = None


def label_ids(texts: LabelledTexts, labels: Labels, unknown_labels: UnknownLabels = "error") -> LabelIds:
    """Like ``encode_labels``, but ``unknown_labels`` (``data.unknown_labels``) may allow labels not in ``labels``.

    A label that equals a known one in another spelling counts as that one (``label_spelling``).

    Raises ``InputError`` as ``encode_labels`` does, and if no text is left or no text has a known label.
    """
    _check_same_kind(texts, labels)
    texts, _ = spelled_alike(texts, labels.names)
    strange = {name for names in set(texts.label_sets) for name in names}.difference(labels)
    if not strange:
        return LabelIds(_places(texts, labels))
    names = label_order(strange)
    if unknown_labels == "error":
        raise InputError(
            f"{texts.origin}: contains labels that do not occur in the training texts: {some_of(names)} "
            f"(known: {', '.join(map(on_one_line, labels[:20]))}); {what_to_do(names, labels)}"
        )
    kept = np.flatnonzero([strange.isdisjoint(names) for names in texts.label_sets])
    if not len(kept) and (unknown_labels == "drop" or not labels.multi):
        raise InputError(
            f"{texts.origin}: every text has a label that does not occur in the training texts: {some_of(names)} "
            f"(known: {', '.join(map(on_one_line, labels[:20]))})"
            + ("" if (note := differ_in_case(names, labels)) is None else f"; {note}")
        )
    unknown = Unknown(names, len(texts) - len(kept), dropped=unknown_labels == "drop")
    if unknown.dropped:
        return LabelIds(_places(texts.chosen(kept), labels), kept, unknown)
    return LabelIds(_places(texts, [*labels, *names]), None, unknown)


def label_shares(texts: LabelledTexts, labels: Labels) -> NDArray[np.float32] | None:
    """With soft labels, the probability of each of ``labels``, ``float32 [texts, labels]``; None without.

    Raises ``InputError`` if the texts have probabilities of other labels.
    """
    if texts.shares is None:
        return None
    names = list(texts.label_names or ())
    if set(names) != set(labels):
        raise InputError(
            f"{texts.origin}: has probabilities of the labels {some_of(names)}, but the model's labels are "
            f"{some_of(labels)}; data.label must name a column for each of them"
        )
    return texts.shares[:, [names.index(label) for label in labels]]


def key_of(unknown_labels: UnknownLabels) -> str:
    """The option ``data.unknown_labels`` in cache keys: earlier versions took equal labels for unknown ones."""
    return unknown_labels if unknown_labels == "error" else f"{unknown_labels}, equal labels are known"


def counted_places(texts: LabelledTexts) -> NDArray[np.int64]:
    """Places of the texts whose weight is not 0."""
    return np.arange(len(texts)) if texts.weights is None else np.flatnonzero(relative_weights(texts.weights))


def counted_texts(texts: LabelledTexts) -> LabelledTexts:
    """The texts whose weight is not 0. Raises ``InputError`` if there are none."""
    if texts.weights is None:
        return texts
    counted = counted_places(texts)
    if not len(counted):
        raise InputError(f"{texts.origin}: no text here has a weight above 0 (data.weight)")
    return texts if len(counted) == len(texts) else texts.chosen(counted)


def what_to_do(unknown: Iterable[str], known: Iterable[str]) -> str:
    """Advice on labels that do not occur in the training texts: the known label to write, or the option to set."""
    return differ_in_case(unknown, known) or (
        "set data.unknown_labels to wrong to count such texts as errors, or to drop to skip them"
    )


def differ_in_case(unknown: Iterable[str], known: Iterable[str]) -> str | None:
    """Says which unknown labels are known ones in another case; None if none is."""
    by_case = {name.casefold(): name for name in known}
    alike = {name: by_case[name.casefold()] for name in unknown if name.casefold() in by_case}
    if not alike:
        return None
    pairs = ", ".join(f'"{on_one_line(name)}" and "{on_one_line(other)}"' for name, other in list(alike.items())[:3])
    return f"{pairs} differ only in case: use the same case"


def some_of(names: Sequence[str], most: int = 5) -> str:
    """The first names in quotes, for messages."""
    return ", ".join(f'"{on_one_line(name)}"' for name in names[:most]) + (", ..." if len(names) > most else "")


def labels_a_text(multi: bool) -> str:
    """Whether a text has one or several labels, for messages."""
    return "several labels per text" if multi else "one label per text"


def _check_same_kind(texts: LabelledTexts, labels: Labels) -> None:
    """Raise ``InputError`` if only one side is multi-label."""
    if texts.multi != labels.multi:
        raise InputError(
            f"{texts.origin}: has {labels_a_text(texts.multi)}, but the training texts have "
            f"{labels_a_text(labels.multi)}"
            + (" (data.label_separator separates several labels in one field)" if labels.multi else "")
        )


def _places(texts: LabelledTexts, labels: Sequence[str]) -> NDArray[np.int32] | NDArray[np.bool_]:
    """Indices into ``labels``, which must contain every label of the texts."""
    places = {name: place for place, name in enumerate(labels)}
    if not texts.multi:
        return np.fromiter((places[label] for label in texts.labels), np.int32, len(texts))
    encoded = np.zeros((len(texts), len(labels)), dtype=np.bool_)
    for row, names in zip(encoded, texts.label_sets, strict=True):
        row[[places[name] for name in names]] = True
    return encoded


def all_the_same(names: Collection[str], multi: bool, texts: str = "text") -> str:
    """The message for texts that all have exactly these labels."""
    if not names:
        return f"no {texts} has a label"
    if not multi:
        return f'every {texts} has the label "{on_one_line(next(iter(names)))}"; a classifier needs at least two'
    return f"every {texts} has the same labels ({', '.join(map(on_one_line, names))}); there is nothing to classify"
