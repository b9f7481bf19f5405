"""Count texts that a run has seen in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from seqclf.config import Config
from seqclf.data.corpus import Corpus, noted_digests
from seqclf.data.equal_texts import text_digests
from seqclf.errors import InputError
from seqclf.sources.texts import LabelledTexts

_SPLITS = ("train", "validation")
_MATTERS, _MANY = 0.01, 0.1  # of the texts


@dataclass(frozen=True)
class Seen:
    """Counts of texts that are equal to a training or validation text of a run (``equal_texts.normalised``).

    Attributes:
        texts: number of texts.
        trained_on: number of texts equal to a training text.
        validated_on: number of other texts equal to a validation text.
        known_to_teachers: number of texts of a split that its teachers knew (``run_teachers``), whatever else they are.
    """

    texts: int
    trained_on: int
    validated_on: int
    known_to_teachers: int = 0

    @property
    def matters(self) -> bool:
        """Whether there are enough such texts to affect the scores."""
        return self.trained_on + self.validated_on >= _MATTERS * self.texts

    @property
    def are_many(self) -> bool:
        """Whether the model has seen too many of the texts for its scores to hold for new ones."""
        return self.trained_on + self.validated_on > _MANY * self.texts

    @property
    def effect(self) -> str:
        """What it means for scores on these texts."""
        return "the scores say little about new texts" if self.are_many else "the scores are slightly too good"

    @property
    def counts(self) -> str:
        """The counts above 0, after "was"; empty if both are 0."""
        parts = ((self.trained_on, "trained"), (self.validated_on, "validated"))
        return " and ".join(f"{how} on {count:,}" for count, how in parts if count)

    @property
    def clause(self) -> str:
        """What these texts are to the run, after "these texts, "; meant for counts that are not 0."""
        if self.known_to_teachers:
            which = "all" if self.known_to_teachers == self.texts else f"{self.known_to_teachers:,}"
            return f"{which} of which its teachers knew, so this says little about new texts"
        count = self.trained_on + self.validated_on
        parts = ((self.trained_on, "training"), (self.validated_on, "validation"))
        kinds = " or ".join(kind for number, kind in parts if number)
        return f"{'all' if count == self.texts else 'some'} of which are its own {kinds} texts"

    def sentence(self) -> str | None:
        """The counts in a sentence; None if no text was seen."""
        if not self.trained_on + self.validated_on:
            return None
        count = self.trained_on + self.validated_on
        if not self.matters:
            parts = ((self.trained_on, "trained on"), (self.validated_on, "validated on"))
            how = " or ".join(name for number, name in parts if number)
            share = max(count / self.texts, 0.0001)
            few = f"{count:,} of these {self.texts:,} texts {'was' if count == 1 else 'were'} also {how}"
            return f"{few} ({'less than ' if share > count / self.texts else ''}{100 * share:.2g} %)"
        parts = ((self.trained_on, "training"), (self.validated_on, "validation"))
        if all_of_a_kind := [kind for number, kind in parts if number == self.texts]:
            what = f"all of these texts are {all_of_a_kind[0]} texts of the run"
        else:
            counts = " and ".join(f"{number:,} {kind} text{'s' * (number > 1)}" for number, kind in parts if number)
            part = "" if count == self.texts else f" ({100 * count / self.texts:.2g} %)"
            what = f"these {self.texts:,} texts include {counts} of the run{part}"
        return f"{what}: {self.effect}"


def seen_in_training(trainings: Sequence[tuple[Config, Mapping[str, str]]], texts: LabelledTexts) -> Seen | None:
    """Count the seen texts by content, whatever file they are from. None if that would require reading large files.

    Args:
        trainings: the run's config, and the fingerprints in its ``TrainingData``; of an ensemble, those of its members.
    """
    given = text_digests(texts.texts)
    in_training, in_validation = np.zeros(len(given), bool), np.zeros(len(given), bool)
    different = {tuple(sorted(fingerprints.items())): (config, fingerprints) for config, fingerprints in trainings}
    for config, fingerprints in different.values():
        known = {
            split: digests_of_split(config, split, fingerprints[split]) for split in _SPLITS if split in fingerprints
        }
        trained, validated = known.get("train"), known.get("validation")
        if trained is None:
            return None
        in_training |= np.isin(given, trained)
        if validated is not None:
            in_validation |= np.isin(given, validated)
    return Seen(len(given), int(in_training.sum()), int((in_validation & ~in_training).sum()))


def digests_of_split(config: Config, split: str, fingerprint: str) -> NDArray[np.uint64] | None:
    """Digests of the texts of a run's split, ``uint64 [texts]``: cached during training, or computed from its data if
    small and unchanged; else None."""
    noted = noted_digests(split, fingerprint)
    if noted is not None:
        return noted
    try:
        if not config.data.is_quick_to_reread():
            return None
        corpus = Corpus(config)
        if corpus.fingerprint(split) != fingerprint:
            return None
        return corpus.note_digests(split, fingerprint, corpus.texts_of(split, fingerprint))
    except (InputError, OSError):
        return None
