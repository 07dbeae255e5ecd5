"""Gradient check: compares autograd's gradients with finite differences."""

from elman.inspection.gradient_check.check import Entry, TensorCheck, check_gradients

__all__ = ["Entry", "TensorCheck", "check_gradients"]
