"""Trained models without TensorFlow: a tokenizer and ONNX Runtime."""

from seqclf.generation import Generator
from seqclf.inference.classifier import Classifier
from seqclf.inference.prediction import Prediction
from seqclf.inference.scorer import Scorer, TextScore
from seqclf.inference.text_classifier import TextClassifier

__all__ = ["Classifier", "Generator", "Prediction", "Scorer", "TextClassifier", "TextScore"]
