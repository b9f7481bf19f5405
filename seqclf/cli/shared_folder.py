"""The folder that ``seqclf push`` uploads: models, tokenizer, what is known of the run, and the card."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from seqclf.cli.wrap import say
from seqclf.errors import InputError
from seqclf.runs import LANGUAGE_MODEL, Run

if TYPE_CHECKING:
    from seqclf.config import Config
    from seqclf.export.card_calls import Format
    from seqclf.export.hub_card import Given

_BESIDE = ("prior.json",)


@dataclass(frozen=True)
class Shared:
    """What to upload of a run.

    Attributes:
        forms: of the model, at least one, none twice.
        history: also ``history.jsonl``.
    """

    forms: tuple[Format, ...]
    history: bool = False


def fill(folder: Path, run: Run, shared: Shared, given: Given) -> None:
    """Write everything that is uploaded into a folder, which exists.

    Raises:
        InputError: a file of the run is missing or damaged, or its layers have no ONNX form.
    """
    from seqclf.config import load_config
    from seqclf.export.folder import copy_into
    from seqclf.export.hub_card import HUB_CARD, hub_card
    from seqclf.export.shared_files import write_shared_files

    config = load_config(run.config)
    check_forms(run, config, shared.forms)
    exported = _of(run)
    for form in shared.forms:
        if form == "keras" and not run.model.exists():
            raise InputError(f"{run.model}: missing; push another --format, or train again")
        if not run.model_in(form).exists():
            say(f"Writing {run.model_in(form).name} ...", err=True)
            exported.make(run, form)
        if form == "onnx":
            exported.check_onnx(run)
        copy_into(folder, run.model_in(form))
        if form == "keras" and run.calibration is not None:
            exported.write_calibrated(run, folder / run.model.name)
    copy_into(folder, run.tokenizer, *(run.folder / name for name in _BESIDE))
    exported.write_beside(run, folder)
    if shared.history:
        copy_into(folder, run.history)
    run.write_texts_of_export(folder)
    write_shared_files(run, config, folder)
    # Cards name a model by what its readers know, not by its run.
    about = replace(exported.about(run), name=given.name.partition("@")[0].rpartition("/")[2])
    texts = exported.measured(run) if run.task == LANGUAGE_MODEL else None
    (folder / HUB_CARD).write_text(hub_card(about, shared.forms, given, texts), encoding="utf-8")


def check_forms(run: Run, config: Config, forms: tuple[Format, ...]) -> None:
    """Raise ``InputError`` if a layer has no ONNX form, and that is asked for."""
    from seqclf.ensemble_recipe import ensemble_of
    from seqclf.layer_types import walk

    ensemble = None if run.task == LANGUAGE_MODEL else ensemble_of(run)
    configs = [config] if ensemble is None else [one.config for one in ensemble.members]
    layers = [one for of_model in configs for _, one in walk(of_model.layers)]
    without = dict.fromkeys(str(layer.type) for layer in layers if not layer.has_onnx)
    if "onnx" in forms and without:
        raise InputError(
            f"{run.folder}: {', '.join(without)} cannot be written as ONNX; choose --format keras or saved_model"
        )


def _of(run: Run) -> ModuleType:
    from seqclf.cli import exported_classifier, exported_language_model

    return exported_language_model if run.task == LANGUAGE_MODEL else exported_classifier
