"""A run that another training starts from. Imports no TensorFlow."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

import seqclf
from seqclf.config import Config, load_config
from seqclf.config.problems import ConfigError
from seqclf.errors import InputError
from seqclf.files import expanded
from seqclf.run_choice import find_origin
from seqclf.run_members import members_of
from seqclf.runs import COMPLETE, FINISHED, INTERRUPTED, LANGUAGE_MODEL, RUNNING, Run
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer
from seqclf.training.checkpoints import FINAL, Checkpoints, numbered


@dataclass(frozen=True)
class Origin:
    """A run with weights.

    Attributes:
        run: its folder is absolute.
        doubt: why its weights may not be its best ones, for a warning; None if its training finished.
    """

    run: Run
    config: Config
    doubt: str | None = None

    @property
    def name(self) -> str:
        return self.run.name

    @property
    def is_language_model(self) -> bool:
        return self.config.task.type == LANGUAGE_MODEL

    @property
    def kind(self) -> str:
        return "language model" if self.is_language_model else "classifier"

    @cached_property
    def tokenizer(self) -> Tokenizer:
        return load_tokenizer(self.run.tokenizer)

    def checkpoint_weights(self) -> list[NDArray[Any]] | None:
        """The best weights so far of an unfinished run, from its newest checkpoint; None if they are in its model.

        A finished run that is trained further has them in its model until the next checkpoint.

        They are in the order of ``TrainingState.best_weights``. Raises ``InputError`` if there are none.
        """
        if self.run.manifest["status"] in COMPLETE:
            return None
        return _best_so_far(self.run)


def find(runs: Path, name: str) -> Origin:
    """The run that ``find_origin`` finds. Raises ``InputError`` if its weights cannot be used."""
    run = find_origin(runs, str(expanded(name)))
    return opened(Run(run.folder.absolute()))


def opened(run: Run) -> Origin:
    """A run as an origin. Raises ``InputError`` if it has no weights, or another version of seqclf wrote it."""
    status = run.manifest["status"]
    if not run.config.is_file() or not run.tokenizer.is_dir():
        raise InputError(f"{run.folder}: was stopped before its training started; choose another run")
    config = _config_of(run)
    if members := members_of(run):
        names = ", ".join(one.name for one in members)
        raise InputError(f"{run.folder}: is an ensemble, and a model can start from one run; name one of {names}")
    if status in COMPLETE:
        if not run.model.is_file():
            raise InputError(
                f"{run.model}: is missing; restore it from a copy of the run, train the run again, or choose another"
            )
    else:
        _best_so_far(run)
    return Origin(run, config, _doubt(run))


def _config_of(run: Run) -> Config:
    try:
        return load_config(run.config)
    except ConfigError as error:
        versions = run.manifest.get("versions")
        version = versions.get("seqclf") if isinstance(versions, dict) else None
        by = f" of the run, which seqclf {version} wrote (this is {seqclf.__version__})" if version else " of the run"
        raise InputError(f"the config{by} cannot be read: {error.problems[0]}") from error


def _doubt(run: Run) -> str | None:
    status = run.manifest["status"]
    if status == FINISHED:
        return None
    state = {RUNNING: "has not finished", INTERRUPTED: "was interrupted"}.get(status, "failed")
    return f"the training of {run.name} {state}; its best weights so far are used"


def _best_so_far(run: Run) -> list[NDArray[Any]] | None:
    """The weights of an unfinished run; None: they are in its model. Raises ``InputError`` if there are none."""
    found = Checkpoints(run.checkpoints).newest()
    weights: list[NDArray[Any]] = []
    if found is not None:
        try:
            with np.load(io.BytesIO(found[1]), allow_pickle=False) as saved:
                weights = numbered(saved, "best_")
        except (OSError, EOFError, ValueError, LookupError, BadZipFile) as error:
            raise InputError(f"{run.checkpoints}: the newest checkpoint cannot be read ({error})") from error
    if not weights and found is not None and found[0] == FINAL and run.model.is_file():
        return None  # the final state leaves out the best weights, which the model has
    if not weights:
        how = f"`{run.how_to_resume}` resumes it" if found is not None else "train its config again"
        raise InputError(
            f"{run.folder}: its training has not finished, and no validated epoch has weights to start from; wait for "
            f"it, or {how}; or choose another run"
        )
    return weights
