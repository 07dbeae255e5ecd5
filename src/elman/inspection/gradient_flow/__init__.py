"""How gradients flow back through time in a network: `‖∂C_s/∂h_t‖` and what follows from it."""

from elman.inspection.gradient_flow.files import write_csv, write_npz
from elman.inspection.gradient_flow.fixed_points import FixedPoints, fixed_points
from elman.inspection.gradient_flow.flow import CellFlow, GradientFlow, gradient_flow
from elman.inspection.gradient_flow.jacobians import log_bound, log_product_norms, state_jacobians
from elman.inspection.gradient_flow.lyapunov import lyapunov_exponents
from elman.inspection.gradient_flow.memory_length import (
    gradient_ratio,
    has_lags,
    lag_profile,
    memory_length,
    profile_quantiles,
)
from elman.inspection.gradient_flow.saturation import Saturation, saturation
from elman.inspection.gradient_flow.underflow import Underflow, underflow
from elman.inspection.gradient_flow.weight_shares import WeightShare, WeightShares, weight_shares

__all__ = [
    "CellFlow",
    "FixedPoints",
    "GradientFlow",
    "Saturation",
    "Underflow",
    "WeightShare",
    "WeightShares",
    "fixed_points",
    "gradient_flow",
    "gradient_ratio",
    "has_lags",
    "lag_profile",
    "log_bound",
    "log_product_norms",
    "lyapunov_exponents",
    "memory_length",
    "profile_quantiles",
    "saturation",
    "state_jacobians",
    "underflow",
    "weight_shares",
    "write_csv",
    "write_npz",
]
