"""What ``seqclf export`` does with the run of a classifier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

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
    if form == "onnx":
        from seqclf.export.onnx_model import export_onnx

        export_onnx(one.model, one.config, one.labels, run.onnx, **one.exported_with)
    else:
        from seqclf.export.saved_model import export_saved_model

        export_saved_model(one.model, one.config, one.tokenizer, one.labels, run.saved_model, **one.exported_with)


def check_onnx(run: Run) -> None:
    """Raise ``InputError`` if the run's ONNX model is damaged."""
    from seqclf.inference.classifier import Classifier

    Classifier.load(run.folder)


def write_beside(run: Run, folder: Path) -> None:
    """Write what else belongs to the model and its tokenizer into an exported folder."""
    from seqclf.export.folder import copy_into
    from seqclf.files import write_json

    copy_into(folder, run.folder / "labels.json", run.extra_file, run.calibration_file)
    if (thresholds := run.thresholds) is not None:
        write_json(folder / "thresholds.json", dict(zip(run.labels.with_thresholds, thresholds, strict=True)))


def write_to_build_from(run: Run, folder: Path) -> None:
    """Write what seqclf builds the Keras model from, without paths: the config, also of members, and the prior."""
    from seqclf.config import load_config
    from seqclf.export.folder import copy_into
    from seqclf.export.shared_files import write_shared_files

    write_shared_files(run, load_config(run.config), folder)
    copy_into(folder, run.folder / "prior.json")


def write_calibrated(run: Run, path: Path) -> None:
    """Write the Keras model with the temperatures of the run's calibration."""
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow()
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.layers.recurrent import plain
    from seqclf.model.build import calibrated_model

    one = KerasClassifier.load(run)
    assert one.calibration is not None
    plain(calibrated_model(one.model, one.labels, one.calibration.temperatures)).save(path)


def about(run: Run, cost: Cost | None = None) -> About:
    """What a model card says of the run."""
    from seqclf.cli.card_limits import limits_of
    from seqclf.config import load_config
    from seqclf.ensemble_recipe import ensemble_of
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
        run.calibration,
        ensemble_of(run),
        limits_of(run),
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
