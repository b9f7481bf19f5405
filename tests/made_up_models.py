"""Language models made by hand: of the logits that a test wants, without a training."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqclf.generation.loop import States
from seqclf.text.kinds.char import CharTokenizer
from seqclf.text.tokenizer import Tokenizer


class ScriptedModel:
    """A ``StepModel`` whose logits a function returns, given all tokens read.

    Attributes:
        steps: the tokens of each call.
    """

    def __init__(self, end_id: int, logits: Callable[[list[int]], NDArray[np.floating]]) -> None:
        self.end_id, self._logits = end_id, logits
        self.steps: list[list[int]] = []

    def start(self) -> States:
        return [np.zeros((1, 0), np.float32)]

    def step(self, token_ids: Sequence[int], states: States) -> tuple[NDArray[np.float32], States]:
        """The state is what was read."""
        self.steps.append(list(token_ids))
        read = np.append(states[0], np.array([token_ids], np.float32), axis=1)
        return self._logits([int(one) for one in read[0]]).astype(np.float32), [read]


def one_after_another(token_ids: Sequence[int], end_id: int) -> ScriptedModel:
    """A model that wants these tokens, whatever it reads, and then the end of the text."""
    wanted = iter(token_ids)

    def logits(read: list[int]) -> NDArray[np.floating]:
        scores = np.zeros(end_id + 1)
        scores[next(wanted, end_id)] = 50
        return scores

    return ScriptedModel(end_id, logits)


LETTERS = CharTokenizer.learn(
    ["abcdefgh hgfedcba\n"], vocab_size=50, min_frequency=1, white_space="keep", lowercase=False
)


def write_model(folder: Path, *, tokenizer: Tokenizer = LETTERS, ends: bool = True, **about: Any) -> Path:
    """A run of a language model that says the alphabet: each token is followed by the next id, the last by the end.

    Its state counts the tokens that it has read.

    Args:
        ends: whether the end of the text follows the last token; else the first one does.
        about: entries of the metadata to change.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    count = tokenizer.vocabulary_size + 1
    table = np.full((count, count), -50, np.float32)
    table[np.arange(count), (np.arange(count) + 1) % count] = 1
    table[-1, 2] = 2  # a text begins with the first token that is neither padding nor unknown
    if not ends:
        table[-2, 2], table[:, -1] = 1, -500

    def value(name: str, kind: int, shape: list[int | str]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, shape)

    nodes = [
        helper.make_node("Gather", ["token_ids", "minus_one"], ["last"], axis=1),
        helper.make_node("Gather", ["table", "last"], ["logits"]),
        helper.make_node("Shape", ["token_ids"], ["time"], start=1, end=2),
        helper.make_node("Cast", ["time"], ["read"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["count", "read"], ["count_after"]),
    ]
    graph = helper.make_graph(
        nodes,
        "alphabet",
        [value("token_ids", TensorProto.INT32, ["batch", "time"]), value("count", TensorProto.FLOAT, ["batch", 1])],
        [
            value("logits", TensorProto.FLOAT, ["batch", count]),
            value("count_after", TensorProto.FLOAT, ["batch", 1]),
        ],
        initializer=[
            numpy_helper.from_array(np.array(-1), "minus_one"),
            numpy_helper.from_array(table, "table"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    about = {
        "task": "language_model",
        "direction": "forward",
        "end_id": count - 1,
        "states": [{"input": "count", "output": "count_after", "units": 1}],
        **about,
    }
    helper.set_model_props(model, {name: json.dumps(value) for name, value in about.items()})
    folder.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    tokenizer.save(folder / "tokenizer")
    manifest = {"status": "finished", "task": "language_model", "ended": "2026-01-01T00:00:00"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
