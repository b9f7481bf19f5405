"""The logits of an ensemble in ONNX: the same operations as ``seqclf.layers.mixed_logits.MixedLogits``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np

from seqclf.config import Config
from seqclf.ensemble_recipe import Ensemble, Member
from seqclf.export.onnx_file import weights_of
from seqclf.labels import Labels
from seqclf.model.ensemble import member_name
from seqclf.onnx_writer.graph import Graph


def ensemble_logits(
    graph: Graph, model: keras.Model, ensemble: Ensemble, labels: Labels, write: Callable[[Graph, Config], str]
) -> str:
    """The logits of the model of an ensemble, ``[batch, 1 or labels]``.

    ``write`` adds the model of a config to a graph that has its weights, and returns its logits. The nodes of a member
    have names that begin with that of its layer.
    """
    softmax = not labels.multi and labels.units > 1
    shifted: list[tuple[str, ...]] = []
    for place, member in enumerate(ensemble.members):
        part = graph.part(weights_of(model.get_layer(member_name(place))), member_name(place))
        logits = _in_order(part, write(part, member.config), member, labels)
        shift = part.constant(np.log(member.weight))
        if softmax:
            shifted.append((part.op("Add", part.op("LogSoftmax", logits, axis=-1), shift),))
        else:
            true = part.op("Sub", shift, part.op("Softplus", part.op("Neg", logits)))
            shifted.append((true, part.op("Sub", shift, part.op("Softplus", logits))))
        graph.join(part)
    sums = [_log_sum(graph, one) for one in zip(*shifted, strict=True)]
    return sums[0] if softmax else graph.op("Sub", *sums)


def _in_order(graph: Graph, logits: str, member: Member, labels: Labels) -> str:
    """The logits of a member, divided by its temperatures, in the order of ``labels``."""
    scales = np.array(member.scales(labels), np.float32)
    if (scales != 1).any():
        logits = graph.op("Mul", logits, graph.constant(scales))
    order = member.order(labels)
    return logits if order == sorted(order) else graph.op("Gather", logits, graph.integers(*order), axis=1)


def _log_sum(graph: Graph, logarithms: Sequence[str]) -> str:
    """The logarithm of the sum of what the logarithms are of."""
    largest = graph.op("Max", *logarithms)
    return graph.op(
        "Add", graph.op("Log", graph.op("Sum", *(_above(graph, one, largest) for one in logarithms))), largest
    )


def _above(graph: Graph, logarithm: str, largest: str) -> str:
    return graph.op("Exp", graph.op("Sub", logarithm, largest))
