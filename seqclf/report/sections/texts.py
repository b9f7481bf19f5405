"""Texts: accuracy on parts of them, those that are wrong with most confidence, and likely label errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seqclf.evaluation.evidence.content import LabelError, ShownText, SliceAccuracy, Word, WrongText
from seqclf.metrics.intervals import Interval
from seqclf.metrics.label_errors import LEAST_FOUND
from seqclf.report.facts import Facts
from seqclf.report.figures.texts import accuracy_by_length
from seqclf.report.numbers import percent, percents
from seqclf.report.section import Section
from seqclf.report.words import Piece, pieces

_LENGTH, _LABEL, _COLUMN = "length", "label", "column:"
_MOST_ROWS = 30
_MOST_PREDICTED = 6


@dataclass(frozen=True)
class SliceTable:
    """A table of slices: its title, and rows of value, texts, accuracy, interval and whether they are few.

    ``head``: that of the column of values.
    """

    title: str
    head: str
    column: str | None
    rows: list[tuple[str, str, str, str, bool]]
    more: int


@dataclass(frozen=True)
class Shown:
    """A text with its words coloured, and where it is from."""

    pieces: list[Piece]
    cut_before: str
    cut_after: str
    tokens: str
    place: str | None


@dataclass(frozen=True)
class Wrong:
    """A text that the model gets wrong; labels with their probabilities."""

    shown: Shown
    labels: Sequence[str]
    predicted: list[tuple[str, str]]
    more_predicted: int
    true_probabilities: list[tuple[str, str]]
    target: str | None

    @property
    def names_target(self) -> bool:
        """Whether the words are scored for a label that is not the predicted one, or not the only one."""
        return self.target is not None and [label for label, _ in self.predicted] != [self.target]


@dataclass(frozen=True)
class Suspect:
    """A text whose label is perhaps wrong."""

    shown: Shown
    given: str | None
    given_probability: str
    suggested: str | None
    suggested_probability: str


def slices(facts: Facts) -> Section | None:
    """Accuracy by length, by label and by columns."""
    evidence = facts.shown_evidence
    if evidence is None or not any(evidence.slices.values()):
        return None
    by_length = evidence.slices.get(_LENGTH, ())
    tables = [_table(name, found) for name, found in evidence.slices.items() if found]
    values = {
        "split": evidence.origin.split,
        "figure": accuracy_by_length(by_length),
        "tables": tables,
        "multi": facts.labels.multi,
    }
    return Section("slices", "Accuracy on parts of the texts", "slices", values)


def _table(name: str, found: Sequence[SliceAccuracy]) -> SliceTable:
    titles = {_LENGTH: ("By length, in tokens", "tokens"), _LABEL: ("By label", "label")}
    column = name.removeprefix(_COLUMN) if name.startswith(_COLUMN) else None
    rows = [
        (one.value, f"{one.texts:,}", percent(one.accuracy), percents(Interval(one.low, one.high)), one.small)
        for one in found[:_MOST_ROWS]
    ]
    title, head = titles.get(name, ("By column", "value"))
    return SliceTable(title, head, column, rows, len(found) - len(rows))


def wrong(facts: Facts) -> Section | None:
    """The most confidently wrong texts."""
    evidence = facts.shown_evidence
    if evidence is None or not evidence.wrong:
        return None
    texts = [_wrong(one) for one in evidence.wrong]
    values = {
        "split": evidence.origin.split,
        "texts": texts,
        "all": None if evidence.wrong_texts is None else f"{evidence.wrong_texts:,}",
        "coloured": any(one.target is not None for one in texts),
        "names_targets": any(one.names_target for one in texts),
        "columns": () if facts.config is None else facts.config.data.fields,
        "multi": facts.labels.multi,
    }
    return Section("wrong", "Most confidently wrong", "wrong", values)


def _wrong(one: WrongText) -> Wrong:
    def with_probabilities(labels: Sequence[str]) -> list[tuple[str, str]]:
        known = one.probabilities
        return [(label, percent(known[label]) if label in known else "") for label in labels]

    return Wrong(
        _shown(one.shown, one.words),
        one.labels,
        with_probabilities(one.predicted[:_MOST_PREDICTED]),
        max(0, len(one.predicted) - _MOST_PREDICTED),
        with_probabilities(one.labels),
        one.target if one.words else None,
    )


def label_errors(facts: Facts) -> Section | None:
    """Texts whose labels are likely wrong."""
    evidence = facts.shown_evidence
    if evidence is None or not evidence.label_errors:
        return None
    values = {
        "split": evidence.origin.split,
        "texts": [_suspect(one) for one in evidence.label_errors],
        "all": None if evidence.likely_label_errors is None else f"{evidence.likely_label_errors:,}",
        "columns": () if facts.config is None else facts.config.data.fields,
        "least": LEAST_FOUND if facts.labels.multi else None,
    }
    return Section("label-errors", "Likely label errors", "label_errors", values)


def _suspect(one: LabelError) -> Suspect:
    given, suggested = (
        "" if share is None else percent(share) for share in (one.given_probability, one.suggested_probability)
    )
    return Suspect(_shown(one.shown, ()), one.given, given, one.suggested, suggested)


def _shown(text: ShownText, words: Sequence[Word]) -> Shown:
    tokens = f"{text.tokens:,} tokens" if text.tokens else ""
    before, after = (f"{cut:,}" if cut else "" for cut in (text.cut_before, text.cut_after))
    return Shown(list(pieces(text, words)), before, after, tokens, _place(text))


def _place(text: ShownText) -> str | None:
    """``reviews.csv:12``: the part of the source, and the line or the number there; None: unknown."""
    if text.row is None:
        return text.part
    return f"number {text.row}" if text.part is None else f"{text.part}:{text.row}"
