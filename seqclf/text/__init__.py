"""Tokenizers: training, fast encoding of large corpora, and the same as plain TensorFlow ops."""
