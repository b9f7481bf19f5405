"""Changes what a run decides by, in its folder and in all its exported models.

At every moment the folder is one that all commands can use: models that were made with other decisions are gone before
anything else is written. Without them ``seqclf predict`` uses Keras, and ``seqclf export`` makes them again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqclf.calibration.scored import VALIDATION
from seqclf.config import Config
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import InputError
from seqclf.evaluation.against_linear import keep_linear, linear_answers, paired_with
from seqclf.evaluation.answers_store import answers_stay, read_answers
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.evaluation.evidence.store import evidence_stays, model_fingerprint
from seqclf.files import remove_folder, scratch_folder, sync
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.run_answers import Bound, KeptAnswers, answers_file
from seqclf.runs import Run
from seqclf.tasks.classification.kept import kept_answers

Kept = tuple[KeptAnswers, Bound]
"""Answers and what they belong to."""

_KEPT = ("data", "baseline", "trained_on", "validated_on")
"""Entries of a split in ``metrics.json`` that do not depend on thresholds and probabilities."""


def store(
    run: Run,
    classifier: KerasClassifier,
    texts: Mapping[str, EncodedTexts],
    write: Callable[[], None],
    *,
    scores_change: bool = True,
) -> dict[str, ClassifierMetrics]:
    """Write a changed classifier to its run; returns its metrics by split.

    Metrics of splits that are not in ``texts`` are deleted if ``scores_change``: they were those of other decisions or
    probabilities.

    Args:
        classifier: with what has changed: thresholds, calibration.
        texts: the encoded texts to measure, by split; the validation texts among them.
        write: writes the file of the run that has changed.

    Raises:
        InputError: another process is training the run.
    """
    found = {split: classifier.evaluate_each(encoded) for split, encoded in texts.items()}
    metrics = {split: one for split, (one, _) in found.items()}
    answers = {
        split: kept_answers(texts[split], logits, classifier.labels, classifier.thresholds)
        for split, (_, logits) in found.items()
    }
    linear = {split: linear_answers([run], split, one) for split, one in answers.items()}
    with contextlib.ExitStack() as stack:
        stack.enter_context(run.locked())
        scratch = stack.enter_context(scratch_folder(run.folder / "exports"))
        if scores_change:
            stack.enter_context(_answers_kept(run, answers, linear))
        else:
            stack.enter_context(evidence_stays(run))
            stack.enter_context(answers_stay(run))
        made = _exported(classifier, Run(scratch))
        before = run.metrics
        run.onnx.unlink(missing_ok=True)
        if run.saved_model.exists():
            remove_folder(run.saved_model)
        if scores_change:
            run.forget_metrics()
        sync(run.folder)
        write()
        for split, one in metrics.items():
            entry = _entry(before.get(split, {}), classifier.config, split, one)
            run.write_metrics(split, _compared_again(entry, answers[split], linear[split]))
        _move(made, run.folder)
    return metrics


@contextlib.contextmanager
def _answers_kept(run: Run, answers: Mapping[str, KeptAnswers], linear: Mapping[str, Kept | None]) -> Iterator[None]:
    """After the block, which changes the run's model, keep the new answers to the texts that the old ones were to, and
    those of the linear model."""
    texts = {}
    for split, new in answers.items():
        with contextlib.suppress(InputError):
            old = read_answers(run, split)
            if old is not None and np.array_equal(old[0].ids, new.ids):
                texts[split] = old[1].texts
    yield
    for split, fingerprint in texts.items():
        answers[split].write(answers_file(run.answers, split), Bound(fingerprint, model_fingerprint(run)))
        keep_linear(run, split, linear[split])


def _compared_again(entry: dict[str, Any], answers: KeptAnswers, linear: Kept | None) -> dict[str, Any]:
    """The entry of ``metrics.json`` with the new answers compared with those of the linear model; without those, what
    the old ones showed is left out."""
    baseline = entry.get("baseline")
    if not isinstance(baseline, dict):
        return entry
    paired = None if linear is None else paired_with(answers, linear[0])
    others = {name: value for name, value in baseline.items() if name != "paired"}
    return entry | {"baseline": others | ({} if paired is None else {"paired": paired.to_json()})}


def forgotten(run: Run) -> list[str]:
    """The splits whose metrics ``store`` deletes, if it measures the validation texts alone."""
    return sorted(run.metrics.keys() - {VALIDATION})


def _entry(before: dict[str, Any], config: Config, split: str, metrics: ClassifierMetrics) -> dict[str, Any]:
    """An entry of ``metrics.json`` with what stays true of the one before."""
    kept = {name: before[name] for name in _KEPT if name in before}
    return {"data": config.data.describe(split), **metrics.to_json(), **kept}


def _move(made: list[Path], folder: Path) -> None:
    for path in made:
        path.rename(folder / path.name)
    sync(folder)


def _exported(classifier: KerasClassifier, scratch: Run) -> list[Path]:
    """The models of a run in all formats that are made of ``model.keras``, written to a scratch folder."""
    from seqclf.export.onnx_model import export_onnx
    from seqclf.export.saved_model import export_saved_model

    one, more = classifier, classifier.exported_with
    made = [scratch.saved_model]
    export_saved_model(one.model, one.config, one.tokenizer, one.labels, scratch.saved_model, **more)
    if one.has_onnx:
        export_onnx(one.model, one.config, one.labels, scratch.onnx, **more)
        made.append(scratch.onnx)
    return made
