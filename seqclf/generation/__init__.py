"""Text from a language model, without TensorFlow: samplers, the decoding loop and a model on ONNX Runtime."""

from seqclf.generation.generator import Generator

__all__ = ["Generator"]
