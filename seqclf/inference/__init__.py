"""A trained classifier without TensorFlow: its tokenizer and ONNX Runtime."""

from seqclf.inference.classifier import Classifier, Prediction

__all__ = ["Classifier", "Prediction"]
