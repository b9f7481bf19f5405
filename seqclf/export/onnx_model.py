"""Export a run's model as one ONNX file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqclf.config import Config
from seqclf.ensemble_recipe import Ensemble
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
from seqclf.extra_columns import ExtraColumns
from seqclf.labels import Labels
from seqclf.onnx_writer.graph import Graph, OnnxFlow, dense
from seqclf.onnx_writer.inputs import at_least_one, rows_of, with_a_token
from seqclf.onnx_writer.ngrams import Hashes, ngram_logits
from seqclf.prior import Prior
from seqclf.run_calibration import RunCalibration
from seqclf.token_ids import PAD_ID, PRIME, UNKNOWN_ID, coefficients, word_coefficients

if TYPE_CHECKING:
    import keras
    import onnx

_PROBABILITIES = "probabilities"  # name of an output
_EXTRA = "extra"  # name of the input for columns beside the text


def onnx_model(
    model: keras.Model,
    config: Config,
    labels: Labels,
    thresholds: Sequence[float] | None = None,
    prior: Prior | None = None,
    *,
    extra: ExtraColumns | None = None,
    calibration: RunCalibration | None = None,
    ensemble: Ensemble | None = None,
) -> onnx.ModelProto:
    """The model of ``build_model(config, ...)`` at inference; for texts without known tokens, the ``prior``.

    Input ``token_ids``: ``int32 [batch, time]`` of any size, padded right with 0; a row of padding is a text without
    tokens. Outputs: ``logits``,
    ``float32 [batch, 1 or labels]``, and ``probabilities``, ``float32 [batch, labels]``. The file also has everything
    else that ``seqclf.inference`` needs apart from the tokenizer: labels, thresholds, how texts are truncated, the
    columns that make up a text if there are several, and how values of ``extra`` become features.

    With ``extra`` there is an optional input ``extra``, ``float32 [batch, width]``: the features of the columns beside
    the text. By default no column has a value.

    With ``ensemble``, ``model`` is that of ``ensemble_model``.

    With ``calibration`` the logits are divided by its temperatures; ``thresholds`` are then those after calibration.

    Raises ``InputError`` for a custom layer.
    """
    graph = graph_of(model)

    def logits(token_ids: str, beside: OnnxFlow | None) -> str:
        if ensemble is None:
            return _logits(graph, config, token_ids, beside)
        from seqclf.export.onnx_ensemble import ensemble_logits

        return ensemble_logits(graph, model, ensemble, labels, lambda part, one: _logits(part, one, token_ids, beside))

    _add_outputs(graph, logits, labels, prior=prior, extra=extra, calibration=calibration)
    return finished(
        graph,
        [token_ids_info(), *([] if extra is None else [float_info(_EXTRA, None, extra.width)])],
        [float_info(LOGITS_OUTPUT, "batch", labels.units), float_info(_PROBABILITIES, "batch", len(labels))],
        _about(config, labels, thresholds, extra, calibration),
    )


def _about(
    config: Config,
    labels: Labels,
    thresholds: Sequence[float] | None,
    extra: ExtraColumns | None,
    calibration: RunCalibration | None,
) -> dict[str, Any]:
    """The file's metadata."""
    return {
        "labels": labels.as_json(),
        "thresholds": None if thresholds is None else list(thresholds),
        "max_tokens": config.tokenizer.max_tokens,
        "truncate": config.tokenizer.truncate,
        **({} if extra is None else {"extra": extra.as_json()}),
        **({} if calibration is None else {"calibration": calibration.to_json(labels)}),
        **({"fields": list(config.data.fields)} if config.data.fields else {}),
    }


def export_onnx(
    model: keras.Model,
    config: Config,
    labels: Labels,
    path: Path,
    *,
    thresholds: Sequence[float] | None = None,
    prior: Prior | None = None,
    extra: ExtraColumns | None = None,
    calibration: RunCalibration | None = None,
    ensemble: Ensemble | None = None,
) -> None:
    """Write ``onnx_model(...)``; the file appears when it is complete."""
    more: dict[str, Any] = {"extra": extra, "calibration": calibration, "ensemble": ensemble}
    write_file(onnx_model(model, config, labels, thresholds, prior, **more), path)


def _add_outputs(
    graph: Graph,
    logits_of: Callable[[str, OnnxFlow | None], str],
    labels: Labels,
    *,
    prior: Prior | None,
    extra: ExtraColumns | None,
    calibration: RunCalibration | None,
) -> None:
    """Add everything from the inputs to the outputs.

    ``logits_of`` adds the model: from the token ids and the features of the columns beside the text to the logits.
    """
    padding = graph.constant(PAD_ID, np.int32)
    token_ids = at_least_one(graph, TOKEN_IDS, padding=padding, steps=True)
    beside = None if extra is None else _beside(graph, extra, token_ids)
    read = token_ids
    if prior is None or extra is not None:  # otherwise the prior answers texts without tokens
        unknown_id = UNKNOWN_ID if prior is None else prior.unknown_id
        read = with_a_token(graph, token_ids, padding=padding, unknown_id=unknown_id)
    logits = logits_of(read, beside)
    if calibration is not None:
        inverse = np.array([1 / one for one in calibration.temperatures], np.float32)
        logits = graph.op("Mul", logits, graph.constant(inverse))
    answered = _or_prior(graph, logits, labels, prior, token_ids=token_ids, extra=extra, beside=beside)
    _add_probabilities(graph, rows_of(graph, answered, TOKEN_IDS, name=LOGITS_OUTPUT), labels)


def _add_probabilities(graph: Graph, logits: str, labels: Labels) -> None:
    """Add the output ``probabilities``, computed from the logits."""
    if labels.multi:
        graph.op("Sigmoid", logits, name=_PROBABILITIES)
    elif labels.units == 1:
        second = graph.op("Sigmoid", logits)
        graph.op("Concat", graph.op("Sub", graph.constant(1.0), second), second, axis=-1, name=_PROBABILITIES)
    else:
        graph.op("Softmax", logits, axis=-1, name=_PROBABILITIES)


def _beside(graph: Graph, extra: ExtraColumns, token_ids: str) -> OnnxFlow:
    """The features of the columns beside the text, ``[batch, width]``, from an input with a default."""
    from onnx import numpy_helper

    graph.initializers.append(numpy_helper.from_array(extra.missing[None], _EXTRA))
    texts = graph.op("Shape", token_ids, start=0, end=1)
    shape = graph.op("Concat", texts, graph.integers(extra.width), axis=0)
    given = at_least_one(graph, _EXTRA, padding=graph.constant(0.0))
    return OnnxFlow(graph.op("Expand", given, shape), "", "", extra.width, is_sequence=False)


def _or_prior(
    graph: Graph,
    logits: str,
    labels: Labels,
    prior: Prior | None,
    *,
    token_ids: str,
    extra: ExtraColumns | None,
    beside: OnnxFlow | None,
) -> str:
    """The logits, replaced by those of the prior if every token is padding or unknown, and no column has a value."""
    if prior is None:
        return logits
    padding = graph.op("Equal", token_ids, graph.constant(PAD_ID, np.int32))
    mute = padding
    for token_id in prior.mute_ids:
        mute = graph.op("Or", mute, graph.op("Equal", token_ids, graph.constant(token_id, np.int32)))
    tokens = graph.op("Cast", graph.op("Not", mute), to=6)
    known = graph.op(
        "Greater", graph.op("ReduceSum", tokens, graph.integers(1), keepdims=1), graph.constant(0, np.int32)
    )
    if extra is not None and beside is not None:
        same = graph.op("Equal", beside.x, graph.constant(extra.missing[None]))
        given = graph.op("Cast", graph.op("Not", same), to=6)
        found = graph.op("ReduceSum", given, graph.integers(1), keepdims=1)
        known = graph.op("Or", known, graph.op("Greater", found, graph.constant(0, np.int32)))
    return graph.op("Where", known, logits, graph.constant(prior.logits(labels)))


def _logits(graph: Graph, config: Config, token_ids: str, beside: OnnxFlow | None) -> str:
    """The logits of ``build_model``, computed in the same order."""
    from seqclf.model.build import LOGITS, NETWORK_LOGITS, NGRAMS

    flow = through(graph, "layers", config.layers, embedded(graph, token_ids)) if config.layers else None
    if beside is not None:
        flow = beside if flow is None else _joined(graph, flow, beside.x, beside.width)
    if config.ngrams is None:
        assert flow is not None
        return dense(graph, through(graph, "head", config.head, flow).x, LOGITS)
    hashes = Hashes([coefficients(order) for order in config.ngrams.orders], word_coefficients(), PRIME)
    scores = ngram_logits(graph, token_ids, NGRAMS, hashes, normalize=config.ngrams.normalize)
    if config.ngrams.join == "head":
        units = int(graph.weights(NGRAMS)[1].size)
        flow = (
            OnnxFlow(scores, "", "", units, is_sequence=False) if flow is None else _joined(graph, flow, scores, units)
        )
        return dense(graph, through(graph, "head", config.head, flow).x, LOGITS)
    if flow is None:
        scale, bias = (graph.constant(weight) for weight in graph.weights(LOGITS))
        return graph.op("Add", graph.op("Mul", scores, scale), bias)
    network = dense(graph, through(graph, "head", config.head, flow).x, NETWORK_LOGITS)
    ours, theirs = (graph.constant(weight) for weight in graph.weights(LOGITS))
    return graph.op("Add", graph.op("Mul", network, ours), graph.op("Mul", scores, theirs))


def _joined(graph: Graph, flow: OnnxFlow, x: str, width: int) -> OnnxFlow:
    """The text's vector concatenated with ``x``, ``[batch, width]``."""
    return OnnxFlow(graph.op("Concat", flow.x, x, axis=1), "", "", flow.width + width, is_sequence=False)
