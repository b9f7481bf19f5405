"""``seqclf export``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqclf.cli.options import UserPath, allow_code_option, run_option, runs_option
from seqclf.cli.value_types import OneOf, Whole
from seqclf.cli.wrap import say

if TYPE_CHECKING:
    from seqclf.export.card_calls import Format
    from seqclf.runs import Run

_MOST_TOKENS = 100_000
_WRITING = "Writing the model ..."


@click.command("export", short_help="Export a run's model: SavedModel, ONNX or Keras.")
@runs_option
@run_option
@click.option(
    "--format",
    "form",
    type=OneOf(["saved_model", "onnx", "keras"]),
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
@click.option(
    "--tokens",
    type=Whole(1, _MOST_TOKENS),
    metavar="N",
    help="Maximum number of tokens of a text that the saved_model of a language model generates; needs --to. "
    "[default: 200]",
)
@click.option("--quantize", is_flag=True, help="With onnx: 8-bit weights, a quarter of the size; needs --to.")
@click.option(
    "--force", is_flag=True, help="Write a quantized model even if it loses more than 0.5 points, or 1 % of perplexity."
)
@allow_code_option
def export_command(
    *,
    runs: Path,
    run_name: str | None,
    form: Format,
    target: Path | None,
    tokens: int | None,
    quantize: bool,
    force: bool,
) -> None:
    """Export the model of a classifier or a language model, with a MODEL_CARD.md that describes it and how to call it.

    Prints the folder. Without --to, prints the model's path in the run, for onnx and keras a file. With --quantize,
    measures the score on the validation texts before and after.
    """
    from seqclf.export.folder import CARD, check_new_folder
    from seqclf.run_choice import LATEST, find_run, named_with_status
    from seqclf.runs import LANGUAGE_MODEL

    if quantize and (form != "onnx" or target is None):
        raise click.UsageError("--quantize works only with --format onnx, and needs --to")
    if force and not quantize:
        raise click.UsageError("--force works only with --quantize")
    if tokens is not None and (form != "saved_model" or target is None):
        raise click.UsageError("--tokens works only with --format saved_model, and needs --to")
    if target is not None:
        check_new_folder(target)
    run = find_run(runs, run_name)
    if run_name in (None, LATEST):
        kind = "language model" if run.task == LANGUAGE_MODEL else "classifier"
        say(f"Run {named_with_status(run, str(run.folder))}, a {kind}", err=True)
    if run.task == LANGUAGE_MODEL:
        _export_language_model(run, form, target, tokens=tokens, quantize=quantize, force=force)
    elif tokens is not None:
        raise click.UsageError("--tokens works only with language models; this run is a classifier")
    else:
        _export_classifier(run, form, target, quantize=quantize, force=force)
    if target is not None:
        say(f"Next: {target / CARD} says how to call the model", err=True)
    click.echo(os.fsencode(target or run.model_in(form)))


def _export_classifier(run: Run, form: Format, target: Path | None, *, quantize: bool, force: bool) -> None:
    from seqclf.cli import exported_classifier as exported
    from seqclf.export.folder import CARD, new_folder

    if not run.model_in(form).exists():
        _check_keras(run, form)
        say(_WRITING, err=True)
        exported.make(run, form)
    _check(run, form, exported.check_onnx)
    if target is None:
        if form == "keras" and run.calibration is not None:
            say("note: this file gives probabilities before calibration; --to DIR writes a calibrated one", err=True)
        return
    with new_folder(target) as folder:
        _copy(run, form, folder)
        if form != "saved_model":
            exported.write_beside(run, folder)
        if form == "keras":
            exported.write_to_build_from(run, folder)
            if run.calibration is not None:
                say(_WRITING, err=True)
                exported.write_calibrated(run, folder / run.model.name)
        cost = None
        if quantize:
            cost = exported.quantize(run, folder / run.onnx.name, force=force)
            say(f"Quantized: {cost}", err=True)
        (folder / CARD).write_text(exported.card(run, form, cost), encoding="utf-8")


def _export_language_model(
    run: Run, form: Format, target: Path | None, *, tokens: int | None, quantize: bool, force: bool
) -> None:
    from seqclf.cli import exported_language_model as exported
    from seqclf.export.folder import CARD, move_up, new_folder

    own = tokens is not None  # a SavedModel that is not the run's
    if not own and not run.model_in(form).exists():
        _check_keras(run, form)
        say(_WRITING, err=True)
        exported.make(run, form)
    _check(run, form, exported.check_onnx)
    if target is None:
        return
    with new_folder(target) as folder:
        if own:
            say(_WRITING, err=True)
            exported.make_saved_model(run, folder / run.saved_model.name, tokens=tokens)
            move_up(folder / run.saved_model.name)
        else:
            _copy(run, form, folder)
        cost = None
        if quantize:
            cost = exported.quantize(run, folder / run.onnx.name, force=force)
            say(f"Quantized: {cost}", err=True)
        (folder / CARD).write_text(exported.card(run, form, cost, tokens), encoding="utf-8")


def _check_keras(run: Run, form: Format) -> None:
    """Raise ``InputError`` if the model that all others are made from is missing."""
    from seqclf.errors import InputError

    if form == "keras":
        raise InputError(f"{run.model}: missing, and the run's other models are made from it; train again")


def _check(run: Run, form: Format, check_onnx: Callable[[Run], None]) -> None:
    """Raise ``InputError`` if the model's file is damaged. Does not load a SavedModel."""
    import zipfile

    from seqclf.errors import InputError

    if form == "onnx":
        check_onnx(run)
    elif form == "keras" and not zipfile.is_zipfile(run.model):
        raise InputError(f"{run.model}: cannot be read as a model; train again")


def _copy(run: Run, form: Format, folder: Path) -> None:
    """Copy a model into a folder, with its tokenizer unless it contains it."""
    from seqclf.export.folder import copy_into

    if form == "saved_model":
        copy_into(folder, *sorted(run.saved_model.iterdir()))
        return
    copy_into(folder, run.model_in(form), run.tokenizer)
    run.write_texts_of_export(folder)
