"""Forecasts without learning."""

from torch import Tensor


def persistence(x: Tensor, horizon: int) -> Tensor:
    """`x̂_{T+k} = x_T`: everything stays as it is; `(B, T) → (B, horizon)`."""
    return x[:, -1:].expand(-1, horizon)
