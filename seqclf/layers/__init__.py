"""Custom Keras layers: fast recurrences, segments, dropout of rows and n-grams."""

from seqclf.layers.input_gated import QRNN, SRU, MinGRU, MinLSTM
from seqclf.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from seqclf.layers.row_dropout import RowDropout
from seqclf.layers.segmented import Segmented

__all__ = ["GRU", "LSTM", "QRNN", "SRU", "Bidirectional", "MinGRU", "MinLSTM", "RowDropout", "Segmented", "SimpleRNN"]
