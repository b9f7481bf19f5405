"""The interface of trained classifiers, whatever computes the probabilities."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from seqclf.decisions import Decider
from seqclf.errors import InputError
from seqclf.extra_columns import ExtraColumns
from seqclf.extra_columns.columns import each
from seqclf.inference.prediction import Prediction, predictions
from seqclf.labels import Labels
from seqclf.run_calibration import RunCalibration
from seqclf.text.fields import check_several

_TEXTS_A_BLOCK = 4_096
_END = object()


class TextClassifier(Protocol):
    """Classifies texts.

    There are two: ``seqclf.inference.Classifier`` computes with ONNX Runtime, and
    ``seqclf.evaluation.classifier.KerasClassifier`` with Keras. ``seqclf.evaluation.opening`` chooses.
    """

    @property
    def labels(self) -> Labels:
        """All labels, in the order of the columns of ``probabilities``."""

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """That the probability of each of ``labels.with_thresholds`` must exceed; None: the most probable label is
        predicted."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values together are a text (``text.fields.join_fields``); empty if it is a single value."""

    @property
    def calibration(self) -> RunCalibration | None:
        """What ``seqclf calibrate`` stored with the run; None: nothing."""

    @property
    def extra(self) -> ExtraColumns | None:
        """The columns beside the text that the model reads; None: it reads the text alone."""

    def probabilities(
        self, texts: Sequence[str], extra: Mapping[str, Sequence[Any]] | None = None
    ) -> NDArray[np.floating]:
        """Probability of every label, ``[texts, labels]``.

        ``extra``: values of columns beside the text, one for each text; columns that it lacks have no value. Raises
        ``InputError`` for one string in place of a list, for other columns than those of ``self.extra``, and for values
        that are not of their kind.
        """


def own_decider(classifier: TextClassifier) -> Decider:
    """Decides as the classifier's run does: with its thresholds, and without a label where it abstains."""
    calibration = classifier.calibration
    abstention = None if calibration is None else calibration.abstention
    below = None if abstention is None else abstention.below
    return Decider(classifier.labels, classifier.thresholds, abstain_below=below)


def features_of(
    classifier: TextClassifier, extra: Mapping[str, Sequence[Any]] | None, texts: int
) -> NDArray[np.float32] | None:
    """The features of columns beside the text, ``float32 [texts, width]``; None if the model reads the text alone.

    Raises ``InputError`` as ``TextClassifier.probabilities`` does.
    """
    if classifier.extra is not None:
        return classifier.extra.features(extra, texts)
    if extra:
        raise InputError(f'"{next(iter(extra))}": the model reads the text alone, no columns beside it')
    return None


def stream(
    classifier: TextClassifier,
    texts: Iterable[str],
    decider: Decider | None = None,
    extra: Mapping[str, Iterable[Any]] | None = None,
) -> Iterator[Prediction]:
    """Yield a prediction for each text, in order, reading some thousand texts ahead.

    ``decider`` overrides how the classifier derives labels from probabilities; ``extra`` as in
    ``TextClassifier.probabilities``.
    """
    check_several(texts)
    decider = decider or own_decider(classifier)
    texts = iter(texts)
    values = {name: each(name, column) for name, column in (extra or {}).items()}
    while block := list(itertools.islice(texts, _TEXTS_A_BLOCK)):
        beside = {name: list(itertools.islice(column, len(block))) for name, column in values.items()}
        yield from predictions(classifier.probabilities(block, beside), decider, block)
    if longer := [name for name, column in values.items() if next(column, _END) is not _END]:
        raise InputError(f'"{longer[0]}" has more values than there are texts')
