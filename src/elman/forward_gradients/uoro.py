"""Unbiased online recurrent optimization: a random estimate of the gradient, right on average.

Tallec and Ollivier, "Unbiased online recurrent optimization", ICLR 2018.
"""

import torch
from torch import Tensor

from elman.equations import Nonlinearity
from elman.forward_gradients.base import ForwardGradients


class UORO(ForwardGradients):
    """Carries two small factors whose product is `∂h_t/∂w` on average.

        E[h̃_{t,l} w̃_{t,jk}] = ∂h_{t,l}/∂w_jk

    With random signs ν_t (±1, independent, so that E[ν νᵀ] is the identity), each step adds what
    w does at time t alone to the product, and the factors ρ keep the two of similar length:

        h̃_t = ρ₀ ∂h_t/∂h_{t−1} h̃_{t−1} + ρ₁ ν_t
        w̃_t = w̃_{t−1} / ρ₀ + ν_tᵀ ∂h_t/∂a_t ∂a_t/∂w / ρ₁

    In the mean over ν_t the mixed terms of the product vanish, since no ρ depends on ν_t: changed
    signs change no length. For each sequence, which has its own signs, it needs memory for R·H
    numbers, of order H², and as many operations a time step.

    Args:
        h_0: initial state, `(B, H)`.
        U: `(I, H)`.
        V: `(H, H)`.
        b: `(H)`.
        f: `torch.tanh`, `torch.relu` or `torch.sigmoid`.
        generator: of the random signs, on the device of the weights; None: torch's default one.

    Attributes:
        h_factor: h̃_t, `(B, H)`.
        w_factor: w̃_t, `(B, R, H)`.
    """

    def __init__(
        self,
        h_0: Tensor,
        U: Tensor,
        V: Tensor,
        b: Tensor,
        f: Nonlinearity = torch.tanh,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(h_0, U, V, b, f)
        (B, H), I = h_0.shape, len(U)
        self.h_factor = h_0.new_zeros(B, H)
        self.w_factor = h_0.new_zeros(B, I + H + 1, H)
        self.generator = generator

    def _carry(self, x_t: Tensor, f_prime: Tensor) -> None:
        ν = random_signs(self.h_t, self.generator)  # (B, H)
        # ∂h_t/∂h_{t−1} h̃_{t−1}
        h_passed = f_prime * (self.h_factor @ self.V)
        # ν_tᵀ ∂h_t/∂a_t ∂a_t/∂w, whose entry jk is ν_k f′(a_{t,k}) x_{t,j}
        w_new = (ν * f_prime)[:, None] * x_t[:, :, None]  # (B, R, H)
        # ρ₀² = ‖w̃_{t−1}‖ / ‖∂h_t/∂h_{t−1} h̃_{t−1}‖      ρ₁² = ‖ν_tᵀ ∂h_t/∂a_t ∂a_t/∂w‖ / ‖ν_t‖
        ρ_0, ρ_1 = balance(self.w_factor, h_passed), balance(w_new, ν)  # (B, 1)
        # h̃_t = ρ₀ ∂h_t/∂h_{t−1} h̃_{t−1} + ρ₁ ν_t
        self.h_factor = ρ_0 * h_passed + ρ_1 * ν
        # w̃_t = w̃_{t−1} / ρ₀ + ν_tᵀ ∂h_t/∂a_t ∂a_t/∂w / ρ₁
        self.w_factor = self.w_factor / ρ_0[:, None] + w_new / ρ_1[:, None]

    def _weight_gradient(self, dC_dh_t: Tensor) -> Tensor:
        # ∂C_t/∂w ≈ (∂C_t/∂h_t · h̃_t) w̃_t
        return torch.einsum("bl,bl,bjk->jk", dC_dh_t, self.h_factor, self.w_factor)


def random_signs(like: Tensor, generator: torch.Generator | None) -> Tensor:
    """+1 or −1 with equal probability, with the shape, dtype and device of `like`."""
    bits = torch.randint(2, like.shape, generator=generator, device=like.device)
    return 2 * bits.to(like.dtype) - 1


def balance(w_part: Tensor, h_part: Tensor) -> Tensor:
    """`ρ = √(‖w‖ / ‖h‖)`: ρ h and w / ρ have the same length; `(B, R, H), (B, H) → (B, 1)`."""
    tiny = torch.finfo(h_part.dtype).tiny  # ρ = 1 if both are zero, as before the first step
    w_norm = torch.linalg.vector_norm(w_part, dim=(1, 2)) + tiny
    h_norm = torch.linalg.vector_norm(h_part, dim=1) + tiny
    ρ: Tensor = w_norm.sqrt() / h_norm.sqrt()  # w_norm / h_norm may overflow
    return ρ.unsqueeze(1)
