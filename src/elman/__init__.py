"""The vanilla recurrent network exactly as a lecture writes it, in PyTorch."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from elman import equations, reference
from elman.layers import (
    RNN,
    Dense,
    LayerNormRNNCell,
    LeakyRNNCell,
    RandomlyTruncatedRNNCell,
    Readout,
    ResidualRNNCell,
    RNNCell,
    RNNStack,
    VariationalRNNCell,
)

if TYPE_CHECKING:
    from elman.api import train

__version__ = version("elman")
__all__ = [
    "RNN",
    "Dense",
    "LayerNormRNNCell",
    "LeakyRNNCell",
    "RNNCell",
    "RNNStack",
    "RandomlyTruncatedRNNCell",
    "Readout",
    "ResidualRNNCell",
    "VariationalRNNCell",
    "equations",
    "reference",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "train":  # imported on demand: the layers need neither Lightning nor Hydra
        from elman.extras import require

        require("elman.train", "train", "hydra", "lightning")
        from elman.api import train

        return train
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
