"""The folder of a run and its files. ``seqclf.new_runs`` creates a run, ``seqclf.run_choice`` finds one by name.

==================  =================================================================================================
``manifest.json``   command, versions, data and status of the run; written first and last
``config.yaml``     the config with all defaults filled in
``starter.yaml``    if the run was trained on data without a config: the same options as the user would write them
``tokenizer/``      the tokenizer (``seqclf.text.tokenizer``)
``labels.json``     the labels in the order of their ids, and whether the data are multi-label
``thresholds.json`` multi-label: the probability that each label must exceed; two labels: that of the second, if
                    ``seqclf find-threshold --save`` chose one; before calibration
``calibration.json`` only after ``seqclf calibrate``: temperatures, and the thresholds for the probabilities that result
``extra.json``      how the columns beside the text (``data.extra``) become features; only with such columns
``prior.json``      label frequencies in the training texts: the prediction for a text without known tokens
``tensorboard/``    what a training has written for TensorBoard, if it was asked to (``seqclf.trackers``)
``tracking/``       the ids of the run in its trackers
``history.jsonl``   one line every ``training.log_every`` steps and every epoch
``checkpoint/``     the training state at the last two checkpoints; for a finished run, the final state
``model.keras``     the model with the weights that were kept
``saved_model/``    the same model as a SavedModel that takes raw text; of a language model, once it is exported
``model.onnx``      the same model for ONNX Runtime, with everything needed for predictions except the tokenizer
``held_out.npz``    only with ``ngrams.refit``: answers for the validation texts before it (``run_held_out``)
``metrics.json``    metrics by split
``report.html``     what ``seqclf.report`` shows of the run, one self-contained page
``evidence/``       what a report shows of a split beside the metrics (``seqclf.evaluation.evidence``): texts among it
``answers/``        what the model answered to each text of a split (``seqclf.run_answers``), without the texts
==================  =================================================================================================

A run is complete if its status is ``finished`` or ``interrupted``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqclf.config_option import option_of_data
from seqclf.errors import InputError
from seqclf.file_encoding import UTF8
from seqclf.files import shell_word, write_json
from seqclf.locks import locked
from seqclf.run_decisions import RunDecisions
from seqclf.run_files import REMEDY, read_json, read_object, report_about

if TYPE_CHECKING:
    from seqclf.extra_columns import ExtraColumns
    from seqclf.metrics.measured import Measured

RUNNING, FINISHED, INTERRUPTED, FAILED = "running", "finished", "interrupted", "failed"
COMPLETE = (FINISHED, INTERRUPTED)
CLASSIFICATION, LANGUAGE_MODEL = "classification", "language_model"
"""Tasks of runs. Manifests of earlier versions do not name the first."""

TEXT_COLUMN = "text"
_TEXTS, _NONE = "texts.json", ("auto", "null")


@dataclass(frozen=True)
class Run(RunDecisions):
    """The folder of a run and the paths in it."""

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def is_own(self) -> bool:
        """Whether it is a run of the user, not one in a cache of downloads."""
        return True

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
    def was_fitted_to_validation(self) -> bool:
        """Whether its n-grams were fitted to the validation texts at the end (``ngrams.refit``)."""
        return bool((self.manifest.get("ngrams") or {}).get("refit"))

    @property
    def held_out(self) -> Path:
        """What the model said of the validation texts before that (``run_held_out``)."""
        return self.folder / "held_out.npz"

    @property
    def task(self) -> str:
        """The type of the task that it was trained for. Raises ``InputError`` if the manifest is malformed."""
        return str(self.manifest.get("task", CLASSIFICATION))

    @property
    def how_to_resume(self) -> str:
        """The command that resumes the run."""
        return f"seqclf train --resume {shell_word(self.folder)}"

    @property
    def model(self) -> Path:
        return self.folder / "model.keras"

    @property
    def saved_model(self) -> Path:
        return self.folder / "saved_model"

    @property
    def onnx(self) -> Path:
        return self.folder / "model.onnx"

    def model_in(self, form: str) -> Path:
        """The model in a format of ``seqclf export``."""
        return {"saved_model": self.saved_model, "onnx": self.onnx, "keras": self.model}[form]

    @property
    def has_manifest(self) -> bool:
        """Whether this is a run, not a folder that ``seqclf export`` wrote."""
        return (self.folder / "manifest.json").exists()

    @property
    def manifest(self) -> dict[str, Any]:
        """Content of ``manifest.json``. Raises ``InputError`` if it is missing or malformed."""
        content = read_json(self.folder / "manifest.json")
        if not isinstance(content, dict) or "status" not in content:
            raise InputError(f"{self.folder / 'manifest.json'}: not the manifest of a run")
        return content

    @property
    def data_fingerprints(self) -> dict[str, str]:
        """The fingerprint of the texts of each split that the training read; always of ``train``. Raises ``InputError``
        if the manifest does not have it."""
        found = self.manifest.get("data_fingerprint")
        if not isinstance(found, dict) or not all(
            isinstance(one, str) for one in (found.get("train"), *found.values())
        ):
            path = self.folder / "manifest.json"
            raise InputError(f'{path}: does not say which texts the run was trained on; restore "data_fingerprint"')
        return found

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Prevent other processes from training this run.

        Raises ``InputError`` if another process is training it (named in the message) or the folder is gone.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder))
            except BlockingIOError as error:
                raise InputError(f"{self.folder}: is being trained by {self._holder()}; wait until it ends") from error
            except OSError as error:
                raise InputError(f"{self.folder}: cannot be opened ({error.strerror})") from error
            yield

    def _holder(self) -> str:
        try:
            found = self.manifest
        except InputError:
            return "another process"
        since = str([found.get("started"), *found.get("resumed", [])][-1])
        with contextlib.suppress(ValueError):
            since = f"{datetime.fromisoformat(since).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"process {found.get('process')} on {found.get('host')} since {since}"

    @property
    def text_column(self) -> str:
        """The column or feature that the run read its texts from; "text" if it is not known.

        Parses only the YAML: validating the config can take longer than predicting a small file.
        """
        if not self.config.exists():
            return str(self._texts_of_export.get("column", TEXT_COLUMN))
        node = option_of_data(self.config, "text")
        return node if isinstance(node, str) else TEXT_COLUMN

    @property
    def header(self) -> tuple[str, ...]:
        """``data.header``: names of the columns of files without a header line; empty without it."""
        if not self.config.exists():
            return tuple(map(str, self._texts_of_export.get("header", ())))
        nodes = option_of_data(self.config, "header")
        return tuple(node.value for node in nodes) if isinstance(nodes, list) else ()

    @property
    def origin(self) -> dict[str, str]:
        """``data.source``, ``data.format`` and, of plain text, ``data.documents``; only those that are known."""
        saved, names = self._texts_of_export, ("source", "format", "documents")
        found = {name: saved.get(name, option_of_data(self.config, name)) for name in names}
        return {name: value for name, value in found.items() if isinstance(value, str) and value not in _NONE}

    @property
    def text_encoding(self) -> str:
        """The encoding of the files that the run read; UTF-8 if it is not known."""
        with contextlib.suppress(InputError):
            return str(self.manifest.get("encoding", UTF8))
        return str(self._texts_of_export.get("encoding", UTF8))

    @property
    def _texts_of_export(self) -> dict[str, Any]:
        """The content of ``texts.json``, which only exported folders have; earlier versions wrote none."""
        path = self.folder / _TEXTS
        return read_object(path) if path.exists() else {}

    def write_texts_of_export(self, folder: Path) -> None:
        """Tell an exported folder, which has no config, which texts the run read."""
        header = {"header": list(self.header)} if self.header else {}
        write_json(
            folder / _TEXTS, {"column": self.text_column, "encoding": self.text_encoding, **header, **self.origin}
        )

    def update_manifest(self, **entries: Any) -> None:
        path = self.folder / "manifest.json"
        write_json(path, (read_object(path) if path.exists() else {}) | entries)

    @property
    def extra_file(self) -> Path:
        return self.folder / "extra.json"

    @property
    def extra(self) -> ExtraColumns | None:
        """The columns beside the text that the model reads; None: it reads the text alone."""
        if not self.extra_file.exists():
            return None
        from seqclf.extra_columns import ExtraColumns

        try:
            return ExtraColumns.from_json(read_json(self.extra_file))
        except ValueError as error:
            raise InputError(f"{self.extra_file}: {error}; {REMEDY}") from error

    def write_extra(self, extra: ExtraColumns) -> None:
        write_json(self.extra_file, extra.as_json())

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def evidence(self) -> Path:
        return self.folder / "evidence"

    @property
    def answers(self) -> Path:
        """What ``seqclf.evaluation.answers_store`` reads."""
        return self.folder / "answers"

    def evidence_file(self, split: str) -> Path:
        """What a report shows of a split; ``seqclf.evaluation.evidence.store`` reads it."""
        return self.evidence / f"{split}.json"

    @property
    def metrics(self) -> dict[str, Any]:
        """The content of ``metrics.json``, by split; empty if it is missing."""
        path = self.folder / "metrics.json"
        return read_object(path) if path.exists() else {}

    def forget_metrics(self) -> None:
        """Delete the metrics of all splits, and what else the model has said, because it has changed."""
        (self.folder / "metrics.json").unlink(missing_ok=True)
        for path in self.answers.glob("*.npz"):
            path.unlink(missing_ok=True)
        self.forget_evidence()

    def forget_evidence(self) -> None:
        """Delete the report, and what it shows of each split but the training texts, which is mostly about the texts
        alone."""
        if report_about(self.report) is not None:  # not a page of the user
            self.report.unlink()
        for path in self.evidence.glob("*.json"):
            if path != self.evidence_file("train"):
                path.unlink(missing_ok=True)

    def measured(self, *splits: str) -> dict[str, Measured]:
        """The metrics of those of ``splits`` that ``metrics.json`` has. Raises ``InputError`` if it is malformed."""
        from seqclf.metrics.measured import Measured

        saved, multi, found = self.metrics, self.labels.multi, {}
        for split in splits:
            if split in saved:
                try:
                    found[split] = Measured.from_json(saved[split], multi)
                except ValueError as error:
                    raise InputError(f"{self.folder / 'metrics.json'}: {split}: {error}; {REMEDY}") from error
        return found

    def write_metrics(self, split: str, metrics: dict[str, Any]) -> None:
        write_json(self.folder / "metrics.json", self.metrics | {split: metrics}, lists_in_lines=True)
