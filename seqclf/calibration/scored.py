"""A run's classifier and what it says about the texts of a split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.calibration.operating_points import Decisions
from seqclf.config import Config, load_config
from seqclf.data.corpus import Corpus
from seqclf.data.encoded import EncodedTexts
from seqclf.data.prepare import prepare_split
from seqclf.errors import InputError
from seqclf.files import shell_word
from seqclf.labels import Labels
from seqclf.run_held_out import HeldOut
from seqclf.run_members import SAME_SPLITS, parts_of, shares_validation
from seqclf.runs import Run
from seqclf.tasks.classification.measure import probabilities_of

if TYPE_CHECKING:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

Say = Callable[[str], None]
VALIDATION = "validation"


@dataclass(frozen=True)
class Scored:
    """The texts of a split with their logits, without those of weight 0.

    Attributes:
        logits: ``float32 [texts, 1 or labels]``.
        truth: as ``EncodedTexts.truth``.
        label_ids: as ``EncodedTexts.labels``.
        weights: with mean 1, ``float64 [texts]``; None: all the same.
    """

    labels: Labels
    logits: NDArray[np.float32]
    truth: NDArray[Any]
    label_ids: NDArray[Any]
    weights: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, texts: EncodedTexts, logits: NDArray[np.float32], labels: Labels) -> Scored:
        """Raises ``InputError`` if no text counts."""
        kept = texts.counted
        if not len(kept):
            raise InputError(
                "no validation text has a weight above 0 (data.weight), so nothing can be measured on them"
            )
        weights = None if texts.relative_weights is None else texts.relative_weights[kept].astype(np.float64)
        return cls(labels, logits[kept], texts.truth[kept], texts.labels[kept], weights)

    def __len__(self) -> int:
        return len(self.logits)

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """``float64 [texts, labels]``."""
        return probabilities_of(self.logits, self.labels)

    def decisions(self, label: str | None) -> Decisions:
        """The decisions on a label; None: on all labels of a multi-label run."""
        names, own = self.labels.names, len(self.labels)
        if label is None:
            beyond = self.label_ids[:, own:].sum(axis=1) if self.label_ids.shape[1] > own else None
            return Decisions(self.probabilities, self.label_ids[:, :own], self.weights, beyond)
        place = names.index(label)
        true = self.label_ids[:, place] if self.labels.multi else self.label_ids == place
        return Decisions(self.probabilities[:, [place]], true[:, None], self.weights)


def check_choosable(run: Run, config: Config, what: str) -> None:
    """Raise ``InputError`` if the run has no validation texts that ``what`` can be chosen on."""
    if not Corpus(config).has(VALIDATION):
        raise InputError(
            f"{run.folder}: was trained without validation texts, on which {what} is chosen; train again with some, "
            f"such as: seqclf train {shell_word(run.config)} --set data.validation=0.1"
        )
    if run.was_fitted_to_validation and not run.held_out.exists():
        if parts_of(run):
            whose, missing = "the n-grams of runs that it is made of", ""
            remedy = "train these runs again with --set ngrams.refit=false and join them"
        else:
            whose = "its n-grams"
            missing = (
                f"and what the model said of them before is missing ({run.held_out.name}), as in runs of earlier "
                "versions; "
            )
            remedy = f"train again: seqclf train {shell_word(run.config)}"
        raise InputError(
            f"{run.folder}: {whose} were fitted to the validation texts, too (ngrams.refit), so these texts say "
            f"nothing about new ones, {missing}{'' if missing else 'and '}{what} cannot be chosen on them; {remedy}"
        )
    if not shares_validation(run):
        raise InputError(
            f"{run.folder}: is made of runs that do not share their validation texts, so these texts say nothing about "
            f"new ones, and {what} cannot be chosen on them; join runs that share them: {SAME_SPLITS}"
        )


def encoded_split(
    run: Run, config: Config, classifier: Classifier | KerasClassifier, split: str, say: Say
) -> EncodedTexts:
    """The texts of a split as token ids. Raises ``InputError`` as ``prepare_split`` does."""
    return prepare_split(
        config,
        split,
        classifier.tokenizer,
        classifier.labels,
        run.data_fingerprints,
        extra=classifier.extra,
        trained=load_config(run.config),
        on_stage=say,
    )


def scored_by_onnx(run: Run, config: Config, say: Say, threads: int | None = None) -> Scored:
    """The validation texts with the logits of the run's ONNX model, without TensorFlow."""
    from seqclf.inference import Classifier

    classifier = Classifier.load(run.folder, threads=threads)
    texts = encoded_split(run, config, classifier, VALIDATION, say)
    logits = classifier.logits_of_ids([texts[place] for place in range(len(texts))], texts.extra)
    return Scored.of(texts, logits, classifier.labels)


def scored_texts(
    run: Run, config: Config, splits: Sequence[str], say: Say, threads: int | str = "auto"
) -> tuple[KerasClassifier, dict[str, EncodedTexts]]:
    """The run's classifier, and the texts of splits as token ids; starts TensorFlow.

    If its n-grams were fitted to the validation texts, too, its answers for them are those of the model before.
    """
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(config, threads)
    from seqclf.evaluation.classifier import KerasClassifier

    classifier = KerasClassifier.load(run)
    texts = {split: encoded_split(run, config, classifier, split, say) for split in splits}
    if VALIDATION in texts:
        classifier = with_held_out(classifier, run, texts[VALIDATION], say)
    return classifier, texts


def with_held_out(classifier: KerasClassifier, run: Run, unseen: EncodedTexts, say: Say) -> KerasClassifier:
    """The classifier of a run whose answers for the validation texts ``unseen`` are those of a model that had not seen
    them. Raises ``InputError`` if the run's file cannot be read."""
    if not run.was_fitted_to_validation:
        return classifier
    found = HeldOut.read(run.held_out, classifier.labels.units, len(unseen))
    say(
        f"{run.name}: the answers for validation texts are those before the n-grams were fitted to them, too "
        "(ngrams.refit)"
    )
    return replace(classifier, held_out=(unseen, found))
