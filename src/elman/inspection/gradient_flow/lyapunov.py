"""Lyapunov exponents: how fast small differences of the state grow or shrink along a sequence."""

import torch
from torch import Tensor

from elman.checks import check_size


def lyapunov_exponents(J: Tensor, skip: int = 0) -> Tensor:
    """The exponents λ_1 ≥ … ≥ λ_H: volumes of k dimensions grow as `exp((λ_1 + … + λ_k) t)`.

    The method of Benettin et al. 1980: an orthogonal matrix Q follows the Jacobians, and the
    diagonal of R tells how much its columns have grown at each step:

        Q_t R_t = ∂h_t/∂h_{t−1} Q_{t−1}      λ_k = (1/T) Σ_t log |R_t,kk|

    Args:
        J: `∂h_t/∂h_{t−1}`, see `state_jacobians`, `(T, B, H, H)`.
        skip: the number of first time steps that turn Q but do not count.

    Returns:
        Natural logarithms per time step, largest first, `(B, H)`; −∞ for a direction that is lost.

    Raises:
        TypeError, ValueError: `skip` is not an int from 0 to T − 1.
    """
    T, B, H, _ = J.shape
    check_size("the number of time steps after skip", T - skip)
    Q = torch.eye(H, dtype=J.dtype, device=J.device).expand(B, H, H)
    total = J.new_zeros(B, H)
    for t, J_t in enumerate(J):
        # Q_t R_t = ∂h_t/∂h_{t−1} Q_{t−1}
        Q, R = torch.linalg.qr(J_t @ Q)
        if t >= skip:
            total += R.diagonal(dim1=-2, dim2=-1).abs().log()
    return (total / (T - skip)).sort(descending=True).values
