"""Held-out texts of a run that its teachers knew (``training.teacher``).

What a teacher learnt from the labels of a validation text reaches the model that learns from it, also through texts
without labels. Scores on such texts are too good, and do not compare with those of other runs. The entry
``known_to_teachers`` of a run's manifest counts the texts, by split; it lacks splits that no teacher knew enough of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

KNOWN_TO_TEACHERS = "known_to_teachers"
"""An entry of manifests."""

_COUNTS = ("texts", "trained", "refit", "taught")


@dataclass(frozen=True)
class KnownTexts:
    """Texts of a split that teachers knew. Each counts once, as the first of the three kinds that it is.

    Attributes:
        texts: number of texts of the split.
        trained: a teacher was trained on them.
        refit: the n-grams of a teacher were fitted to them at the end of its training (``ngrams.refit``).
        taught: a teacher of a teacher knew them.
        many: whether scores say little about new texts because of them; else scores are slightly too good.
        teachers: the names of those that knew some.
    """

    texts: int
    trained: int
    refit: int
    taught: int
    many: bool
    teachers: tuple[str, ...]

    @property
    def known(self) -> int:
        return self.trained + self.refit + self.taught

    @property
    def share(self) -> str:
        """``49 of the 50``, or ``all 50``."""
        return f"all {self.texts:,}" if self.known == self.texts else f"{self.known:,} of the {self.texts:,}"

    @property
    def effect(self) -> str:
        """What it means for scores on these texts."""
        return "the scores say little about new texts" if self.many else "the scores are slightly too good"

    def sentence(self, split: str) -> str:
        """Who knew how many texts of the split, what it means, and what to do, without a full stop."""
        names = _listed(self.teachers)
        return f"{names}, from which it learnt, knew {self.share} {split} texts: {self.effect}; {self.cure}"

    @property
    def cure(self) -> str:
        """What makes the scores honest, as a request."""
        parts, them = [], "the teacher" if len(self.teachers) == 1 else "the teachers"
        if self.refit:
            parts.append(f"train {them} again with --set ngrams.refit=false")
        if self.trained:
            parts.append("give all runs the same splits (a file for each, or equal data.split_seed)")
        if self.taught:
            parts.append("name teachers whose own teachers did not know these texts")
        return ", and ".join(parts)


def known_to_teachers(manifest: Mapping[str, Any]) -> dict[str, KnownTexts]:
    """The entry of a manifest, by split; without malformed parts, and empty for a run of an earlier version."""
    saved = manifest.get(KNOWN_TO_TEACHERS)
    found = {}
    for split, row in saved.items() if isinstance(saved, dict) else ():
        names = row.get("teachers") if isinstance(row, dict) else None
        if isinstance(names, list) and all(type(row.get(name)) is int for name in _COUNTS):
            counts = {name: row[name] for name in _COUNTS}
            found[str(split)] = KnownTexts(**counts, many=bool(row.get("many")), teachers=tuple(map(str, names)))
    return found


def as_entry(known: Mapping[str, KnownTexts]) -> dict[str, Any]:
    """The entry for a manifest; empty if no teacher knew texts."""
    rows = {split: asdict(one) | {"teachers": list(one.teachers)} for split, one in known.items()}
    return {KNOWN_TO_TEACHERS: rows} if rows else {}


def known_to_any(manifests: Iterable[Mapping[str, Any]]) -> dict[str, KnownTexts]:
    """Texts that teachers of several runs knew, for a model that is made of them, as ``most_known``."""
    return most_known(map(known_to_teachers, manifests))


def most_known(several: Iterable[Mapping[str, KnownTexts]]) -> dict[str, KnownTexts]:
    """By split, the entry with the most known texts."""
    found: dict[str, KnownTexts] = {}
    for known in several:
        for split, one in known.items():
            if split not in found or one.known > found[split].known:
                found[split] = one
    return found


def sentence_of_folds(folds: Sequence[KnownTexts], split: str) -> str:
    """In how many folds of a cross-validation teachers knew texts, and what they knew in the worst of them.

    ``folds``: the entries of those in which they did, at least one.
    """
    where = "in 1 fold" if len(folds) == 1 else f"in {len(folds)} folds"
    return f"{where}, {max(folds, key=lambda one: one.known).sentence(split)}"


def _listed(names: tuple[str, ...], most: int = 3) -> str:
    more = len(names) - most
    if more > 0:
        return f"{', '.join(names[:most])} and {more} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
