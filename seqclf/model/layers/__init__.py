"""The layers that a config can name, as Keras layers."""

from seqclf.model.layers.apply import Context, Flow, apply_layer, dense

__all__ = ["Context", "Flow", "apply_layer", "dense"]
