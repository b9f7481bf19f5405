"""A language model on ONNX Runtime, read token by token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.generation.loop import States
from seqclf.onnx_session import MODEL_FILE, TOKENIZER_FOLDER, is_invalid_input, metadata, open_session
from seqclf.runs import LANGUAGE_MODEL

if TYPE_CHECKING:
    import onnxruntime

_IF_MISSING = "copy it from a run of a language model, which has one, or train again"
_TOKEN_IDS, _LOGITS = "token_ids", "logits"


@dataclass(frozen=True)
class OnnxStepModel:
    """The ``StepModel`` of a file that ``seqclf.export.onnx_language_model`` wrote; thread-safe.

    Attributes:
        end_id: id of the end of a text, after those of the tokenizer.
    """

    end_id: int
    _session: onnxruntime.InferenceSession
    _states: dict[str, int]  # the units of each state by the name of its input
    _outputs: list[str]

    @classmethod
    def load(cls, folder: str | Path, *, threads: int = 1) -> OnnxStepModel:
        """Load the ``model.onnx`` of a folder.

        Args:
            threads: number of threads. A single step is so little work that a second thread rarely pays.

        Raises:
            InputError: the file is missing, is no language model of seqclf, or reads texts backward.
        """
        path = Path(folder) / MODEL_FILE
        session = open_session(path, threads, if_missing=_IF_MISSING)
        try:
            about = metadata(session)
            if "labels" in about:
                raise InputError(f"{path}: is a classifier; expected a language model")
            if about["task"] != LANGUAGE_MODEL:
                raise ValueError(f"its task is {about['task']!r:.60}")
            end_id, direction = int(about["end_id"]), about["direction"]
            states = {str(one["input"]): int(one["units"]) for one in about["states"]}
            outputs = {_LOGITS: end_id + 1, **{str(one["output"]): int(one["units"]) for one in about["states"]}}
            _check(session, states, outputs)
        except (LookupError, TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{path}: not a model that seqclf wrote ({error})") from error
        if direction != "forward":
            raise InputError(
                f"{path}: reads texts from their ends, so it cannot continue one; generate with a model that has "
                "task.direction: forward"
            )
        return cls(end_id, session, states, list(outputs))

    def start(self) -> States:
        return [np.zeros((1, units), np.float32) for units in self._states.values()]

    def step(self, token_ids: Sequence[int], states: States) -> tuple[NDArray[np.float32], States]:
        given = {_TOKEN_IDS: np.array([token_ids], np.int32), **dict(zip(self._states, states, strict=True))}
        try:
            logits, *after = self._session.run(self._outputs, given)
        except Exception as error:
            if not is_invalid_input(error):
                raise
            raise InputError(
                f"{MODEL_FILE} and {TOKENIZER_FOLDER}/ do not belong together: the tokenizer gives ids up to "
                f"{max(token_ids)}, which the model does not know; use both from the same run"
            ) from error
        row: NDArray[np.float32] = logits[0]
        return row, after


def _check(session: onnxruntime.InferenceSession, states: Mapping[str, int], outputs: Mapping[str, int]) -> None:
    """Raise ``ValueError`` if the model has other inputs than tokens and states, or other outputs than these.

    ``states``, ``outputs``: the size of each along its last axis, by name.
    """
    given = {one.name: one.shape[-1:] for one in session.get_inputs() if one.name != _TOKEN_IDS}
    made = {one.name: one.shape[-1:] for one in session.get_outputs()}
    for what, found, expected in (("inputs", given, states), ("outputs", made, outputs)):
        if found != {name: [size] for name, size in expected.items()}:
            raise ValueError(f"its {what} are not those that it describes")
