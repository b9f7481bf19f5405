"""Export a language model as one ONNX file that reads texts window by window, or token by token."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqclf.config import Config
from seqclf.config.schema import LanguageModelTask
from seqclf.export.onnx_file import (
    LOGITS_OUTPUT,
    TOKEN_IDS,
    embedded,
    finished,
    float_info,
    graph_of,
    through,
    token_ids_info,
    write_file,
)
from seqclf.export.onnx_token_scores import add_token_scores, log_probabilities_info, targets_info
from seqclf.onnx_writer.carry import Carry
from seqclf.onnx_writer.graph import Graph, at_last_token, token_logits
from seqclf.onnx_writer.inputs import at_least_one, rows_of
from seqclf.token_ids import PAD_ID

if TYPE_CHECKING:
    import keras
    import onnx

AFTER = "_after"
"""Ending of the name of an output: the input without it is the same state before the window."""


def onnx_language_model(model: keras.Model, config: Config) -> onnx.ModelProto:
    """The model of ``build_language_model(config, ...)`` at inference.

    Inputs: ``token_ids``, ``int32 [batch, time]`` of any size, padded right with 0, and for each state of a recurrent
    layer its value before the window, ``float32 [batch, units]``, named as the input of ``model``. All states are 0
    before the first token. Optional: ``targets``, as ``add_token_scores`` says.

    Outputs: ``logits``, ``float32 [batch, tokens]``, of the token after each row's last one, and for each state its
    value after this token, ``float32 [batch, units]``, named as its input with ``_after`` at the end. A row of padding
    does not change its states; its logits are finite, but mean nothing. The last output, ``log_probabilities``, is that
    of ``add_token_scores``.

    Metadata, each value as JSON: ``task``, ``direction``, ``end_id`` (the id of the end of a text) and ``states``, a
    list of ``{"input": ..., "output": ..., "units": ...}``.
    """
    assert isinstance(config.task, LanguageModelTask)
    carry = Carry()
    graph = graph_of(model, carry=carry)
    tokens = _add_outputs(graph, carry, config, tied=config.task.tied)
    states = [{"input": one.name, "output": f"{one.name}{AFTER}", "units": one.units} for one in carry.states]
    return finished(
        graph,
        [token_ids_info(), *(float_info(one.name, "batch", one.units) for one in carry.states), targets_info()],
        [
            float_info(LOGITS_OUTPUT, "batch", tokens),
            *(float_info(f"{one.name}{AFTER}", "batch", one.units) for one in carry.states),
            log_probabilities_info(),
        ],
        {
            "task": config.task.type,
            "direction": config.task.direction,
            "end_id": tokens - 1,  # after the ids of the tokenizer
            "states": states,
        },
    )


def export_onnx_language_model(model: keras.Model, config: Config, path: Path) -> None:
    """Write ``onnx_language_model(...)``; the file appears when it is complete."""
    write_file(onnx_language_model(model, config), path)


def _add_outputs(graph: Graph, carry: Carry, config: Config, *, tied: bool) -> int:
    """Add everything from the inputs to the outputs, and return the number of token ids."""
    from seqclf.model.build import LOGITS
    from seqclf.model.encoder import EMBEDDING

    token_ids = at_least_one(graph, TOKEN_IDS, padding=graph.constant(PAD_ID, np.int32), steps=True)
    flow = embedded(graph, token_ids)
    # A row of padding reads one step, so that no operator meets a text without steps; its states are replaced below.
    read = replace(flow, lengths=graph.op("Max", flow.lengths, graph.constant(1, np.int32)))
    after = through(graph, "layers", config.layers, read)
    hidden = through(graph, "head", config.head, after)
    kernel, bias = graph.weights(EMBEDDING if tied else LOGITS)
    last = at_last_token(graph, hidden.x, hidden.lengths)
    rows_of(graph, token_logits(graph, last, kernel, bias), TOKEN_IDS, name=LOGITS_OUTPUT)
    add_token_scores(graph, hidden.x, kernel, bias)
    none = graph.op("Equal", flow.lengths, graph.constant(0, np.int32))
    unread = graph.op("Unsqueeze", none, graph.integers(1))
    for state in carry.states:
        kept = graph.op("Where", unread, state.before, state.after)
        rows_of(graph, kept, TOKEN_IDS, name=f"{state.name}{AFTER}")
    return len(bias)
