"""States that a graph takes and gives, for a model that reads its texts in windows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """A state of a recurrent layer.

    Attributes:
        name: of the graph's input for it, ``float32 [batch, units]``.
        before: the value that the layer starts from.
        after: the value after each text's last token.
    """

    name: str
    units: int
    before: str
    after: str


class Carry:
    """The states of a model, in the order of its layers; ``seqclf.layer_types.base.Carry`` in ONNX."""

    def __init__(self) -> None:
        self.states: list[State] = []
