"""Building blocks: each layer is a `torch.nn.Module` for one or two equations of the slides."""

from elman.layers.additive_attention import AdditiveAttention
from elman.layers.built_in import built_in
from elman.layers.conv2d import Conv2d
from elman.layers.dense import Dense
from elman.layers.layer_norm_rnn_cell import LayerNormRNNCell
from elman.layers.leaky_rnn_cell import LeakyRNNCell
from elman.layers.randomly_truncated_rnn_cell import RandomlyTruncatedRNNCell
from elman.layers.readout import Readout
from elman.layers.residual_rnn_cell import ResidualRNNCell
from elman.layers.rnn import RNN
from elman.layers.rnn_cell import RNNCell
from elman.layers.rnn_stack import RNNStack
from elman.layers.variational_rnn_cell import VariationalRNNCell

__all__ = [
    "RNN",
    "AdditiveAttention",
    "Conv2d",
    "Dense",
    "LayerNormRNNCell",
    "LeakyRNNCell",
    "RNNCell",
    "RNNStack",
    "RandomlyTruncatedRNNCell",
    "Readout",
    "ResidualRNNCell",
    "VariationalRNNCell",
    "built_in",
]
