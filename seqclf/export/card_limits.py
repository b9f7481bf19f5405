"""What the measured texts of a run say of its limits, for its model card. Without texts of the user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from seqclf.labels import on_one_line
from seqclf.metrics.counts import LabelMetrics

_MOST_PARTS, _MOST_LABELS = 5, 10
_HARDLY = 0.1  # recall below which a label is hardly ever found
_ENOUGH_TEXTS = 5  # of a label, for its recall to say something


@dataclass(frozen=True)
class Part:
    """The accuracy on some of the texts, with its 95 % interval (Wilson 1927).

    Attributes:
        kind: whether the texts are alike in their number of tokens or in their label.
        value: the range of numbers, or the label; None: the texts have no label.
        texts: their number.
        cut: the model reads only a part of each.
    """

    kind: Literal["length", "label"]
    value: str | None
    texts: int
    accuracy: float
    low: float
    high: float
    cut: bool = False


@dataclass(frozen=True)
class MeasuredLimits:
    """What is known of a split's texts and of the answers of the model for them.

    Attributes:
        split: ``test`` or ``validation``.
        texts: their number.
        accuracy: on all of them.
        labels: metrics of the model's labels.
        parts: the texts by length and by label, without parts of few texts.
        multi: a text is right if it gets exactly its labels.
        limit: number of tokens that the model reads of a text; None: unknown.
        longer: how many texts have more.
        tokens, unknown_tokens: of all texts, before any is cut.
    """

    split: str
    texts: int
    accuracy: float
    labels: Mapping[str, LabelMetrics]
    parts: Sequence[Part] = ()
    multi: bool = False
    limit: int | None = None
    longer: int = 0
    tokens: int = 0
    unknown_tokens: int = 0


def measured_limits(found: MeasuredLimits | None, *, quantized: bool = False) -> Iterator[str]:
    """Items of a list in Markdown; none for None.

    ``quantized``: the card is that of a model whose weights were quantized after the texts were measured.
    """
    if found is None:
        return
    missed = {label: one for label, one in found.labels.items() if _is_missed(one)}
    worse = [part for part in found.parts if part.high < found.accuracy]
    # A label that is hardly ever found has a sentence of its own.
    worse = [part for part in worse if part.kind != "label" or found.multi or part.value not in missed]
    if worse:
        before = ", before its weights were quantized" if quantized else ""
        yield f"- It is right less often on some of the {found.split} texts{before} (in brackets: 95 % intervals):"
        yield from _parts(sorted(worse, key=lambda part: (part.accuracy, -part.texts)), found)
    if missed:
        yield f"- It hardly ever finds some labels of the {found.split} texts: {_listed(missed)}."
    if found.longer and found.limit is not None:
        what = "text is" if found.longer == 1 else "texts are"
        share = _percent(found.longer / found.texts)
        yield (
            f"- {found.longer:,} {found.split} {what} longer than the {found.limit:,} tokens that it reads "
            f"({share} of {found.texts:,})."
        )
    if found.unknown_tokens and found.tokens:
        share = _percent(found.unknown_tokens / found.tokens)
        yield f"- Its tokenizer does not know {share} of the tokens of the {found.split} texts."


def given_languages(codes: Sequence[str]) -> Iterator[str]:
    """An item of a list in Markdown about the languages that the user named; none without any."""
    if codes:
        named = ", ".join(f"`{on_one_line(code)}`" for code in codes)
        yield f"- Its texts are in {named}, says who shared it: it knows no other languages."


def _is_missed(label: LabelMetrics) -> bool:
    return label.support >= _ENOUGH_TEXTS and label.recall is not None and label.recall < _HARDLY


def _parts(worse: Sequence[Part], found: MeasuredLimits) -> Iterator[str]:
    right = "get exactly their labels" if found.multi else "are right"
    overall = _percent(found.accuracy)
    for part in worse[:_MOST_PARTS]:
        interval = f"{100 * part.low:.1f} to {100 * part.high:.1f}"
        yield f"  - {_texts_of(part)}: {_percent(part.accuracy)} {right} ({interval}), against {overall} of all."
    if (more := len(worse) - _MOST_PARTS) > 0:
        yield f"  - And {more:,} more parts by length or label."


def _texts_of(part: Part) -> str:
    if part.kind == "length":
        tokens = "token" if part.value == "1" else "tokens"
        return f"Texts of {part.value} {tokens}" + (", which it reads in part" if part.cut else "")
    return "Texts without labels" if part.value is None else f"Texts with the label `{on_one_line(part.value)}`"


def _listed(missed: Mapping[str, LabelMetrics]) -> str:
    worst: Iterable[tuple[str, LabelMetrics]] = sorted(
        missed.items(), key=lambda one: (one[1].recall or 0.0, -one[1].support)
    )
    shown = [
        f"`{on_one_line(label)}` ({_percent(one.recall or 0.0)} of {one.support:,} texts)"
        for label, one in list(worst)[:_MOST_LABELS]
    ]
    more = len(missed) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more > 0 else "")


def _percent(share: float) -> str:
    """Shares that are neither 0 nor 1 are never shown as 0 % or 100 %."""
    shown = f"{100 * share:.1f}"
    if share > 0 and shown == "0.0":
        return "less than 0.1 %"
    return f"{'99.9' if share < 1 and shown == '100.0' else shown} %"
