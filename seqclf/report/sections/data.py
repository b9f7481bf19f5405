"""The data: how many texts, how long, with which labels, and which are equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from seqclf.evaluation.evidence.content import Duplicates, LabelCount, Lengths, SplitEvidence
from seqclf.report.facts import Facts
from seqclf.report.figures.texts import lengths
from seqclf.report.numbers import counted, equal, percent
from seqclf.report.section import Section
from seqclf.run_catalogue.scores import is_number

_MOST_LABELS = 40


@dataclass(frozen=True)
class CountRow:
    """How many texts have a label; ``share``: of the texts, from 0 to 1, for its bar."""

    label: str
    texts: str
    share: float
    shown_share: str
    training: str


def data(facts: Facts) -> Section | None:
    """None if not even the number of training texts is known."""
    evidence = facts.shown_evidence
    rows = list(_numbers(facts))
    if not rows and evidence is None:
        return None
    found: dict[str, Any] = {"figure": None, "labels": [], "more_labels": 0, "sentences": []}
    if evidence is not None:
        found["split"] = evidence.origin.split
        found["sentences"] = [(one.origin.split, list(_sentences(one))) for one in _shown(facts, evidence)]
        found["figure"] = None if evidence.lengths is None else lengths(evidence.lengths)
        found["labels"] = [_count(one, evidence) for one in evidence.labels]
        found["counts_training"] = any(one.training_texts is not None for one in evidence.labels)
        found["more_labels"] = max(0, len(evidence.labels) - _MOST_LABELS)
    return Section("data", "Data", "data", {"rows": rows, **found})


def _shown(facts: Facts, evidence: SplitEvidence) -> Iterator[SplitEvidence]:
    """What is said of the texts: of those of the report, and of the training texts."""
    yield evidence
    trained = facts.evidence.get("train")
    if trained is not None and trained is not evidence:
        yield trained


def _numbers(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.entry.data:
        yield "source", facts.entry.data
    if is_number(facts.manifest.get("training_texts")):
        yield "training texts", f"{facts.manifest['training_texts']:,}"
    texts = {split: one.metrics.texts for split, one in facts.measured.items()}
    texts |= {split: one.metrics.texts for split, one in facts.perplexities.items()}
    for split, number in texts.items():
        if split != "train":
            yield f"{split} texts", f"{number:,}"
    if len(facts.labels):
        yield "labels", f"{len(facts.labels):,}" + (", any number of them on a text" if facts.labels.multi else "")


def _sentences(evidence: SplitEvidence) -> Iterator[str]:
    if (found := evidence.lengths) is not None:
        yield from _about_lengths(found, evidence.origin.texts)
    if evidence.duplicates is not None:
        split = evidence.origin.split
        yield from _about_duplicates(evidence.duplicates, "training" if split == "train" else split)


def _about_lengths(found: Lengths, texts: int) -> Iterator[str]:
    yield f"A text has {found.mean:,.0f} tokens on average (median {found.median:,.0f}), {found.longest:,} at most."
    if found.limit is not None and texts:
        share = percent(found.truncated / texts)
        yield f"The model reads {found.limit:,} tokens at most: {found.truncated:,} of the texts ({share}) are longer."
    if found.tokens:
        yield f"Unknown to the tokenizer: {percent(found.unknown_tokens / found.tokens, 2)} of the tokens."


def _about_duplicates(found: Duplicates, split: str) -> Iterator[str]:
    if not found.repeated and found.in_training == 0:
        yield f"No {split} text is equal to another one, or to a training text."
        return
    if found.repeated or found.in_training is None:
        none = f"No {split} text is equal to another one."
        yield f"{equal(found.repeated, split, f'earlier {split}')}." if found.repeated else none
    if found.contradictory:
        verb = "occurs" if found.contradictory == 1 else "occur"
        yield f"{counted(found.contradictory, 'text')} {verb} several times, with different labels."
    if found.in_training:
        yield f"{equal(found.in_training, split, 'training')}: scores on them say nothing about new texts."
    elif found.in_training is not None:
        yield f"No {split} text is equal to a training text."


def _count(one: LabelCount, evidence: SplitEvidence) -> CountRow:
    share = one.texts / evidence.origin.texts if evidence.origin.texts else 0.0
    training = "" if one.training_texts is None else f"{one.training_texts:,}"
    return CountRow(one.label, f"{one.texts:,}", min(1.0, share), percent(share), training)
