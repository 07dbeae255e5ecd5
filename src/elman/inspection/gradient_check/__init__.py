"""Whether the gradients by autograd are those of the forward pass."""

from elman.inspection.gradient_check.check import Checked, Entry, check_gradients

__all__ = ["Checked", "Entry", "check_gradients"]
