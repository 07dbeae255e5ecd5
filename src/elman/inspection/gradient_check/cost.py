"""A cost of whatever a layer returns, to be differentiated."""

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

ROUNDING = 30 * torch.finfo(torch.float64).eps  # error of C, as a share of Σ |R O|


class OutputCost:
    """`C = Σ R O` of a layer's outputs at given inputs, so that ∂C/∂O = R.

    R is drawn once: no mistake hides behind a symmetry of the cost, as one would behind ΣO.

    Args:
        layer: in float64; all its floating parameters are to be differentiated by.
        inputs: of its `forward`; the floating ones, in float64, are to be differentiated by.
        chance: what R is drawn from.

    Attributes:
        rounding: how far rounding may put C off.

    Raises:
        ValueError: the layer cannot be checked: its forward pass raises, two calls differ, it
            computes in another dtype, there is nothing to differentiate or to differentiate by, or
            its output is infinite or not a number.
    """

    def __init__(self, layer: nn.Module, inputs: Sequence[Any], chance: torch.Generator) -> None:
        self._layer = layer
        self._name = type(layer).__name__
        self._inputs = inputs
        with torch.no_grad():
            self._outputs()  # parameters of a lazy module come into being
        for x in (*layer.parameters(), *inputs):
            if isinstance(x, Tensor):
                x.requires_grad_(x.is_floating_point())
        O = self._outputs()
        if not self.differentiable():
            raise ValueError(
                f"{self._name} has no parameter and no floating input: there is no gradient to "
                "check"
            )
        if not any(O_k.requires_grad for O_k in O):
            raise ValueError(
                f"autograd sees no way from the parameters and inputs of {self._name} to its "
                "output; forward must not use detach(), .data, item(), NumPy or torch.no_grad()"
            )
        self._R = [torch.randn(O_k.shape, generator=chance, dtype=O_k.dtype) for O_k in O]
        size = sum((R * O_k).abs().sum().item() for R, O_k in zip(self._R, O, strict=True))
        if not math.isfinite(size):
            raise ValueError(
                f"{self._name} returns numbers that are infinite or none at all, given "
                f"{self._given()}; give it a method example_inputs() that returns a tuple of "
                "inputs it is meant for"
            )
        self.rounding = ROUNDING * (size or 1.0)
        with torch.no_grad():
            apart = abs(float(self.value()) - float(self.value()))
        if not apart <= self.rounding:
            raise ValueError(
                f"two calls of {self._name} with the same inputs give different outputs; in "
                "evaluation mode it must draw no random numbers, keep no state from call to call "
                "and leave its inputs as they are"
            )

    def differentiable(self) -> dict[str, Tensor]:
        """The parameters, and the floating inputs as "input " and the name `forward` gives them."""
        found: dict[str, Tensor] = {
            name: x for name, x in self._layer.named_parameters() if x.requires_grad
        }
        names = list(inspect.signature(self._layer.forward).parameters)
        for k, x in enumerate(self._inputs):
            if isinstance(x, Tensor) and x.requires_grad:
                found[f"input {names[k] if k < len(names) else k}"] = x
        return found

    def value(self) -> Tensor:
        """C."""
        # C = Σ R O
        costs = [(R * O).sum() for R, O in zip(self._R, self._outputs(), strict=True)]
        return torch.stack(costs).sum()

    def gradients(self, wanted: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
        """∂C/∂θ of each θ that is wanted; None where autograd sees no way from it to C.

        Raises:
            ValueError: the backward pass raises.
        """
        C = self.value()
        with self._telling("backward pass"):
            return torch.autograd.grad(C, wanted, allow_unused=True)

    def _outputs(self) -> list[Tensor]:
        with self._telling("forward"):
            returned = self._layer(*self._inputs)
        O = [x for x in _tensors(returned) if x.is_floating_point()]
        if not O:
            dtypes = ", ".join(str(x.dtype) for x in _tensors(returned))
            raise ValueError(
                f"{self._name} must return a floating tensor, or several; it returned "
                f"{dtypes or type(returned).__name__}"
            )
        for O_k in O:
            if O_k.dtype != torch.float64:
                raise ValueError(
                    f"{self._name} returned {O_k.dtype} where its parameters and inputs are "
                    "torch.float64; it must compute in the dtype that it is given"
                )
        return O

    @contextmanager
    def _telling(self, part: str) -> Iterator[None]:
        """Tells an error of the layer's as one of input, and where in the layer's file it arose."""
        try:
            yield
        except Exception as error:
            raise ValueError(
                f"the {part} of {self._name} raised {type(error).__name__}: {error}"
                f"{place(error, file_of(type(self._layer)))}; it was given {self._given()}"
            ) from error

    def _given(self) -> str:
        told = [f"{tuple(x.shape)} {x.dtype}" for x in _tensors(self._inputs)]
        return f"inputs of shape {', '.join(told)}" if told else "no input"


def place(error: BaseException, file: str | None) -> str:
    """Where in a file an error arose, in brackets; nothing if it did not."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f" ({Path(str(file)).name}, line {lines[-1]})" if lines else ""


def file_of(cls: type) -> str | None:
    """The file that a class is written in."""
    return getattr(sys.modules.get(cls.__module__), "__file__", None)


def _tensors(value: Any) -> Iterator[Tensor]:
    """The tensors in a value, at any depth of tuples, lists and dictionaries."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _tensors(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _tensors(each)
