"""Finds a trained model by name and opens it as a classifier. Imports TensorFlow only for a run without ONNX model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from seqclf.errors import InputError
from seqclf.hub.download import downloaded
from seqclf.hub.names import hub_name, is_hub_name
from seqclf.run_choice import any_run, find_run
from seqclf.runs import CLASSIFICATION, LANGUAGE_MODEL, Run

if TYPE_CHECKING:
    from seqclf.evaluation.classifier import KerasClassifier
    from seqclf.inference import Classifier

_READERS = {CLASSIFICATION: "predict and explain take", LANGUAGE_MODEL: "generate and predict --score take"}
"""The commands that read models of a task."""


def find_model(
    runs: Path, name: str | None, task: str = CLASSIFICATION, *, prefers: Callable[[Run], bool] = any_run
) -> Run:
    """The exported folder at this path, else the run that ``find_run`` finds for a task. Raises ``InputError``.

    A name of a model on a hub, ``hf:user/name``, is downloaded; ``SeqclfError`` if the hub cannot be reached.
    """
    if name is not None and is_hub_name(name):
        name = str(downloaded(hub_name(name)))
    return _exported(name, task) or find_run(runs, name, task, prefers=prefers)


def open_classifier(run: Run, *, threads: int | str = "auto") -> Classifier | KerasClassifier:
    """Open a run or an exported folder: with ONNX Runtime if it has an ONNX model, else with Keras.

    Args:
        threads: a number; ``auto``: one for each core; ``stock``: with Keras, as TensorFlow sets them.

    Raises:
        InputError: a file of the model is missing or malformed, or the run is no classifier.
    """
    if run.has_manifest and run.task != CLASSIFICATION:
        what = run.task.replace("_", " ")
        raise InputError(f"{run.folder}: is a {what}, which has no labels; `seqclf predict --score` reads it")
    if run.onnx.exists():
        from seqclf.inference import Classifier

        return Classifier.load(run.folder, threads=threads if isinstance(threads, int) else None)
    from seqclf.config import load_config
    from seqclf.tensorflow_startup import start_tensorflow

    start_tensorflow(load_config(run.config), threads)
    from seqclf.evaluation.classifier import KerasClassifier

    return KerasClassifier.load(run)


def _exported(name: str | None, task: str) -> Run | None:
    """A folder with a model that ``seqclf export`` wrote; None for anything else, such as a run."""
    if name is None or not Path(name).is_dir() or Run(Path(name)).has_manifest:
        return None
    folder = Run(Path(name))
    if folder.onnx.exists():
        return folder
    found = {folder.folder / "saved_model.pb": "a SavedModel", folder.model: "a Keras model without its config"}
    for file, form in found.items():
        if file.exists():
            forms = "onnx` or `--format keras` wrote" if task == CLASSIFICATION else "onnx` wrote"
            raise InputError(
                f"{name}: contains {form}; {_READERS[task]} a run, or what `seqclf export --format {forms}"
            )
    return None
