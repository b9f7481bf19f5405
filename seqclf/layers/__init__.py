"""Custom Keras layers: fast recurrences, segments, dropout of rows, n-grams and output layers of language models."""

from seqclf.layers.input_gated import QRNN, SRU, MinGRU, MinLSTM
from seqclf.layers.mixed_logits import MixedLogits
from seqclf.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from seqclf.layers.row_dropout import RowDropout
from seqclf.layers.segmented import Segmented
from seqclf.layers.tied_embedding import TiedEmbedding
from seqclf.layers.token_logits import TokenLogits

__all__ = [
    "GRU",
    "LSTM",
    "QRNN",
    "SRU",
    "Bidirectional",
    "MinGRU",
    "MinLSTM",
    "MixedLogits",
    "RowDropout",
    "Segmented",
    "SimpleRNN",
    "TiedEmbedding",
    "TokenLogits",
]
