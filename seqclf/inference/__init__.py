"""A trained classifier without TensorFlow: its tokenizer and ONNX Runtime."""

from seqclf.inference.classifier import Classifier
from seqclf.inference.prediction import Prediction
from seqclf.inference.text_classifier import TextClassifier

__all__ = ["Classifier", "Prediction", "TextClassifier"]
