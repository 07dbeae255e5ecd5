"""A copy of a network that keeps each state h_t of its recurrent cells as a node of the graph.

A layer normally computes all its states at once, and autograd gives no gradient of a single one.
In the copy, each cell computes one time step after the other, so that `torch.autograd.grad` can
differentiate with respect to every h_t.
"""

import copy
import inspect
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from elman.equations import DERIVATIVES, has_derivative
from elman.inspection.float64 import to_float64
from elman.layers import (
    RNN,
    LayerNormRNNCell,
    RandomlyTruncatedRNNCell,
    RNNCell,
    VariationalRNNCell,
)
from elman.layers.lengths import reverse
from elman.nonlinearities import canonical, has_hooks
from elman.recurrence import Engine


class RecordedCell:
    """Records the states of a cell; a cell that is called several times continues the record.

    Args:
        name: the name of the cell in the network, for example "rnn.cells.0".
        cell: a cell of the copy; its `forward` is replaced.
        backward: whether it reads the sequences from their end.

    Attributes:
        states: every h_t in the order of computation, `(B, H)` each.
        inputs: every X_t, `(B, I)` each.
        previous: the state before each h_t, `(B, H)` each.
        backward: as given.
        is_plain: whether the equation of the cell is that of `RNNCell`.
    """

    def __init__(self, name: str, cell: RNNCell, *, backward: bool) -> None:
        self.name = name
        self.cell = cell
        self.states: list[Tensor] = []
        self.inputs: list[Tensor] = []
        self.previous: list[Tensor] = []
        self.backward = backward
        kind = type(cell)
        self._has_known_order = kind.forward is RNNCell.forward and kind.unfold in (
            RNNCell.unfold,
            VariationalRNNCell.unfold,
            RandomlyTruncatedRNNCell.unfold,  # in evaluation, the plain cell
        )
        self.is_plain = self._has_known_order and kind.step is RNNCell.step
        self._masks: list[Tensor] = []  # of each call, (T, B, 1)
        self._forward = cell.forward
        self._takes_engine = "engine" in inspect.signature(cell.forward).parameters
        cell.forward = self.forward  # type: ignore[method-assign]

    def forward(
        self,
        input: Tensor,
        hx: Tensor | None = None,
        *,
        padding_mask: Tensor | None = None,
        engine: Engine | None = None,
    ) -> Tensor:
        """The `forward` of the cell, step by step; arguments as in `RNNCell.forward`."""
        if hx is None:
            hx = input.new_zeros(*input.shape[-2:-1], self.cell.hidden_size)
        if engine is None:  # one time step
            h_t = self._forward(input, hx)
            if h_t.dim() == 2:
                self._record(input.unsqueeze(0), hx, [h_t], None)
                return h_t
            h_t = h_t.unsqueeze(0)  # one sequence: a batch of one
            self._record(input.expand(1, 1, -1), hx.unsqueeze(0), [h_t], None)
            return h_t.squeeze(0)
        h_t, states = hx, []
        for t in range(len(input)):
            mask_t = None if padding_mask is None else padding_mask[t : t + 1]
            h_t = self._step(input[t : t + 1], h_t, mask_t)
            states.append(h_t)
        if not states:
            return hx.expand(0, *hx.shape)
        self._record(input, hx, states, padding_mask)
        return torch.stack(states)

    def _step(self, X_t: Tensor, h_previous: Tensor, mask_t: Tensor | None) -> Tensor:
        """`h_t` from X_t `(1, B, I)`."""
        if self._takes_engine:
            h = self._forward(X_t, h_previous, padding_mask=mask_t, engine="unrolled")
            return h[0]
        h_t = self._forward(X_t[0], h_previous)
        return h_t if mask_t is None else h_t.masked_fill(mask_t[0], 0)

    def _record(
        self, X: Tensor, h_0: Tensor, states: list[Tensor], padding_mask: Tensor | None
    ) -> None:
        if self.states and states[0].shape != self.states[0].shape:
            raise ValueError(
                f"{self.name} must always run with the same number of sequences, got "
                f"{len(self.states[0])} and then {len(states[0])}"
            )
        if padding_mask is None:
            padding_mask = states[0].new_zeros(len(states), len(states[0]), 1, dtype=torch.bool)
        self.states.extend(states)
        self.inputs.extend(X.detach())
        self.previous.extend(h_t.detach() for h_t in (h_0, *states[:-1]))
        self._masks.append(padding_mask)

    def in_time_order(self, x: Tensor) -> Tensor:
        """Values for each of `states`, in the order of time: `(T, B, …)`."""
        if not self.backward:
            return x
        calls = zip(torch.split(x, [len(mask) for mask in self._masks]), self._masks, strict=True)
        return torch.cat([reverse(part, (~mask).sum(0).squeeze(1)) for part, mask in calls])

    @property
    def padding(self) -> Tensor:
        """True at padding, `(T, B)`; the same in both orders, since padding is at the end."""
        return torch.cat(self._masks).squeeze(2)

    def slope(self, h: Tensor) -> Tensor | None:
        """`f′(a_t)` from `h_t = f(a_t)`; None if f′ or the equation of the cell is not known."""
        f = canonical(self.cell.f)
        ends_with_f = type(self.cell).step in (RNNCell.step, LayerNormRNNCell.step)
        known = has_derivative(f) and self._has_known_order and ends_with_f
        return DERIVATIVES[f](h) if known else None


class RecordedNetwork:
    """A copy of a network in float64 and evaluation mode that records its states.

    Args:
        network: a network with at least one `elman.RNN`, `elman.RNNCell`, `torch.nn.RNN` or
            `torch.nn.RNNCell`. It does not change.

    Attributes:
        cells: the recurrent cells, in the order of `network.named_modules()`.

    Raises:
        ValueError: there is no recurrent layer; or one of torch has hooks or its own `forward`.
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = _with_elman_layers(copy.deepcopy(network).double().eval())
        for parameter in self.network.parameters():
            parameter.requires_grad_(parameter.is_floating_point())
        backward_cells = set()
        self.cells: list[RecordedCell] = []
        for name, module in self.network.named_modules():
            if isinstance(module, RNN):
                module.recompute = None  # would compute and record each state twice
                if module.bidirectional:
                    backward_cells.update(list(module.cells)[1::2])
            elif isinstance(module, RNNCell):
                cell = RecordedCell(name, module, backward=module in backward_cells)
                self.cells.append(cell)
        if not self.cells:
            raise ValueError(
                f"network must have a recurrent layer, elman.RNN or torch.nn.RNN; "
                f"{type(network).__name__} has none"
            )

    def __call__(self, inputs: Any) -> Any:
        """The output for one tensor or packed sequence, or for a tuple of arguments."""
        inputs = to_float64(inputs)
        if isinstance(inputs, Tensor | PackedSequence):
            return self.network(inputs)
        return self.network(*inputs)


def _with_elman_layers(network: nn.Module) -> nn.Module:
    """Replaces the recurrent layers of torch in a network by ours."""
    replaced: dict[nn.Module, nn.Module] = {}  # a layer may have several places in the network
    for name, module in network.named_modules():
        if isinstance(module, nn.RNN | nn.RNNCell):
            kind = nn.RNN if isinstance(module, nn.RNN) else nn.RNNCell
            if has_hooks(module) or type(module).forward is not kind.forward:
                raise ValueError(
                    f"network: {name or 'the layer'} is a torch.nn.{kind.__name__} with hooks or "
                    "another forward, which its elman layer would not have; use elman.RNN there"
                )
            replaced[module] = (
                RNN.from_torch(module) if isinstance(module, nn.RNN) else RNNCell.from_torch(module)
            )
    for parent in list(network.modules()):
        for name, child in parent._modules.items():
            if child in replaced:
                parent._modules[name] = replaced[child]
    return replaced.get(network, network)
