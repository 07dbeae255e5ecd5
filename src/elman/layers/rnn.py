"""The recurrent layer: cells applied at every time step, with layers and directions."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import torch
from torch import Tensor, nn
from torch.fx import Proxy
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from elman.checks import check_flag, check_from_to, check_probability, check_size
from elman.equations import Nonlinearity
from elman.layers.arguments import check_dtype, check_features, check_lengths, check_state
from elman.layers.conversion import copy_from_torch, copy_to_torch, torch_nonlinearity
from elman.layers.initialization import Initialization
from elman.layers.lengths import last_state, make_padding_mask, reverse
from elman.layers.packed import pack_like
from elman.layers.recomputation import unfold_in_segments
from elman.layers.rnn_cell import RNNCell
from elman.layers.torch_names import TorchNames
from elman.layers.unfolding import check_recomputable, unfold
from elman.recurrence import Engine, check_engine, is_capturing_graph, is_traced

MAX_LAYERS = 1_000  # each has modules of its own: a million would take hours to build
# Combine the states of the two directions, `(T, B, H)` each, into the output of a layer.
MERGES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "concatenate": lambda forward, backward: torch.cat([forward, backward], dim=-1),
    "sum": torch.add,
    "mean": lambda forward, backward: (forward + backward) / 2,
    "product": torch.mul,
}


class RNN(TorchNames):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for t = 1 … T (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNN`, then additional ones. Sequences are `(T, B, I)`.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        num_layers: number of layers; the states of one layer are the inputs of the next.
        nonlinearity: f: "tanh", "relu", "sigmoid" or any elementwise function.
        bias: whether there is a bias b.
        batch_first: input and output sequences are `(B, T, …)`.
        dropout: probability of zeroing an input of each layer except the first, in training.
        bidirectional: each layer also reads the sequence from its end; D = 2 directions, else 1.
        device: device of the weights.
        dtype: dtype of the weights.
        engine: how the recurrence is computed, see `elman.recurrence`.
        init_U: initialization of U: "uniform" (as torch), another name in
            `elman.layers.initialization.INITIALIZATIONS`, or a function of the weight.
        init_V: initialization of V, in the same forms.
        merge: how the states of two directions are combined: "concatenate" as in torch, "sum",
            "mean" or "product".
        learn_h_0: whether the initial state is a parameter; a call with hx does not use it.
        recompute: True: the states are computed again in the backward pass, so that about √(2T) of
            T are stored; or the time steps per segment of this gradient checkpointing; None: all
            states are stored. See `elman.layers.recomputation`.
        cell: class or function that makes each cell from the arguments of `RNNCell`:
            `elman.LayerNormRNNCell`, or your own subclass.

    Attributes:
        cells: a cell with its U, V and b for each layer and direction, in the order of `h_n`:
            first layer forward, first layer backward, second layer forward, …. Each is called once
            per pass; see `RNNCell` for the arguments of its hooks.
        h_0: `(num_layers·D, H)` with `learn_h_0`, initially zero; else None.
        weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, weight_ih_l0_reverse, …: the cells'
            weights in torch's layout, for code that initializes by name; see `RNNCell`. Change them
            in place; assigning to their `.data` has no effect.

    Raises:
        TypeError: a size is not an int, or a flag is not a bool.
        ValueError: a size is not positive, there are more than 1,000 layers, `dropout` is not from
            0 to 1, or a name is unknown; or `recompute` is given with two directions, with a cell
            that has hooks, or with a cell that overrides how it unfolds.
    """

    h_0: nn.Parameter | None

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
        init_U: str | Initialization = "uniform",
        init_V: str | Initialization = "uniform",
        merge: str = "concatenate",
        learn_h_0: bool = False,
        recompute: Literal[True] | int | None = None,
        cell: Callable[..., RNNCell] = RNNCell,
    ) -> None:
        super().__init__()
        num_layers = check_size("num_layers", num_layers)
        check_from_to("num_layers", num_layers, 1, MAX_LAYERS)
        for name, flag in (
            ("batch_first", batch_first),
            ("bidirectional", bidirectional),
            ("learn_h_0", learn_h_0),
        ):
            check_flag(name, flag)
        dropout = check_probability("dropout", dropout)
        check_engine(engine)
        if merge not in MERGES:
            raise ValueError(f"merge must be one of {', '.join(MERGES)}, got {merge!r}")
        if recompute is not None:
            recompute = recompute is True or check_size("recompute", recompute)
            if bidirectional:
                raise ValueError(
                    "recompute must be None with bidirectional=True: the backward direction starts "
                    "at the end of the sequence"
                )
        if dropout > 0 and num_layers == 1:
            warnings.warn(
                f"dropout={dropout} has no effect with num_layers=1: it applies between layers",
                stacklevel=2,
            )
        self.input_size = input_size = check_size("input_size", input_size)
        self.hidden_size = hidden_size = check_size("hidden_size", hidden_size)
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.engine = engine
        self.merge = merge
        self.recompute = recompute
        self.num_directions = 2 if bidirectional else 1
        self.output_size = hidden_size * (self.num_directions if merge == "concatenate" else 1)

        self.cells: Sequence[RNNCell] = nn.ModuleList(  # type: ignore[assignment]
            cell(
                input_size if layer == 0 else self.output_size,
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
        if recompute is not None:
            check_recomputable(self.cells[0])
        h_0 = torch.zeros(len(self.cells), hidden_size, device=device, dtype=dtype)
        self.h_0 = nn.Parameter(h_0) if learn_h_0 else None

    @overload
    def forward(
        self,
        input: Tensor,
        hx: Tensor | None = None,
        lengths: Tensor | None = None,
        *,
        layers: Literal["last", "all", "none"] = "last",
    ) -> tuple[Tensor, Tensor]: ...

    @overload
    def forward(
        self, input: PackedSequence, hx: Tensor | None = None
    ) -> tuple[PackedSequence, Tensor]: ...

    def forward(
        self,
        input: Tensor | PackedSequence,
        hx: Tensor | None = None,
        lengths: Tensor | None = None,
        *,
        layers: Literal["last", "all", "none"] = "last",
    ) -> tuple[Tensor | PackedSequence, Tensor]:
        """Unfolds the network over sequences.

        Args:
            input: `(T, B, I)`; `(B, T, I)` with `batch_first`; one sequence `(T, I)`; or packed.
            hx: the initial states of all layers and directions, `(num_layers·D, B, H)`, or
                `(num_layers·D, H)` for one sequence; None: `h_0` if learned, else zero.
            lengths: the lengths of the sequences, `(B)`, integers from 0 to T in any order. Time
                steps from there on are padding, with any values. None: no padding.
            layers: which states to output: of the "last" layer, of "all" layers (see `states`) or
                of "none" (see `final_state`).

        Returns:
            output: the last layer's `h_1 … h_T`, `(T, B, D·H)`, `(B, T, D·H)` or `(T, D·H)`: the
                two directions concatenated (or merged, `(…, H)`); zero at padding; packed if
                `input` is packed. It may be changed in place, but not through `.data`.
            h_n: the final state of each layer and direction, with the shape of `hx`: the forward
                state at the last time step of each sequence, the backward state at its first.

        Raises:
            TypeError: `lengths` is not a tensor of integers.
            ValueError: `input` does not have two or three dimensions, or the weights' dtype; or
                `lengths` does not match `input`.
            RuntimeError: `input` does not have `input_size` features, or `hx` does not match
                `input`.
        """
        if type(input) is not Tensor:
            if isinstance(input, Proxy):  # torch.fx records the layer as one node, as torch.nn.RNN
                path = input.tracer.path_of_module(self)
                arguments = (input, hx, lengths), {"layers": layers}
                return input.tracer.create_proxy("call_module", path, *arguments)
            if isinstance(input, PackedSequence):
                return self._unfold_packed(input, hx, lengths, layers)
        states, h_n = self._unfold(input, hx, lengths, keep_states=layers != "none")
        if layers == "last":
            return states[-1], h_n
        if layers == "all":
            return torch.stack(states), h_n
        if layers == "none":
            return h_n.new_empty(0), h_n
        raise ValueError(f"layers must be 'last', 'all' or 'none', got {layers!r}")

    if TYPE_CHECKING:  # the call of a torch module returns Any

        @overload
        def __call__(
            self,
            input: Tensor,
            hx: Tensor | None = None,
            lengths: Tensor | None = None,
            *,
            layers: Literal["last", "all", "none"] = "last",
        ) -> tuple[Tensor, Tensor]: ...

        @overload
        def __call__(
            self, input: PackedSequence, hx: Tensor | None = None
        ) -> tuple[PackedSequence, Tensor]: ...

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            """Calls `forward` and its hooks."""

    def _unfold_packed(
        self, packed: PackedSequence, hx: Tensor | None, lengths: Tensor | None, layers: str
    ) -> tuple[PackedSequence, Tensor]:
        if lengths is not None:
            raise ValueError("lengths must not be given with a PackedSequence, which contains them")
        if layers != "last":
            raise ValueError(f"layers must be 'last' with a PackedSequence, got {layers!r}")
        X, lengths = pad_packed_sequence(packed, self.batch_first)
        states, h_n = self._unfold(X, hx, lengths)
        return pack_like(packed, states[-1], lengths, self.batch_first), h_n

    def final_state(
        self, input: Tensor, hx: Tensor | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """Only h_n of `forward`; with `recompute`, the other states are not stored.

        Args:
            input: as in `forward`, except packed.
            hx: as in `forward`.
            lengths: as in `forward`.

        Returns:
            `(num_layers·D, B, H)`, or `(num_layers·D, H)` for one sequence.
        """
        h_n: Tensor = self(input, hx, lengths, layers="none")[1]
        return h_n

    def states(
        self, input: Tensor, hx: Tensor | None = None, lengths: Tensor | None = None
    ) -> Tensor:
        """The states of all layers at all time steps; `forward` returns those of the last layer.

        Args:
            input: as in `forward`, except packed.
            hx: as in `forward`.
            lengths: as in `forward`.

        Returns:
            `(num_layers, T, B, D·H)`; each layer has the form of the output of `forward`.
        """
        states: Tensor = self(input, hx, lengths, layers="all")[0]
        return states

    def _unfold(
        self, input: Tensor, hx: Tensor | None, lengths: Tensor | None, *, keep_states: bool = True
    ) -> tuple[list[Tensor], Tensor]:
        """The states of each layer (if `keep_states`) and h_n, in the layout of the input."""
        cells = list(self.cells)
        lengths = self._check(input, hx, lengths, cells)
        if input.dim() == 2:  # one sequence: a batch of one
            layers, h_n = self._unfold_batch(
                cells,
                input.unsqueeze(1),
                None if hx is None else hx.unsqueeze(1),
                None if lengths is None else lengths.unsqueeze(0),
                keep_states=keep_states,
            )
            return [h.squeeze(1) for h in layers], h_n.squeeze(1)
        if self.batch_first:
            layers, h_n = self._unfold_batch(
                cells, input.transpose(0, 1), hx, lengths, keep_states=keep_states
            )
            return [h.transpose(0, 1) for h in layers], h_n
        return self._unfold_batch(cells, input, hx, lengths, keep_states=keep_states)

    def _unfold_batch(
        self,
        cells: list[RNNCell],
        X: Tensor,
        hx: Tensor | None,
        lengths: Tensor | None,
        *,
        keep_states: bool,
    ) -> tuple[list[Tensor], Tensor]:
        h_0: Sequence[Tensor]  # of each cell, (B, H)
        if hx is not None:
            h_0 = hx.unbind()
        elif self.h_0 is not None:
            h_0 = self.h_0.unsqueeze(1).expand(-1, X.shape[1], -1).unbind()
        else:  # one number, expanded: takes no memory
            h_0 = [X.new_zeros(1, 1).expand(X.shape[1], self.hidden_size)] * len(cells)
        if is_capturing_graph():  # the conditions below would fix the example's length
            return self._unfold_layers(cells, X, h_0, lengths)
        T = X.shape[0]
        if T == 1 and lengths is None and not self.bidirectional and not self._uses_dropout():
            return self._step(cells, X, h_0)
        if self.recompute is None or T == 0 or not torch.is_grad_enabled() or is_traced():
            return self._unfold_layers(cells, X, h_0, lengths)
        for cell in cells:
            check_recomputable(cell)
        segments, final_states = [], []
        unfold_segment, weights = partial(self._unfold_layers, cells), list(self.parameters())
        for layers, h_n in unfold_in_segments(
            unfold_segment, X, h_0, lengths, self.recompute, weights
        ):
            final_states = [h_n]
            if keep_states:
                segments.append(layers)
        return [torch.cat(layer) for layer in zip(*segments, strict=True)], final_states[0]

    def _uses_dropout(self) -> bool:
        return self.training and self.dropout > 0

    def _step(
        self, cells: list[RNNCell], X: Tensor, h_0: Sequence[Tensor]
    ) -> tuple[list[Tensor], Tensor]:
        """A single time step, as in text generation, with as little overhead as possible."""
        layers = []
        for cell, h_previous in zip(cells, h_0, strict=True):
            # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t)
            X = unfold(cell, X, h_previous, None, self.engine)  # (1, B, H)
            layers.append(X)
        return layers, torch.cat(layers)

    def _unfold_layers(
        self, cells: list[RNNCell], X: Tensor, h_0: Sequence[Tensor], lengths: Tensor | None
    ) -> tuple[list[Tensor], Tensor]:
        padding_mask = None
        if lengths is not None:
            padding_mask = make_padding_mask(lengths, X.shape[0])
            X = X.masked_fill(padding_mask, 0)  # padding may have any values, even infinite

        layers, final_states = [], []
        for layer in range(self.num_layers):
            if layer > 0 and self._uses_dropout():
                X = functional.dropout(X, self.dropout)
            k = layer * self.num_directions
            # a_t = X_t U + h_{t−1} V + b, h_t = f(a_t) for t = 1 … T
            h = unfold(cells[k], X, h_0[k], padding_mask, self.engine)  # (T, B, H)
            final_states.append(last_state(h, h_0[k], lengths))
            if self.bidirectional:  # the same for t = T … 1
                backward = unfold(
                    cells[k + 1], reverse(X, lengths), h_0[k + 1], padding_mask, self.engine
                )
                final_states.append(last_state(backward, h_0[k + 1], lengths))
                h = MERGES[self.merge](h, reverse(backward, lengths))  # (T, B, D·H)
            layers.append(h)
            X = h
        return layers, torch.stack(final_states)

    def _check(
        self, input: Tensor, hx: Tensor | None, lengths: Tensor | None, cells: list[RNNCell]
    ) -> Tensor | None:
        """Checks the arguments of `forward`; returns the lengths as int64 on the input's device."""
        if input.dim() not in (2, 3):
            raise ValueError(
                "input must be (T, B, I), (B, T, I) with batch_first, or (T, I), "
                f"got {input.dim()} dimensions"
            )
        dtype = cells[0].dtype
        check_features(input, self.input_size)
        check_dtype("input", input, dtype, ValueError)
        if hx is None and lengths is None:
            return None
        T, *batch = reversed(input.shape[:-1]) if self.batch_first else input.shape[:-1]
        if hx is not None:
            check_state(hx, (len(cells), *batch, self.hidden_size), dtype)
        return None if lengths is None else check_lengths(lengths, T, tuple(batch), input.device)

    @property
    def nonlinearity(self) -> str | Nonlinearity:
        """The name of f, or f itself if it has no name."""
        return self.cells[0].nonlinearity

    @property
    def U(self) -> nn.Parameter:
        """U of the first layer, forward direction; `cells` has all layers and directions."""
        return self.cells[0].U

    @property
    def V(self) -> nn.Parameter:
        """V of the first layer, forward direction."""
        return self.cells[0].V

    @property
    def b(self) -> nn.Parameter | None:
        """b of the first layer, forward direction."""
        return self.cells[0].b

    def reset_parameters(self) -> None:
        """Draws new random initial weights; sets a learned initial state to zero."""
        for cell in self.cells:
            cell.reset_parameters()
        if self.h_0 is not None:
            nn.init.zeros_(self.h_0)

    @classmethod
    def from_torch(cls, module: nn.RNN, *, engine: Engine = "auto") -> Self:
        """A layer equal to `module`, with a copy of its weights and their `requires_grad`.

        Raises:
            TypeError: `module` is not a `torch.nn.RNN`.
        """
        if not isinstance(module, nn.RNN):
            raise TypeError(f"module must be a torch.nn.RNN, got {type(module).__name__}")
        first: nn.Parameter = module.weight_ih_l0  # type: ignore[assignment]
        with warnings.catch_warnings(action="ignore"):  # of dropout; `module` gave the same
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
        for cell, suffix in rnn._cells_by_torch_suffix():
            copy_from_torch(cell, module, suffix)
        return rnn.train(module.training)

    def to_torch(self) -> nn.RNN:
        """This layer as a `torch.nn.RNN`, with a copy of the weights and their `requires_grad`.

        Raises:
            ValueError: torch does not have the nonlinearity, cell or merge, or a learned initial
                state.
        """
        for cell in self.cells:
            cell.check_convertible()
        if self.bidirectional and self.merge != "concatenate":
            raise ValueError(f"torch.nn.RNN has only merge='concatenate', got {self.merge!r}")
        if self.h_0 is not None:
            raise ValueError("torch.nn.RNN has no learned initial state; pass hx in each call")
        with warnings.catch_warnings(action="ignore"):  # of dropout; `self` gave the same
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
        for cell, suffix in self._cells_by_torch_suffix():
            copy_to_torch(cell, module, suffix)
        return module.train(self.training)

    def _cells_by_torch_suffix(self) -> Iterator[tuple[RNNCell, str]]:
        for k, cell in enumerate(self.cells):
            layer, backward = divmod(k, self.num_directions)
            yield cell, f"_l{layer}_reverse" if backward else f"_l{layer}"

    def extra_repr(self) -> str:
        """The arguments that the cells do not show, for `repr`."""
        merge = f", merge={self.merge!r}" if self.bidirectional else ""
        learned = ", learn_h_0=True" if self.h_0 is not None else ""
        return (
            f"num_layers={self.num_layers}, batch_first={self.batch_first}, "
            f"dropout={self.dropout}, bidirectional={self.bidirectional}{merge}{learned}, "
            f"engine={self.engine!r}"
        )
