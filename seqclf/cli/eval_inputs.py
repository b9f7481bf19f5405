"""What ``seqclf eval`` measures on: the run's config with its changes, encoded texts, and the baseline's scores."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.data.encoded import EncodedTexts
    from seqclf.evaluation.measurable import MeasurableClassifier
    from seqclf.metrics.baseline import BaselineScores
    from seqclf.run_answers import Bound, KeptAnswers
    from seqclf.sources.texts import LabelledTexts


def config_of(path: Path, settings: tuple[str, ...], *, for_data: bool) -> Config:
    """The run's config with ``--set``. Texts of ``--data`` whose labels the run lacks are skipped and counted, unless
    it says otherwise: the rest is worth measuring."""
    from seqclf.config import load_config, parse_override
    from seqclf.errors import InputError

    overrides = [parse_override(setting) for setting in settings]
    for override in overrides:
        if override.path[0] != "data":
            raise InputError(f"{override}: only data.KEY can be set; a trained model's other options are fixed")
    config = load_config(path, overrides)
    said = any(override.path[1:] == ("unknown_labels",) for override in overrides)
    if not for_data or said or not config.task.needs_labels or config.data.unknown_labels != "error":
        return config
    return load_config(path, [*overrides, parse_override("data.unknown_labels=drop")])


def encoded_texts(
    config: Config, classifier: MeasurableClassifier, fingerprints: dict[str, str], scored: str | LabelledTexts
) -> EncodedTexts:
    """The texts of a split, or given texts, as token ids."""
    from seqclf.data.encode import encode_texts
    from seqclf.data.label_sets import differ_in_case
    from seqclf.data.label_spelling import spelled_alike, spelling_note
    from seqclf.data.prepare import prepare_split

    def report_stage(stage: str) -> None:
        say(stage, err=True)

    tokenizer, labels, extra = classifier.tokenizer, classifier.labels, classifier.extra
    if isinstance(scored, str):
        trained = classifier.config
        return prepare_split(
            config, scored, tokenizer, labels, fingerprints, extra=extra, trained=trained, on_stage=report_stage
        )
    if changed := spelled_alike(scored, labels.names)[1]:
        say(f"The {spelling_note(changed)}", err=True)
    texts = encode_texts(scored, tokenizer, labels, config.data.unknown_labels, extra=extra)
    if texts.unknown is not None:
        say(texts.unknown.summary_of("given"), err=True)
        if (note := differ_in_case(texts.unknown.labels, labels)) is not None:
            say(f"warning: {note}", err=True)
    return texts


@dataclass(frozen=True)
class Simple:
    """What is known of the baseline.

    Attributes:
        scores: None: there is none.
        linear: the answers of the linear model, and what they belong to; None: unknown.
    """

    scores: BaselineScores | None = None
    linear: tuple[KeptAnswers, Bound] | None = None

    def beside(self, network: KeptAnswers) -> BaselineScores | None:
        """The scores, with the linear model compared with the network text by text."""
        from seqclf.evaluation.against_linear import paired_with

        if self.scores is None or self.linear is None:
            return self.scores
        return self.scores.with_paired(paired_with(network, self.linear[0]))


@contextlib.contextmanager
def parallel_baseline(
    config: Config, classifier: MeasurableClassifier, fingerprints: dict[str, str], scored: str | LabelledTexts
) -> Iterator[Callable[[], Simple]]:
    """Score the baseline in parallel with the block; yields a function that waits for what is known of it."""
    from seqclf.baseline.job import begin
    from seqclf.data.corpus import Corpus
    from seqclf.data.same_rows import as_trained

    own = as_trained(config, classifier.config)
    if isinstance(scored, str) and own.data != config.data:
        scored = Corpus(config).texts(scored)  # fitted to the texts as the run read them, but scored as the run is
    with contextlib.ExitStack() as stack:
        job = begin(own, Corpus(own), classifier.labels, fingerprints, scored)
        if job is not None:
            stack.enter_context(job)

        def wait() -> Simple:
            if job is None:
                return Simple()
            scores = job.result()
            if job.problem is not None:
                say(f"No linear baseline to compare with: {job.problem}", err=True)
            return Simple(scores, None if scores is None else job.answers)

        yield wait
