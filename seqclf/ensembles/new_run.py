"""Writes a run that no training made: complete, or not at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from seqclf.calibration.scored import VALIDATION
from seqclf.config import Config, with_absolute_paths, write_config
from seqclf.ensemble_recipe import Ensemble, ensemble_of
from seqclf.ensembles.candidates import Candidate
from seqclf.errors import InputError, SeqclfError
from seqclf.evaluation.against_linear import keep_linear, linear_answers
from seqclf.evaluation.answers_store import read_answers
from seqclf.evaluation.evidence.store import model_fingerprint
from seqclf.export.folder import copy_into
from seqclf.export.onnx_model import export_onnx
from seqclf.export.saved_model import export_saved_model
from seqclf.layer_types import walk
from seqclf.layers.recurrent import plain
from seqclf.metrics.measured import Measured
from seqclf.new_runs import begin_run, now
from seqclf.prior import Prior
from seqclf.run_answers import Bound, KeptAnswers, answers_file
from seqclf.run_held_out import HeldOut
from seqclf.run_members import member_folder
from seqclf.run_teachers import as_entry, known_to_any
from seqclf.runs import CLASSIFICATION, FINISHED, Run
from seqclf.text.kinds import load_tokenizer
from seqclf.training.environment import environment

_OF_PART = ("config.yaml", "labels.json", "manifest.json", "metrics.json", "calibration.json")


@dataclass(frozen=True)
class Content:
    """What a run is made of.

    Attributes:
        candidates: the runs that the model was made of; the config is that of the first.
        like: a run with its labels, tokenizer and columns beside the text.
        thresholds: of each label of a multi-label model, else None.
        validation: what it scores on the validation texts; None: they could not be used.
        held_out: answers for the validation texts from before n-grams were fitted to them; None: there are none.
        notes: further entries of the manifest, such as the members of an ensemble.
        answers: to the validation texts; None: they could not be used.
    """

    name: str
    candidates: Sequence[Candidate]
    model: keras.Model
    like: Candidate
    thresholds: Sequence[float] | None
    prior: Prior | None
    validation: Measured | None
    notes: Mapping[str, Any]
    held_out: HeldOut | None = None
    answers: KeptAnswers | None = None

    @property
    def config(self) -> Config:
        """That of the first candidate, with the name of the new run."""
        return with_absolute_paths(self.candidates[0].config.model_copy(update={"name": self.name}))


def write_run(runs: Path, content: Content, say: Callable[[str], None]) -> Run:
    """Write a finished run ``<name>-<n>``, with its model in all forms.

    Raises ``SeqclfError`` if the disk is full and the like. Nothing is left behind then.
    """
    run = begin_run(runs, content.name)
    try:
        with run.locked():
            _describe(run, content)
            say("Writing the model")
            _write_models(run, content)
            _keep_answers(run, content)
            run.update_manifest(status=FINISHED, ended=now())
        return run
    except BaseException as error:  # including Ctrl-C
        shutil.rmtree(run.folder, ignore_errors=True)
        if isinstance(error, OSError):
            what = f"{error.filename or run.folder}: cannot be written ({error.strerror or error})"
            raise SeqclfError(what) from error
        raise


def _describe(run: Run, content: Content) -> None:
    """Write everything but the models."""
    like, manifests = content.like.files, [one.run.manifest for one in content.candidates]
    known = known_to_any([*manifests, *(one.files.manifest for one in content.candidates)])
    kept = ("encoding", "data_fingerprint", "training_texts")
    seconds = [one.get("wall_seconds") for one in manifests]
    write_config(run.config, content.config)
    run.update_manifest(
        task=CLASSIFICATION,
        data=content.config.data.describe(),
        **environment(),
        **{name: manifests[0][name] for name in kept if name in manifests[0]},
        parameters=content.model.count_params(),
        wall_seconds=round(sum(filter(None, seconds)), 2),
        **({"ngrams": {"refit": True}} if any(one.run.was_fitted_to_validation for one in content.candidates) else {}),
        **as_entry(known),
        **content.notes,
    )
    copy_into(run.folder, like.tokenizer, like.extra_file)
    run.write_labels(content.like.labels)
    if content.prior is not None:
        run.write_prior(content.prior)
    if content.thresholds is not None:
        run.write_thresholds(content.thresholds)
    _copy_parts(run, content)
    if content.held_out is not None and run.was_fitted_to_validation:
        content.held_out.write(run.held_out)
    if content.validation is not None:
        run.write_metrics(VALIDATION, content.validation.to_json())


def _keep_answers(run: Run, content: Content) -> None:
    """Keep the answers to the validation texts, which are those of ``content.like`` if it has kept its own."""
    with contextlib.suppress(InputError):
        known = read_answers(content.like.files, VALIDATION)
        if known is None or content.answers is None or not np.array_equal(known[0].ids, content.answers.ids):
            return
        bound = Bound(known[1].texts, model_fingerprint(run))
        content.answers.write(answers_file(run.answers, VALIDATION), bound)
        members = [one.run for one in content.candidates]
        keep_linear(run, VALIDATION, linear_answers(members, VALIDATION, content.answers))


def _copy_parts(run: Run, content: Content) -> None:
    """Copy what belongs to the runs that the model was made of, apart from their weights."""
    for place, one in enumerate(content.candidates):
        part = member_folder(run, place)
        part.folder.mkdir(parents=True)
        copy_into(part.folder, *(one.run.folder / name for name in _OF_PART))


def _write_models(run: Run, content: Content) -> None:
    ensemble = ensemble_of(run)
    more: dict[str, Any] = {
        "thresholds": content.thresholds,
        "prior": content.prior,
        "extra": run.extra,
        "ensemble": ensemble,
    }
    labels, config = content.like.labels, content.config
    plain(content.model).save(run.model)
    export_saved_model(content.model, config, load_tokenizer(run.tokenizer), labels, run.saved_model, **more)
    if _has_onnx(config, ensemble):
        export_onnx(content.model, config, labels, run.onnx, **more)


def _has_onnx(config: Config, ensemble: Ensemble | None) -> bool:
    if ensemble is not None:
        return ensemble.has_onnx
    return all(layer.has_onnx for _, layer in walk(config.layers))
