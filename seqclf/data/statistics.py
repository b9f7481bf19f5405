"""Statistics of a split's texts, and problems and warnings about all splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqclf.config.problems import Problem
from seqclf.config.schema import TokenizerConfig
from seqclf.data.conflicts import Conflict, conflicts, conflicts_warning
from seqclf.data.encoded import EncodedTexts
from seqclf.data.label_balance import uneven_warning
from seqclf.data.label_sets import ALL_SHARES_THE_SAME, all_the_same, labels_a_text, some_of, what_to_do
from seqclf.data.label_spelling import alike, are_written_lists
from seqclf.data.leaks import DigestedTexts, Leak, SeenTexts
from seqclf.data.normal_forms import same_label_warning
from seqclf.data.weight_statistics import ShareStatistics, WeightStatistics, without_weight
from seqclf.sources import TableColumns, UnknownLabels
from seqclf.sources.texts import LabelledTexts
from seqclf.text.normal_form import normal_form

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)

_MUCH_TRUNCATED = 0.2
_LABELS_NAMED = 10
_FAR_FROM_SHARE = 0.25


@dataclass(frozen=True)
class TextStatistics:
    """Statistics of the texts and labels of a split.

    Attributes:
        labels: number of texts of each label, the most frequent first; empty if the texts have no labels.
        multi: whether texts have several labels.
        unlabelled: number of texts without labels.
        empty: number of texts that contain only white space.
        duplicates: number of texts equal to an earlier text of the split, except for case and white space.
        contradictory: number of distinct texts that occur with more than one label or set of labels, and with the same
            values in the columns beside the text.
        weights: of the texts; None if they have none.
        shares: of probabilities of labels; None if there are none. ``labels`` are then the most probable ones.
        names: all labels in the source's own order, also those that no text has; empty if the source has no order.
        conflicts: some of the texts that ``contradictory`` counts, to look at.
    """

    texts: int
    labels: dict[str, int]
    multi: bool
    unlabelled: int
    empty: int
    duplicates: int
    contradictory: int
    weights: WeightStatistics | None = None
    shares: ShareStatistics | None = None
    names: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """The labels of a model that is trained on these texts."""
        return frozenset(self.names or self.labels)

    @property
    def by_label(self) -> Mapping[str, float]:
        """How much each label counts: its summed weight, without weights its number of texts."""
        return self.labels if self.weights is None else self.weights.labels


@dataclass(frozen=True)
class TokenStatistics:
    """Statistics of the tokens of a split.

    Attributes:
        mean: mean number of tokens per text, before truncation.
        quantiles: quantiles of the same numbers, at ``QUANTILES``.
        histogram: ``(least, most, texts)``: number of texts by number of tokens, in ranges of doubling width.
        truncated: fraction of the texts that have more than ``max_tokens`` tokens.
        unknown: fraction of the tokens that are unknown; separators of fields are not counted.
    """

    mean: float
    quantiles: tuple[float, ...]
    histogram: tuple[tuple[int, int, int], ...]
    truncated: float
    unknown: float


def text_statistics(
    data: LabelledTexts, *, labelled: bool = True, digested: DigestedTexts | None = None, shows_texts: bool = False
) -> TextStatistics:
    """The statistics of a split.

    Args:
        labelled: whether its texts have labels.
        digested: ``DigestedTexts.of(data)``, if it is known already.
        shows_texts: whether to find some of the texts with conflicting labels.
    """
    digested = DigestedTexts.of(data) if digested is None else digested
    seen = SeenTexts([digested])
    beside = DigestedTexts.with_columns(data) if data.extra else digested
    labels_seen = SeenTexts([beside]) if data.extra else seen
    names = (name for names in data.label_sets for name in names) if labelled else ()
    return TextStatistics(
        texts=len(data),
        labels=dict(Counter(names).most_common()),
        multi=data.multi,
        unlabelled=sum(not names for names in data.label_sets),
        empty=sum(not text.strip() for text in data.texts),
        duplicates=len(data) - len(seen),
        contradictory=labels_seen.contradictory,
        weights=WeightStatistics.of(data),
        shares=ShareStatistics.of(data),
        names=data.label_names or (),
        conflicts=conflicts(data, beside, labels_seen) if shows_texts else (),
    )


def token_statistics(
    encoded: EncodedTexts, max_tokens: int | None, vocabulary_size: int, unknown_id: int
) -> TokenStatistics:
    """The statistics of the tokens of a split; without ``max_tokens``, texts are not truncated."""
    lengths = encoded.lengths
    ranges = np.floor(np.log2(lengths)).astype(int)
    counts = np.bincount(ranges)
    occurrences = encoded.counts(vocabulary_size)
    if encoded.separator_id is not None:
        occurrences[encoded.separator_id] = 0
    return TokenStatistics(
        mean=float(lengths.mean()),
        quantiles=tuple(float(value) for value in np.quantile(lengths, QUANTILES)),
        histogram=tuple(
            (2**power, 2 ** (power + 1) - 1, int(counts[power])) for power in range(int(ranges.min()), len(counts))
        ),
        truncated=0.0 if max_tokens is None else float((lengths > max_tokens).mean()),
        unknown=float(occurrences[unknown_id] / max(occurrences.sum(), 1)),
    )


def label_problems(splits: Mapping[str, TextStatistics], unknown_labels: UnknownLabels = "error") -> list[Problem]:
    """Problems that prevent training or evaluation with these labels."""
    train = splits["train"]
    problems = []
    if train.shares is not None:
        if train.shares.same:
            problems.append(Problem(("data", "train"), ALL_SHARES_THE_SAME))
    elif all(count == train.texts for count in train.labels.values()):
        message = all_the_same(list(train.labels), train.multi, "training text")
        problems.append(Problem(("data", "train"), message))
    for name, split in splits.items():
        if split.weights is not None:
            found_there = split.weights.problems(name, multi=train.multi or train.shares is not None)
            problems += [Problem(("data", name), message) for message in found_there]
    for name in ("validation", "test"):
        if name in splits and splits[name].multi != train.multi:
            found, expected = labels_a_text(splits[name].multi), labels_a_text(train.multi)
            message = f"has {found}, but the training texts have {expected}"
            problems.append(Problem(("data", name), message))
        if name in splits and (unknown := _unknown_labels(splits[name], train, unknown_labels)) is not None:
            problems.append(Problem(("data", name), unknown))
    return problems


def _unknown_labels(split: TextStatistics, train: TextStatistics, unknown_labels: UnknownLabels) -> str | None:
    """The problem with labels of a split that do not occur in the training texts; None if there is none."""
    strange = sorted(split.labels.keys() - train.known)
    named = some_of(strange, _LABELS_NAMED)
    if strange and unknown_labels == "error":
        advice = what_to_do(strange, sorted(train.known))
        return f"has labels that do not occur in the training texts: {named}; {advice}"
    if strange and not train.multi and len(strange) == len(split.labels):
        return f"every text has a label that does not occur in the training texts ({named})"
    return None


def text_warnings(
    splits: Mapping[str, TextStatistics],
    leaks: Mapping[str, Leak],
    unknown_labels: UnknownLabels = "error",
    *,
    columns: TableColumns | None = None,
    expects_uneven: bool = False,
) -> list[Problem]:
    """Warnings about the texts and labels.

    Args:
        leaks: leaks of the validation and the test split.
        columns: what makes up a text and stands beside it; None: a text is one value, with nothing beside it.
        expects_uneven: whether the config already handles uneven labels, by class weights and by monitoring macro F1.
    """
    train = splits["train"]
    labels = train.labels
    warnings = [
        Problem(("data", "train"), message) for message in _label_warnings(train, expects_uneven=expects_uneven)
    ]

    def warn(split: str, message: str) -> None:
        warnings.append(Problem(("data", split), message))

    weights = {name: (split.texts, split.weights) for name, split in splits.items() if split.weights is not None}
    if (message := without_weight(weights)) is not None:
        warnings.append(Problem(("data", "weight"), message))
    for name, split in splits.items():
        for message in () if split.weights is None else split.weights.warnings():
            warn(name, message)
        for message in () if split.shares is None else split.shares.warnings(split.texts):
            warn(name, message)
        lacking = sorted(labels.keys() - split.labels.keys())
        if lacking:
            named = some_of(lacking, _LABELS_NAMED)
            warn(name, f"has no texts with the training labels {named}; its scores say nothing about them")
        strange = sorted(split.labels.keys() - train.known)
        if strange and unknown_labels != "error":
            what = "counted as errors" if unknown_labels == "wrong" else "skipped"
            warn(
                name,
                f"texts with labels that do not occur in the training texts ({some_of(strange, _LABELS_NAMED)}) are "
                f"{what}",
            )
        if split.empty:
            warn(name, _about_empty(split, columns or TableColumns()))
        if split.contradictory:
            warn(name, conflicts_warning(split.contradictory, split.conflicts, multi=split.multi, split=name))
        if name in leaks and (leaked := leaks[name]).rows:
            before = "training" if name == "validation" else "training or validation"
            share = f"{leaked.rows:,} of {split.texts:,} texts ({leaked.texts:,} distinct)"
            label = "other labels" if split.multi else "another label"
            other = f", {leaked.contradictory:,} of them with {label}" if leaked.contradictory else ""
            warn(name, f"{share} are also {before} texts{other}: scores on them say nothing about new texts")
    return warnings


def _about_empty(split: TextStatistics, columns: TableColumns) -> str:
    if not split.labels:
        return f"{split.empty:,} of {split.texts:,} texts are empty: a model learns nothing from them"
    where = " in all columns of data.text" if len(columns.texts) > 1 else ""
    condition = ", if no column of data.extra has a value" if columns.extra else ""
    return (
        f"{split.empty:,} of {split.texts:,} texts are empty{where}: such a text gets the label frequencies as "
        f"probabilities{condition}"
    )


def _label_warnings(train: TextStatistics, *, expects_uneven: bool) -> Iterator[str]:
    """Warnings about the labels of the training texts."""
    labels = train.labels
    if not expects_uneven and (message := uneven_warning(labels, train.weights)) is not None:
        yield message
    if (alike := alike_labels_warning(list(labels))) is not None:
        yield alike
    if not train.multi and are_written_lists(list(labels)):
        yield (
            f"labels are lists written as text, such as {some_of(list(labels), 1)}: each different one is a label of "
            "its own; for several labels per text, write them with a separator (data.label_separator) or as lists in "
            "jsonl"
        )
    numbers = [label for label in labels if label.lstrip("-").isdecimal()]
    if numbers and len(numbers) < len(labels):
        yield f"labels are numbers and words: {some_of(sorted(numbers), _LABELS_NAMED)} among {len(labels):,}"


def size_warnings(splits: Mapping[str, TextStatistics], parts: Mapping[str, str | float | None]) -> list[Problem]:
    """Warnings about random splits far from the requested fraction; ``parts`` as in ``SourceOptions.parts``."""
    drawn = {name: part for name, part in parts.items() if isinstance(part, float) and name in splits}
    texts = splits["train"].texts + sum(splits[name].texts for name in drawn)
    warnings = []
    for name, share in drawn.items():
        found = splits[name].texts / texts
        if abs(found - share) > _FAR_FROM_SHARE * share:
            message = (
                f"is {found:.1%} of the texts, not {share:.1%}: texts that must stay together (equal texts, or texts "
                "of one data.group) or labels with few texts prevent a closer split"
            )
            warnings.append(Problem(("data", name), message))
    return warnings


def token_warnings(splits: Mapping[str, TokenStatistics], options: TokenizerConfig) -> list[Problem]:
    train = splits["train"]
    warnings = []
    if train.truncated > _MUCH_TRUNCATED:
        most = train.quantiles[QUANTILES.index(0.95)]
        message = (
            f"{options.max_tokens} truncates {train.truncated:.0%} of the training texts; {most:,.0f} would be enough "
            "for 95 % of them"
        )
        warnings.append(Problem(("tokenizer", "max_tokens"), message))
    return warnings


def alike_labels_warning(labels: Sequence[str]) -> str | None:
    """A warning about labels that differ only in case, spaces, spelling or normal form; None if there are none."""
    composed = dict.fromkeys(normal_form(label, "NFC") for label in labels)
    return "; ".join(filter(None, [_alike_warning(composed), same_label_warning(labels)])) or None


def _alike_warning(labels: Collection[str]) -> str | None:
    if found := alike(labels):
        what = "case or spaces" if len({"".join(one.casefold().split()) for one in found}) < len(found) else "spelling"
        return f"labels that differ only in {what} count as different labels: {some_of(found, _LABELS_NAMED)}"
    return None
