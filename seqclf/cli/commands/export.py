"""``seqclf export``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seqclf.cli.options import UserPath, allow_code_option, run_option, runs_option
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.export.quantize import Cost
    from seqclf.runs import Run


@click.command("export", short_help="Export a run's model: SavedModel, ONNX or Keras.")
@runs_option
@run_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["saved_model", "onnx", "keras"]),
    default="saved_model",
    show_default=True,
    help="saved_model: takes raw text, needs only TensorFlow. onnx: small and fast, for seqclf or ONNX Runtime. keras: "
    "to inspect or to train further.",
)
@click.option(
    "--to",
    "target",
    type=UserPath(path_type=Path),
    help="Folder to write, with a MODEL_CARD.md. [default: use the model in the run]",
)
@click.option("--quantize", is_flag=True, help="With onnx: 8-bit weights, a quarter of the size; needs --to.")
@click.option("--force", is_flag=True, help="Write a quantized model even if it loses more than 0.5 points.")
@allow_code_option
def export_command(
    *, runs: Path, run_name: str | None, form: str, target: Path | None, quantize: bool, force: bool
) -> None:
    """Export a run's model, with a MODEL_CARD.md that describes it and how to call it.

    Prints the folder. Without --to, prints the model's path in the run, for onnx and keras a file. With --quantize,
    measures the score on the validation texts before and after.
    """
    from seqclf.export.folder import CARD, copy_into, new_folder
    from seqclf.run_choice import LATEST, find_run, named_with_status
    from seqclf.runs import CLASSIFICATION, FINISHED

    if quantize and (form != "onnx" or target is None):
        raise click.UsageError("--quantize works only with --format onnx, and needs --to")
    if force and not quantize:
        raise click.UsageError("--force works only with --quantize")
    run = find_run(runs, run_name, CLASSIFICATION)
    if run_name in (None, LATEST) and run.manifest["status"] != FINISHED:
        say(f"Run {named_with_status(run, str(run.folder))}", err=True)
    made = {"saved_model": run.saved_model, "onnx": run.onnx, "keras": run.model}[form]
    if not made.exists():
        _make(run, form)
    _check(run, form)
    if target is None:
        click.echo(os.fsencode(made))
        return
    with new_folder(target) as folder:
        cost = None
        if form == "saved_model":
            copy_into(folder, *sorted(made.iterdir()))
        else:
            about = (run.folder / "labels.json", run.folder / "thresholds.json", run.extra_file)
            copy_into(folder, made, run.tokenizer, *about)
            run.write_texts_of_export(folder)
        if quantize:
            cost = _quantize(run, folder / made.name, force)
            say(f"Quantized: {cost}", err=True)
        (folder / CARD).write_text(_card(run, form, cost), encoding="utf-8")
    click.echo(os.fsencode(target))


def _make(run: Run, form: str) -> None:
    """Write a model that the run lacks: the ONNX model of an older run, or a deleted file."""
    from seqclf.errors import InputError
    from seqclf.tensorflow_startup import start_tensorflow

    if form == "keras":
        raise InputError(f"{run.model}: missing, and the run's other models are made from it; train again")
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


def _check(run: Run, form: str) -> None:
    """Raise ``InputError`` if the model's file is damaged. Does not load a SavedModel."""
    import zipfile

    from seqclf.errors import InputError
    from seqclf.inference.classifier import Classifier

    if form == "onnx":
        Classifier.load(run.folder)
    elif form == "keras" and not zipfile.is_zipfile(run.model):
        raise InputError(f"{run.model}: cannot be read as a model; train again")


def _card(run: Run, form: str, cost: Cost | None) -> str:
    from seqclf.config import load_config
    from seqclf.export.card import About, model_card

    measured, cost_in_words = run.measured("validation", "test"), None if cost is None else str(cost)
    about = About(run.name, load_config(run.config), run.labels, run.manifest, measured, cost_in_words)
    return model_card(about, form)  # type: ignore[arg-type]


def _quantize(run: Run, path: Path, force: bool) -> Cost:
    """Quantize the file in place. Raises ``InputError`` if the model loses too much accuracy, unless ``force``."""
    from seqclf.errors import InputError
    from seqclf.export.quantization_cost import quantize_measured

    cost = quantize_measured(run, path, lambda stage: say(stage, err=True))
    if not force and not cost.is_small:
        why = "loses more than 0.5 points" if cost.score_before is not None else "cannot be scored"
        raise InputError(f"the quantized model {why} ({cost}); nothing was written; to write it, add --force")
    return cost
