"""The tokenizers as plain TensorFlow operators: raw strings in, padded token ids out.

Only operators that every TensorFlow has, so that an exported model runs without seqclf, tensorflow_text or custom
operators. The classes of ``seqclf.text`` are the reference: ids are equal for every Unicode string.
"""

from seqclf.text.graph.tokenizer import GraphTokenizer

__all__ = ["GraphTokenizer"]
