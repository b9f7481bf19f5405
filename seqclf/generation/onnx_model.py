"""A language model on ONNX Runtime, read token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from seqclf.errors import InputError
from seqclf.generation.loop import States
from seqclf.generation.model_file import LanguageModelFile


@dataclass(frozen=True)
class OnnxStepModel:
    """The ``StepModel`` of a file; thread-safe."""

    file: LanguageModelFile

    @classmethod
    def load(cls, folder: str | Path, *, threads: int = 1) -> OnnxStepModel:
        """Load the ``model.onnx`` of a folder.

        Args:
            threads: number of threads. A single step is so little work that a second thread rarely pays.

        Raises:
            InputError: the file is missing, is no language model of seqclf, or reads texts backward.
        """
        file = LanguageModelFile.open(folder, threads=threads)
        if file.backward:
            raise InputError(
                f"{file.path}: reads texts from their ends, so it cannot continue one; choose another run (--run), "
                "trained with task.direction: forward"
            )
        return cls(file)

    @property
    def end_id(self) -> int:
        """Id of the end of a text, after those of the tokenizer."""
        return self.file.end_id

    def start(self) -> States:
        return self.file.start()

    def step(self, token_ids: Sequence[int], states: States) -> tuple[NDArray[np.float32], States]:
        logits, *after = self.file.run(self.file.outputs, np.array([token_ids], np.int32), states)
        row: NDArray[np.float32] = logits[0]
        return row, after
