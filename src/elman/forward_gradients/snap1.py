"""SnAp-1: the gradient through each unit's own past alone.

Menick, Elsen, Evci, Osindero, Simonyan and Graves, "A practical sparse approximation for real time
recurrent learning", ICLR 2021.
"""

import torch
from torch import Tensor

from elman.equations import Nonlinearity
from elman.forward_gradients.base import ForwardGradients


class SnAp1(ForwardGradients):
    """Carries `∂h_{t,k}/∂w_jk`, the derivative of a unit by the weights that enter it.

    These are the entries of ∂h_t/∂w that are not zero after one time step (SnAp-n: after n steps).
    All others are dropped at every step, and with them every path from unit to unit: the gradient
    is biased, unless V is diagonal. For each sequence it needs memory for R·H numbers, of order H²,
    and as many operations a time step.

    The arguments are those of `ForwardGradients`.

    Attributes:
        dh_dw: `dh_dw[:, j, k]` is an approximation of ∂h_{t,k}/∂w_jk, `(B, R, H)`.
    """

    def __init__(
        self, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, f: Nonlinearity = torch.tanh
    ) -> None:
        super().__init__(h_0, U, V, b, f)
        (B, H), I = h_0.shape, len(U)
        self.dh_dw = h_0.new_zeros(B, I + H + 1, H)

    def _carry(self, x_t: Tensor, f_prime: Tensor) -> None:
        # ∂h_{t,k}/∂w_jk = ∂h_{t,k}/∂a_{t,k} (x_{t,j} + V_kk ∂h_{t−1,k}/∂w_jk)
        self.dh_dw = f_prime[:, None] * (x_t[:, :, None] + self.V.diagonal() * self.dh_dw)

    def _weight_gradient(self, dC_dh_t: Tensor) -> Tensor:
        # ∂C_t/∂w_jk = ∂C_t/∂h_{t,k} ∂h_{t,k}/∂w_jk
        return torch.einsum("bk,bjk->jk", dC_dh_t, self.dh_dw)
