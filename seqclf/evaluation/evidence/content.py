"""The content of ``evidence/<split>.json`` in a run: what a report shows of a split beside the metrics.

It contains texts of the user. Exports and uploads never have it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**63)]
Point = tuple[Share, Share]
LABEL, MICRO, MACRO = "label", "micro", "macro"
"""Kinds of curves."""


@dataclass(frozen=True)
class Origin:
    """Where the evidence is from.

    Attributes:
        data: the source of the texts, in words.
        split: ``train``, ``validation`` or ``test``.
        texts: number of texts, also those of weight 0.
        made: when, as in the manifest.
        made_by: ``train`` or ``eval``.
        model: identifies the model and its thresholds and calibration (``store.model_fingerprint``).
    """

    data: str
    split: str
    texts: Count
    made: str
    made_by: str
    model: str


@dataclass(frozen=True)
class Curve:
    """How well the probabilities of a label rank the texts; at most 200 points each.

    Attributes:
        kind: ``label``; ``micro``: all decisions on the labels of the other curves, as if they were on one; ``macro``:
            the mean of their ROC curves.
        label: the name of the label; None for averages.
        texts: the number of texts that have the label; of averages the sum.
        roc: false and true positive rate, from (0, 0) to (1, 1); straight lines join the points. Empty: not defined,
            because no text, or every text, has the label.
        precision_recall: recall and precision, by increasing recall. The curve is made of steps: the precision at a
            recall is that of the first point with at least this recall. Empty: not defined.
        roc_auc: the area under ``roc``; None: not defined.
        average_precision: the area under the steps; None: not defined.
    """

    kind: str
    texts: Count
    label: str | None = None
    roc: tuple[Point, ...] = ()
    precision_recall: tuple[Point, ...] = ()
    roc_auc: FiniteFloat | None = None
    average_precision: FiniteFloat | None = None


@dataclass(frozen=True)
class SliceAccuracy:
    """The accuracy on some of the texts (``seqclf.evaluation.slices``).

    Attributes:
        value: the label, the value of the column, or the range of numbers.
        texts: number of texts without those of weight 0.
        low, high: the 95 % interval (Wilson 1927).
        small: too few texts to say much.
    """

    value: str
    texts: Count
    accuracy: Share
    low: Share
    high: Share
    small: bool = False


@dataclass(frozen=True)
class Word:
    """Characters ``start`` to ``end`` of ``ShownText.text``.

    Attributes:
        score: what the word adds to the log-odds of ``WrongText.target`` (``seqclf.explanation.occlusion``); None: the
            model does not read the word.
    """

    start: Count
    end: Count
    score: FiniteFloat | None


@dataclass(frozen=True)
class ShownText:
    """A text, or the part of a long one that matters most.

    Attributes:
        text: at most 2,000 characters. Lone surrogates, which no file can contain, are U+FFFD. Fields of several
            text columns are joined by U+001F.
        cut_before, cut_after: number of characters left out on each side.
        tokens: number of tokens of the whole text, before truncation.
        part: the file or part of the source that the text is from; None: unknown.
        row: its first line in the file, from 1; of a file without lines its row, of a data set its number; None:
            unknown, or the file is the text.
    """

    text: str
    cut_before: Count = 0
    cut_after: Count = 0
    tokens: Count = 0
    part: str | None = None
    row: Count | None = None


@dataclass(frozen=True)
class WrongText:
    """A text that the model gets wrong.

    Attributes:
        labels: its labels in the data.
        predicted: the predicted labels, the most probable first.
        probabilities: of these labels, by name.
        loss: the cross-entropy of the text in nats, summed over the labels if there are several.
        target: the label that the scores of ``words`` are about; None: there are no scores.
        words: in order, without overlap; empty: there are no scores.
    """

    shown: ShownText
    labels: tuple[str, ...]
    predicted: tuple[str, ...]
    probabilities: dict[str, FiniteFloat]
    loss: FiniteFloat
    target: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class LabelError:
    """A text whose label the model contradicts (confident learning, Northcutt et al. 2021).

    Attributes:
        given: the label in the data; with several labels per text, the label that is wrongly there, or None.
        suggested: the label that the model suggests; with several labels per text, the one that is lacking, or None.
        given_probability, suggested_probability: of these labels; None where there is no label.
        score: the larger, the likelier an error.
    """

    shown: ShownText
    given: str | None
    suggested: str | None
    given_probability: FiniteFloat | None
    suggested_probability: FiniteFloat | None
    score: FiniteFloat


@dataclass(frozen=True)
class LengthBin:
    """The texts of ``low`` to ``high`` tokens."""

    low: Count
    high: Count
    texts: Count


@dataclass(frozen=True)
class Lengths:
    """Numbers of tokens of the texts, before truncation.

    Attributes:
        bins: of equal width, but for the last one, which has the longest texts. Without gaps.
        limit: ``tokenizer.max_tokens``; None: nothing is truncated.
        truncated: the number of texts with more tokens.
        tokens: of all texts.
        unknown_tokens: how many of them are unknown to the tokenizer.
    """

    bins: tuple[LengthBin, ...]
    mean: FiniteFloat
    median: FiniteFloat
    longest: Count
    tokens: Count
    unknown_tokens: Count
    limit: Count | None = None
    truncated: Count = 0


@dataclass(frozen=True)
class LabelCount:
    """How many texts have a label.

    Attributes:
        texts: of the split.
        training_texts: of the training texts; None: unknown.
    """

    label: str
    texts: Count
    training_texts: Count | None = None


@dataclass(frozen=True)
class Duplicates:
    """Equal texts (``seqclf.data.equal_texts.normalised``).

    Attributes:
        repeated: texts of the split that are equal to an earlier one of it.
        contradictory: distinct texts of the split that occur with different labels.
        in_training: texts of the split that are equal to a training text; None: unknown, or it is the training split.
    """

    repeated: Count
    contradictory: Count
    in_training: Count | None = None


@dataclass(frozen=True)
class SplitEvidence:
    """All of it. What does not apply to a run is empty or None: language models have origin, lengths and duplicates.

    Attributes:
        slices: by what the texts are sliced by: ``length``, ``label``, or a column, as ``--slice`` names it.
        wrong: the most confidently wrong texts, the worst first; with several labels per text, those of the largest
            loss.
        wrong_texts: how many texts are wrong.
        label_errors: the likeliest first; never of texts that the model was trained on.
        likely_label_errors: how many texts have one.
        labels: in the order of the model's labels; labels that the model lacks at the end.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    origin: Origin
    curves: tuple[Curve, ...] = ()
    slices: dict[str, tuple[SliceAccuracy, ...]] = field(default_factory=dict)
    wrong: tuple[WrongText, ...] = ()
    wrong_texts: Count | None = None
    label_errors: tuple[LabelError, ...] = ()
    likely_label_errors: Count | None = None
    labels: tuple[LabelCount, ...] = ()
    lengths: Lengths | None = None
    duplicates: Duplicates | None = None

    def to_json(self) -> dict[str, Any]:
        """The input of ``from_json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: Any) -> SplitEvidence:
        """Read the output of ``to_json``, of this version or another: missing parts are empty, unknown ones ignored.

        Raises ``ValueError`` for anything malformed.
        """
        if not isinstance(saved, dict):
            raise ValueError("expected a JSON object")
        known = {one.name for one in fields(cls)}
        try:
            content = json.dumps({name: value for name, value in saved.items() if name in known})
            return _reader().validate_json(content, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise ValueError(f"{where}: {first['msg']}") from error


@cache
def _reader() -> TypeAdapter[SplitEvidence]:
    return TypeAdapter(SplitEvidence)
