"""One step of the recurrence: the two equations that make a network recurrent."""

from typing import Self

import torch
from torch import Tensor, nn

from elman.checks import check_flag, check_size, elementwise
from elman.equations import NONLINEARITIES, Nonlinearity, hidden_state, preactivation
from elman.layers.arguments import check_dtype, check_features, check_state
from elman.layers.conversion import copy_from_torch, copy_to_torch, torch_nonlinearity
from elman.layers.initialization import initialization, uniform
from elman.recurrence import Engine, autocast, check_engine, recurrence, unroll


class RNNCell(nn.Module):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for one t (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNNCell`, then two of its own. A cell of another kind is a
    subclass with a `step` of its own; `elman.RNN(…, cell=ThatCell)` makes a layer of it.

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

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """The equations; `(…, I), (…, H) → (…, H)`."""
        X_t, h_previous, U, V, b = autocast(X_t, h_previous, self.U, self.V, self.b)
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_previous, U, V, b)
        # h_t = f(a_t)
        return hidden_state(a_t, self.f)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """One step.

        Args:
            input: X_t, `(B, I)` or `(I)`.
            hx: h_{t−1}, `(B, H)` or `(H)`; zero if not given.

        Returns:
            h_t, `(B, H)` or `(H)`.

        Raises:
            ValueError: `input` or `hx` has neither one nor two dimensions.
            RuntimeError: a size is not the cell's, or a dtype not the weights'.
        """
        return self.step(input, self._state(input, hx))

    def unfold(
        self, X: Tensor, h_0: Tensor, ended: Tensor | None = None, engine: Engine = "auto"
    ) -> Tensor:
        """All steps: `h_t = step(X_t, h_{t−1})` for t = 1 … T.

        Args:
            X: `(T, B, I)`.
            h_0: `(B, H)`.
            ended: where sequences differ in length, true after a sequence's end, `(T, B, 1)`.
            engine: see `elman.recurrence`; a cell with a `step` of its own is always unrolled.

        Returns:
            `h_1 … h_T`, `(T, B, H)`, zero after a sequence's end.

        Raises:
            ValueError: there is no such engine, or not for this cell.
        """
        if type(self).step is RNNCell.step:
            return recurrence(X, h_0, self.U, self.V, self.b, self.f, ended, engine=engine)
        self._check_unrolled(engine)
        return unroll(self.step, X, h_0, ended)

    def _check_unrolled(self, engine: Engine) -> None:
        check_engine(engine)
        if engine not in ("auto", "unrolled"):
            raise ValueError(
                f"engine must be auto or unrolled for {type(self).__name__}, whose equations are "
                f"its own, got {engine!r}"
            )

    def _state(self, input: Tensor, hx: Tensor | None) -> Tensor:
        if input.dim() not in (1, 2):
            raise ValueError(f"input must be (B, I) or (I), got {input.dim()} dimensions")
        check_features(input, self.input_size)
        check_dtype("input", input, self.U.dtype, RuntimeError)
        shape = (*input.shape[:-1], self.hidden_size)
        if hx is None:
            return input.new_zeros(shape)
        if hx.dim() not in (1, 2):
            raise ValueError(f"hx must be (B, H) or (H), got {hx.dim()} dimensions")
        check_state(hx, shape, self.U.dtype)
        return hx

    @classmethod
    def from_torch(cls, module: nn.RNNCell) -> Self:
        """The same cell as `module`, its weights copied.

        Raises:
            TypeError: `module` is no `torch.nn.RNNCell`.
        """
        if not isinstance(module, nn.RNNCell):
            raise TypeError(f"module must be a torch.nn.RNNCell, got {type(module).__name__}")
        cell = cls(
            module.input_size,
            module.hidden_size,
            bias=module.bias,
            nonlinearity=module.nonlinearity,
            device=module.weight_ih.device,
            dtype=module.weight_ih.dtype,
        )
        copy_from_torch(cell, module)
        return cell.train(module.training)

    def to_torch(self) -> nn.RNNCell:
        """The same cell as a `torch.nn.RNNCell`, its weights copied.

        Raises:
            ValueError: torch has no such nonlinearity, or no such cell.
        """
        self.check_plain()
        module = nn.RNNCell(
            self.input_size,
            self.hidden_size,
            bias=self.bias,
            nonlinearity=torch_nonlinearity(self.nonlinearity),
            device=self.U.device,
            dtype=self.U.dtype,
        )
        copy_to_torch(self, module)
        return module.train(self.training)

    def check_plain(self) -> None:
        """Raises ValueError if this is a cell with equations of its own."""
        if type(self).step is not RNNCell.step or type(self).unfold is not RNNCell.unfold:
            raise ValueError(f"torch.nn.RNN has no {type(self).__name__}, only the plain cell")

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}, nonlinearity={self.nonlinearity!r}{bias}"
