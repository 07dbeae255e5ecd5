"""The recurrent layer: a cell applied at every time step, in layers and directions."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from elman.checks import check_flag, check_probability, check_size
from elman.equations import Nonlinearity
from elman.layers.conversion import from_torch_weights, to_torch_weights, torch_nonlinearity
from elman.layers.rnn_cell import RNNCell
from elman.recurrence import Engine, autocasts, check_engine, recurrence


class RNN(nn.Module):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNN`, then some of its own. Sequences are `(T, B, I)`.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        num_layers: layers; the states of one are the inputs of the next.
        nonlinearity: f: "tanh", "relu", "sigmoid" or any elementwise function.
        bias: False keeps b at zero.
        batch_first: sequences are `(B, T, I)` instead, and so are the outputs.
        dropout: probability of zeroing an input of each layer but the first, in training.
        bidirectional: each layer also reads the sequence from its end; D = 2 directions, else 1.
        device: where the weights are made.
        dtype: of the weights.
        engine: how the recurrence is computed, see `elman.recurrence`.
        init_U: how U begins: "uniform" (torch's own), "xavier", "orthogonal" or "identity".
        init_V: how V begins, likewise.

    Attributes:
        cells: an `RNNCell` with its U, V and b for each layer and direction, in the order of
            `h_n`: first layer forward, first layer backward, second layer forward, …

    Raises:
        TypeError: a size is not an int, or a flag not a bool.
        ValueError: a size is not positive, `dropout` no probability, or a name not known.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str | Nonlinearity = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        engine: Engine = "auto",
        init_U: str = "uniform",
        init_V: str = "uniform",
    ) -> None:
        super().__init__()
        check_size("num_layers", num_layers)
        check_flag("batch_first", batch_first)
        check_flag("bidirectional", bidirectional)
        check_probability("dropout", dropout)
        check_engine(engine)
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"dropout={dropout} does nothing with num_layers=1: it works between layers",
                stacklevel=2,
            )
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.engine = engine
        self.num_directions = 2 if bidirectional else 1

        self.cells: Sequence[RNNCell] = nn.ModuleList(  # type: ignore[assignment]
            RNNCell(
                input_size if layer == 0 else hidden_size * self.num_directions,
                hidden_size,
                bias,
                nonlinearity,
                device,
                dtype,
                init_U=init_U,
                init_V=init_V,
            )
            for layer in range(num_layers)
            for _ in range(self.num_directions)
        )

    def forward(self, input: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Unfolds the network over a sequence.

        Args:
            input: `(T, B, I)`, with `batch_first` `(B, T, I)`, or one sequence `(T, I)`.
            hx: the states h_0 of all layers and directions, `(num_layers·D, B, H)`, or
                `(num_layers·D, H)` with one sequence; zero if not given.

        Returns:
            output: the last layer's `h_1 … h_T`, `(T, B, D·H)`, `(B, T, D·H)` or `(T, D·H)`, the
                two directions side by side.
            h_n: the last state of each layer and direction, of the shape of `hx`.

        Raises:
            ValueError: `input` has neither two nor three dimensions, or not the weights' dtype.
            RuntimeError: a size is not the layer's, or `hx` does not fit `input`.
        """
        self._check(input, hx)
        batched = input.dim() == 3
        X = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            X = X.transpose(0, 1)  # (T, B, I) from here on
        if hx is None:
            h_0 = X.new_zeros(len(self.cells), X.shape[1], self.hidden_size)
        else:
            h_0 = hx if batched else hx.unsqueeze(1)  # (num_layers·D, B, H)

        h, h_n = self._unfold(X, h_0)

        if not batched:
            return h.squeeze(1), h_n.squeeze(1)
        return h.transpose(0, 1) if self.batch_first else h, h_n

    def _unfold(self, X: Tensor, h_0: Tensor) -> tuple[Tensor, Tensor]:
        last = []
        for layer in range(self.num_layers):
            if layer > 0:
                X = functional.dropout(X, self.dropout, self.training)
            k = layer * self.num_directions
            # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t) for t = 1 … T
            h = self._states(self.cells[k], X, h_0[k])
            last.append(h[-1] if len(h) else h_0[k])
            if self.bidirectional:  # the same for t = T … 1
                h_backward = self._states(self.cells[k + 1], X.flip(0), h_0[k + 1])
                last.append(h_backward[-1] if len(h) else h_0[k + 1])
                h = torch.cat([h, h_backward.flip(0)], dim=-1)
            X = h
        return X, torch.stack(last)

    def _states(self, cell: RNNCell, X: Tensor, h_0: Tensor) -> Tensor:
        return recurrence(X, h_0, cell.U, cell.V, cell.b, cell.f, engine=self.engine)

    def _check(self, input: Tensor, hx: Tensor | None) -> None:
        if input.dim() not in (2, 3):
            raise ValueError(
                "input must be (T, B, I), with batch_first (B, T, I), or (T, I), "
                f"got {input.dim()} dimensions"
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input must have input_size={self.input_size} features, got {input.shape[-1]}"
            )
        cast = input.is_floating_point() and autocasts(input.device.type)
        if input.dtype != self.U.dtype and not cast:
            raise ValueError(
                f"input must have the weights' dtype {self.U.dtype}, got {input.dtype}; "
                f"convert it, or the layer with .to({input.dtype})"
            )
        if hx is None:
            return
        batch = (input.shape[0 if self.batch_first else 1],) if input.dim() == 3 else ()
        shape = (len(self.cells), *batch, self.hidden_size)
        if hx.shape != shape:
            raise RuntimeError(f"hx must have shape {shape}, got {tuple(hx.shape)}")

    @property
    def nonlinearity(self) -> str | Nonlinearity:
        """The name of f, or f itself if it has none."""
        return self.cells[0].nonlinearity

    @property
    def U(self) -> nn.Parameter:
        """The first layer's, forward; `cells` has those of all layers and directions."""
        return self.cells[0].U

    @property
    def V(self) -> nn.Parameter:
        """The first layer's, forward."""
        return self.cells[0].V

    @property
    def b(self) -> Tensor:
        """The first layer's, forward."""
        return self.cells[0].b

    def reset_parameters(self) -> None:
        """Draws new initial weights."""
        for cell in self.cells:
            cell.reset_parameters()

    @classmethod
    def from_torch(cls, module: nn.RNN, *, engine: Engine = "auto") -> Self:
        """The same layer as `module`, its weights copied."""
        first = next(module.parameters())
        rnn = cls(
            module.input_size,
            module.hidden_size,
            module.num_layers,
            module.nonlinearity,
            module.bias,
            module.batch_first,
            module.dropout,
            module.bidirectional,
            first.device,
            first.dtype,
            engine=engine,
        )
        weights = module.state_dict()
        for cell, suffix in rnn._cells_by_torch_suffix():
            cell.load_state_dict(from_torch_weights(weights, suffix))
        return rnn.train(module.training)

    def to_torch(self) -> nn.RNN:
        """The same layer as a `torch.nn.RNN`, its weights copied.

        Raises:
            ValueError: torch has no such nonlinearity.
        """
        module = nn.RNN(
            self.input_size,
            self.hidden_size,
            self.num_layers,
            torch_nonlinearity(self.nonlinearity),
            self.bias,
            self.batch_first,
            self.dropout,
            self.bidirectional,
            device=self.U.device,
            dtype=self.U.dtype,
        )
        weights: dict[str, Tensor] = {}
        for cell, suffix in self._cells_by_torch_suffix():
            weights |= to_torch_weights(cell.state_dict(), suffix)
        module.load_state_dict(weights)
        return module.train(self.training)

    def _cells_by_torch_suffix(self) -> Iterator[tuple[RNNCell, str]]:
        for k, cell in enumerate(self.cells):
            layer, backward = divmod(k, self.num_directions)
            yield cell, f"_l{layer}_reverse" if backward else f"_l{layer}"

    def extra_repr(self) -> str:
        """How the cells below are put together, for `repr`."""
        return (
            f"num_layers={self.num_layers}, batch_first={self.batch_first}, "
            f"dropout={self.dropout}, bidirectional={self.bidirectional}, engine={self.engine!r}"
        )
