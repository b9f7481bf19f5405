"""Why a random split would have no texts, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.sources.texts import UNLABELLED, LabelledTexts

SPLITS = ("train", "validation", "test")

Fractions = tuple[float, float]
"""The fractions of the validation and of the test texts; 0: none."""

Splits = Mapping[str, NDArray[np.int64]]
"""Indices of each split's texts."""

_USUAL = (0.1, 0.2, 0.25, 0.3, 0.4, 0.5)
_NEAR = 1.5


@dataclass(frozen=True)
class Draw:
    """A random draw of splits, which can be tried with other fractions.

    Attributes:
        sets: the index of each text's set, ``int64 [texts]``; None: each text is a set by itself.
        draw: the splits with these fractions and sets.
    """

    texts: LabelledTexts
    fractions: Fractions
    sets: NDArray[np.int64] | None
    draw: Callable[[Fractions, NDArray[np.int64] | None], Splits]

    def near(self) -> Splits | None:
        """The splits with slightly larger fractions that leave texts in each; None if there are none.

        If texts must stay together, the fractions can only be met roughly in any case.
        """
        if self.sets is None or (found := self._usual(larger=True)) is None:
            return None
        if any(new > _NEAR * old for old, new in zip(self.fractions, found, strict=True)):
            return None
        return self.draw(found, self.sets)

    def problem(self, splits: Splits) -> str | None:
        """Why the first empty one of these splits, which were drawn so, has no texts, and what to do. None if every
        split has texts."""
        name = next(iter(_empty(splits, self.fractions)), None)
        if name is None:
            return None
        option = name if name != "train" else "validation" if self.fractions[0] else "test"
        share = dict(zip(SPLITS, (1 - sum(self.fractions), *self.fractions), strict=True))[name]
        why, cures = self._why(name, f"{share:.3g}")
        if (settings := self._settings(larger=name != "train")) is not None:
            cures = [f"set {settings}", *cures]
        return f"data.{option}: {why}; {', '.join(cures)}, or give separate {option} texts"

    def _why(self, name: str, share: str) -> tuple[str, list[str]]:
        """The reason and what to do about the texts."""
        texts, sets = self.texts, self.sets
        none = f"{share} of {len(texts):,} texts leaves none for {name}"
        if sets is None or name in _empty(self.draw(self.fractions, None), self.fractions):
            if set(texts.label_sets) == {(UNLABELLED,)}:
                return none, ["add texts"]
            labels = len({label for names in texts.label_sets for label in names})
            why = f"{none}: it is less than one text of each label (labels: {labels:,})"
            return why, ["add texts", "choose another label column if these are not labels"]
        number, most = int(sets.max()) + 1, int(np.bincount(sets).max())
        if texts.groups is None or not texts.groups.any():
            counts = f"different texts: {number:,}, the most frequent one {most:,} times"
            return f"{none}: equal texts stay together ({counts})", ["remove repeated texts", "add others"]
        counts = f"sets: {number:,}, the largest of {most:,} texts"
        why = f"{none}: equal texts and texts of one data.group stay together ({counts})"
        return why, ["add texts of other groups", "group by another column"]

    def _settings(self, *, larger: bool) -> str | None:
        """Fractions that leave texts in every split, as options; None if none of the usual ones does."""
        if (fractions := self._usual(larger=larger)) is None:
            return None
        changed = zip(SPLITS[1:], self.fractions, fractions, strict=True)
        return " and ".join(f"data.{name} to {new}" for name, old, new in changed if new != old)

    def _usual(self, *, larger: bool) -> Fractions | None:
        """Usual fractions that leave texts in every split, the closest ones; None if none does."""
        for usual in _USUAL if larger else reversed(_USUAL):
            found = tuple(share and (max if larger else min)(share, usual) for share in self.fractions)
            fractions = found[0], found[1]
            if fractions == self.fractions or sum(fractions) >= 1 or _empty(self.draw(fractions, self.sets), fractions):
                continue
            return fractions
        return None


def _empty(splits: Splits, fractions: Fractions) -> list[str]:
    """The splits that should have texts, but have none."""
    return [name for name, share in zip(SPLITS, (1.0, *fractions), strict=True) if share and not len(splits[name])]
