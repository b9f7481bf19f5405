"""The tokenizers as plain TensorFlow operators: raw strings in, padded token ids out, and back.

They use only core TensorFlow operators, so that an exported model runs without seqclf, tensorflow_text or custom
operators. The classes in ``seqclf.text`` are the reference: both give the same ids for every Unicode string, and the
same text for all ids.
"""

from seqclf.text.graph.fields import GraphFieldTokenizer
from seqclf.text.graph.texts import texts_of
from seqclf.text.graph.tokenizer import GraphTokenizer

__all__ = ["GraphFieldTokenizer", "GraphTokenizer", "texts_of"]
