"""What all methods share: the network takes one time step, and ∂h_t/∂w is carried along with it."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor

from elman.equations import DERIVATIVES, Nonlinearity, hidden_state, preactivation
from elman.forward_gradients.arguments import check_nonlinearity, check_tensor, check_weights


class Gradients(NamedTuple):
    """The gradients of a cost, summed over the batch, each with the shape of its weight."""

    U: Tensor
    V: Tensor
    b: Tensor


class ForwardGradients(ABC):
    """The network and its gradients, one time step after the other, in memory that does not grow.

    U, V and b are the rows of one matrix w, since all of them enter a_t alike:

        a_t = X_t U + h_{t−1} V + b = x_t w      x_t = [X_t, h_{t−1}, 1]      w = [U; V; b]

    with x_t `(B, R)`, w `(R, H)` and R = I + H + 1. The weight w_jk multiplies x_{t,j} in unit k.

    To learn at every step, change U, V and b in place, as every optimizer does. What is carried
    then still belongs to the former weights, so the gradient is exact only for small changes.

    Args:
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: `torch.tanh`, `torch.relu` or `torch.sigmoid`.

    Attributes:
        h_t: the state after the last step, `(B, H)`.

    Raises:
        TypeError: an argument is not a tensor of real floating-point numbers.
        ValueError: the shapes do not match, a dtype or device differs from that of U, or f′ is not
            known.
    """

    def __init__(
        self, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, f: Nonlinearity = torch.tanh
    ) -> None:
        check_weights(h_0, U, V, b)
        self.U, self.V, self.b = U, V, b
        self.f = check_nonlinearity(f)
        self.h_t = h_0

    @torch.no_grad()
    def step(self, X_t: Tensor) -> Tensor:
        """One time step of the network.

        Args:
            X_t: input at time t, `(B, I)`.

        Returns:
            h_t: `(B, H)`, without autograd's history.

        Raises:
            TypeError: X_t is not a tensor.
            ValueError: the shape, dtype or device of X_t is wrong.
        """
        shape = (len(self.h_t), len(self.U))
        check_tensor("X_t", X_t, "(B, I)", shape, like=self.U)
        h_previous = self.h_t
        # a_t = X_t U + h_{t−1} V + b
        a_t = preactivation(X_t, h_previous, self.U, self.V, self.b)
        # h_t = f(a_t)
        self.h_t = hidden_state(a_t, self.f)
        # x_t = [X_t, h_{t−1}, 1], (B, R)
        x_t = torch.cat([X_t, h_previous, X_t.new_ones(len(X_t), 1)], dim=1)
        self._carry(x_t, DERIVATIVES[self.f](self.h_t))
        return self.h_t.clone()

    @torch.no_grad()
    def gradients(self, dC_dh_t: Tensor) -> Gradients:
        """`∂C_t/∂w = ∂C_t/∂h_t · ∂h_t/∂w`, for the step just taken.

        Args:
            dC_dh_t: `∂C_t/∂h_t`, the gradient through the output at time t alone, `(B, H)`.

        Returns:
            The gradients of C_t. Their sum over t is the gradient of C.

        Raises:
            TypeError: dC_dh_t is not a tensor.
            ValueError: its shape, dtype or device is wrong.
        """
        check_tensor("dC_dh_t", dC_dh_t, "(B, H)", tuple(self.h_t.shape), like=self.U)
        I, H = self.U.shape
        dC_dw = self._weight_gradient(dC_dh_t)  # (R, H): the rows of U, V and b
        return Gradients(U=dC_dw[:I], V=dC_dw[I : I + H], b=dC_dw[-1])

    @abstractmethod
    def _carry(self, x_t: Tensor, f_prime: Tensor) -> None:
        """From ∂h_{t−1}/∂w to ∂h_t/∂w.

        Args:
            x_t: `[X_t, h_{t−1}, 1]`, `(B, R)`.
            f_prime: `∂h_t/∂a_t = f′(a_t)`, `(B, H)`.
        """

    @abstractmethod
    def _weight_gradient(self, dC_dh_t: Tensor) -> Tensor:
        """`∂C_t/∂w = ∂C_t/∂h_t · ∂h_t/∂w`, summed over the batch; `(B, H) → (R, H)`."""
