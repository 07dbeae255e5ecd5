"""The regularizer Ω of Pascanu, Mikolov & Bengio 2013, against vanishing gradients.

Going back from t+1 to t, the gradient `∂C/∂h_{t+1}` is multiplied by `∂h_{t+1}/∂h_t`. Ω (their
equation 9) is zero if this does not change its norm, at any t:

    Ω = Σ_t ( ‖∂C/∂h_{t+1} · ∂h_{t+1}/∂h_t‖ / ‖∂C/∂h_{t+1}‖ − 1 )²

With `h_{t+1} = f(a_{t+1})` and `a_{t+1} = … + h_t V`, the product is `∂C/∂a_{t+1} Vᵀ`. Its
derivative with respect to V is the immediate one (their equation 10): ∂C/∂h and h are constant.

As the cost, and as in the authors' program, Ω is the mean over time steps and sequences here, not
the sum, so that its weight does not depend on T. Their program and equation 10 square both norms;
near 1, their Ω is four times this one.
"""

from typing import Any

import torch
from lightning import Callback, LightningModule, Trainer
from torch import Tensor
from torch.linalg import vector_norm
from torch.optim import Optimizer

from elman.checks import check_positive
from elman.equations import has_derivative
from elman.layers import RNN, RNNCell
from elman.recurrence import preactivation_gradients


def omega_and_gradient(dC_dh_own: Tensor, dC_da: Tensor, V: Tensor) -> tuple[Tensor, Tensor]:
    """Ω and its immediate derivative with respect to V.

    With `P_t = ∂C/∂h_{t+1} · ∂h_{t+1}/∂h_t` and `r_t = ‖P_t‖ / ‖∂C/∂h_{t+1}‖`, the derivative is
    that of `P_t = ∂C/∂a_{t+1} Vᵀ` alone: `∂‖P_t‖/∂V = P_tᵀ ∂C/∂a_{t+1} / ‖P_t‖`.

    Args:
        dC_dh_own: `∂C_t/∂h_t`, the gradient through the output at each t, `(T, B, H)`; zero at
            padding.
        dC_da: `∂C/∂a_t`, the gradient through all times, `(T, B, H)`.
        V: `(H, H)`.

    Returns:
        Ω: scalar, the mean over all steps from t+1 to t, except where the square of ∂C/∂h_{t+1}
            underflows or overflows.
        ∂Ω/∂V: `(H, H)`.
    """
    # P_t = ∂C/∂h_{t+1} · ∂h_{t+1}/∂h_t = ∂C/∂a_{t+1} Vᵀ
    P = dC_da[1:] @ V.T  # (T−1, B, H)
    # ∂C/∂h_{t+1} = ∂C_{t+1}/∂h_{t+1} + ∂C/∂a_{t+2} Vᵀ
    dC_dh_next = dC_dh_own[1:].clone()
    dC_dh_next[:-1] += P[1:]
    norm, norm_P = vector_norm(dC_dh_next, dim=-1), vector_norm(P, dim=-1)  # (T−1, B)
    smallest = torch.finfo(norm.dtype).tiny ** 0.5  # its square is not rounded to zero
    counted = (norm > smallest) & (norm + norm_P < torch.inf)
    steps = counted.sum().clamp(min=1)
    # r_t = ‖P_t‖ / ‖∂C/∂h_{t+1}‖
    r = torch.where(counted, norm_P / norm, 1)
    # Ω = Σ_t (r_t − 1)²
    omega = ((r - 1) ** 2).sum() / steps
    # ∂Ω/∂V = Σ_t 2 (r_t − 1) / (‖∂C/∂h_{t+1}‖ ‖P_t‖) P_tᵀ ∂C/∂a_{t+1}
    factor = torch.where(counted & (norm_P > smallest), 2 * (r - 1) / (norm * norm_P), 0) / steps
    P *= factor.unsqueeze(-1)
    return omega, P.flatten(0, 1).T @ dC_da[1:].flatten(0, 1)


class Omega(Callback):
    """Adds `weight · ∂Ω/∂V` to ∂C/∂V of every recurrent layer and direction, before clipping.

    It logs Ω, the sum over layers and directions, as `train/omega`.

    Args:
        weight: λ of the cost `C + λ Ω`.

    Raises:
        ValueError: `weight` is not greater than zero.
    """

    def __init__(self, weight: float) -> None:
        check_positive("callbacks.omega.weight", weight)
        self.weight = weight
        self.cells: list[RNNCell] = []
        self._hooks: list[Any] = []
        # h_1 … h_T and the padding mask of each call of a cell
        self._states: list[tuple[RNNCell, Tensor, Tensor | None]] = []
        self._omega = torch.zeros(())
        self._gradients: dict[RNNCell, Tensor] = {}  # ∂Ω/∂V

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:  # noqa: ARG002
        """Finds the recurrent layers.

        Raises:
            ValueError: there is none, or one for which Ω is not known.
        """
        if stage != "fit":
            return
        layers = [module for module in pl_module.modules() if isinstance(module, RNN)]
        if not layers:
            raise ValueError(
                "callbacks.omega needs an elman.RNN in the network (rnn=elman), which has none"
            )
        for name, part in (("training", pl_module), ("network", pl_module.network)):
            if getattr(part, "look_back", None) == 1:
                raise ValueError(f"callbacks.omega needs {name}.look_back above 1, or null, got 1")
        for layer in layers:
            _check_layer(layer)
        self.cells = [cell for layer in layers for cell in layer.cells]
        self._hooks = [
            cell.register_forward_hook(self._keep_states, with_kwargs=True) for cell in self.cells
        ]

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:  # noqa: ARG002
        """Removes the hooks from the cells."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def _keep_states(self, cell: Any, _: Any, options: dict[str, Any], h: Tensor) -> None:
        if cell.training and h.requires_grad and h.dim() == 3:  # not a single step
            h.retain_grad()  # ∂C_t/∂h_t, the gradient through the output at each t
            self._states.append((cell, h, options.get("padding_mask")))

    def on_after_backward(self, trainer: Trainer, pl_module: LightningModule) -> None:  # noqa: ARG002
        """Adds up Ω and its gradients over the batches of an optimizer step."""
        for cell, h, padding_mask in self._states:
            if h.grad is None:  # the cost does not depend on this layer
                continue
            V = cell.V.detach()
            dC_dh_own = h.grad.to(V.dtype)  # under autocast they have another dtype
            if padding_mask is not None:
                dC_dh_own = dC_dh_own.masked_fill(padding_mask, 0)
            dC_da = preactivation_gradients(dC_dh_own, h.detach().to(V.dtype), V, cell.f)
            omega, gradient = omega_and_gradient(dC_dh_own, dC_da, V)
            self._omega = self._omega.to(omega) + omega
            self._gradients[cell] = gradient + self._gradients.get(cell, 0)
        self._states = []

    def on_before_optimizer_step(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        optimizer: Optimizer,  # noqa: ARG002
    ) -> None:
        """`∂C/∂V + λ ∂Ω/∂V`, with the mean of the batches and processes as for C."""
        batches = trainer.accumulate_grad_batches
        for cell in self.cells:
            gradient = self._gradients.get(cell, torch.zeros_like(cell.V)) / batches
            gradient = trainer.strategy.reduce(gradient, reduce_op="mean")
            if cell.V.grad is not None:
                cell.V.grad += self.weight * gradient
        pl_module.log("train/omega", self._omega / batches)
        self._omega, self._gradients = torch.zeros(()), {}


def _check_layer(layer: RNN) -> None:
    if layer.recompute is not None:
        raise ValueError("callbacks.omega needs the states of all time steps: rnn.recompute=null")
    for cell in layer.cells:
        if method := cell.overridden_method():
            raise ValueError(
                "callbacks.omega works with the plain cell only (rnn=elman), not with "
                f"{type(cell).__name__}, which overrides {method}"
            )
        if not has_derivative(cell.f):
            raise ValueError(
                "callbacks.omega needs rnn.nonlinearity=tanh, relu or sigmoid, whose derivatives "
                f"are known, got {cell.nonlinearity!r}"
            )
        if not (isinstance(cell._parameters.get("V"), Tensor) and cell.V.requires_grad):
            raise ValueError("callbacks.omega needs a V that is a trained parameter of its own")
