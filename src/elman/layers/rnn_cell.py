"""One time step of the recurrence: the two equations of a recurrent network."""

from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from elman.checks import check_flag, check_size
from elman.equations import Nonlinearity, hidden_state, preactivation
from elman.layers.arguments import check_dtype, check_features, check_state
from elman.layers.conversion import copy_from_torch, copy_to_torch, torch_nonlinearity
from elman.layers.initialization import Initialization, initialization, uniform
from elman.layers.parametrized import evaluated, is_parametrized
from elman.nonlinearities import elementwise, name_of
from elman.recurrence import Engine, autocast, check_devices, check_engine, recurrence, unroll


class RNNCell(nn.Module):
    """`a_t = X_t U + h_{t−1} V + b`, `h_t = f(a_t)` for one t (slide "Math behind RNN").

    Takes the arguments of `torch.nn.RNNCell`, then two additional ones. For another kind of cell,
    override `step` in a subclass; `elman.RNN(…, cell=YourCell)` makes a layer of it.

    A layer calls each cell once per pass, with all time steps. So hooks on a cell get X `(T, B, I)`
    and h_0 `(B, H)`, and the output h `(T, B, H)`. A cell that overrides `forward` without the
    argument `engine` is called at every time step instead.

    Args:
        input_size: inputs I.
        hidden_size: hidden units H.
        bias: whether there is a bias b.
        nonlinearity: f: "tanh", "relu", "sigmoid" or any elementwise function.
        device: device of the weights.
        dtype: dtype of the weights.
        init_U: initialization of U: "uniform" (as torch), another name in
            `elman.layers.initialization.INITIALIZATIONS`, or a function of the weight.
        init_V: initialization of V, in the same forms.

    Attributes:
        U: `(I, H)`, the transpose of torch's `weight_ih`.
        V: `(H, H)`, the transpose of `weight_hh`.
        b: `(H)`, `bias_ih + bias_hh`; None without `bias`.
        weight_ih, weight_hh, bias_ih, bias_hh: the same with torch's names and layout, for code
            that initializes by name: Uᵀ, Vᵀ, b and a read-only zero.

    Raises:
        TypeError: a size is not an int, or `bias` is not a bool.
        ValueError: a size is not positive, a name is unknown, or `nonlinearity` is not an
            elementwise function.
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
        init_U: str | Initialization = "uniform",
        init_V: str | Initialization = "uniform",
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
        """The name of f, or f itself if it has no name."""
        return name_of(self.f)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the weights, or of the parameters that they are computed from."""
        weight = self._parameters.get("U")
        if weight is None:
            weight = next(self.parameters(), None)
        return (self.U if weight is None else weight).dtype

    def reset_parameters(self) -> None:
        """Draws new random initial weights."""
        self._init_U(self.U)
        self._init_V(self.V)
        if self.b is not None:
            uniform(self.b)

    def weights(self) -> tuple[Tensor, Tensor, Tensor]:
        """U, V and b; b is zero without `bias`."""
        U, b = self.U, self.b
        return U, self.V, U.new_zeros(self.hidden_size) if b is None else b

    def step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """One time step; `(…, I), (…, H) → (…, H)`."""
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
        padding_mask: Tensor | None = None,
        engine: Engine | None = None,
    ) -> Tensor:
        """One time step; or, if a layer passes `engine`, all time steps.

        Args:
            input: X_t, `(B, I)` or `(I)`; with `engine`, X `(T, B, I)`.
            hx: h_{t−1}, `(B, H)` or `(H)`; None: zero.
            padding_mask: see `unfold`.
            engine: see `unfold`.

        Returns:
            h_t, `(B, H)` or `(H)`; with `engine`, `h_1 … h_T`, `(T, B, H)`.

        Raises:
            ValueError: `input` or `hx` does not have one or two dimensions.
            RuntimeError: a size, dtype or device differs from those of the cell.
        """
        cell = evaluated(self) if is_parametrized(self) else self
        if engine is not None:
            h_0 = input.new_zeros(input.shape[1], self.hidden_size) if hx is None else hx
            return cell.unfold(input, h_0, padding_mask, engine)
        h_previous = self._state(input, hx)
        check_devices(input, h_previous, *cell.weights())
        return cell._single_step(input, h_previous)

    if TYPE_CHECKING:  # the call of a torch module returns Any

        def __call__(
            self,
            input: Tensor,
            hx: Tensor | None = None,
            *,
            padding_mask: Tensor | None = None,
            engine: Engine | None = None,
        ) -> Tensor:
            """Calls `forward` and its hooks."""

    def _single_step(self, X_t: Tensor, h_previous: Tensor) -> Tensor:
        """A single call of `step` by `forward`; subclasses can do more."""
        return self.step(X_t, h_previous)

    def unfold(
        self, X: Tensor, h_0: Tensor, padding_mask: Tensor | None = None, engine: Engine = "auto"
    ) -> Tensor:
        """All time steps: `h_t = step(X_t, h_{t−1})` for t = 1 … T.

        Args:
            X: `(T, B, I)`.
            h_0: `(B, H)`.
            padding_mask: true at padding time steps, `(T, B, 1)`; None: no padding.
            engine: see `elman.recurrence`; a cell that overrides `step` is always unrolled.

        Returns:
            `h_1 … h_T`, `(T, B, H)`, zero at padding.

        Raises:
            ValueError: the engine is unknown, or does not work with this cell.
            RuntimeError: `step` does not return shape `(B, H)`; or a dtype or device differs from
                those of the weights.
        """
        if getattr(self.step, "__func__", None) is RNNCell.step:
            return recurrence(X, h_0, *self.weights(), self.f, padding_mask, engine=engine)
        self._check_unrolled(engine)
        check_devices(X, h_0, *self.weights())
        return unroll(self.step, X, h_0, padding_mask)

    def _check_unrolled(self, engine: Engine) -> None:
        check_engine(engine)
        if engine not in ("auto", "unrolled"):
            raise ValueError(
                f"engine must be auto or unrolled for {type(self).__name__}, which has other "
                f"equations than RNNCell, got {engine!r}"
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
        """A cell equal to `module`, with a copy of its weights and their `requires_grad`.

        Raises:
            TypeError: `module` is not a `torch.nn.RNNCell`.
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
        """This cell as a `torch.nn.RNNCell`, with a copy of the weights and their `requires_grad`.

        Raises:
            ValueError: torch does not have the nonlinearity or the cell.
        """
        self.check_convertible()
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

    def check_convertible(self) -> None:
        """Raises ValueError if torch does not have this cell, since it overrides a method.

        Also if a hook computes a weight, since its current value may be out of date.
        """
        if method := self.overridden_method():
            raise ValueError(
                f"torch.nn.RNN has no {type(self).__name__}, which overrides {method}, only the "
                "plain cell"
            )
        for name in ("U", "V", "b"):
            is_computed = name not in self._parameters and not is_parametrized(self)
            if is_computed and (name != "b" or self.bias):
                raise ValueError(
                    f"{name} is computed by a hook, which torch.nn.RNN would not have; remove the "
                    "hook first, for example with torch.nn.utils.prune.remove"
                )

    def overridden_method(self) -> str | None:
        """The method by which this cell may differ from the plain `RNNCell`; None: it is plain."""
        for name in ("forward", "step", "unfold", "weights", "_single_step"):
            if getattr(getattr(self, name), "__func__", None) is not getattr(RNNCell, name):
                return name
        return None

    @property
    def weight_ih(self) -> Tensor:
        """A view `Uᵀ`, `(H, I)`."""
        return self.U.T

    @property
    def weight_hh(self) -> Tensor:
        """A view `Vᵀ`, `(H, H)`."""
        return self.V.T

    @property
    def bias_ih(self) -> Tensor | None:
        """b itself."""
        return self.b

    @property
    def bias_hh(self) -> Tensor | None:
        """torch's second bias, `(H)`: zero and read-only."""
        if self.b is None:
            return None
        with torch.inference_mode():  # inference tensors are read-only
            return torch.zeros_like(self.b)

    def extra_repr(self) -> str:
        """The constructor's arguments, for `repr`."""
        bias = "" if self.bias else ", bias=False"
        return f"{self.input_size}, {self.hidden_size}, nonlinearity={self.nonlinearity!r}{bias}"
