"""Real-time recurrent learning: the exact gradient, forward in time.

Williams and Zipser, "A learning algorithm for continually running fully recurrent neural networks",
Neural Computation 1(2), 1989.
"""

import torch
from torch import Tensor

from elman.equations import Nonlinearity
from elman.forward_gradients.base import ForwardGradients


class RTRL(ForwardGradients):
    """Carries `∂h_t/∂w`, the derivative of each unit by each weight.

    It equals BPTT. For each sequence it needs memory for R·H·H numbers, of order H³, and of order
    H⁴ operations a time step, whatever the number of time steps.

    The arguments are those of `ForwardGradients`.

    Attributes:
        dh_dw: `dh_dw[:, j, k, l]` is ∂h_{t,l}/∂w_jk, `(B, R, H, H)`.
    """

    def __init__(
        self, h_0: Tensor, U: Tensor, V: Tensor, b: Tensor, f: Nonlinearity = torch.tanh
    ) -> None:
        super().__init__(h_0, U, V, b, f)
        (B, H), I = h_0.shape, len(U)
        self.dh_dw = h_0.new_zeros(B, I + H + 1, H, H)  # h_0 does not depend on w
        self.one = torch.eye(H, dtype=h_0.dtype, device=h_0.device)

    def _carry(self, x_t: Tensor, f_prime: Tensor) -> None:
        # ∂a_{t,l}/∂w_jk = x_{t,j} if l = k, else 0
        da_dw = x_t[:, :, None, None] * self.one  # (B, R, H, H)
        # ∂h_t/∂w = ∂h_t/∂a_t (∂a_t/∂w + Vᵀ ∂h_{t−1}/∂w); Vᵀ from the left of a column is V from
        # the right of a row
        self.dh_dw = f_prime[:, None, None] * (da_dw + self.dh_dw @ self.V)

    def _weight_gradient(self, dC_dh_t: Tensor) -> Tensor:
        # ∂C_t/∂w_jk = Σ_l ∂C_t/∂h_{t,l} ∂h_{t,l}/∂w_jk
        return torch.einsum("bl,bjkl->jk", dC_dh_t, self.dh_dw)
