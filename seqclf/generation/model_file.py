"""The ONNX file of a language model, and the tokenizer beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.generation.loop import States
from seqclf.onnx_session import MODEL_FILE, TOKEN_IDS, TOKENIZER_FOLDER, metadata, open_session, run_session
from seqclf.runs import LANGUAGE_MODEL
from seqclf.text.kinds import load_tokenizer
from seqclf.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import onnxruntime

LOGITS = "logits"
TARGETS, LOG_PROBABILITIES = "targets", "log_probabilities"
"""Names of inputs and outputs, beside ``TOKEN_IDS`` and the states."""


@dataclass(frozen=True)
class LanguageModelFile:
    """A file that ``seqclf.export.onnx_language_model`` wrote, opened; thread-safe.

    Attributes:
        path: of the file.
        end_id: id of the end of a text, after those of the tokenizer.
        backward: whether the model reads texts from their ends.
        scores: whether it gives the log-probabilities of targets. Files of earlier versions do not.
        states: the units of each state, by the name of its input.
        outputs: the names of the logits, and of the states after a window.
    """

    path: Path
    end_id: int
    backward: bool
    scores: bool
    states: Mapping[str, int]
    outputs: Sequence[str]
    _session: onnxruntime.InferenceSession

    @classmethod
    def open(cls, folder: str | Path, *, threads: int | None) -> LanguageModelFile:
        """Open the ``model.onnx`` of a folder with this number of threads; None: one per core.

        Raises ``InputError`` if the file is missing, or is no language model of seqclf.
        """
        path = Path(folder) / MODEL_FILE
        session = open_session(path, threads)
        try:
            about = metadata(session)
            if "labels" in about:
                raise InputError(f"{path}: is a classifier; expected a language model")
            if about["task"] != LANGUAGE_MODEL:
                raise ValueError(f"its task is {about['task']!r:.60}")
            end_id, direction = int(about["end_id"]), about["direction"]
            if direction not in ("forward", "backward"):
                raise ValueError(f"its direction is {direction!r:.60}")
            states = {str(one["input"]): int(one["units"]) for one in about["states"]}
            outputs = {LOGITS: end_id + 1, **{str(one["output"]): int(one["units"]) for one in about["states"]}}
            scores = _check(session, states, outputs)
        except (LookupError, OverflowError, TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{path}: not a model that seqclf wrote ({error})") from error
        return cls(path, end_id, direction == "backward", scores, states, list(outputs), session)

    def tokenizer(self) -> Tokenizer:
        """The tokenizer beside the file. Raises ``InputError`` if it is missing, malformed or of another model."""
        tokenizer = load_tokenizer(self.path.parent / TOKENIZER_FOLDER)
        if self.end_id != tokenizer.vocabulary_size:
            raise InputError(
                f"{self.path}: does not belong to {TOKENIZER_FOLDER}/ beside it: the model knows {self.end_id:,} "
                f"tokens, the tokenizer {tokenizer.vocabulary_size:,}; use both from the same run"
            )
        return tokenizer

    def start(self, rows: int = 1) -> States:
        """The states before the first token, ``float32 [rows, units]`` each."""
        return [np.zeros((rows, units), np.float32) for units in self.states.values()]

    def run(
        self, outputs: Sequence[str], token_ids: NDArray[np.int32], states: States, **more: NDArray[Any]
    ) -> list[NDArray[np.float32]]:
        """The outputs of these names for ``int32 [rows, time]`` and the states before. Raises ``InputError``."""
        given = {TOKEN_IDS: token_ids, **dict(zip(self.states, states, strict=True)), **more}
        rows, time = token_ids.shape
        sizes = dict(zip(self.outputs, (self.end_id + 1, *self.states.values()), strict=True))
        sizes[LOG_PROBABILITIES] = time
        return run_session(self._session, {name: (rows, sizes[name]) for name in outputs}, given, path=self.path)


def _check(session: onnxruntime.InferenceSession, states: Mapping[str, int], outputs: Mapping[str, int]) -> bool:
    """Whether the model has the input and the output for scores.

    Raises ``ValueError`` if it has other inputs than tokens and states, or other outputs than these. ``states`` and
    ``outputs`` are the sizes along the last axis, by name.
    """
    given = {one.name: one.shape[-1:] for one in session.get_inputs() if one.name != TOKEN_IDS}
    made = {one.name: one.shape[-1:] for one in session.get_outputs() if one.name != LOG_PROBABILITIES}
    for what, found, expected in (("inputs", given, states), ("outputs", made, outputs)):
        if found != {name: [size] for name, size in expected.items()}:
            raise ValueError(f"its {what} are not those that it describes")
    optional = [one.name for one in session.get_overridable_initializers()]
    scores = len(session.get_outputs()) > len(made)
    if scores != (TARGETS in optional):
        raise ValueError(f"it has only one of {TARGETS} and {LOG_PROBABILITIES}")
    return scores
