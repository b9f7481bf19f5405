"""Changes what a run decides by, in its folder and in all its exported models.

At every moment the folder is one that all commands can use: models that were made with other decisions are gone before
anything else is written. Without them ``seqclf predict`` uses Keras, and ``seqclf export`` makes them again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from seqclf.data.encoded import EncodedTexts
from seqclf.evaluation.classifier import KerasClassifier
from seqclf.files import remove_folder, scratch_folder, sync
from seqclf.layer_types import walk
from seqclf.metrics.kinds import ClassifierMetrics
from seqclf.runs import Run

_SPLIT = "validation"


def store(
    run: Run,
    classifier: KerasClassifier,
    texts: EncodedTexts,
    write: Callable[[], None],
    others: dict[str, dict[str, Any]] | None = None,
) -> ClassifierMetrics:
    """Write a changed classifier to its run; returns its metrics on the validation texts.

    Metrics of other splits are deleted: they were those of other decisions or probabilities. The baseline's stay.

    Args:
        classifier: with its new thresholds.
        texts: the validation texts.
        write: writes the files of the run that have changed, one of them or none at all.
        others: new entries of ``metrics.json`` by split.

    Raises:
        InputError: another process is training the run.
    """
    metrics = classifier.evaluate(texts)
    with run.locked(), scratch_folder(run.folder / "exports") as scratch:
        made = _exported(classifier, Run(scratch))
        before = run.metrics
        run.onnx.unlink(missing_ok=True)
        if run.saved_model.exists():
            remove_folder(run.saved_model)
        run.forget_metrics()
        sync(run.folder)
        write()
        entry = {name: value for name, value in before.get(_SPLIT, {}).items() if name in ("data", "baseline")}
        entry.setdefault("data", classifier.config.data.describe(_SPLIT))
        compared = {"baseline": entry["baseline"]} if "baseline" in entry else {}
        run.write_metrics(_SPLIT, {"data": entry["data"], **metrics.to_json(), **compared})
        for split, one in (others or {}).items():
            run.write_metrics(split, one)
        _move(made, run.folder)
    return metrics


def _move(made: list[Path], folder: Path) -> None:
    for path in made:
        path.rename(folder / path.name)
    sync(folder)


def _exported(classifier: KerasClassifier, scratch: Run) -> list[Path]:
    """The models of a run in all formats that are made of ``model.keras``, written to a scratch folder."""
    from seqclf.export.onnx_model import export_onnx
    from seqclf.export.saved_model import export_saved_model

    one = classifier
    more: dict[str, Any] = {"thresholds": one.thresholds, "prior": one.prior, "extra": one.extra}
    made = [scratch.saved_model]
    export_saved_model(one.model, one.config, one.tokenizer, one.labels, scratch.saved_model, **more)
    if all(layer.has_onnx for _, layer in walk(one.config.layers)):
        export_onnx(one.model, one.config, one.labels, scratch.onnx, **more)
        made.append(scratch.onnx)
    return made
