"""From a config to an ordinary ``keras.Model``."""

from seqclf import layers  # so that Keras finds them when it reads a model's file
from seqclf.model.build import build_model

__all__ = ["build_model", "layers"]
