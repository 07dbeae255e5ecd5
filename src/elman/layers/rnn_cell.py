"""One step of the recurrence: the two equations that make a network recurrent."""

from typing import Self

import torch
from torch import Tensor, nn

from elman.checks import check_flag, check_size, elementwise
from elman.equations import NONLINEARITIES, Nonlinearity, hidden_state, preactivation
from elman.layers.conversion import from_torch_weights, to_torch_weights, torch_nonlinearity
from elman.layers.initialization import initialization, uniform


class RNNCell(nn.Module):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for one t (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNNCell`, then two of its own.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        bias: False keeps b at zero.
        nonlinearity: f: "tanh", "relu", "sigmoid" or any elementwise function.
        device: where the weights are made.
        dtype: of the weights.
        init_U: how U begins: "uniform" (torch's own), "xavier", "orthogonal" or "identity".
        init_V: how V begins, likewise.

    Attributes:
        U: `(I, H)`, which is torch's `weight_ih` transposed.
        V: `(H, H)`, `weight_hh` transposed.
        b: `(H)`, `bias_ih + bias_hh`.

    Raises:
        TypeError: a size is not an int, or `bias` not a bool.
        ValueError: a size is not positive, or a name is not known.
    """

    U: nn.Parameter
    V: nn.Parameter
    b: Tensor

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str | Nonlinearity = "tanh",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        init_U: str = "uniform",
        init_V: str = "uniform",
    ) -> None:
        super().__init__()
        check_size("input_size", input_size)
        check_size("hidden_size", hidden_size)
        check_flag("bias", bias)
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        self.f = elementwise("nonlinearity", nonlinearity)
        self._init_U = initialization("init_U", init_U)
        self._init_V = initialization("init_V", init_V)

        self.U = nn.Parameter(torch.empty(input_size, hidden_size, device=device, dtype=dtype))
        self.V = nn.Parameter(torch.empty(hidden_size, hidden_size, device=device, dtype=dtype))
        b = torch.zeros(hidden_size, device=device, dtype=dtype)
        if bias:
            self.b = nn.Parameter(b)
        else:  # the same equation with a b that stays zero and is neither trained nor saved
            self.register_buffer("b", b, persistent=False)
        self.reset_parameters()

    @property
    def nonlinearity(self) -> str | Nonlinearity:
        """The name of f, or f itself if it has none."""
        return next((name for name, f in NONLINEARITIES.items() if f is self.f), self.f)

    def reset_parameters(self) -> None:
        """Draws new initial weights."""
        self._init_U(self.U)
        self._init_V(self.V)
        if self.bias:
            uniform(self.b)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """One step.

        Args:
            input: X_t, `(B, I)` or `(I)`.
            hx: h_{t−1}, `(B, H)` or `(H)`; zero if not given.

        Returns:
            h_t, `(B, H)` or `(H)`.

        Raises:
            ValueError: `input` or `hx` has neither one nor two dimensions.
            RuntimeError: a size is not the cell's.
        """
        h_previous = self._state(input, hx)
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(input, h_previous, self.U, self.V, self.b)
        # h_t = f(a_t)
        return hidden_state(a_t, self.f)

    def _state(self, input: Tensor, hx: Tensor | None) -> Tensor:
        if input.dim() not in (1, 2):
            raise ValueError(f"input must be (B, I) or (I), got {input.dim()} dimensions")
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input must have input_size={self.input_size} features, got {input.shape[-1]}"
            )
        shape = (*input.shape[:-1], self.hidden_size)
        if hx is None:
            return input.new_zeros(shape)
        if hx.dim() not in (1, 2):
            raise ValueError(f"hx must be (B, H) or (H), got {hx.dim()} dimensions")
        if hx.shape != shape:
            raise RuntimeError(f"hx must have shape {shape}, got {tuple(hx.shape)}")
        return hx

    @classmethod
    def from_torch(cls, module: nn.RNNCell) -> Self:
        """The same cell as `module`, its weights copied."""
        cell = cls(
            module.input_size,
            module.hidden_size,
            bias=module.bias,
            nonlinearity=module.nonlinearity,
            device=module.weight_ih.device,
            dtype=module.weight_ih.dtype,
        )
        cell.load_state_dict(from_torch_weights(module.state_dict()))
        return cell.train(module.training)

    def to_torch(self) -> nn.RNNCell:
        """The same cell as a `torch.nn.RNNCell`, its weights copied.

        Raises:
            ValueError: torch has no such nonlinearity.
        """
        module = nn.RNNCell(
            self.input_size,
            self.hidden_size,
            bias=self.bias,
            nonlinearity=torch_nonlinearity(self.nonlinearity),
            device=self.U.device,
            dtype=self.U.dtype,
        )
        module.load_state_dict(to_torch_weights(self.state_dict()))
        return module.train(self.training)

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}, nonlinearity={self.nonlinearity!r}{bias}"
