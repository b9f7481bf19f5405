"""Texts that occur with different labels: a few of them to look at, and the warning about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqclf.data.leaks import DigestedTexts, SeenTexts
from seqclf.labels import on_one_line
from seqclf.sources.texts import LabelledTexts
from seqclf.text.fields import as_line

_SHOWN, _EXCERPT = 2, 50


@dataclass(frozen=True)
class Conflict:
    """A text that occurs with several labels or sets of labels.

    Attributes:
        text: on one line, and not in full if it is long.
        label_sets: all that it occurs with; one label in each, unless texts have several.
    """

    text: str
    label_sets: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        """``"it was fine" (neg; pos)``; for sets of labels ``"it was fine" (joy, love; no label)``."""
        sets = "; ".join(", ".join(map(on_one_line, names)) or "no label" for names in self.label_sets)
        return f'"{self.text}" ({sets})'


def conflicts(data: LabelledTexts, digested: DigestedTexts, seen: SeenTexts) -> tuple[Conflict, ...]:
    """The first texts of a split that occur with several labels.

    Args:
        digested: of ``data``.
        seen: the distinct texts of ``digested``.
    """
    places: dict[bytes, int] = {}
    for place, (digest, _) in enumerate(digested if seen.contradictory else ()):
        if len(places) < _SHOWN and seen.is_contradictory(digest):
            places.setdefault(digest, place)
    return tuple(
        Conflict(on_one_line(as_line(data.texts[place]), _EXCERPT), tuple(sorted(seen.labels(digest))))
        for digest, place in places.items()
    )


def conflicts_warning(count: int, shown: Sequence[Conflict], *, multi: bool, split: str) -> str:
    """How many texts of a split occur with different labels, and which ones, as far as they are ``shown``."""
    what = "different sets of labels" if multi else "more than one label"
    texts = "1 text occurs" if count == 1 else f"{count:,} texts occur"
    such = ": " if count == len(shown) else ", such as "
    examples = such + " and ".join(map(str, shown)) if shown else ""
    listed = "" if split == "test" else "; `seqclf suspects CONFIG` lists them"  # which reads no labels of test texts
    return f"{texts} with {what}{examples}{listed}"
