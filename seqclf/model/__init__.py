"""From a config to an ordinary ``keras.Model``."""

from seqclf.model.build import build_model

__all__ = ["build_model"]
