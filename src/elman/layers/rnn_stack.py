"""Recurrent layers of any kind, one above the other."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

from elman.checks import check_probability
from elman.layers.rnn import RNN

Sequences = TypeVar("Sequences", Tensor, PackedSequence)


class RNNStack(nn.Module):
    """Layers that differ: in hidden size, nonlinearity, directions, cell or engine.

    The states of one layer are the inputs of the next. (Layers that do not differ are
    `RNN(…, num_layers=…)`.)

    Args:
        *layers: from the first to the last, all with the same `batch_first`.
        dropout: probability of zeroing an input of each layer but the first, in training.

    Raises:
        ValueError: there is no layer, one layer's outputs do not fit the next, or `dropout` is no
            probability.

    Example:
        `RNNStack(RNN(28, 128), RNN(128, 64, nonlinearity="relu"))`
    """

    def __init__(self, *layers: RNN, dropout: float = 0.0) -> None:
        super().__init__()
        dropout = check_probability("dropout", dropout)
        if not layers:
            raise ValueError("layers must be at least one")
        for k, (below, above) in enumerate(itertools.pairwise(layers)):
            if above.input_size != below.output_size:
                raise ValueError(
                    f"layers[{k + 1}] must have input_size={below.output_size}, the outputs of "
                    f"layers[{k}], got {above.input_size}"
                )
            if above.batch_first != below.batch_first:
                raise ValueError(f"layers[{k + 1}] must have batch_first={below.batch_first}")
        self.layers: Sequence[RNN] = nn.ModuleList(layers)  # type: ignore[assignment]
        self.dropout = dropout

    def forward(
        self, input: Sequences, hx: Sequence[Tensor] | None = None, lengths: Tensor | None = None
    ) -> tuple[Sequences, tuple[Tensor, ...]]:
        """Unfolds all layers over sequences.

        Args:
            input: as in `RNN`.
            hx: an initial state for each layer, of the shape that the layer takes.
            lengths: as in `RNN`.

        Returns:
            output: the last layer's.
            h_n: the last state of each layer, as the layer returns it.

        Raises:
            ValueError: `hx` are not as many as the layers.
        """
        if hx is not None and len(hx) != len(self.layers):
            raise ValueError(f"hx must be {len(self.layers)} states, got {len(hx)}")
        output, last = input, []
        for k, layer in enumerate(self.layers):
            if k > 0:
                output = self._drop(output)
            # (A layer refuses lengths with a PackedSequence.)
            output, h_n = layer(output, None if hx is None else hx[k], lengths)  # type: ignore[call-overload]
            last.append(h_n)
        return output, tuple(last)

    if TYPE_CHECKING:  # torch has a call return Any

        def __call__(
            self,
            input: Sequences,
            hx: Sequence[Tensor] | None = None,
            lengths: Tensor | None = None,
        ) -> tuple[Sequences, tuple[Tensor, ...]]:
            """Calls `forward`, and what is hooked on it."""

    def _drop(self, input: Sequences) -> Sequences:
        if isinstance(input, PackedSequence):
            data, *order = input
            return PackedSequence(functional.dropout(data, self.dropout, self.training), *order)
        return functional.dropout(input, self.dropout, self.training)

    def extra_repr(self) -> str:
        """The dropout between the layers, for `repr`."""
        return f"dropout={self.dropout}"
