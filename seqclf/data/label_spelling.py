"""Labels that are equal in meaning but spelled differently: file formats write truth values and whole numbers in their
own way, such as ``True``, ``true`` and ``1``, or ``1`` and ``1.0``."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqclf.sources.texts import LabelledTexts

_LIKE_A_LIST = re.compile(r"\[.*\]|\{.*\}|(?:<[^<>]+>)+", re.DOTALL)
_MOSTLY = 0.95  # of the labels
_WHOLE = re.compile(r"\+?(-?\d+)\.0*")
_TRUTH = {"false": "0", "true": "1"}


def spelling(label: str) -> str:
    """The form that equal labels share: ``true`` for ``True``, ``1`` for ``1.0``, composed characters (NFC)."""
    text = unicodedata.normalize("NFC", label.strip())
    if text.lower() in _TRUTH:
        return text.lower()
    whole = _WHOLE.fullmatch(text)
    return text if whole is None else "0" if whole[1] == "-0" else whole[1]


def equal_labels(labels: Iterable[str], known: Collection[str]) -> dict[str, str]:
    """For each of ``labels`` that is not known: the only known label that it equals.

    If the known labels are just 0 and 1, true and false equal them, and the other way round.
    """
    by_spelling: dict[str, str | None] = {}
    for name in known:
        key = spelling(name)
        by_spelling[key] = None if key in by_spelling else name  # None: two known labels have this form
    if by_spelling.keys() <= {"0", "1"}:
        by_spelling |= {word: by_spelling.get(number) for word, number in _TRUTH.items()}
    elif by_spelling.keys() <= _TRUTH.keys():
        by_spelling |= {number: by_spelling.get(word) for word, number in _TRUTH.items()}
    found = {name: by_spelling.get(spelling(name)) for name in labels if name not in known}
    return {name: other for name, other in found.items() if other is not None}


def spelled_alike(texts: LabelledTexts, known: Collection[str]) -> tuple[LabelledTexts, dict[str, str]]:
    """The texts with labels spelled like the known ones that they equal, and the labels that this changed."""
    strange = {name for names in set(texts.label_sets) for name in names}.difference(known)
    changed = equal_labels(sorted(strange), known)
    if not changed:
        return texts, {}
    if texts.multi:
        labels = [tuple(sorted({changed.get(name, name) for name in names})) for names in texts.labels]
        return replace(texts, labels=labels), changed
    return replace(texts, labels=[changed.get(name, name) for name in texts.labels]), changed


def spelling_note(changed: Mapping[str, str]) -> str:
    """A sentence about the labels that ``spelled_alike`` changed."""
    pairs = ", ".join(f'"{name}" as "{other}"' for name, other in list(changed.items())[:5])
    return f"labels are read as the equal ones of the training texts: {pairs}{', ...' if len(changed) > 5 else ''}"


def alike(labels: Collection[str]) -> list[str]:
    """Labels that differ from another only in case, spaces or spelling."""
    keys = {label: "".join(spelling(label).casefold().split()) for label in labels}
    counts = Counter(keys.values())
    return sorted(label for label, key in keys.items() if counts[key] > 1)


def are_written_lists(values: Sequence[Any]) -> bool:
    """Whether fields are lists written as text, such as ``['a', 'b']`` or ``<a><b>``, which no separator separates."""
    fields = [value.strip() for value in values if isinstance(value, str) and value.strip()]
    return bool(fields) and sum(_LIKE_A_LIST.fullmatch(field) is not None for field in fields) >= _MOSTLY * len(fields)
