"""Labels that are equal in meaning but spelled differently: file formats write truth values and whole numbers in their
own way, such as ``True``, ``true`` and ``1``, or ``1`` and ``1.0``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from seqclf.sources.texts import Label

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


def respelled(label: Any, changed: Mapping[str, str]) -> Label:
    """A label, or the sorted labels of a text, in the spelling that ``equal_labels`` found."""
    if isinstance(label, str):
        return changed.get(label, label)
    return tuple(sorted({changed.get(name, name) for name in label}))


def spelled_as_before(labels: Sequence[Any], starts: Sequence[int]) -> list[Label]:
    """The labels of several files, each in the spelling of the earlier files. ``starts``: the first text of each."""
    known: set[str] = set()
    found: list[Label] = []
    for start, end in pairwise((*starts, len(labels))):
        part = labels[start:end]
        names = {name for label in set(part) for name in ((label,) if isinstance(label, str) else label)}
        changed = equal_labels(sorted(names), known) if known else {}
        found += (respelled(label, changed) for label in part)
        known |= {changed.get(name, name) for name in names}
    return found
