"""The vanilla recurrent network exactly as a lecture writes it, in PyTorch."""

from importlib.metadata import version

from elman import equations, reference
from elman.layers import (
    RNN,
    Dense,
    LayerNormRNNCell,
    Readout,
    RNNCell,
    RNNStack,
    VariationalRNNCell,
)

__version__ = version("elman")
__all__ = [
    "RNN",
    "Dense",
    "LayerNormRNNCell",
    "RNNCell",
    "RNNStack",
    "Readout",
    "VariationalRNNCell",
    "equations",
    "reference",
]
