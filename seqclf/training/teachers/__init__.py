"""The runs that a training learns from (``training.teacher``), and what they say about its texts. Imports no
TensorFlow."""
