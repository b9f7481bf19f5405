"""What ``seqclf export`` does with the run of a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.cli.wrap import say
from seqclf.errors import InputError

if TYPE_CHECKING:
    from seqclf.export.card import About
    from seqclf.export.card_calls import Format
    from seqclf.export.quantize import Cost
    from seqclf.runs import Run


def make(run: Run, form: str) -> None:
    """Write a model that the run lacks: the ONNX model of an older run, or a deleted file."""
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from seqclf.evaluation.classifier import KerasClassifier

    one = KerasClassifier.load(run)
    more: dict[str, Any] = {"thresholds": one.thresholds, "prior": one.prior, "extra": one.extra}
    if form == "onnx":
        from seqclf.export.onnx_model import export_onnx

        export_onnx(one.model, one.config, one.labels, run.onnx, **more)
    else:
        from seqclf.export.saved_model import export_saved_model

        export_saved_model(one.model, one.config, one.tokenizer, one.labels, run.saved_model, **more)


def check_onnx(run: Run) -> None:
    """Raise ``InputError`` if the run's ONNX model is damaged."""
    from seqclf.inference.classifier import Classifier

    Classifier.load(run.folder)


def files_beside(run: Run) -> tuple[Path, ...]:
    """What else belongs to the model and its tokenizer; some may be missing."""
    return run.folder / "labels.json", run.folder / "thresholds.json", run.extra_file


def about(run: Run, cost: Cost | None = None) -> About:
    """What a model card says of the run."""
    from seqclf.config import load_config
    from seqclf.export.card import About

    prior, labels = run.prior, run.labels
    return About(
        run.name,
        load_config(run.config),
        labels,
        run.manifest,
        run.measured("validation", "test"),
        None if cost is None else str(cost),
        None if prior is None else dict(zip(labels, prior.frequencies, strict=True)),
    )


def card(run: Run, form: Format, cost: Cost | None) -> str:
    """The model card."""
    from seqclf.export.card import model_card

    return model_card(about(run, cost), form)


def quantize(run: Run, path: Path, *, force: bool) -> Cost:
    """Quantize the file in place. Raises ``InputError`` if the model loses too much accuracy, unless ``force``."""
    from seqclf.export.quantization_cost import quantize_measured

    cost = quantize_measured(run, path, lambda stage: say(stage, err=True))
    if not force and not cost.is_small:
        why = "loses more than 0.5 points" if cost.score_before is not None else "cannot be scored"
        raise InputError(f"the quantized model {why} ({cost}); nothing was written; to write it, add --force")
    return cost
