"""A run's folder: what it holds, and how one is begun. Which one a name stands for: ``seqclf.run_choice``.

==================  =================================================================================================
``manifest.json``   what made the run, on what, and its status; written first and last
``config.yaml``     the config, every default filled in
``starter.yaml``    of a training on data without a config: the config that was made for them, with its comments
``tokenizer/``      the tokenizer (``seqclf.text.tokenizer``)
``labels.json``     the labels in the order of their ids, and whether they come in lists
``thresholds.json`` where they do, the probability that each label must exceed
``prior.json``      how frequent each label is among the training texts: the answer to a text without known tokens
``history.jsonl``   a line every ``training.log_every`` steps and every epoch
``checkpoint/``     the training state at the last two checkpoints; of a finished run that at its end
``model.keras``     the model, with the weights that were kept
``saved_model/``    the same as a SavedModel that takes raw text
``model.onnx``      the same for ONNX Runtime, with all but the tokenizer that it takes to answer a text
``metrics.json``    metrics by split
==================  =================================================================================================

A run is whole when its status is ``finished`` or ``interrupted``; anything else is visibly unfinished.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.errors import InputError
from seqclf.files import locked, write_json
from seqclf.labels import Labels

if TYPE_CHECKING:
    from seqclf.prior import Prior

RUNNING, FINISHED, INTERRUPTED, FAILED = "running", "finished", "interrupted", "failed"
WHOLE = (FINISHED, INTERRUPTED)

TEXT_COLUMN = "text"

_REMEDY = "take it from a copy of the run, or train again"


@dataclass(frozen=True)
class Run:
    """A run's folder and the paths in it."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def starter(self) -> Path:
        return self.folder / "starter.yaml"

    @property
    def tokenizer(self) -> Path:
        return self.folder / "tokenizer"

    @property
    def history(self) -> Path:
        return self.folder / "history.jsonl"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoint"

    @property
    def has_checkpoint(self) -> bool:
        """Whether its training can be resumed."""
        return any(self.checkpoints.glob("*.state"))

    @property
    def has_learnt_from_validation(self) -> bool:
        """Whether its n-grams were fitted to the validation texts at the end (``ngrams.refit``)."""
        return bool((self.manifest.get("ngrams") or {}).get("refit"))

    @property
    def how_to_resume(self) -> str:
        """The command that resumes the run."""
        return f"seqclf train --resume {shlex.quote(str(self.folder))}"

    @property
    def model(self) -> Path:
        return self.folder / "model.keras"

    @property
    def saved_model(self) -> Path:
        return self.folder / "saved_model"

    @property
    def onnx(self) -> Path:
        return self.folder / "model.onnx"

    @property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says. Raises ``InputError`` where there is none."""
        content = _read_json(self.folder / "manifest.json")
        if not isinstance(content, dict) or "status" not in content:
            raise InputError(f"{self.folder / 'manifest.json'}: not the manifest of a run")
        return content

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from training this run.

        Raises ``InputError`` that says who does, or that the folder is gone.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder))
            except BlockingIOError as error:
                raise InputError(f"{self.folder}: is being trained by {self._holder()}") from error
            except OSError as error:
                raise InputError(f"{self.folder}: cannot be opened ({error.strerror})") from error
            yield

    def _holder(self) -> str:
        try:
            found = self.manifest
        except InputError:
            return "another process"
        since = [found.get("started"), *found.get("resumed", [])][-1]
        return f"process {found.get('process')} on {found.get('host')} since {since}"

    @property
    def text_column(self) -> str:
        """The column, or feature, that the run read its texts from; "text" where its config names none, or is gone.

        Only the YAML is read: the whole config takes longer to load than many a file of texts to predict.
        """
        import yaml

        try:
            node: Any = yaml.compose(self.config.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
            for name in ("data", "text"):
                node = {key.value: value for key, value in node.value}[name]
            return str(node.value)
        except (OSError, ValueError, LookupError, AttributeError, TypeError, yaml.YAMLError):
            return TEXT_COLUMN

    def update_manifest(self, **entries: Any) -> None:
        path = self.folder / "manifest.json"
        write_json(path, (_read_object(path) if path.exists() else {}) | entries)

    @property
    def labels(self) -> Labels:
        path = self.folder / "labels.json"
        try:
            return Labels.from_json(_read_json(path))
        except ValueError as error:
            raise InputError(f"{path}: cannot be read ({error})") from error

    def write_labels(self, labels: Labels) -> None:
        write_json(self.folder / "labels.json", labels.as_json())

    @property
    def thresholds(self) -> tuple[float, ...] | None:
        """What the probability of each label must exceed; None where each text has one label."""
        if not self.labels.multi:
            return None
        path = self.folder / "thresholds.json"
        content = _read_json(path)
        try:
            return tuple(float(content[name]) for name in self.labels)
        except (TypeError, KeyError, ValueError) as error:
            raise InputError(f"{path}: does not hold a number for each label of the run") from error

    def write_thresholds(self, thresholds: Sequence[float]) -> None:
        write_json(self.folder / "thresholds.json", dict(zip(self.labels, thresholds, strict=True)))

    @property
    def prior(self) -> Prior | None:
        """What is answered to texts without known tokens; None of runs that were trained before there was one."""
        path = self.folder / "prior.json"
        if not path.exists():
            return None
        from seqclf.prior import Prior

        try:
            return Prior.from_json(_read_json(path), self.labels)
        except ValueError as error:
            raise InputError(f"{path}: {error}; {_REMEDY}") from error

    def write_prior(self, prior: Prior) -> None:
        write_json(self.folder / "prior.json", prior.as_json(self.labels))

    @property
    def metrics(self) -> dict[str, Any]:
        path = self.folder / "metrics.json"
        return _read_object(path) if path.exists() else {}

    def forget_metrics(self) -> None:
        """Of all splits: the model is another now."""
        (self.folder / "metrics.json").unlink(missing_ok=True)

    def write_metrics(self, split: str, metrics: dict[str, Any]) -> None:
        write_json(self.folder / "metrics.json", self.metrics | {split: metrics})


def check_runs_folder(runs: Path) -> None:
    """Raise ``InputError`` where ``begin_run`` could not make a folder, without making any."""
    existing = next(path for path in (runs.absolute(), *runs.absolute().parents) if path.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise InputError(f"{runs}: cannot hold runs ({existing} cannot be written); name another folder with --runs")


def begin_run(runs: Path, name: str) -> Run:
    """Make the next free folder ``<name>-<n>``. Raises ``InputError`` where none can be made."""
    return _begun(runs / _next(runs, name, lambda numbered: (runs / numbered).mkdir()))


@dataclass(frozen=True)
class FoldRuns:
    """The runs of one cross-validation, ``<name>-<n>-fold<i>``, and its summary, ``<name>-<n>-folds.json``."""

    runs: Path
    name: str

    @property
    def summary(self) -> Path:
        return self.runs / f"{self.name}-folds.json"

    def begin(self, fold: int) -> Run:
        folder = self.runs / f"{self.name}-fold{fold}"
        try:
            folder.mkdir()
        except OSError as error:
            raise InputError(f"{folder}: cannot be made ({error.strerror})") from error
        return _begun(folder)


def begin_folds(runs: Path, name: str) -> FoldRuns:
    """Take the next free ``<name>-<n>`` by an empty summary. Raises ``InputError`` where it cannot be written."""

    def take(numbered: str) -> None:
        FoldRuns(runs, numbered).summary.touch(exist_ok=False)

    return FoldRuns(runs, _next(runs, name, take))


def _next(runs: Path, name: str, take: Callable[[str], None]) -> str:
    """The first number that no run or cross-validation of that name has and ``take`` does not find taken."""
    try:
        runs.mkdir(parents=True, exist_ok=True)
        pattern = re.compile(rf"{re.escape(name)}-(\d+)(-fold\d+|-folds\.json)?")
        taken = [pattern.fullmatch(path.name) for path in runs.iterdir()]
        number = max((int(match[1]) for match in taken if match), default=0)
        while True:
            number += 1
            try:
                take(f"{name}-{number}")
                return f"{name}-{number}"
            except FileExistsError:  # another process took it
                continue
    except OSError as error:
        raise InputError(f"{runs}: cannot hold runs ({error.strerror}); name another folder with --runs") from error


def _begun(folder: Path) -> Run:
    run = Run(folder)
    try:
        run.update_manifest(status=RUNNING, started=now(), **this_process())
    except BaseException:  # Ctrl-C, too: nothing was begun
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return run


def this_process() -> dict[str, Any]:
    """For manifests: who trains."""
    return {"process": os.getpid(), "host": socket.gethostname()}


def now() -> str:
    """The time in UTC, ISO 8601 with microseconds: sorts as text."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _read_object(path: Path) -> dict[str, Any]:
    content = _read_json(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: cannot be read (expected an object, as seqclf writes it); {_REMEDY}")
    return content


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read ({error}); {_REMEDY}") from error
