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
from numpy.typing import NDArray

from seqclf.calibration.scored import VALIDATION
from seqclf.config import Config
from seqclf.data.encoded import EncodedTexts
from seqclf.errors import InputError
from seqclf.evaluation.answers_store import answers_stay, read_answers
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.evaluation.evidence.store import evidence_stays, model_fingerprint
from seqclf.files import remove_folder, scratch_folder, sync
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.run_answers import Bound, answers_file
from seqclf.runs import Run
from seqclf.tasks.classification.kept import kept_answers

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
    logits = {split: one for split, (_, one) in found.items()}
    with contextlib.ExitStack() as stack:
        stack.enter_context(run.locked())
        scratch = stack.enter_context(scratch_folder(run.folder / "exports"))
        if scores_change:
            stack.enter_context(_answers_kept(run, classifier, texts, logits))
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
            run.write_metrics(split, _entry(before.get(split, {}), classifier.config, split, one))
        _move(made, run.folder)
    return metrics


@contextlib.contextmanager
def _answers_kept(
    run: Run, classifier: KerasClassifier, texts: Mapping[str, EncodedTexts], logits: Mapping[str, NDArray[np.float32]]
) -> Iterator[None]:
    """After the block, which changes the run's model, keep the new answers to the texts that the old ones were to."""
    kept = {}
    for split, encoded in texts.items():
        new = kept_answers(encoded, logits[split], classifier.labels, classifier.thresholds)
        with contextlib.suppress(InputError):
            old = read_answers(run, split)
            if old is not None and np.array_equal(old[0].ids, new.ids):
                kept[split] = new, old[1].texts
    yield
    for split, (new, fingerprint) in kept.items():
        new.write(answers_file(run.answers, split), Bound(fingerprint, model_fingerprint(run)))


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
