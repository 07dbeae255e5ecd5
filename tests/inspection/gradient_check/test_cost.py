from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from elman.inspection.gradient_check.cost import OutputCost


class Layer(nn.Module):
    """A parameter W and a forward pass given by the test."""

    def __init__(self, compute: Callable[..., Any]) -> None:
        super().__init__()
        self.W = nn.Parameter(torch.tensor([2.0, 3.0], dtype=torch.float64))
        self.compute = compute

    def forward(self, a: Tensor, *more: Any) -> Any:
        return self.compute(self.W, a, *more)


def cost(compute: Callable[..., Any], *more: Any) -> OutputCost:
    a = torch.tensor([1.0, -1.0], dtype=torch.float64)
    return OutputCost(Layer(compute), [a, *more], torch.Generator().manual_seed(0))


def test_cost_includes_all_nested_floating_point_outputs() -> None:
    one = cost(lambda W, a: W * a)
    many = cost(lambda W, a: {"O": [W * a, (None, a.long())], "h": (torch.exp(W), 7)})
    generator = torch.Generator().manual_seed(0)
    R, S = (torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(2))
    a, W = torch.tensor([1.0, -1.0]), torch.tensor([2.0, 3.0]).double()
    torch.testing.assert_close(one.value().detach(), (R * W * a).sum())
    torch.testing.assert_close(many.value().detach(), (R * W * a + S * torch.exp(W)).sum())
    dW, da = many.gradients(list(many.differentiable().values()))
    torch.testing.assert_close(dW, R * a + S * torch.exp(W))
    torch.testing.assert_close(da, R * W)


def test_parameters_and_floating_point_inputs_are_differentiable() -> None:
    output_cost = cost(lambda W, a, n, x: W * a[n] + x, torch.tensor([1]), torch.ones(2).double())
    assert list(output_cost.differentiable()) == ["W", "input a", "input 2"]


def test_unused_parameter_has_no_gradient() -> None:
    output_cost = cost(lambda _, a: 2 * a)
    dW, da = output_cost.gradients(list(output_cost.differentiable().values()))
    assert dW is None
    assert da is not None


def changing(W: Tensor, a: Tensor) -> Tensor:
    return W * a + torch.rand(2, dtype=a.dtype)


def wrong_shapes(W: Tensor, a: Tensor) -> Tensor:
    return W.view(2, 1) @ a.view(2, 1)


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (changing, "two calls of Layer with the same inputs give different outputs"),
        (lambda W, a: W * a.add_(1), "forward of Layer raised RuntimeError: a leaf Variable"),
        (wrong_shapes, r"RuntimeError: .*shapes.*given inputs of shape \(2,\) torch.float64"),
        (wrong_shapes, r"\(test_cost.py, line \d+\)"),
        (lambda W, a: (W * a).float(), "Layer returned torch.float32, but its parameters"),
        (
            lambda W, a: (W * a).long(),
            "must return at least one floating-point tensor; it returned torch.int64",
        ),
        (lambda *_: None, "must return at least one floating-point tensor; it returned NoneType"),
        (lambda W, a: (W * a).detach(), "autograd finds no path from the parameters and inputs"),
        (lambda W, a: torch.log(W * a), "returns infinite or NaN values"),
    ],
)
def test_layer_cannot_be_checked(compute: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cost(compute)


def test_nothing_to_differentiate() -> None:
    class Count(nn.Module):
        def forward(self, n: Tensor) -> Tensor:
            return n.double()

    with pytest.raises(ValueError, match="Count has no parameter and no floating-point input"):
        OutputCost(Count(), [torch.tensor([1])], torch.Generator())


class WrongShape(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, W: Tensor) -> Tensor:
        return W * 2

    @staticmethod
    def backward(_: Any, dO: Tensor) -> Tensor:
        return dO.repeat(2)


def test_backward_pass_raises() -> None:
    output_cost = cost(lambda W, a: WrongShape.apply(W) * a)
    with pytest.raises(ValueError, match=r"backward pass of Layer raised RuntimeError: .*gradient"):
        output_cost.gradients(list(output_cost.differentiable().values()))
