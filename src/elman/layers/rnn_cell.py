"""One step of the recurrence: the two equations that make a network recurrent."""

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from elman.checks import check_flag, check_size
from elman.equations import Nonlinearity, hidden_state, preactivation
from elman.layers.arguments import check_dtype, check_features, check_state
from elman.layers.conversion import copy_from_torch, copy_to_torch, torch_nonlinearity
from elman.layers.initialization import initialization, uniform
from elman.layers.parametrized import evaluated, is_parametrized
from elman.nonlinearities import elementwise, name_of
from elman.recurrence import Engine, autocast, check_devices, check_engine, recurrence, unroll


class RNNCell(nn.Module):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for one t (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNNCell`, then two of its own. A cell of another kind is a
    subclass with a `step` of its own; `elman.RNN(…, cell=ThatCell)` makes a layer of it.

    A layer calls its cells once a pass, with all time steps: hooks on a cell are given X
    `(T, B, I)` and h_0 `(B, H)`, and return h `(T, B, H)`. A cell whose `forward` is its own, and
    does not name `engine`, is called at every time step.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        bias: False leaves b out.
        nonlinearity: f: "tanh", "relu", "sigmoid" or any elementwise function.
        device: where the weights are made.
        dtype: of the weights.
        init_U: how U begins: "uniform" (torch's own), "xavier", "orthogonal" or "identity".
        init_V: how V begins, likewise.

    Attributes:
        U: `(I, H)`, which is torch's `weight_ih` transposed.
        V: `(H, H)`, `weight_hh` transposed.
        b: `(H)`, `bias_ih + bias_hh`; None without `bias`.
        weight_ih, weight_hh, bias_ih, bias_hh: the same in torch's layout and by its names, for
            code that initialises by name: Uᵀ, Vᵀ, b and a zero that cannot be written to.

    Raises:
        TypeError: a size is not an int, or `bias` not a bool.
        ValueError: a size is not positive, a name is not known, or `nonlinearity` no elementwise
            function.
    """

    U: nn.Parameter
    V: nn.Parameter
    b: nn.Parameter | None

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
        self.input_size = check_size("input_size", input_size)
        self.hidden_size = check_size("hidden_size", hidden_size)
        check_flag("bias", bias)
        self.bias = bias
        self._init_U = initialization("init_U", init_U)
        self._init_V = initialization("init_V", init_V)

        I, H = self.input_size, self.hidden_size
        self.U = nn.Parameter(torch.empty(I, H, device=device, dtype=dtype))
        self.V = nn.Parameter(torch.empty(H, H, device=device, dtype=dtype))
        b = nn.Parameter(torch.empty(H, device=device, dtype=dtype)) if bias else None
        self.register_parameter("b", b)
        self.f = elementwise("nonlinearity", nonlinearity, like=self.V)
        self.reset_parameters()

    @property
    def nonlinearity(self) -> str | Nonlinearity:
        """The name of f, or f itself if it has none."""
        return name_of(self.f)

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights; of those that they are computed from, where they are."""
        weight = self._parameters.get("U")
        if weight is None:
            weight = next(self.parameters(), None)
        return (self.U if weight is None else weight).dtype

    def reset_parameters(self) -> None:
        """Draws new initial weights."""
        self._init_U(self.U)
        self._init_V(self.V)
        if self.b is not None:
            uniform(self.b)

    def weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """U, V and b, which is zero without `bias`."""
        U, b = self.U, self.b
        return U, self.V, U.new_zeros(self.hidden_size) if b is None else b

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """The equations; `(…, I), (…, H) → (…, H)`."""
        X_t, h_previous, U, V, b = autocast(X_t, h_previous, *self.weights())
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_previous, U, V, b)
        # h_t = f(a_t)
        return hidden_state(a_t, self.f)

    def forward(
        self,
        input: Tensor,
        hx: Tensor | None = None,
        *,
        ended: Tensor | None = None,
        engine: Engine | None = None,
    ) -> Tensor:
        """One step; or, where a layer names an `engine`, all of them.

        Args:
            input: X_t, `(B, I)` or `(I)`; with `engine` X, `(T, B, I)`.
            hx: h_{t−1}, `(B, H)` or `(H)`; zero if not given.
            ended: see `unfold`.
            engine: see `unfold`.

        Returns:
            h_t, `(B, H)` or `(H)`; with `engine` `h_1 … h_T`, `(T, B, H)`.

        Raises:
            ValueError: `input` or `hx` has neither one nor two dimensions.
            RuntimeError: a size is not the cell's, or a dtype not the weights', or a device.
        """
        cell = evaluated(self) if is_parametrized(self) else self
        if engine is not None:
            h_0 = input.new_zeros(input.shape[1], self.hidden_size) if hx is None else hx
            return cell.unfold(input, h_0, ended, engine)
        h_previous = self._state(input, hx)
        check_devices(input, h_previous, *cell.weights())
        return cell._single_step(input, h_previous)

    if TYPE_CHECKING:  # torch has a call return Any

        def __call__(
            self,
            input: Tensor,
            hx: Tensor | None = None,
            *,
            ended: Tensor | None = None,
            engine: Engine | None = None,
        ) -> Tensor:
            """Calls `forward`, and what is hooked on it."""

    def _single_step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """The step of `forward`; `step`, unless a subclass does something before it."""
        return self.step(X_t, h_previous)

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
            RuntimeError: the step does not return `(B, H)`; or a dtype is not the weights', or a
                device.
        """
        if getattr(self.step, "__func__", None) is RNNCell.step:
            return recurrence(X, h_0, *self.weights(), self.f, ended, engine=engine)
        self._check_unrolled(engine)
        check_devices(X, h_0, *self.weights())
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
        dtype = self.dtype
        check_dtype("input", input, dtype, RuntimeError)
        shape = (*input.shape[:-1], self.hidden_size)
        if hx is None:
            return input.new_zeros(shape)
        if hx.dim() not in (1, 2):
            raise ValueError(f"hx must be (B, H) or (H), got {hx.dim()} dimensions")
        check_state(hx, shape, dtype)
        return hx

    @classmethod
    def from_torch(cls, module: nn.RNNCell) -> Self:
        """The same cell as `module`, its weights copied, and whether each is trained.

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
        """The same cell as a `torch.nn.RNNCell`, its weights copied, and whether each is trained.

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
        """Raises ValueError if torch has no such cell: this one has equations of its own.

        Or if a weight is what a hook has last made of others, and may no longer be true.
        """
        for name in ("forward", "step", "unfold", "weights", "_single_step"):
            if getattr(getattr(self, name), "__func__", None) is not getattr(RNNCell, name):
                raise ValueError(
                    f"torch.nn.RNN has no {type(self).__name__} with a {name} of its own, only "
                    "the plain cell"
                )
        for name in ("U", "V", "b"):
            is_computed = name not in self._parameters and not is_parametrized(self)
            if is_computed and (name != "b" or self.bias):
                raise ValueError(
                    f"{name} is computed by a hook, which torch.nn.RNN would not have; make it "
                    "permanent first, as torch.nn.utils.prune.remove does"
                )

    @property
    def weight_ih(self) -> Tensor:
        """`Uᵀ`, `(H, I)`, a view."""
        return self.U.T

    @property
    def weight_hh(self) -> Tensor:
        """`Vᵀ`, `(H, H)`, a view."""
        return self.V.T

    @property
    def bias_ih(self) -> Tensor | None:
        """b itself."""
        return self.b

    @property
    def bias_hh(self) -> Tensor | None:
        """torch's second bias, which is zero here, `(H)`; writing into it is an error."""
        if self.b is None:
            return None
        with torch.inference_mode():  # such a tensor may not be changed
            return torch.zeros_like(self.b)

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}, nonlinearity={self.nonlinearity!r}{bias}"
