"""The cases of the benchmark and the implementations to time. Imports nothing heavy."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

EMBEDDING_DIM = 64
VOCABULARY = 8185

CELLS = ("lstm", "gru", "simple_rnn")
PARALLEL_CELLS = ("min_gru", "min_lstm", "qrnn", "sru")
FORWARD, STEP, EPOCH = "forward", "step", "epoch"

WAYS = {
    "seqclf": "seqclf",
    "keras": "stock Keras",
    "notes": "stock Keras, shuffled and padded as in the course's notebook",
    "torch": "PyTorch, padded",
    "torch_packed": "PyTorch, packed",
}
"""Each runs in a separate process with its own threads; one works while the others wait."""


@dataclass(frozen=True)
class Case:
    """The course's model (embedding of 64, one bidirectional recurrent layer, dense 64, one logit) on one batch.

    Attributes:
        cell: the recurrent layer's type.
        units: in each direction.
        length: tokens of the longest text; the others have at least nine tenths of that.
        rows: number of texts.
        measure: ``forward``, ``step`` (a whole training step with Adam) or ``epoch``.
    """

    cell: str
    units: int = 64
    length: int = 256
    rows: int = 64
    measure: str = STEP

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def ways(self, installed: Sequence[str]) -> list[str]:
        """The implementations in ``installed`` that support this case."""
        if self.cell in PARALLEL_CELLS:
            return [way for way in installed if way == "seqclf"]
        if self.measure == EPOCH:
            return [way for way in installed if way in ("seqclf", "keras", "notes")]
        return [way for way in installed if way != "notes"]


def grid(
    cells: Sequence[str], units: Sequence[int], lengths: Sequence[int], rows: int, measures: Sequence[str]
) -> list[Case]:
    return [
        Case(cell, unit, length, rows, measure)
        for cell, unit, length, measure in itertools.product(cells, units, lengths, measures)
    ]


def growth() -> Iterator[tuple[str, list[Case]]]:
    """Cases that show how a training step's cost grows with length, rows, units, and rows of short texts."""
    yield "length", [Case("lstm", length=length) for length in (64, 128, 256, 512, 1024)]
    yield "units", [Case("lstm", units=units) for units in (16, 32, 64, 128, 256)]
    yield "rows", [Case("lstm", rows=rows) for rows in (8, 16, 32, 64, 128, 256)]
    yield "rows of 32 tokens", [Case("lstm", length=32, rows=rows) for rows in (64, 128, 256, 512, 1024)]
