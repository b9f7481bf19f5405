"""All that a report says of a run, read from its files once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from seqclf.config import Config, load_config
from seqclf.errors import InputError
from seqclf.evaluation.evidence.content import SplitEvidence
from seqclf.evaluation.evidence.store import read_evidence
from seqclf.labels import NO_LABELS, Labels
from seqclf.metrics.language_model import LanguageModelMetrics, LanguageModelScores, MeasuredLanguageModel
from seqclf.metrics.measured import Measured
from seqclf.report.history import History, read_history
from seqclf.run_calibration import RunCalibration
from seqclf.run_catalogue.entry import Entry, read_run
from seqclf.run_catalogue.state import DAMAGED
from seqclf.runs import LANGUAGE_MODEL, Run

SPLITS = ("test", "validation", "train")
"""The first of them that was measured is the one that a report is about."""


@dataclass(frozen=True)
class Facts:
    """A run.

    Attributes:
        config: None if it is malformed, or of a version whose options are gone.
        measured: of a classifier, by split.
        perplexities: of a language model, by split.
        evidence: by split, only that of the model as it is.
        problems: files that cannot be read, with the reason.
    """

    entry: Entry
    labels: Labels = NO_LABELS
    config: Config | None = None
    config_text: str | None = None
    history: History = field(default_factory=History)
    measured: Mapping[str, Measured] = field(default_factory=dict)
    perplexities: Mapping[str, MeasuredLanguageModel] = field(default_factory=dict)
    evidence: Mapping[str, SplitEvidence] = field(default_factory=dict)
    calibration: RunCalibration | None = None
    problems: tuple[str, ...] = ()

    @property
    def run(self) -> Run:
        return self.entry.run

    @property
    def manifest(self) -> Mapping[str, Any]:
        return self.entry.manifest

    @property
    def is_language_model(self) -> bool:
        return self.entry.task == LANGUAGE_MODEL

    @property
    def split(self) -> str | None:
        """The split that the report is about: test if it was measured, else validation."""
        known: Mapping[str, Any] = self.perplexities if self.is_language_model else self.measured
        return next((split for split in SPLITS if split in known), None)

    @property
    def main(self) -> Measured | None:
        """The metrics of a classifier on ``split``."""
        return None if self.split is None else self.measured.get(self.split)

    @property
    def compared_split(self) -> str | None:
        """The split on which a classifier is compared with the baseline: ``split``, or another one if ``split`` was
        measured without a baseline, as by ``seqclf calibrate``."""
        if self.main is None or self.main.baseline is not None or not self.main.is_comparable:
            return self.split
        compared = (split for split in SPLITS if split in self.measured and split != "train")
        return next((split for split in compared if self.measured[split].baseline is not None), self.split)

    @cached_property
    def shown_evidence(self) -> SplitEvidence | None:
        """That of ``split`` if there is one, else of another split."""
        order = ([] if self.split is None else [self.split]) + list(SPLITS)
        return next((self.evidence[split] for split in order if split in self.evidence), None)


def read_facts(run: Run) -> Facts:
    """Raises ``InputError`` if the manifest is missing or malformed. Other damaged files are ``problems``."""
    entry = read_run(run.folder)
    if entry.state == DAMAGED:
        raise InputError(str(entry.problem))
    problems: list[str] = []

    @contextlib.contextmanager
    def noted() -> Iterator[None]:
        try:
            yield
        except InputError as error:
            problems.append(str(error))

    found: dict[str, Any] = {}
    with noted():
        if run.config.is_file():
            found["config_text"] = run.config.read_text(encoding="utf-8", errors="replace")
            found["config"] = load_config(run.config)
    with noted():
        if entry.task == LANGUAGE_MODEL:
            found["perplexities"] = _perplexities(run)
        elif (run.folder / "labels.json").is_file():  # written once the texts are read
            found["labels"] = run.labels
            found["measured"] = run.measured(*SPLITS)
            found["calibration"] = run.calibration
    evidence = {}
    for split in SPLITS:
        with noted():
            if (one := read_evidence(run, split)) is not None:
                evidence[split] = one
    history = read_history(run.history)
    return Facts(entry, history=history, evidence=evidence, problems=tuple(problems), **found)


def _perplexities(run: Run) -> dict[str, MeasuredLanguageModel]:
    found = {}
    for split, saved in run.metrics.items():
        if split not in SPLITS:
            continue
        try:
            metrics = LanguageModelMetrics.from_json(saved)
            baseline = saved.get("baseline")
            unigram = LanguageModelScores.from_json(baseline.get("unigram")) if isinstance(baseline, dict) else None
        except ValueError as error:
            raise InputError(f"{run.folder / 'metrics.json'}: {split}: {error}") from error
        found[split] = MeasuredLanguageModel(str(saved.get("data", "")), metrics, unigram)
    return found
