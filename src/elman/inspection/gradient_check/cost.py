"""A scalar cost of everything that a layer returns."""

import inspect
import math
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

RELATIVE_ROUNDING_ERROR = 30 * torch.finfo(torch.float64).eps  # of C, relative to Σ |R O|


class OutputCost:
    """`C = Σ R O` of a layer's outputs at given inputs, so that ∂C/∂O = R.

    R is random, so that no symmetry of the cost hides an error, as it could with C = Σ O. It is
    drawn once.

    Args:
        layer: in float64; all its floating-point parameters are differentiated.
        inputs: arguments of `forward`; the floating-point ones, in float64, are differentiated.
        generator: for R.

    Attributes:
        rounding_error: a bound on the rounding error of C.

    Raises:
        ValueError: the layer cannot be checked. Its forward pass raises, two calls give different
            outputs, it computes in another dtype, it has nothing to differentiate, or its output
            is infinite or NaN.
    """

    def __init__(self, layer: nn.Module, inputs: Sequence[Any], generator: torch.Generator) -> None:
        self._layer = layer
        self._name = type(layer).__name__
        self._inputs = inputs
        with torch.no_grad():
            self._outputs()  # creates the parameters of a lazy module
        for x in (*layer.parameters(), *inputs):
            if isinstance(x, Tensor):
                x.requires_grad_(x.is_floating_point())
        O = self._outputs()
        if not self.differentiable():
            raise ValueError(
                f"{self._name} has no parameter and no floating-point input: there is no "
                "gradient to check"
            )
        if not any(O_k.requires_grad for O_k in O):
            raise ValueError(
                f"autograd finds no path from the parameters and inputs of {self._name} to its "
                "output; forward must not use detach(), .data, item(), NumPy or torch.no_grad()"
            )
        self._R = [torch.randn(O_k.shape, generator=generator, dtype=O_k.dtype) for O_k in O]
        size = sum((R * O_k).abs().sum().item() for R, O_k in zip(self._R, O, strict=True))
        if not math.isfinite(size):
            raise ValueError(
                f"{self._name} returns infinite or NaN values, given {self._describe_inputs()}; "
                "give it a method example_inputs() that returns a tuple of valid inputs"
            )
        self.rounding_error = RELATIVE_ROUNDING_ERROR * (size or 1.0)
        with torch.no_grad():
            difference = abs(float(self.value()) - float(self.value()))
        if not difference <= self.rounding_error:
            raise ValueError(
                f"two calls of {self._name} with the same inputs give different outputs; in "
                "evaluation mode it must not draw random numbers, keep state between calls or "
                "change its inputs"
            )

    def differentiable(self) -> dict[str, Tensor]:
        """The parameters and the floating-point inputs; an input is named "input ARGUMENT"."""
        tensors: dict[str, Tensor] = {
            name: x for name, x in self._layer.named_parameters() if x.requires_grad
        }
        names = list(inspect.signature(self._layer.forward).parameters)
        for k, x in enumerate(self._inputs):
            if isinstance(x, Tensor) and x.requires_grad:
                tensors[f"input {names[k] if k < len(names) else k}"] = x
        return tensors

    def value(self) -> Tensor:
        """C."""
        # C = Σ R O
        costs = [(R * O).sum() for R, O in zip(self._R, self._outputs(), strict=True)]
        return torch.stack(costs).sum()

    def gradients(self, tensors: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        """∂C/∂θ for each θ; None if autograd finds no path from θ to C.

        Raises:
            ValueError: the backward pass raises.
        """
        C = self.value()
        with self._reporting_errors("backward pass"):
            return torch.autograd.grad(C, tensors, allow_unused=True)

    def _outputs(self) -> list[Tensor]:
        with self._reporting_errors("forward"):
            returned = self._layer(*self._inputs)
        O = [x for x in _tensors(returned) if x.is_floating_point()]
        if not O:
            dtypes = ", ".join(str(x.dtype) for x in _tensors(returned))
            raise ValueError(
                f"{self._name} must return at least one floating-point tensor; it "
                f"returned {dtypes or type(returned).__name__}"
            )
        for O_k in O:
            if O_k.dtype != torch.float64:
                raise ValueError(
                    f"{self._name} returned {O_k.dtype}, but its parameters and inputs are "
                    "torch.float64; it must compute in the dtype of its inputs"
                )
        return O

    @contextmanager
    def _reporting_errors(self, part: str) -> Iterator[None]:
        """Turns an error in the layer into a ValueError that names the line in the layer's file."""
        try:
            yield
        except Exception as error:
            raise ValueError(
                f"the {part} of {self._name} raised {type(error).__name__}: {error}"
                f"{error_location(error, source_file(type(self._layer)))}; it was given "
                f"{self._describe_inputs()}"
            ) from error

    def _describe_inputs(self) -> str:
        inputs = [f"{tuple(x.shape)} {x.dtype}" for x in _tensors(self._inputs)]
        return f"inputs of shape {', '.join(inputs)}" if inputs else "no input"


def error_location(error: BaseException, file: str | None) -> str:
    """The last line of a file in an error's traceback, in brackets; empty if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f" ({Path(str(file)).name}, line {lines[-1]})" if lines else ""


def source_file(cls: type) -> str | None:
    """The file that defines a class."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)


def _tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in nested tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
