"""How gradients flow back through time in a network: `‖∂C_s/∂h_t‖` and what follows from it."""

from elman.inspection.gradient_flow.flow import CellFlow, GradientFlow, gradient_flow

__all__ = ["CellFlow", "GradientFlow", "gradient_flow"]
