"""Makes the evidence of a split: first from the probabilities, while they are in memory, then with the texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.data.encoded import EncodedTexts
from seqclf.evaluation.evidence.content import (
    Curve,
    LabelError,
    Origin,
    ShownText,
    SliceAccuracy,
    SplitEvidence,
    Word,
    WrongText,
)
from seqclf.evaluation.evidence.curves import curves, most_frequent
from seqclf.evaluation.evidence.data_facts import duplicates, label_counts, lengths_of
from seqclf.evaluation.evidence.mistakes import Found, Judged, doubtful_labels, wrong_texts
from seqclf.evaluation.evidence.shortened import shortened, without_surrogates
from seqclf.evaluation.evidence.source import SplitTexts
from seqclf.evaluation.slices import Slice, sliced, usual_groups
from seqclf.labels import Labels
from seqclf.text.tokenizer import Tokenizer
from seqclf.text.truncation import Truncate

Explain = Callable[[str, str, Mapping[str, Any]], Sequence[Word]]
"""From a text, a label and values of columns beside the text to the scores of the text's words towards the label; none
if there is no time for it."""


@dataclass(frozen=True)
class Findings:
    """What the probabilities say. It is small, so that it can wait until the models are written.

    Attributes:
        label_errors: None: not looked for.
    """

    curves: tuple[Curve, ...] = ()
    slices: Mapping[str, tuple[SliceAccuracy, ...]] = field(default_factory=dict)
    wrong: Found[WrongText] = field(default_factory=Found)
    label_errors: Found[LabelError] | None = None


def find(
    judged: Judged,
    most_tokens: int,
    slices: Mapping[str, Sequence[Slice]] | None = None,
    *,
    trained_on: bool = False,
) -> Findings:
    """What the probabilities say.

    Args:
        most_tokens: that the model reads of a text.
        slices: of the texts; None: by length and by label.
        trained_on: the model was trained on the texts, so its probabilities do not tell which labels are wrong.
    """
    if slices is None:
        groups = usual_groups(judged.texts, judged.labels, most_tokens)
        weights = judged.texts.relative_weights
        slices = {name: sliced(found, judged.correct, weights) for name, found in groups.items()}
    accuracies = {without_surrogates(name): tuple(map(_accuracy, found)) for name, found in slices.items()}
    # With probabilities as labels, no label is given that could be wrong.
    doubtful = None if trained_on or judged.texts.shares is not None else doubtful_labels(judged)
    return Findings(_curves(judged), accuracies, wrong_texts(judged), doubtful)


def _accuracy(one: Slice) -> SliceAccuracy:
    name = without_surrogates(one.group.name)
    return SliceAccuracy(name, one.texts, one.accuracy, one.low, one.high, one.is_small)


def _curves(judged: Judged) -> tuple[Curve, ...]:
    """The curves of the second of two labels, else of the most frequent labels."""
    labels, truth = judged.labels, judged.truth
    if not len(truth):
        return ()
    if labels.multi:
        columns = most_frequent(truth.sum(axis=0))
        decisions = truth[:, columns]
    else:
        counts = np.bincount(truth, minlength=len(labels))
        columns = np.array([1]) if len(labels) == 2 else most_frequent(counts)
        decisions = truth[:, None] == columns
    names = [labels[place] for place in columns.tolist()]
    return curves(decisions, judged.known_probabilities[:, columns], names, judged.weights)


@dataclass(frozen=True)
class Model:
    """What the evidence depends on besides probabilities.

    Attributes:
        most_tokens: that it reads of a text; None: all.
    """

    tokenizer: Tokenizer
    labels: Labels
    most_tokens: int | None = None


@dataclass(frozen=True)
class Training:
    """What is known of the training texts, to compare others with.

    Attributes:
        digests: of the texts (``equal_texts``), ``uint64 [texts]``; None: unknown.
        labels: the number of texts of each label; None: unknown.
    """

    digests: NDArray[np.uint64] | None = None
    labels: Mapping[str, int] | None = None


def data_evidence(
    origin: Origin,
    model: Model,
    texts: EncodedTexts,
    digests: NDArray[np.uint64] | None,
    training: Training = Training(),
) -> SplitEvidence:
    """The evidence of texts that needs no predictions: lengths, labels, equal texts.

    ``digests``: of the texts, ``uint64 [texts]``; None, or of another number: equal texts are unknown.
    """
    equal = None
    if digests is not None and len(digests) == len(texts):
        equal = duplicates(digests, texts.labels, training.digests)
    counts = label_counts(texts, model.labels, training.labels) if model.labels else ()
    lengths = lengths_of(texts, model.tokenizer, model.most_tokens)
    return SplitEvidence(origin, labels=counts, lengths=lengths, duplicates=equal)


def with_findings(evidence: SplitEvidence, findings: Findings) -> SplitEvidence:
    """Add what the probabilities say, without texts."""
    doubtful = findings.label_errors
    return replace(
        evidence,
        curves=findings.curves,
        slices=dict(findings.slices),
        wrong_texts=findings.wrong.all,
        likely_label_errors=None if doubtful is None else doubtful.all,
    )


def with_texts(
    evidence: SplitEvidence,
    findings: Findings,
    texts: EncodedTexts,
    source: SplitTexts,
    *,
    truncate: Truncate,
    explain: Explain | None = None,
) -> SplitEvidence:
    """Add the texts that the findings are about.

    Args:
        truncate: the part of long texts that the model does not read.
        explain: scores the words of wrong texts.

    Raises:
        InputError: the texts cannot be read again, or have changed.
    """
    wrong, doubtful = findings.wrong, findings.label_errors or Found()
    if wrong.places or doubtful.places:
        source.check(len(texts))
    origins = source.origins({*wrong.places, *doubtful.places})
    reader = _Reader(texts, source, origins, truncate, explain)
    return replace(
        evidence,
        wrong=tuple(map(reader.wrong, wrong.places, wrong.items)),
        label_errors=tuple(map(reader.doubtful, doubtful.places, doubtful.items)),
    )


@dataclass(frozen=True)
class _Reader:
    """Fills in the texts, as a report shows them; arguments as for ``with_texts``.

    Attributes:
        origins: ``SplitTexts.origins``.
    """

    texts: EncodedTexts
    source: SplitTexts
    origins: Mapping[int, tuple[str, int | None]]
    truncate: Truncate
    explain: Explain | None

    def wrong(self, place: int, one: WrongText) -> WrongText:
        words: Sequence[Word] = ()
        target = _target(one)
        if self.explain is not None and target is not None:
            words = self.explain(self.source.texts.texts[place], target, self.source.beside(place))
        shown, inside = self._shown(place, words)
        return replace(one, shown=shown, target=target if inside else None, words=inside)

    def doubtful(self, place: int, one: LabelError) -> LabelError:
        return replace(one, shown=self._shown(place)[0])

    def _shown(self, place: int, words: Sequence[Word] = ()) -> tuple[ShownText, tuple[Word, ...]]:
        shown, inside = shortened(self.source.texts.texts[place], words, truncate=self.truncate)
        part, row = self.origins[place]
        return replace(shown, tokens=int(self.texts.lengths[place]), part=without_surrogates(part), row=row), inside


def _target(one: WrongText) -> str | None:
    """The label whose scores show why a text is wrong: the most probable of those that are wrongly predicted, else the
    least probable of those that are lacking. None if the model has none of those that are lacking."""
    wrongly = [label for label in one.predicted if label not in one.labels]
    lacking = (set(one.labels) - set(one.predicted)) & one.probabilities.keys()
    return next(iter([*wrongly, *sorted(lacking, key=lambda label: (one.probabilities[label], label))]), None)
