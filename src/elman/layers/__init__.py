"""Building blocks, each a `torch.nn.Module` around one equation of the slides."""

from elman.layers.dense import Dense
from elman.layers.readout import Readout
from elman.layers.rnn import RNN
from elman.layers.rnn_cell import RNNCell

__all__ = ["RNN", "Dense", "RNNCell", "Readout"]
