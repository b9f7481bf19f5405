"""Labels of other texts that equal labels of the training texts in another spelling, and labels that look alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from seqclf.labels import Labels, on_one_line
from seqclf.sources.spelling import equal_labels, respelled, spelling
from seqclf.sources.texts import LabelledTexts

_LIKE_A_LIST = re.compile(r"\[.*\]|\{.*\}|(?:<[^<>]+>)+", re.DOTALL)
_MOSTLY = 0.95  # of the labels


def spelled_alike(texts: LabelledTexts, known: Collection[str]) -> tuple[LabelledTexts, dict[str, str]]:
    """The texts with labels spelled like the known ones that they equal, and the labels that this changed."""
    strange = {name for names in set(texts.label_sets) for name in names}.difference(known)
    changed = equal_labels(sorted(strange), known)
    if not changed:
        return texts, {}
    return replace(texts, labels=[respelled(label, changed) for label in texts.labels]), changed


def counterparts(labels: Labels, new_labels: Labels) -> dict[str, str]:
    """For each of ``new_labels`` that ``labels`` has, too: its name there, which another file format may have written
    differently (``1`` and ``1.0``, ``True`` and ``true``).

    One that may be several of the others has no counterpart, and no two have the same one.
    """
    alike = equal_labels(new_labels, labels)
    found = {label: label for label in new_labels if label in labels}
    times = Counter([*found.values(), *alike.values()])
    return found | {label: other for label, other in alike.items() if times[other] == 1}


def spelling_note(changed: Mapping[str, str]) -> str:
    """A sentence about the labels that ``spelled_alike`` changed."""
    pairs = ", ".join(f'"{on_one_line(name)}" as "{on_one_line(other)}"' for name, other in list(changed.items())[:5])
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
