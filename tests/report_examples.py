"""Runs with everything that a report shows, made without training, and a reader of pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from run_folders import epoch_line, made_run

from seqclf.evaluation.evidence.content import (
    Curve,
    Duplicates,
    LabelCount,
    LabelError,
    LengthBin,
    Lengths,
    Origin,
    ShownText,
    SliceAccuracy,
    SplitEvidence,
    Word,
    WrongText,
)
from seqclf.evaluation.evidence.store import model_fingerprint, write_evidence
from seqclf.files import write_json
from seqclf.labels import Labels
from seqclf.metrics.baseline import BaselineScores
from seqclf.metrics.measured import Measured
from seqclf.runs import Run
from seqclf.tasks.classification.metrics import classification_metrics
from seqclf.tasks.classification.multi_label import multi_label_metrics

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "{{ 7 * 7 }} {% raw %} &amp; &lt;",
    "\u202e\u05d0\u05d1\u05d2 \u2066 \u0627\u0644",
    "\U0001f469\u200d\U0001f680 \u0e01\u0e33 e\u0301",
    "NUL \x00 BEL \x07 ESC \x1b[31m",
    "javascript:alert(1) http://example.com/x",
    "]]> --> </style></title></textarea><!--",
    "long " + "x" * 5_000,
)
VOID = {"meta", "link", "img", "br", "hr", "input", "base"}


class Page(HTMLParser):
    """A page as a browser reads it: its elements, its text, and whether they are nested as they should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1] == tag, (tag, self._open)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def sections(self) -> list[str | None]:
        return [one.get("id") for one in self.all("section")]


def measured(labels: Labels, texts: int = 60, *, seed: int = 1, data: str = "reviews.csv") -> Measured:
    """Metrics of random logits that are right more often than not, with a baseline of other ones."""
    draw = np.random.default_rng(seed)
    if labels.multi:
        truth: Any = draw.random((texts, len(labels))) < 0.3
        logits = np.where(truth, 1.0, -1.0) + draw.normal(0, 1.2, truth.shape)
        thresholds = (0.5,) * len(labels)
        metrics: Any = multi_label_metrics(logits, truth, labels, thresholds, evaluate=True)
        others = [multi_label_metrics(draw.normal(0, 1, truth.shape), truth, labels, thresholds) for _ in range(2)]
    else:
        truth = draw.integers(0, len(labels), texts)
        logits = draw.normal(0, 1, (texts, labels.units))
        if labels.units == 1:
            logits[:, 0] += np.where(truth == 1, 1.0, -1.0)
        else:
            logits[np.arange(texts), truth] += 1.5
        metrics = classification_metrics(logits, truth, labels, evaluate=True)
        others = [classification_metrics(draw.normal(0, 1, logits.shape), truth, labels) for _ in range(2)]
    baseline = BaselineScores(others[0].scores, others[1].scores, "words", 900, 900, texts, texts)
    return Measured(data, metrics, baseline)


def evidence_of(run: Run, labels: Sequence[str], words: Sequence[str], split: str = "validation") -> SplitEvidence:
    """Every part, with texts and labels of a user."""
    text = words[0]
    first, second = labels[0], labels[1]
    shown = ShownText(text, cut_before=3, cut_after=12_345, tokens=7, part=words[1], row=12)
    return SplitEvidence(
        Origin(words[2], split, 60, "2026-11-27T08:00:00+00:00", "train", model_fingerprint(run)),
        (
            Curve("label", 30, first, ((0.0, 0.0), (0.2, 0.7), (1.0, 1.0)), ((0.5, 0.9), (1.0, 0.5)), 0.8, 0.7),
            Curve("micro", 60, None, ((0.0, 0.0), (1.0, 1.0)), ((1.0, 0.5),), 0.5, 0.5),
        ),
        {
            "length": (SliceAccuracy("1 to 20", 40, 0.5, 0.4, 0.6), SliceAccuracy("21 to 90", 20, 0.9, 0.6, 1.0, True)),
            "label": tuple(SliceAccuracy(label, 30, 0.7, 0.5, 0.8) for label in labels[:30]),
            f"column:{words[3]}": (SliceAccuracy(words[4], 30, 0.7, 0.5, 0.8),),
        },
        tuple(
            WrongText(
                ShownText(one, tokens=4), (first,), (second,), {first: 0.02, second: 0.98}, 3.9, second,
                (Word(0, 3, 0.9), Word(3, 5, -0.4), Word(5, 6, None), Word(2, 4, 0.8), Word(0, 9_999_999, 1.0)),
            )
            for one in words
        ),
        7,
        (LabelError(shown, first, second, 0.02, 0.98, 0.9), LabelError(shown, None, second, None, 0.9, 0.8)),
        2,
        tuple(LabelCount(label, 30, 450) for label in labels),
        Lengths((LengthBin(1, 10, 20), LengthBin(11, 20, 30), LengthBin(21, 90, 10)), 12.5, 11.0, 90, 750, 3, 64, 4),
        Duplicates(1, 2, 3),
    )  # fmt: skip


def full_run(
    runs: Path,
    labels: Labels,
    words: Sequence[str] = HOSTILE,
    *,
    name: str = "reviews-1",
    splits: Sequence[str] = ("validation", "test"),
    **manifest: Any,
) -> Run:
    """A finished run with metrics, history and evidence."""
    found = {split: measured(labels, seed=place) for place, split in enumerate(splits)}
    about = {
        "training_texts": 900, "seed": 7, "parameters": 1234, "processor_seconds": 95.5, "peak_memory_bytes": 2**30,
        "versions": {"python": "3.11.7", "seqclf": "0.1.0"}, "git": {"commit": "abc", "dirty": True},
        "machine": {"system": "Linux", "processor": "AMD", "cpus": 2}, "data": words[2],
    }  # fmt: skip
    made = {split: one.to_json() for split, one in found.items()}
    run = made_run(runs, name, validation=None, metrics=made, **(about | manifest))
    run.write_labels(labels)
    write_history(run)
    write_evidence(run, evidence_of(run, labels, words, splits[-1]))
    return run


def write_history(run: Run, epochs: int = 3) -> None:
    """Epochs with windows of steps, and a line that a killed process left."""
    lines = []
    for epoch in range(1, epochs + 1):
        for step in (5, 10):
            window = {"type": "steps", "epoch": epoch, "step": step, "loss": 1 / epoch, "learning_rate": 0.01 / step}
            lines.append(json.dumps(window) + "\n")
        lines.append(epoch_line(epoch, 0.5 + epoch / 10, loss=1 / epoch))
    run.history.write_text("".join(lines) + '{"type": "epo', encoding="utf-8")


def language_model_run(runs: Path, *, unigram: bool = True, name: str = "lm-1") -> Run:
    """A finished language model."""
    scores = {"loss": 4.0, "perplexity": 54.6, "bits_per_character": 1.4, "word_perplexity": 300.0}
    metrics = {"data": "texts", "texts": 10, "tokens": 100, "words": 80, "characters": 400, **scores}
    baseline = {"baseline": {"unigram": {**scores, "loss": 6.0, "perplexity": 403.4}}} if unigram else {}
    run = made_run(runs, name, validation=None, metrics={"test": metrics | baseline}, task="language_model")
    write_history(run)
    evidence = evidence_of(run, ("a", "b"), HOSTILE, "test")
    write_evidence(run, SplitEvidence(evidence.origin, lengths=evidence.lengths, duplicates=evidence.duplicates))
    return run


def without_evaluation(run: Run) -> None:
    """Metrics as an earlier version wrote them, and a manifest without the newer entries."""
    kept = {"data", "texts", "loss", "accuracy", "macro_f1", "labels", "confusion"}
    write_json(
        run.folder / "metrics.json",
        {split: {name: value for name, value in one.items() if name in kept} for split, one in run.metrics.items()},
    )
    manifest = run.manifest
    write_json(run.folder / "manifest.json", {name: manifest[name] for name in ("status", "started", "wall_seconds")})
