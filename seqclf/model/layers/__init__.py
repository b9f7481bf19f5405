"""Keras layers of seqclf's own: the fast recurrences, and segments."""

from seqclf.model.layers.parallel import QRNN, SRU, MinGRU, MinLSTM
from seqclf.model.layers.recurrent import GRU, LSTM, Bidirectional, SimpleRNN
from seqclf.model.layers.segmented import Segmented

__all__ = ["GRU", "LSTM", "QRNN", "SRU", "Bidirectional", "MinGRU", "MinLSTM", "Segmented", "SimpleRNN"]
