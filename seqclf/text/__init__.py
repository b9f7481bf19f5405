"""Texts to token ids: the tokenizers, trained and applied in bulk, and the same as plain TensorFlow ops."""
