"""Build an ordinary ``keras.Model`` from a config."""

from seqclf import layers  # registers them for Keras to load a model's file
from seqclf.model.build import build_model

__all__ = ["build_model", "layers"]
