"""A stack of recurrent layers of different kinds."""

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
    """Stacks layers with different hidden size, nonlinearity, directions, cell or engine.

    The states of one layer are the inputs of the next. (For equal layers, use
    `RNN(…, num_layers=…)`.)

    Args:
        *layers: from first to last, all with the same `batch_first`.
        dropout: probability of zeroing an input of each layer except the first, in training.

    Raises:
        ValueError: there is no layer, the output size of a layer is not the input size of the next,
            or `dropout` is not from 0 to 1.

    Example:
        `RNNStack(RNN(28, 128), RNN(128, 64, nonlinearity="relu"))`
    """

    def __init__(self, *layers: RNN, dropout: float = 0.0) -> None:
        super().__init__()
        dropout = check_probability("dropout", dropout)
        if not layers:
            raise ValueError("RNNStack needs at least one layer")
        for k, (below, above) in enumerate(itertools.pairwise(layers)):
            if above.input_size != below.output_size:
                raise ValueError(
                    f"layers[{k + 1}] must have input_size={below.output_size}, the output size of "
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
            hx: the initial state of each layer, in the layer's shape; None: zero or learned.
            lengths: as in `RNN`.

        Returns:
            output: output of the last layer.
            h_n: the final state of each layer, as the layer returns it.

        Raises:
            ValueError: the number of states in `hx` is not the number of layers.
        """
        if hx is not None and len(hx) != len(self.layers):
            raise ValueError(
                f"hx must have {len(self.layers)} states, one for each layer, got {len(hx)}"
            )
        output, final_states = input, []
        for k, layer in enumerate(self.layers):
            if k > 0:
                output = self._apply_dropout(output)
            # A layer refuses lengths with a PackedSequence.
            output, h_n = layer(output, None if hx is None else hx[k], lengths)  # type: ignore[call-overload]
            final_states.append(h_n)
        return output, tuple(final_states)

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(
            self,
            input: Sequences,
            hx: Sequence[Tensor] | None = None,
            lengths: Tensor | None = None,
        ) -> tuple[Sequences, tuple[Tensor, ...]]:
            """Calls `forward` and its hooks."""

    def _apply_dropout(self, input: Sequences) -> Sequences:
        if isinstance(input, PackedSequence):
            data, *batch_sizes_and_indices = input
            return PackedSequence(
                functional.dropout(data, self.dropout, self.training), *batch_sizes_and_indices
            )
        return functional.dropout(input, self.dropout, self.training)

    def extra_repr(self) -> str:
        """The dropout between the layers, for `repr`."""
        return f"dropout={self.dropout}"
